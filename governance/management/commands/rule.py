"""`manage.py rule set POINTS --weeks N --reason TEXT`: how far a week may stand from those before it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.rules.services import rule_set
from otdr_hub.lib.outcome import InvalidInputError


def _points(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidInputError(f"'{text}' is no number of points.") from None


class Command(ServiceCommand):
    """Fix the two-sided rule before its weeks are computed."""

    help = "Fix how far a week may stand from the median: rule set 5 --weeks 8 --reason 'As agreed' --as dpm."

    def add_arguments(self, parser: CommandParser) -> None:
        """Points, weeks and why."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["set"])
        parser.add_argument("points", help="percentage points, up or down")
        parser.add_argument("--weeks", type=int, required=True, help="of how many weeks before the median is")
        parser.add_argument("--reason", required=True)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Fix it."""
        rule = rule_set(
            max_points=_points(options["points"]), weeks=options["weeks"], reason=options["reason"],
            actor=actor,
        )  # fmt: skip
        answer = {"max_points": str(rule.max_points), "weeks": rule.weeks, "at": rule.set_at}
        return answer, f"Rule, for weeks first computed from now on: {rule}.", DONE
