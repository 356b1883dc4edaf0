"""Whether an attack is held, how that is told, and what the viewers beside it count."""

import json
import time

import pytest

from benchmarks import neighbours, verdict
from benchmarks.attacks import ATTACKS
from benchmarks.ceiling import waves_frame
from benchmarks.neighbours import Bystander
from benchmarks.tally import Tally


def phase(p99=8.0, **changes):
    return {
        "p50": 4.0,
        "p99": p99,
        "frames": 119_700,
        "due": 120_000,
        "silence_ms": 80,
        "alive": 300,
        "lost": 0,
        "told": 0,
        "stalled_s": 0.0,
        "errors": {},
        "rss_mb": [340.0, 360.0, 350.0],
        "server_cpu": 0.3,
        "load_cpu": 0.1,
        **changes,
    }


def did(**changes):
    return {"sent": 1000, "answered": 900, "received": 10, "refused": {"HTTP 503": 3}, **changes}


def report(*pairs, died=False, seconds=20.0):
    made = [{"calm": calm, "attacked": attacked, "did": did()} for calm, attacked in pairs]
    return {"pairs": made, "died": died, "seconds": seconds}


def moved(*pairs):
    return report(*((phase(calm), phase(attacked)) for calm, attacked in pairs))


@pytest.mark.parametrize(
    ("calm", "attacked", "held"),
    [(8, 13, True), (8, 13.1, False), (35, 42, True), (35, 42.1, False), (25, 30, True)],
)
def test_an_attack_may_move_the_p99_by_a_fifth_or_five_milliseconds(calm, attacked, held) -> None:
    assert (not verdict.objections(moved((calm, attacked)))) == held


def test_the_median_of_the_pairs_counts_not_one_bad_one() -> None:
    bad = (8, 500)
    assert not verdict.objections(moved((8, 9), bad, (9, 9), (8, 7), bad))
    assert verdict.objections(moved((8, 9), bad, (9, 9), bad, bad)) == ["p99 moved"]


def test_where_no_frame_came_at_all_it_is_not_held() -> None:
    never = moved((8, None))
    assert verdict.objections(never) == ["p99 moved"]
    assert "never" in verdict.row("pings", never)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lost": 0.5}, "samples lost"),
        ({"alive": 299}, "viewers cut off"),
        ({"stalled_s": 4.5}, "stalled for 8 s afterwards"),
    ],
)
def test_what_a_viewer_loses_is_an_objection_whatever_the_p99(changes, words) -> None:
    assert verdict.objections(report((phase(), phase(**changes)))) == [words]


def test_a_calm_that_is_not_calm_again_is_an_objection() -> None:
    assert verdict.objections(moved((8, 9), (30, 31), (32, 33))) == ["not calm again afterwards"]


def test_beside_a_machine_that_is_not_quiet_nothing_is_held() -> None:
    assert verdict.objections(moved((500, 400))) == ["the machine was not quiet"]


def test_an_attack_that_sent_nothing_proves_nothing() -> None:
    quiet = moved((8, 8))
    quiet["pairs"][0]["did"] = did(sent=0)
    assert verdict.objections(quiet) == ["it sent nothing"]


def test_a_server_that_died_is_an_objection_and_has_a_line() -> None:
    assert "died" in verdict.row("unread", report(died=True))[-1]


def test_a_line_says_what_was_done_and_what_came_of_it() -> None:
    pairs = report((phase(8.0), phase(11.0)), (phase(9.0), phase(11.0)))
    cells = verdict.row("csv", pairs)
    assert len(cells) == len(verdict.HEAD)
    assert cells[:4] == ["csv", "1,000", "900", "HTTP 503 × 3"]
    pairs["pairs"][0]["did"]["received"] = 90_000_000
    assert verdict.row("csv", pairs)[2] == "900 (45 MB)"
    assert cells[4:7] == ["8.5", "11.0", "2.5 (2.0 to 3.0)"]
    assert cells[7] == "99.8%"
    assert cells[-3:] == ["340", "360", "held"]


def test_the_section_says_that_a_run_was_short_and_what_was_left_out() -> None:
    text = verdict.text_of("a machine", {"csv": moved((8, 9)), "json": moved((8, 90))})
    assert "a short run: the bar asks for 5 of 20 s" in text
    assert "1 of 2 are held" in text
    assert "Not measured: pulses" in text
    assert "| json |" in text
    full = {attack: moved(*[(8, 9)] * 5) for attack in ATTACKS}
    text = verdict.text_of("a machine", full)
    assert "short run" not in text
    assert "Not measured" not in text


@pytest.fixture
def bystander():
    tally = Tally()
    made = Bystander(tally, "127.0.0.1:1", "/ws/streams/bench/")
    made.send = lambda opcode, payload: True
    made.restart()
    yield made
    made.sock.close()


def receive(viewer, sample, n, now) -> None:
    data = bytearray(waves_frame(sample, n, 1000.0, now))
    viewer.binary(data, 0, len(data))


def test_a_long_frame_counts_as_those_that_it_stands_for(bystander) -> None:
    receive(bystander, 0, 50, time.time())
    receive(bystander, 50, 500, time.time())
    ages = sorted(bystander.tally.latencies)
    assert len(ages) == 11
    assert ages[-1] == pytest.approx(0.45, abs=0.05)


def test_what_is_due_and_never_came_counts_with_its_age(bystander) -> None:
    now = time.time()
    receive(bystander, 0, 50, now)
    bystander.end_of_phase(now + 1.0)
    ages = sorted(bystander.tally.latencies)
    assert len(ages) == 19
    assert ages[-1] == pytest.approx(0.95, abs=0.01)
    assert bystander.tally.silence == pytest.approx(1.0, abs=0.05)


def test_a_frame_that_is_on_its_way_is_not_late(bystander) -> None:
    now = time.time()
    receive(bystander, 0, 50, now)
    bystander.end_of_phase(now + 0.09)
    assert len(bystander.tally.latencies) == 1


def test_the_silence_before_a_measurement_does_not_count(bystander) -> None:
    receive(bystander, 0, 50, time.time())
    bystander.heard -= 60
    bystander.restart()
    bystander.tally.restart()
    receive(bystander, 50, 50, time.time())
    assert bystander.tally.silence < 30


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(neighbours, "KEPT", tmp_path / "kept.json")
    measured = []

    def measure(attack, pairs, seconds):
        measured.append(attack)
        return moved((8, 9))

    monkeypatch.setattr(neighbours, "measure", measure)
    neighbours.run_all(["csv", "json"], 2, 8.0, resume=False)
    results = neighbours.run_all(["csv", "json", "pings"], 2, 8.0, resume=True)
    assert measured == ["csv", "json", "pings"]
    assert list(results) == ["csv", "json", "pings"]
    neighbours.run_all(["csv"], 5, 8.0, resume=True)
    assert measured[3:] == ["csv"]
    assert json.loads(neighbours.KEPT.read_text())["conditions"][1:] == [5, 8.0]


def test_pairs_and_seconds_come_from_the_environment_or_the_command_line(monkeypatch) -> None:
    monkeypatch.setenv("PAIRS", "2")
    monkeypatch.setenv("SECONDS", "8")
    given = neighbours.arguments(["pings"])
    assert (given.pairs, given.seconds, given.attacks) == (2, 8.0, ["pings"])
    assert neighbours.arguments(["--pairs", "3"]).pairs == 3
    with pytest.raises(SystemExit):
        neighbours.arguments(["dance"])
