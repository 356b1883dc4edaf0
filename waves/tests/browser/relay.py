"""What sockets bring in a Firefox, of which Playwright hears nothing."""

import base64
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page

#: Given the number of a socket of the page, from 0, and a message of it.
Take = Callable[[int, str | bytes], None]


def is_needed(page: Page) -> bool:
    browser = page.context.browser
    return browser is not None and browser.browser_type.name == "firefox"


async def relay(page: Page, take: Take) -> None:
    """From the next page that is loaded."""

    def relayed(source: object, number: int, is_text: bool, message: str) -> None:
        take(number, message if is_text else base64.b64decode(message))

    await page.expose_binding("relay", relayed)
    await page.add_init_script(path=Path(__file__).with_suffix(".js"))
