"""`manage.py shutoff`: the kill switch by command, and what is off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.killswitch.models import ALL, CARRIER, WHOLE, Shutoff
from governance.killswitch.selectors import of_key, words_of
from governance.killswitch.services import CATEGORIES, lift_ask, shutoff_activate, shutoff_explain
from governance.ledger.selectors import epoch
from otdr_hub.lib.outcome import InvalidInputError

Answer = tuple[dict[str, Any], str, int]


class Command(ServiceCommand):
    """Switch a market, its carrier figures, or everything off. In effect when the command returns."""

    help = (
        "Switch off: shutoff US --category data_quality --as admin ('global' for everything,"
        " --carrier CODE or --carriers for figures by carrier). --why gives the reason later,"
        " --on-request asks the departments for it to be on again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What, and why in one word; a reason may follow."""
        super().add_arguments(parser)
        parser.add_argument("market")
        parser.add_argument("-c", "--category", choices=CATEGORIES)
        parser.add_argument("--reason", default="")
        within = parser.add_mutually_exclusive_group()
        within.add_argument("--carrier", metavar="CODE")
        within.add_argument("--carriers", action="store_true", help="all carrier figures")
        later = parser.add_mutually_exclusive_group()
        later.add_argument("--why", metavar="TEXT", help="the reason of what is off, given later")
        later.add_argument("--on-request", metavar="EVIDENCE", help="ask that it be on again")

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """One act, one commit."""
        key = _key(options)
        if options["why"] is not None or options["on_request"] is not None:
            return _about(_off(key), options, actor)
        if not options["category"]:
            raise InvalidInputError(f"Name a category: --category {', '.join(CATEGORIES)}.")
        market, breakout, value = key
        shutoff = shutoff_activate(
            market=market, breakout=breakout, value=value, category=options["category"],
            reason=options["reason"], actor=actor,
        )  # fmt: skip
        answer = {"shutoff": shutoff.pk, "market": market, "scope": shutoff.scope_key, "epoch": epoch()}
        return answer, f"{words_of(*key)} is switched off since {shutoff.at:%H:%M:%S} UTC.", DONE


def _key(options: dict[str, Any]) -> tuple[str, str, str]:
    """The scope key asked for."""
    if options["carriers"]:
        return options["market"], CARRIER, ALL
    if options["carrier"]:
        return options["market"], CARRIER, options["carrier"]
    return options["market"], WHOLE, WHOLE


def _off(key: tuple[str, str, str]) -> Shutoff:
    shutoff = of_key(*key)
    if shutoff is None:
        raise InvalidInputError(f"{words_of(*key)} is not switched off.")
    return shutoff


def _about(shutoff: Shutoff, options: dict[str, Any], actor: User) -> Answer:
    """Its reason, or asking that it end."""
    if options["why"] is not None:
        shutoff_explain(shutoff=shutoff, reason=options["why"], actor=actor)
        return {"shutoff": shutoff.pk}, "The reason is on record.", DONE
    request = lift_ask(shutoff=shutoff, evidence=options["on_request"], actor=actor)
    return {"shutoff": shutoff.pk, "signoff": request.pk}, f"Asked as request {request.pk}.", DONE
