"""The README and the docs say what is so: links, commands, the recipe, the deployment files."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import get_commands

from tools.screenshots import FOLDER, SCENE_VIEWS, SENT_VIEWS, SIZE_VIEWS, VIEWS

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
DEPLOY = sorted((ROOT / "deploy").iterdir())
#: A history, and the page that is for those who have the code before them.
NOT_PLAIN = {"CHANGELOG.md", "architecture.md"}
#: A sentence of more words has to be read twice.
MOST_WORDS = 40
README = (ROOT / "README.md").read_text()
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sentences(page: Path) -> list[str]:
    """The sentences of a page's paragraphs and lists; not those of its tables and code."""
    text = re.sub(
        r"```.*?```|<!-- (.+): begin -->.*<!-- \1: end -->", "", page.read_text(), flags=re.S
    )
    text = re.sub(r"`[^`]*`", "Code", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", text)
    prose = [
        " ".join(each.split()) for each in paragraphs if not each.lstrip().startswith(("|", "#"))
    ]
    return [one for each in prose for one in re.split(r"(?<=[.!?])[*)”]*\s+(?=[*(“]*[A-Z])", each)]


def recipe(page: Path) -> str:
    return re.search(r"```python\n(.*?)```", page.read_text(), re.DOTALL)[1]


def test_what_the_steps_of_a_deployment_run_they_install_before():
    steps = "\n".join(re.findall(r"```sh\n(.*?)```", DEPLOYMENT, re.DOTALL))
    installed = set(" ".join(re.findall(r"^apt-get install (.*)$", steps, re.M)).split())
    used = re.findall(
        r"(?:^|[;(&|])\s*(certbot|curl|git|nginx|podman|redis-cli|sqlite3) ", steps, re.M
    )
    assert {"curl", "git", "sqlite3"} <= set(used) <= installed


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        link = urlsplit(target)
        if link.scheme:
            continue
        linked = (page.parent / link.path) if link.path else page
        assert linked.exists(), f"{name(page)} links to {target}"
        if link.fragment:
            assert link.fragment in anchors(linked), f"{name(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_command_of_a_page_exists(page):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    commands = re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.M)
    assert set(commands) <= set(targets)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_management_command_of_a_page_exists(page):
    commands = re.findall(r"manage\.py ([a-z_]+)", page.read_text())
    assert set(commands) <= set(get_commands())


def test_every_page_stands_in_the_list_of_pages():
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs").glob("[a-z]*.md"):
        assert f"({page.name})" in index


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in NOT_PLAIN], ids=name)
def test_no_sentence_of_a_page_is_too_long_to_read(page):
    long = [one for one in sentences(page) if len(one.split()) > MOST_WORDS]
    assert not long


def test_the_readme_has_the_recipe_that_is_tested():
    assert recipe(ROOT / "README.md") == recipe(ROOT / "docs" / "your-own-data.md")


def test_the_pictures_are_those_that_the_tool_makes():
    views = (*VIEWS, *SIZE_VIEWS, *SCENE_VIEWS, *SENT_VIEWS)
    made = {file for view in views for _, file in view.files()} | {FOLDER / "waves.gif"}
    assert set((ROOT / "docs" / "images").iterdir()) == made


@pytest.mark.parametrize("file", DEPLOY, ids=name)
def test_every_deployment_file_is_explained(file):
    assert f"../deploy/{file.name})" in DEPLOYMENT


def test_the_deployment_speaks_of_settings_that_exist():
    documented = re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.M)
    used = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "waves.env").read_text(), re.M)
    assert used
    assert set(used) <= set(documented)


def unit(name: str) -> str:
    return (ROOT / "deploy" / name).read_text()


def test_the_units_and_the_proxy_agree_on_ports_and_paths():
    assert "--port %i" in unit("waves@.service")
    proxied = re.findall(r"^ +server 127\.0\.0\.1:(\d+)", unit("nginx.conf"), re.M)
    started = re.findall(r"waves@(\d+)", DEPLOYMENT)
    assert len(proxied) == 2
    assert set(started) == set(proxied)
    for service in ("waves@.service", "waves-worker@.service"):
        assert "EnvironmentFile=/etc/waves.env" in unit(service)
        assert "WorkingDirectory=/srv/waves" in unit(service)


@pytest.mark.parametrize("service", ["waves@.service", "waves-worker@.service"])
def test_what_a_unit_makes_is_for_its_user_only(service):
    assert re.search(r"^UMask=0077$", unit(service), re.M)


def test_the_environment_names_the_proxy_that_is_shipped():
    assert re.search(r"^WAVES_TRUSTED_PROXIES=127\.0\.0\.1$", unit("waves.env"), re.M)
    assert "proxy_set_header X-Forwarded-For" in unit("nginx.conf")
