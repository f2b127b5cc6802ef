"""`manage.py ingest {promises,events} PATH... [--source live|backfill]`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, REFUSED, ServiceCommand
from governance.access.models import User
from metrics.events.contract import CONTRACTS
from metrics.events.services import Ingested, batch_ingest
from otdr_hub.lib.outcome import DomainError


def _plain(path: Path, taken: Ingested, seconds: float) -> dict[str, Any]:
    batch = taken.batch
    return {
        "id": batch.pk, "file": str(path), "digest": batch.digest, "rows": batch.rows,
        "accepted": batch.accepted, "quarantined": batch.quarantined, "reasons": batch.reasons,
        "new": taken.is_new, "seconds": round(seconds, 3),
    }  # fmt: skip


def _line(answer: dict[str, Any]) -> str:
    if not answer["new"]:
        return f"{answer['file']}: taken before as batch {answer['id']}; nothing changed."
    reasons = ", ".join(f"{count} {reason}" for reason, count in answer["reasons"].items())
    kept_out = f", {answer['quarantined']:,} quarantined ({reasons})" if reasons else ""
    taken = f"{answer['accepted']:,} of {answer['rows']:,} rows"
    return f"{answer['file']}: batch {answer['id']}, {taken}{kept_out}."


class Command(ServiceCommand):
    """Take files in, one batch each; a refused file does not stop the next."""

    help = "Take promises or events in: ingest events FILE.csv [--source backfill]."

    def add_arguments(self, parser: CommandParser) -> None:
        """Kind and files."""
        super().add_arguments(parser)
        parser.add_argument("kind", choices=sorted(CONTRACTS))
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--source", choices=["live", "backfill"], default="live")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Every file, in the order given."""
        batches, lines, code = [], [], DONE
        for path in options["paths"]:
            begun = time.monotonic()
            try:
                taken = batch_ingest(path=path, kind=options["kind"], source=options["source"], actor=actor)
            except DomainError as error:
                batches.append({"file": str(path), "error": str(error), "type": error.slug})
                lines.append(f"Refused: {error}")
                code = REFUSED
                continue
            batches.append(_plain(path, taken, time.monotonic() - begun))
            lines.append(_line(batches[-1]))
        return {"batches": batches}, "\n".join(lines), code
