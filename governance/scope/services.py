"""Deciding what a market may be."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.scope import readiness
from governance.scope.models import WHOLE, ScopeDecision
from governance.scope.states import ScopeState
from governance.signoffs import acts
from governance.versions.models import MetricVersion
from governance.versions.states import VersionState
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require, require_short

ACT: Final = "scope"
# How far signed weeks may drift from the signed vintage before the signature no longer covers them.
DEFAULT_GUARD: Final = {"max_drift_points": "0.3"}


def _nothing_to_move(digest: str) -> None:
    """A certification is computed from signatures when read; nothing is stored when they are complete."""


def _deciders(digest: str) -> set[int]:
    return set(ScopeDecision.objects.filter(digest=digest).values_list("decided_by_id", flat=True))


acts.register(ACT, acts.Act(completed=_nothing_to_move, authors=_deciders))


def _check_words(state: str, disclosure: str, reason: str, review_on: dt.date | None) -> None:
    if state not in ScopeState.values:
        raise InvalidInputError(f"'{state}' is not a scope state; use one of {', '.join(ScopeState.values)}.")
    require_short("disclosure", disclosure, 300)
    require_short("reason", reason, 300)
    if state == ScopeState.KNOWN_ISSUE and not (disclosure.strip() and review_on):
        raise InvalidInputError("A known issue needs the disclosure that travels with it and an expiry.")
    if state == ScopeState.EXCLUDED and not (reason.strip() and review_on):
        raise InvalidInputError("An exclusion needs a reason and a review date.")


def _check_ready(market: Market, version: MetricVersion, vintage: str, through: dt.date) -> None:
    if version.state != VersionState.EFFECTIVE:
        raise ConflictError(f"{version.name} is {version.get_state_display()}; only one in effect counts.")
    found = readiness.problems(readiness.Candidate(market.code, version.digest, vintage, through))
    if found:
        raise ConflictError(f"{market.code} cannot be certified: {' '.join(found)}")


@transaction.atomic
def scope_decide(
    *,
    market: Market,
    state: str,
    version: MetricVersion,
    vintage: str,
    through: dt.date,
    actor: User,
    disclosure: str = "",
    reason: str = "",
    review_on: dt.date | None = None,
    guard: dict[str, Any] | None = None,
) -> ScopeDecision:
    """Decide a market's scope for a version and the vintage seen; shown only once all have signed."""
    require(may(actor, "scope_decide"))
    _check_words(state, disclosure, reason, review_on)
    if state != ScopeState.EXCLUDED:
        _check_ready(market, version, vintage, through)
    guard_text = digest.canonical(guard or DEFAULT_GUARD)
    content = {
        "act": ACT, "market": market.code, "breakout": WHOLE, "value": WHOLE, "state": state,
        "version": version.digest, "vintage": vintage, "through": through,
        "disclosure": disclosure, "guard": guard_text, "reason": reason, "review_on": review_on,
    }  # fmt: skip
    decision = ScopeDecision.objects.create(
        market=market, state=state, version=version, vintage=vintage, through=through,
        disclosure=disclosure, guard=guard_text, reason=reason, review_on=review_on,
        digest=digest.of(content), decided_by=actor, decided_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.SCOPE_DECIDED,
        subject=market.code,
        payload={**content, "digest": decision.digest},
        actor=actor,
    )
    return decision
