"""The field of an option that is a file: what is uploaded is checked at once, and then stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from waves.conf import get_config
from waves.database.uploads import Uploaded, new_token
from waves.exceptions import IngestError, TooMuchError
from waves.ingest import files
from waves.ingest.table import Layout
from waves.limits import megabytes
from waves.models import Upload

#: As the model has it.
LONGEST_NAME = 255


class UploadField(forms.FileField):
    """A file. Cleaned, it is what was uploaded, or the token of what was stored before."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_NAME, widget=forms.FileInput, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Read the file. Raises ValidationError that names line and column."""
        found = super().clean(data, initial)
        if not isinstance(found, UploadedFile):
            return found
        most = get_config().upload_limit
        if (found.size or 0) > most:
            raise ValidationError(
                f"{found.name} has {megabytes(found.size or 0)}; a file has at most "
                f"{megabytes(most)} (WAVES_UPLOAD_LIMIT)."
            )
        try:
            table = files.parse(found.read())
        except IngestError as error:
            raise ValidationError(_placed(error)) from None
        except TooMuchError as error:
            raise ValidationError(str(error)) from None
        return Uploaded(new_token(), str(found.name), table)


def _placed(error: IngestError) -> str:
    """“Line 17, column 3: …”, as far as it is known."""
    places = [("line", error.line), ("column", error.column)]
    where = ", ".join(f"{word} {place}" for word, place in places if place)
    return f"{where.capitalize()}: {error}" if where else str(error)


def layout_of(upload: object) -> Layout | None:
    """What a file holds, where it was just uploaded or is stored; else None."""
    if isinstance(upload, Uploaded):
        return upload.table.layout
    stored = Upload.objects.filter(token=upload).values_list("layout", flat=True).first()
    return None if stored is None else Layout.of(stored)


def describe(token: str) -> str:
    """The name of a stored file and what is in it, in words; else empty."""
    upload = Upload.objects.filter(token=token).first()
    if upload is None:
        return ""
    layout = Layout.of(upload.layout)
    columns = "1 column" if len(layout.columns) == 1 else f"{len(layout.columns)} columns"
    return f"{upload.name}: {columns} of {layout.n:,}."
