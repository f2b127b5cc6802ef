"""Contacts refute a change, agree with it, or say that they cannot tell."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from metrics.anomalies.contacts import Corroboration, Silence, corroborate

MONDAY = dt.date(2026, 9, 28)
BASE = [MONDAY - dt.timedelta(days=28 - n) for n in range(28)]
NOW = [MONDAY + dt.timedelta(days=n) for n in range(7)]


def _world(true: float, told: float, *, due: int = 2000, control: float = 1.0, seed: int = 1) -> dict:
    """Contacts follow what is true (late now `true`), the feed tells `told`; before it was 0.13 of both."""
    rng = np.random.default_rng(seed)
    late = {day: int(due * 0.13) for day in BASE} | {day: int(due * told) for day in NOW}
    contacts = []
    for day in [*BASE, *NOW]:
        behind = 0.13 if day < MONDAY else true
        contacts.append((day, "late_delivery", int(rng.poisson(due * (0.004 + 0.2 * behind)))))
        scale = control if day >= MONDAY else 1.0
        contacts.append((day, "payment", int(rng.poisson(due * 0.006 * scale))))
    return {
        "late": late, "due": dict.fromkeys([*BASE, *NOW], due), "contacts": contacts, "base": BASE, "suspect": NOW,
    }  # fmt: skip


def _told(**world: object) -> Corroboration:
    found = corroborate(**world)
    assert isinstance(found, Corroboration)
    return found


def test_a_rise_that_customers_did_not_feel_is_refuted() -> None:
    found = _told(**_world(true=0.13, told=0.01))
    assert found.is_a_witness
    assert found.word == "refute"
    assert found.factor == 2.0  # however strong, one witness is capped
    assert found.low <= 0.87 <= found.high


def test_a_rise_that_customers_felt_agrees() -> None:
    found = _told(**_world(true=0.01, told=0.01))
    assert found.word == "agree"
    assert found.implied == pytest.approx(0.99, abs=0.05)


def test_a_fall_that_customers_felt_agrees() -> None:
    assert _told(**_world(true=0.25, told=0.25)).word == "agree"


def test_a_small_move_cannot_be_told_apart() -> None:
    found = _told(**_world(true=0.13, told=0.125, due=300))
    assert not found.discriminates
    assert not found.is_a_witness


def test_a_channel_that_changed_is_no_witness() -> None:
    found = _told(**_world(true=0.13, told=0.01, control=0.5))
    assert found.discriminates
    assert not found.is_a_witness


def test_no_contacts_are_said_to_be_none() -> None:
    world = _world(true=0.1, told=0.1) | {"contacts": []}
    assert corroborate(**world) == Silence("there are none")


LAGS = (0.3, 0.3, 0.18, 0.12, 0.06, 0.04)  # the generator's own law, not the reader's


def _followed(
    *, before: float, now: float, floor: float, per_late: float = 0.2, due: int = 200_000
) -> Corroboration:
    """Contacts follow lateness some days after, people ask less at weekends, and nothing is left to chance."""
    late = dict.fromkeys(BASE, due * before) | dict.fromkeys(NOW, due * now)
    contacts = []
    for day in [*BASE, *NOW]:
        pasts = [late.get(day - dt.timedelta(days=n), due * before) for n in range(len(LAGS))]
        about = sum(share * past for share, past in zip(LAGS, pasts, strict=True))
        ask = (1.15, 1.08, 1.0, 1.0, 0.98, 0.88, 0.8)[day.weekday()]
        contacts.append((day, "late_delivery", round(ask * due * floor + per_late * about)))
        contacts.append((day, "payment", 1200))
    counts = {day: round(number) for day, number in late.items()}
    return _told(
        late=counts, due=dict.fromkeys([*BASE, *NOW], due), contacts=contacts, base=BASE, suspect=NOW
    )


@pytest.mark.parametrize(("before", "now"), [(0.13, 0.25), (0.13, 0.06), (0.05, 0.12), (0.03, 0.09)])
def test_what_is_heard_late_and_less_at_weekends_still_agrees(before: float, now: float) -> None:
    """The first days hear of the week before. Read as if they did not, every true fall looks half refuted."""
    floor = 0.25 / 0.75 * 0.2 * before  # a quarter of what comes has nothing to do with lateness
    found = _followed(before=before, now=now, floor=floor)
    assert found.implied == pytest.approx(1 - now, abs=0.005)
    assert found.word == "agree"


@pytest.mark.parametrize("part", [0.1, 0.4])
def test_weeks_of_one_level_cannot_tell_who_asks_anyway(part: float) -> None:
    """How many ask though nothing is late is not known then, so the interval holds what either would imply."""
    before, now = 0.03, 0.06
    found = _followed(before=before, now=now, floor=part / (1 - part) * 0.2 * before)
    assert found.low - 0.002 <= 1 - now <= found.high + 0.002
    assert found.high - found.low > 0.01, "of tens of thousands of contacts, chance alone leaves less open"
    assert found.word != "refute"
