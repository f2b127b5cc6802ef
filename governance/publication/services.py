"""Publishing: naming the vintages the hub may read. Anew, as a continuation, or as it was before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.publication import facts, selectors
from governance.publication.models import Publication, PublicationRollback
from governance.publication.storing import record, store
from governance.scope import readiness
from governance.scope.models import BREAKOUTS, WHOLE, ScopeDecision
from governance.scope.selectors import in_force, value_of
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from governance.versions.models import MetricVersion
from governance.versions.selectors import in_effect
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, require

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
        raise ConflictError(
            _("%(version)s is not in effect, so it cannot be published.") % {"version": version.name}
        )
    absent = sorted(set(Market.objects.values_list("code", flat=True)) ^ set(vintages))
    if absent:
        raise InvalidInputError(
            _("A publication names each registered market once; check %(absent)s.")
            % {"absent": ", ".join(absent)}
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
        raise ConflictError(_("No market is certified for these vintages, so there is nothing to publish."))
    content = {"version": version.digest, "through": through, "as_of": as_of, "lines": lines}
    publication = store(content, version, newest, actor)
    record(Action.PUBLICATION_PUBLISHED, publication, lines, actor)
    return publication


def _continued(market: str, offered: Candidate, newest: Publication, off: Collection[str]) -> dict[str, Any]:
    """A market's line in a continuation: what was published of it goes on, or stays as it was."""
    fresh = _line(market, offered, newest)
    before = newest.lines.filter(market=market, breakout=WHOLE).first()
    plain = fresh | {
        "decision": "", "vintage": offered.vintages[market], "through": offered.through,
        "as_of": offered.as_of, "is_held": False,
    }  # fmt: skip
    if before is None or not before.decision or not fresh["decision"]:
        return plain
    if fresh["decision"] == before.decision and market not in off:
        return fresh
    # Decided anew, or switched off: a person publishes that. Until then it stays as it was published.
    if not stands(ACT, before.decision):
        return plain
    return fresh | {
        "decision": before.decision, "vintage": before.vintage, "through": before.through,
        "as_of": before.as_of, "is_held": before.is_held or before.vintage != offered.vintages[market],
    }  # fmt: skip


def _may_continue(offered: Candidate, newest: Publication | None) -> Publication:
    """The publication that goes on. Raises ConflictError where a person has to publish."""
    if newest is None:
        raise ConflictError(_("Nothing has been published yet; a person publishes first."))
    if newest.version_id != offered.version.pk:
        raise ConflictError(
            _("%(newest)s is of another definition; a person publishes a new one.") % {"newest": newest}
        )
    if hasattr(newest, "rollback"):
        raise ConflictError(
            _("%(newest)s is a rollback; it stays until a person publishes.") % {"newest": newest}
        )
    return newest


def _key_of(line: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return line["market"], line["breakout"], line["value"], line["decision"]


def _continuation(offered: Candidate) -> tuple[Publication, list[dict[str, Any]]] | None:
    """(the publication in force, the lines of its continuation); None where nothing of it has a new week."""
    newest = _may_continue(offered, Publication.objects.select_related("rollback").first())
    if offered.through < newest.through:
        return None
    _check(offered.version, offered.vintages)
    off = selectors.switched_off()
    whole = [_continued(market, offered, newest, off) for market in sorted(offered.vintages)]
    # A breakout goes on under the decision it was published under; one decided since waits for a person.
    shown = set(newest.lines.exclude(breakout=WHOLE).values_list("market", "breakout", "value", "decision"))
    lines = [
        line for one in whole for line in (one, *(b for b in _breakouts(one, offered) if _key_of(b) in shown))
    ]
    ends = dict(newest.lines.filter(breakout=WHOLE).values_list("market", "through"))
    if not any(line["decision"] and line["through"] > ends[line["market"]] for line in lines):
        return None
    return newest, lines


@transaction.atomic
def publication_continue(
    *, version: MetricVersion, vintages: Mapping[str, str], through: dt.date, as_of: dt.datetime, actor: User
) -> Publication | None:
    """Publish new weeks of what is published and signed; None, and nothing is written, without a new week.

    Signatures stand for later vintages and newly finished weeks while their guard holds and each new week is
    as fit as a signed one; whatever is not stays as it was. The system may do this and no other publishing.
    """
    require(may(actor, "publication_continue"))
    offered = Candidate(version, vintages, through, as_of)
    # Looked at first, so that nobody waits for us while there is nothing to do; then for good.
    if _continuation(offered) is None:
        return None
    ledger.order_visibility()
    found = _continuation(offered)
    if found is None:
        return None
    newest, lines = found
    content = {"version": version.digest, "through": through, "as_of": as_of, "lines": lines}
    publication = store(content, version, newest, actor)
    record(Action.PUBLICATION_CONTINUED, publication, lines, actor)
    return publication


@transaction.atomic
def publication_rollback(
    *, publication: Publication, reason: str, actor: User, over: int | None = None
) -> Publication:
    """Show an earlier publication again, word for word, under a new number; what came after is taken back.

    `over` is the number of the publication in force as the actor saw it. Raises ConflictError where anything
    in it may not be shown now, MovedError where another one is in force meanwhile.
    """
    require(may(actor, "publication_rollback"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("Say why: a rollback needs a reason."))
    ledger.order_visibility()
    newest = Publication.objects.first()
    if over is not None and newest is not None and newest.number != over:
        raise MovedError(
            _("%(newest)s has been published since this was looked at; look again.") % {"newest": newest}
        )
    refused = selectors.why_not_again(publication)
    if refused:
        raise ConflictError(refused)
    again = store(publication, publication.version, newest, actor)
    rollback = PublicationRollback.objects.create(
        publication=again, restores=publication, reason=reason.strip()
    )
    ledger.record(
        action=Action.PUBLICATION_ROLLED_BACK,
        subject=str(publication),
        payload={"publication": str(again), "digest": again.digest, "reason": rollback.reason},
        actor=actor,
        facts=ledger.together(facts.of([again]), facts.rollbacks([rollback])),
    )
    return again
