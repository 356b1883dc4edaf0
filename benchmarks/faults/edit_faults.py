"""What befalls streams that are edited again and again in the admin, while they are viewed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from benchmarks.faults import scenes
from benchmarks.faults.admin_form import Administrator
from benchmarks.faults.crowd_faults import judge_samples
from benchmarks.faults.scene import COUNTED, SLUGS, Installation, Scene
from benchmarks.faults.server_faults import OUT
from benchmarks.faults.trial import Fault
from benchmarks.faults.viewers import Watcher

#: An edit reaches all viewers so soon (s).
ARRIVES = 3.0
#: The field of the first signal's amplitude in the form.
AMPLITUDE = "signals-0-common__amplitude"


async def edit(scene: Scene, edits: float) -> None:
    """So many edits, one after the other, through the form: of names, rates and an amplitude.

    A new rate begins an epoch; edits that follow at once may share one. No other edit begins any.
    """
    (site,) = scene.sites
    keys = keys_of(site)
    site.truth.amplitudes = (1.0, 2.0)
    administrator = await asyncio.to_thread(Administrator, scene.servers[0].address)
    last: dict[str, dict[str, object]] = {slug: {} for slug in SLUGS}
    rates = dict.fromkeys(SLUGS, 0)
    before = {watcher: watcher.state.ends for watcher in scene.watchers}
    for number in range(round(edits)):
        slug = SLUGS[number % len(SLUGS)]
        changes = change(slug, number)
        rates[slug] += "rate" in changes
        if not await save(scene, administrator, keys[slug], changes):
            return
        last[slug] |= changes
    arrived = await scene.until(
        lambda: all(shows(w, last[w.state.slug]) for w in scene.watchers), ARRIVES
    )
    scene.check(arrived is not None, "the last edits did not reach all viewers")
    for watcher in scene.watchers:
        begun, most = watcher.state.ends - before[watcher], rates[watcher.state.slug]
        words = f"{watcher.state.slug}: {begun} epochs began by {most} edits of the rate"
        scene.check(begun <= most, words)
    out = max(watcher.longest_out for watcher in scene.watchers)
    scene.check(out <= OUT, f"a viewer was out for {out:.1f} s")
    judge_samples(scene)


async def save(
    scene: Scene, administrator: Administrator, key: int, changes: dict[str, object]
) -> bool:
    """Whether an edit was answered as one that is saved; else what was printed is a problem."""
    try:
        await asyncio.to_thread(administrator.save, key, **changes)
    except (OSError, ValueError) as error:
        printed = scene.servers[0].printed()[-1500:]
        scene.problems.append(f"the edit {changes} was answered with {error!r}: {printed}")
        return False
    return True


def change(slug: str, number: int) -> dict[str, object]:
    """What one edit changes: each stream in turn, and each of its fields in turn."""
    turn = number // len(SLUGS)
    if turn % 2:
        return {"name": f"{slug} after {number} edits"}
    if slug in COUNTED:
        return {"rate": 800 + 10 * turn}
    return {AMPLITUDE: 1 + turn / 100}


def shows(watcher: Watcher, last: dict[str, object]) -> bool:
    """Whether a viewer is shown what was saved last."""
    said = watcher.state.description
    return all(said[name] == value for name, value in last.items() if name in said)


def keys_of(site: Installation) -> dict[str, int]:
    """The primary keys of streams, by their slug."""
    with closing(sqlite3.connect(site.database)) as connection:
        return dict(connection.execute("SELECT slug, id FROM waves_stream"))


FAULTS = (
    Fault(
        "admin-edits",
        "100 edits of names, rates and an amplitude, saved one after the other in the admin's form",
        scenes.two_workers,
        edit,
        lasts=100,
        short=5,
    ),
)
