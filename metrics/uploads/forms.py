"""What was said with a file, read from the fields of a form or of a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from metrics.events.declared import Days, days
from metrics.uploads.services import Sending
from otdr_hub.lib.outcome import InvalidInputError

FIELDS: Final = ("source", "closes", "ignore_columns")
FILES: Final = ("file", "mapping", "manifest")
_LONGEST: Final = 65_536  # bytes of a mapping or a manifest


def check_known(what: str, given: Iterable[str], known: Collection[str]) -> None:
    """Raises InvalidInputError for a name nobody reads: a misspelt one would be ignored in silence."""
    for name in given:
        if name not in known:
            raise InvalidInputError(
                _("'%(name)s' is no %(what)s of an upload; it has %(known)s.")
                % {"name": name, "what": what, "known": ", ".join(known)}
            )


def small(name: str, file: UploadedFile[bytes] | None) -> bytes:
    """The bytes of a mapping or manifest, empty when there is none. Raises InvalidInputError over 64 KiB."""
    content = file.read(_LONGEST + 1) if file else b""
    if len(content) > _LONGEST:
        raise InvalidInputError(
            _("%(name)s: has more than %(longest)s bytes; this is no %(name)s.")
            % {"name": name, "longest": f"{_LONGEST:,}"}
        )
    return content


def _mapping(file: UploadedFile[bytes] | None) -> str:
    try:
        return small("mapping", file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(_("mapping: cannot be read as UTF-8. Save the file as UTF-8.")) from None


def _closes(text: str) -> Days | None:
    try:
        return days(text) if text else None
    except InvalidInputError as error:
        raise InvalidInputError(_("closes: %(error)s") % {"error": error}) from None


def sending_of(
    kind: str,
    filename: str,
    fields: Mapping[str, str],
    files: MultiValueDict[str, UploadedFile[bytes]],
    key: str,
) -> Sending:
    """Everything said with a file. Raises InvalidInputError naming the field and what to write."""
    return Sending(
        kind=kind,
        filename=filename,
        source=fields.get("source") or "live",
        closes=_closes(fields.get("closes", "").strip()),
        ignored=tuple(name.strip() for name in fields.get("ignore_columns", "").split(",") if name.strip()),
        mapping=_mapping(files.get("mapping")),
        manifest=small("manifest", files.get("manifest")),
        key=key,
    )


def only_file(files: MultiValueDict[str, UploadedFile[bytes]]) -> UploadedFile[bytes]:
    """The one file of an upload. Raises InvalidInputError when there is none, or more than one."""
    check_known("file", files, FILES)
    found = files.getlist("file")
    if not found:
        raise InvalidInputError(_("file: missing; choose the file to be taken in."))
    if len(found) > 1 or not found[0].name:
        raise InvalidInputError(_("file: send one file at a time; each becomes a batch of its own."))
    return found[0]


def disposed_name(header: str) -> str:
    """The file name in a Content-Disposition header, folders cut off.

    Raises InvalidInputError when there is none.
    """
    parameters = parse_header_parameters(header)[1]
    name = parameters.get("filename", "")
    if not name:
        raise InvalidInputError(
            _('Say the name of the file: Content-Disposition: attachment; filename="events-2026-11-16.csv"')
        )
    return name.replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Filled:
    """The form on the page as somebody filled it in, to be shown again when it is refused."""

    kind: str = "events"
    source: str = "live"
    closes_from: str = ""
    closes_until: str = ""
    ignore_columns: str = ""
    problem: str = ""

    def with_problem(self, problem: str) -> Filled:
        """The same, with the sentence why it was refused."""
        return replace(self, problem=problem)

    def fields(self) -> dict[str, str]:
        """The same, under the names an upload has. Raises InvalidInputError for half a range of days."""
        if bool(self.closes_from) != bool(self.closes_until):
            raise InvalidInputError(_("Days completed: give both the first and the last day, or neither."))
        closes = f"{self.closes_from}..{self.closes_until}" if self.closes_from else ""
        return {"source": self.source, "closes": closes, "ignore_columns": self.ignore_columns}


def filled(given: Mapping[str, str]) -> Filled:
    """The page's form from what was posted; what is missing is as on a fresh form."""
    names = ("kind", "source", "closes_from", "closes_until", "ignore_columns")
    return Filled(**{name: given[name].strip() for name in names if name in given})
