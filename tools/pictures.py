"""How pictures of a page are kept: with the colours that the page has, and no more.

A page is flat: its 256 commonest colours are nearly all of it, and a file of these is a third as
large. What a browser drew in a while becomes one moving picture, with one palette for all of it.
"""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

from PIL import Image


def save(data: bytes, file: Path, *, parts: int = 1) -> None:
    """Save a picture of a page, ``parts`` times narrower and lower than it is."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    if parts > 1:
        picture = picture.reduce(parts)
    flat = picture.quantize(palette=commonest(picture), dither=Image.Dither.NONE)
    flat.save(file, optimize=True)


def longest_pause(shots: list[tuple[float, bytes]]) -> float:
    """Seconds for which the picture stood still: other work of the machine shows in it."""
    return max(after[0] - before[0] for before, after in pairwise(shots))


def paced(shots: list[tuple[float, bytes]], seconds: float, tick: float) -> list[bytes]:
    """The picture that stood on the screen at each tick."""
    first = shots[0][0]
    ticks = [first + k * tick for k in range(round(seconds / tick))]
    return [min(shots, key=lambda shot: abs(shot[0] - tick))[1] for tick in ticks]


def save_gif(pictures: list[bytes], file: Path, tick: float) -> None:
    """Save with one palette for all, so that what stands still costs nothing."""
    frames = [Image.open(io.BytesIO(data)).convert("RGB") for data in pictures]
    palette = commonest(frames[0])
    flat = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    duration = round(tick * 1000)
    flat[0].save(file, save_all=True, append_images=flat[1:], duration=duration, loop=0)


def commonest(picture: Image.Image) -> Image.Image:
    """The 256 commonest colours, exactly: averaged colours would show."""
    counted = picture.getcolors(picture.width * picture.height) or []
    colours = [colour for _, colour in sorted(counted, reverse=True)[:256]]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour])
    return palette
