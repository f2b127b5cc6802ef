"""The launch of the demonstration: ten business days ahead, everybody on their seat, four have spoken."""

from __future__ import annotations

import datetime as dt
from typing import Final

from governance.access.models import User
from governance.decisions.board import newest_verdicts
from governance.decisions.models import Condition, Verdict
from governance.decisions.services import verdict_give
from governance.launch import days
from governance.launch.models import Launch
from governance.launch.seats import SeatName
from governance.launch.selectors import place, places
from governance.launch.services import launch_plan, seat_deputy, seat_give
from governance.markets.models import Market

NAME: Final = "Quarterly business review"
AHEAD: Final = 10
HOLDERS: Final = {
    SeatName.DPM: "dpm",
    SeatName.FINANCE: "finance",
    SeatName.LEGAL: "legal",
    SeatName.LOGISTICS: "logistics",
    SeatName.BIZOPS: "bizops",
    SeatName.DATA_ENGINEERING: "data-engineer",
    SeatName.DATA_SCIENCE: "data-owner",
}
DISSENT: Final = (
    "Leaving Brazil out takes the pressure off the carriers we most need to hold to account."
    " Show it with a disclosure."
)
IF: Final = "Brazil’s own backfill has to be taken in again from the raw events before anybody relies on it."
CONDITION: Final = "Brazil run again from raw events"


def plan_launch(today: dt.date) -> None:
    """Plan it, fill the seats, let those speak who have made up their minds. Done again, it does nothing."""
    launch = Launch.objects.filter(name=NAME).first() or _plan(today)
    for item in places(launch):
        if item.seat is None:
            holder = _account(HOLDERS[SeatName(item.name)])
            seat_give(launch=launch, name=item.name, holder=holder, actor=_account("admin"))
    finance = place(launch, SeatName.FINANCE).seat
    if finance is not None and not finance.deputies.exists():
        seat_deputy(
            seat=finance, deputy=_account("finance-2"), since=today, until=today + dt.timedelta(days=14),
            reason="Closing the quarter in another country.", actor=finance.holder,
        )  # fmt: skip
    _speak(launch, today)


def _account(username: str) -> User:
    return User.objects.get(username=username)


def _plan(today: dt.date) -> Launch:
    markets = list(Market.objects.values_list("code", flat=True))
    calendar = [code for code in markets if code in days.countries()]
    plan = launch_plan(
        name=NAME, review_on=days.after(today, AHEAD, calendar), calendar=calendar, markets=markets,
        actor=_account("dpm"),
    )  # fmt: skip
    return plan.launch


def _speak(launch: Launch, today: dt.date) -> None:
    due = [Condition(CONDITION, today + dt.timedelta(days=10))]
    said: dict[str, tuple[str, str, list[Condition], bool]] = {
        SeatName.BIZOPS: (Verdict.Word.GO, "", [], False),
        SeatName.DATA_SCIENCE: (Verdict.Word.GO, "The ten markets shown reconcile.", [], False),
        SeatName.DATA_ENGINEERING: (Verdict.Word.GO_WITH_CONDITIONS, IF, due, False),
        SeatName.LOGISTICS: (Verdict.Word.NO_GO, DISSENT, [], True),
    }
    spoken = newest_verdicts(launch)
    for seat, (word, reason, conditions, appeals) in said.items():
        if seat not in spoken:
            verdict_give(
                launch=launch, seat=seat, verdict=word, reason=reason, conditions=conditions,
                appeals=appeals, actor=_account(HOLDERS[SeatName(seat)]),
            )  # fmt: skip
