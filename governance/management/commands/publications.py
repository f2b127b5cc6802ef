"""`publications`: what the hub has shown, newest first, and what each is worth now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import may
from governance.publication.selectors import publications, states
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import require
from otdr_hub.lib.shortid import code_of, short_id


class Command(ServiceCommand):
    """The list of publications. No number is in it."""

    help = "list publications with their codes and whether they are valid, superseded or withdrawn"

    def add_arguments(self, parser: CommandParser) -> None:
        """How many."""
        super().add_arguments(parser)
        parser.add_argument("--limit", type=int, default=20, help="how many of the newest; 20 if not given")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Each with who published it when, the markets named, and what became of it."""
        require(may(actor, "scope_read"))
        found = list(publications()[: max(options["limit"], 0)])
        known = states(found)
        rows, said = [], []
        for one in found:
            state = known[one.number]
            rollback = getattr(one, "rollback", None)
            rows.append(
                {
                    "publication": str(one), "code": code_of(one.number, one.digest), "digest": one.digest,
                    "version": one.version.name, "week": weeks.label(one.through), "state": state.word,
                    "by": one.published_by.username, "at": one.published_at.isoformat(),
                    "restores": f"P-{rollback.restores_id}" if rollback else None,
                    "replaced_by": str(state.by) if state.by else None, "taken_back": state.taken_back,
                    "stopped": {item.market: item.reason for item in state.stopped},
                }
            )  # fmt: skip
            again = f", P-{rollback.restores_id} again" if rollback else ""
            said.append(
                f"{short_id(one.number, one.digest)}  {one.published_at:%Y-%m-%d %H:%M} UTC"
                f"  {weeks.label(one.through)}  {one.version.name}  {state.word}"
                f"  by {one.published_by.username}{again}"
            )
        return {"publications": rows}, "\n".join(said) or "Nothing has been published yet.", DONE
