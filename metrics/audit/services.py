"""What was published is computed again from its pinned files, and the answer kept."""

from __future__ import annotations

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.models import Publication
from metrics.audit.verify import Report, verify
from otdr_hub.lib.outcome import require


def publication_rederive(*, publication: Publication, markets: list[str], actor: User) -> Report:
    """Compute markets of a publication again from their pins; the ledger keeps what was found.

    Raises ConflictError when a pinned file is gone.
    """
    require(may(actor, "publication_rederive"))
    report = verify(publication, markets)
    found = [
        {"market": item.market, "where": item.where, "stored": item.stored, "computed": item.computed}
        for item in report.findings[:100]
    ]
    with transaction.atomic():
        ledger.record(
            action=Action.PUBLICATION_DIFFERS if found else Action.PUBLICATION_REDERIVED,
            subject=str(publication),
            payload={
                "publication": publication.number, "markets": markets, "integers": report.integers,
                "files": report.files, "findings": found,
            },
            actor=actor,
        )  # fmt: skip
    return report
