"""Publications as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.ledger.services import Facts
from governance.publication.models import Acknowledgement, Publication, PublicationRollback
from otdr_hub.lib import digest


def of(publications: Iterable[Publication]) -> Facts:
    """What the ledger says of these publications and their lines."""
    return {
        "publications": {
            str(item): {
                "digest": item.digest, "content": digest.of_bytes(item.content.encode()),
                "version": item.version_id, "through": item.through, "as_of": item.as_of,
                "by": item.published_by.username, "at": item.published_at,
                "lines": {
                    f"{line.market_id}/{line.breakout}/{line.value}": [
                        line.vintage, line.decision, line.through, line.as_of, line.is_held,
                    ]
                    for line in item.lines.all()
                },
            }
            for item in publications
        }
    }  # fmt: skip


def rollbacks(found: Iterable[PublicationRollback]) -> Facts:
    """What the ledger says of these rollbacks."""
    return {
        "rollbacks": {
            f"P-{item.publication_id}": {"restores": f"P-{item.restores_id}", "reason": item.reason}
            for item in found
        }
    }


def acknowledged(found: Iterable[Acknowledgement]) -> Facts:
    """What the ledger says of these acknowledgements."""
    return {"acknowledged": {f"{item.event} {item.person.username}": {"at": item.at} for item in found}}


def stored() -> Facts:
    """The same of every publication, rollback and acknowledgement."""
    return {
        **of(Publication.objects.select_related("published_by").prefetch_related("lines")),
        **rollbacks(PublicationRollback.objects.all()),
        **acknowledged(Acknowledgement.objects.select_related("person")),
    }
