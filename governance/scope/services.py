"""Deciding what a market may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.access.policy import may
from governance.cases import selectors as cases
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.markets.models import Market
from governance.scope import blocks, facts, readiness
from governance.scope.models import BREAKOUTS, WHOLE, ScopeDecision
from governance.scope.selectors import in_force, value_of
from governance.scope.states import ScopeState
from governance.signoffs import acts
from governance.versions.models import MetricVersion
from governance.versions.selectors import in_effect
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

ACT: Final = "scope"
# How far signed weeks may drift from the signed vintage before the signature no longer covers them.
DEFAULT_GUARD: Final = {"max_drift_points": "0.3"}


def _nothing_to_move(digest: str) -> Facts:  # noqa: ARG001 (an act is told which)
    """A certification is computed from signatures when read; nothing is stored when they are complete."""
    return {}


def _deciders(digest: str) -> set[int]:
    return set(ScopeDecision.objects.filter(digest=digest).values_list("decided_by_id", flat=True))


def _is_newest(digest: str) -> bool:
    """Whether a decision is the newest of its scope key: only that one is still asked about."""
    decision = ScopeDecision.objects.filter(digest=digest).order_by("-pk").first()
    if decision is None:
        return True
    newest = in_force(decision.market_id, decision.breakout)
    return newest is None or newest.digest == digest


acts.register(ACT, acts.Act(completed=_nothing_to_move, authors=_deciders, current=_is_newest))
acts.hold(ACT, blocks.why_blocked)
acts.bar(ACT, blocks.resolvers)


_ROOM: Final = {
    gettext_noop("disclosure"): 300, gettext_noop("reason"): 300, gettext_noop("plan"): 300,
    gettext_noop("owner"): 120,
}  # fmt: skip


def _check_words(state: str, said: Mapping[str, str], review_on: dt.date | None) -> None:
    if state not in ScopeState.values:
        raise InvalidInputError(
            _("'%(state)s' is not a scope state; use one of %(states)s.")
            % {"state": state, "states": ", ".join(ScopeState.values)}
        )
    for name, limit in _ROOM.items():
        require_short(_(name), said[name], limit)
    given = {name for name, text in said.items() if text.strip()}
    if state == ScopeState.KNOWN_ISSUE and not (given >= {"disclosure", "plan", "owner"} and review_on):
        raise InvalidInputError(
            _("A known issue needs the disclosure that travels with it, a plan, an owner and an expiry.")
        )
    if state == ScopeState.EXCLUDED and not (given >= {"reason", "owner"} and review_on):
        raise InvalidInputError(_("An exclusion needs a reason, an owner and a review date."))
    if state != ScopeState.CERTIFIED and review_on is not None and review_on <= clock.now().date():
        raise InvalidInputError(
            _("%(review_on)s is not after today; an expiry or a review lies ahead.")
            % {"review_on": review_on}
        )


def _check_ready(market: Market, state: str, version: MetricVersion, vintage: str, through: dt.date) -> None:
    if state == ScopeState.EXCLUDED:
        return
    if not in_effect(version):
        raise ConflictError(
            _("%(version)s is %(state)s; only one in effect counts.")
            % {"version": version.name, "state": _(version.get_state_display())}
        )
    found = readiness.problems(readiness.Candidate(market.code, version.digest, vintage, through))
    if found:
        raise ConflictError(
            _("%(market)s cannot be certified: %(found)s") % {"market": market.code, "found": " ".join(found)}
        )


def _check_filed(effect: str, about: readiness.Candidate) -> None:
    if not readiness.effect_is_filed(effect, about):
        raise InvalidInputError(
            _(
                "%(market)s is decided only on a filed table of what the roll-up is with and without it"
                " (for its carriers: of what becomes visible), made of the same data and week."
            )
            % {"market": about.market}
        )


def _check_whole(market: Market, breakout: str, state: str) -> None:
    """A breakout is decided beside its market: it is shown only where that is, so never before it."""
    if breakout not in (WHOLE, *BREAKOUTS):
        raise InvalidInputError(
            _("'%(breakout)s' is no breakout; use %(breakouts)s.")
            % {"breakout": breakout, "breakouts": ", ".join(BREAKOUTS)}
        )
    if breakout == WHOLE or state == ScopeState.EXCLUDED:
        return
    whole = in_force(market.code)
    if whole is None or whole.state == ScopeState.EXCLUDED:
        raise ConflictError(
            _("%(market)s itself is not decided to be shown, so no part of it can be; decide it first.")
            % {"market": market.code}
        )


def _check_no_case(market: Market, breakout: str, state: str, through: dt.date) -> None:
    """In turn with whoever opens a case: the one that commits first is seen by the other."""
    if state == ScopeState.EXCLUDED:
        return
    ledger.order_visibility()
    if why := cases.refusal(market.code, breakout, value_of(breakout), through):
        raise ConflictError(why)


def _assessed_anew(market: Market, key: Mapping[str, str]) -> dict[str, int]:
    """The exclusion a decision comes after, if any: part of what is signed, so that the same data takes new
    signatures. It stands in the row, since the digest is that of the row."""
    out = (
        ScopeDecision.objects.filter(market=market, state=ScopeState.EXCLUDED, **key).order_by("-pk").first()
    )
    return {"after_exclusion": out.pk} if out else {}


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
    plan: str = "",
    owner: str = "",
    review_on: dt.date | None = None,
    guard: dict[str, Any] | None = None,
    effect: str,
    breakout: str = WHOLE,
) -> ScopeDecision:
    """Decide a market's scope for a version and the vintage seen; shown only once all have signed.

    `effect` is the digest of the filed table that said what the roll-up is with and without the market. With
    `breakout` (`carrier`) it is about the market's figures by that, all values at once: a decision, a
    digest and signatures of its own, and shown only where the market is. Raises ConflictError for one
    of a market that is not decided to be shown. What was signed before an exclusion counts no more.
    """
    require(may(actor, "scope_decide"))
    words = {"disclosure": disclosure, "reason": reason, "plan": plan, "owner": owner}
    _check_words(state, words, review_on)
    _check_whole(market, breakout, state)
    key = {"breakout": breakout, "value": value_of(breakout)}
    _check_ready(market, state, version, vintage, through)
    _check_filed(effect, readiness.Candidate(market.code, version.digest, vintage, through, breakout))
    guard_text = digest.canonical({**(guard or DEFAULT_GUARD), **_assessed_anew(market, key)})
    said = {**words, "guard": guard_text, "review_on": review_on, "effect": effect}
    content = {
        "act": ACT, "market": market.code, **key, "state": state,
        "version": version.digest, "vintage": vintage, "through": through, **said,
    }  # fmt: skip
    _check_no_case(market, breakout, state, through)
    decision = ScopeDecision.objects.create(
        market=market, state=state, version=version, vintage=vintage, through=through,
        digest=digest.of(content), decided_by=actor, decided_at=clock.now(), **key, **said,
    )  # fmt: skip
    ledger.record(
        action=Action.SCOPE_DECIDED,
        subject=market.code if breakout == WHOLE else f"{market.code}/{breakout}/{value_of(breakout)}",
        payload={"digest": decision.digest},
        actor=actor,
        facts=facts.of([decision]),
    )
    return decision
