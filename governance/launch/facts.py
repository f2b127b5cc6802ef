"""Launches, plans, seats and deputies as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable

from governance.launch.models import Launch, LaunchPlan, Seat, SeatDeputy
from governance.ledger.services import Facts


def of_launches(launches: Iterable[Launch]) -> Facts:
    """What the ledger says of these launches."""
    return {
        "launches": {item.name: {"by": item.planned_by.username, "at": item.planned_at} for item in launches}
    }


def of_plans(plans: Iterable[LaunchPlan]) -> Facts:
    """What the ledger says of these plans, in the order they were made."""
    return {
        "launch_plans": {
            f"{item.launch.name} #{item.pk}": {
                "review_on": item.review_on, "starts_at": item.starts_at.isoformat(),
                "calendar": item.countries, "markets": item.codes, "certify_days": item.certify_days,
                "reason": item.reason, "by": item.planned_by.username, "at": item.planned_at,
            }
            for item in plans
        }
    }  # fmt: skip


def of_seats(seats: Iterable[Seat]) -> Facts:
    """What the ledger says of these seats."""
    return {
        "seats": {
            f"{item.launch.name} {item.name} #{item.pk}": {
                "seat": item.name, "role": item.role, "holder": item.holder.username,
                "by": item.given_by.username, "at": item.given_at,
            }
            for item in seats
        }
    }  # fmt: skip


def of_deputies(deputies: Iterable[SeatDeputy]) -> Facts:
    """What the ledger says of these deputyships; `deputy` is None where one ends the one before."""
    return {
        "seat_deputies": {
            f"{item.seat.launch.name} {item.seat.name} #{item.pk}": {
                "holding": item.seat_id, "deputy": item.deputy and item.deputy.username,
                "since": item.since, "until": item.until, "reason": item.reason,
                "by": item.named_by.username, "at": item.named_at,
            }
            for item in deputies
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there are."""
    return {
        **of_launches(Launch.objects.select_related("planned_by")),
        **of_plans(LaunchPlan.objects.select_related("launch", "planned_by")),
        **of_seats(Seat.objects.select_related("launch", "holder", "given_by")),
        **of_deputies(SeatDeputy.objects.select_related("seat__launch", "deputy", "named_by")),
    }
