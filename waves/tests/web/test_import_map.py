"""The import map: relative imports of the page's modules load the hashed files."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import RequestContext, Template
from django.test import RequestFactory

HASHED = {
    "waves/js/time/timebase.js": "waves/js/time/timebase.0a1b2c.js",
    "waves/css/waves.css": "waves/css/w.1.css",
    "plant/app.js": "plant/app.9f8e7d.js",
    "admin/js/core.js": "admin/js/core.123456.js",
}


@pytest.fixture
def hashed_files(monkeypatch):
    # The storage of the tests keeps names; this is all that a manifest adds for the tag.
    monkeypatch.setattr(staticfiles_storage, "hashed_files", HASHED, raising=False)


def rendered(**attributes: object) -> str:
    """The tag in a request that has what a middleware puts there: by default a nonce."""
    request = RequestFactory().get("/")
    for name, value in (attributes or {"csp_nonce": "a+nonce=="}).items():
        setattr(request, name, value)
    return Template("{% load waves %}{% importmap %}").render(RequestContext(request))


def imports(html: str) -> dict[str, str]:
    match = re.fullmatch(r'<script type="importmap" nonce="[^"]+">(.*)</script>', html)
    assert match
    return json.loads(match[1])["imports"]


def test_without_a_manifest_nothing_is_mapped_and_no_policy_is_asked_for_an_inline_script(
    monkeypatch,
):
    monkeypatch.delattr(staticfiles_storage, "hashed_files", raising=False)
    assert rendered() == ""


@pytest.mark.usefixtures("hashed_files")
def test_our_modules_are_mapped_to_their_hashed_names_and_nothing_else_is():
    assert imports(rendered()) == {
        "/static/waves/js/time/timebase.js": "/static/waves/js/time/timebase.0a1b2c.js"
    }


@pytest.mark.usefixtures("hashed_files")
def test_the_script_carries_the_nonce_of_the_policy():
    assert 'nonce="a+nonce=="' in rendered()


class Unwritten:
    """A nonce as django-csp and Django 6 have it: false until it is written, and then it counts."""

    written = False

    def __bool__(self) -> bool:
        return self.written

    def __str__(self) -> str:
        self.written = True
        return "made-now"


@pytest.mark.usefixtures("hashed_files")
@pytest.mark.parametrize("attribute", ["csp_nonce", "_csp_nonce"], ids=["django-csp", "Django 6"])
def test_a_nonce_that_is_made_when_it_is_written_is_written(attribute):
    nonce = Unwritten()
    assert ' nonce="made-now">' in rendered(**{attribute: nonce})
    assert nonce


@pytest.mark.usefixtures("hashed_files")
def test_without_a_policy_the_map_has_no_nonce():
    assert rendered(user=None).startswith('<script type="importmap">{"imports"')


def test_a_file_name_cannot_end_the_script(monkeypatch):
    evil = {"waves/</script><b>.js": "waves/</script><b>.1.js"}
    monkeypatch.setattr(staticfiles_storage, "hashed_files", evil, raising=False)
    html = rendered()
    assert html.count("</script>") == 1
    assert imports(html) == {"/static/waves/</script><b>.js": "/static/waves/</script><b>.1.js"}
