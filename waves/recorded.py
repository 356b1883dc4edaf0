"""Tables of what is recorded. They may stand in a database of their own (``recording.place``), so
nothing here points at a stream but by the UUID that was made with it. What stands in an index of
several columns has none of its own.
"""

from __future__ import annotations

from django.db import models


class Recording(models.Model):
    """What is recorded of one stream of one installation.

    A restored database, or a copy of one, gives no stream the past of another.
    """

    installation = models.CharField(max_length=40)
    stream = models.UUIDField()
    #: What the stream was called last: for whoever finds a recording whose stream is gone.
    name = models.CharField(max_length=80)
    #: Bytes of all payloads.
    bytes = models.BigIntegerField(default=0)
    #: The label of the oldest sample, in nanoseconds since 1970; None where there is none.
    begin = models.BigIntegerField(null=True)
    #: Until here, in nanoseconds since 1970, the columns by time hold all that is recorded.
    folded_until = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["installation", "stream"], name="waves_recording_unique"
            ),
        )

    def __str__(self) -> str:
        return self.name


class RecordedStretch(models.Model):
    """Samples ``[first, next)`` of one epoch, whose labels never go back; gaps may be among them.

    An epoch has one, and another one for each time that its clock was set back.
    """

    recording = models.ForeignKey(
        Recording, on_delete=models.CASCADE, related_name="stretches", db_index=False
    )
    epoch = models.BigIntegerField()
    first = models.BigIntegerField()
    next = models.BigIntegerField()
    #: Labels of the first sample and of the last one, in nanoseconds since 1970.
    begin = models.BigIntegerField()
    end = models.BigIntegerField()
    #: In Hz; on a timed clock what it was set to.
    rate = models.FloatField()
    clock = models.CharField(max_length=8)
    sample_type = models.CharField(max_length=8)
    #: Why it began, in words for a person.
    why = models.CharField(max_length=200)
    #: Its levels are written to the end: nothing more comes.
    is_sealed = models.BooleanField(default=False)

    class Meta:
        ordering = ("begin", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["recording", "epoch", "first"], name="waves_stretch_unique"
            ),
        )
        indexes = (models.Index(fields=["recording", "begin"], name="waves_stretch_begin"),)

    def __str__(self) -> str:
        return f"epoch {self.epoch} from {self.first}"


class RecordedDescription(models.Model):
    """The ``stream`` message of an epoch, as it was from a sample on."""

    recording = models.ForeignKey(
        Recording, on_delete=models.CASCADE, related_name="descriptions", db_index=False
    )
    epoch = models.BigIntegerField()
    sample = models.BigIntegerField()
    description = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["recording", "epoch", "sample"], name="waves_description_unique"
            ),
        )

    def __str__(self) -> str:
        return f"epoch {self.epoch} from {self.sample}"


class RecordedRow(models.Model):
    """Samples (level 0), or minima and maxima of 2^level samples each, of a stretch.

    ``payload`` are ``[signals, n]`` values, or ``[signals, 2, n]`` minima and maxima, little-endian
    in the sample type. The first has the label ``t0``; on a regular clock the others follow at the
    rate, on a timed one ``times`` has int64 nanoseconds after ``t0`` for each.
    """

    stretch = models.ForeignKey(
        RecordedStretch, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    level = models.SmallIntegerField()
    #: Index of the first sample, or of the first column.
    first = models.BigIntegerField()
    n = models.IntegerField()
    t0 = models.BigIntegerField()
    times = models.BinaryField(null=True)
    payload = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["stretch", "level", "first"], name="waves_row_unique"),
        )

    def __str__(self) -> str:
        return f"level {self.level} from {self.first}"


class RecordedTail(models.Model):
    """The newest samples of a stretch, in short rows, until a row of ``RecordedRow`` is full.

    It has no index beside its key, so that the rows of all streams stand on the same few pages:
    that is what a slow stream costs. It never has more than some seconds of each.
    """

    stretch = models.ForeignKey(
        RecordedStretch, on_delete=models.CASCADE, related_name="tails", db_index=False
    )
    first = models.BigIntegerField()
    n = models.IntegerField()
    t0 = models.BigIntegerField()
    times = models.BinaryField(null=True)
    payload = models.BinaryField()

    def __str__(self) -> str:
        return f"tail from {self.first}"


class RecordedColumns(models.Model):
    """Minima and maxima of one signal by time, across epochs: 2^level nanoseconds a column.

    ``payload`` are 256 minima and 256 maxima as float64; NaN where there is no value.
    """

    recording = models.ForeignKey(
        Recording, on_delete=models.CASCADE, related_name="columns", db_index=False
    )
    level = models.SmallIntegerField()
    #: Column ``number × 256`` begins ``number × 256 × 2^level`` nanoseconds after 1970.
    number = models.BigIntegerField()
    key = models.CharField(max_length=80)
    payload = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["recording", "level", "number", "key"], name="waves_columns_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key}, level {self.level}, {self.number}"
