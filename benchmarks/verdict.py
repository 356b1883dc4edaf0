"""Whether an attack is held by the bar, and the table that says so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks import document
from benchmarks.attacks import ATTACKS

Report = dict[str, Any]

#: The bar: how far an attack may move the p99 of the others, whichever is more.
RELATIVE, ABSOLUTE_MS = 0.20, 5.0
#: A calm whose p99 is above this was not calm: something else ran on the machine, and nothing that
#: was measured beside it shows that an attack is held. Alone, the 300 have 10 to 20 ms.
QUIET_MS = 40.0
#: After an attack so much time passes until the viewers must be served promptly again.
SETTLE_SECONDS = 3.0
#: What the issue asks for; a table of fewer says so.
PAIRS, SECONDS = 5, 20.0
HEAD = (
    "attack",
    "sent",
    "answered",
    "refused",
    "p99 ms, calm",
    "attacked",
    "moved by ms (least to most)",
    "frames of due, calm",
    "attacked",
    "lost samples",
    "longest silence ms",
    "server CPU s/s, calm",
    "attacked",
    "memory MB, before",
    "most",
    "verdict",
)


def p99(phase: Report) -> float:
    """The p99 of a phase in milliseconds; where nothing came, it is without end."""
    return math.inf if phase["p99"] is None else float(phase["p99"])


def moves(pairs: Sequence[Report]) -> list[float]:
    """By how many milliseconds each attack moved the p99 from that of the calm before it."""
    return [p99(pair["attacked"]) - p99(pair["calm"]) for pair in pairs]


def allowed(calm: float) -> float:
    """By how much a p99 of ``calm`` milliseconds may be moved."""
    return max(ABSOLUTE_MS, RELATIVE * calm)


def objections(report: Report) -> list[str]:
    """What stands against an attack's being held, in words; nothing where it is."""
    pairs = report["pairs"]
    if report["died"] or not pairs:
        return ["the server died"]
    calms = [p99(pair["calm"]) for pair in pairs]
    attacked = [pair["attacked"] for pair in pairs]
    found = []
    if median(calms) > QUIET_MS:
        found.append("the machine was not quiet")
    if median(moves(pairs)) > allowed(median(calms)):
        found.append("p99 moved")
    if any(phase["lost"] for phase in attacked):
        found.append("samples lost")
    if min(phase["alive"] for phase in attacked) < most_alive(pairs):
        found.append("viewers cut off")
    if stalled := max(phase["stalled_s"] for phase in attacked):
        found.append(f"stalled for {math.ceil(stalled + SETTLE_SECONDS)} s afterwards")
    if len(calms) > 1 and median(calms[1:]) > calms[0] + allowed(calms[0]):
        found.append("not calm again afterwards")
    if not any(pair["did"]["sent"] for pair in pairs):
        found.append("it sent nothing")
    return found


def most_alive(pairs: Sequence[Report]) -> int:
    """How many viewers there were before the first attack."""
    return int(pairs[0]["calm"]["alive"])


def row(attack: str, report: Report) -> list[str]:
    """A line of the table: medians over the pairs, and sums of what was lost."""
    pairs, found = report["pairs"], objections(report)
    verdict = "held" if not found else "**" + ", ".join(found) + "**"
    if not pairs:
        return [attack, *["–"] * (len(HEAD) - 2), verdict]
    calm, attacked = ([pair[kind] for pair in pairs] for kind in ("calm", "attacked"))
    return [
        attack,
        *deeds([pair["did"] for pair in pairs]),
        shown(median(map(p99, calm))),
        shown(median(map(p99, attacked))),
        f"{shown(median(moves(pairs)))} ({shown(min(moves(pairs)))} to {shown(max(moves(pairs)))})",
        part(calm),
        part(attacked),
        f"{sum(phase['lost'] for phase in attacked):,.0f}",
        f"{max(phase['silence_ms'] for phase in attacked):,}",
        f"{median(phase['server_cpu'] for phase in calm):.2f}",
        f"{median(phase['server_cpu'] for phase in attacked):.2f}",
        f"{attacked[0]['rss_mb'][0]:,.0f}",
        f"{max(max(phase['rss_mb']) for phase in attacked):,.0f}",
        verdict,
    ]


def deeds(did: Sequence[Report]) -> list[str]:
    """What was sent, answered and refused in one attack, on the mean of them."""
    refused: Counter[str] = Counter()
    for one in did:
        refused.update(one["refused"])
    told = [f"{reason} × {mean(number, len(did))}" for reason, number in refused.most_common(3)]
    sums = [sum(one[kind] or 0 for one in did) for kind in ("sent", "answered")]
    sent, answered = (mean(total, len(did)) for total in sums)
    megabytes = sum(one["received"] for one in did) / len(did) / 1e6
    received = f" ({megabytes:,.0f} MB)" if megabytes >= 1 else ""
    return [sent, answered + received, ", ".join(told) or "none"]


def mean(total: float, number: int) -> str:
    """A count per attack; fewer than ten are not rounded to none."""
    each = total / number
    return f"{each:,.0f}" if each >= 10 or each == round(each) else f"{each:.1f}"


def part(phases: Sequence[Report]) -> str:
    """Frames that came, of those that were due."""
    return f"{sum(p['frames'] for p in phases) / sum(p['due'] for p in phases):.1%}"


def shown(milliseconds: float) -> str:
    """Milliseconds with a digit behind the point; never where nothing came at all."""
    return f"{milliseconds:,.1f}" if math.isfinite(milliseconds) else "never"


def how(results: Mapping[str, Report]) -> str:
    """How often and how long it was measured, and whether that is less than the bar asks for."""
    pairs = min((len(report["pairs"]) for report in results.values()), default=0)
    seconds = min((report["seconds"] for report in results.values()), default=0.0)
    text = f"{pairs} pairs of calm and attack, {seconds:g} s each, in turn"
    if pairs < PAIRS or seconds < SECONDS:
        text += f" (a short run: the bar asks for {PAIRS} of {SECONDS:g} s)"
    return text


def text_of(machine: str, results: Mapping[str, Report]) -> str:
    """The section of docs/benchmarks.md."""
    held = sum(not objections(report) for report in results.values())
    missing = [attack for attack in ATTACKS if attack not in results]
    parts = [
        "## Bad neighbours",
        "What 300 viewers of a 1 kHz stream notice while one anonymous visitor attacks their "
        "server: one daphne process on one core, with the demo stream `fast` (1 MS/s × 4) that one "
        "other page looks at. The load and the attacker share the other core, where the load goes "
        f"first. {how(results)}. An attack is held where it moves the p99 by at most "
        f"{RELATIVE:.0%} or {ABSOLUTE_MS:g} ms, whichever is more (median over the pairs); where "
        "no viewer loses a sample or its socket; and where it is calm again afterwards. "
        f"{held} of {len(results)} are held. How to read it: `benchmarks/README.md`.",
        machine,
        document.table(HEAD, [row(attack, report) for attack, report in results.items()]),
        "What each does, on from an address of its own:",
        "\n".join(f"- {attack}: {ATTACKS[attack].words}" for attack in results),
    ]
    if missing:
        parts.append(f"Not measured: {', '.join(missing)}.")
    return "\n\n".join(parts)
