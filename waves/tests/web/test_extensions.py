"""Another app adds a source, a waveform and an export format by settings; faults are told."""

import importlib
import json
import re
import sys

import numpy as np
import pytest

from waves import checks, extensions
from waves.conf import get_config
from waves.exceptions import ConfigurationError
from waves.exports import Export, Frame
from waves.registry import Registry
from waves.sources.base import Source
from waves.tests.outside import FILES, PAGE, ROOT, make_app, run

#: What a person does in the admin, with a database in memory.
IN_THE_ADMIN = """
import json, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = ":memory:"
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from waves.models import Stream
from waves.tests.admin.forms import posted
call_command("migrate", verbosity=0)
client = Client(headers={"host": "localhost"})
client.force_login(get_user_model().objects.create_superuser("admin", password="x"))
page = client.get("/admin/waves/stream/add/").content.decode()
dice = posted(source="dice", slug="dice", dice__sides="20", **{"signals-TOTAL_FORMS": "0"})
bump = posted({"waveform": "bump", "bump__sharpness": "3"}, slug="bump")
preview = client.post("/admin/waves/stream/preview/", bump).json()
wrong = client.post("/admin/waves/stream/preview/", {**dice, "dice__sides": "1"}).json()
saved = [client.post("/admin/waves/stream/add/", data).status_code for data in (dice, bump)]
print(json.dumps({
    "page": page,
    "preview": preview["signals"][0]["values"],
    "wrong": wrong["errors"],
    "shown live": not client.post("/admin/waves/stream/preview/", dice).json()["previewed"],
    "saved": saved,
    "options": Stream.objects.get(slug="dice").options,
    "parameters": Stream.objects.get(slug="bump").signals.get().parameters,
    "label": Stream.objects.get(slug="dice").get_source_display(),
}))
"""


def test_the_page_has_a_whole_file_for_each_kind():
    assert set(FILES) == {"plant/dice.py", "plant/bump.py", "plant/tsv.py"}


@pytest.mark.slow
def test_the_admin_offers_what_another_app_adds(tmp_path):
    told = json.loads(run(make_app(tmp_path), "-c", IN_THE_ADMIN).splitlines()[-1])
    assert '<option value="dice">Dice</option>' in told["page"]
    assert '<option value="bump">Bump</option>' in told["page"]
    assert "Faces of the die." in told["page"]
    assert "The higher, the narrower." in told["page"]
    # 5 Hz at 1 kHz for 2 s: ten bumps of which each is 1 in the middle.
    assert max(told["preview"]) == pytest.approx(1.0, abs=0.001)
    assert min(told["preview"]) == pytest.approx(0.0, abs=0.001)
    assert "at least 2" in told["wrong"]["dice__sides"][0]
    assert told["shown live"]
    assert told["saved"] == [302, 302]
    assert told["options"] == {"sides": 20}
    assert told["parameters"]["sharpness"] == 3.0
    assert told["label"] == "Dice"


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """The app, ready to be imported by this process, which forgets it afterwards."""
    make_app(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "plant"]:
        del sys.modules[name]


def test_its_waveform_is_synthesised_with_its_parameters(plant):
    bump = importlib.import_module("plant.bump").Bump
    cycles = np.array([0.0, 0.25, 0.5, 1.0], np.float32)
    values = bump(sharpness=2.0).values(cycles, 0.25)
    np.testing.assert_allclose(values, [0.0, 0.5625, 1.0, 0.0])
    assert values.dtype == np.float32


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("timed", [False, True])
def test_its_format_has_a_line_for_each_sample_or_column(plant, columns, timed):
    values = np.arange(1000, dtype=np.float32).reshape(2, 500)
    times = np.arange(500) * 0.5 if timed else None
    maxima = values + 1 if columns else None
    frame = Frame(
        1, 2, 0, 1000.0, 0.0 if timed else 0.5, values, maxima, 16 if columns else 1, times
    )
    signals = [{"key": key, "name": key, "unit": ""} for key in ("a", "b")]
    export = importlib.import_module("plant.tsv").TsvExport(signals, columns=columns)
    text = (export.head() + b"".join(export.pieces(frame)) + export.tail()).decode()
    head, *lines = text.splitlines()
    assert head.split("\t") == (
        ["time", "a min", "a max", "b min", "b max"] if columns else ["time", "a", "b"]
    )
    assert len(lines) == 500
    last = [1249.5, 499.0, 500.0, 999.0, 1000.0] if columns else [1249.5, 499.0, 999.0]
    assert [float(part) for part in lines[-1].split("\t")] == last


@pytest.mark.slow
def test_a_check_says_what_could_not_be_added_and_nothing_else(tmp_path):
    assert "E030" not in run(make_app(tmp_path), "manage.py", "check")
    typo = 'WAVES["sources"]["cards"] = "plant.cards.CardSource"'
    told = run(make_app(tmp_path, typo), "manage.py", "check", code=1)
    assert '(waves.E030) WAVES["sources"] has “cards”: plant.cards.CardSource could not' in told
    assert "dice" not in told
    assert "Traceback" not in told


def problem(adding, key, path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        adding.add(key, path)
    return str(refused.value)


class Nothing(Source):
    """A source that lacks everything."""


class Nameless(Export):
    """A format without a content type."""

    def pieces(self, frame):
        yield b""


HERE = __name__


@pytest.mark.parametrize(
    ("name", "key", "path", "told"),
    [
        ("sources", "dice", "plant.dice.DiceSource", "could not be imported (ModuleNotFoundError"),
        ("sources", "dice", "waves.sources.base.Dice", "could not be imported (AttributeError"),
        ("sources", "dice", "waves.sources.base.Clock", "is no subclass of waves.sources.base."),
        ("sources", "dice", "waves.sources.base.math", "is no subclass of waves.sources.base."),
        ("sources", "dice", "Dice", "could not be imported"),
        ("sources", "dice", f"{HERE}.Nothing", "does not define blocks, signals."),
        ("sources", "system", f"{HERE}.Nothing", "there is a source of this name already"),
        ("sources", "Dice", f"{HERE}.Nothing", "“Dice” is no name of a source"),
        ("sources", "a__b", f"{HERE}.Nothing", "“a__b” is no name of a source"),
        ("sources", "common", f"{HERE}.Nothing", "“common” is no name of a source"),
        ("sources", "x" * 33, f"{HERE}.Nothing", "is no name of a source"),
        ("waveforms", "bump", "waves.dsp.waveforms.pulse.Edges", "does not define values."),
        ("exports", "tsv", f"{HERE}.Nameless", "has no content_type."),
    ],
)
def test_what_cannot_be_added_is_told_and_not_added(name, key, path, told):
    registry = extensions.REGISTRIES[name]
    before = dict(registry)
    assert told in problem(registry, key, path)
    assert dict(registry) == before


def test_what_could_not_be_added_is_an_error_with_the_setting_and_the_others_are(
    plant, settings, monkeypatch
):
    fresh = Registry("format", Export, {})
    monkeypatch.setattr(extensions, "REGISTRIES", {"exports": fresh})
    settings.WAVES = {"exports": {"xml": "plant.xml.Xml", "tsv": "plant.tsv.TsvExport"}}
    found = extensions.add_from_settings()
    assert list(fresh) == ["tsv"]
    monkeypatch.setattr(extensions, "problems", found)
    (error,) = checks.check_extensions()
    assert error.id == "waves.E030"
    assert error.msg.startswith('WAVES["exports"] has “xml”: plant.xml.Xml could not be imported')


def test_to_add_the_same_twice_changes_nothing(plant):
    fresh = Registry("format", Export, {})
    for _ in range(2):
        fresh.add("tsv", "plant.tsv.TsvExport")
    assert len(fresh) == 1


@pytest.mark.parametrize("value", [["plant.dice.Dice"], "dice", {"dice": 1}, None])
def test_a_setting_that_is_no_dictionary_of_paths_is_told(settings, value):
    settings.WAVES = {"sources": value}
    with pytest.raises(ConfigurationError, match=r'WAVES\["sources"\] is a dict of names'):
        get_config()
    assert checks.check_worker()[0].id == "waves.E003"


def test_every_file_that_the_page_names_is_there():
    named = re.findall(r"`((?:waves|static|templates|docs)/[\w./-]+)`", PAGE)
    assert len(named) > 10
    for path in named:
        assert (ROOT / path).exists(), path


def test_everything_that_a_source_may_say_of_itself_stands_on_the_page():
    said = {name for name in vars(Source) if not name.startswith("_")}
    said |= {name for name in Source.__annotations__ if not name.startswith("_")}
    for name in said - {"clock", "signals", "blocks", "update"}:
        assert f"`{name}`" in PAGE, name
