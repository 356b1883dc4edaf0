"""Several Redis hosts: which stream is where, and what all processes have to agree on."""

import pytest

from waves import bus as bus_module
from waves import shards
from waves.bus import OTHER_HOSTS, Publisher, Receiver, make_layer
from waves.checks import check_channel_layer
from waves.conf import get_config
from waves.exceptions import ConfigurationError, ServiceUnavailableError
from waves.framelog import FrameLog
from waves.hub.hub import Hub
from waves.hub.pump import Pump
from waves.hub.status import StatusBoard
from waves.intake import Intake
from waves.tests.worker.fakes import HERE, Layer
from waves.worker.shares import Register, Share
from waves.worker.worker import Peers

HOSTS = ("redis://a:6379/0", "redis://b:6379/0", "unix:///run/redis.sock?db=0")


@pytest.fixture
def three(settings) -> None:
    settings.WAVES = {"redis_url": ", ".join(HOSTS), "worker": "separate"}
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": list(HOSTS), "prefix": "theirs"},
        }
    }


def test_each_host_has_as_many_streams_and_each_stream_the_same_one_for_ever(three):
    assert get_config().redis_urls == HOSTS
    assert [shards.shard_of(handle) for handle in range(1, 8)] == [1, 2, 0, 1, 2, 0, 1]
    assert [shards.name_of(shard) for shard in range(3)] == ["1/3", "2/3", "3/3"]


@pytest.mark.parametrize("url", ["", "redis://a:6379/0"])
def test_one_host_and_none_carry_all_without_a_name(settings, url):
    settings.WAVES = {"redis_url": url}
    assert {shards.shard_of(handle) for handle in range(10)} == {0}
    assert (shards.name_of(0), shards.words_of(0)) == ("", "Redis")


async def test_a_layer_reaches_the_host_of_its_streams_only(three):
    for shard, host in enumerate(HOSTS):
        layer = make_layer(shard)
        (connection,) = layer._shards
        assert connection.host == {"address": host}
        assert layer.prefix == "theirs"
    assert check_channel_layer() == []


@pytest.mark.parametrize("hosts", [list(HOSTS[:2]), [], "redis://a", list(reversed(HOSTS))])
def test_a_layer_with_other_hosts_is_refused_with_words(three, settings, hosts):
    settings.CHANNEL_LAYERS = {
        "default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": hosts}}
    }
    (problem,) = check_channel_layer()
    assert problem.id == "waves.E008"
    assert "names 3 Redis hosts" in problem.msg
    if isinstance(hosts, list):
        with pytest.raises(ConfigurationError, match="in the same order"):
            make_layer(1)


def test_what_is_pushed_stands_where_the_frames_of_its_stream_do(three):
    intake = Intake()
    for handle in range(6):
        connection = intake._log(handle).connected().connection_pool.connection_kwargs
        frames = FrameLog(shards.shard_of(handle)).connected().connection_pool.connection_kwargs
        assert connection.get("host", connection.get("path")) == frames.get(
            "host", frames.get("path")
        )
    assert len(intake._logs) == 3


def register_of(shard: str) -> Register:
    """As one worker writes it."""
    register, _ = Share("one", shard=shard, monotonic=lambda: 0.0).renew(Register(), (), {1: ""})
    return Register.loads(register.dumps())


def test_a_mark_tells_lists_apart_that_share_a_host_and_shows_no_password(settings):
    def marks(*hosts: str) -> list[str]:
        settings.WAVES = {"redis_url": ",".join(hosts), "worker": "separate"}
        return [shards.mark_of(shard) for shard in range(len(hosts))]

    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubLayer"}}
    ours = marks("redis://a", "redis://b")
    assert marks("redis://:secret@a:6379/3", "rediss://b") == ours
    assert marks("redis://a") == [""]
    for others in (marks("redis://a", "redis://c"), marks("redis://b", "redis://a")):
        assert not set(others) & set(ours)


def test_through_memory_there_is_one_whatever_addresses_are_named(settings):
    settings.CHANNEL_LAYERS = {}
    settings.WAVES = {"redis_url": "redis://a,redis://b", "worker": "embedded"}
    assert shards.count() == 1


@pytest.mark.parametrize("mine", ["2/2", "1/3", ""])
def test_a_worker_with_another_list_runs_nothing_beside_the_others(mine):
    now = [0.0]
    register = register_of("1/2")
    other = Share("two", shard=mine, monotonic=lambda: now[0])
    _, decision = other.renew(register, (), {1: ""})
    assert decision.waits
    now[0] += 1
    (member,) = register.workers.values()
    document = register.dumps().replace(f'["{member.name}",1]', f'["{member.name}",2]')
    _, decision = other.renew(Register.loads(document), (), {1: ""})
    assert "with other hosts in REDIS_URL" in decision.refusal
    assert decision.own == frozenset()


def test_a_register_of_the_version_before_is_one_of_one_host():
    text = register_of("").dumps().replace('"shard":"",', "")
    assert "shard" not in text
    assert Register.loads(text).shard == ""


@pytest.fixture
def receiver(three) -> Receiver:
    layer = Layer()
    publisher = Publisher(layer, shard=1)
    publisher.identify(HERE)
    hub = Hub(Pump(), StatusBoard())
    receiver = Receiver(hub, publisher, layer, everything=False)
    receiver._installation = HERE
    return receiver


@pytest.mark.parametrize(("shard", "count"), [(1, 1), (2, 0), (None, 0)])
def test_what_another_list_sends_is_refused_counted_and_told(receiver, caplog, shard, count):
    message = {"type": "waves.viewers", "hub": "x", "counts": {"1": 1}, "from": HERE.sender}
    receiver._take(message if shard is None else {**message, "shard": shards.mark_of(shard)})
    assert receiver.hub.board.viewers(1) == count
    assert receiver.counts["foreign messages"] == 1 - count
    assert receiver.stranger == ("" if count else OTHER_HOSTS)
    assert (OTHER_HOSTS in caplog.text) is not bool(count)


async def test_what_is_sent_names_the_host_and_its_problem(three, monkeypatch):
    monkeypatch.setattr(bus_module, "ANSWER_SECONDS", 0.05)
    layer = Layer()
    layer.groups.add("waves.here.status")
    publisher = Publisher(layer, shard=2)
    publisher.identify(HERE)
    await publisher.viewers("hub", {})
    assert layer.queue.get_nowait()["shard"] == shards.mark_of(2)
    layer.hangs = True
    with pytest.raises(ServiceUnavailableError, match="of Redis host 3 of 3 cannot be reached"):
        await publisher.viewers("hub", {})


def test_none_of_a_process_begins_before_each_host_has_let_it_in():
    peers = Peers(2)
    peers.let_in(1)
    assert not peers.may_begin
    peers.let_in(0)
    assert peers.may_begin
    assert Peers(1).may_begin
