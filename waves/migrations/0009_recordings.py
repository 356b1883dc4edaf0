import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models


def give_each_its_own(apps, schema_editor):
    """A default is made once for all rows: each stream needs one of its own."""
    Stream = apps.get_model('waves', 'Stream')
    for stream in Stream.objects.using(schema_editor.connection.alias).all():
        stream.uuid = uuid.uuid4()
        stream.save(update_fields=['uuid'])


def keep_payloads_plain(apps, schema_editor):
    """PostgreSQL would try to compress each payload, at the cost of a core: samples are noise."""
    if schema_editor.connection.vendor != 'postgresql':
        return
    for table in ('recordedrow', 'recordedtail', 'recordedcolumns'):
        schema_editor.execute(
            f'ALTER TABLE waves_{table} ALTER COLUMN payload SET STORAGE EXTERNAL'
        )


class Migration(migrations.Migration):

    dependencies = [
        ('waves', '0008_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordedStretch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.BigIntegerField()),
                ('first', models.BigIntegerField()),
                ('next', models.BigIntegerField()),
                ('begin', models.BigIntegerField()),
                ('end', models.BigIntegerField()),
                ('rate', models.FloatField()),
                ('clock', models.CharField(max_length=8)),
                ('sample_type', models.CharField(max_length=8)),
                ('why', models.CharField(max_length=200)),
                ('is_sealed', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ('begin', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='stream',
            name='keep_bytes',
            field=models.BigIntegerField(blank=True, help_text='Bytes that its recording may take: the oldest samples go first. Empty: no bound but the disk.', null=True, validators=[django.core.validators.MinValueValidator(1048576, 'At least 1.04858e+06 bytes: what is beyond is deleted.'), django.core.validators.MaxValueValidator(1125899906842624, 'At most 1.125899907e+15 bytes: what is beyond is deleted.')], verbose_name='keeps at most'),
        ),
        migrations.AddField(
            model_name='stream',
            name='keep_seconds',
            field=models.FloatField(blank=True, help_text='Seconds after which a recorded sample is deleted. Empty: never.', null=True, validators=[django.core.validators.MinValueValidator(60.0, 'At least 60 s: less is the history, and more is for ever.'), django.core.validators.MaxValueValidator(13000000000.0, 'At most 1.3e+10 s: less is the history, and more is for ever.')], verbose_name='keeps for'),
        ),
        migrations.AddField(
            model_name='stream',
            name='record',
            field=models.BooleanField(default=False, help_text='Whether its samples are kept on disk, beyond the history.'),
        ),
        migrations.AddField(
            model_name='stream',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
        migrations.RunPython(give_each_its_own, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='stream',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.CreateModel(
            name='RecordedTail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.BigIntegerField()),
                ('n', models.IntegerField()),
                ('t0', models.BigIntegerField()),
                ('times', models.BinaryField(null=True)),
                ('payload', models.BinaryField()),
                ('stretch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tails', to='waves.recordedstretch')),
            ],
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('installation', models.CharField(max_length=40)),
                ('stream', models.UUIDField()),
                ('name', models.CharField(max_length=80)),
                ('bytes', models.BigIntegerField(default=0)),
                ('begin', models.BigIntegerField(null=True)),
                ('folded_until', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('installation', 'stream'), name='waves_recording_unique')],
            },
        ),
        migrations.AddField(
            model_name='recordedstretch',
            name='recording',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stretches', to='waves.recording'),
        ),
        migrations.CreateModel(
            name='RecordedDescription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.BigIntegerField()),
                ('sample', models.BigIntegerField()),
                ('description', models.JSONField()),
                ('recording', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='descriptions', to='waves.recording')),
            ],
        ),
        migrations.CreateModel(
            name='RecordedColumns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.SmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('key', models.CharField(max_length=80)),
                ('payload', models.BinaryField()),
                ('recording', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='columns', to='waves.recording')),
            ],
        ),
        migrations.CreateModel(
            name='RecordedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.SmallIntegerField()),
                ('first', models.BigIntegerField()),
                ('n', models.IntegerField()),
                ('t0', models.BigIntegerField()),
                ('times', models.BinaryField(null=True)),
                ('payload', models.BinaryField()),
                ('stretch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='waves.recordedstretch')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('stretch', 'level', 'first'), name='waves_row_unique')],
            },
        ),
        migrations.AddIndex(
            model_name='recordedstretch',
            index=models.Index(fields=['recording', 'begin'], name='waves_stretch_begin'),
        ),
        migrations.AddConstraint(
            model_name='recordedstretch',
            constraint=models.UniqueConstraint(fields=('recording', 'epoch', 'first'), name='waves_stretch_unique'),
        ),
        migrations.AddConstraint(
            model_name='recordeddescription',
            constraint=models.UniqueConstraint(fields=('recording', 'epoch', 'sample'), name='waves_description_unique'),
        ),
        migrations.AddConstraint(
            model_name='recordedcolumns',
            constraint=models.UniqueConstraint(fields=('recording', 'level', 'number', 'key'), name='waves_columns_unique'),
        ),
        migrations.RunPython(
            keep_payloads_plain, migrations.RunPython.noop, hints={'recordings': True}
        ),
    ]
