"""The kill switch: one person, one act, in effect with the commit. On again only through the gate.

Nothing here needs a broker or a worker. Every act first takes its turn at the epoch's row, so that
switching off, signing and switching on again have one order, and that of the epoch.
"""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch import facts
from governance.killswitch.models import (
    ALL,
    CARRIER,
    GLOBAL,
    WHOLE,
    LiftAsk,
    Shutoff,
    ShutoffLift,
    ShutoffReason,
    ShutoffRepeat,
)
from governance.killswitch.selectors import (
    is_open,
    killers,
    of_key,
    open_ask,
    recorded_words,
    shown_again,
    words_of,
)
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.ledger.services import Facts
from governance.markets.models import Market
from governance.signoffs import acts
from governance.signoffs import facts as signoffs
from governance.signoffs.models import EVERYWHERE, SignoffRequest
from governance.signoffs.selectors import in_force
from governance.signoffs.services import open_lines
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

ACT: Final = "shutoff_lift"
# What a person may say it is; the product's own guards say theirs.
CATEGORIES: Final = tuple(item.value for item in Shutoff.Category if item != Shutoff.Category.GUARD)
EVIDENCE: Final = 1000


class Tripwire(models.TextChoices):
    """The guards that may switch off by themselves. There are no others."""

    LEDGER = "ledger", gettext_noop("The record and the tables do not agree")
    REDERIVE = "rederive", gettext_noop("A published number does not re-derive from its files")


def _check_key(market: str, breakout: str, value: str) -> None:
    if market != GLOBAL and not Market.objects.filter(code=market).exists():
        raise InvalidInputError(
            _("There is no market '%(market)s'; give a market's code or '%(global)s'.")
            % {"market": market, "global": GLOBAL}
        )
    if (breakout == WHOLE) != (value == WHOLE) or breakout not in (WHOLE, CARRIER) or not value.strip():
        raise InvalidInputError(
            _(
                "A scope is a market ('%(whole)s', '%(whole)s'), all its carrier figures ('%(carrier)s',"
                " '%(all)s') or one carrier ('%(carrier)s' and its code)."
            )
            % {"whole": WHOLE, "carrier": CARRIER, "all": ALL}
        )
    require_short(_("value"), value, 80)


@transaction.atomic
def shutoff_activate(
    *,
    market: str,
    category: str,
    actor: User,
    reason: str = "",
    breakout: str = WHOLE,
    value: str = WHOLE,
) -> Shutoff:
    """Switch a scope key off: a market, its carrier figures, a carrier, or everything (`global`).

    While it is asked to be switched on again, this voids what was asked. Otherwise raises ConflictError
    when it is off already.
    """
    require(may(actor, "shutoff_activate"))
    _check_key(market, breakout, value)
    if category not in CATEGORIES:
        raise InvalidInputError(
            _("'%(category)s' is no category; use %(categories)s.")
            % {"category": category, "categories": ", ".join(CATEGORIES)}
        )
    require_short(_("reason"), reason, 300)
    ledger.order_visibility()
    known = of_key(market, breakout, value)
    if known is not None:
        return _once_more(known, category, reason, actor)
    said = (category, reason)
    return _off((market, breakout, value), said, actor, Action.SHUTOFF_ACTIVATED, {"category": category})


def _off(
    key: tuple[str, str, str], said: tuple[str, str], actor: User, action: Action, payload: dict[str, str]
) -> Shutoff:
    """The row and its entry; `said` is (category, reason)."""
    market, breakout, value = key
    shutoff = Shutoff.objects.create(
        market=market, breakout=breakout, value=value, category=said[0], reason=said[1].strip(), by=actor,
        at=clock.now(),
    )  # fmt: skip
    # Which of its key it is, the database says.
    shutoff.refresh_from_db(fields=["round"])
    ledger.record(
        action=action,
        subject=recorded_words(market, breakout, value),
        payload={"shutoff": shutoff.pk, **payload},
        actor=actor,
        facts=facts.of_new(shutoff),
    )
    return shutoff


def _once_more(known: Shutoff, category: str, reason: str, actor: User) -> Shutoff:
    """Off already: said again it stops whoever asks for it to be on, and is nothing else."""
    what = words_of(known.market, known.breakout, known.value)
    if open_ask(known) is None:
        raise ConflictError(
            _("%(what)s is switched off already, since %(at)s UTC.")
            % {"what": what, "at": f"{known.at:%d %b %Y %H:%M}"}
        )
    ShutoffRepeat.objects.create(
        shutoff=known, category=category, reason=reason.strip(), by=actor, at=clock.now()
    )
    ledger.record(
        action=Action.SHUTOFF_REPEATED,
        subject=recorded_words(known.market, known.breakout, known.value),
        payload={"shutoff": known.pk, "category": category, "reason": reason.strip()},
        actor=actor,
        facts=facts.of([known]),
    )
    return known


@transaction.atomic
def shutoff_explain(*, shutoff: Shutoff, reason: str, actor: User) -> ShutoffReason:
    """Say why, after the switch was thrown without a reason. Raises ConflictError when it is said already."""
    require(may(actor, "shutoff_explain"))
    require_short(_("reason"), reason, 300)
    if not reason.strip():
        raise InvalidInputError(_("Say why: whoever reads this later will ask."))
    ledger.order_visibility()
    shutoff = Shutoff.objects.select_related("by").get(pk=shutoff.pk)
    if shutoff.reason or ShutoffReason.objects.filter(shutoff=shutoff).exists():
        raise ConflictError(_("The reason is on record already; it is not changed afterwards."))
    given = ShutoffReason.objects.create(
        shutoff=shutoff, reason=reason.strip(), given_by=actor, given_at=clock.now()
    )
    ledger.record(
        action=Action.SHUTOFF_EXPLAINED,
        subject=recorded_words(shutoff.market, shutoff.breakout, shutoff.value),
        payload={"shutoff": shutoff.pk, "reason": given.reason},
        actor=actor,
        facts=facts.of([shutoff]),
    )
    return given


@transaction.atomic
def shutoff_trip(*, tripwire: str, market: str, found: str, actor: User) -> Shutoff | None:
    """A guard of the product switches a market, or everything, off. It never switches anything on.

    None where that is off already, or where people have looked at exactly this finding and let it pass.
    """
    require(may(actor, "shutoff_trip"))
    _check_key(market, WHOLE, WHOLE)
    if tripwire not in Tripwire.values:
        raise InvalidInputError(
            _("'%(tripwire)s' is no guard; they are %(tripwires)s.")
            % {"tripwire": tripwire, "tripwires": ", ".join(Tripwire.values)}
        )
    reason = f"{Tripwire(tripwire).label}: {found}"[:300]
    ledger.order_visibility()
    same = Shutoff.objects.filter(market=market, breakout=WHOLE, category=Shutoff.Category.GUARD)
    if of_key(market, WHOLE, WHOLE) is not None or same.filter(reason=reason.strip()).exists():
        return None
    said = (Shutoff.Category.GUARD.value, reason)
    return _off((market, WHOLE, WHOLE), said, actor, Action.SHUTOFF_TRIPPED, {"tripwire": tripwire})


def _check_possible(shutoff: Shutoff, actor: User) -> None:
    """Refuse what the gate could never let through: two other persons of two departments must sign."""
    wanted = in_force(ACT, EVERYWHERE if shutoff.market == GLOBAL else shutoff.market)
    if len(wanted) < 2:
        raise ConflictError(
            _(
                "To switch on again takes signatures of two departments; '%(act)s' asks %(wanted)s. Set"
                " what must be signed first."
            )
            % {"act": ACT, "wanted": ", ".join(wanted) or _("nobody")}
        )
    barred = {actor.pk, *killers(shutoff)}
    for role, count in wanted.items():
        holders = User.objects.filter(groups__name=role, is_active=True, is_system=False)
        free = holders.exclude(pk__in=barred).distinct().count()
        if free < count:
            raise ConflictError(
                _("%(count)s of %(role)s must sign and %(free)s can: who switched off or asks does not sign.")
                % {"count": count, "role": role, "free": free}
            )


@transaction.atomic
def lift_ask(*, shutoff: Shutoff, evidence: str, actor: User) -> SignoffRequest:
    """Ask the departments to let what is switched off be shown again: exactly what is certified now.

    Where nothing of it is, that is nothing: on again, it may be signed and is shown only then. Raises
    ConflictError where it is on or is asked already.
    """
    require(may(actor, "lift_ask"))
    require_short(_("evidence"), evidence, EVIDENCE)
    if not evidence.strip():
        raise InvalidInputError(_("Give the evidence: what was wrong, and how it is known to be right now."))
    ledger.order_visibility()
    shutoff = Shutoff.objects.select_related("by").get(pk=shutoff.pk)
    recorded = recorded_words(shutoff.market, shutoff.breakout, shutoff.value)
    what = words_of(shutoff.market, shutoff.breakout, shutoff.value)
    if not is_open(shutoff):
        raise ConflictError(_("%(what)s is on again already.") % {"what": what})
    if open_ask(shutoff) is not None:
        raise ConflictError(
            _("It is asked already that %(what)s be on again; the departments have it.") % {"what": what}
        )
    content = shown_again(shutoff)
    _check_possible(shutoff, actor)
    now = clock.now()
    said = {
        "shutoff": facts.name_of(shutoff), "content": content, "evidence": evidence.strip(),
        "repeats": shutoff.repeats.count(),
    }  # fmt: skip
    seal = digest.of({"act": ACT, **said, "by": actor.username, "at": now})
    ask = LiftAsk.objects.create(digest=seal, asked_by=actor, asked_at=now, **said | {"shutoff": shutoff})
    request = open_lines(
        act=ACT,
        summary=f"Switch on again: {recorded}",
        lines=[(seal, f"{recorded} on again"[:120])],
        opened_by=actor,
    )
    ledger.record(
        action=Action.SHUTOFF_LIFT_ASKED,
        subject=recorded,
        payload={"shutoff": shutoff.pk, "request": request.pk, "evidence": evidence.strip()},
        actor=actor,
        facts=ledger.together(facts.of_asks([ask]), signoffs.of_requests([request])),
    )
    return request


def _lift(seal: str) -> Facts:
    """All signatures stand: on again, in the transaction of the last one. The database asks once more."""
    ask = LiftAsk.objects.select_related("shutoff__by").get(digest=seal)
    try:
        ShutoffLift.objects.create(shutoff=ask.shutoff, ask=ask, lifted_at=clock.now())
    except IntegrityError as error:
        raise ConflictError(
            _("It stays off: %(why)s.") % {"why": str(error).partition(chr(10))[0]}
        ) from error
    return facts.of([Shutoff.objects.select_related("by").get(pk=ask.shutoff_id)])


def _barred(seal: str) -> set[int]:
    ask = LiftAsk.objects.filter(digest=seal).select_related("shutoff").first()
    return {ask.asked_by_id, *killers(ask.shutoff)} if ask else set()


def _is_current(seal: str) -> bool:
    """Whether this is still what is asked: the newest asking, not overtaken, over what is certified now."""
    ask = LiftAsk.objects.filter(digest=seal).select_related("shutoff").first()
    if ask is None:
        return True
    newest = open_ask(ask.shutoff)
    return newest is not None and newest.digest == seal


acts.register(ACT, acts.Act(completed=_lift, authors=_barred, current=_is_current))
