"""What must never happen in a page: console errors, exceptions, refusals of the policy."""

import asyncio

from playwright.async_api import BrowserContext, ConsoleMessage, WebError

from waves.tests.server.processes import START_SECONDS

#: A refusal becomes a console error, whichever way Chromium itself reports it.
REPORT_REFUSALS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`The policy ${violatedDirective} refused ${blockedURI}`));
"""
#: A test beside this one makes or cuts a link, and Chromium drops every request that is under way:
#: that is no fault of the page, which is loaded again (`Oscilloscope.load`).
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"


class Faults:
    """Collects from every page of the contexts that it watches."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected = [NETWORK_CHANGED]
        self._another = asyncio.Event()

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._raised)

    def leave(self, context: BrowserContext) -> None:
        context.remove_listener("console", self._console)
        context.remove_listener("weberror", self._raised)

    def expect(self, words: str) -> None:
        """A fault with these words is what the test brings about."""
        self._expected.append(words)

    async def until_seen(self, words: str) -> None:
        """Wait for a fault with these words."""
        while not any(words in fault for fault in self.seen):
            self._another.clear()
            await asyncio.wait_for(self._another.wait(), START_SECONDS)

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self.seen if not any(w in fault for w in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._add(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _raised(self, error: WebError) -> None:
        self._add(f"raised: {error.error.stack or error.error}")

    def _add(self, fault: str) -> None:
        self.seen.append(fault)
        self._another.set()
