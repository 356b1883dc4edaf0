"""What hands do on the chart: mouse, wheel, and fingers; places in the units of the axes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from waves.tests.browser.oscilloscope import Oscilloscope

#: A place on the page, in CSS pixels.
Place = tuple[float, float]


class Hands:
    """A mouse and ten fingers, on the page of a stream."""

    def __init__(self, scope: Oscilloscope) -> None:
        self.scope = scope
        self.page = scope.page
        self._fingers: Any = None

    async def at(self, x: float, up: float = 0.5) -> Place:
        """The place of ``x`` (seconds from the right end) at a height, from 0 to 1."""
        box = await self._box()
        px = await self.page.evaluate("(x) => chart().convertToPixel({ xAxisIndex: 0 }, x)", x)
        return box["x"] + px, box["y"] + (1 - up) * box["height"]

    async def handle(self, kind: str, which: int = 0) -> Place:
        """The place of a handle, see ``drawn.js``; of several of a kind, the first is on top."""
        box = await self._box()
        handles = (
            "((all) => all.length > {which} && all)(handles().filter((h) => h.kind === '{kind}'))"
        )
        found = await self.scope.until(handles.format(which=which, kind=kind))
        return box["x"] + found[which]["px"], box["y"] + found[which]["py"]

    async def drag(self, start: Place, right: float = 0, down: float = 0) -> None:
        """With the mouse, by so many pixels."""
        mouse = self.page.mouse
        await mouse.move(*start)
        await mouse.down()
        await mouse.move(start[0] + right, start[1] + down, steps=4)
        await mouse.up()

    async def drag_to(self, start: Place, end: Place) -> None:
        await self.drag(start, end[0] - start[0], end[1] - start[1])

    async def turn(self, place: Place, notches: int, shift: bool = False) -> None:
        """The wheel, a notch being 100 pixels; down is positive."""
        await self.page.mouse.move(*place)
        if shift:
            await self.page.keyboard.down("Shift")
        for _ in range(abs(notches)):
            await self.page.mouse.wheel(0, 100 if notches > 0 else -100)
        if shift:
            await self.page.keyboard.up("Shift")

    async def slide(self, starts: Sequence[Place], ends: Sequence[Place], steps: int = 4) -> None:
        """Put fingers down, slide them, and take them off."""
        moves = [
            [
                (a[0] + step / steps * (b[0] - a[0]), a[1] + step / steps * (b[1] - a[1]))
                for a, b in zip(starts, ends, strict=True)
            ]
            for step in range(1, steps + 1)
        ]
        # Not one after the other: between two of them a busy machine may take so long that the
        # finger rests, and a finger that rests points.
        await self._prepare()
        down = self._touch("touchStart", starts)
        await asyncio.gather(down, *(self._touch("touchMove", move) for move in moves))
        # A finger that rests before it leaves throws nothing: Chromium takes the next tap for
        # what stops the throw.
        for _ in range(2):
            await self.scope.until_frames()
            await self._touch("touchMove", ends)
        await self._touch("touchEnd", [])

    async def _prepare(self) -> None:
        # Playwright itself can only tap.
        self._fingers = self._fingers or await self.page.context.new_cdp_session(self.page)

    async def _touch(self, kind: str, places: Sequence[Place]) -> None:
        await self._prepare()
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
        await self._fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    async def _box(self) -> dict[str, float]:
        box = await self.page.locator("#chart").bounding_box()
        assert box
        return box
