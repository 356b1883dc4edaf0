import pytest

from waves.tests.hub.fakes import Server


@pytest.fixture
def server():
    return Server()
