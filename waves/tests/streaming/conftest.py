import pytest

from waves.tests.streaming.fakes import Server


@pytest.fixture
def server():
    return Server()
