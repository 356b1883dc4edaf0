"""A file in the form of a stream: checked at once, kept with it, and found by a worker."""

import re

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile

from waves.admin.order import copy_of
from waves.database import uploads
from waves.exceptions import SourceError
from waves.models import Stream, Upload, UploadPart
from waves.tests.admin.forms import STREAM
from waves.tests.admin.test_admin_form import ADD, errors_of

GOOD = "time (s),inlet (°C),door\n0,60.5,open\n0.25,61,shut\n0.5,61.5,open\n".encode()


def posted(data: bytes | None = GOOD, name="boiler.csv", **more) -> dict:
    """A browser sends a file beside the fields of the kind that was chosen."""
    file = {} if data is None else {"replay__file": SimpleUploadedFile(name, data)}
    options = {"play": "looped", "speed": "1", "times": "file", "time_column": ""}
    return {
        **STREAM,
        "source": "replay",
        "signals-TOTAL_FORMS": "0",
        "signals-INITIAL_FORMS": "0",
        **{f"replay__{key}": value for key, value in options.items()},
        **file,
        **more,
    }


def saved(client, **how) -> Stream:
    response = client.post(ADD, posted(**how))
    assert response.status_code == 302, errors_of(response)
    return Stream.objects.get(slug="test")


@pytest.fixture(autouse=True)
def in_this_thread(monkeypatch):
    """The worker's own thread would keep a connection for tests that have no database."""
    monkeypatch.setattr(uploads, "in_thread", lambda ask, worker: sync_to_async(ask))


def read(token: str):
    return async_to_sync(uploads.read)(token)


def change(stream: Stream) -> str:
    return f"/admin/waves/stream/{stream.pk}/change/"


def test_a_file_is_kept_and_read_as_it_was_and_sets_the_rate(admin_client, monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", 40)
    stream = saved(admin_client, name="<b>oiler.csv")
    assert stream.rate == 4.0
    token = stream.options["file"]
    assert UploadPart.objects.count() == 2
    table = read(token)
    assert [column.name for column in table.layout.columns] == ["time", "inlet", "door"]
    assert table.values[1].tolist() == [60.5, 61.0, 61.5]
    page = admin_client.get(change(stream)).content.decode()
    assert "&lt;b&gt;oiler.csv: 3 columns of 3." in page
    assert "multipart/form-data" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n3,x\n", "Line 3, column 2: &#x27;x&#x27; is not a number."),
        (b"t,a\n1,2\n0,3\n", "t: The time goes back at line 3."),
        (b"", "The submitted file is empty."),
        (None, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_kept(admin_client, data, words):
    response = admin_client.post(ADD, posted(data))
    assert response.status_code == 200
    (field,) = re.findall(
        r'<div class="[^"]*field-replay__file.*?</ul>', response.content.decode(), re.S
    )
    assert words in field
    assert not Upload.objects.exists()


def test_other_options_refuse_at_their_own_fields(admin_client):
    response = admin_client.post(ADD, posted(replay__speed="0"))
    assert list(errors_of(response)) == ["replay__speed"]
    response = admin_client.post(ADD, posted(replay__time_column="b"))
    assert "no column “b”" in errors_of(response)["replay__file"][0]


def test_a_file_that_is_too_long_is_refused(admin_client, settings):
    settings.WAVES = {"upload_limit": 10}
    (said,) = errors_of(admin_client.post(ADD, posted()))["replay__file"]
    assert "WAVES_UPLOAD_LIMIT" in said


def test_an_edit_keeps_the_file_another_one_takes_its_place(admin_client):
    stream = saved(admin_client)
    token = stream.options["file"]
    edit = posted(None, replay__speed="2", rate="1000")
    response = admin_client.post(change(stream), edit, follow=True)
    assert "The sample rate is 8 Hz, as the file says." in response.content.decode()
    stream.refresh_from_db()
    assert (stream.rate, stream.options["file"]) == (8.0, token)
    admin_client.post(change(stream), posted(b"a\n1\n2\n", rate="50"))
    stream.refresh_from_db()
    assert stream.options["file"] != token
    assert stream.rate == 50.0
    assert [upload.pk for upload in stream.uploads.all()] == [stream.options["file"]]


def test_the_preview_needs_no_file(admin_client):
    answer = admin_client.post("/admin/waves/stream/preview/", posted(None)).json()
    assert answer["errors"] == {}


def test_a_copy_has_a_file_of_its_own_and_what_is_deleted_takes_its_file_along(admin_client):
    stream = saved(admin_client)
    copy = copy_of(stream)
    token, own = stream.options["file"], copy.options["file"]
    assert token != own
    admin_client.post(f"/admin/waves/stream/{stream.pk}/delete/", {"post": "yes"})
    assert not Stream.objects.filter(pk=stream.pk).exists()
    assert read(own).layout.n == 3
    with pytest.raises(SourceError, match="upload it in the admin"):
        read(token)
    UploadPart.objects.all().delete()
    with pytest.raises(SourceError, match="upload it in the admin"):
        read(own)


def test_another_source_lets_go_of_the_file(admin_client):
    stream = saved(admin_client)
    data = {k: v for k, v in posted(None).items() if not k.startswith("replay")}
    response = admin_client.post(
        change(stream),
        {
            **data,
            "source": "push",
            "push__clock": "timed",
            "push__missing": "hole",
            "push__most_signals": "64",
            "push__template": "field",
        },
    )
    assert response.status_code == 302, errors_of(response)
    assert not Upload.objects.exists()
