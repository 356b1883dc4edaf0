"""How streams are recorded is set up in the admin, and what becomes of a recording is asked."""

import io
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from waves.database import installation
from waves.models import Stream
from waves.recorded import RecordedStretch, Recording
from waves.recording import trimming
from waves.recording.past import Past
from waves.tests.admin.forms import posted
from waves.tests.admin.test_admin_form import ADD, errors_of, saved
from waves.tests.recording.test_rows_and_levels import Recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded_sine(sine):
    """The stream `sine`, of which something was recorded."""
    recorded = Recorded()
    recorded.begin()
    recorded.add(range(5000), 0)
    recorded.end()
    identity = installation.find().identity
    Recording.objects.filter(stream=recorded.stream).update(stream=sine.uuid, installation=identity)
    return sine


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("recordings", *arguments, stdout=out)
    return out.getvalue()


def test_a_stream_is_recorded_and_kept_as_the_form_says(admin_client):
    stream = saved(admin_client, posted(record="on", keep_seconds="86400", keep_bytes="2000000"))
    assert (stream.record, stream.keep_seconds, stream.keep_bytes) == (True, 86400.0, 2_000_000)
    assert not saved(admin_client, posted(slug="other")).record


@pytest.mark.parametrize("field", ["keep_seconds", "keep_bytes"])
def test_less_than_can_be_kept_is_refused_at_the_field(admin_client, field):
    response = admin_client.post(ADD, posted(**{field: "1"}))
    assert "At least" in errors_of(response)[field][0]


def test_the_form_tells_what_a_recording_takes_and_has(admin_client, recorded_sine):
    page = admin_client.get(f"/admin/waves/stream/{recorded_sine.pk}/change/").content.decode()
    assert "356 MB a day, 130 GB a year at this rate." in page
    assert "are free." in page
    assert "since 2027-01-15 08:00." in page


@pytest.mark.parametrize(("choice", "is_left"), [("delete", False), ("keep", True)])
def test_what_becomes_of_a_recording_is_asked_where_its_stream_is_deleted(
    admin_client, recorded_sine, choice, is_left
):
    at = f"/admin/waves/stream/{recorded_sine.pk}/delete/"
    assert 'value="keep"' in admin_client.get(at).content.decode()
    admin_client.post(at, {"post": "yes", "recording": choice})
    assert not Stream.objects.exists()
    assert ("(no stream)" in said("list")) is is_left
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert ("What was recorded is deleted, too." in told) is not is_left


def test_of_a_stream_without_a_recording_nothing_is_asked(admin_client, sine):
    at = f"/admin/waves/stream/{sine.pk}/delete/"
    assert 'value="keep"' not in admin_client.get(at).content.decode()


def test_several_are_deleted_with_their_recordings(admin_client, recorded_sine):
    data = {
        "action": "delete_selected",
        "_selected_action": [recorded_sine.pk],
        "post": "yes",
        "recording": "delete",
    }
    admin_client.post("/admin/waves/stream/", data)
    assert not Stream.objects.exists()
    assert said("list") == ""


def test_what_was_given_up_is_deleted_in_pieces(admin_client, recorded_sine):
    said("delete", str(recorded_sine.uuid))
    row = Recording.objects.get(installation="")
    past = Past("", row.stream)
    pieces = 0
    while trimming.forget(past):
        pieces += 1
    assert pieces == 1
    assert not Recording.objects.exists()
    assert not RecordedStretch.objects.exists()


def test_a_recording_is_given_to_a_stream_that_has_none(recorded_sine):
    other = Stream.objects.create(name="Other", slug="other")
    said("give", str(recorded_sine.uuid), "other")
    assert "other" in said("list")
    assert Past(installation.find().identity, other.uuid).bounds() is not None
    with pytest.raises(CommandError, match="no such recording"):
        said("give", str(recorded_sine.uuid), "other")


def test_what_is_being_recorded_is_not_deleted_meanwhile(recorded_sine):
    Stream.objects.update(record=True)
    with pytest.raises(CommandError, match="switch that off"):
        said("delete", str(recorded_sine.uuid))


def test_a_copy_of_a_stream_has_a_past_of_its_own(admin_client, recorded_sine):
    admin_client.post(f"/admin/waves/stream/{recorded_sine.pk}/duplicate/")
    assert Stream.objects.values("uuid").distinct().count() == 2


def test_what_is_no_uuid_is_told():
    with pytest.raises(CommandError, match="is no UUID"):
        said("delete", "nonsense")
    with pytest.raises(CommandError, match="no such recording"):
        said("delete", str(uuid.uuid4()))
