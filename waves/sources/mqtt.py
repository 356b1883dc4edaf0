"""MQTT: a stream subscribes to topics of a broker, and takes what is published there.

The connection lives in a thread with an event loop of its own: to connect may block for seconds,
and cannot be hindered then; and whoever publishes a lot takes no time from viewers.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationError

from waves.exceptions import SourceError
from waves.ingest.mqtt_message import Topics
from waves.protocol.spec import StreamSpec
from waves.sources.base import Defaults, Example, SourceContext
from waves.sources.broker import MqttOptions
from waves.sources.feed import FedSource
from waves.sources.subscriber import IS_INSTALLED, Subscriber
from waves.sources.taking import TakingOptions
from waves.sources.thread import DedicatedThread

NEEDS_AIOMQTT = "A broker is read with a package: pip install 'django-waves[mqtt]'"


class MqttSource(FedSource):
    """Subscribes to topics. Raises SourceError where the broker does not let it."""

    label = "MQTT broker"
    options: ClassVar[type[TakingOptions]] = MqttOptions

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        if not IS_INSTALLED:
            raise SourceError(NEEDS_AIOMQTT)
        self._options = MqttOptions.model_validate(spec.options)
        self._password = _password(self._options)
        self.reader: Subscriber | None = None

    @classmethod
    def defaults(cls, options: Mapping[str, Any]) -> Defaults:
        """Messages count from their arrival, so they are in order."""
        return Defaults(longest_interval=float("inf"))

    @classmethod
    def examples(cls, spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
        """For mosquitto's own client."""
        try:
            options = MqttOptions.model_validate(spec.options)
        except ValidationError:  # nothing is subscribed to yet
            return ()
        host, port = options.address
        topic = Topics(options.topics).filters[0].replace("+", "boiler").replace("#", "inlet")
        said = ["-h", host, "-p", str(port)]
        if options.tls:
            said += ["--cafile", options.ca_file] if options.ca_file else ["--tls-use-os-certs"]
        line = shlex.join(["mosquitto_pub", *said])
        if options.user:
            line += f" -u {shlex.quote(options.user)}"
        if options.password_variable:
            line += f' -P "${options.password_variable}"'
        return (Example("mosquitto_pub", f"{line} \\\n  -t {shlex.quote(topic)} -m 60.1"),)

    async def feed(self) -> None:
        """Read for ever, in a thread."""
        reader = self.reader = Subscriber(self, self._options, self._password)
        thread = DedicatedThread(f"waves {self.spec.slug}")
        try:
            await thread.call(reader.run)
        finally:
            reader.stop()
            await thread.close()


def _password(options: MqttOptions) -> str | None:
    """What the variable holds. Raises SourceError where there is none."""
    variable = options.password_variable
    if variable is None:
        return None
    if options.user is None:
        raise SourceError("MQTT knows no password without a user: name one.")
    password = os.environ.get(variable)
    if not password:
        raise SourceError(
            f"The environment variable {variable}, which is to hold the password, is not set where "
            "the worker runs: set it there, and restart the worker."
        )
    return password
