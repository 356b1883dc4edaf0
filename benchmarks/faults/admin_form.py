"""The administrator: opens a form of the admin over HTTP, changes fields, and saves it."""

from __future__ import annotations

import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

from waves.tests.server.processes import PASSWORD, USER

#: Longer no page takes (s).
PAGE_SECONDS = 20.0
#: Kinds of inputs that a browser sends only where they are chosen, or not at all.
CHOSEN, NEVER = ("checkbox", "radio"), ("submit", "button", "file", "image", "reset")

Fields = list[tuple[str, str]]


class Form(HTMLParser):
    """What a browser would send of the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._select, self._options = "", list[tuple[str, bool]]()
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An input, a choice or a text begins."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value")
        if "disabled" in given:
            return
        if tag == "input" and name:
            kind = given.get("type") or "text"
            if kind not in NEVER and (kind not in CHOSEN or "checked" in given):
                self.fields.append((name, value or ("on" if kind in CHOSEN else "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value or "", "selected" in given))
        elif tag == "textarea" and name:
            self._area = ""
            self.fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        """What stands in a text."""
        if self._area is not None:
            self._area += data
            self.fields[-1] = (self.fields[-1][0], self._area.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        """A choice or a text ends."""
        if tag == "textarea":
            self._area = None
        elif tag == "select" and self._select and self._options:
            first = self._options[0][0]
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.fields.append((self._select, chosen[0] if chosen else first))
            self._select = ""


class Administrator:
    """Who is logged in at a server."""

    def __init__(self, address: str) -> None:
        self._site = f"http://{address}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        fields = dict(self._fields("/admin/login/"))
        fields |= {"username": USER, "password": PASSWORD, "next": "/admin/"}
        url, _ = self._open("/admin/login/", list(fields.items()))
        if not url.endswith("/admin/"):
            raise PermissionError("The administrator was not let in.")

    def save(self, stream: int, **changes: object) -> None:
        """Open the form of a stream, change fields (by name or its end), and save it.

        Raises ValueError where the form comes back with something that is wrong in it, and
        urllib.error.HTTPError for an answer that is an error.
        """
        path = f"/admin/waves/stream/{stream}/change/"
        fields = self._fields(path)
        for name, value in changes.items():
            places = [k for k, (given, _) in enumerate(fields) if given == name]
            if len(places) != 1:
                raise ValueError(f"The form has {len(places)} fields {name}.")
            fields[places[0]] = (name, str(value))
        url, page = self._open(path, [*fields, ("_save", "Save")])
        if url.endswith(path):
            raise ValueError(f"The form was not saved: {errors(page)}")

    def _fields(self, path: str) -> Fields:
        form = Form()
        form.feed(self._open(path)[1])
        # The site's own header has forms, too: what stands twice is the first token's double.
        return list(dict(form.fields).items()) if path.endswith("login/") else form.fields

    def _open(self, path: str, fields: Fields | None = None) -> tuple[str, str]:
        """Where it led, and the page."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        headers = {"Referer": self._site + path}
        request = urllib.request.Request(self._site + path, data, headers)
        with self._opener.open(request, timeout=PAGE_SECONDS) as answer:
            return answer.url, answer.read().decode()


def errors(page: str) -> str:
    """What a form that came back says, as far as it is easily found."""
    parts = page.split('class="error')[1:4]
    return " | ".join(" ".join(part[:300].split()) for part in parts) or "it does not say why"
