"""What the wheel has, and what it leaves alone: a project is given the app, and nothing of ours."""

import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from waves.tests.installing.building import build
from waves.tests.server.processes import ROOT


def files(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def below(folder: str) -> set[str]:
    """The files below a folder of this tree, as paths from its top."""
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in found}


def test_every_template_and_static_file_of_waves_is_in_the_app(wheel):
    ours = below("templates/waves") | below("templates/admin/waves") | below("static/waves")
    assert len(ours) > 80
    assert {f"waves/{path}" for path in ours} <= files(wheel)


def test_every_module_but_the_tests_is_in_the_wheel(wheel):
    modules = {p for p in below("waves") if p.endswith(".py") and "/tests/" not in p}
    assert modules <= files(wheel)
    assert not [path for path in files(wheel) if "/tests/" in path]


def test_nothing_stands_beside_the_app(wheel):
    """Neither the project nor its pages: those would replace the host's own."""
    others = {path for path in files(wheel) if not path.startswith("waves/")}
    assert all(path.startswith("django_waves-") and ".dist-info/" in path for path in others)
    templates = {path for path in files(wheel) if "/templates/" in path}
    for path in templates:
        assert path.startswith(("waves/templates/waves/", "waves/templates/admin/waves/"))
    static = {path for path in files(wheel) if "/static/" in path and path.startswith("waves/")}
    assert all(path.startswith("waves/static/waves/") for path in static)


def metadata(wheel: Path):
    (path,) = (p for p in files(wheel) if p.endswith("/METADATA"))
    return Parser().parsestr(zipfile.ZipFile(wheel).read(path).decode())


def test_it_is_called_django_waves(wheel):
    assert metadata(wheel)["Name"] == "django-waves"


def requirements(wheel: Path) -> dict[str, Requirement]:
    found = [Requirement(line) for line in metadata(wheel).get_all("Requires-Dist")]
    return {canonicalize_name(required.name): required for required in found}


def test_the_host_keeps_its_own_pins(wheel):
    required = requirements(wheel)
    assert {"django", "channels", "daphne", "numpy"} <= required.keys()
    operators = {part.operator for r in required.values() for part in r.specifier}
    assert operators == {">=", "<"}


@pytest.mark.parametrize(
    "extra", ["redis", "system", "serial", "mqtt", "parquet", "client", "metrics"]
)
def test_what_not_everybody_needs_is_an_extra(wheel, extra):
    assert extra in metadata(wheel).get_all("Provides-Extra")


def test_the_pinned_set_lies_within_the_ranges(wheel):
    names = "requirements.txt", "requirements-dev.txt"
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines()]
    pinned = dict(line.split("==") for line in lines if "==" in line)
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    for name, required in requirements(wheel).items():
        assert required.specifier.contains(pinned[name]), required


def test_the_sdist_makes_the_same_wheel(built, wheel, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    (again,) = build(unpacked, tmp_path / "dist").glob("*.whl")
    assert files(again) == files(wheel)
