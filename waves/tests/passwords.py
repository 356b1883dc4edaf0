"""Passwords that are quick to check, for the rooms whose tests log in."""

import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A hash that is slow on purpose would take most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
