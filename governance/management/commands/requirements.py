"""`manage.py requirements set|propose ACT ROLE [--count N]`: whose signatures an act needs; its change."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.requirements.services import requirement_propose, requirement_set
from governance.signoffs.models import EVERYWHERE


class Command(ServiceCommand):
    """State once what a department must sign, and propose another number of signatures."""

    help = (
        "Set the signatures an act needs: requirements set scope legal. Change them: requirements propose"
        " scope finance --count 2 --reason 'The auditors ask for it' --as admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Act, role and how many; of a change also where, and why."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["set", "propose"])
        parser.add_argument("what", choices=["version", "scope", "majeure", "shutoff_lift", "framework"])
        parser.add_argument("role", choices=DEPARTMENTS)
        parser.add_argument("--count", type=int, default=1)
        parser.add_argument("--scope", default=EVERYWHERE, help="a market's code; without it everywhere")
        parser.add_argument("--reason", default="", help="why it changes; every proposal takes one")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Set it, or ask the departments to sign the change."""
        what, role, count = options["what"], options["role"], options["count"]
        if options["act"] == "propose":
            return self._propose(actor, options)
        requirement_set(act=what, role=role, count=count, actor=actor)
        return {"act": what, "role": role, "count": count}, f"{what}: {count} x {role}.", DONE

    def _propose(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        request = requirement_propose(
            act=options["what"], scope=options["scope"], role=options["role"], count=options["count"],
            reason=options["reason"], actor=actor,
        )  # fmt: skip
        text = (
            f"{request.summary}. It is in force once the departments have signed request {request.pk}"
            f" (/signoffs/{request.pk}/); they find it in /inbox/."
        )
        return {"request": request.pk, "digest": request.lines.get().digest}, text, DONE
