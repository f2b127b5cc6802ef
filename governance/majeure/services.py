"""Declaring force majeure and taking a declaration back. Signing goes the way of every signature."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.majeure import facts
from governance.majeure.models import ForceMajeure, MajeureWithdrawal
from governance.majeure.selectors import ACT
from governance.markets.models import Market
from governance.signoffs import acts
from governance.signoffs.facts import of_requests
from governance.signoffs.models import SignoffRequest
from governance.signoffs.services import open_lines
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

# Longer than a season is no event any more: what still holds is declared again, with its evidence.
LONGEST: Final = 92
# Declared twice with these the same, it is the same event.
_TWIN: Final = ("market", "since", "until", "carrier", "destination", "event")


def _nothing_to_move(digest: str) -> Facts:  # noqa: ARG001 (an act is told which)
    """Whether a declaration counts is computed from its signatures when read."""
    return {}


def _declarers(digest: str) -> set[int]:
    return set(ForceMajeure.objects.filter(digest=digest).values_list("declared_by_id", flat=True))


acts.register(ACT, acts.Act(completed=_nothing_to_move, authors=_declarers))


def _check(market: str, since: dt.date, until: dt.date, texts: dict[str, tuple[str, int]]) -> None:
    if not Market.objects.filter(code=market).exists():
        raise InvalidInputError(
            _("There is no market '%(market)s'; give the code of a registered one.") % {"market": market}
        )
    if until < since:
        raise InvalidInputError(
            _("It cannot end on %(until)s when it begins on %(since)s.") % {"until": until, "since": since}
        )
    days = (until - since).days + 1
    if days > LONGEST:
        raise InvalidInputError(
            _("%(days)s days are too many for one event; declare at most %(longest)s.")
            % {"days": days, "longest": LONGEST}
        )
    # One day of grace: it is tomorrow already somewhere.
    if since > clock.now().date() + dt.timedelta(days=1):
        raise InvalidInputError(
            _("%(since)s is in the future: what has not happened has no evidence.") % {"since": since}
        )
    for name, (text, limit) in texts.items():
        require_short(_(name), text, limit)
    if not texts["event"][0].strip() or not texts["evidence"][0].strip():
        raise InvalidInputError(_("A declaration says what happened, and where its evidence is."))


def _refuse_twin(**content: object) -> None:
    twin = ForceMajeure.objects.filter(**content, withdrawal=None).first()
    if twin is not None:
        raise ConflictError(_("That is declared already, as %(twin)s.") % {"twin": twin})


def _ask_legal(majeure: ForceMajeure, declarer: User) -> SignoffRequest:
    return open_lines(
        act=ACT,
        summary=f"Force majeure in {majeure.market_id}, {majeure.since} to {majeure.until}",
        lines=[(majeure.digest, f"{majeure}, {majeure.market_id}: {majeure.event}"[:120])],
        opened_by=declarer,
    )


@transaction.atomic
def majeure_declare(
    *,
    market: str,
    since: dt.date,
    until: dt.date,
    event: str,
    evidence: str,
    actor: User,
    carrier: str = "",
    destination: str = "",
) -> ForceMajeure:
    """Declare an event that touched the shipments promised from `since` to `until`, both days included.

    Legal is asked to sign in the same act; it counts from that signature on. An empty carrier or
    destination means all. Raises ConflictError when just this was declared before and still stands.
    """
    require(may(actor, "majeure_declare"))
    texts = {
        gettext_noop("event"): (event, 200), gettext_noop("evidence"): (evidence, 1000),
        gettext_noop("carrier"): (carrier, 80), gettext_noop("destination"): (destination, 80),
    }  # fmt: skip
    _check(market, since, until, texts)
    moment = clock.now()
    content = {
        "act": ACT, "market": market, "since": since, "until": until, "carrier": carrier,
        "destination": destination, "event": event, "evidence": evidence,
    }  # fmt: skip
    _refuse_twin(**{name: content[name] for name in _TWIN})
    # With person and moment: a declaration after a withdrawal is another one, and unsigned.
    content |= {"declared_by": actor.username, "declared_at": moment}
    majeure = ForceMajeure.objects.create(
        digest=digest.of(content), market_id=market, since=since, until=until, carrier=carrier,
        destination=destination, event=event, evidence=evidence, declared_by=actor, declared_at=moment,
    )  # fmt: skip
    request = _ask_legal(majeure, actor)
    ledger.record(
        action=Action.MAJEURE_DECLARED,
        subject=str(majeure),
        payload={"digest": majeure.digest},
        actor=actor,
        facts=ledger.together(facts.of([majeure]), of_requests([request])),
    )
    return majeure


@transaction.atomic
def majeure_withdraw(*, majeure: ForceMajeure, reason: str, actor: User) -> MajeureWithdrawal:
    """Take a declaration back, for one person and at once. Raises ConflictError the second time."""
    require(may(actor, "majeure_withdraw"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("A withdrawal needs its reason."))
    withdrawal, is_new = MajeureWithdrawal.objects.get_or_create(
        majeure=majeure, defaults={"reason": reason, "withdrawn_by": actor, "withdrawn_at": clock.now()}
    )
    if not is_new:
        raise ConflictError(
            _("%(majeure)s was withdrawn on %(withdrawn_at)s already.")
            % {"majeure": majeure, "withdrawn_at": f"{withdrawal.withdrawn_at:%d %b %Y}"}
        )
    ledger.record(
        action=Action.MAJEURE_WITHDRAWN,
        subject=str(majeure),
        payload={"digest": majeure.digest, "reason": reason},
        actor=actor,
        facts=facts.of([majeure]),
    )
    return withdrawal
