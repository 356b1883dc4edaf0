"""The modules that a page asks for at once: all that its script imports, and nothing else."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from waves.web import modules
from waves.web.modules import modules_of

FILES = {
    "app/main.js": """
        // import "./in-a-comment.js";
/** Of {@link Beta}: see `import("./in-a-docstring.js").Beta`. */
import { alpha } from "./alpha.js";
import {
  beta,
  gamma,
} from './deep/beta.js';
import "./effect.js";
export { delta } from "../vendor/delta.js";
export * from "./star.js";
const later = () => import("./later.js");
const worker = new Worker(import.meta.resolve("./worker.js"));
export const NAME = "./name.js";
export function say(word = "./word.js") { return `from "./text.js"`; }
import { absolute } from "/elsewhere/absolute.js";
import { gone } from "./gone.js";
""",
    "app/alpha.js": 'import { main } from "./main.js"; // a circle\n',
    "app/deep/beta.js": 'import { alpha } from "../alpha.js";\nimport "./deepest.js";\n',
    "app/deep/deepest.js": "",
    "app/effect.js": "",
    "app/star.js": "",
    "vendor/delta.js": "x" * 10_000,
    **{f"app/{name}.js": "" for name in ("in-a-comment", "in-a-docstring", "later", "worker")},
    **{f"app/{name}.js": "" for name in ("name", "word", "text")},
}
NEEDED = {
    *("app/main.js", "app/alpha.js", "app/deep/beta.js", "app/deep/deepest.js"),
    *("app/effect.js", "app/star.js", "vendor/delta.js"),
}
TEMPLATES = (Path(__file__).parents[3] / "templates").rglob("*.html")
ENTRIES = re.findall(r'{% module "([^"]+)"', "".join(path.read_text() for path in TEMPLATES))


@pytest.fixture
def files(tmp_path, settings):
    settings.STATICFILES_DIRS = [tmp_path]
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    modules._kept.cache_clear()
    yield tmp_path
    modules._kept.cache_clear()


def test_they_are_what_the_script_imports_also_through_others(files):
    assert set(modules_of("app/main.js")) == NEEDED


def test_the_largest_comes_first(files):
    assert modules_of("app/main.js")[:2] == ("vendor/delta.js", "app/main.js")


def test_while_developing_an_edit_is_seen_and_deployed_the_files_are_read_once(files, settings):
    for debug in (True, False):
        settings.DEBUG = debug
        (files / "app/star.js").write_text("")
        assert "app/name.js" not in modules_of("app/main.js")
        (files / "app/star.js").write_text('import "./name.js";')
        assert ("app/name.js" in modules_of("app/main.js")) == debug


def test_a_script_that_is_not_found_leaves_it_to_the_browser(files):
    assert modules_of("app/nothing.js") == ()


def test_the_page_asks_for_them_before_its_script_and_with_the_nonce_of_its_policy(files):
    request = RequestFactory().get("/")
    request.csp_nonce = "a+nonce=="  # type: ignore[attr-defined]
    template = Template('{% load waves %}{% module "app/main.js" %}')
    *links, script = template.render(Context({"request": request})).splitlines()
    assert links[0] == (
        '<link rel="modulepreload" href="/static/vendor/delta.js" nonce="a+nonce==">'
    )
    assert len(links) == len(NEEDED)
    assert script == '<script type="module" src="/static/app/main.js"></script>'


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_page_of_ours_needs_more_than_its_script(entry):
    assert len(modules_of(entry)) >= 3


def test_both_pages_ask_for_their_modules():
    assert len(ENTRIES) >= 2
