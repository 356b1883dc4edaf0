import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('waves', '0009_recordings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stream',
            name='window',
            field=models.FloatField(default=2.0, help_text='Seconds on the screen when the page opens.', validators=[django.core.validators.MinValueValidator(1e-05, 'At least 1e-05 s: that is what the page can show.'), django.core.validators.MaxValueValidator(34560000.0, 'At most 34,560,000 s: that is what the page can show.')]),
        ),
    ]
