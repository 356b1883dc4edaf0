"""The SECRET_KEY of a development server: random, and the same at every start."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from livestream_project.private import first_wins, make_private

#: A key of ours has 67 characters; a shorter text was cut off, or is no key.
SHORTEST = 50


def kept_key(path: Path) -> str:
    """The key in a file, which is made at the first start; two first starts get the same.

    Raises ImproperlyConfigured, with what to do, where the file cannot be made, read or used.
    """
    try:
        if not path.exists():
            first_wins(path, secrets.token_urlsafe(50))
        make_private(path)
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in {path} ({reason}). Make it readable for the user "
            f"who runs this, or set SECRET_KEY."
        ) from None
    if len(key) < SHORTEST:
        raise ImproperlyConfigured(
            f"{path} holds no whole secret key: its making was interrupted. Delete the file and "
            f"start again; whoever was logged in must then log in anew."
        )
    return key
