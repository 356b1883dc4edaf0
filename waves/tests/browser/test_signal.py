"""The signal is on the screen as it was made, moves, and its past is there from the start."""

import numpy as np
import pytest

from waves.tests.browser.oscilloscope import Drawn, Oscilloscope
from waves.tests.server.viewing import Received


@pytest.mark.firefox
async def test_the_chart_draws_the_sine_that_is_configured(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "sine")
    drawn = await scope.until_drawn("drawn.signals[0].x[0] <= -1.99")
    phase = 2 * np.pi * 2.0 * drawn.x  # 2 Hz
    basis = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    parts, *_ = np.linalg.lstsq(basis, drawn.y, rcond=None)
    assert abs(np.hypot(*parts) - 1.0) < 1e-3
    assert np.abs(basis @ parts - drawn.y).max() < 1e-3


async def test_x_and_y_lie_within_the_axes(noise):
    drawn = await noise.until_drawn("drawn.signals[0].x[0] <= -1.99")
    period = 1 / 1000
    # One sample more on either side, so that the lines reach the borders; x is float32.
    most = period + 1e-6
    assert drawn.window == 2.0
    assert drawn.x.min() >= -drawn.window - most
    assert drawn.x.max() <= most
    assert np.allclose(np.diff(drawn.x), period, atol=1e-5)
    assert drawn.low <= drawn.y.min()
    assert drawn.y.max() <= drawn.high


@pytest.mark.firefox
async def test_the_signal_moves_and_every_picture_is_what_was_received(noise):
    before = noise.place_of(await noise.drawn())
    await noise.until_received(300)
    after = noise.place_of(await noise.until_shown(before.stop))
    assert after.start > before.start


#: Keeps the first picture that is whole, however late it is looked at.
FIRST = """
const look = () => {
  const picture = globalThis.drawn?.();
  if (picture?.signals[0].x[0] <= -1.99) globalThis.first = picture;
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


async def test_the_window_is_filled_on_load_and_on_reload(noise):
    await noise.page.add_init_script(FIRST)
    for _ in range(2):
        noise.received = Received()
        await noise.page.reload()
        drawn = Drawn.of(await noise.until("globalThis.first"))
        live = noise.received.of_type("view")[-1]["next"]
        # The whole window was there before this page asked, and is on the screen at once.
        assert live - min(noise.samples) >= 1990
        assert noise.place_of(drawn).start < live
        assert not drawn.gaps


async def test_the_line_at_the_foot_says_how_it_is_going(noise):
    await noise.until_text("connection", "Connected")
    for element, unit in {"rate": "S/s", "latency": "s", "drawn": "fps"}.items():
        text = await noise.until(
            f"/^\\d/.test(document.getElementById('{element}').textContent) && "
            f"document.getElementById('{element}').textContent"
        )
        assert text.endswith(unit)
    assert await noise.text("lost") == "0"


async def test_the_measured_rate_is_that_of_the_stream(noise):
    rate = await noise.until(
        "/S.s$/.test(document.getElementById('rate').textContent) && "
        "Math.abs(parseFloat(document.getElementById('rate').textContent) - 1) < 0.02 && "
        "document.getElementById('rate').textContent"
    )
    assert "kS/s" in rate
