"""Which modules a page's script imports: the page asks for all of them at once.

Without that a browser learns of a module's imports when it has read it, and a chain of them costs
as many round trips.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

#: An import or a re-export of a file beside it, as ES modules have them at the start of a line.
#: What is imported while running (`import(…)`, a worker) is not needed at first, and not matched.
_IMPORT = re.compile(
    r"""^(?:import\s*|(?:import|export)\b[^;"'()=]*?\bfrom\s*)["'](\.{1,2}/[^"']+)["']""", re.M
)


def modules_of(entry: str) -> tuple[str, ...]:
    """A static file that is a module, and all that it needs to run; the largest first.

    They come over a few connections, and what takes longest must not begin last. A file that
    is not found is left out: the browser asks for it by itself.
    """
    return _found(entry) if settings.DEBUG else _kept(entry)


def _found(entry: str) -> tuple[str, ...]:
    sizes: dict[str, int] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        path = finders.find(name)
        if name in sizes or not isinstance(path, str):
            continue
        text = Path(path).read_text(encoding="utf-8")
        sizes[name] = len(text)
        folder = posixpath.dirname(name)
        waiting += [posixpath.normpath(posixpath.join(folder, to)) for to in _IMPORT.findall(text)]
    return tuple(sorted(sizes, key=lambda name: (-sizes[name], name)))


#: Deployed files do not change while the process runs. A few pages have a script.
_kept = lru_cache(maxsize=16)(_found)
