"""Questions about launches: which is the current one, who holds which seat, who speaks for it today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.launch import days
from governance.launch.models import Launch, LaunchPlan, Seat, SeatDeputy
from governance.launch.seats import CHAIR, SeatName, title
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ALLOWED, Answer, InvalidInputError, Refused


@dataclass(frozen=True, slots=True)
class Place:
    """One seat as it is on a day: who holds it, and who may speak for it beside the holder."""

    name: str
    seat: Seat | None
    deputyship: SeatDeputy | None

    @property
    def holder(self) -> User | None:
        """Who sits here."""
        return self.seat.holder if self.seat else None

    @property
    def deputy(self) -> User | None:
        """Who speaks for an absent holder today."""
        return self.deputyship.deputy if self.deputyship else None

    def speaks(self, person: User) -> bool:
        """Whether a person sits here or stands in today; `may_speak` asks everything else too."""
        return person.pk in {one.pk for one in (self.holder, self.deputy) if one is not None}

    def may_speak(self, person: User) -> Answer:
        """Whether a person may speak for this seat today; the database asks the same questions."""
        if person.is_system or not person.is_active:
            return Refused(_("The account %(person)s cannot speak for a seat.") % {"person": person.username})
        if self.seat is None:
            return Refused(_("Nobody holds the seat %(seat)s yet.") % {"seat": title(self.name)})
        if not self.speaks(person):
            return Refused(
                _("%(holder)s speaks for %(seat)s.")
                % {"holder": self.seat.holder.username, "seat": title(self.name)}
            )
        if self.seat.role not in person.roles:
            return Refused(
                _("%(person)s no longer holds the role %(role)s.")
                % {"person": person.username, "role": self.seat.role}
            )
        return ALLOWED


def current() -> Launch | None:
    """The launch people are working on: the one planned last."""
    return Launch.objects.order_by("-pk").first()


def by_name(name: str | None) -> Launch:
    """The launch of that name, or the current one. Raises InvalidInputError when there is none."""
    if name is None:
        launch = current()
        if launch is None:
            raise InvalidInputError(_("No launch is planned yet; `launch plan` plans one."))
        return launch
    found = Launch.objects.filter(name=name).first()
    if found is None:
        raise InvalidInputError(_("There is no launch '%(name)s'.") % {"name": name})
    return found


def plan_of(launch: Launch) -> LaunchPlan:
    """The plan in force: the newest."""
    return LaunchPlan.objects.filter(launch=launch).latest("pk")


def business_days_left(plan: LaunchPlan, today: dt.date | None = None) -> days.Left:
    """Business days from today to the review, with the holidays that are none."""
    return days.left(today or clock.now().date(), plan.review_on, plan.countries)


def certify_by(plan: LaunchPlan) -> dt.date:
    """The day by which everything should be certified."""
    return days.before(plan.review_on, plan.certify_days, plan.countries)


def places(launch: Launch, on: dt.date | None = None) -> tuple[Place, ...]:
    """Every seat in the order of the table, as it is on a day (today)."""
    day = on or clock.now().date()
    newest = {seat.name: seat for seat in launch.seats.select_related("holder").order_by("pk")}
    named: dict[int, SeatDeputy] = {}
    for item in SeatDeputy.objects.filter(seat__in=newest.values()).select_related("deputy").order_by("pk"):
        named[item.seat_id] = item
    found = []
    for name in SeatName.values:
        seat = newest.get(name)
        deputyship = named.get(seat.pk) if seat else None
        acts = deputyship is not None and _counts(deputyship, day)
        found.append(Place(name, seat, deputyship if acts else None))
    return tuple(found)


def _counts(deputyship: SeatDeputy, day: dt.date) -> bool:
    deputy = deputyship.deputy
    return deputy is not None and deputy.is_active and deputyship.since <= day <= deputyship.until


def place(launch: Launch, name: str) -> Place:
    """One seat as it is today."""
    return next(item for item in places(launch) if item.name == name)


def chair(launch: Launch) -> Place:
    """The seat that decides."""
    return place(launch, CHAIR)


def seats_of(launch: Launch, person: User) -> tuple[Place, ...]:
    """The seats a person may speak for today."""
    return tuple(item for item in places(launch) if item.speaks(person))
