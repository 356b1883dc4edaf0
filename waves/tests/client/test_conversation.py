"""What the client makes of messages that it does not know."""

import json

from .conversation import Viewer


def test_types_and_fields_that_are_not_known_are_ignored():
    viewer = Viewer()
    for message in (
        {"type": "hello", "protocol": "waves.v1", "ack": {"ms": 1000, "bytes": 1}, "colour": 3},
        {"type": "weather", "handle": 1, "rain": True},
        {"type": "stream", "handle": 1, "slug": "sine", "epoch": 1, "mood": "good"},
        {"type": "notice", "handle": 1, "code": "something_new", "message": "Words.", "until": 7},
    ):
        viewer.receive(json.dumps(message))
    assert list(viewer.streams) == ["sine"]
    assert [notice["message"] for notice in viewer.notices] == ["Words."]
    assert not viewer.errors
