"""Tables and the document that they are kept in."""

from benchmarks import compare, document
from benchmarks.tally import percentiles


def report(median=1000.0, cpu=0.5, viewers=10):
    return {
        "viewers": viewers,
        "alive": viewers,
        "samples_per_second": {"min": median, "median": median},
        "gaps": 3,
        "not_told": 0,
        "skips_of_source": 0,
        "latency_ms": {"p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 4.0},
        "oldest_sample_s": 0.05,
        "messages_per_second": 200.0,
        "closes": {},
        "errors": {},
        "server": {"cpu": cpu, "rss_mb": 100.0, "kb_per_viewer": 30.0},
        "load": {"cpu": 0.9, "busy": True},
    }


def cells(line):
    return dict(zip(compare.HEAD, line, strict=True))


def test_a_line_stands_beside_the_original_with_as_many_viewers():
    ours, theirs = compare.Run("daphne", 10), compare.Run("original", 10)
    other = compare.Run("original", 1)
    results = [(ours, report()), (theirs, report(median=400.0)), (other, report(median=800.0))]
    lines = compare.rows(results)
    assert cells(lines[0])["× original"] == "2.50"
    assert cells(lines[1])["× original"] == "1.00"


def test_a_busy_generator_is_marked():
    line = compare.row(compare.Run("daphne", 10), report(), None)
    assert "busy" in cells(line)["load CPU"]


def test_a_server_whose_messages_carry_no_index_has_no_gaps_to_show():
    line = compare.row(compare.Run("original", 10), {**report(), "gaps": None}, None)
    assert cells(line)["gaps"] == cells(line)["lost, not told"] == "–"


def test_large_numbers_of_viewers_are_for_waves_alone():
    runs = compare.plan(["original", "daphne"], [1], large=True)
    assert {run.server for run in runs if run.viewers >= 1000} == {"daphne", "uvicorn", "ceiling"}


def test_closes_and_errors_are_told():
    bad = {**report(), "closes": {"1006": 2}}
    assert "1006" in compare.problems([(compare.Run("daphne", 10), bad)])


def test_a_section_is_replaced_and_the_others_stay(tmp_path):
    path = tmp_path / "benchmarks.md"
    for name, body in (("one", "first"), ("two", "second"), ("one", "third")):
        document.write_section(name, body, path)
    text = path.read_text()
    assert "first" not in text
    assert text.index("third") < text.index("second")
    assert text.startswith("# Benchmarks")


def test_percentiles_of_nothing_are_none():
    assert percentiles([]) == {"p50": None, "p95": None, "p99": None, "max": None}
