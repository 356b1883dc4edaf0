"""What an extra brings is imported where it is used, and missed in one sentence that names it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from waves.tests.server.processes import ROOT

#: What the dependencies themselves bring: it needs no line of its own.
BROUGHT = {"asgiref", "twisted", "autobahn", "annotated_types", "pydantic_core"}
#: Packages by what is imported of them, where the names differ.
PACKAGES = {"django": "Django", "line_protocol_parser": "line-protocol-parser"}
EXTRAS = {
    *("redis", "channels_redis", "psutil", "serial", "aiomqtt"),
    *("prometheus_client", "pyarrow", "websockets"),
}

#: Imports every module, in a project that has nothing but what a wheel requires.
PROGRAM = """
import importlib, pkgutil, sys
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        gone = name.partition(".")[0] in {missing}
        return None if gone else self.finder.find_spec(name, path, target)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
from django.conf import settings
settings.configure(**(dict(
    INSTALLED_APPS=["daphne", "django.contrib.admin", "django.contrib.auth", "waves",
        "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    ROOT_URLCONF="urls", SECRET_KEY="x" * 50, STATIC_URL="static/", ALLOWED_HOSTS=["*"],
    TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
        "DIRS": ["templates"]}}],
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
    ) | {settings}))
import django, types
django.setup()
import waves
from django.urls import include, path
urls = sys.modules["urls"] = types.ModuleType("urls")
urls.urlpatterns = [path("", include("waves.urls"))]
{then}
"""
EVERY_MODULE = """
for module in pkgutil.walk_packages(waves.__path__, "waves."):
    if not module.name.startswith(("waves.tests", "waves.web.metrics")):
        importlib.import_module(module.name)
print("all")
"""


def run(then: str = "", missing: set[str] = EXTRAS, settings: object = None) -> str:
    """What is printed by a program, in a project without some packages."""
    ours = {"whitenoise", "csp", "axes", "livestream_project"}
    program = PROGRAM.format(missing=missing | ours, settings=settings or {}, then=then)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_without_any_extra():
    assert run(EVERY_MODULE) == "all\n"


def test_a_project_that_is_nothing_but_waves_has_its_pages():
    said = run(
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from waves.models import Stream; Stream.objects.create(name='Sine', slug='sine')\n"
        "from django.test import Client\n"
        "print(*(Client().get(path).status_code for path in ('/', '/streams/sine/')))",
        settings={"INSTALLED_APPS": ["daphne", "waves"]},
    )
    assert said == "200 200\n"


def test_without_psutil_the_source_that_reads_this_machine_says_what_to_install():
    said = run(
        "from waves.sources import option_fields; print(sorted(option_fields('system')))\n"
        "from waves.exceptions import SourceError\n"
        "from waves.sources.base import Clock, SourceContext\n"
        "from waves.sources.system import SystemSource\n"
        "from waves.protocol.spec import StreamSpec\n"
        "spec = StreamSpec(handle=1, slug='s', name='S', source='system', signals=(), rate=10.0)\n"
        "try: SystemSource(spec, SourceContext(1, Clock()))\n"
        "except SourceError as error: print(error)"
    )
    assert "'cpu'" in said
    assert "pip install 'django-waves[system]'" in said


def test_without_pyserial_the_source_that_reads_ports_says_what_to_install():
    said = run(
        "from waves.sources import option_fields, SOURCES; print(sorted(option_fields('serial')))\n"
        "print(list(SOURCES['serial'].suggestions['port']()))\n"
        "from waves.exceptions import SourceError\n"
        "from waves.sources.base import Clock, SourceContext\n"
        "from waves.sources.inbox import Inbox\n"
        "from waves.protocol.spec import StreamSpec\n"
        "spec = StreamSpec(1, 's', 'S', 'serial', 10.0, options={'port': '/dev/ttyUSB0'})\n"
        "try: SOURCES['serial'](spec, SourceContext(1, Clock(), inbox=Inbox()))\n"
        "except SourceError as error: print(error)"
    )
    assert "'baud'" in said
    assert "pip install 'django-waves[serial]'" in said


def test_without_pyarrow_a_parquet_file_says_what_to_install():
    said = run(
        "from waves.exceptions import IngestError; from waves.ingest import files\n"
        "try: files.parse(b'PAR1')\n"
        "except IngestError as error: print(error)"
    )
    assert "pip install 'django-waves[parquet]'" in said


def test_without_aiomqtt_the_source_that_reads_brokers_says_what_to_install():
    said = run(
        "from waves.sources import option_fields, SOURCES; print(sorted(option_fields('mqtt')))\n"
        "from waves.exceptions import SourceError\n"
        "from waves.sources.base import Clock, SourceContext\n"
        "from waves.sources.inbox import Inbox\n"
        "from waves.protocol.spec import StreamSpec\n"
        "spec = StreamSpec(1, 's', 'S', 'mqtt', 10.0, options={'broker': 'b', 'topics': 'a'})\n"
        "try: SOURCES['mqtt'](spec, SourceContext(1, Clock(), inbox=Inbox()))\n"
        "except SourceError as error: print(error)"
    )
    assert "'topics'" in said
    assert "pip install 'django-waves[mqtt]'" in said


def test_without_websockets_the_client_writes_and_says_what_reading_needs():
    said = run(
        "from waves.client import Writer, read\n"
        "try: read('http://127.0.0.1/streams/boiler/')\n"
        "except ImportError as error: print(error)"
    )
    assert "pip install 'django-waves[client]'" in said


def test_without_prometheus_metrics_say_what_to_install():
    said = run(
        "import asyncio; from types import SimpleNamespace\n"
        "from django.test import RequestFactory\n"
        "from waves.server import lifespan\n"
        "from waves.web import health\n"
        "lifespan._services = SimpleNamespace()\n"
        "answer = asyncio.run(health.prometheus(RequestFactory().get('/metrics')))\n"
        "print(answer.status_code, answer.content.decode())"
    )
    assert said.startswith("503 ")
    assert "pip install 'django-waves[metrics]'" in said


@pytest.mark.parametrize(
    "settings",
    [
        {"WAVES": {"redis_url": "redis://localhost"}},
        {
            "CHANNEL_LAYERS": {
                "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
            }
        },
    ],
)
def test_without_redis_the_checks_say_what_to_install(settings):
    said = run(
        "from waves import checks\n"
        "found = [*checks.check_worker(), *checks.check_channel_layer()]\n"
        "print(*(f'{f.id} {f.msg} {f.hint}' for f in found if f.is_serious()))",
        missing={"redis", "channels_redis"},
        settings=settings,
    )
    assert "pip install 'django-waves[redis]'" in said


def imported_at_once(path: Path) -> set[str]:
    """What a module cannot be imported without."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_everything_that_is_imported_at_once_is_a_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {line.partition(">")[0] for line in project["dependencies"]}
    modules = [p for p in (ROOT / "waves").rglob("*.py") if "tests" not in p.parts]
    used = set().union(*map(imported_at_once, modules)) - {"waves", "__future__"}
    others = used - set(sys.stdlib_module_names) - BROUGHT
    # Only its own module needs it, which health imports when it is asked.
    others.discard("prometheus_client")
    assert {PACKAGES.get(name, name) for name in others} <= declared
