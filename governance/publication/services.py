"""Publishing: naming the vintages the hub may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.publication.models import Publication, PublicationLine
from governance.scope.models import WHOLE
from governance.scope.selectors import in_force
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from governance.versions.models import MetricVersion
from governance.versions.states import VersionState
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


def _line(market: str, vintage: str, version: MetricVersion, through: dt.date) -> dict[str, Any]:
    """One scope key; its decision is named only if it stands for just this version, week and vintage."""
    decision = in_force(market)
    certified = (
        decision is not None
        and decision.state != ScopeState.EXCLUDED
        and (decision.version_id, decision.vintage, decision.through) == (version.digest, vintage, through)
        and stands(ACT, decision.digest)
    )
    signed = decision.digest if certified and decision is not None else ""
    return {"market": market, "breakout": WHOLE, "value": WHOLE, "vintage": vintage, "decision": signed}


def _check(version: MetricVersion, vintages: Mapping[str, str], lines: list[dict[str, Any]]) -> None:
    if version.state != VersionState.EFFECTIVE:
        raise ConflictError(f"{version.name} is not in effect, so it cannot be published.")
    absent = sorted(set(Market.objects.values_list("code", flat=True)) ^ set(vintages))
    if absent:
        raise InvalidInputError(
            f"A publication names each registered market once; check {', '.join(absent)}."
        )
    if not any(line["decision"] for line in lines):
        raise ConflictError("No market is certified for these vintages, so there is nothing to publish.")


@transaction.atomic
def publication_publish(
    *, version: MetricVersion, vintages: Mapping[str, str], through: dt.date, as_of: dt.datetime, actor: User
) -> Publication:
    """Publish a version over one vintage per registered market, up to the week of Monday `through`.

    Markets without a standing certification keep a line (coverage needs its denominator) that can
    never be shown. Raises ConflictError when nothing could be shown at all.
    """
    require(may(actor, "publication_publish"))
    ledger.order_visibility()
    lines = [_line(market, vintage, version, through) for market, vintage in sorted(vintages.items())]
    _check(version, vintages, lines)
    content = {"version": version.digest, "through": through, "as_of": as_of, "lines": lines}
    newest = Publication.objects.first()
    publication = Publication.objects.create(
        number=newest.number + 1 if newest else 1,
        digest=digest.of(content),
        content=digest.canonical(content),
        version=version,
        through=through,
        as_of=as_of,
        published_by=actor,
        published_at=clock.now(),
    )
    PublicationLine.objects.bulk_create(
        PublicationLine(
            publication=publication, market_id=line["market"], vintage=line["vintage"],
            decision=line["decision"],
        )
        for line in lines
    )  # fmt: skip
    ledger.record(
        action=Action.PUBLICATION_PUBLISHED,
        subject=str(publication),
        payload={"digest": publication.digest, **content},
        actor=actor,
    )
    return publication
