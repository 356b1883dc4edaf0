import pytest

from waves.tests.installing.building import build
from waves.tests.server.processes import ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the wheel and the sdist of this tree."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel(built):
    (wheel,) = built.glob("*.whl")
    return wheel
