"""Streams and their signals, as the admin edits them. ``waves.specs`` translates them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify

from waves import limits
from waves.addresses import address, are_included
from waves.dsp.synthesis import WAVEFORMS, validate_parameters
from waves.exceptions import ConfigurationError
from waves.protocol.block import SAMPLE_TYPES
from waves.protocol.reading import state_names
from waves.recorded import (
    RecordedColumns,
    RecordedDescription,
    RecordedRow,
    RecordedStretch,
    RecordedTail,
    Recording,
)
from waves.sources import DEFAULT_SOURCE, SOURCES, defaults, validate_options
from waves.sources.ordering import MAX_WINDOW

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


#: Django finds the tables of the app here.
__all__ = [
    "AccessKey",
    "FormerSlug",
    "Installation",
    "KnownFunction",
    "RecordedColumns",
    "RecordedDescription",
    "RecordedRow",
    "RecordedStretch",
    "RecordedTail",
    "Recording",
    "ShareLink",
    "Signal",
    "Stream",
    "Upload",
    "UploadPart",
]


def source_choices() -> list[tuple[str, str]]:
    """Every registered source; a callable, so that a new one needs no migration."""
    return [(kind, source.label) for kind, source in SOURCES.items()]


def waveform_choices() -> list[tuple[str, str]]:
    """Every waveform; a callable, so that a new one needs no migration."""
    return [(key, waveform.label) for key, waveform in WAVEFORMS.items()]


def bounds(low: float, high: float, unit: str, why: str) -> list[Any]:
    """Validators of a number between two bounds; the messages say the bound and why."""
    return [
        MinValueValidator(low, f"At least {low:g}{unit}: {why}"),
        MaxValueValidator(high, f"At most {high:,.10g}{unit}: {why}"),
    ]


#: Who may see a stream. What is none of these is taken for the last.
EVERYONE, SIGNED_IN, LISTED = "everyone", "signed-in", "listed"
#: What the database itself puts into a new row: in a rolling upgrade, former code makes streams.
NOBODY = models.Value([], models.JSONField())

#: What an empty field means, where the source may have its own word.
AS_THE_CODE_SAYS = "Empty: as the code says."


class Stream(models.Model):
    """What a viewer opens: one source, one sample rate, one or more signals, one clock."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True, help_text="Names its page: /streams/…/")
    description = models.TextField(blank=True)
    source = models.CharField(
        max_length=32,
        choices=source_choices,
        default=DEFAULT_SOURCE,
        help_text="What produces the samples.",
    )
    options = models.JSONField(default=dict, blank=True)
    rate = models.FloatField(
        "sample rate",
        default=1000.0,
        validators=bounds(
            limits.MIN_RATE, limits.MAX_RATE, " Hz", "that is what a source can produce."
        ),
        help_text="Hz: samples a second of each signal.",
    )
    sample_type = models.CharField(
        max_length=16,
        choices=[(name, name) for name in SAMPLE_TYPES],
        blank=True,
        help_text="float32 holds 7 digits and takes half the memory and network of float64. "
        f"{AS_THE_CODE_SAYS}",
    )
    window = models.FloatField(
        default=2.0,
        validators=bounds(
            limits.MIN_WINDOW, limits.MAX_WINDOW, " s", "that is what the page can show."
        ),
        help_text="Seconds on the screen when the page opens.",
    )
    history = models.FloatField(
        default=10.0,
        validators=bounds(
            limits.MIN_HISTORY, limits.MAX_HISTORY, " s", "a history is kept in memory."
        ),
        help_text="Seconds that each server process keeps for those who join or look back.",
    )
    frames_per_second = models.FloatField(
        default=25.0,
        validators=bounds(
            limits.MIN_FRAMES,
            limits.MAX_FRAMES,
            "",
            "fewer stutter, and more cost every viewer without being seen.",
        ),
        help_text="How often samples are sent; 20 to 30 look smooth.",
    )
    late = models.CharField(
        "late samples",
        max_length=16,
        blank=True,
        choices=[("drop", "left out"), ("reorder", "put into their place")],
        help_text="Of sources that give times: what becomes of a sample that is older than the one "
        f"before it. {AS_THE_CODE_SAYS}",
    )
    reorder_window = models.FloatField(
        "waits for late samples",
        null=True,
        blank=True,
        validators=bounds(0, MAX_WINDOW, " s", "a live view is as much behind."),
        help_text="Seconds that samples wait for older ones, where late ones are put into their "
        f"place. {AS_THE_CODE_SAYS}",
    )
    longest_interval = models.FloatField(
        "longest interval",
        null=True,
        blank=True,
        validators=bounds(
            limits.MIN_INTERVAL, limits.MAX_INTERVAL, " s", "shorter or longer ones mean nothing."
        ),
        help_text="Of sources that give times: seconds without a sample beyond which there is a "
        "hole. Empty: as the code says, or five periods.",
    )
    enabled = models.BooleanField(default=True, help_text="Whether a worker runs it.")
    runs_on = models.CharField(
        "runs on",
        max_length=80,
        blank=True,
        help_text="Name of the only worker that may run it; empty: any.",
    )
    position = models.PositiveIntegerField(default=0, help_text="Its place in the list.")
    tag = models.CharField(
        max_length=40,
        blank=True,
        help_text="Streams with the same tag stand together in the list.",
    )
    record = models.BooleanField(
        default=False, help_text="Whether its samples are kept on disk, beyond the history."
    )
    keep_seconds = models.FloatField(
        "keeps for",
        null=True,
        blank=True,
        validators=bounds(
            limits.MIN_KEEP, limits.MAX_KEEP, " s", "less is the history, and more is for ever."
        ),
        help_text="Seconds after which a recorded sample is deleted. Empty: never.",
    )
    keep_bytes = models.BigIntegerField(
        "keeps at most",
        null=True,
        blank=True,
        validators=bounds(
            limits.MIN_KEEP_BYTES, limits.MAX_KEEP_BYTES, " bytes", "what is beyond is deleted."
        ),
        help_text="Bytes that its recording may take: the oldest samples go first. Empty: no bound "
        "but the disk.",
    )
    visibility = models.CharField(
        "who may see it",
        max_length=16,
        choices=[
            (EVERYONE, "everyone"),
            (SIGNED_IN, "whoever is signed in"),
            (LISTED, "listed users and groups"),
        ],
        default=EVERYONE,
        db_default=EVERYONE,
        help_text="To all others it is as if it did not exist. Staff who may view streams see all.",
    )
    #: Primary keys as texts: not every project has users, so no other table is named.
    listed_users = models.JSONField(default=list, db_default=NOBODY, blank=True)
    listed_groups = models.JSONField(default=list, db_default=NOBODY, blank=True)
    epoch = models.PositiveBigIntegerField(default=0, editable=False)
    #: Names its recording: a stream that is made anew under its slug has none of its past.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ("position", "name")

    if TYPE_CHECKING:
        signals: RelatedManager[Signal]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save everything but the epoch, which only ``specs.next_epoch`` counts, atomically.

        A slug that it had before goes on to find it.
        """
        if update_fields is None and not self._state.adding:
            fields = self._meta.concrete_fields
            update_fields = [f.name for f in fields if f.name not in ("id", "epoch", "uuid")]
        with transaction.atomic():
            if update_fields is not None and "slug" in update_fields:
                self._keep_former_slug()
            super().save(*args, update_fields=update_fields, **kwargs)

    def page_address(self) -> str:
        """The page that shows the stream; of one whose slug can be in no address, the list.

        Empty where the project includes no page of ours.
        """
        if not are_included():
            return ""
        try:
            return address("oscilloscope", self.slug)
        except NoReverseMatch:
            return address("index")

    @classmethod
    def last_position(cls) -> int:
        """Where in the list a new one stands: after all others."""
        last = cls.objects.aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else last + 1

    def _keep_former_slug(self) -> None:
        stored = Stream.objects.filter(pk=self.pk).exclude(slug=self.slug)
        for slug in stored.values_list("slug", flat=True):
            FormerSlug.keep(slug, self.pk)

    def clean(self) -> None:
        """Refuse options and bounds that cannot work, with messages that say what would."""
        super().clean()
        errors: dict[str, Any] = {}
        try:
            self.options = validate_options(self.source, self.options)
        except ConfigurationError as error:
            errors["options"] = str(error)
        errors.update(self._size_problems() or self._total_problems())
        if self._state.adding and (full := limits.streams_problem(Stream.objects.count())):
            errors[NON_FIELD_ERRORS] = full
        if errors:
            raise ValidationError(errors)

    @property
    def sample_type_used(self) -> str:
        """The sample type, and where none is stored, what the code says."""
        return self.sample_type or defaults(self.source, self.options).sample_type

    @cached_property
    def signal_count(self) -> int:
        """Signals that it has or, set by the form, is about to have."""
        return self.signals.count() if self.pk else 1

    def _size_problems(self) -> dict[str, str]:
        signals = self.signal_count
        problems = {
            "rate": limits.rate_problem(self.rate, signals),
            "history": limits.history_problem(
                self.rate, signals, self.sample_type_used, self.history
            ),
        }
        return {field: message for field, message in problems.items() if message}

    def _total_problems(self) -> dict[str, str]:
        """What is too much together with the other streams that are enabled."""
        if not self.enabled:
            return {}
        others = Stream.objects.filter(enabled=True).exclude(pk=self.pk)
        counted = others.annotate(rows=models.Count("signals"))
        streams = [(self, self.signal_count), *((stream, stream.rows) for stream in counted)]
        values = sum(stream.rate * max(1, signals) for stream, signals in streams)
        history = sum(
            limits.history_bytes(stream.rate, signals, stream.sample_type_used, stream.history)
            for stream, signals in streams
        )
        return limits.total_problems(values, history)


class Signal(models.Model):
    """One data series of a stream. For sources that declare their own it overrides by key."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="signals")
    name = models.CharField(max_length=80)
    key = models.SlugField(
        max_length=80,
        blank=True,
        help_text="Names the signal in the API; empty: made from the name.",
    )
    unit = models.CharField(max_length=16, blank=True, help_text="V, °C, m/s …")
    colour = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "A colour looks like #4cc2ff.")],
        help_text="#rrggbb; empty: the page's palette.",
    )
    line = models.CharField(
        max_length=16,
        blank=True,
        choices=[
            ("linear", "sloped to the next sample"),
            ("step", "held until the next sample"),
            ("points", "points only"),
        ],
        help_text=AS_THE_CODE_SAYS,
    )
    missing = models.CharField(
        "a missing value",
        max_length=16,
        blank=True,
        choices=[
            ("hole", "is a hole"),
            ("joined", "is passed over: the line goes on to the next"),
            ("held", "leaves the value before it"),
        ],
        help_text=AS_THE_CODE_SAYS,
    )
    states = models.JSONField(
        default=dict,
        blank=True,
        help_text="Names of values: 0 = closed, 1 = open. Those that are not named here are as "
        "the code says.",
    )
    waveform = models.CharField(max_length=32, choices=waveform_choices, default="sine")
    parameters = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField(default=0)
    #: Its colour in the palettes of pages, from its creation on, whatever comes and goes beside it.
    palette = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["stream", "key"],
                name="waves_signal_key_unique",
                violation_error_message="Another signal of this stream has this key.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Give a key, and a colour of the palette, to a signal that was made without."""
        self.key = self.key or key_from(self.name)
        if self.palette is None and self._state.adding:
            used = set(Signal.objects.filter(stream=self.stream).values_list("palette", flat=True))
            self.palette = next(free for free in itertools.count() if free not in used)
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        """Make the key, and refuse parameters that the waveform does not take."""
        super().clean()
        self.key = self.key or key_from(self.name)
        try:
            self.states = {str(code): name for code, name in state_names(self.states).items()}
        except ConfigurationError as error:
            raise ValidationError({"states": str(error)}) from error
        try:
            self.parameters = validate_parameters(self.waveform, self.parameters)
        except ConfigurationError as error:
            raise ValidationError({"parameters": str(error)}) from error


def key_from(name: str) -> str:
    """A key for a signal of this name."""
    return slugify(name)[:80] or "signal"


class AccessKey(models.Model):
    """What a program shows to write samples, to read them, or to make streams.

    The key itself, ``prefix.secret``, is shown once; what is kept is an HMAC of it.
    """

    name = models.CharField(max_length=80, help_text="Who has it: a machine, a service, a person.")
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    may_write = models.BooleanField("may write", default=True, help_text="Send samples.")
    may_read = models.BooleanField("may read", default=False, help_text="Read samples.")
    may_make = models.BooleanField(
        "may make streams", default=False, help_text="Make a stream by sending to one that is not."
    )
    all_streams = models.BooleanField(
        default=True, help_text="For every stream; else for those that are chosen."
    )
    streams = models.ManyToManyField(Stream, blank=True)
    expires = models.DateTimeField(
        null=True, blank=True, help_text="Empty: it does not expire by itself."
    )
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    revoked = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def problem(self) -> str:
        """Why it is of no use (any more), in words; else empty."""
        if self.revoked is not None:
            return "This key was revoked."
        if self.expires is not None and self.expires <= timezone.now():
            return "This key has expired."
        return ""


class ShareLink(models.Model):
    """What lets whoever has it see one stream, in a page of its own, without an account.

    Its key, ``prefix.secret``, is shown once; what is kept is an HMAC of it. It names no table of
    users: not every project has one.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(
        max_length=8,
        choices=[("link", "a link"), ("embed", "in another page"), ("wall", "on a wall")],
    )
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    owner = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    owner_name = models.CharField(max_length=150, blank=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True, editable=False)
    last_used = models.DateTimeField(null=True, blank=True, editable=False)
    #: The query of the oscilloscope's address.
    view = models.CharField(max_length=2000, blank=True)
    #: Origins whose pages may have it in a frame.
    parents = models.JSONField(default=list, db_default=NOBODY, blank=True)
    controls = models.BooleanField(default=False)

    class Meta:
        ordering = ("-created",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(kind="link") | models.Q(expires__isnull=False),
                name="waves_link_expires",
                violation_error_message="A link expires; what is embedded or on a wall need not.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.prefix})"

    @property
    def state(self) -> str:
        """Whether it opens anything: live, expired or revoked."""
        if self.revoked is not None:
            return "revoked"
        if self.expires is not None and self.expires <= timezone.now():
            return "expired"
        return "live"

    @property
    def problem(self) -> str:
        """Why it is of no use (any more), in words; else empty."""
        said = {"revoked": "This link was revoked.", "expired": "This link has expired."}
        return said.get(self.state, "")


class Upload(models.Model):
    """A file that was uploaded for a stream, as the table of numbers that it was found to hold.

    In the database, since there a worker finds it wherever it runs, and no address leads to it.
    """

    #: The stream's options name it by this.
    token = models.CharField(max_length=32, primary_key=True)
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    #: ``waves.ingest.table.Layout``.
    layout = models.JSONField()
    uploaded = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class UploadPart(models.Model):
    """Some of the bytes of a table: all parts, in order, are the values of its columns."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["upload", "number"], name="waves_upload_part_unique"),
        )

    def __str__(self) -> str:
        return f"part {self.number}"


class KnownFunction(models.Model):
    """A decorated function for which a stream was made once: one deleted stays deleted."""

    path = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.path


class Installation(models.Model):
    """One row: what tells this database's processes from those of others, and who runs what."""

    identity = models.CharField(max_length=40)
    #: Written by embedded workers only; over Redis it stands there (see ``waves.worker``).
    register = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.identity


class FormerSlug(models.Model):
    """A slug that a stream had before: links and pages that know it go on to find the stream.

    A current slug wins over a former one, so that another stream may take it.
    """

    slug = models.SlugField(max_length=80, unique=True)
    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug

    @classmethod
    def keep(cls, slug: str, handle: int) -> None:
        """Remember that the stream of a handle had this slug, as the last of those that had it."""
        cls.objects.update_or_create(slug=slug, defaults={"stream_id": handle})
