"""The floors of coverage: what is below one is told, and no room is without."""

import tomllib
from pathlib import Path

from tools.coverage_floors import percent, problems, rooms

ROOT = Path(__file__).parents[2]
FLOORS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage-floors"]
REPORT = {
    "files": {
        "waves/dsp/noise.py": {"summary": {"covered_branches": 3, "num_branches": 4}},
        "waves/dsp/waveforms/sine.py": {"summary": {"covered_branches": 6, "num_branches": 6}},
        "waves/bus.py": {"summary": {"covered_branches": 0, "num_branches": 0}},
    }
}


def test_the_branches_of_a_room_are_those_of_its_files():
    assert rooms(REPORT) == {"waves/dsp": (9, 10), "waves": (0, 0)}


def test_a_room_without_a_branch_has_missed_none():
    assert percent((0, 0)) == 100


def test_a_room_below_its_floor_is_told():
    assert problems(rooms(REPORT), {"waves/dsp": 90, "waves": 90}) == []
    (told,) = problems(rooms(REPORT), {"waves/dsp": 91, "waves": 90})
    assert told == "waves/dsp: tests reach 90.0 % of the branches, and the floor is 91 %."


def test_a_room_without_a_floor_is_told_and_a_floor_without_a_room():
    assert problems(rooms(REPORT), {"waves/dsp": 1, "waves/attic": 1}) == [
        "waves has no floor in pyproject.toml.",
        "waves/attic has a floor, and no code.",
    ]


def test_every_room_has_a_floor_and_those_that_carry_the_promise_a_high_one():
    folders = {path.parent for path in (ROOT / "waves").glob("*/*.py")}
    names = {folder.name for folder in folders} - {"tests", "migrations"}
    assert {f"waves/{name}" for name in names} | {"waves", "livestream_project"} <= FLOORS.keys()
    for room in ("dsp", "protocol", "history", "hub"):
        assert FLOORS[f"waves/{room}"] >= 90
