"""Publishing: naming the vintages the hub may read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.publication import facts
from governance.publication.models import Publication, PublicationLine
from governance.scope import readiness
from governance.scope.models import BREAKOUTS, WHOLE, ScopeDecision
from governance.scope.selectors import in_force, value_of
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from governance.versions.models import MetricVersion
from governance.versions.selectors import in_effect
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is offered for publication: a version over one vintage per registered market, up to the week of
    Monday `through`, as known at `as_of` (aware)."""

    version: MetricVersion
    vintages: Mapping[str, str]
    through: dt.date
    as_of: dt.datetime


def guard_holds(decision: str, vintage: str) -> bool:
    """Whether a vintage is within the guard of what was signed; computed where the counts are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_guard_holds(%s, %s)", [decision, vintage])
        return bool(cursor.fetchone()[0])


def _signed(market: str, version: MetricVersion, breakout: str = WHOLE) -> ScopeDecision | None:
    """The newest decision to show the market (or a breakout of it) that stands under this version; none
    once it is excluded."""
    newest = in_force(market, breakout)
    if newest is None or newest.state == ScopeState.EXCLUDED:
        return None
    made = ScopeDecision.objects.filter(
        market=market, breakout=breakout, value=value_of(breakout), version=version, state=newest.state
    )
    return next((item for item in made.order_by("-pk") if stands(ACT, item.digest)), None)


def _new_weeks_fit(decision: ScopeDecision, offered: Candidate) -> bool:
    """Whether the weeks after the signed ones are as fit to be shown as those had to be."""
    if offered.through <= decision.through:
        return offered.through == decision.through
    market = decision.market_id
    vintage = offered.vintages[market]
    week = decision.through + WEEK
    while week <= offered.through:
        if readiness.problems(readiness.Candidate(market, offered.version.digest, vintage, week)):
            return False
        week += WEEK
    return True


def _line(market: str, offered: Candidate, newest: Publication | None) -> dict[str, Any]:
    """One scope key. A vintage outside the guard of what was signed is not shown; the last one inside is."""
    plain = {
        "market": market, "breakout": WHOLE, "value": WHOLE, "vintage": offered.vintages[market],
        "decision": "", "through": offered.through, "as_of": offered.as_of, "is_held": False,
    }  # fmt: skip
    decision = _signed(market, offered.version)
    if decision is None:
        return plain
    if guard_holds(decision.digest, offered.vintages[market]) and _new_weeks_fit(decision, offered):
        return plain | {"decision": decision.digest}
    shown = newest.lines.filter(market=market, breakout=WHOLE).first() if newest else None
    if shown is None or not shown.decision or not guard_holds(decision.digest, shown.vintage):
        return plain
    return plain | {
        "decision": decision.digest, "vintage": shown.vintage, "through": shown.through,
        "as_of": shown.as_of, "is_held": True,
    }  # fmt: skip


def _breakouts(whole: Mapping[str, Any], offered: Candidate) -> list[dict[str, Any]]:
    """The lines of a market's breakouts: of the very vintage its own line shows, or none at all.

    A breakout of another vintage would not add up to the market beside it, so none is ever held.
    """
    found = []
    for breakout, value in BREAKOUTS.items() if whole["decision"] else ():
        decision = _signed(whole["market"], offered.version, breakout)
        if (
            decision is not None
            and decision.through <= whole["through"]
            and guard_holds(decision.digest, whole["vintage"])
        ):
            key = {"breakout": breakout, "value": value, "decision": decision.digest}
            found.append({**whole, **key})
    return found


def _check(version: MetricVersion, vintages: Mapping[str, str]) -> None:
    if not in_effect(version):
        raise ConflictError(f"{version.name} is not in effect, so it cannot be published.")
    absent = sorted(set(Market.objects.values_list("code", flat=True)) ^ set(vintages))
    if absent:
        raise InvalidInputError(
            f"A publication names each registered market once; check {', '.join(absent)}."
        )


def offered_lines(offered: Candidate) -> list[dict[str, Any]]:
    """What a publication of this would say: a line per market, and one per breakout that is certified.

    Nothing is written.
    Raises ConflictError or InvalidInputError where it could not be published.
    """
    _check(offered.version, offered.vintages)
    newest = Publication.objects.first()
    whole = [_line(market, offered, newest) for market in sorted(offered.vintages)]
    return [line for one in whole for line in (one, *_breakouts(one, offered))]


@transaction.atomic
def publication_publish(
    *, version: MetricVersion, vintages: Mapping[str, str], through: dt.date, as_of: dt.datetime, actor: User
) -> Publication:
    """Publish a version over one vintage per registered market, up to the week of Monday `through`.

    Markets without a standing certification keep a line (coverage needs its denominator) that can
    never be shown. A market whose new vintage is outside the guard of what was signed keeps the last one
    inside it. Raises ConflictError when nothing could be shown at all.
    """
    require(may(actor, "publication_publish"))
    ledger.order_visibility()
    newest = Publication.objects.first()
    lines = offered_lines(Candidate(version, vintages, through, as_of))
    if not any(line["decision"] for line in lines):
        raise ConflictError("No market is certified for these vintages, so there is nothing to publish.")
    content = {"version": version.digest, "through": through, "as_of": as_of, "lines": lines}
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
            publication=publication, market_id=line["market"], breakout=line["breakout"], value=line["value"],
            vintage=line["vintage"], decision=line["decision"], through=line["through"], as_of=line["as_of"],
            is_held=line["is_held"],
        )
        for line in lines
    )  # fmt: skip
    ledger.record(
        action=Action.PUBLICATION_PUBLISHED,
        subject=str(publication),
        payload={
            "digest": publication.digest,
            "held": [line["market"] for line in lines if line["is_held"] and line["breakout"] == WHOLE],
        },
        actor=actor,
        facts=facts.of([publication]),
    )
    return publication
