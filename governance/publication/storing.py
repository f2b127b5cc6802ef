"""Writing a publication down: its row, its lines, its entry in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from governance.access.models import User
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.publication import facts
from governance.publication.models import Publication, PublicationLine
from governance.scope.models import WHOLE
from governance.versions.models import MetricVersion
from otdr_hub.lib import clock, digest


def store(
    content: dict[str, Any] | Publication, version: MetricVersion, newest: Publication | None, actor: User
) -> Publication:
    """The next publication, of a content or of what another one said, with its lines."""
    if isinstance(content, Publication):
        text, through, as_of = content.content, content.through, content.as_of
        lines = list(content.lines.order_by("pk"))
        for line in lines:
            line.pk = None
    else:
        text, through, as_of = digest.canonical(content), content["through"], content["as_of"]
        lines = [
            PublicationLine(**{name: value for name, value in line.items() if name != "market"},
                            market_id=line["market"])
            for line in content["lines"]
        ]  # fmt: skip
    publication = Publication.objects.create(
        number=newest.number + 1 if newest else 1, digest=digest.of_bytes(text.encode()), content=text,
        version=version, through=through, as_of=as_of, published_by=actor, published_at=clock.now(),
    )  # fmt: skip
    for line in lines:
        line.publication = publication
    PublicationLine.objects.bulk_create(lines)
    return publication


def record(action: Action, publication: Publication, lines: Sequence[Mapping[str, Any]], actor: User) -> None:
    """The one entry of a publication."""
    held = [line["market"] for line in lines if line["is_held"] and line["breakout"] == WHOLE]
    ledger.record(
        action=action, subject=str(publication), payload={"digest": publication.digest, "held": held},
        actor=actor, facts=facts.of([publication]),
    )  # fmt: skip
