"""The demo's application as a later version of Waves would be: its pages are others."""

from waves.web import version

version.page_version = lambda: "upgraded"

from livestream_project.asgi import application  # noqa: E402

__all__ = ["application"]
