"""A tab that is hidden draws nothing, and has lost nothing when it is seen again.

Chromium without a screen never hides a tab, so the test says what a hidden tab would be told.
"""

SET_HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  Object.defineProperty(document, "visibilityState",
    { configurable: true, get: () => hidden ? "hidden" : "visible" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

COUNT_PICTURES = """() => {
  globalThis.pictures = 0;
  globalThis.chart().getZr().on("rendered", () => { globalThis.pictures += 1; });
}"""


async def test_a_hidden_tab_draws_nothing_and_loses_nothing(noise):
    await noise.until_drawn("drawn.signals[0].x[0] <= -1.99")
    await noise.page.evaluate(COUNT_PICTURES)
    await noise.until("globalThis.pictures > 2")
    await noise.page.evaluate(SET_HIDDEN, True)
    held = await noise.drawn()
    before = noise.place_of(held)
    pictures = await noise.page.evaluate("globalThis.pictures")
    await noise.until_received(1000)
    assert await noise.page.evaluate("globalThis.pictures") <= pictures + 1
    assert noise.place_of(await noise.drawn()) == before
    await noise.page.evaluate(SET_HIDDEN, False)
    # Where a message came late, the right end stays behind for a while.
    drawn = await noise.until_shown(before.stop + 900)
    assert not drawn.gaps
    assert await noise.text("lost") == "0"
