"""Full screen leaves out what a screen on a wall does not need."""


async def test_full_screen_by_mouse_and_by_key(noise):
    page = noise.page
    button = page.locator("#full-screen")
    for enter, leave in (
        (button.click, button.click),
        (lambda: page.keyboard.press("f"), lambda: page.keyboard.press("f")),
        (lambda: button.press("Enter"), lambda: button.press("Space")),
    ):
        await enter()
        await noise.until("document.fullscreenElement !== null")
        await page.locator("#full-screen[aria-pressed=true]").wait_for()
        assert not await page.locator("#run").is_visible()
        # Keys work all the same, and the chart goes on.
        await page.keyboard.press("-")
        drawn = await noise.until_drawn("drawn.window === 1 && drawn.signals[0].x[0] <= -0.99")
        assert noise.place_of(drawn)
        await page.keyboard.press("+")
        await noise.until_drawn("drawn.window === 2")
        await leave()
        await noise.until("document.fullscreenElement === null")
        await page.locator("#full-screen[aria-pressed=false]").wait_for()
        assert await page.locator("#run").is_visible()
