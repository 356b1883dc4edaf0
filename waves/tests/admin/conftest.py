from waves.tests.web.conftest import quick_passwords, sine  # noqa: F401
