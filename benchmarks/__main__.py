"""``python -m benchmarks``, what ``make bench`` runs: everything, kept in docs/benchmarks.md.

It takes some hours (95 minutes without recordings), and wants the machine for itself; the bad
neighbours come last. ``python -m benchmarks.compare`` and the others take parts of it.
"""

from __future__ import annotations

from benchmarks import compare, document, extremes, hostile, neighbours, sending, unseen, waveforms
from benchmarks.processes import __main__ as processes
from benchmarks.recordings import __main__ as recordings


def waveform_costs() -> str:
    """The section on what each waveform costs the worker."""
    head = ("waveform", "ms per 1M samples", "× numpy sin (float32)")
    lines = [(r.name, f"{r.ms_per_million:.2f}", f"{r.ratio:.1f}") for r in waveforms.rows()]
    return "\n\n".join(["## Waveforms", document.machine(), document.table(head, lines)])


if __name__ == "__main__":
    compare.main(["--large", "--write"])
    extremes.main(["--write"])
    processes.main(["--write"])
    sending.main(["--write"])
    recordings.main(["--write"])
    hostile.main(["--write"])
    unseen.main(["--write"])
    section = waveform_costs()
    print(section)
    document.write_section("waveforms", section)
    neighbours.main(["--write"])
