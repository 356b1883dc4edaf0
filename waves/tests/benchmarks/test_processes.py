"""What many processes cost is counted rightly, and viewers come back as the page does."""

import json
import time

import pytest

from benchmarks import lasting
from benchmarks.ceiling import waves_frame
from benchmarks.faults.scene import Installation, Scene
from benchmarks.processes.__main__ import PARTS, merged
from benchmarks.processes.counting import Rates, Spent, by_stream
from benchmarks.processes.returning import Returner, Returning, Seat, wait_before
from benchmarks.tally import Tally


def test_cpu_is_summed_by_kind_and_redis_apart() -> None:
    before = Spent(10.0, {"server 1": 1.0, "server 2": 1.0, "redis": 5.0, "gone": 1.0}, 100, 0)
    after = Spent(12.0, {"server 1": 2.0, "server 2": 1.5, "redis": 5.2, "new": 9.0}, 300, 50)
    rates = Rates.between(before, after)
    assert rates.of("server") == pytest.approx(0.75)
    assert rates.of("redis") == pytest.approx(0.1)
    assert (rates.redis_in, rates.redis_out) == (100.0, 25.0)
    assert rates.of("new") == 0


def test_what_is_said_of_each_stream_is_found_in_the_metrics() -> None:
    text = 'waves_late_ticks_total{stream="a"} 3.0\nwaves_late_ticks_total{stream="b"} 4.0\n'
    assert by_stream(f"# HELP x\n{text}waves_tasks 9.0\n") == {
        "waves_late_ticks_total": {"a": 3.0, "b": 4.0}
    }


def test_waits_double_up_to_a_bound_and_are_jittered() -> None:
    assert [wait_before(n, 1.0) for n in range(7)] == [0.5, 1, 2, 4, 8, 15, 15]
    assert wait_before(1, 0.0) == 0.5


@pytest.fixture
def load():
    made = Returning()
    yield made
    made.close()


def test_who_is_cut_off_comes_back_with_a_position_and_counts_from_then(load) -> None:
    seat = Seat([("127.0.0.1", 1), ("127.0.0.1", 2)], Tally())
    first = Returner(load, seat)
    first.epoch, first.next, first.newest = 3, 70, time.time()
    first.came(time.time(), 0.05)
    assert seat.is_there
    first.end("1012")
    assert not seat.is_there
    assert seat.path().endswith("&epoch=3&sample=70")
    assert seat.address[1] == 1
    refused = Returner(load, seat)
    refused.end("4501")
    assert (seat.address[1], load.refused) == (2, {"4501": 1})


def test_only_what_is_live_counts_as_back(load) -> None:
    seat = Seat([("127.0.0.1", 1)], Tally())
    viewer = Returner(load, seat)
    viewer.newest = time.time() - 5
    viewer.came(time.time(), 0.05)
    assert not seat.is_there
    viewer.end("left")


def test_a_part_takes_the_place_of_the_same_part_alone() -> None:
    every = merged("", {name: f"old {name}" for name in PARTS})
    text = merged(every, {"streams": "new"})
    assert "old streams" not in text
    assert text.count("### ") == len(PARTS)
    assert text.index("old cost") < text.index("new") < text.index("old storm")


async def test_the_soak_runs_as_deployed_so_that_no_queries_are_kept(tmp_path, monkeypatch) -> None:
    (tmp_path / "prepared.sqlite3").touch()
    scene = Scene(tmp_path, tmp_path / "prepared.sqlite3")
    monkeypatch.setattr(scene, "with_redis", lambda: None)
    monkeypatch.setattr(Installation, "execute", lambda *arguments: 0)
    monkeypatch.setattr(Installation, "start_worker", lambda site, **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await lasting.Soak(scene, 1).run(1)
    await scene.close()
    asked = "from django.conf import settings; print(settings.DEBUG)"
    printed = scene.sites[0].manage("shell", "-v0", "-c", asked)
    assert printed.strip() == "False"


def test_growth_counts_from_when_it_is_warm() -> None:
    points = [(0.0, 50.0), (600.0, 100.0), (1200.0, 101.0), (1800.0, 102.0)]
    assert lasting.growth(points, 600.0) == pytest.approx(6.0)


def test_a_key_or_a_group_that_is_left_is_told_and_a_thread_under_way_is_not() -> None:
    before = {"Redis": {"keys": 6, "groups": 2}, "server 1": {"tasks": 10}}
    after = {"Redis": {"keys": 7, "groups": 2}, "server 1": {"tasks": 12}}
    assert lasting.rest(before, after) == ["Redis: keys 6 → 7"]


def test_what_is_passed_over_is_lost_unless_a_gap_has_named_it(load) -> None:
    seat = Seat([("127.0.0.1", 1)], Tally(), epoch=1, next=100)
    viewer = Returner(load, seat)
    gap = {"type": "gap", "handle": 1, "epoch": 1, "first": 100, "last": 149, "lost": 50}
    viewer.text(bytearray(json.dumps(gap).encode()))
    for sample in (150, 260):
        data = bytearray(waves_frame(sample, 50, 1000.0, time.time()))
        viewer.binary(data, 0, len(data))
    assert seat.untold == 60
    viewer.end("left")
