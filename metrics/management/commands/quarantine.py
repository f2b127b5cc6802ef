"""`manage.py quarantine BATCH [--csv FILE]`: which rows of a batch could not be used, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from metrics.events.selectors import batch_of, quarantine
from otdr_hub.lib.outcome import InvalidInputError

_SHOWN: Final = 1_000


def _write(path: Path, rows: Iterable[tuple[int, str]]) -> int:
    written = 0
    try:
        with path.open("x", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle)
            writer.writerow(("line", "reason"))
            for row in rows:
                writer.writerow(row)
                written += 1
    except OSError as error:
        raise InvalidInputError(
            f"{path}: cannot be written ({error}); name a file that is not there yet."
        ) from None
    return written


class Command(ServiceCommand):
    """List the quarantined rows of a batch, or write them all out."""

    help = "List quarantined rows by line and reason; --csv writes all of them to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which batch, and where to."""
        super().add_arguments(parser)
        parser.add_argument("batch", type=int)
        parser.add_argument("--csv", type=Path, help="write line,reason to this new file")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """The rows, or where they were written; a list shows the first thousand."""
        batch = batch_of(options["batch"])
        rows = quarantine(batch=batch, actor=actor)
        head = {"batch": batch.pk, "file": batch.filename, "quarantined": batch.quarantined}
        if options["csv"]:
            written = _write(options["csv"], rows)
            return (
                {**head, "csv": str(options["csv"])},
                f"{written:,} rows written to {options['csv']}.",
                DONE,
            )
        shown = [
            {"line": line, "reason": reason} for (line, reason), _ in zip(rows, range(_SHOWN), strict=False)
        ]
        text = [f"{batch.filename}: {batch.quarantined:,} rows in quarantine"]
        text += [f"line {row['line']:>9,}  {row['reason']}" for row in shown]
        if batch.quarantined > len(shown):
            text.append(f"... and {batch.quarantined - len(shown):,} more; --csv FILE writes all.")
        return {**head, "rows": shown}, "\n".join(text), DONE
