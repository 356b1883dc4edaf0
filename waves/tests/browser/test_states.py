"""What the page says of its stream: stopped, failed, stale, and what this page does not know."""

import asyncio
import json
from collections.abc import Callable

from playwright.async_api import expect

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import EVERYTHING, Index
from waves.tests.server.processes import Site

#: So slow and so long that a cut stays on the screen, sample by sample, until it is looked at.
SLOW = {"like": "noise", "rate": 200, "window": 10}


async def test_staff_stop_and_start_a_stream_from_its_page(staff_context, daphne, add_stream):
    add_stream("controlled", **SLOW)
    scope = await Oscilloscope.open(staff_context, daphne, "controlled")
    button = scope.page.locator("#control-button")
    assert await button.inner_text() == "Stop stream"
    await button.click()
    await scope.until_state("stopped")
    await expect(scope.page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    await button.filter(has_text="Start stream").press("Enter")
    await scope.until_state("live")
    drawn = await scope.until_drawn("drawn.gaps.length === 1 && drawn.signals[0].y.length > 20")
    assert scope.place_of(drawn).start == 0
    assert len(scope.received.values) == 2
    assert not await scope.was_reloaded()


async def test_what_others_watch_is_stopped_after_a_question_and_they_are_told(
    staff_context, new_context, daphne, add_stream
):
    add_stream("watched", **SLOW)
    visitors = await new_context()
    others = [await Oscilloscope.open(visitors, daphne, "watched") for _ in range(2)]
    scope = await Oscilloscope.open(staff_context, daphne, "watched")
    page = scope.page
    dialog = page.locator("#stop-dialog")
    # The server counts who watches every two seconds.
    await asyncio.to_thread(daphne.await_answer, "/api/v1/streams/watched", words='"viewers":3')
    await scope.click("control-button")
    await dialog.get_by_text("2 others watch").wait_for()
    await dialog.get_by_role("button", name="Cancel").click()
    await scope.until_state("live")
    await scope.click("control-button")
    await dialog.get_by_role("button", name="Stop stream").click()
    for viewer in (scope, *others):
        await viewer.until_state("stopped")
        await viewer.until_text("stopped-words", "Nothing new comes until it is started.")
        await expect(viewer.page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    assert not await others[0].page.get_by_role("button", name="Start stream").count()
    await scope.click("stopped-start")
    for viewer in (scope, *others):
        await viewer.until_state("live")
        await viewer.page.locator("#stopped").wait_for(state="hidden")


async def test_on_a_phone_the_menu_holds_what_has_no_room(new_context, administrator, daphne):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    context = await new_context(storage_state=administrator, **phone)
    scope = await Oscilloscope.open(context, daphne, "noise")
    names = [("button", "Stop stream"), ("link", "Configure"), ("button", "Full screen")]
    for role, name in names:
        assert not await scope.page.get_by_role(role, name=name).count()
    await scope.page.get_by_role("button", name="More", exact=True).tap()
    for role, name in names:
        box = await scope.page.get_by_role(role, name=name).bounding_box()
        assert 0 <= box["x"] <= 390 - box["width"]
    await scope.page.keyboard.press("Escape")
    await scope.page.get_by_role("link", name="Configure").wait_for(state="hidden")


async def test_who_is_not_staff_cannot_stop_a_stream(noise):
    assert await noise.page.locator("#control").count() == 0


async def test_a_source_that_fails_is_told_in_its_own_words(context, daphne):
    scope = await Oscilloscope.load(context, daphne, "broken")
    await scope.until_state("failed")
    await scope.until_text("notice", "ZeroDivisionError")
    assert await scope.page.locator("#notice").is_visible()


async def test_a_source_that_never_gave_a_signal_says_so_and_what_has_become_of_it(
    context, daphne, add_stream, shared_site
):
    handle = add_stream("no-signals", like="python", options='{"function": "nowhere.first"}')
    shared_site.execute("DELETE FROM waves_signal WHERE stream_id = ?", handle)
    scope = await Oscilloscope.load(context, daphne, "no-signals")
    await scope.until_state("failed")
    assert await scope.text("name") == "no-signals"
    await scope.until_text("notice", "'nowhere.first'")
    await scope.until_text("notice", "The server tries again by itself.")
    shared_site.execute(
        "UPDATE waves_stream SET options = ? WHERE id = ?", '{"function": "nowhere.then"}', handle
    )
    # An open page hears of it, though the stream never ran.
    await scope.until_text("notice", "'nowhere.then'")


async def test_errors_and_answers_change_what_is_there_already(noise):
    # What only appears with its text, many screen readers do not tell.
    for element in ("toast", "notice"):
        said = noise.page.locator(f"#{element}[role=status]")
        assert await said.evaluate("(e) => e.textContent === '' && e.checkVisibility()")
        assert not await said.is_visible()


async def test_the_controls_of_a_stream_that_never_ran_raise_nothing(context, daphne, add_stream):
    add_stream("never-run", like="python", enabled=0)
    scope = await Oscilloscope.load(context, daphne, "never-run")
    await scope.until_state("stopped")
    # Its source names the signals, and has not been asked yet.
    assert await scope.page.locator("#signals tr").count() == 0
    for key in ("Space", "a", "PageUp", "ArrowUp", "+", "1", "Space"):
        await scope.page.keyboard.press(key)
    # Readings are shown four times a second: they are not short of a signal either.
    await scope.until("performance.now() - (globalThis.pressedAt ??= performance.now()) > 600")


async def test_a_worker_that_is_gone_is_stale_and_comes_back_as_a_new_epoch(
    new_context, redis, prepared_site, tmp_path
):
    site = Site(tmp_path, REDIS_URL=redis)
    site.start_from(prepared_site)
    site.add_stream("slow", **SLOW)
    worker = site.start_worker()
    try:
        with site.serve() as server:
            scope = await Oscilloscope.open(await new_context(), server, "slow")
            worker.kill()
            await scope.until_state("stale")
            worker = site.start_worker()
            await scope.until_state("live")
            drawn = await scope.until_drawn(
                "drawn.gaps.length === 1 && drawn.signals[0].y.length > 20"
            )
            assert scope.place_of(drawn).start == 0
            assert len(scope.received.values) == 2
            assert not await scope.was_reloaded()
    finally:
        worker.kill()


#: States, known and unknown: name and message, and what pill and the line over the picture say.
SAID = [
    ("silent", "No samples for 6 s.", "No samples for 6 s", ""),
    ("drowsy", "It sleeps until somebody comes and wakes it.", "Drowsy", "It sleeps"),
    ("drowsy", "Wakes at noon.", "Wakes at noon", ""),
    ("stale", "No worker reports this stream.", "Stale", "No worker reports"),
]


async def saying(context) -> Callable[[str, str], None]:
    """Says state and message of every live stream to the pages of a context: now, and later."""
    said: dict[str, str] = {}
    heard = {}

    def changed(text: str | bytes) -> str | bytes:
        if isinstance(text, bytes):
            return text
        told = json.loads(text)
        if told["type"] == "stream" and told["state"] == "live":
            told |= said
        return json.dumps(told)

    def say(state: str, message: str) -> None:
        said.update(state=state, message=message)
        for socket, text in heard.values():
            socket.send(changed(text))

    def route(socket) -> None:
        server = socket.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            # A later server says more than this page knows.
            socket.send(json.dumps({"type": "a-later-message", "handle": 1, "code": "x"}))
            socket.send(changed(text))
            if isinstance(text, str) and (told := json.loads(text))["type"] == "stream":
                heard[told["handle"]] = socket, text

        server.on_message(pass_on)

    await context.route_web_socket("**/ws/**", route)
    return say


async def test_a_state_is_told_in_its_own_words(new_context, daphne):
    context = await new_context()
    say = await saying(context)
    scope = await Oscilloscope.load(context, daphne, "noise")
    for state, message, pill, notice in SAID:
        say(state, message)
        await scope.page.locator(f"#pill[data-state='{state}'][title='{message}']").wait_for()
        assert await scope.text("pill") == pill
        assert notice in await scope.text("notice")
        assert await scope.page.locator("#notice").is_visible() is bool(notice)
        drawn = await scope.until_drawn("drawn.signals[0].y.length > 1")
        await scope.until_shown(scope.place_of(drawn).stop)


async def test_a_card_tells_a_state_in_its_own_words(new_context, daphne):
    context = await new_context(viewport=EVERYTHING)
    say = await saying(context)
    index = await Index.open(context, daphne)
    for state, message, *_ in SAID[:2]:
        say(state, message)
        await index.until_state("noise", state)
        card = index.card("noise")
        await card.get_by_text(message).wait_for()
        assert await card.locator("[data-pill]").inner_text() == state.capitalize()
        await expect(index.page.locator('.card[data-state="live"]')).to_have_count(0)
