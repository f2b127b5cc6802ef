"""What a delivery declares of itself: the days its feed completes, and its manifest."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import InvalidInputError

_LONGEST: Final = 65_536
_KEYS: Final = ("rows", "sha256", "closes")


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `since` to `until`, both included."""

    since: dt.date
    until: dt.date

    def __str__(self) -> str:
        return f"{self.since}..{self.until}"


def days(text: str) -> Days:
    """The days written `2026-11-09..2026-11-15`. Raises InvalidInputError with the form expected."""
    try:
        since, until = (dt.date.fromisoformat(part) for part in text.split(".."))
    except ValueError:
        raise InvalidInputError(
            _("'%(text)s' are no days; write them like 2026-11-09..2026-11-15.") % {"text": text}
        ) from None
    if until < since:
        raise InvalidInputError(_("'%(text)s' ends before it begins.") % {"text": text})
    return Days(since, until)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `FILE.manifest.json` says of FILE; `rows` are all rows, usable or not."""

    name: str
    rows: int
    sha256: str
    closes: Days | None

    def check_bytes(self, path: Path, sha256: str) -> None:
        """Raises InvalidInputError when the file is another one than the manifest means."""
        if self.sha256 != sha256:
            raise InvalidInputError(
                _(
                    "%(path)s: its SHA-256 is %(sha256)s... and %(manifest)s says %(declared)s...; the file"
                    " is cut off, changed or another one. Send both again."
                )
                % {
                    "path": path.name,
                    "sha256": sha256[:12],
                    "manifest": self.name,
                    "declared": self.sha256[:12],
                }
            )

    def check_rows(self, path: Path, rows: int) -> None:
        """Raises InvalidInputError when the file holds another number of rows."""
        if self.rows != rows:
            raise InvalidInputError(
                _(
                    "%(path)s: it holds %(rows)s rows and %(manifest)s says %(declared)s; nothing was taken."
                    " Send both again."
                )
                % {
                    "path": path.name,
                    "rows": f"{rows:,}",
                    "manifest": self.name,
                    "declared": f"{self.rows:,}",
                }
            )


def manifest_of(path: Path) -> Manifest | None:
    """The manifest beside a file, or None. Raises InvalidInputError when it cannot be understood."""
    beside = path.with_name(path.name + ".manifest.json")
    if not beside.is_file():
        return None
    try:
        with beside.open(encoding="utf-8") as handle:
            document = json.loads(handle.read(_LONGEST))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            _("%(beside)s: the manifest cannot be read (%(error)s).")
            % {"beside": beside.name, "error": error}
        ) from None
    return _manifest(beside.name, document)


def _manifest(name: str, document: Any) -> Manifest:
    if not isinstance(document, dict):
        raise InvalidInputError(
            _("%(name)s: a manifest is an object with %(keys)s.") % {"name": name, "keys": ", ".join(_KEYS)}
        )
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise InvalidInputError(
            _("%(name)s: '%(unknown)s' is not known; a manifest has %(keys)s.")
            % {"name": name, "unknown": unknown[0], "keys": ", ".join(_KEYS)}
        )
    rows, sha256, closes = (document.get(key) for key in _KEYS)
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 0:
        raise InvalidInputError(_("%(name)s: 'rows' must be a whole number.") % {"name": name})
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256.lower()):
        raise InvalidInputError(_("%(name)s: 'sha256' must be 64 hexadecimal characters.") % {"name": name})
    if closes is not None and not isinstance(closes, str):
        raise InvalidInputError(
            _("%(name)s: 'closes' must be days like 2026-11-09..2026-11-15.") % {"name": name}
        )
    return Manifest(name, rows, sha256.lower(), days(closes) if closes else None)


def agreed(
    path: Path, given: Days | None, manifest: Manifest | None, kind: str, today: dt.date
) -> Days | None:
    """The days a delivery closes, said by the caller or the manifest; both must say the same.

    `today` is the UTC day of receipt: a feed cannot have completed a day that has not begun.
    Raises InvalidInputError when they disagree or the days cannot be closed.
    """
    declared = manifest.closes if manifest else None
    if given and declared and given != declared:
        raise InvalidInputError(
            _("%(path)s: --closes says %(given)s and its manifest %(declared)s; let them agree.")
            % {"path": path.name, "given": given, "declared": declared}
        )
    closes = given or declared
    if closes and kind != "events":
        raise InvalidInputError(
            _("%(path)s: only events complete days; leave --closes out for %(kind)s.")
            % {"path": path.name, "kind": kind}
        )
    if closes and closes.until > today:
        raise InvalidInputError(
            _("%(path)s: closes %(closes)s, but %(until)s has not come yet.")
            % {"path": path.name, "closes": closes, "until": closes.until}
        )
    return closes
