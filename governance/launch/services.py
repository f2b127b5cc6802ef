"""Planning a launch and filling its seats. Newer rows take the place of older ones; none is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.dateformat import format as day_name
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.launch import days, facts
from governance.launch.models import Launch, LaunchPlan, Seat, SeatDeputy
from governance.launch.seats import ROLE_OF, SeatName, recorded, title
from governance.launch.selectors import places, plan_of
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from otdr_hub.lib import clock
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    require,
)

NOON: Final = dt.time(12)
_MOST_CERTIFY_DAYS: Final = 30


def _check_plan(review_on: dt.date, calendar: Sequence[str], markets: Sequence[str], ahead: int) -> None:
    if not calendar or len(set(calendar)) != len(calendar):
        raise InvalidInputError(_("A calendar names each country once, and at least one."))
    unknown = [code for code in calendar if code not in days.countries()]
    if unknown:
        raise InvalidInputError(
            _("The holidays of %(unknown)s are not known; give codes such as DE.")
            % {"unknown": ", ".join(unknown)}
        )
    if not markets or len(set(markets)) != len(markets):
        raise InvalidInputError(_("A launch names each priority market once, and at least one."))
    absent = sorted(set(markets) - set(Market.objects.values_list("code", flat=True)))
    if absent:
        raise InvalidInputError(
            _("There is no market %(absent)s; give codes of registered ones.") % {"absent": ", ".join(absent)}
        )
    for name, codes, limit in ((_("calendar"), calendar, 200), (_("list of markets"), markets, 300)):
        require_short(name, " ".join(codes), limit)
    if not 0 <= ahead <= _MOST_CERTIFY_DAYS:
        raise InvalidInputError(
            _("Certification is due 0 to %(most)s business days ahead.") % {"most": _MOST_CERTIFY_DAYS}
        )
    if review_on < clock.now().date():
        raise InvalidInputError(
            _("%(review_on)s is past; a launch is planned for today or later.") % {"review_on": review_on}
        )
    if not days.is_business_day(review_on, calendar):
        why = ", ".join(f"{name} ({country})" for country, name in days.holidays_on(review_on, calendar))
        raise InvalidInputError(
            _("%(review_on)s is no business day: %(why)s. The one before is %(before)s.")
            % {
                "review_on": review_on,
                "why": why or _("it is a %(weekday)s") % {"weekday": day_name(review_on, "l")},
                "before": days.before(review_on, 0, calendar),
            }
        )


def _is_same(newest: LaunchPlan, wanted: LaunchPlan) -> bool:
    names = ("review_on", "starts_at", "calendar", "markets", "certify_days")
    return all(getattr(newest, name) == getattr(wanted, name) for name in names)


@transaction.atomic
def launch_plan(
    *,
    name: str,
    review_on: dt.date,
    calendar: Sequence[str],
    markets: Sequence[str],
    actor: User,
    certify_days: int = 2,
    starts_at: dt.time = NOON,
    reason: str = "",
) -> LaunchPlan:
    """Plan a launch, or plan the one of that name anew; a changed plan says why.

    `starts_at` is in UTC. Raises ConflictError when the newest plan says the same already.
    """
    require(may(actor, "launch_plan"))
    if not name.strip():
        raise InvalidInputError(_("Give the launch a name."))
    require_short(_("name"), name, 80)
    require_short(_("reason"), reason, 300)
    _check_plan(review_on, calendar, markets, certify_days)
    moment = clock.now()
    launch, is_new = Launch.objects.get_or_create(
        name=name, defaults={"planned_by": actor, "planned_at": moment}
    )
    plan = LaunchPlan(
        launch=launch, review_on=review_on, starts_at=starts_at, calendar=" ".join(calendar),
        markets=" ".join(markets), certify_days=certify_days, reason=reason, planned_by=actor,
        planned_at=moment,
    )  # fmt: skip
    if not is_new:
        if _is_same(plan_of(launch), plan):
            raise ConflictError(_("%(name)s is planned just like that already.") % {"name": name})
        if not reason.strip():
            raise InvalidInputError(
                _("A changed plan needs its reason: people have arranged their days by it.")
            )
    plan.save()
    ledger.record(
        action=Action.LAUNCH_PLANNED,
        subject=name,
        payload={"plan": plan.pk, "review_on": review_on, "reason": reason},
        actor=actor,
        facts=ledger.together(facts.of_launches([launch]), facts.of_plans([plan])),
    )
    return plan


def _check_person(person: User, refusal: str) -> None:
    """Refuse an account nobody speaks through; `refusal` is the sentence, with a place for the person."""
    if person.is_system or not person.is_active:
        raise InvalidInputError(refusal % {"person": person.username})


def _refuse_second_voice(launch: Launch, name: str, person: User) -> None:
    """One person speaks for one seat, be it as its holder or as a deputy of any day to come."""
    for item in places(launch):
        if item.name == name or item.seat is None:
            continue
        newest = item.seat.deputies.filter(until__gte=clock.now().date()).order_by("pk").last()
        if person.pk in (item.seat.holder_id, newest.deputy_id if newest else None):
            raise ConflictError(
                _("%(person)s speaks for %(seat)s already.")
                % {"person": person.username, "seat": title(item.name)}
            )


@transaction.atomic
def seat_give(*, launch: Launch, name: str, holder: User, actor: User) -> Seat:
    """Give a seat to somebody who holds its role. Nobody seats themself; one person has one seat."""
    require(may(actor, "seat_give"))
    if name not in SeatName.values:
        raise InvalidInputError(
            _("There is no seat '%(name)s'; the seats are %(seats)s.")
            % {"name": name, "seats": ", ".join(SeatName.values)}
        )
    if holder.pk == actor.pk:
        raise NotAllowedError(_("Nobody gives a seat to themself."))
    _check_person(holder, _("The account %(person)s cannot hold a seat."))
    role = ROLE_OF[SeatName(name)]
    if role not in holder.roles:
        raise InvalidInputError(
            _("The seat %(name)s takes the role %(role)s; %(holder)s lacks it.")
            % {"name": title(name), "role": role, "holder": holder.username}
        )
    ledger.order_visibility()
    _refuse_second_voice(launch, name, holder)
    held = next(item for item in places(launch) if item.name == name)
    if held.holder == holder:
        raise ConflictError(
            _("%(holder)s holds the seat %(name)s already.")
            % {"holder": holder.username, "name": title(name)}
        )
    seat = Seat.objects.create(
        launch=launch, name=name, role=role, holder=holder, given_by=actor, given_at=clock.now()
    )
    ledger.record(
        action=Action.SEAT_GIVEN,
        subject=f"{recorded(name)}, {launch}",
        payload={"holder": holder.username, "before": held.holder.username if held.holder else None},
        actor=actor,
        facts=facts.of_seats([seat]),
    )
    return seat


def _check_deputy(seat: Seat, deputy: User) -> None:
    _check_person(deputy, _("The account %(person)s cannot stand in."))
    if deputy.pk == seat.holder_id:
        raise InvalidInputError(_("Nobody stands in for themself."))
    if seat.role not in deputy.roles:
        raise InvalidInputError(
            _("The seat %(seat)s takes the role %(role)s; %(deputy)s lacks it.")
            % {"seat": seat, "role": seat.role, "deputy": deputy.username}
        )


@transaction.atomic
def seat_deputy(
    *, seat: Seat, deputy: User | None, since: dt.date, until: dt.date, reason: str, actor: User
) -> SeatDeputy:
    """Say who speaks for a seat from day to day while its holder is away; None ends what was said before.

    By the holder or by an admin. Whoever stands in holds the seat's role too.
    """
    if actor.pk != seat.holder_id or not actor.is_active:
        require(may(actor, "seat_deputy"))
    if until < since:
        raise InvalidInputError(_("A deputyship ends on or after the day it begins."))
    if not reason.strip():
        raise InvalidInputError(_("Give a reason: whoever reads the minutes will ask for it."))
    require_short(_("reason"), reason, 300)
    ledger.order_visibility()
    if next(item for item in places(seat.launch) if item.name == seat.name).seat != seat:
        raise ConflictError(
            _("%(holder)s no longer holds the seat %(seat)s.")
            % {"holder": seat.holder.username, "seat": seat}
        )
    if deputy is not None:
        _check_deputy(seat, deputy)
        _refuse_second_voice(seat.launch, seat.name, deputy)
    found = SeatDeputy.objects.create(
        seat=seat, deputy=deputy, since=since, until=until, reason=reason, named_by=actor,
        named_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.SEAT_DEPUTY_NAMED,
        subject=f"{recorded(seat.name)}, {seat.launch}",
        payload={"deputy": deputy and deputy.username, "since": since, "until": until, "reason": reason},
        actor=actor,
        facts=facts.of_deputies([found]),
    )
    return found
