"""An edit in the admin reaches a page that is open, at once and without a gap."""

import asyncio
import time

import numpy as np
import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import START_SECONDS

#: Values of the first signal in so many seconds before the right end, and of the curve between.
LAST = "drawn.signals[0].y.filter((_, k) => drawn.signals[0].x[k] > -{})".format
#: In 0.1 s, 200 Hz cross their offset of 0.6 forty times, 50 Hz ten times.
CROSSINGS = "crossings(drawn, 0.6).filter(({ x }) => x > -0.1).length"
#: A field of the form, what is set, and what the page draws then.
EDITS = [
    ("common__frequency", "200", f"{CROSSINGS} >= 30"),
    ("common__amplitude", "3", f"Math.max(...{LAST(0.04)}) > 2"),
    (
        "waveform",
        "square",
        f"{LAST(0.01)}.every((y) => Math.abs(Math.abs(y - 0.6) - 3) < 1e-6)",
    ),
]


async def test_an_edit_arrives_within_a_second_without_gap_or_reload(
    staff_context, daphne, add_stream
):
    key = add_stream("edited", like="waveforms")
    scope = await Oscilloscope.open(staff_context, daphne, "edited")
    form = await open_form(staff_context, daphne, key)
    for name, value, arrived in EDITS:
        await fill(form, {name: value})
        saved = await save(form)
        assert (await scope.until_drawn(arrived)).at - saved < 1.0, name
    assert not await scope.was_reloaded()
    (epoch,) = scope.received.values
    assert scope.received.missing(epoch) == 0
    assert await scope.text("lost") == "0"
    assert not (await scope.drawn()).gaps


async def test_a_change_of_frequency_makes_no_jump_in_phase(staff_context, daphne, add_stream):
    key = add_stream("phase", like="sine")
    scope = await Oscilloscope.open(staff_context, daphne, "phase")
    form = await open_form(staff_context, daphne, key)
    await fill(form, {"common__frequency": "7"})
    await save(form)
    steepest = 2 * np.pi * 7 / 1000
    # Two periods of it, whenever they come.
    async with asyncio.timeout(START_SECONDS):
        while (steps := steps_of(scope))[-300:].max() < 0.99 * steepest:
            await scope.until_received(100)
    await scope.until_received(500)
    steps = steps_of(scope)
    assert steps[-500:].max() == pytest.approx(steepest, rel=0.01)
    assert steps.max() <= steepest * 1.01


def steps_of(scope) -> np.ndarray:
    """From each sample that came to the next one."""
    return np.abs(np.diff([scope.samples[index] for index in sorted(scope.samples)]))


async def test_a_new_name_and_unit_reach_the_open_page(staff_context, daphne, add_stream):
    key = add_stream("named", like="sine")
    scope = await Oscilloscope.open(staff_context, daphne, "named")
    form = await open_form(staff_context, daphne, key)
    await fill(form, {"name": "Pressure", "unit": "bar"})
    await save(form)
    await scope.until_text("signals", "Pressure")
    await scope.until_text("signals", "bar")
    assert len(scope.received.values) == 1


@pytest.mark.firefox
async def test_another_rate_begins_an_epoch_with_a_marked_gap(staff_context, daphne, add_stream):
    # So slow and so long that the cut stays on the screen until it is looked at.
    key = add_stream("rated", like="sine", rate=400, window=10)
    scope = await Oscilloscope.open(staff_context, daphne, "rated")
    form = await open_form(staff_context, daphne, key)
    rate = form.locator("#id_rate")
    await rate.select_text()
    await rate.press_sequentially("200")
    await save(form)
    await scope.until_text("fact-rate", "200 S/s")
    drawn = await scope.until_drawn("drawn.gaps.length === 1 && drawn.signals[0].y.length > 20")
    assert np.allclose(np.diff(drawn.x), 1 / 200, atol=1e-5)
    assert len(scope.received.values) == 2
    assert not await scope.was_reloaded()


async def open_form(context, server, key):
    page = await context.new_page()
    await page.goto(f"http://{server.address}/admin/waves/stream/{key}/change/")
    return page


async def fill(form, fields):
    """Fill fields of the first signal, by their names."""
    for name, value in fields.items():
        field = form.locator(f"#id_signals-0-{name}")
        if name == "waveform":
            await field.select_option(value)
        else:
            await field.fill(value)


async def save(form) -> float:
    """Save as a person does; the unix time at which the server said so."""
    async with form.expect_response(
        lambda answer: answer.request.method == "POST" and "/change/" in answer.url
    ) as answer:
        await form.locator("[name=_continue]").first.click()
    assert (await answer.value).status == 302
    return time.time()
