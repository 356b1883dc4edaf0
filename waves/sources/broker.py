"""What a stream says of a broker: where it is, who we are there, and which topics it reads."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from waves.ingest.mqtt_message import Topics
from waves.protocol.plaintext import is_control
from waves.sources.taking import TakingOptions

#: Where brokers listen, without TLS and with it.
PORT, TLS_PORT = 1883, 8883
#: Variables that may hold a password. Any other could be one of the server's own secrets, which
#: whoever edits streams could so have sent to a broker of theirs.
_VARIABLE = re.compile(r"WAVES_MQTT_[A-Z0-9_]{1,64}")


def _broker(text: str) -> str:
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,253}", text) or text.count(":") == 1:
        raise ValueError(
            "A broker is the name or the address of a machine, such as broker.local, without port "
            f"and without mqtt://, and not “{text[:60]}”."
        )
    return text


def _topics(text: str) -> str:
    Topics(text)
    return text


def _variable(text: str | None) -> str | None:
    if text and not _VARIABLE.fullmatch(text):
        raise ValueError(
            "The password stands in an environment variable whose name begins with WAVES_MQTT_, "
            "such as WAVES_MQTT_PASSWORD: name that variable, not the password."
        )
    return text or None


def _one_line(text: str | None) -> str | None:
    if text and any(map(is_control, text)):
        raise ValueError("The user and the client's name have no controls in them.")
    return text or None


class MqttOptions(TakingOptions):
    """Which broker, as whom, and which topics."""

    broker: Annotated[str, AfterValidator(_broker)] = Field(
        title="Broker", description="Name or address of its machine, such as broker.local."
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        title="Port",
        description=f"Empty: {PORT}, and {TLS_PORT} with TLS.",
    )
    topics: Annotated[str, AfterValidator(_topics)] = Field(
        max_length=4000,
        title="Topics",
        description="Apart by commas. + stands for one level, and # for all the rest: "
        "sensors/+/temperature, zigbee2mqtt/+.",
    )
    qos: int = Field(
        default=0,
        ge=0,
        le=2,
        title="QoS",
        description="0: as it comes; 1: at least once; 2: once. While connected.",
    )
    user: Annotated[str | None, AfterValidator(_one_line)] = Field(
        default=None, max_length=200, title="User", description="Empty: nobody in particular."
    )
    password_variable: Annotated[str | None, AfterValidator(_variable)] = Field(
        default=None,
        title="Variable of the password",
        description="Name of the environment variable of the worker that holds the password, such "
        "as WAVES_MQTT_PASSWORD. Never the password itself.",
    )
    tls: bool = Field(
        default=False, title="TLS", description="The connection is encrypted, and the broker known."
    )
    ca_file: str | None = Field(
        default=None,
        max_length=1000,
        title="CA file",
        description="Path, on the worker's machine, of the certificate of whoever vouches for the "
        "broker. Empty: those that the system trusts.",
    )
    client_id: Annotated[str | None, AfterValidator(_one_line)] = Field(
        default=None,
        max_length=200,
        title="Client's name",
        description="Where the broker asks for one. No other client may have it. Empty: a new one "
        "each time.",
    )

    @property
    def address(self) -> tuple[str, int]:
        """Where the broker listens."""
        return self.broker, self.port or (TLS_PORT if self.tls else PORT)
