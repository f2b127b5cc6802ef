"""What a delivery declares of itself: the days its feed completes, and its manifest."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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
        raise InvalidInputError(f"'{text}' are no days; write them like 2026-11-09..2026-11-15.") from None
    if until < since:
        raise InvalidInputError(f"'{text}' ends before it begins.")
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
                f"{path.name}: its SHA-256 is {sha256[:12]}... and {self.name} says {self.sha256[:12]}...;"
                " the file is cut off, changed or another one. Send both again."
            )

    def check_rows(self, path: Path, rows: int) -> None:
        """Raises InvalidInputError when the file holds another number of rows."""
        if self.rows != rows:
            raise InvalidInputError(
                f"{path.name}: it holds {rows:,} rows and {self.name} says {self.rows:,}; nothing was taken."
                " Send both again."
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
        raise InvalidInputError(f"{beside.name}: the manifest cannot be read ({error}).") from None
    return _manifest(beside.name, document)


def _manifest(name: str, document: Any) -> Manifest:
    if not isinstance(document, dict):
        raise InvalidInputError(f"{name}: a manifest is an object with {', '.join(_KEYS)}.")
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise InvalidInputError(f"{name}: '{unknown[0]}' is not known; a manifest has {', '.join(_KEYS)}.")
    rows, sha256, closes = (document.get(key) for key in _KEYS)
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 0:
        raise InvalidInputError(f"{name}: 'rows' must be a whole number.")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256.lower()):
        raise InvalidInputError(f"{name}: 'sha256' must be 64 hexadecimal characters.")
    if closes is not None and not isinstance(closes, str):
        raise InvalidInputError(f"{name}: 'closes' must be days like 2026-11-09..2026-11-15.")
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
            f"{path.name}: --closes says {given} and its manifest {declared}; let them agree."
        )
    closes = given or declared
    if closes and kind != "events":
        raise InvalidInputError(f"{path.name}: only events complete days; leave --closes out for {kind}.")
    if closes and closes.until > today:
        raise InvalidInputError(f"{path.name}: closes {closes}, but {closes.until} has not come yet.")
    return closes
