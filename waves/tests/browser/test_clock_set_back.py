"""A recording whose clock was set back within an epoch: each of two stretches is seen."""

import json
import time

import numpy as np
import pytest
import pytest_asyncio

from waves.tests.browser.oscilloscope import Oscilloscope

#: The clock was set back by so many seconds after a minute.
BACK, MINUTE = 40, 60.0
#: Samples of each stretch: their values are their indices.
EACH = 600
#: Seconds of each stretch's samples after its beginning; bursts are denser than any mean says.
CLOCKS = {
    "regular": np.arange(EACH) / 10,
    "timed": np.repeat(np.arange(EACH / 10), 10) + np.tile(np.arange(10) * 0.01, EACH // 10),
}
#: The pause of the timed clock was not over yet: by so much, at least, it was set back.
SAID = f"/clock set back by ({BACK}|{BACK - 1}) s/.test(texts().join())"
#: What is drawn of both stretches, and of the earlier one alone.
LATER = f"drawn().signals[0].y.some((y) => y > {1.5 * EACH})"
#: Whether the highest value that is drawn is this one; and where the line at a time is, in pixels.
HIGHEST = "Math.round(Math.max(...drawn().signals[0].y.filter(Number.isFinite))) === {}"
MARK = """(() => {{
  const end = Number(new URLSearchParams(location.search).get("at")) / 1000;
  const {{ left, top, height }} = document.getElementById("chart").getBoundingClientRect();
  const x = chart().convertToPixel({{ xAxisIndex: 0 }}, {} - end);
  return end > 0 && [left + x, top + height / 2];
}})()"""
#: Writes both stretches as a recorder does.
WRITE = """
import numpy as np
from waves.tests.transfer.recordings import VOLTS, make
told = {told}
clock, begin = told["clock"], round(told["begin"] * 1e9)
recorded = make(told["slug"], enabled=False, rate=10)
recorded.begin(100, signals=(VOLTS,), rate=10.0, clock=clock)
labels = np.rint(np.array(told["labels"]) * 1e9).astype(np.int64)
n = len(labels)
for k, start in enumerate((begin, begin + {later} * 10**9)):
    times = labels if clock == "timed" else None
    recorded.add(k * n, np.arange(k * n, (k + 1) * n), start, times)
recorded.end()
"""


@pytest_asyncio.fixture(loop_scope="session", params=list(CLOCKS))
async def recorded(request, context, daphne, shared_site):
    """The page of a stopped stream, and the labels of its two stretches."""
    clock = request.param
    slug, begin = f"set-back-{clock}", float(int(time.time()) - 3600)
    labels = CLOCKS[clock]
    told = {"slug": slug, "clock": clock, "begin": begin, "labels": labels.tolist()}
    later = MINUTE - BACK
    code = WRITE.format(told=json.dumps(told), later=int(later))
    said = shared_site.manage("shell", "-v0", "-c", code)
    assert not said, said
    scope = await Oscilloscope.open(context, daphne, slug, "?window=100")
    await scope.until(SAID)
    await scope.page.keyboard.press("ArrowLeft")
    yield scope, begin + labels, begin + later + labels
    forget = f"from waves.models import Stream; Stream.objects.get(slug='{slug}').delete()"
    shared_site.manage("shell", "-v0", "-c", forget)


async def points(scope: Oscilloscope):
    """What is drawn: unix seconds and values."""
    end = await scope.until("Number(new URLSearchParams(location.search).get('at')) / 1000")
    (signal, *_) = (await scope.page.evaluate("drawn()"))["signals"]
    x, y = (np.array(signal[axis], float) for axis in "xy")
    there = np.isfinite(y)
    return end + x[there], y[there]


async def check(scope: Oscilloscope, *stretches) -> None:
    """Each point that is drawn lies on a line through the samples of the stretch of its time;
    ``stretches`` are the labels and values of each, and when it is seen from and up to."""
    await scope.until("!document.getElementById('coarse').offsetParent")
    await scope.until_frames()
    at, value = await points(scope)
    assert at.min() == pytest.approx(stretches[0][2], abs=0.2), "its beginning is not drawn"
    for labels, values, begin, end in stretches:
        seen = (at >= begin + 0.2) & (at <= end - 0.2)
        assert seen.sum() > 50
        assert value[seen] == pytest.approx(np.interp(at[seen], labels, values), abs=0.2)
        if np.isfinite(end):
            assert at[at <= end + 0.01].max() == pytest.approx(end, abs=1.1), "nor its end"


async def test_the_later_stretch_is_drawn_and_the_other_is_reached_from_the_mark(recorded):
    scope, first, second = recorded
    earlier, later = np.arange(EACH), np.arange(EACH, 2 * EACH)
    of_both = (
        (first, earlier, first[0], second[0]),
        (second, later, second[0], np.inf),
    )
    await check(scope, *of_both)
    # By the keyboard there, and back.
    button = scope.page.locator("#beneath")
    await button.press("Enter")
    await scope.until(HIGHEST.format(EACH - 1))
    await check(scope, (first, earlier, first[0], first[-1]))
    assert await button.text_content() == "After the clock was set"
    await button.press("Enter")
    await scope.until(LATER)
    await check(scope, *of_both)
    # And by the pointer.
    x, y = await scope.until(MARK.format(second[0]))
    await scope.page.mouse.click(x, y)
    await scope.until(HIGHEST.format(EACH - 1))
    await check(scope, (first, earlier, first[0], first[-1]))
    await scope.page.mouse.click(x, y)
    await scope.until(LATER)


async def test_what_lies_beneath_is_seen_sample_by_sample(recorded):
    scope, first, _ = recorded
    await scope.page.locator("#beneath").press("Enter")
    await scope.until(HIGHEST.format(EACH - 1))
    await scope.enter("time", "0.2 s")
    # 40 s after the beginning, where the later stretch has other samples.
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(first[0] + 40))
    await scope.page.fill("#go-to-time", text)
    await scope.click("go-to-submit")
    await scope.until("drawn()?.window === 2")
    there = f"new URLSearchParams(location.search).get('at') - {(first[0] + 41) * 1000}"
    await scope.until(f"Math.abs({there}) < 2")
    await scope.until("drawn().signals[0].y.some((y) => y > 395 && y < 405)")
    await scope.until("!document.getElementById('coarse').offsetParent")
    await scope.until_frames()
    at, value = await points(scope)
    for sample in np.flatnonzero(np.abs(first - first[0] - 40) < 0.8):
        place = np.abs(at - first[sample]).argmin()
        assert at[place] == pytest.approx(first[sample], abs=0.002)
        assert value[place] == pytest.approx(sample, abs=0.05)
