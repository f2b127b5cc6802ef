"""`manage.py verify_ledger`: walk the chain; exit 3 names the first entry that does not hold."""

from __future__ import annotations

from typing import Any

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.ledger.verify import verify


class Command(ServiceCommand):
    """Recompute every hash from the stored text."""

    help = "Verify the ledger's chain; exit 3 when an entry does not hold."

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:  # noqa: ARG002
        """The whole chain, from the first entry to the head."""
        report = verify()
        answer = {"entries": report.entries, "head": report.head, "first_bad": None}
        if report.finding is None:
            return answer, f"The ledger holds: {report.entries} entries, head {report.head[:16]}.", DONE
        bad = report.finding
        answer["first_bad"] = {"seq": bad.seq, "problem": bad.problem}
        return answer, f"Entry {bad.seq} of the ledger does not hold: {bad.problem}.", FOUND
