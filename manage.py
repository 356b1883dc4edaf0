#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    """Run what the command line asks for, with this project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed for this Python. Run `make run`, or "
            "`python3 -m venv .venv && .venv/bin/pip install -r requirements.txt` and use "
            "`.venv/bin/python manage.py`."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
