"""`deploy/compose.yaml` and its images do what the units and the proxy beside them do."""

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml

from waves.tests.project.test_shipped_environment import ROOT, check, filled_in

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
SERVERS = {name: one for name, one in SERVICES.items() if name.startswith("server-")}
WORKERS = {name: one for name, one in SERVICES.items() if name.startswith("worker-")}


def directive(unit: str, name: str) -> str:
    """What a unit says, once."""
    (value,) = re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text(), re.M)
    return value


def command(unit: str) -> list[str]:
    """The unit's command, as it is called from /srv/waves."""
    return directive(unit, "ExecStart").replace("/srv/waves/", "").split()


def port(server: str) -> str:
    return server.removeprefix("server-")


def test_there_are_two_servers_and_two_workers():
    assert len(SERVERS) == len(WORKERS) == 2


def test_a_server_is_started_as_by_its_unit_on_an_address_that_can_be_published():
    for name, server in SERVERS.items():
        unit = [word.replace("%i", port(name)) for word in command("waves@.service")]
        assert server["command"] == ["0.0.0.0" if word == "127.0.0.1" else word for word in unit]
        assert server["ulimits"]["nofile"] == int(directive("waves@.service", "LimitNOFILE"))


def test_a_worker_is_started_as_by_its_unit_under_a_name_of_its_own():
    for name, worker in WORKERS.items():
        assert worker["command"] == command("waves-worker@.service")
        assert worker["environment"]["WAVES_WORKER_NAME"] == name


def test_the_proxy_finds_each_server_where_it_is_published_and_nothing_else_is():
    proxied = re.findall(r"^ +server (\S+) ", (DEPLOY / "nginx.conf").read_text(), re.M)
    published = [each for one in SERVICES.values() for each in one.get("ports", [])]
    assert published == [f"{address}:{address.partition(':')[2]}" for address in proxied]
    assert [f"127.0.0.1:{port(name)}" for name in SERVERS] == proxied


def test_whoever_asks_for_the_health_of_a_server_asks_it_whether_it_is_ready():
    for name, server in SERVERS.items():
        assert f"http://127.0.0.1:{port(name)}/healthz/ready" in server["healthcheck"]["test"][-1]


@pytest.mark.parametrize("unit", ["waves@.service", "waves-worker@.service"])
def test_a_container_has_as_long_to_end_as_its_unit(unit):
    grace = f"{directive(unit, 'TimeoutStopSec')}s"
    assert {one["stop_grace_period"] for one in (SERVERS | WORKERS).values()} == {grace}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_writes_nowhere_and_may_do_nothing_else(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_each_image_that_is_used_is_built_and_runs_as_a_user_of_its_own():
    built = {one["image"]: one["build"]["target"] for one in SERVICES.values() if "build" in one}
    assert {one["image"] for one in SERVICES.values()} == set(built)
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM|\Z)", CONTAINERFILE, re.M | re.S))
    assert set(stages) == set(built.values())
    for name, stage in stages.items():
        assert re.findall(r"^USER (\w+)$", stage, re.M)[-1] in {name, "postgres"}


def test_no_password_is_shipped_and_none_may_be_left_out():
    for variable in ("REDIS_PASSWORD", "POSTGRES_PASSWORD"):
        said = re.findall(rf"(?<!\$)\$\{{{variable}([^}}]*)\}}", COMPOSE)
        assert said
        assert set(said) == {":?is missing"}
        assert f"\n# {variable}=\n" in (DEPLOY / "waves.env").read_text()


def test_the_image_has_the_driver_of_postgresql_that_is_tested():
    pinned = re.findall(
        r"^psycopg\[binary\]==.*$", (ROOT / "requirements-dev.txt").read_text(), re.M
    )
    assert re.findall(r'"(psycopg.*?)"', CONTAINERFILE) == pinned


def test_what_goes_into_the_image_is_there():
    named = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.M)
    assert named
    assert all((ROOT / one).exists() for one in named)


def interpolated(value: str) -> str:
    """As compose does it, with a password for each, and else what stands behind `:-`."""
    value = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{[A-Z_]+:\?[^}]*\}", secrets.token_urlsafe(24), value)


def test_the_deployment_check_has_nothing_to_say_of_a_container(tmp_path: Path):
    (server, *_) = SERVERS.values()
    said = {name: interpolated(value) for name, value in server["environment"].items()}
    done = check(filled_in(tmp_path) | said)
    assert done.returncode == 0, done.stderr
