"""`manage.py target set PERCENT --from MONDAY --reason TEXT`: what the headline should reach."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.rules.services import target_set


class Command(ServiceCommand):
    """Fix the target before its weeks are measured."""

    help = "Fix the target: target set 94.0 --from 2026-11-23 --reason 'Agreed by the board' --as dpm."

    def add_arguments(self, parser: CommandParser) -> None:
        """Per cent, first Monday and why."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["set"])
        parser.add_argument("percent", type=Decimal)
        parser.add_argument("--from", dest="holds_from", type=dt.date.fromisoformat, required=True)
        parser.add_argument("--reason", required=True)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Set it."""
        target = target_set(
            percent=options["percent"],
            holds_from=options["holds_from"],
            reason=options["reason"],
            actor=actor,
        )
        return {"percent": str(target.percent), "from": target.holds_from}, f"Target: {target}.", DONE
