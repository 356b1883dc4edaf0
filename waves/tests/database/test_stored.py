"""Rows that no form wrote: pages and admin show them, and the state says what is wrong."""

import json
import re

import pytest
from django.db.models import JSONField, Value

from waves import specs
from waves.exceptions import SourceError
from waves.models import Signal, Stream
from waves.sources import source_class
from waves.sources.base import Clock, SourceContext

#: Each shows the whole of the admin for one row that is wrong.
pytestmark = [pytest.mark.slow]

NO_NUMBERS = [0.0, -1.0, 1e308, -1e308, float("inf"), float("-inf"), 5e-324]
STREAMS = [
    *({name: value} for name in ("rate", "window", "history") for value in NO_NUMBERS),
    {"frames_per_second": 0.0},
    {"frames_per_second": float("inf")},
    {"history": 80_000.0, "rate": 1_000_000.0},
    {"sample_type": "int7"},
    {"sample_type": "float16"},
    {"options": Value(None, JSONField())},
    {"options": []},
    {"options": "text"},
    {"options": {"function": ["a"]}, "source": "python"},
    {"options": {"cpu": "\ud800"}, "source": "system"},
    {"source": "nothing"},
    {"source": ""},
]
HARMLESS = [
    {"name": ""},
    {"name": "\x00\x1b[31m\u2028</script><script>alert(1)</script>"},
    {"name": "x" * 1_000_000},
    {"description": "y" * 1_000_000},
    {"slug": "not a slug/ at all"},
    {"slug": ""},
    {"position": 2**62},
]
SIGNALS = [
    {"parameters": Value(None, JSONField())},
    {"parameters": [1]},
    {"parameters": "text"},
    {"parameters": {"frequency": "abc"}},
    {"parameters": {"frequency": {"a": []}}},
    {"parameters": {"noise_seed": 10**400}},
    {"parameters": {"amplitudes": ["x", None]}, "waveform": "harmonics"},
    {"parameters": {"unknown": "\ud800"}},
    {"waveform": "nothing"},
    {"waveform": ""},
]
HARMLESS_SIGNALS = [
    {"name": ""},
    {"name": "a\x00b\r\n\u2029"},
    {"name": "x" * 100_000},
    {"unit": "V" * 100_000},
    {"unit": "\x07"},
    {"key": ""},
    {"key": "x y/z" * 100},
    *({"colour": text} for text in ("red", "#12345", "#12345g", "#4cc2ff\n", "url(x)", "#" * 99)),
]
PAGES = ["/", "/streams/{slug}/", "/admin/", "/admin/waves/stream/"]


def look_at_everything(client, stream: Stream) -> str:
    """Every page of a stream answers; returns its own."""
    stream.refresh_from_db()
    for page in (f"/admin/waves/stream/{stream.pk}/{page}/" for page in ("change", "delete")):
        assert client.get(page).status_code == 200, page
    for path in PAGES:
        assert client.get(path.format(slug="other")).status_code == 200, path
    address = f"/streams/{stream.slug}/" if re.fullmatch(r"[-\w]+", stream.slug) else "/"
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def configuration(page: str) -> dict:
    """What a page's modules are told, read as a browser reads it."""

    def never(constant):
        raise AssertionError(f"{constant} is no JSON")

    found = re.search(r'<script id="waves-config" type="application/json">(.*?)</script>', page)
    assert found
    config = json.loads(found[1], parse_constant=never)
    assert not re.search(r"[\x00-\x1f\u2028\u2029]", found[1])
    return config


@pytest.fixture
def other(db) -> Stream:
    """A stream as it should be, beside."""
    return Stream.objects.create(name="Other", slug="other", position=1)


@pytest.mark.parametrize("change", STREAMS, ids=str)
def test_a_stream_that_cannot_run_is_shown_and_says_why(admin_client, sine, other, change):
    Stream.objects.filter(pk=sine.pk).update(**change)
    config = configuration(look_at_everything(admin_client, sine))
    assert len(json.dumps(config)) < 10_000
    assert 0 < config["rate"] <= 2_000_000
    spec = next(spec for spec, _ in specs.read_streams() if spec.handle == sine.pk)
    with pytest.raises(Exception) as refused:  # noqa: PT011  each source has its own words
        source_class(spec.source)(spec, SourceContext(1, Clock()))
    assert type(refused.value).__module__ == "waves.exceptions"
    assert str(refused.value).encode()


@pytest.mark.parametrize("change", SIGNALS, ids=str)
def test_a_signal_that_cannot_be_made_is_shown_and_its_stream_says_why(
    admin_client, sine, other, change
):
    Signal.objects.update(**change)
    configuration(look_at_everything(admin_client, sine))
    (spec,) = (spec for spec, _ in specs.read_streams() if spec.handle == sine.pk)
    with pytest.raises(Exception) as refused:  # noqa: PT011  each source has its own words
        source_class(spec.source)(spec, SourceContext(1, Clock()))
    assert type(refused.value).__module__ == "waves.exceptions"
    assert str(refused.value).encode()


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: str(change)[:40])
def test_a_stream_whose_text_is_strange_is_shown_and_runs(admin_client, sine, other, change):
    Stream.objects.filter(pk=sine.pk).update(**change)
    look_at_everything(admin_client, sine)
    spec = next(spec for spec, _ in specs.read_streams() if spec.handle == sine.pk)
    assert spec.problem == ""
    assert spec.name.isprintable()
    assert 0 < len(spec.name) <= 80
    assert source_class(spec.source)(spec, SourceContext(1, Clock())).signals


@pytest.mark.parametrize("change", HARMLESS_SIGNALS, ids=lambda change: str(change)[:40])
def test_a_signal_whose_text_is_strange_is_shown_and_made(admin_client, sine, other, change):
    Signal.objects.update(**change)
    (signal,) = configuration(look_at_everything(admin_client, sine))["signals"]
    assert signal["key"]
    assert signal["name"]
    assert len(signal["name"]) <= 80
    assert len(signal["unit"]) <= 16
    assert signal["colour"] == ""
    spec = next(spec for spec, _ in specs.read_streams() if spec.handle == sine.pk)
    assert source_class(spec.source)(spec, SourceContext(1, Clock())).signals


def test_an_edit_that_cannot_run_begins_anew_so_that_its_state_says_so(sine):
    (before, _), *_ = specs.read_streams()
    Stream.objects.update(history=float("inf"))
    (after, _), *_ = specs.read_streams()
    assert before.begins_new_epoch(after)
    with pytest.raises(SourceError, match=r"History: At most 86,400 s"):
        source_class(after.source)(after, SourceContext(1, Clock()))
