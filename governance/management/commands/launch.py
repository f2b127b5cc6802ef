"""`manage.py launch plan|show|seat|deputy|check`: what is launched, who sits there, does it still hold."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.decisions.services import launch_check
from governance.launch import days, selectors
from governance.launch.models import Launch
from governance.launch.seats import SeatName, title
from governance.launch.services import NOON, launch_plan, seat_deputy, seat_give
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError

Answer = tuple[dict[str, Any], str, int]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2026-12-04") from None


def _time(text: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no time; write it as 14:00 (UTC)") from None


def _codes(text: str) -> list[str]:
    return [code for code in text.upper().replace(",", " ").split() if code]


def _person(name: str) -> User:
    found = User.objects.filter(username=name).first()
    if found is None:
        raise InvalidInputError(f"There is no account '{name}'.")
    return found


def _plan(actor: User, options: dict[str, Any]) -> Answer:
    names = ("name", "review_on", "calendar", "markets", "certify_days", "starts_at", "reason")
    plan = launch_plan(**{name: options[name] for name in names}, actor=actor)
    return _shown(plan.launch), _words(plan.launch), DONE


def _show(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (called like the others)
    launch = selectors.by_name(options["name"])
    return _shown(launch), _words(launch), DONE


def _seat(actor: User, options: dict[str, Any]) -> Answer:
    launch = selectors.by_name(options["launch"])
    seat = seat_give(launch=launch, name=options["seat"], holder=_person(options["holder"]), actor=actor)
    answer = {"launch": launch.name, "seat": seat.name, "holder": seat.holder.username}
    return answer, f"{seat} is held by {seat.holder.username}.", DONE


def _deputy(actor: User, options: dict[str, Any]) -> Answer:
    launch = selectors.by_name(options["launch"])
    seat = selectors.place(launch, options["seat"]).seat
    if seat is None:
        raise InvalidInputError(f"Nobody holds the seat {title(options['seat'])} yet.")
    deputy = None if options["deputy"] == "nobody" else _person(options["deputy"])
    days_given = {name: options[name] or clock.now().date() for name in ("since", "until")}
    seat_deputy(seat=seat, deputy=deputy, **days_given, reason=options["reason"], actor=actor)
    return _shown(launch), f"{deputy or 'Nobody'} speaks for {seat} from {days_given['since']} on.", DONE


def _check(actor: User, options: dict[str, Any]) -> Answer:
    check = launch_check(launch=selectors.by_name(options["launch"]), actor=actor)
    answer = {"launch": check.launch.name, "decision": str(check.decision), "held": list(check.lost)}
    if check.lost:
        return answer, f"{check.decision} is held. {check.sentence}", FOUND
    return answer, f"Everything {check.decision} rested on still holds.", DONE


def _shown(launch: Launch) -> dict[str, Any]:
    plan, left = selectors.plan_of(launch), _left(launch)
    return {
        "launch": launch.name, "review": plan.moment, "calendar": plan.countries, "markets": plan.codes,
        "certify_by": selectors.certify_by(plan), "business_days_left": left.days,
        "holidays": [{"day": item.day, "names": dict(item.names)} for item in left.skipped],
        "seats": [
            {
                "seat": item.name, "holder": item.holder.username if item.holder else None,
                "deputy_today": item.deputy.username if item.deputy else None,
            }
            for item in selectors.places(launch)
        ],
    }  # fmt: skip


def _left(launch: Launch) -> days.Left:
    return selectors.business_days_left(selectors.plan_of(launch))


def _words(launch: Launch) -> str:
    plan, left = selectors.plan_of(launch), _left(launch)
    lines = [
        f"{launch}: {plan.moment:%a %d %b %Y, %H:%M} UTC, {left.days} business days left",
        f"certify by {selectors.certify_by(plan):%a %d %b %Y}; markets {' '.join(plan.codes)}",
    ]
    for skipped in left.skipped:
        names = ", ".join(f"{name} ({country})" for country, name in skipped.names)
        lines.append(f"no business day: {skipped.day:%a %d %b}, {names}")
    for item in selectors.places(launch):
        who = item.holder.username if item.holder else "nobody yet"
        deputy = f", today also {item.deputy.username}" if item.deputy else ""
        lines.append(f"{title(item.name):18} {who}{deputy}")
    return "\n".join(lines)


class Command(ServiceCommand):
    """Plan a launch, show it, fill its seats, and ask whether its decision still holds."""

    help = "The launch: launch plan|show|seat|deputy|check."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per act; each answers to the common options too."""
        acts = parser.add_subparsers(dest="act", required=True)

        def act(name: str, run: Callable[[User, dict[str, Any]], Answer]) -> CommandParser:
            found: CommandParser = acts.add_parser(name)
            super(Command, self).add_arguments(found)
            found.set_defaults(perform=run)
            return found

        plan = act("plan", _plan)
        plan.add_argument("name")
        plan.add_argument("--review-on", type=_day, required=True, help="the day it is launched")
        plan.add_argument(
            "--at", dest="starts_at", type=_time, default=NOON, help="in UTC; 12:00 if not given"
        )
        plan.add_argument("--calendar", type=_codes, required=True, help="countries, for example US,BR,DE")
        plan.add_argument("--markets", type=_codes, required=True, help="priority markets, for example US,IN")
        plan.add_argument("--certify-days", type=int, default=2, help="business days before, to be certified")
        plan.add_argument("--reason", default="", help="why a plan is changed")
        act("show", _show).add_argument("name", nargs="?")
        seat, deputy = act("seat", _seat), act("deputy", _deputy)
        for one in (seat, deputy):
            one.add_argument("seat", choices=SeatName.values)
        seat.add_argument("holder", help="an account that holds the seat's role")
        deputy.add_argument("deputy", help="an account, or 'nobody' to end what was said before")
        deputy.add_argument("--since", type=_day, help="today if not given")
        deputy.add_argument("--until", type=_day, help="the last day, included; today if not given")
        deputy.add_argument("--reason", required=True)
        for one in (seat, deputy, act("check", _check)):
            one.add_argument("--launch", help="a launch's name; the current one if not given")

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do what the sub-command says."""
        answer: Answer = options["perform"](actor, options)
        return answer
