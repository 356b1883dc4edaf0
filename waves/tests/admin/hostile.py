"""Values that a form or a query is not made for, and posts that carry them, from a seed."""

import random
from collections.abc import Iterator

from waves.tests.admin.forms import posted

NUMBERS = [
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e309",
    "-1e999",
    "5e-324",
    "inf",
    "-Infinity",
    "nan",
    "0",
    "-0.0",
    "-1",
    "1" + "0" * 30,
    "9" * 19,
    str(2**63),
    str(-(2**63) - 1),
    "9" * 4300,
    "9" * 5000,
    "0." + "0" * 5000 + "1",
    "1_000",
    "٣",
    "²",
    "½",
    "1,5",
    "0x10",
    " 7 ",
    "",
    "true",
    "None",
]
TEXTS = [
    "\x00",
    "a\x00b",
    "\r\n",
    "\u200b",
    "\ufeff=1+1",
    "\u202eabc",
    "=cmd|'/c calc'!A1",
    "x" * 100_000,
    "😀" * 90,
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%00",
    "null",
    "[]",
    '{"a": [1]}',
    "1, " * 5000,
    "1, 2, 1e999",
]
STREAM_FIELDS = [
    "name",
    "slug",
    "description",
    "source",
    "rate",
    "sample_type",
    "window",
    "history",
    "frames_per_second",
    "enabled",
    "position",
    "system__cpu",
    "python__function",
    "signals-TOTAL_FORMS",
    "signals-INITIAL_FORMS",
    "signals-MIN_NUM_FORMS",
    "signals-MAX_NUM_FORMS",
    "_stream",
    "_saveasnew",
    "_popup",
    "_to_field",
]
SIGNAL_FIELDS = [
    "id",
    "stream",
    "name",
    "key",
    "unit",
    "colour",
    "waveform",
    "position",
    "DELETE",
    "common__amplitude",
    "common__offset",
    "common__frequency",
    "common__phase",
    "common__noise",
    "common__noise_sigma",
    "common__noise_seed",
    "common__clip_low",
    "common__clip_high",
    "common__bits",
    "square__duty",
    "harmonics__amplitudes",
    "harmonics__phases",
    "prbs__order",
    "prbs__seed",
    "staircase__levels",
]
WAVEFORMS = ["sine", "square", "harmonics", "prbs", "chirp", "staircase", "noise", "gaussian_noise"]


def posts(seed: int, count: int) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Whole forms in which one to three fields are wrong, and which these are."""
    chance = random.Random(seed)
    for _ in range(count):
        rows = [{"waveform": chance.choice(WAVEFORMS)} for _ in range(chance.choice((1, 1, 2)))]
        data = posted(*rows)
        names = [*STREAM_FIELDS, *(f"signals-0-{name}" for name in SIGNAL_FIELDS)]
        wrong = chance.sample(names, chance.choice((1, 1, 2, 3)))
        for name in wrong:
            data[name] = chance.choice(NUMBERS + TEXTS)
        yield data, wrong
