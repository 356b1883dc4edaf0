"""The form of a stream in the admin: it follows what is chosen, and says what is wrong where."""

import pytest_asyncio
from playwright.async_api import expect


@pytest_asyncio.fixture(loop_scope="session")
async def form(staff_context, daphne, faults):
    """The change page of the stream ``sine``; no test here saves it."""
    faults.expect("willReadFrequently")  # what the tests read of the canvas, the page does not
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/1/change/")
    await page.wait_for_function(TRACE)
    return page


#: Whether the preview's canvas shows a trace: pixels of more than grid and letters.
TRACE = """() => {
  const canvas = document.querySelector("#waves-preview canvas");
  if (canvas.width < 100) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let coloured = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b, alpha] = data.subarray(at, at + 4);
    if (alpha > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured += 1;
  }
  return coloured > 500;
}"""
PIXELS = "document.querySelector('#waves-preview canvas').toDataURL()"


def field(form, name):
    return form.locator(f"#id_signals-0-{name}")


async def test_the_fields_follow_the_chosen_waveform(form):
    assert not await field(form, "square__duty").is_visible()
    await field(form, "waveform").select_option("square")
    assert await field(form, "square__duty").is_visible()
    await field(form, "waveform").select_option("chirp")
    assert not await field(form, "square__duty").is_visible()
    assert await field(form, "chirp__f0").is_visible()


async def test_a_field_that_a_waveform_does_not_use_is_hidden(form):
    assert await field(form, "common__frequency").is_visible()
    await field(form, "waveform").select_option("dc")
    assert not await field(form, "common__frequency").is_visible()
    assert await field(form, "common__offset").is_visible()


async def test_the_fields_follow_the_chosen_source(form):
    assert not await form.locator("#id_system__cpu").is_visible()
    await form.locator("#id_source").select_option("system")
    assert await form.locator("#id_system__cpu").is_visible()
    assert not await field(form, "waveform").is_visible()
    assert not await field(form, "common__frequency").is_visible()
    await form.locator("#id_source").select_option("generator")
    assert await field(form, "common__frequency").is_visible()


async def test_the_preview_draws_what_is_being_edited(form):
    before = await form.evaluate(PIXELS)
    await field(form, "waveform").select_option("triangle")
    await form.wait_for_function(f"() => {PIXELS} !== {before!r}")
    await form.wait_for_function(TRACE)


async def test_a_frequency_above_half_the_rate_warns_of_aliasing(form):
    await field(form, "common__frequency").fill("800")
    status = form.locator("#waves-preview [role=status]")
    await status.filter(has_text="aliasing").wait_for()
    assert "800 Hz is above half the sample rate (500 Hz)" in await status.inner_text()


async def test_a_bound_is_told_in_the_preview_while_one_types(form):
    await form.locator("#id_window").fill("100000000")
    status = form.locator("#waves-preview [role=status].waves-wrong")
    await status.filter(has_text="Window: At most 34,560,000 s").wait_for()


async def test_a_bound_is_told_at_its_field_when_one_saves(form):
    await form.locator("#id_history").fill("100000")
    # The browser's own bounds would hold the form back: the server's words are what is tested.
    await form.evaluate("document.getElementById('stream_form').noValidate = true")
    await form.locator("[name=_continue]").first.click()
    said = form.locator(".field-history .errorlist")
    await said.wait_for()
    assert "At most 86,400 s: a history is kept in memory." in await said.inner_text()
    assert await form.locator("#id_history").input_value() == "100000"


async def test_a_parameter_s_bound_is_told_at_its_field(form):
    await field(form, "waveform").select_option("square")
    await field(form, "square__duty").fill("2")
    await form.evaluate("document.getElementById('stream_form').noValidate = true")
    await form.locator("[name=_continue]").first.click()
    said = form.locator(".field-square__duty .errorlist")
    await said.wait_for()
    assert "1" in await said.inner_text()
    assert await field(form, "square__duty").is_visible()


async def test_the_preview_of_another_source_shows_the_running_stream(
    staff_context, daphne, faults
):
    faults.expect("willReadFrequently")
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/7/change/")
    await page.wait_for_function(TRACE)
    before = await page.evaluate(PIXELS)
    await page.wait_for_function(f"() => {PIXELS} !== {before!r}")


async def test_rows_are_put_into_order_by_hand_and_by_keys_and_colours_are_picked(form):
    for _ in range(2):
        await form.locator(".add-row a").click()
    names = ["Sine", "B", "C"]
    for row, name in enumerate(names[1:], start=1):
        await form.locator(f"#id_signals-{row}-name").fill(name)

    async def order() -> list[str]:
        """Names by the places that would be sent."""
        return await form.evaluate(
            """() => [...document.querySelectorAll(".inline-related:not(.empty-form)")]
              .map((row) =>
                ["name", "position"].map((field) => row.querySelector(`[name$=-${field}]`).value))
              .sort(([, a], [, b]) => a - b).map(([name]) => name)"""
        )

    assert await order() == names
    await form.get_by_role("button", name="C: order").press("ArrowUp")
    assert await order() == ["Sine", "C", "B"]
    await form.get_by_role("button", name="B: move up").click()
    assert await order() == ["Sine", "B", "C"]
    handle = form.get_by_role("button", name="Sine: order")
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    await form.mouse.move(box["x"] + 5, box["y"] + 5)
    await form.mouse.down()
    # While one is dragged they are lines, so that all of them are in reach.
    await form.locator("body.waves-ordering").wait_for()
    last = await form.get_by_role("button", name="C: order").bounding_box()
    await form.mouse.move(last["x"] + 5, last["y"] + last["height"] + 8, steps=6)
    await form.mouse.up()
    assert await order() == ["B", "C", "Sine"]
    colour = field(form, "colour")
    await form.get_by_label("Choose a colour").nth(2).fill("#ff8800")
    assert await colour.input_value() == "#ff8800"
    await form.get_by_role("button", name="By itself").nth(2).click()
    assert await colour.input_value() == ""


async def test_the_list_is_put_into_order_by_keys(staff_context, daphne, add_stream, shared_site):
    add_stream("ordered-1", like="noise", position=90)
    add_stream("ordered-2", like="noise", position=91)
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/")
    await page.get_by_role("button", name="ordered-2: order").press("ArrowUp")
    await page.get_by_text("The order is saved.").wait_for()
    await page.reload()
    names = await page.locator("#result_list tbody th a").all_inner_texts()
    assert names.index("ordered-2") == names.index("ordered-1") - 1


async def test_the_button_test_says_how_the_stream_runs_and_what_an_edit_would_give(form):
    said = form.locator("#waves-test-found")
    await form.get_by_role("button", name="Test").click()
    await expect(said).to_contain_text("It runs: live")
    await field(form, "common__amplitude").fill("2e10")
    await form.get_by_role("button", name="Test").click()
    await expect(said).to_contain_text("First mend this")
    await field(form, "common__amplitude").fill("2")
    # What was found is not of what stands there now.
    await expect(said).to_contain_text("as it stands.")
    await form.get_by_role("button", name="Test").click()
    await expect(said).to_contain_text("Within 3 s came")
