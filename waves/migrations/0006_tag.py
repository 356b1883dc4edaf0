from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("waves", "0005_palette")]

    operations = [
        migrations.AddField(
            model_name="stream",
            name="tag",
            field=models.CharField(
                blank=True,
                help_text="Streams with the same tag stand together in the list.",
                max_length=40,
            ),
        ),
    ]
