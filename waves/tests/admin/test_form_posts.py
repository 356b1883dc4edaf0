"""Three hundred forms that are wrong somewhere: each is answered, and each refusal is named."""

import json
import time

import pytest

from waves.admin.forms import MAX_SIGNALS
from waves.models import Stream
from waves.tests.admin.forms import posted
from waves.tests.admin.hostile import posts
from waves.tests.admin.test_admin_form import ADD, errors_of
from waves.tests.admin.test_admin_preview import PREVIEW

COUNT = 40


def refused(response) -> dict[str, list[str]]:
    """What a page that came back says, by field; "" for what is said of the rows together."""
    found = errors_of(response)
    for formset in response.context["inline_admin_formsets"]:
        if said := formset.formset.non_form_errors():
            found[""] = list(said)
    return found


def check(response, wrong: list[str]) -> None:
    if "_to_field" in wrong and response.status_code == 400:
        return  # Django refuses the whole of a form that was tampered with so
    assert response.status_code in (200, 302), (response.status_code, wrong)
    if response.status_code == 200:
        said = refused(response)
        assert said, wrong
        assert all(message.strip() for messages in said.values() for message in messages), said
        assert "Traceback" not in response.content.decode()


@pytest.mark.slow
def test_wrong_forms_add_nothing_silently(admin_client):
    for data, wrong in posts(1, COUNT):
        before = Stream.objects.count()
        response = admin_client.post(ADD, data)
        check(response, wrong)
        assert Stream.objects.count() == before + (response.status_code == 302)
        Stream.objects.all().delete()


@pytest.mark.slow
def test_wrong_forms_change_nothing_silently(admin_client, sine):
    signal = sine.signals.get()
    for data, wrong in posts(2, COUNT):
        row = {"signals-0-id": str(signal.pk), "signals-0-stream": str(sine.pk)}
        if "signals-INITIAL_FORMS" not in wrong:
            data["signals-INITIAL_FORMS"] = "1"
        data |= row
        check(admin_client.post(f"/admin/waves/stream/{sine.pk}/change/", data), wrong)


def test_wrong_forms_are_previewed_as_json_that_a_browser_reads(admin_client):
    def never(constant):
        raise AssertionError(f"{constant} is no JSON")

    for data, wrong in posts(3, COUNT):
        response = admin_client.post(PREVIEW, data)
        assert response.status_code == 200, wrong
        answer = json.loads(response.content, parse_constant=never)
        said = answer["errors"]
        assert all(message.strip() for messages in said.values() for message in messages), said


@pytest.mark.parametrize("count", ["1" + "0" * 30, "9" * 5000, "129", "-1", "many", ""])
@pytest.mark.parametrize("name", ["TOTAL_FORMS", "INITIAL_FORMS"])
@pytest.mark.parametrize("path", [ADD, PREVIEW])
def test_a_number_of_rows_that_none_can_have_is_refused_by_name(admin_client, path, name, count):
    name = f"signals-{name}"
    started = time.process_time()
    response = admin_client.post(path, posted(**{name: count}))
    # Before, it counted to it: minutes, or for ever.
    assert time.process_time() - started < 20
    if path == PREVIEW:
        (said,) = response.json()["errors"][name]
    else:
        (said,) = refused(response)[""]
        assert said in response.content.decode()
    assert name in said
    assert str(MAX_SIGNALS) in said


@pytest.mark.parametrize("count", ["1" + "0" * 30, "9" * 5000])
def test_a_number_that_is_only_echoed_is_bounded_too(admin_client, count):
    data = posted(**{"signals-MAX_NUM_FORMS": count})
    assert "signals-MAX_NUM_FORMS" in refused(admin_client.post(ADD, data))[""][0]


@pytest.mark.parametrize("value", ["1e308", "-1e308", "inf", "nan", "9" * 5000])
def test_a_number_beyond_all_bounds_is_told_at_its_field(admin_client, value):
    fields = ["rate", "history", "window", "frames_per_second"]
    for path in (ADD, PREVIEW):
        response = admin_client.post(path, posted(**dict.fromkeys(fields, value)))
        said = response.json()["errors"] if path == PREVIEW else refused(response)
        assert all(said[field] for field in fields), said


@pytest.mark.parametrize("pk", [str(2**64), "9" * 5000, "x", "-1", "1.5"])
def test_the_preview_of_a_stream_that_is_none_says_so(admin_client, pk):
    answer = admin_client.post(PREVIEW, posted(_stream=pk))
    assert answer.status_code == 200
    assert "no such stream" in answer.json()["errors"]["_stream"][0]


@pytest.mark.parametrize("pk", [str(2**64), "9" * 5000, "x", "-1", "%00"])
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_a_page_of_a_stream_that_is_none_leads_back(admin_client, pk, page):
    assert admin_client.get(f"/admin/waves/stream/{pk}/{page}/").status_code in (302, 404)


@pytest.mark.parametrize(
    "query",
    [
        "p=9" + "9" * 30,
        "p=x",
        "o=9999.x.-1",
        "q=%00",
        "q=" + "x" * 3000,
        "source__exact=%00",
        "enabled__exact=x",
        "enabled__exact=9" + "9" * 30,
        "id__exact=9" + "9" * 30,
        "rate__gt=1e999",
        "all=",
        "_facets=x",
        "_to_field=rate",
    ],
)
def test_a_wrong_query_of_the_list_is_no_fault(admin_client, sine, query):
    assert admin_client.get(f"/admin/waves/stream/?{query}").status_code < 500


@pytest.mark.parametrize("chosen", [str(2**64), "9" * 5000, "x", "-1", "\x00"])
@pytest.mark.parametrize("action", ["start", "stop", "delete_selected", "nothing"])
def test_an_action_on_what_is_no_stream_is_no_fault(admin_client, sine, chosen, action):
    data = {"action": action, "_selected_action": [chosen], "index": chosen}
    assert admin_client.post("/admin/waves/stream/", data).status_code < 500
    assert Stream.objects.get().enabled
