"""The import map: relative imports of the page's modules load the hashed files."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template
from django.test import RequestFactory

HASHED = {
    "waves/js/time/timebase.js": "waves/js/time/timebase.0a1b2c.js",
    "waves/css/waves.css": "waves/css/w.1.css",
}


@pytest.fixture
def hashed_files(monkeypatch):
    # The storage of the tests keeps names; this is all that a manifest adds for the tag.
    monkeypatch.setattr(staticfiles_storage, "hashed_files", HASHED, raising=False)


def rendered() -> str:
    request = RequestFactory().get("/")
    request.csp_nonce = "a+nonce=="  # type: ignore[attr-defined]
    return Template("{% load waves %}{% importmap %}").render(Context({"request": request}))


def imports(html: str) -> dict[str, str]:
    match = re.fullmatch(r'<script type="importmap" nonce="[^"]+">(.*)</script>', html)
    assert match
    return json.loads(match[1])["imports"]


def test_without_a_manifest_nothing_is_mapped(monkeypatch):
    monkeypatch.delattr(staticfiles_storage, "hashed_files", raising=False)
    assert imports(rendered()) == {}


@pytest.mark.usefixtures("hashed_files")
def test_modules_are_mapped_to_their_hashed_names_and_other_files_are_not():
    assert imports(rendered()) == {
        "/static/waves/js/time/timebase.js": "/static/waves/js/time/timebase.0a1b2c.js"
    }


def test_the_script_carries_the_nonce_of_the_policy():
    assert 'nonce="a+nonce=="' in rendered()


def test_a_file_name_cannot_end_the_script(monkeypatch):
    evil = {"</script><b>.js": "</script><b>.1.js"}
    monkeypatch.setattr(staticfiles_storage, "hashed_files", evil, raising=False)
    html = rendered()
    assert html.count("</script>") == 1
    assert imports(html) == {"/static/</script><b>.js": "/static/</script><b>.1.js"}
