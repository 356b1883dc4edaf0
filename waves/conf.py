"""What Waves reads from Django's settings: one frozen value, made once and on every change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from waves.exceptions import ConfigurationError

Worker = Literal["embedded", "separate"]

#: What may stand in the name of a channel group, short enough to leave room for the rest.
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,40}")


#: The longest body where no setting says otherwise: the form of 100 signals has some 800 kB.
BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of Waves, in the dictionary ``WAVES`` of Django's settings.

    ``worker`` says who produces: a task of the server process, or ``manage.py runstreams``.
    ``allowed_origins`` are further origins (scheme://host:port) that may open a WebSocket.
    ``trusted_proxies`` are the addresses and networks whose ``X-Forwarded-For`` is believed.
    """

    worker: Worker
    redis_url: str = ""
    #: Overrides the identity that the database holds: for a copy of it (see ``installation``).
    installation: str = ""
    #: Names this machine's worker, for streams that run on it only; empty: the host's name.
    worker_name: str = ""
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    #: Bound of rate × signals of one stream. Two streams of 4 signals at 1 MS/s fill a core's
    #: half; what is asked for beyond that is most often a slip of the keyboard.
    max_values_per_second: int = 8_000_000
    #: Bound of the memory of one stream's history, in each server process.
    max_history_bytes: int = 512 * 1024 * 1024
    #: Sockets of one server process; beyond, a socket is closed with 4501 (overload).
    max_connections: int = 10_000
    #: The longest body of a request, in bytes, as the server in front bounds it too; None where
    #: nothing was said of one in front (``manage.py check --deploy`` asks for it).
    body_limit: int | None = None
    #: What other apps add: dotted paths of classes by their names (see ``extensions``).
    sources: Mapping[str, str] = field(default_factory=dict)
    waveforms: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)

    @property
    def body_bytes(self) -> int:
        """The longest body that is taken, in bytes."""
        return self.body_limit or BODY_BYTES


@cache
def get_config() -> Config:
    """The settings of Waves; raises ConfigurationError where one cannot work."""
    values = dict(getattr(settings, "WAVES", {}))
    values["worker"] = _worker(values)
    for name in ("allowed_origins", "trusted_proxies"):
        values[name] = tuple(values.get(name, ()))
    values["installation"] = _installation(values)
    for name in ("sources", "waveforms", "exports"):
        values[name] = _paths(name, values.get(name, {}))
    return Config(**values)


def _worker(values: Mapping[str, Any]) -> Worker:
    default = "separate" if values.get("redis_url") else "embedded"
    worker = values.get("worker") or default
    if worker not in ("embedded", "separate"):
        raise ConfigurationError(f"WAVES_WORKER is embedded or separate, not “{worker}”.")
    return cast(Worker, worker)


def _installation(values: Mapping[str, Any]) -> str:
    identity = str(values.get("installation", ""))
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


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "WAVES":
        get_config.cache_clear()
