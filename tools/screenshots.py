"""Makes the pictures of the README and the docs: `make screenshots`.

A server of its own on a free port, a temporary database with the demo streams, and Chromium. A
view that comes later is one line in ``VIEWS``. ``python -m tools.screenshots sizes`` makes those of
one show only.
"""

from __future__ import annotations

import base64
import json
import math
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools import pictures
from waves.tests.server.processes import Site

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
ADMINISTRATOR, PASSWORD = "admin", secrets.token_urlsafe(12)
#: Seconds until the window is full, thumbnails and preview are drawn, and readings stand.
SETTLE = 4.0
#: What a first visit is told would stand in every picture.
KNOWN = "localStorage.setItem('waves.welcomed', '1')"


@dataclass(frozen=True, slots=True)
class Device:
    """A screen: CSS pixels, device pixels for each, whether it is touched, and into how many
    parts its picture is made smaller."""

    width: int
    height: int
    scale: int = 1
    touch: bool = False
    parts: int = 1


DESK, PHONE = Device(1440, 900), Device(390, 844, scale=2, touch=True)
LAPTOP, LARGE = Device(1280, 720), Device(1920, 1080)
LYING_PHONE, WALL = Device(844, 390, scale=2, touch=True), Device(3840, 2160, parts=2)


@dataclass(frozen=True, slots=True)
class View:
    """One page in one or more themes: ``name-theme.png``, or ``name.png`` where there is one.

    ``keys`` are pressed one after the other once the page has settled.
    """

    name: str
    path: str
    device: Device = DESK
    themes: tuple[str, ...] = ("dark", "light")
    keys: tuple[str, ...] = ()
    staff: bool = False

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each theme, and the file of its picture."""
        for theme in self.themes:
            suffix = f"-{theme}" if len(self.themes) > 1 else ""
            yield theme, FOLDER / f"{self.name}{suffix}.png"


def both(
    name: str, path: str, desk: Device = DESK, keys: tuple[str, ...] = ()
) -> tuple[View, View]:
    """A page on a desk and, as ``name-phone``, on a phone."""
    return View(name, path, desk, keys=keys), View(f"{name}-phone", path, PHONE, keys=keys)


VIEWS = (
    *both("scope", "/streams/waveforms/"),
    *both("cursors", "/streams/waveforms/", keys=("c",)),
    *both("past", "/streams/chirp/", keys=(" ", "ArrowLeft", "-")),
    *both("spectrum", "/streams/waveforms/?view=spectrum&window=2"),
    *both("split", "/streams/waveforms/?view=split&window=1"),
    *both("table", "/streams/waveforms/?view=table&window=0.2"),
    *both("streams", "/", Device(1440, 640)),
    View("admin-stream", "/admin/waves/stream/2/change/", themes=("light",), staff=True),
)

#: The page on every screen that `scope` and `scope-phone` do not show; a wall in full screen.
SIZE_VIEWS = (
    View("scope-844x390", "/streams/waveforms/", LYING_PHONE),
    View("scope-1280x720", "/streams/waveforms/", LAPTOP),
    View("scope-1920x1080", "/streams/waveforms/", LARGE),
    View("scope-3840x2160", "/streams/waveforms/", WALL, keys=("f",)),
)

#: A stream that a program sends to: before anything came, and once its number moves.
SENT_VIEWS = (
    View("boiler-empty", "/streams/boiler/", LAPTOP, themes=("light",), staff=True),
    View("boiler", "/streams/boiler/", LAPTOP, themes=("light",)),
)
#: Its samples a second, and for how long they were sent before the picture (s).
SENT_RATE, SENT_SECONDS = 10.0, 12.0

#: Signals as people have them: each is a function of ``tools.scenes``.
SCENES: dict[str, dict[str, object]] = {
    "relay": {"name": "A relay", "rate": 4, "window": 60, "history": 300},
    "counter": {"name": "A counter", "rate": 100, "window": 10, "history": 60},
    "eeg": {"name": "An EEG", "rate": 256, "window": 4, "history": 30},
    "wind": {"name": "A wind vane", "rate": 4, "window": 60, "history": 300},
    "temperature": {"name": "A day of temperature", "rate": 0.1, "window": 3600, "history": 86_400},
    "price": {"name": "A price", "rate": 1 / 60, "window": 3600, "history": 86_400},
}
SCENE_VIEWS = (
    View("scene-relay", "/streams/relay/"),
    View("scene-counter", "/streams/counter/"),
    View("scene-eeg", "/streams/eeg/", keys=("o", "+")),
    View("scene-wind", "/streams/wind/"),
    View("scene-temperature", "/streams/temperature/?window=86400"),
    View("scene-price", "/streams/price/?window=86400"),
)
#: Seconds until a scene has told what was before: see ``tools.scenes.streams.READY``.
SCENE_READY = 15.0

#: The moving picture: the demo stream `waveforms` ten times slower, since 50 Hz would seem to
#: stand still at 12.5 pictures a second; 3.2 s hold whole periods of all three, so it loops.
SLOWER = {
    "sine": {"frequency": 5.0, "offset": 0.6},
    "square": {"frequency": 2.5, "amplitude": 0.8},
    "chirp": {"amplitude": 0.6, "offset": -1.2, "f0": 1.0, "f1": 10.0, "t1": 3.2},
}
GIF_DEVICE, GIF_WINDOW, GIF_SECONDS, GIF_FRAME = Device(960, 560), 2.0, 3.2, 0.08
#: The steadiest of so many is kept.
GIF_TAKES = 5


@contextmanager
def opened(browser: Browser, address: str, device: Device, theme: str) -> Iterator[Page]:
    """A page in a browser context of its own, which prefers a theme; a broken page ends us."""
    context = browser.new_context(
        base_url=f"http://{address}",
        viewport=ViewportSize(width=device.width, height=device.height),
        device_scale_factor=device.scale,
        has_touch=device.touch,
        is_mobile=device.touch,
        color_scheme="dark" if theme == "dark" else "light",
    )
    errors: list[str] = []
    try:
        context.add_init_script(KNOWN)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    finally:
        context.close()
    if errors:
        raise SystemExit(f"No picture of a page that fails: {errors[0]}")


def log_in(page: Page) -> None:
    """Log in as the administrator."""
    page.goto("/admin/login/?next=/")
    page.fill("[name=username]", ADMINISTRATOR)
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")


def photograph(browser: Browser, address: str, view: View) -> None:
    """The pictures of one view."""
    for theme, file in view.files():
        with opened(browser, address, view.device, theme) as page:
            if view.staff:
                log_in(page)
            page.goto(view.path)
            page.wait_for_timeout(SETTLE * 1000)
            for key in view.keys:
                page.keyboard.press(key)
                page.wait_for_timeout(1000)
            pictures.save(page.screenshot(), file, parts=view.device.parts)
        told(file)


def film(browser: Browser, address: str, file: Path) -> None:
    """The oscilloscope as it moves, in real time."""
    with opened(browser, address, GIF_DEVICE, "dark") as page:
        page.goto("/streams/waveforms/")
        page.wait_for_timeout((SETTLE + GIF_WINDOW) * 1000)
        takes = [record(page, GIF_SECONDS + GIF_FRAME) for _ in range(GIF_TAKES)]
    shots = min(takes, key=pictures.longest_pause)
    pictures.save_gif(pictures.paced(shots, GIF_SECONDS, GIF_FRAME), file, GIF_FRAME)
    told(file)


def record(page: Page, seconds: float) -> list[tuple[float, bytes]]:
    """What Chromium draws in so many seconds: the time of each picture, and the picture."""
    events: list[dict] = []
    shots: list[tuple[float, bytes]] = []
    session = page.context.new_cdp_session(page)
    session.on("Page.screencastFrame", lambda event: events.append(event))
    session.send("Page.startScreencast", {"format": "png"})
    begun = time.monotonic()
    while not shots or shots[-1][0] - shots[0][0] < seconds:
        if time.monotonic() - begun > 10 * seconds:
            raise SystemExit("Chromium draws too slowly for a moving picture.")
        page.wait_for_timeout(10)
        while events:
            event = events.pop(0)
            shots.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
            session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
    session.send("Page.stopScreencast")
    session.detach()
    return shots


def told(file: Path) -> None:
    """Say what was made."""
    print(f"{file.relative_to(FOLDER.parent.parent)}  {file.stat().st_size / 1024:.0f} KiB")


def stage(site: Site) -> None:
    """The scenes in place of the demo: each is a copy of its Python function."""
    site.execute("UPDATE waves_stream SET enabled = 0")
    for slug, sizes in SCENES.items():
        options = json.dumps({"function": f"tools.scenes.streams.{slug}"})
        changes = {"description": "", "sample_type": "", "enabled": 1, **sizes}
        site.add_stream(slug, like="python", options=options, **changes)


def slow_down(site: Site) -> None:
    """Change the stream of the moving picture; the worker applies it within half a second."""
    for key, parameters in SLOWER.items():
        site.execute(
            "UPDATE waves_signal SET parameters = ? WHERE stream_id = 2 AND key = ?",
            *(json.dumps(parameters), key),
        )
    site.execute("UPDATE waves_stream SET window = ? WHERE id = 2", GIF_WINDOW)


def show_demo(browser: Browser) -> None:
    """Serve the demo, photograph every view of it, and film."""
    with prepared("livestream_project.settings") as site, site.serve("runserver") as server:
        for view in VIEWS:
            photograph(browser, server.address, view)
        slow_down(site)
        film(browser, server.address, FOLDER / "waves.gif")


def show_sizes(browser: Browser) -> None:
    """Serve the demo, and photograph one page of it on every screen."""
    with prepared("livestream_project.settings") as site, site.serve("runserver") as server:
        for view in SIZE_VIEWS:
            photograph(browser, server.address, view)


def show_scenes(browser: Browser) -> None:
    """Serve the scenes, and photograph each."""
    with prepared("tools.scenes.settings") as site:
        stage(site)
        with site.serve("runserver") as server:
            time.sleep(SCENE_READY)
            for view in SCENE_VIEWS:
                photograph(browser, server.address, view)


def show_sending(browser: Browser) -> None:
    """Make a stream with a key, photograph it, send to it, and photograph it again."""
    empty, sent = SENT_VIEWS
    with prepared("livestream_project.settings") as site:
        key = site.manage("accesskey", "create", "--scope", "write", "make").splitlines()[0]
        with site.serve("runserver") as server:
            streams = f"http://{server.address}/api/v1/streams"
            post(streams, key, {"name": "Boiler", "signals": [{"name": "inlet", "unit": "°C"}]})
            photograph(browser, server.address, empty)
            over = threading.Event()
            sending = threading.Thread(target=send, args=(f"{streams}/boiler/samples", key, over))
            sending.start()
            time.sleep(SENT_SECONDS)
            photograph(browser, server.address, sent)
            over.set()
            sending.join()


def send(address: str, key: str, over: threading.Event) -> None:
    """Send a temperature, until it is over."""
    begin = time.monotonic()
    while not over.wait(1 / SENT_RATE):
        seconds = time.monotonic() - begin
        ripple = 0.2 * math.sin(2.3 * seconds) + 0.05 * math.sin(17 * seconds)
        post(address, key, {"inlet": round(60.1 + 1.5 * math.sin(0.7 * seconds) + ripple, 2)})


def post(address: str, key: str, body: dict[str, object]) -> None:
    """POST some JSON with a key."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = Request(address, json.dumps(body).encode(), headers)
    urlopen(request, timeout=10).close()


@contextmanager
def prepared(settings: str) -> Iterator[Site]:
    """A site with the demo streams and an administrator, for a while."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"DJANGO_SETTINGS_MODULE": settings, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        site = Site(Path(folder), **environment)
        site.prepare()
        site.manage("createsuperuser", "--noinput", "--username", ADMINISTRATOR, "--email", "")
        yield site


#: What can be asked for by name; all of it, where nothing is.
SHOWS = {
    "demo": show_demo,
    "sizes": show_sizes,
    "scenes": show_scenes,
    "sending": show_sending,
}


def main() -> None:
    """Make all pictures, or those of the shows that are named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for show in sys.argv[1:] or SHOWS:
            SHOWS[show](browser)
        browser.close()


if __name__ == "__main__":
    main()
