"""`manage.py requirements set ACT ROLE [--count N]`: whose signatures an act needs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.requirements.services import requirement_set


class Command(ServiceCommand):
    """State once what a department must sign."""

    help = "Set the signatures an act needs: requirements set scope legal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Act, role and how many."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["set"])
        parser.add_argument("what", choices=["version", "scope", "majeure", "shutoff_lift"])
        parser.add_argument("role", choices=DEPARTMENTS)
        parser.add_argument("--count", type=int, default=1)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Set it."""
        what, role, count = options["what"], options["role"], options["count"]
        requirement_set(act=what, role=role, count=count, actor=actor)
        return {"act": what, "role": role, "count": count}, f"{what}: {count} x {role}.", DONE
