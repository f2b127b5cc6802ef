"""What every exported figure names beside itself. A file that would lack one of these is not made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from django.urls import reverse
from django.utils.translation import gettext as _

from otdr_hub.hub.numbers import moment_text
from otdr_hub.hub.parts import publication_text, verify_code
from otdr_hub.hub.reading import Publication, Reading
from otdr_hub.hub.sentences import coverage_sentence
from otdr_hub.lib.outcome import ConflictError

Absolute = Callable[[str], str]
"""Makes a whole address of a path, as `request.build_absolute_uri` does."""


class LackingError(ConflictError):
    """An export would say less of its figures than it must."""

    slug = "export-lacking"


def require_whole(given: object) -> None:
    """Raise LackingError, naming the field, when a field that is not optional says nothing."""
    for field in fields(given):  # type: ignore[arg-type]  # always one of our dataclasses
        if not field.metadata.get("optional") and getattr(given, field.name) in ("", None):
            said = {"field": field.name}
            raise LackingError(_("This export would lack “%(field)s”, so it is not made.") % said)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is the same for every row of one file."""

    disclosure: str
    publication: str
    publication_digest: str
    verify_code: str
    verify_at: str
    generated_at: str
    version: str
    version_digest: str

    def __post_init__(self) -> None:
        require_whole(self)


def verify_path(publication: Publication) -> str:
    """Where the publication's code is looked up."""
    return reverse("publications:verify_code", kwargs={"code": verify_code(publication)})


def stamp_of(reading: Reading, absolute: Absolute) -> Stamp:
    """The stamp of a reading. Raises ConflictError while there is no number to export."""
    shown = reading.publication
    if shown is None or not reading.rollup or not reading.markets:
        raise ConflictError(
            _("There is no number to export at present: %(why)s") % {"why": coverage_sentence(reading)}
        )
    return Stamp(
        disclosure=coverage_sentence(reading),
        publication=f"P-{shown.number}",
        publication_digest=shown.digest,
        verify_code=publication_text(shown),
        verify_at=absolute(verify_path(shown)),
        generated_at=moment_text(reading.read_at),
        version=shown.version_name,
        version_digest=shown.version_digest,
    )
