"""The page of a fault, as it is where its files are served."""

import re

from waves.tests.server.processes import ROOT


def error_page(name: str) -> str:
    """The text of a template that knows of nothing but its static files."""
    template = (ROOT / "templates" / name).read_text().removeprefix("{% load static %}")
    return re.sub(r"{% static '(.*?)' %}", r"/static/\1", template)
