"""A database that the former version made: the demo's rows follow its function, all else stays.

``former.sql`` was dumped from one: its demo, a second stream with the demo's function, and one with
a function of the user's own.
"""

import json
import sqlite3
from pathlib import Path

import pytest

from waves.tests.server.processes import Site

#: Each migrates a whole database, in processes.
pytestmark = pytest.mark.slow

FORMER = (Path(__file__).parent / "former.sql").read_text()
MOVED = "livestream_project.streams.boiler"


def rows(site: Site, sql: str) -> list[tuple]:
    with sqlite3.connect(site.database) as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def functions(site: Site) -> dict[str, str]:
    found = rows(site, "SELECT slug, options FROM waves_stream WHERE source = 'python'")
    return {slug: json.loads(options)["function"] for slug, options in found}


@pytest.fixture
def former(tmp_path) -> Site:
    site = Site(tmp_path)
    with sqlite3.connect(site.database) as connection:
        connection.executescript(FORMER)
    connection.close()
    return site


def test_streams_of_the_demo_name_its_new_place_and_others_keep_theirs(former):
    assert functions(former)["python"] == "waves.streams.boiler"
    former.manage("migrate", "-v0")
    own = {"mine": "plant.streams.my_boiler"}
    assert functions(former) == {"python": MOVED, "boiler-2": MOVED, **own}


def test_the_function_stays_known_so_that_no_stream_is_made_for_it_again(former):
    former.manage("migrate", "-v0")
    known = rows(former, "SELECT path FROM waves_knownfunction ORDER BY path")
    assert known == [(MOVED,), ("plant.streams.my_boiler",)]


def test_nothing_else_of_it_is_touched(former):
    def everything_else():
        return {
            "streams": rows(
                former,
                "SELECT id, name, slug, description, rate, sample_type, window, history, enabled,"
                " position, epoch, runs_on FROM waves_stream",
            ),
            "signals": rows(
                former,
                "SELECT id, name, key, unit, colour, waveform, parameters, position, stream_id"
                " FROM waves_signal",
            ),
            "installation": rows(former, "SELECT * FROM waves_installation"),
        }

    before = everything_else()
    former.manage("migrate", "-v0")
    assert everything_else() == before


def test_the_way_back_leads_to_the_former_name(former):
    former.manage("migrate", "-v0")
    former.manage("migrate", "livestream_project", "zero", "-v0")
    assert functions(former)["python"] == "waves.streams.boiler"


def test_the_models_lack_no_migration(former):
    assert "No changes detected" in former.manage("makemigrations", "--check", "--dry-run")


def test_each_signal_keeps_the_colour_that_its_place_gave_it(former):
    former.manage("migrate", "-v0")
    told = rows(
        former, "SELECT stream_id, palette FROM waves_signal ORDER BY stream_id, position, id"
    )
    by_stream: dict[int, list[int]] = {}
    for stream, palette in told:
        by_stream.setdefault(stream, []).append(palette)
    assert max(map(len, by_stream.values())) > 1
    assert all(places == list(range(len(places))) for places in by_stream.values())


def test_what_is_new_is_empty_so_that_the_code_decides(former):
    former.manage("migrate", "-v0")
    told = rows(former, "SELECT DISTINCT line, missing, states FROM waves_signal")
    assert told == [("", "", "{}")]
    told = rows(former, "SELECT DISTINCT late, reorder_window, longest_interval FROM waves_stream")
    assert told == [("", None, None)]
