"""Fresh projects outside this tree, as `startproject` makes them, and the five edits.

What a project is has been edited in, not configured by us: the settings are Django's own, and so
are its pages. Waves is imported from where its wheel was installed.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from waves.tests.installing.building import run
from waves.tests.server.processes import PASSWORD, ROOT, USER, Process, free_port

README = (ROOT / "README.md").read_text()
#: The streams that the README tells to write; no other than a person would have.
RECIPE = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
RECIPE_SLUG = "my-boiler"

#: A Content-Security-Policy as a project may send it: no nonce, nothing inline.
POLICY = """
class Policy:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return response
"""
PEOPLE = """
from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    pass
"""
#: The icon that a browser asks each site for: a host's pages name none.
ICON = """
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

icon = login_not_required(lambda request: HttpResponse(status=204))
urlpatterns.append(path("favicon.ico", icon))
"""


class Host:
    """One project: its folder, its prefix, and how it is run."""

    def __init__(self, folder: Path, installed: Path, prefix: str) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        self.prefix = prefix
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "PYTHONPATH": str(installed),
            "DJANGO_SETTINGS_MODULE": "lab.settings",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
        run([sys.executable, "-m", "django", "startproject", "lab", "."], self.folder, self._bare)

    @property
    def _bare(self) -> dict[str, str]:
        """`startproject` looks at no settings."""
        return {n: v for n, v in self.environment.items() if n != "DJANGO_SETTINGS_MODULE"}

    def manage(self, *arguments: str) -> str:
        return run([sys.executable, "manage.py", *arguments], self.folder, self.environment)

    def edit(self, path: str, before: str, after: str) -> None:
        """Replace a text that stands in a file once."""
        file = self.folder / path
        text = file.read_text()
        assert text.count(before) == 1, f"{before!r} in {path}:\n{text}"
        file.write_text(text.replace(before, after))

    def append(self, path: str, text: str) -> None:
        with (self.folder / path).open("a") as file:
            file.write(text)

    def add_app(self, name: str) -> None:
        self.manage("startapp", name)
        last = "    'django.contrib.staticfiles',\n"
        self.edit("lab/settings.py", last, f"{last}    '{name}',\n")

    def five_edits(self) -> None:
        """What docs/installing.md says, and no more."""
        self.edit("lab/settings.py", "INSTALLED_APPS = [\n", 'INSTALLED_APPS = [\n    "daphne",\n')
        last = "    'django.contrib.staticfiles',\n"
        self.edit("lab/settings.py", last, f'{last}    "waves",\n')
        self.append("lab/settings.py", '\nASGI_APPLICATION = "lab.asgi.application"\n')
        self.edit("lab/urls.py", "import path\n", "import include, path\n")
        self.edit(
            "lab/urls.py",
            "urlpatterns = [\n",
            f'urlpatterns = [\n    path("{self.prefix}", include("waves.urls")),\n',
        )
        self.edit("lab/asgi.py", "import os\n", "import os\n\nimport waves.asgi\n")
        self.edit(
            "lab/asgi.py",
            "application = get_asgi_application()",
            "application = waves.asgi.application(get_asgi_application())",
        )
        self.manage("migrate", "-v0")

    def make_administrator(self) -> None:
        self.manage("createsuperuser", "--noinput", f"--username={USER}", "--email=a@example.org")

    @contextmanager
    def serve(
        self, ready: str = "", status: int = 200, server: str = "runserver"
    ) -> Iterator[Process]:
        """A server, until something is answered."""
        port = free_port()
        address = ["-b", "127.0.0.1", "-p", str(port)]
        arguments = {
            "runserver": ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            "daphne": ["-m", "daphne", *address, "lab.asgi:application"],
        }[server]
        command = [sys.executable, *arguments]
        process = Process(command, self.environment, port, self.folder.parent, cwd=self.folder)
        try:
            process.await_answer(ready or f"/{self.prefix}", status)
            yield process
        finally:
            process.kill()


def stock(folder: Path, installed: Path) -> Host:
    """Stock settings, an app with streams, and the five edits."""
    host = Host(folder, installed, prefix="")
    host.add_app("plant")
    (host.folder / "plant" / "streams.py").write_text(RECIPE)
    host.five_edits()
    return host


def guarded(folder: Path, installed: Path) -> Host:
    """A prefix, users of its own, a login on every page, and a policy of its own."""
    host = Host(folder, installed, prefix="lab/scope/")
    host.add_app("plant")
    (host.folder / "plant" / "streams.py").write_text(RECIPE)
    host.add_app("people")
    (host.folder / "people" / "models.py").write_text(PEOPLE)
    (host.folder / "lab" / "policy.py").write_text(POLICY)
    authentication = "    'django.contrib.auth.middleware.AuthenticationMiddleware',\n"
    login = "    'django.contrib.auth.middleware.LoginRequiredMiddleware',\n"
    host.edit("lab/settings.py", authentication, authentication + login)
    host.edit("lab/settings.py", "MIDDLEWARE = [\n", "MIDDLEWARE = [\n    'lab.policy.Policy',\n")
    host.append(
        "lab/settings.py", '\nAUTH_USER_MODEL = "people.Person"\nLOGIN_URL = "admin:login"\n'
    )
    host.edit("lab/urls.py", "'admin/'", "'back/office/'")
    host.append("lab/urls.py", ICON)
    host.manage("makemigrations", "people", "-v0")
    host.five_edits()
    host.make_administrator()
    return host


#: As a project is deployed: files with hashed names, and a policy with a nonce.
DEPLOYED = """
from csp.constants import NONCE, NONE, SELF

STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        **dict.fromkeys(("style-src", "img-src", "connect-src"), [SELF]),
    }
}
"""


def deployed(folder: Path, installed: Path) -> Host:
    """DEBUG off, hashed files at an address of their own, django-csp, probes, and plain daphne."""
    host = Host(folder, installed, prefix="live/")
    host.add_app("plant")
    (host.folder / "plant" / "streams.py").write_text(RECIPE)
    settings = "lab/settings.py"
    host.edit(settings, "DEBUG = True", "DEBUG = False")
    host.edit(settings, "ALLOWED_HOSTS = []", 'ALLOWED_HOSTS = ["127.0.0.1"]')
    host.edit(settings, "STATIC_URL = 'static/'", 'STATIC_URL = "assets/"')
    security = "    'django.middleware.security.SecurityMiddleware',\n"
    added = ("whitenoise.middleware.WhiteNoiseMiddleware", "csp.middleware.CSPMiddleware")
    host.edit(settings, security, security + "".join(f"    {name!r},\n" for name in added))
    host.append(settings, DEPLOYED)
    host.five_edits()
    included = 'include("waves.urls")),\n'
    probes = '    path("internal/", include("waves.health_urls")),\n'
    host.edit("lab/urls.py", included, included + probes)
    host.manage("collectstatic", "--noinput", "-v0")
    return host
