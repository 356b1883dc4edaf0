"""`make faults` goes on where it was, judges by what a fault shall be, and says what came of it."""

from benchmarks.faults import report, results
from benchmarks.faults.catalogue import FAULTS

NAMES = list(FAULTS)[:2]


def outcome(name: str, run: int, **more: object) -> dict:
    return {"fault": name, "run": run, "problems": [], **more}


def test_what_was_run_is_not_run_again(tmp_path):
    path = tmp_path / "faults.jsonl"
    kept = results.Results("abc", path=path)
    assert kept.missing(dict.fromkeys(NAMES, 2)) == [
        (NAMES[0], 0),
        (NAMES[1], 0),
        (NAMES[0], 1),
        (NAMES[1], 1),
    ]
    kept.add(outcome(NAMES[1], 0))
    again = results.Results("abc", path=path)
    assert again.missing(dict.fromkeys(NAMES, 2)) == [(NAMES[0], 0), (NAMES[0], 1), (NAMES[1], 1)]


def test_what_was_run_of_other_code_is_kept_and_does_not_count(tmp_path):
    path = tmp_path / "faults.jsonl"
    results.Results("abc", path=path).add(outcome(NAMES[0], 0))
    assert (NAMES[0], 0) in results.Results("def", path=path).missing(dict.fromkeys(NAMES, 1))
    assert (NAMES[0], 0) not in results.Results("abc", path=path).missing(dict.fromkeys(NAMES, 1))


def test_a_fresh_start_forgets_its_faults_of_this_code_only(tmp_path):
    path = tmp_path / "faults.jsonl"
    for commit in ("abc", "def"):
        for name in NAMES:
            results.Results(commit, path=path).add(outcome(name, 0))
    results.Results("abc", fresh=NAMES[:1], path=path)
    assert results.Results("abc", path=path).missing(dict.fromkeys(NAMES, 1)) == [(NAMES[0], 0)]
    assert results.Results("def", path=path).missing(dict.fromkeys(NAMES, 1)) == []


def test_each_is_run_as_often_as_it_says(tmp_path):
    kept = results.Results("abc", path=tmp_path / "faults.jsonl")
    times = {NAMES[0]: 2, NAMES[1]: 1}
    assert kept.missing(times) == [(NAMES[0], 0), (NAMES[1], 0), (NAMES[0], 1)]


def test_what_is_short_is_run_more_often():
    times = {fault.name: fault.times for fault in FAULTS.values()}
    assert times["redis-hangs-10"] == times["server-killed"] == 20
    assert times["redis-hangs-40"] == times["locked-start"] == times["recording-killed-sqlite"] == 5


def test_what_was_not_run_keeps_its_row_on_the_page(tmp_path, monkeypatch):
    page = tmp_path / "reliability.md"
    monkeypatch.setattr(report, "PAGE", page)
    for commit, name in (("abc", NAMES[1]), ("def", NAMES[0]), ("ghi", NAMES[0])):
        kept = results.Results(commit, path=tmp_path / "faults.jsonl")
        kept.add(outcome(name, 0))
        report.write(kept)
    rows = [line for line in page.read_text().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == NAMES
    assert "`ghi`" in rows[0]
    assert "`abc`" in rows[1]


def test_the_table_has_median_worst_and_verdict(tmp_path, monkeypatch):
    page = tmp_path / "reliability.md"
    monkeypatch.setattr(report, "PAGE", page)
    kept = results.Results("abc", path=tmp_path / "faults.jsonl")
    for run, seconds in enumerate((1.0, 2.0, 9.0)):
        bad = ["it was late"] if seconds > 5 else []
        kept.add(outcome(NAMES[0], run, recovered=seconds, lost_untold=run) | {"problems": bad})
    report.write(kept)
    assert (
        f"| `{NAMES[0]}`: {FAULTS[NAMES[0]].what} | 3 | — | 2.0 / 9.0 | 3 | 0 |" in page.read_text()
    )
    assert "| 1 bad |" in page.read_text()
