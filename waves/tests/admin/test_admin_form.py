"""The change page: what is declared becomes a form, and every bound is told at its field."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from waves.limits import megabytes
from waves.models import Signal, Stream
from waves.protocol.description import described_signal
from waves.specs import stream_spec
from waves.tests.admin.forms import posted

ADD = "/admin/waves/stream/add/"


def errors_of(response) -> dict[str, list[str]]:
    """Messages by field, of the stream and of its signals."""
    context = response.context
    found = dict(context["adminform"].form.errors)
    for formset in context["inline_admin_formsets"]:
        for index, row in enumerate(formset.formset.forms):
            found |= {f"signals-{index}-{name}": said for name, said in row.errors.items()}
    return found


def saved(client, data) -> Stream:
    response = client.post(ADD, data)
    assert response.status_code == 302, errors_of(response)
    return Stream.objects.get(slug=data["slug"])


def test_a_stream_and_its_signals_are_saved_with_complete_parameters(admin_client):
    stream = saved(admin_client, posted({"common__frequency": "7.5"}))
    signal = stream.signals.get()
    assert signal.key == "sine"
    assert signal.parameters["frequency"] == 7.5
    assert signal.parameters["noise"] == "none"
    assert stream.options == {}


def test_the_fields_of_the_chosen_waveform_are_kept(admin_client):
    stream = saved(admin_client, posted({"waveform": "square", "square__duty": "0.2"}))
    assert stream.signals.get().parameters["duty"] == 0.2


def test_the_fields_of_other_waveforms_are_neither_validated_nor_kept(admin_client):
    stream = saved(admin_client, posted({"waveform": "sine", "square__duty": "nonsense"}))
    assert "duty" not in stream.signals.get().parameters


def test_a_list_of_numbers_is_written_with_commas(admin_client):
    signal = {
        "waveform": "harmonics",
        "harmonics__amplitudes": "1, 0, 0.5",
        "harmonics__phases": "",
    }
    stream = saved(admin_client, posted(signal))
    parameters = stream.signals.get().parameters
    assert parameters["amplitudes"] == [1.0, 0.0, 0.5]
    assert parameters["phases"] == []


def test_a_new_stream_is_proposed_with_a_signal(admin_client):
    response = admin_client.get(ADD)
    assert 'value="Signal 1"' in response.content.decode()


def test_the_proposed_signal_is_saved_even_where_it_was_left_as_it_was(admin_client):
    data = posted({"name": "Signal 1", "unit": "", "common__frequency": "1.0"})
    assert saved(admin_client, data).signals.get().name == "Signal 1"


def test_rows_that_were_added_and_left_as_they_are_are_saved_last_with_names(admin_client, sine):
    first = sine.signals.get()
    kept = {"id": first.pk, "stream": sine.pk, "name": "Sine", "key": "sine", "position": "0"}
    added = {"name": "", "unit": "", "position": "", "common__frequency": "1.0"}
    data = posted(kept, added, {**added, "name": "Signal 2"}, added, initial=1)
    change = reverse("admin:waves_stream_change", args=[sine.pk])
    response = admin_client.post(change, {**data, "name": "Sine", "slug": "sine"})
    assert response.status_code == 302, errors_of(response)
    rows = sine.signals.values_list("name", "key", "position", "palette")
    # The second is called otherwise, because its first choice was taken.
    assert list(rows) == [
        ("Sine", "sine", 0, first.palette),
        ("Signal 3", "signal-3", 1, 1),
        ("Signal 2", "signal-2", 2, 2),
        ("Signal 4", "signal-4", 3, 3),
    ]


def test_a_row_that_was_added_beside_what_the_code_names_must_say_which_it_is(admin_client):
    data = posted({"name": "", "unit": ""}, source="system", rate="10", system__cpu="on")
    response = admin_client.post(ADD, data)
    assert response.status_code == 200
    assert "signals-0-name" in errors_of(response)
    assert not Stream.objects.exists()


def test_a_new_stream_comes_last_and_a_colour_stays_a_signals(admin_client, sine):
    Stream.objects.filter(pk=sine.pk).update(position=7)
    new = saved(admin_client, posted({"name": "A"}, {"name": "B"}, {"name": "C"}, slug="last"))
    assert list(Stream.objects.values_list("slug", flat=True)) == ["sine", "last"]
    new.signals.get(name="A").delete()
    Signal.objects.create(stream=new, name="D", position=9)
    told = described_signals(new)
    # B and C have the second and the third colour still; D has the one that is free.
    assert [(one["name"], one.get("palette", k)) for k, one in enumerate(told)] == [
        ("B", 1),
        ("C", 2),
        ("D", 0),
    ]


def described_signals(stream: Stream) -> list[dict]:
    spec = stream_spec(Stream.objects.prefetch_related("signals").get(pk=stream.pk))
    return [described_signal(signal, place) for place, signal in enumerate(spec.signals)]


def test_rows_stand_in_the_order_that_the_page_says(admin_client):
    new = saved(
        admin_client,
        posted(
            {"name": "A", "position": "2"},
            {"name": "B", "position": "0"},
            {"name": "C", "position": "1"},
        ),
    )
    assert list(new.signals.values_list("name", flat=True)) == ["B", "C", "A"]
    # Each keeps the colour that it was given first.
    assert [signal.palette for signal in new.signals.all()] == [1, 2, 0]


def test_the_size_of_a_history_is_never_below_nothing(admin_client):
    assert "-0 KiB" not in admin_client.get(ADD).content.decode()
    assert megabytes(-3) == megabytes(0) == "Less than 1 KiB"


def test_the_options_of_the_chosen_source_are_kept(admin_client):
    data = posted(source="system", rate="10", system__cpu="on", **{"signals-TOTAL_FORMS": "0"})
    stream = saved(admin_client, data)
    assert stream.options["cpu"] is True
    assert stream.options["disk"] is False


def test_a_row_of_another_source_keeps_the_waveform_that_the_page_hides(admin_client, sine):
    signal = sine.signals.get()
    row = {"id": signal.pk, "stream": sine.pk, "name": "Renamed", "key": "cpu1", "position": "0"}
    data = posted(source="system", rate="10", slug="sine", system__cpu="on", initial=1)
    hidden = [name for name in data if "__" in name and name.startswith("signals-0-")]
    for name in [*hidden, "signals-0-waveform"]:
        del data[name]
    data |= {f"signals-0-{name}": str(value) for name, value in row.items()}
    response = admin_client.post(f"/admin/waves/stream/{sine.pk}/change/", data)
    assert response.status_code == 302, errors_of(response)
    signal = sine.signals.get()
    assert (signal.name, signal.key, signal.waveform) == ("Renamed", "cpu1", "sine")
    assert signal.parameters["frequency"] == 5.0


def test_a_declared_function_can_be_chosen(admin_client):
    data = posted(
        source="python",
        python__function="livestream_project.streams.boiler",
        **{"signals-TOTAL_FORMS": "0"},
    )
    assert saved(admin_client, data).options == {"function": "livestream_project.streams.boiler"}


def test_an_option_that_the_source_refuses_is_told_on_the_page(admin_client):
    data = posted(source="system", rate="10", **{"signals-TOTAL_FORMS": "0"})
    said = errors_of(admin_client.post(ADD, data))
    assert "Switch on at least one of" in str(said["__all__"])


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"rate": "0"}, "rate", "At least 0.01 Hz"),
        ({"rate": "3000000"}, "rate", "At most 2,000,000 Hz"),
        ({"window": "0"}, "window", "At least 1e-05 s"),
        ({"frames_per_second": "61"}, "frames_per_second", "At most 60"),
        ({"history": "100000"}, "history", "At most 86,400 s"),
        ({"history": "0"}, "history", "At least 1 s"),
        ({"source": "nothing"}, "source", "Select a valid choice"),
    ],
)
def test_a_bound_of_the_stream_is_told_at_its_field(admin_client, change, field, words):
    said = errors_of(admin_client.post(ADD, posted(**change)))
    assert words in said[field][0]


@pytest.mark.parametrize(
    ("signal", "field", "words"),
    [
        ({"waveform": "square", "square__duty": "1.5"}, "square__duty", "at least 0 and at most 1"),
        ({"waveform": "square", "square__duty": "half"}, "square__duty", "Enter a number"),
        ({"common__phase": "400"}, "common__phase", "one turn either way reaches every position"),
        ({"common__frequency": "-1"}, "common__frequency", "0 stands still"),
        ({"common__bits": "30"}, "common__bits", "at most 24"),
        ({"common__amplitude": ""}, "common__amplitude", "required"),
        ({"colour": "red"}, "colour", "A colour looks like #4cc2ff"),
        (
            {"waveform": "harmonics", "harmonics__amplitudes": "1, x"},
            "harmonics__amplitudes",
            "num",
        ),
        (
            {"waveform": "expression", "expression__expression": "sin(t) + 3t"},
            "expression__expression",
            "Expression, column 11: there is no operator after the number",
        ),
    ],
)
def test_a_bound_of_a_parameter_is_told_at_its_field(admin_client, signal, field, words):
    said = errors_of(admin_client.post(ADD, posted(signal)))
    assert words in said[f"signals-0-{field}"][0]
    assert not Stream.objects.exists()


def test_parameters_that_contradict_each_other_are_told_at_the_signal(admin_client):
    data = posted({"common__clip_low": "1", "common__clip_high": "0"})
    said = errors_of(admin_client.post(ADD, data))
    assert "Clip below must be lower than Clip above" in said["signals-0-__all__"][0]


def test_too_many_values_a_second_are_told_at_the_rate(admin_client, settings):
    settings.WAVES = {"max_values_per_second": 2000}
    rows = [{"name": name} for name in ("A", "B", "C")]
    said = errors_of(admin_client.post(ADD, posted(*rows)))
    assert "3,000 values a second" in said["rate"][0]
    assert "2,000 (WAVES_MAX_VALUES_PER_SECOND)" in said["rate"][0]


@pytest.mark.parametrize(
    ("bound", "field", "words"),
    [
        ({"max_total_values_per_second": 1500}, "rate", "WAVES_MAX_TOTAL_VALUES_PER_SECOND"),
        ({"max_total_history_bytes": 60_000}, "history", "WAVES_MAX_TOTAL_HISTORY_BYTES"),
    ],
)
def test_one_stream_too_many_is_told_at_the_form(admin_client, sine, settings, bound, field, words):
    settings.WAVES = bound
    said = errors_of(admin_client.post(ADD, posted({"name": "A"})))
    assert words in said[field][0]
    Stream.objects.update(enabled=False)
    assert admin_client.post(ADD, posted({"name": "A"})).status_code == 302


def test_deleting_signals_may_bring_a_stream_below_its_bound(admin_client, sine, settings):
    Signal.objects.create(stream=sine, name="B", position=1)
    settings.WAVES = {"max_values_per_second": 1000}
    first, second = sine.signals.all()
    rows = [
        {"id": str(first.pk), "stream": str(sine.pk)},
        {"id": str(second.pk), "stream": str(sine.pk), "name": "B", "DELETE": "on"},
    ]
    address = reverse("admin:waves_stream_change", args=[sine.pk])
    response = admin_client.post(address, posted(*rows, initial=2))
    assert response.status_code == 302, errors_of(response)
    assert [signal.name for signal in sine.signals.all()] == ["Sine"]


def test_a_history_that_takes_too_much_memory_says_what_would_fit(admin_client, settings):
    settings.WAVES = {"max_history_bytes": 1024 * 1024}
    said = errors_of(admin_client.post(ADD, posted(history="1000")))
    assert "take 4.3 MiB of memory" in said["history"][0]
    assert "232 s fit" in said["history"][0]


def test_the_page_shows_the_memory_of_the_history(admin_client, sine):
    page = admin_client.get(reverse("admin:waves_stream_change", args=[sine.pk]))
    assert "44 KiB for the history" in page.content.decode()


def test_a_key_that_another_signal_has_is_refused(admin_client):
    rows = [{"name": "A", "key": "same"}, {"name": "Same"}]
    said = errors_of(admin_client.post(ADD, posted(*rows)))
    assert "has the key “same”" in said["signals-1-key"][0]


def test_a_generator_without_a_signal_is_refused(admin_client):
    said = errors_of(admin_client.post(ADD, posted(**{"signals-TOTAL_FORMS": "0"})))
    assert "A generator needs a signal" in said["source"][0]


def test_a_frequency_above_half_the_rate_is_saved_with_a_warning(admin_client):
    response = admin_client.post(ADD, posted({"common__frequency": "600"}), follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert Stream.objects.count() == 1
    assert any("600 Hz" in one and "aliasing" in one for one in said)


def test_a_frequency_below_half_the_rate_is_saved_without_a_warning(admin_client):
    response = admin_client.post(ADD, posted({"common__frequency": "499"}), follow=True)
    assert "aliasing" not in response.content.decode()


def test_stored_values_come_back_into_the_form(admin_client, sine):
    page = admin_client.get(reverse("admin:waves_stream_change", args=[sine.pk]))
    row = page.context["inline_admin_formsets"][0].formset.forms[0]
    assert row["common__frequency"].value() == 5.0


def test_a_form_that_comes_back_keeps_the_defaults_of_what_was_not_chosen(admin_client):
    page = admin_client.post(ADD, posted(rate="-1"))
    form = page.context["adminform"].form
    row = page.context["inline_admin_formsets"][0].formset.forms[0]
    assert form["system__cpu"].value() is True
    assert row["square__duty"].value() == 0.5
    assert row["harmonics__amplitudes"].value().startswith("1, 0, 0.33")


def test_the_history_of_changes_names_no_field_that_was_not_shown(admin_client, sine):
    signal = sine.signals.get()
    row = {"id": str(signal.pk), "stream": str(sine.pk), "common__frequency": "6"}
    address = reverse("admin:waves_stream_change", args=[sine.pk])
    admin_client.post(address, posted(row, initial=1))
    page = admin_client.get(reverse("admin:waves_stream_history", args=[sine.pk]))
    assert "Frequency" in page.content.decode()
    assert "Duty" not in page.content.decode()


def test_a_key_that_was_added_meanwhile_is_refused_at_its_row(admin_client, sine):
    address = reverse("admin:waves_stream_change", args=[sine.pk])
    # The form was opened before there was a signal.
    said = errors_of(admin_client.post(address, posted({"name": "Sine"})))
    assert "has the key “sine”" in said["signals-0-key"][0]


def test_two_signals_may_exchange_their_keys(admin_client, sine):
    Signal.objects.create(stream=sine, name="B", key="b", position=1)
    first, second = sine.signals.all()
    rows = [
        {"id": str(first.pk), "stream": str(sine.pk), "name": "A", "key": "b"},
        {"id": str(second.pk), "stream": str(sine.pk), "name": "B", "key": "sine"},
    ]
    address = reverse("admin:waves_stream_change", args=[sine.pk])
    response = admin_client.post(address, posted(*rows, initial=2))
    assert response.status_code == 302, errors_of(response)
    assert {signal.name: signal.key for signal in sine.signals.all()} == {"A": "b", "B": "sine"}


def test_who_may_see_a_stream_is_said_by_names(admin_client, sine, django_user_model):
    ann = django_user_model.objects.create_user("ann")
    lab = Group.objects.create(name="Lab")
    at = f"/admin/waves/stream/{sine.pk}/change/"
    key = str(sine.signals.get().pk)
    data = posted({"id": key, "key": "sine"}, initial=1, visibility="listed")
    wrong = {"listed_users": "ann\nbert", "listed_groups": "Lab\nPub"}
    page = admin_client.post(at, {**data, **wrong})
    assert page.context["adminform"].form.errors == {
        "listed_users": ["There is no user “bert”."],
        "listed_groups": ["There is no group “Pub”."],
    }
    answer = admin_client.post(at, {**data, "listed_users": " ann \r\n", "listed_groups": "Lab"})
    assert answer.status_code == 302
    sine.refresh_from_db()
    assert (sine.visibility, sine.listed_users) == ("listed", [str(ann.pk)])
    assert sine.listed_groups == [str(lab.pk)]
    fields = admin_client.get(at).context["adminform"].form
    assert (fields["listed_users"].value(), fields["listed_groups"].value()) == ("ann", "Lab")
    Stream.objects.filter(pk=sine.pk).update(listed_users=["x", None, [1], str(ann.pk)])
    assert admin_client.get(at).context["adminform"].form["listed_users"].value() == "ann"
