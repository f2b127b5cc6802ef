"""`manage.py ingest {promises,events,contacts,carriers} PATH... [--source live|backfill]`."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, REFUSED, ServiceCommand
from governance.access.models import User
from metrics.events.contract import CONTRACTS
from metrics.events.declared import days
from metrics.events.mapping import load
from metrics.events.services import Ingested, batch_ingest
from metrics.management.progress import Progress
from otdr_hub.lib.outcome import DomainError


def _plain(path: Path, taken: Ingested, seconds: float) -> dict[str, Any]:
    batch = taken.batch
    closes = f"{batch.closes_from}..{batch.closes_until}" if batch.closes_from else None
    return {
        "id": batch.pk, "file": str(path), "digest": batch.digest, "rows": batch.rows,
        "accepted": batch.accepted, "quarantined": batch.quarantined, "reasons": batch.reasons,
        "closes": closes, "new": taken.is_new, "seconds": round(seconds, 3),
    }  # fmt: skip


def _line(answer: dict[str, Any]) -> str:
    if not answer["new"]:
        return f"{answer['file']}: taken before as batch {answer['id']}; nothing changed."
    reasons = ", ".join(f"{count} {reason}" for reason, count in answer["reasons"].items())
    kept_out = f", {answer['quarantined']:,} quarantined ({reasons})" if reasons else ""
    closes = f", closes {answer['closes']}" if answer["closes"] else ""
    taken = f"{answer['accepted']:,} of {answer['rows']:,} rows"
    return f"{answer['file']}: batch {answer['id']}, {taken}{kept_out}{closes}."


class Command(ServiceCommand):
    """Take files in, one batch each; a refused file does not stop the next."""

    help = "Take CSV, JSONL or Parquet files in: ingest events FILE.csv [--source backfill]."

    def add_arguments(self, parser: CommandParser) -> None:
        """Kind, files, and how they are to be read."""
        super().add_arguments(parser)
        parser.add_argument("kind", choices=sorted(CONTRACTS))
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--source", choices=["live", "backfill"], default="live")
        parser.add_argument("--mapping", type=Path, help="a YAML file: where each column comes from")
        parser.add_argument(
            "--ignore-columns", default="", metavar="A,B", help="columns to drop unread, by name"
        )
        parser.add_argument("--closes", metavar="D..D", help="the days these events complete")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Every file, in the order given."""
        given = {
            "kind": options["kind"],
            "source": options["source"],
            "mapping": load(options["mapping"], options["kind"]) if options["mapping"] else None,
            "ignored": [column for column in options["ignore_columns"].split(",") if column],
            "closes": days(options["closes"]) if options["closes"] else None,
        }
        batches, lines, code = [], [], DONE
        progress = Progress(sys.stderr, options["paths"])
        for path in options["paths"]:
            begun = time.monotonic()
            progress.begin(path)
            try:
                taken = batch_ingest(path=path, tell=partial(progress.reading, path), actor=actor, **given)
            except DomainError as error:
                batches.append({"file": str(path), "error": str(error), "type": error.slug})
                lines.append(f"Refused: {error}")
                code = REFUSED
            else:
                batches.append(_plain(path, taken, time.monotonic() - begun))
                lines.append(_line(batches[-1]))
            progress.end(path)
        progress.close()
        return {"batches": batches}, "\n".join(lines), code
