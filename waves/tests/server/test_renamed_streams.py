"""Renamed while it runs: viewers are told, and who comes back by the former name is let in."""

import json

from waves.tests.server.viewing import view

RENAME = "UPDATE waves_stream SET slug = ? WHERE id = 1"


async def test_viewers_are_told_and_come_back_by_either_name(site) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            # Behind the models' back: only the worker can see it.
            site.execute(RENAME, "other")
            await viewer.until(lambda: viewer.stream["slug"] == "other")
            ((epoch, values),) = viewer.values.items()
        for slug in ("sine", "other"):
            path = f"/ws/streams/{slug}/?epoch={epoch}&sample={max(values) + 1}"
            async with view(server.address, path) as viewer:
                await viewer.until(lambda v=viewer: v.values)
            assert viewer.stream["slug"] == "other"
            assert not viewer.of_type("gap")
            assert min(viewer.values[epoch]) == max(values) + 1
            answer = json.loads(server.get(f"/api/v1/streams/{slug}")[1])
            assert (answer["slug"], answer["handle"]) == ("other", 1)
            assert server.get(f"/api/v1/streams/{slug}/samples?columns=16")[0] == 200
