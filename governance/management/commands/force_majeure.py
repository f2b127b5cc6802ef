"""`manage.py force_majeure declare|list|withdraw`: the overlay beside the headline."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.majeure.models import ForceMajeure
from governance.majeure.selectors import by_number, state
from governance.majeure.services import majeure_declare, majeure_withdraw

Answer = tuple[dict[str, Any], str, int]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2026-11-20") from None


def _declare(actor: User, options: dict[str, Any]) -> Answer:
    names = ("market", "since", "until", "event", "evidence", "carrier", "destination")
    majeure = majeure_declare(**{name: options[name] for name in names}, actor=actor)
    return _shown(majeure), f"{majeure} is declared; it counts once Legal has signed it.", DONE


def _withdraw(actor: User, options: dict[str, Any]) -> Answer:
    majeure = by_number(options["number"])
    majeure_withdraw(majeure=majeure, reason=options["reason"], actor=actor)
    return _shown(majeure), f"{majeure} is withdrawn.", DONE


def _list(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (called like the others)
    declared = ForceMajeure.objects.select_related("declared_by", "withdrawal")
    found = [_shown(item) for item in declared]
    lines = [
        f"{item['number']}  {item['market']}  {item['since']} to {item['until']}  {item['state']}  "
        f"{_whose(item)}{item['event']}"
        for item in found
    ]
    return {"declarations": found}, "\n".join(lines) or "No force majeure is declared.", DONE


def _whose(item: dict[str, Any]) -> str:
    part = " to ".join(filter(None, (item["carrier"], item["destination"])))
    return f"({part}) " if part else ""


def _shown(majeure: ForceMajeure) -> dict[str, Any]:
    fields = ("since", "until", "carrier", "destination", "event", "evidence", "digest", "declared_at")
    return {
        "number": str(majeure), "market": majeure.market_id, "state": state(majeure),
        "declared_by": majeure.declared_by.username, **{name: getattr(majeure, name) for name in fields},
    }  # fmt: skip


class Command(ServiceCommand):
    """Declare an event, list what is declared, or take one back."""

    help = "Force majeure beside the headline: force_majeure declare|list|withdraw."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per act; each answers to the common options too."""
        acts = parser.add_subparsers(dest="act", required=True)

        def act(name: str, run: Callable[[User, dict[str, Any]], Answer]) -> CommandParser:
            found: CommandParser = acts.add_parser(name)
            super(Command, self).add_arguments(found)
            found.set_defaults(perform=run)
            return found

        act("list", _list)
        declare = act("declare", _declare)
        declare.add_argument("market")
        declare.add_argument("--since", type=_day, required=True, help="the first promise day it touched")
        declare.add_argument("--until", type=_day, required=True, help="the last promise day, included")
        declare.add_argument("--event", required=True, help="what happened, in words")
        declare.add_argument("--evidence", required=True, help="text or link")
        declare.add_argument("--carrier", default="")
        declare.add_argument("--destination", default="")
        withdraw = act("withdraw", _withdraw)
        withdraw.add_argument("number", help="for example FM-3")
        withdraw.add_argument("--reason", required=True)

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do what the sub-command says."""
        answer: Answer = options["perform"](actor, options)
        return answer
