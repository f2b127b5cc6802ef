"""`manage.py periods {list,lock,restatements} [--market M]... [--week W]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.versions.selectors import by_name
from metrics.management.moments import monday
from metrics.periods.history import locks, restatements
from metrics.periods.services import period_lock
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import InvalidInputError

Answer = tuple[dict[str, Any], str, int]


def _counts(counts: tuple[int, ...] | list[int] | None) -> str:
    return f"{counts[1]:,} / {counts[0]:,}" if counts else "none"


class Command(ServiceCommand):
    """Lock periods, list the locks, and show what was restated after them; one lock is one act."""

    help = "periods lock --market US --week 2026-W45 --as finance; periods list; periods restatements."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and of which markets and week."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["list", "lock", "restatements"])
        parser.add_argument("--market", action="append", default=[])
        parser.add_argument("--week", help="an ISO week like 2026-W45")
        parser.add_argument("--metric-version", "--version", dest="metric_version")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let `--version` mean the metric version, as the interface says."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """One act."""
        if options["act"] == "lock":
            return self._lock(actor, options)
        asked = {"markets": options["market"], "week": monday(options["week"]), "actor": actor}
        return self._list(asked) if options["act"] == "list" else self._restatements(asked)

    @staticmethod
    def _lock(actor: User, options: dict[str, Any]) -> Answer:
        week = monday(options["week"])
        if week is None or not options["market"]:
            raise InvalidInputError("A lock is of markets and a week: give --market and --week.")
        version = by_name(options["metric_version"])
        locked = period_lock(markets=options["market"], monday=week, version=version, actor=actor)
        label = weeks.label(week)
        rows = [
            {"market": lock.market, "week": label, "vintage": lock.vintage, "root": lock.root}
            for lock in locked
        ]
        lines = [f"{lock.market}  {label} is locked as vintage {lock.vintage[:16]}." for lock in locked]
        return {"locks": rows}, "\n".join(lines), DONE

    @staticmethod
    def _list(asked: dict[str, Any]) -> Answer:
        rows = locks(**asked)
        lines = [
            f"{row['market']:<8} {row['week']}  locked {row['at']:%Y-%m-%d %H:%M} UTC by {row['by']:<14}"
            f" {_counts(row['counts'])}"
            for row in rows
        ]
        return {"locks": rows}, "\n".join(lines) or "No period is locked.", DONE

    @staticmethod
    def _restatements(asked: dict[str, Any]) -> Answer:
        rows = restatements(**asked)
        lines = []
        for row in rows:
            lines.append(
                f"{row['market']:<8} {row['week']}  was {_counts(row['old'])}, is {_counts(row['new'])}"
                f"  found {row['at']:%Y-%m-%d %H:%M} UTC"
            )
            lines += [f"         because of batch {cause['id']} ({cause['file']})" for cause in row["causes"]]
            lines += [
                f"         {cell['day']}  {cell['carrier']:<16} {cell['lane']:<24}"
                f" was {_counts(cell['old'])}, is {_counts(cell['new'])}"
                for cell in row["slices"]
            ]
        return {"restatements": rows}, "\n".join(lines) or "No locked period was restated.", DONE
