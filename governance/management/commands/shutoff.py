"""`manage.py shutoff MARKET --category C --as NAME`: the kill switch by command."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.killswitch.models import Shutoff
from governance.killswitch.services import shutoff_activate
from governance.ledger.selectors import epoch


class Command(ServiceCommand):
    """Switch a market, or everything, off. In effect when the command returns."""

    help = "Switch a market off: shutoff US --category data_quality --as admin ('global' for everything)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What, and why in one word; a reason may follow."""
        super().add_arguments(parser)
        parser.add_argument("market")
        parser.add_argument("-c", "--category", required=True, choices=Shutoff.Category.values)
        parser.add_argument("--reason", default="")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """One act, one commit."""
        shutoff = shutoff_activate(
            market=options["market"], category=options["category"], reason=options["reason"], actor=actor
        )
        answer = {"shutoff": shutoff.pk, "market": shutoff.market, "epoch": epoch()}
        return answer, f"{shutoff.market} is switched off since {shutoff.at:%H:%M:%S} UTC.", DONE
