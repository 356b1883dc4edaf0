"""The colour that each signal had by its place is its own from now on."""

from django.db import migrations, models


def keep_what_was_shown(apps, schema_editor):
    """So far the place of a signal among those of its stream chose its colour."""
    signals = apps.get_model("waves", "Signal")
    places = {}
    for signal in signals.objects.order_by("stream_id", "position", "pk"):
        place = places.get(signal.stream_id, 0)
        signals.objects.filter(pk=signal.pk).update(palette=place)
        places[signal.stream_id] = place + 1


class Migration(migrations.Migration):
    dependencies = [("waves", "0004_how_signals_are_read")]

    operations = [
        migrations.AddField(
            model_name="signal",
            name="palette",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(keep_what_was_shown, migrations.RunPython.noop),
    ]
