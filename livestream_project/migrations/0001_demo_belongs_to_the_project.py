"""The demo's function moved here from ``waves.streams``: rows that name it go with it."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FORMER, NOW = "waves.streams.boiler", "livestream_project.streams.boiler"


def _rename(apps: Any, alias: str, old: str, new: str) -> None:
    streams = apps.get_model("waves", "Stream").objects.using(alias)
    for stream in streams.filter(source="python", options__function=old):
        stream.options["function"] = new
        stream.save(update_fields=["options"])
    known = apps.get_model("waves", "KnownFunction").objects.using(alias)
    former = known.filter(path=old)
    if known.filter(path=new).exists():
        former.delete()
    else:
        former.update(path=new)


def forwards(apps: Any, schema_editor: Any) -> None:
    """Streams that run the demo's function, and the note that it is known."""
    _rename(apps, schema_editor.connection.alias, FORMER, NOW)


def backwards(apps: Any, schema_editor: Any) -> None:
    """For whoever goes back to the former version."""
    _rename(apps, schema_editor.connection.alias, NOW, FORMER)


class Migration(migrations.Migration):
    """Rows of Waves, moved by the project whose demo they show."""

    initial = True
    dependencies = [("waves", "0003_former_slugs")]  # noqa: RUF012  Django's own convention
    operations = [migrations.RunPython(forwards, backwards)]  # noqa: RUF012
