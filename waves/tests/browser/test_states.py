"""What the page says of its stream: stopped, failed, stale."""

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import Site

#: So slow and so long that a cut stays on the screen, sample by sample, until it is looked at.
SLOW = {"like": "noise", "rate": 200, "window": 10}


async def test_staff_stop_and_start_a_stream_from_its_page(staff_context, daphne, add_stream):
    add_stream("controlled", **SLOW)
    scope = await Oscilloscope.open(staff_context, daphne, "controlled")
    button = scope.page.locator("#control-button")
    assert await button.inner_text() == "Stop"
    await button.click()
    await scope.until_state("stopped")
    await button.filter(has_text="Start").press("Enter")
    await scope.until_state("live")
    drawn = await scope.until_drawn("drawn.gaps.length === 1 && drawn.signals[0].y.length > 20")
    assert scope.place_of(drawn).start == 0
    assert len(scope.received.values) == 2
    assert not await scope.was_reloaded()


async def test_who_is_not_staff_cannot_stop_a_stream(noise):
    assert await noise.page.locator("#control").count() == 0


async def test_a_source_that_fails_is_told_in_its_own_words(context, daphne):
    scope = await Oscilloscope.load(context, daphne, "broken")
    await scope.until_state("failed")
    await scope.until_text("notice", "ZeroDivisionError")
    assert await scope.page.locator("#notice").is_visible()


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
