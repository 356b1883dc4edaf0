from waves.tests.passwords import quick_passwords  # noqa: F401
