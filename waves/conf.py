"""What Waves reads from Django's settings: one frozen value, made once and on every change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.util import find_spec
from inspect import iscoroutinefunction
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from waves.exceptions import ConfigurationError

Worker = Literal["embedded", "separate"]
Network = IPv4Network | IPv6Network

#: In place of an address: a proxy that comes by a Unix socket, which has none.
UNIX = "unix"
#: What may stand in the name of a channel group, short enough to leave room for the rest.
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,40}")


NEEDS_REDIS = "Redis needs packages that are not here: pip install 'django-waves[redis]'"

#: The longest body where no setting says otherwise: the form of 100 signals has some 800 kB.
BODY_BYTES = 1024 * 1024

#: The most that a number may be: whatever is computed with it stays one.
MOST = 10**15


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of Waves, in the dictionary ``WAVES`` of Django's settings.

    ``worker`` says who produces: a task of the server process, or ``manage.py runstreams``.
    ``allowed_origins`` are further origins (scheme://host:port) that may open a WebSocket.
    ``trusted_proxies`` are the addresses and networks whose ``X-Forwarded-For`` is believed.
    """

    worker: Worker
    #: One address, or several with commas between them: see ``redis_urls``.
    redis_url: str = field(default="", repr=False)
    #: Overrides the identity that the database holds: for a copy of it (see ``installation``).
    installation: str = ""
    #: Names this machine's worker, for streams that run on it only; empty: the host's name.
    worker_name: str = ""
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    #: Addresses and networks that ``/metrics`` is answered to: it names every stream. By default
    #: who asks from this machine, without a proxy.
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1", UNIX)
    #: Bound of rate × signals of one stream. Two streams of 4 signals at 1 MS/s fill a core's
    #: half; what is asked for beyond that is most often a slip of the keyboard.
    max_values_per_second: int = 8_000_000
    #: The same of all enabled streams together: three cores' worth of such streams.
    max_total_values_per_second: int = 100_000_000
    #: Bound of the memory of one stream's history, in each server process.
    max_history_bytes: int = 512 * 1024 * 1024
    #: The same of all enabled streams together, where somebody views each of them.
    max_total_history_bytes: int = 4 * 1024 * 1024 * 1024
    #: Bound of all recordings of an installation together, on disk.
    max_recorded_bytes: int = 100 * 1024 * 1024 * 1024
    #: Seconds that the time of a sample that is sent may be ahead of this server's.
    most_ahead: int = 5
    #: Bound of what Redis keeps of one stream's last frames, in bytes.
    frame_log_bytes: int = 64 * 1024 * 1024
    #: Dotted path of ``(viewer, stream) -> bool``: who may see a stream (``waves.access``). Empty:
    #: everyone who reaches the pages.
    may_view: str = ""
    #: The command that loads streams to look at: told where there are none.
    demo: str = ""
    #: Sockets of one server process, to view and to send together; beyond, a socket is closed with
    #: 4501 (overload).
    max_connections: int = 10_000
    #: Sockets of one process that one address, one user or one key may have: a page has one, so
    #: that is an office. Whoever is signed in is counted by the user.
    max_sockets_each: int = 500
    #: Streams that one address, user or key may view at once in a process, over all its sockets:
    #: the cards of eight lists of 250 streams.
    max_subscriptions_each: int = 2_000
    #: Messages a second that one address, user or key may say over all its sockets of a process:
    #: twice what the pages of an office acknowledge. What is more is read later.
    max_messages_each: int = 2_000
    #: Per cent of a core, in each process, that may go into the heavy messages of one address, user
    #: or key: long ones, and those that are made for one socket and take long. Beyond, they wait.
    max_cpu_percent_each: int = 25
    #: Seconds after which a socket that shows nothing is closed with 4502.
    idle_seconds: int = 600
    #: Streams of one installation: the worker reads all of them twice a second.
    max_streams: int = 1_000
    #: The longest body of a request, in bytes, as the server in front bounds it too; None where
    #: nothing was said of one in front (``manage.py check --deploy`` asks for it).
    body_limit: int | None = None
    #: Middleware that what is pushed need not go through, beside Django's own and ours, as dotted
    #: paths. Only where nothing else is in MIDDLEWARE, pushes are answered in front of it.
    push_middleware_passed: tuple[str, ...] = ()
    #: Paths of ports, for streams of that source, beside the serial ports that the system lists.
    serial_ports: tuple[str, ...] = ()
    #: The longest file that the admin takes, in bytes: two hours of sound of a telephone, or some
    #: eight million numbers as text.
    upload_limit: int = 64 * 1024 * 1024
    #: What other apps add: dotted paths of classes by their names (see ``extensions``).
    sources: Mapping[str, str] = field(default_factory=dict)
    waveforms: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)

    @property
    def redis_urls(self) -> tuple[str, ...]:
        """The Redis hosts; each stream is on one of them (``shards``)."""
        return tuple(url for each in self.redis_url.split(",") if (url := each.strip()))

    @property
    def body_bytes(self) -> int:
        """The longest body that is taken, in bytes."""
        return self.body_limit or BODY_BYTES


@cache
def get_config() -> Config:
    """The settings of Waves; raises ConfigurationError where one cannot work."""
    given = getattr(settings, "WAVES", {})
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"WAVES is a dictionary of settings, and no {_kind(given)}.")
    values = dict(given)
    known = [declared.name for declared in fields(Config)]
    for name in values.keys() - set(known):
        raise ConfigurationError(f"WAVES has no “{name}”. It may have: {', '.join(known)}.")
    _check_kinds(values)
    values["worker"] = _worker(values)
    if values.get("redis_url") and find_spec("redis") is None:
        raise ConfigurationError(NEEDS_REDIS)
    _check_redis(values.get("redis_url", ""))
    for declared in fields(Config):
        if declared.type == "tuple[str, ...]" and declared.name in values:
            values[declared.name] = tuple(values[declared.name])
    values["installation"] = _installation(values)
    for name in ("sources", "waveforms", "exports"):
        values[name] = _paths(name, values.get(name, {}))
    return Config(**values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set) and all(isinstance(each, str) for each in value)


_NUMBER = f"a whole number from 1 to {MOST:,}"
#: Of the types of settings what a value may be, and how that is said.
_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "int": (_is_number, _NUMBER),
    "int | None": (lambda value: value is None or _is_number(value), f"{_NUMBER}, or None"),
    "str": (lambda value: isinstance(value, str), "text"),
    "tuple[str, ...]": (_is_list, "a list of texts"),
}


def _check_kinds(values: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where a number, a text or a list is none."""
    for declared in fields(Config):
        is_right, words = _KINDS.get(str(declared.type), (None, ""))
        if is_right is None or declared.name not in values:
            continue
        value = values[declared.name]
        if not is_right(value):
            # An address of Redis may hold a password.
            shown = f"a {_kind(value)}" if declared.name == "redis_url" else f"{value!r:.60}"
            raise ConfigurationError(f'WAVES["{declared.name}"] is {words}, and not {shown}.')


def _kind(value: Any) -> str:
    return type(value).__name__


def server_of(url: str) -> str:
    """The server of an address of Redis; empty where it is none. Raises ValueError.

    What a Redis publishes reaches all of its databases: their numbers make no difference.
    """
    parts = urlsplit(url)
    if "@" in parts.path + parts.query + parts.fragment:
        raise ValueError("A sign of the password ends the address before its @.")
    if parts.scheme == "unix":
        return parts.path
    known = parts.scheme in ("redis", "rediss")
    return f"{parts.hostname or 'localhost'}:{parts.port or 6379}" if known else ""


def _check_redis(text: str) -> None:
    """Raise ConfigurationError where an address is none. It may hold a password: none is shown."""
    entries, servers = [each.strip() for each in text.split(",")], []
    for number, entry in enumerate(entries if text else [], 1):
        which = f"The address {number} in REDIS_URL" if len(entries) > 1 else "REDIS_URL"
        try:
            server = server_of(entry)
        except ValueError:  # whose words may have a part of the password
            raise ConfigurationError(
                f"{which} cannot be read. In a password, signs other than letters, digits, - and "
                "_ are written as %2F and the like."
            ) from None
        if not server:
            raise ConfigurationError(f"{which} is no address as redis://host:6379/0 is one.")
        servers.append(server)
    if len(set(servers)) < len(servers):
        raise ConfigurationError("REDIS_URL names the same Redis twice. Name each host once.")


def _worker(values: Mapping[str, Any]) -> Worker:
    alone = in_memory() and not values.get("redis_url")
    default = "embedded" if alone else "separate"
    worker = values.get("worker") or default
    if worker not in ("embedded", "separate"):
        raise ConfigurationError(f"WAVES_WORKER is embedded or separate, not “{worker}”.")
    return cast(Worker, worker)


def in_memory() -> bool:
    """Whether the channel layer ends with this process; it does where CHANNEL_LAYERS is not set."""
    backend = layer_backend()
    return not backend or backend.endswith("InMemoryChannelLayer")


def layer_backend() -> str:
    """The dotted path of the default channel layer, as the settings name it; else empty."""
    layers: Mapping[str, Mapping[str, str]] = getattr(settings, "CHANNEL_LAYERS", None) or {}
    return layers.get("default", {}).get("BACKEND", "")


def layer_of_one(shard: int) -> dict[str, Any]:
    """How the default channel layer is made that reaches one Redis host, of several.

    Raises ConfigurationError where CHANNEL_LAYERS has not the same hosts as ``redis_url``.
    """
    made: Mapping[str, Any] = settings.CHANNEL_LAYERS["default"].get("CONFIG", {})
    hosts, urls = made.get("hosts") or (), get_config().redis_urls
    entries = hosts if isinstance(hosts, list | tuple) else ()
    if [_layer_server(entry) for entry in entries] != [server_of(url) for url in urls]:
        raise ConfigurationError(
            f"WAVES['redis_url'] names {len(urls)} Redis hosts, and CHANNEL_LAYERS not the same "
            "ones. Name them in its CONFIG['hosts'] as addresses, in the same order."
        )
    return {**made, "hosts": [hosts[shard]]}


def _layer_server(entry: Any) -> str:
    """The server of an entry in the hosts of a channel layer: an address, or a dict with one."""
    address = entry.get("address", "") if isinstance(entry, Mapping) else entry
    try:
        return server_of(address) if isinstance(address, str) else ""
    except ValueError:
        return ""


def _installation(values: Mapping[str, Any]) -> str:
    identity: str = values.get("installation", "")
    if identity and not _IDENTITY.fullmatch(identity):
        raise ConfigurationError(
            "WAVES_INSTALLATION has at most 40 letters, digits, - and _, "
            f"and so not “{identity[:60]}”."
        )
    return identity


def _paths(name: str, value: Any) -> Mapping[str, str]:
    if isinstance(value, Mapping) and all(isinstance(path, str) for path in value.values()):
        return value
    raise ConfigurationError(
        f'WAVES["{name}"] is a dict of names and dotted paths of classes, such as '
        f'{{"dice": "plant.dice.Dice"}}, and not {str(value)[:60]}.'
    )


def function_of(path: str) -> Callable[[Any, Any], bool]:
    """The host's ``may_view``. Raises ConfigurationError where it is none that can be called."""
    try:
        function: Callable[[Any, Any], bool] = import_string(path)
    except Exception as error:  # whatever the host's module raises
        told = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"may_view “{path}” cannot be imported: {told}") from error
    if not callable(function) or iscoroutinefunction(function):
        raise ConfigurationError(
            f"may_view “{path}” is no function of (viewer, stream) that returns True or False. It "
            "is called in a thread, so it need not be async."
        )
    return function


@cache
def networks(
    entries: tuple[str, ...], setting: str = "WAVES_TRUSTED_PROXIES"
) -> tuple[Network, ...]:
    """The networks of a setting; raises ConfigurationError with what is wrong in it."""
    return tuple(_network(entry, setting) for entry in entries if entry != UNIX)


def _network(entry: str, setting: str) -> Network:
    try:
        return ip_network(entry)
    except ValueError as error:
        raise ConfigurationError(
            f"{setting} has “{entry}”, which is no address and no network ({error})."
        ) from None


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting in ("WAVES", "CHANNEL_LAYERS"):
        get_config.cache_clear()
