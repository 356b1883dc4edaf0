"""What a posted form describes, synthesised once: the answer of the admin's preview."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from numpy.typing import NDArray

from waves import limits
from waves.admin.recorded import disk
from waves.dsp.decimation import envelope
from waves.exceptions import WavesError
from waves.models import Signal, Stream
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources import SOURCES
from waves.sources.base import Source
from waves.specs import signal_spec, stream_spec

#: Values that one trace may have: a minimum and a maximum for each of some 600 pixels.
MAX_VALUES = 1200
#: Samples that one preview may synthesise, over all signals: tens of milliseconds.
MAX_SAMPLES = 1_000_000

#: The answer where there is nothing to draw.
NOTHING: Mapping[str, Any] = {
    "errors": {},
    "warnings": [],
    "signals": [],
    "memory": "",
    "disk": "",
}


def memory(stream: Stream) -> str:
    """What the history of a stream takes, in words."""
    size = limits.history_bytes(
        stream.rate, stream.signal_count, stream.sample_type_used, stream.history
    )
    return f"{limits.megabytes(size)} for the history, in each server process"


def answer(form: ModelForm[Stream], formset: BaseInlineFormSet[Any, Any, Any]) -> dict[str, Any]:
    """Traces, warnings and errors of a stream that is being edited; nothing is saved.

    What is merely not filled in yet is no error here: one draws while one types. ``previewed``
    says whether the traces are to be shown, and not the running stream.
    """
    form.is_valid()  # gives the formset's rows what they belong to
    formset.is_valid()
    errors = _errors([form, *formset.forms]) | _count_errors(formset)
    source = SOURCES.get(form.instance.source)
    previewed = source is not None and source.previewed
    result: dict[str, Any] = {**NOTHING, "errors": errors, "previewed": previewed}
    if source is None or errors:
        return result
    result["memory"], result["disk"] = memory(form.instance), disk(form.instance)
    spec = spec_of(form, formset)
    try:
        return {**result, "signals": traces(source, spec), "warnings": source.warnings(spec)}
    except WavesError as error:
        return {**result, "errors": {"": [str(error)]}}


def spec_of(form: ModelForm[Stream], formset: BaseInlineFormSet[Any, Any, Any]) -> StreamSpec:
    """The stream that a form without errors describes."""
    return stream_spec(form.instance, map(signal_spec, _signals(formset)))


def first_problem(form: ModelForm[Stream], formset: BaseInlineFormSet[Any, Any, Any]) -> str:
    """What is wrong in a form first, in words; empty where nothing is."""
    form.is_valid()
    formset.is_valid()
    found = _errors([form, *formset.forms]) | _count_errors(formset)
    return next((f"{name}: {said[0]}" if name else said[0] for name, said in found.items()), "")


def _count_errors(formset: BaseInlineFormSet[Any, Any, Any]) -> dict[str, list[str]]:
    """What is said of all rows together: at the hidden fields that count them, where wrong."""
    said = [str(message) for message in formset.non_form_errors()]
    counts = formset.management_form
    names = [counts.add_prefix(name) for name in counts.errors] or [""]
    return dict.fromkeys(names, said) if said else {}


def _signals(formset: BaseInlineFormSet[Any, Any, Any]) -> list[Signal]:
    deleted = formset.deleted_forms
    return [
        row.instance
        for row in formset.forms
        if row not in deleted and (row.instance.pk or row.has_changed())
    ]


def traces(source: type[Source], spec: StreamSpec) -> list[dict[str, Any]]:
    """One window of each signal, from its first sample; none where the source shows no preview."""
    if not source.previewed:
        return []
    wanted = int(spec.rate * spec.window)
    n = max(2, min(wanted, MAX_SAMPLES // max(len(spec.signals), 1)))
    stride = 1 if n <= MAX_VALUES else 1 << (2 * n // MAX_VALUES).bit_length()
    made = source.preview(spec, n)
    return [_trace(spec, signal, samples, stride) for signal, samples in made]


def _trace(
    spec: StreamSpec, signal: SignalSpec, samples: NDArray[Any], stride: int
) -> dict[str, Any]:
    samples = samples[: len(samples) // stride * stride]
    values, dt = samples, 1.0 / spec.rate
    if stride > 1:
        values, dt = _columns(samples, stride), stride / spec.rate / 2
    return {
        "name": signal.name,
        "colour": signal.colour,
        **({} if signal.palette is None else {"palette": signal.palette}),
        "unit": signal.unit,
        "t0": 0.0,
        "dt": dt,
        "values": [_short(value) for value in values.tolist()],
    }


def _short(value: float) -> float | None:
    """Few digits; what is no number has none in JSON."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _columns(samples: NDArray[Any], stride: int) -> NDArray[Any]:
    """Minimum and maximum of each column, in the order in which a slope passes them."""
    minima, maxima = (rows[0] for rows in envelope(samples[np.newaxis], stride))
    falls = samples[::stride] > samples[stride - 1 :: stride]
    first, second = np.where(falls, maxima, minima), np.where(falls, minima, maxima)
    return np.stack([first, second], axis=-1).ravel()


def _errors(forms: Iterable[ModelForm[Any]]) -> dict[str, list[str]]:
    """Messages by the name of the form's field; those of no field under ""."""
    found: dict[str, list[str]] = {}
    for form in forms:
        for field, problems in form.errors.as_data().items():
            name = "" if field == NON_FIELD_ERRORS else form.add_prefix(field)
            said = [text for p in problems if p.code != "required" for text in p.messages]
            if said:
                found[name] = [*found.get(name, []), *said]
    return found
