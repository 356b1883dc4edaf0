"""Streams in the order of the list, and copies of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from waves.database import uploads
from waves.models import Stream

#: What the model's fields hold.
LONGEST = 80


def reorder(wanted: Sequence[int]) -> bool:
    """Give some streams another order among themselves; all others stay where they are.

    What is no stream is passed over. Whether the order is another one now.
    """
    with transaction.atomic():
        places = list(Stream.objects.values_list("pk", flat=True))
        moved = [pk for pk in dict.fromkeys(wanted) if pk in set(places)]
        turn = iter(moved)
        order = [next(turn) if pk in set(moved) else pk for pk in places]
        for place, pk in enumerate(order):
            Stream.objects.filter(pk=pk).exclude(position=place).update(position=place)
    return order != places


def copy_of(stream: Stream) -> Stream:
    """A copy with its signals, under a name and a slug of its own, at the end; it is stopped."""
    names = set(Stream.objects.values_list("name", flat=True))
    slugs = set(Stream.objects.values_list("slug", flat=True))
    signals = list(stream.signals.all())
    with transaction.atomic():
        copy = Stream.objects.get(pk=stream.pk)
        copy.pk, copy._state.adding = None, True
        copy.uuid = uuid.uuid4()  # its past is its own
        copy.epoch, copy.enabled, copy.position = 0, False, Stream.last_position()
        copy.name = _free(stream.name, " ", names)
        copy.slug = _free(slugify(stream.slug) or "stream", "-", slugs)
        copy.save()
        for signal in signals:
            signal.pk, signal._state.adding, signal.stream = None, True, copy
            signal.save()
        uploads.copy(stream, copy)
        copy.save(update_fields=["options"])
    return copy


def _free(name: str, between: str, taken: set[str]) -> str:
    """ "Sine 2", or the next that is free, no longer than the field."""
    ends = (f"{between}{number}" for number in count(2))
    return next(new for end in ends if (new := name[: LONGEST - len(end)] + end) not in taken)
