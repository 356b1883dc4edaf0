"""The preview: the posted form, synthesised once, and nothing saved."""

import pytest

from waves.models import Stream
from waves.tests.admin.forms import posted

PREVIEW = "/admin/waves/stream/preview/"


def preview(client, data) -> dict:
    response = client.post(PREVIEW, data)
    assert response.status_code == 200
    return response.json()


def test_the_signals_of_the_form_are_drawn_and_nothing_is_saved(admin_client):
    answer = preview(admin_client, posted({"common__amplitude": "3"}, window="0.5"))
    (trace,) = answer["signals"]
    assert trace["name"] == "Sine"
    assert trace["unit"] == "V"
    assert len(trace["values"]) == 500
    assert trace["dt"] == pytest.approx(0.001)
    assert max(trace["values"]) == pytest.approx(3.0)
    assert answer["errors"] == {}
    assert not Stream.objects.exists()


def test_a_window_of_a_million_samples_keeps_its_extremes_in_few_points(admin_client):
    signal = {"waveform": "impulse_train", "common__frequency": "1", "common__amplitude": "9"}
    answer = preview(admin_client, posted(signal, rate="1000000", window="1", history="1"))
    (trace,) = answer["signals"]
    assert len(trace["values"]) <= 1200
    assert max(trace["values"]) == 9.0
    assert trace["dt"] * len(trace["values"]) == pytest.approx(1.0, rel=0.01)


def test_an_expression_is_drawn_with_holes_where_it_has_no_value(admin_client):
    signal = {"waveform": "expression", "expression__expression": "log(t - 0.1) / (t < 0.4)"}
    answer = preview(admin_client, posted(signal, window="0.5"))
    values = answer["signals"][0]["values"]
    assert values[:101] == [None] * 101
    assert values[200] == pytest.approx(-2.3026, abs=1e-4)
    assert values[400:] == [None] * 100
    answer = preview(admin_client, posted(signal, rate="1000000", window="0.5", history="1"))
    assert None in answer["signals"][0]["values"]


def test_an_error_is_told_by_the_name_of_its_field(admin_client):
    answer = preview(admin_client, posted({"common__phase": "400"}, rate="-1"))
    assert set(answer["errors"]) == {"rate", "signals-0-common__phase"}
    assert answer["signals"] == []


def test_a_name_that_is_not_written_yet_hides_no_trace(admin_client):
    answer = preview(admin_client, posted({"name": "Signal"}, name="", slug=""))
    assert answer["errors"] == {}
    assert len(answer["signals"]) == 1


def test_aliasing_is_a_warning(admin_client):
    answer = preview(admin_client, posted({"common__frequency": "700"}))
    assert "aliasing" in answer["warnings"][0]
    assert answer["signals"]


def test_a_stream_may_be_previewed_under_its_own_slug(admin_client, sine):
    row = {"id": str(sine.signals.get().pk), "stream": str(sine.pk)}
    data = posted(row, initial=1, slug="sine", _stream=str(sine.pk))
    assert preview(admin_client, data)["errors"] == {}


def test_deleted_rows_are_not_drawn(admin_client, sine):
    row = {"id": str(sine.signals.get().pk), "stream": str(sine.pk), "DELETE": "on"}
    data = posted(row, {"name": "New"}, initial=1, slug="sine", _stream=str(sine.pk))
    assert [trace["name"] for trace in preview(admin_client, data)["signals"]] == ["New"]


def test_the_preview_is_for_staff(client, db):
    assert client.post(PREVIEW, posted()).status_code == 302


def test_staff_without_the_permission_is_refused(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.post(PREVIEW, posted()).status_code == 403


def test_the_preview_is_a_post(admin_client):
    assert admin_client.get(PREVIEW).status_code == 405
