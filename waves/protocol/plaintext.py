"""Names and units as one line of text, whatever stands in the database."""

from __future__ import annotations

import unicodedata

#: Categories that break a line, a terminal or an encoding: controls, halves of characters, breaks.
_CONTROLS = ("Cc", "Cs", "Zl", "Zp")
#: Letters of Hangul that nobody sees.
_FILLERS = "\u115f\u1160\u3164\uffa0"


def one_line(text: object, length: int) -> str:
    """At most ``length`` characters of a text, on one line, without what is no character."""
    line = "".join(" " if is_control(character) else character for character in str(text)[:length])
    return line.strip()


def shown(text: str, length: int) -> str:
    """At most ``length`` characters of a text on one line, where what nobody sees is made visible:
    controls and what changes the direction of writing."""
    return "".join(map(_visible, text[:length]))[:length].strip()


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the pictures of controls stand there in the same order
    if code == 0x7F or is_control(character) or unicodedata.category(character) == "Cf":
        return "␡" if code == 0x7F else f"\\u{code:04x}"
    return character


def is_control(character: str) -> bool:
    """Whether a character breaks a line, a terminal or an encoding."""
    return unicodedata.category(character) in _CONTROLS


def is_unseen(character: str) -> bool:
    """Whether nothing is seen of a character: blanks, controls, what has no width."""
    return unicodedata.category(character)[0] in "ZC" or character in _FILLERS
