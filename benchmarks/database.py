"""A fresh database that holds nothing but the streams under test.

A stream is fields of the model and a number of signals, or the slug of one of the demo.

``WAVES_DATABASE=… python -m benchmarks.database '[{"rate": 1000, "signals": 1}]'``, or
``'[{"demo": "fast"}]'``.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

from benchmarks.servers import slug_of


def make(streams: list[dict[str, Any]]) -> None:
    """Migrate, and make the streams ``bench``, ``bench-2`` and so on."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    # The demo comes first: its fixture brings its primary keys with it.
    keep_demo([fields["demo"] for fields in streams if "demo" in fields])
    made = [fields for fields in streams if "demo" not in fields]
    for number, fields in enumerate(made, 1):
        make_stream(slug_of(number), fields)


def keep_demo(slugs: list[str]) -> None:
    """Load the demo, start the streams of ``slugs``, and delete its others."""
    from django.core.management import call_command

    from waves.models import Stream

    if slugs:
        call_command("loaddata", "demo", verbosity=0)
        Stream.objects.exclude(slug__in=slugs).delete()
        Stream.objects.update(enabled=True)


def make_stream(slug: str, fields: dict[str, Any]) -> None:
    """A stream of ``signals`` sines of which no two are alike, with ``noise`` (sigma, as a part of
    the amplitude) on them, and the model's fields besides.
    """
    from waves.models import Signal, Stream

    signals = fields.pop("signals")
    noise = fields.pop("noise", 0.0)
    stream = Stream(name=slug.capitalize(), slug=slug, **fields)
    stream.full_clean()
    stream.save()
    for number in range(signals):
        parameters: dict[str, Any] = {"frequency": 1 + 0.1 * number}
        if noise:
            parameters |= {"noise": "gaussian", "noise_sigma": noise, "noise_seed": number}
        name = f"Signal {number + 1}"
        signal = Signal(stream=stream, name=name, waveform="sine", parameters=parameters)
        signal.full_clean()
        signal.save()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
    django.setup()
    make(json.loads(sys.argv[1]))
