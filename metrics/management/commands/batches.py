"""`manage.py batches [--state refused] [--kind events]`: what came, from whom, when, and what was refused."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from metrics.events.contract import CONTRACTS
from metrics.events.models import Batch
from metrics.events.selectors import batches


def _line(row: dict[str, Any]) -> str:
    came = (
        f"{row['id']:>5}  {row['at'][:16].replace('T', ' ')}  {row['by']:<16} {row['kind']:<9} {row['file']}"
    )
    if row["problem"]:
        return f"{came}: refused. {row['problem']}"
    reasons = ", ".join(f"{count} {reason}" for reason, count in row["reasons"].items())
    kept_out = f", {row['quarantined']:,} quarantined ({reasons})" if reasons else ""
    closes = f", closes {row['closes']}" if row["closes"] else ""
    return f"{came}: {row['accepted']:,} of {row['rows']:,} rows{kept_out}{closes}"


class Command(ServiceCommand):
    """List deliveries, oldest first."""

    help = "List what was taken in and what was refused, by whom and when (UTC)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to list."""
        super().add_arguments(parser)
        parser.add_argument("--state", choices=Batch.State.values, default="")
        parser.add_argument("--kind", choices=sorted(CONTRACTS), default="")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """A line per delivery."""
        found = batches(state=options["state"], kind=options["kind"], actor=actor)
        return {"batches": found}, "\n".join(map(_line, found)) or "Nothing has been delivered.", DONE
