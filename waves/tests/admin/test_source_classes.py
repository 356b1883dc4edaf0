"""What only a source knows, its class says; the admin does what it says, whatever the source."""

import re
from typing import ClassVar

import numpy as np
import pytest
from pydantic import Field

from waves.admin import forms
from waves.exceptions import SourceError
from waves.models import Stream
from waves.sources import SOURCES
from waves.sources.base import Options, Source
from waves.tests.admin.forms import SIGNAL, posted

ADD, PREVIEW = "/admin/waves/stream/add/", "/admin/waves/stream/preview/"
PLACES = [("north", "North hall"), ("south", "South hall")]


class TopicOptions(Options):
    place: str = Field("south", title="Place", description="Which hall.")
    spare: str | None = Field(None, title="Spare", description="Another hall.")
    wish: str | None = Field(None, title="Wish", description="Any hall.")


class Topics(Source):
    """Its rows are its signals, and have no waveforms."""

    label = "Topics"
    options = TopicOptions
    rows = "signals"
    no_signal = "A topic is missing: add one below."
    suggestions: ClassVar = {"wish": lambda: [('<a "b">', "A & B")]}
    choices: ClassVar = {"place": lambda: PLACES, "spare": lambda: PLACES}
    previewed = True
    signals = ()

    @classmethod
    def preview(cls, spec, n):
        if len(spec.signals) > 1:
            raise SourceError("Only one topic can be drawn.")
        yield spec.signals[0], np.arange(n) % 2.0

    @classmethod
    def warnings(cls, spec):
        return [f"Nobody listens to {signal.name}." for signal in spec.signals]

    async def blocks(self):
        yield


@pytest.fixture(autouse=True)
def topics(monkeypatch):
    """The source ``topics`` for one test, in forms that are made anew."""
    for name in ("_paths", "_found"):
        monkeypatch.setattr(SOURCES, name, dict(getattr(SOURCES, name)))
    SOURCES.add("topics", f"{__name__}.Topics")
    forms.with_declared.cache_clear()
    yield
    forms.with_declared.cache_clear()


def filled(*names: str, **stream: str) -> dict[str, str]:
    """What a browser posts: the fields of waveforms are hidden, and not sent."""
    row = {name: value for name, value in SIGNAL.items() if name != "waveform"}
    data = posted(*({"name": name} for name in names), source="topics", **stream)
    hidden = re.compile(r"signals-\d+-(waveform|\w+__\w+)$")
    kept = {name: value for name, value in data.items() if not hidden.match(name)}
    assert len([name for name in kept if name.startswith("signals-0-")]) == len(row)
    return {**kept, "topics__place": "north", "topics__spare": "", "topics__wish": "loud", **stream}


def test_rows_that_are_signals_are_saved_without_a_waveform(admin_client):
    response = admin_client.post(ADD, filled("Signal 1", "B"))
    assert response.status_code == 302
    stream = Stream.objects.get()
    assert [signal.name for signal in stream.signals.all()] == ["Signal 1", "B"]
    assert stream.options == {"place": "north", "spare": None, "wish": "loud"}


def test_where_rows_are_signals_one_must_be_there(admin_client):
    data = {**filled("A"), "signals-TOTAL_FORMS": "0"}
    page = admin_client.post(ADD, data)
    assert page.context["adminform"].form.errors["source"] == [Topics.no_signal]


def test_an_option_with_choices_offers_them_and_begins_with_its_default(admin_client):
    page = admin_client.get(ADD).content.decode()
    (place,) = re.findall(r'<select name="topics__place".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="(\w*)"', place) == ["north", "south"]
    assert '<option value="south" selected>South hall' in place
    (spare,) = re.findall(r'<select name="topics__spare".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="(\w*)"', spare) == ["", "north", "south"]


def test_an_option_with_suggestions_offers_them_beside_a_field_to_type_into(admin_client):
    page = admin_client.get(ADD).content.decode()
    (field,) = re.findall(r'<input type="text" name="topics__wish".*?</datalist>', page, re.DOTALL)
    (known,) = re.findall(r' list="([^"]*)"', field)
    assert f'<datalist id="{known}"><option value="&lt;a &quot;b&quot;&gt;">A &amp; B' in field


def test_what_is_no_choice_is_refused(admin_client):
    page = admin_client.post(ADD, filled("A", topics__place="east"))
    assert "Select a valid choice" in page.context["adminform"].form.errors["topics__place"][0]


def test_waveforms_are_shown_for_the_sources_alone_whose_rows_have_them(admin_client):
    page = admin_client.get(ADD).content.decode()
    of_waveforms = [c for c in re.findall(r'<fieldset class="([^"]*)"', page) if "waveform" in c]
    assert of_waveforms
    assert all("waves-source-generator" in classes for classes in of_waveforms)
    assert not any("waves-source-topics" in classes for classes in of_waveforms)


def test_what_a_source_previews_is_drawn_with_its_warnings(admin_client):
    answer = admin_client.post(PREVIEW, filled("A", window="0.1")).json()
    assert answer["previewed"]
    assert answer["signals"][0]["name"] == "A"
    assert answer["signals"][0]["values"] == [0.0, 1.0] * 50
    assert answer["warnings"] == ["Nobody listens to A."]


def test_a_preview_that_cannot_be_had_says_why(admin_client):
    answer = admin_client.post(PREVIEW, filled("A", "B")).json()
    assert answer["errors"] == {"": ["Only one topic can be drawn."]}
    assert answer["signals"] == []


def test_a_source_warns_of_what_was_saved(admin_client):
    page = admin_client.post(ADD, filled("A"), follow=True)
    assert "Nobody listens to A." in [str(said) for said in page.context["messages"]]
