"""Which version of the pages this process serves: a page that stays open learns of another one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import get_template

#: Any file of ours that is always there: the others stand below its folder.
_LANDMARK = "waves/icon.svg"
#: What the page of a stream is made of, also behind a link; the admin's files are none of that.
_FOLDERS = ("css", "js", "vendor")
_TEMPLATES = ("waves/oscilloscope.html", "waves/shared.html")
#: Hexadecimal digits: 48 bits tell all versions apart that one page may ever see.
_DIGITS = 12


@lru_cache(maxsize=1)
def page_version() -> str:
    """A digest of the scripts, styles and templates of a stream's page, and of the package.

    Read once for each process, since deployed files do not change while it runs. Servers with
    the same files say the same.
    """
    digest = hashlib.sha256(_package().encode())
    for name, content in _parts():
        digest.update(f"\n{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:_DIGITS]


def _package() -> str:
    try:
        return version("django-waves")
    except PackageNotFoundError:  # run from its sources
        return ""


def _parts() -> Iterator[tuple[str, bytes]]:
    for template in _TEMPLATES:
        origin = getattr(get_template(template), "origin", None)
        if origin is not None and Path(origin.name).is_file():
            yield template, Path(origin.name).read_bytes()
    found = finders.find(_LANDMARK)
    if not isinstance(found, str):
        return
    root = Path(found).parent
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path.read_bytes()
