"""Five hundred control messages from a seed: each is carried out or refused by name."""

import json
import random

from waves.tests.server.knocking import USUAL, Answer, handshake, masked, read_head, read_on
from waves.tests.server.test_handshakes import all_of
from waves.tests.server.viewing import view

NUMBERS = [
    0,
    1,
    -1,
    0.5,
    1e308,
    -1e308,
    2**31,
    2**32,
    2**53,
    2**64,
    10**400,
    True,
    None,
    "1",
    "",
    [],
]
WORDS = [
    "sine",
    "nowhere",
    "",
    "sine ",
    "S\xc4GE",
    "\u2028",
    "\x00",
    "x" * 201,
    "\U0001f30a",
    1,
    None,
    {},
]
#: What a client may say, and values that a field might be given.
FIELDS = {
    "ack": {"count": NUMBERS},
    "ping": {"id": NUMBERS},
    "subscribe": {
        "stream": WORDS,
        "window": NUMBERS,
        "columns": NUMBERS,
        "budget": NUMBERS,
        "since": [{"epoch": 1, "sample": 1}, {"epoch": 2**32}, {}, [], "1", None],
    },
    "unsubscribe": {"stream": WORDS},
    "view": {
        "handle": NUMBERS,
        "window": NUMBERS,
        "columns": [16, 1200, *NUMBERS],
        "budget": [1000, 1e9, *NUMBERS],
        "trigger": [
            {"kind": "edge", "signal": "sine"},
            {"kind": "pulse", "signal": "sine", "longer": 1e308},
            {"kind": "edge", "signal": "x" * 2000},
            {"kind": "dance"},
            {},
            None,
        ],
    },
    "history": {
        "id": NUMBERS,
        "handle": NUMBERS,
        "epoch": NUMBERS,
        "first": NUMBERS,
        "last": NUMBERS,
        "columns": NUMBERS,
    },
    "dance": {"id": NUMBERS},
}
#: Messages that are none at all.
MALFORMED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"0",
    b'"ping"',
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'{"type": "ping", "id": 1}{}',
    b'{"type": "ping", "type": "ack", "id": 1}',
    b'{"type": "ping", "id": 01}',
    b'{"type": "ping", "id": NaN}',
    b'{"type": "subscribe", "stream": "\\ud800"}',
    b"[" * 4000,
    b'{"type": ' * 400,
    b"x" * 5000,
    b"x" * 20_000,
    b"x" * 70_000,
    "\xe4".encode() * 4096,
    "\U0001f30a".encode() * 4097,
]


def message(seeded: random.Random) -> bytes:
    """One message: of a kind that there is with fields that may be wrong, missing or too many."""
    if seeded.random() < 0.2:
        return seeded.choice(MALFORMED)
    kind = seeded.choice(list(FIELDS))
    told = {"type": kind} | {
        name: seeded.choice(values)
        for name, values in FIELDS[kind].items()
        if seeded.random() < 0.8
    }
    if seeded.random() < 0.1:
        told[seeded.choice(["extra", "\xe4", "type ", "__class__"])] = 1
    return json.dumps(told, ensure_ascii=seeded.random() < 0.5).encode()


async def say(address: str, payload: bytes, opcode: int, cut_at: int | None) -> Answer:
    """Say one message, in one frame or in two, then a ping; read until its pong, or the close."""
    path, headers = "/ws/streams/sine/", [("Host", address), *USUAL]
    async with handshake(address, path, headers) as (reader, writer):
        answer = await read_head(reader)
        if cut_at is None:
            writer.write(masked(payload, opcode))
        else:
            writer.write(masked(payload[:cut_at], opcode, final=False))
            writer.write(masked(payload[cut_at:], 0))
        writer.write(masked(b'{"type": "ping", "id": 4711}'))
        return await read_on(reader, answer, ponged)


def ponged(answer: Answer) -> bool:
    return any(told.get("id") == 4711 for told in answer.said)


async def test_each_message_is_carried_out_or_refused_by_name(daphne) -> None:
    before = len(daphne.printed())
    seeded = random.Random(9)
    attempts = []
    for _ in range(500):
        payload, opcode = message(seeded), 2 if seeded.random() < 0.05 else 1
        cut_at = seeded.randint(0, len(payload)) if seeded.random() < 0.2 else None
        attempts.append((payload, opcode, cut_at))
    answers = await all_of([say(daphne.address, *attempt) for attempt in attempts])
    for attempt, answer in zip(attempts, answers, strict=True):
        # 1007: bytes that are no UTF-8, which the server itself refuses.
        assert answer.code in (None, 4400, 1007), (attempt, answer)
        assert answer.code is None or answer.reason, (attempt, answer)
        assert answer.code != 4400 or answer.error, (attempt, answer)
    assert {answer.code for answer in answers} == {None, 4400, 1007}
    assert "Traceback" not in daphne.printed()[before:]


async def test_whoever_sends_nothing_but_what_is_right_is_never_refused(daphne) -> None:
    """As a page does while somebody zooms: sixty views a second, and everything else beside."""
    async with view(daphne.address, "/ws/streams/sine/?window=1&columns=400") as viewer:
        await viewer.until(lambda: viewer.values)
        handle = viewer.stream["handle"]
        for i in range(60):
            await viewer.say(type="view", handle=handle, window=1 + i / 60, columns=400)
            await viewer.say(type="ping", id=i)
        await viewer.until(lambda: len(viewer.of_type("pong")) == 60)
    assert [told["id"] for told in viewer.of_type("pong")] == list(range(60))
    assert not viewer.of_type("error")


async def test_the_reason_of_a_close_is_never_cut_inside_a_character(daphne) -> None:
    """A client that finds half a character in a close takes it for a broken connection."""
    for name in ("\xe4" * 100, "\u2028" * 60, "\U0001f30a" * 50, "a" + "\xe4" * 100):
        payload = json.dumps({"type": "ping", "id": 1, name: 1}, ensure_ascii=False).encode()
        answer = await say(daphne.address, payload, 1, None)
        assert answer.code == 4400
        assert answer.reason
        assert answer.error.startswith(answer.reason)
