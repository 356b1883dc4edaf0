"""The page of a stream, as the tests use it: what it draws, says and was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import BrowserContext, Error, Page, Request, WebSocket
from playwright.async_api import TimeoutError as TooLateError

from waves.tests.browser.faults import NETWORK_CHANGED
from waves.tests.browser.relay import is_needed, relay
from waves.tests.server.processes import START_SECONDS, Process
from waves.tests.server.viewing import Received

#: Milliseconds between two looks at the page while waiting.
READ_EVERY = 40
#: A fixture that gives a page once while it runs, and once while it is frozen: see `as_asked`.
LIVE_OR_FROZEN = {"loop_scope": "session", "params": [False, True], "ids": ["live", "frozen"]}
#: A curve goes by so many samples on either side: see `smooth.js`.
BESIDE = 12
#: A frozen picture that is whole, once the address tells the second at its right end.
AT_REST = """((rate, former) => {
  const end = Number(new URLSearchParams(location.search).get("end") ?? NaN);
  const picture = drawn();
  const [{ x }] = picture.signals;
  const isWhole = x[0] <= 1.5 / rate - picture.window && x.at(-1) >= -1.5 / rate;
  return isWhole && Number.isFinite(end) && end !== former && { picture, end };
})"""


@dataclass(frozen=True)
class Drawn:
    """One picture, read at the unix time ``at``; ``x`` in seconds from the right end."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    signals: list[dict[str, Any]]
    at: float
    window: float
    low: float
    high: float
    background: str
    gaps: list[dict[str, float]]

    @classmethod
    def of(cls, told: dict[str, Any]) -> Drawn:
        x, y = (np.asarray(told["signals"][0][axis], np.float64) for axis in "xy")
        return cls(x, y, **told)


@dataclass(frozen=True)
class AtRest:
    """A frozen picture, the indices that it shows, and the stream's second at its right end."""

    drawn: Drawn
    place: range
    end: float


class Oscilloscope:
    """One open page, and every message that its socket brought."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.received = Received()
        self._came = asyncio.Event()
        page.on("websocket", self._connected)

    @classmethod
    async def open(
        cls, context: BrowserContext, server: Process, slug: str, query: str = ""
    ) -> Oscilloscope:
        """Load the page, and wait for its first picture."""
        return await cls.open_at(context, f"{server.url}/streams/{slug}/{query}")

    @classmethod
    async def open_at(cls, context: BrowserContext, url: str) -> Oscilloscope:
        """The same at any address, such as a link's."""
        scope = await cls._at(context, url)
        await scope.until_drawn("drawn.signals[0].y.length > 1")
        return scope

    @classmethod
    async def load(
        cls, context: BrowserContext, server: Process, slug: str, query: str = ""
    ) -> Oscilloscope:
        """Load the page of a stream that may have nothing to draw."""
        return await cls._at(context, f"{server.url}/streams/{slug}/{query}")

    @classmethod
    async def _at(cls, context: BrowserContext, url: str) -> Oscilloscope:
        scope = cls(await context.new_page())
        if is_needed(scope.page):
            await relay(scope.page, lambda _, message: scope._take(message))
        await scope._load(url)
        # Gone after a reload: see `was_reloaded`.
        await scope.page.evaluate("globalThis.firstLoad = true")
        return scope

    async def _load(self, url: str) -> None:
        """Load the page, and once more where its requests were dropped with the network."""
        changed = asyncio.Event()

        def failed(request: Request) -> None:
            if NETWORK_CHANGED in (request.failure or ""):
                changed.set()

        self.page.on("requestfailed", failed)
        try:
            await self.page.goto(url)
        except Error as error:
            if NETWORK_CHANGED not in str(error):
                raise
            await self.page.goto(url)
        usable, lost = (asyncio.ensure_future(c) for c in (self.until_usable(), changed.wait()))
        try:
            await asyncio.wait({usable, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not usable.done():
                await self.page.reload()
            await usable
        finally:
            lost.cancel()
            self.page.remove_listener("requestfailed", failed)

    async def until_usable(self) -> None:
        """Wait until every button and key does something: on a first visit a moment after the
        first picture."""
        await self.page.locator("#plot[data-view]").wait_for(state="attached")

    async def until(self, expression: str) -> Any:
        """Wait for an expression of the page to be true; its value then."""
        # As a function, because the page's policy forbids `eval`, even to Playwright; and not
        # at every frame, because reading a picture costs more than drawing one.
        try:
            handle = await self.page.wait_for_function(f"() => ({expression})", polling=READ_EVERY)
        except TooLateError as error:
            seen = await self.page.locator("body").inner_text()
            raise AssertionError(f"{error} What was seen: {seen[:500]!r}") from None
        return await handle.json_value()

    async def until_drawn(self, condition: str) -> Drawn:
        """Wait for a condition of ``drawn``; the first picture for which it holds."""
        return Drawn.of(await self.until(f"((drawn) => drawn && {condition} && drawn)(drawn())"))

    async def until_text(self, element: str, text: str) -> None:
        """Wait for an element (by id) to contain a text."""
        await self.page.locator(f"#{element}").filter(has_text=text).wait_for()

    async def until_toast(self, text: str) -> None:
        """Wait for a sentence to have been shown since the page was loaded: soon it goes."""
        await self.until(f"toasts.some((toast) => toast.includes({json.dumps(text)}))")

    async def until_state(self, *names: str) -> None:
        """Wait for the state in the header."""
        states = ", ".join(f"#pill[data-state='{name}']" for name in names)
        await self.page.locator(states).wait_for()

    async def until_received(self, samples: int) -> None:
        """Wait for more samples of the newest epoch, by the wire."""
        wanted = self.newest + samples
        while self.newest < wanted:
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), START_SECONDS)

    async def until_told(self, kind: str, since: int, **fields: object) -> None:
        """Wait for a message with these fields, by the wire; ``since`` so many were told."""
        due = {"type": kind, **fields}.items()
        async with asyncio.timeout(START_SECONDS):
            while not any(
                due <= {k: told.get(k) for k in ("type", *fields)}.items()
                for told in self.received.told[since:]
            ):
                self._came.clear()
                await self._came.wait()

    async def until_shown(self, index: int, condition: str = "true") -> Drawn:
        """Wait for a picture of a condition of ``drawn`` that goes on to a sample, or beyond it."""
        async with asyncio.timeout(START_SECONDS):
            while self.place_of(drawn := await self.until_drawn(condition)).stop <= index:
                await self.until_frames(1)
        return drawn

    async def until_still(self) -> None:
        """Wait until a picture that was frozen is drawn for the last time: with the samples behind
        its right end, by which a curve goes."""
        await self.until_received(BESIDE + 1)
        await self.until_frames()

    async def until_at_rest(self, former: AtRest | None = None, rate: float = 1000.0) -> AtRest:
        """Wait for a frozen picture that is whole, and at the place that the address tells, which
        is another than the ``former`` one."""
        asked = f"{AT_REST}({rate}, {json.dumps(former and former.end)})"
        async with asyncio.timeout(START_SECONDS):
            while True:
                told = await self.until(asked)
                drawn = Drawn.of(told["picture"])
                place = self.place_of(drawn)
                if abs(place.stop - 1 - told["end"] * rate) <= 2:
                    return AtRest(drawn, place, told["end"])
                await self.until_frames(1)

    async def until_frames(self, count: int = 3) -> None:
        """Wait for so many animation frames."""
        await self.page.evaluate(
            "async (count) => { while (count-- > 0) await new Promise(requestAnimationFrame) }",
            count,
        )

    @asynccontextmanager
    async def as_asked(self, frozen: bool) -> AsyncIterator[Oscilloscope]:
        """Frozen, where that is asked for, or running; and so it still is at the end."""
        if frozen:
            await self.page.keyboard.press("Space")
            await self.until_state("paused")
            await self.until_still()
        yield self
        await self.until_state("paused" if frozen else "live")

    async def live_and_frozen(self) -> AsyncIterator[bool]:
        """Once while the view runs, and once more, on the same page, while it is frozen."""
        yield False
        await self.until_state("live")
        await self.click("run")
        await self.until_state("paused")
        await self.until_still()
        yield True
        await self.until_state("paused")

    async def drawn(self) -> Drawn:
        return await self.until_drawn("true")

    async def text(self, element: str) -> str:
        """What an element shows, whether it is a field or not."""
        return await self.page.locator(f"#{element}").evaluate("(e) => e.value || e.textContent")

    async def click(self, element: str) -> None:
        await self.page.locator(f"#{element}").click()

    async def unfold(self, element: str) -> None:
        """Open what an element is folded in."""
        await self.page.locator(f"details:not([open]):has(#{element}) > summary").click()

    async def enter(self, element: str, text: str) -> None:
        """Type into a field (by id), and press Enter.

        As a person does: Playwright's `fill` changes nothing of which Firefox tells the page.
        """
        field = self.page.locator(f"#{element}")
        await field.click()
        await field.select_text()
        await field.press_sequentially(text)
        await field.press("Enter")

    async def was_reloaded(self) -> bool:
        return await self.page.evaluate("globalThis.firstLoad !== true")

    @property
    def newest(self) -> int:
        """Index of the newest sample received, in the newest epoch."""
        return max(self.samples)

    @property
    def samples(self) -> dict[int, float]:
        """What was received of the first signal in the newest epoch, by index."""
        return self.received.values[max(self.received.values)]

    def place_of(self, drawn: Drawn) -> range:
        """The indices that a picture shows: its values, unbroken and unchanged, as received.

        A curve has further points between them, which no sample is.
        """
        indices = sorted(self.samples)
        values = np.array([self.samples[index] for index in indices])
        shown = drawn.y[np.isin(drawn.y, values)]
        assert len(shown) > 1, "the chart shows no value that was received"
        for start in np.flatnonzero(values == shown[0]):
            piece = slice(start, start + len(shown))
            if np.array_equal(values[piece], shown):
                place = range(indices[piece][0], indices[piece][-1] + 1)
                assert len(place) == len(shown), "samples are missing in what was received"
                return place
        raise AssertionError("the chart shows values that were never received")

    def _connected(self, socket: WebSocket) -> None:
        self.socket = socket
        socket.on("framereceived", self._take)

    def _take(self, message: str | bytes) -> None:
        self.received.take(message)
        self._came.set()
