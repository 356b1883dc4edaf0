"""The administrator of `make faults` sends of a form what a browser would."""

from benchmarks.faults.admin_form import Form

PAGE = """
<form><input type="hidden" name="token" value="abc"><input name="name" value="Sine">
<input type="number" name="empty"><input type="checkbox" name="off" value="x">
<input type="checkbox" name="on" checked><input type="radio" name="kind" value="a">
<input type="radio" name="kind" value="b" checked><input name="gone" value="1" disabled>
<select name="source"><option value="a">A</option><option value="b" selected>B</option></select>
<select name="first"><option value="">-</option><option value="1">1</option></select>
<textarea name="text">
two
lines</textarea><input type="submit" name="_save" value="Save"></form>
"""


def test_it_sends_what_is_filled_in_and_chosen():
    form = Form()
    form.feed(PAGE)
    assert form.fields == [
        ("token", "abc"),
        ("name", "Sine"),
        ("empty", ""),
        ("on", "on"),
        ("kind", "b"),
        ("source", "b"),
        ("first", ""),
        ("text", "two\nlines"),
    ]
