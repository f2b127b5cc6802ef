"""The checker finds what it is for: each way of being wrong is caught, and what is right is not."""

from __future__ import annotations

import random

import pytest

from tests.stale.logs import MANY
from tests.stale.model import UNKNOWN, Answer, Event, Model, check

A, B, C = 1, 2, 4
EVENTS = [
    Event("kill", "A", 100, 110, 11, "service"),
    Event("lift", "A", 200, 210, 12, "short cut"),
    Event("kill", "global", 300, 310, 15, "api"),
    Event("lift", "global", 400, 410, 16, "short cut"),
]


def verdict(*answers: Answer):
    model = Model("ABC", "AB", "AB", start=10)
    model.follow(EVENTS)
    return check(model, answers)


def said(asked: int, done: int, epoch: int, seen: int, **more) -> Answer:
    given = {"totals": (A | B,) if seen == A | B else (), "must": A | B, "has_total": True, "surface": "x"}
    return Answer(asked, done, epoch, seen, **{**given, **more})


@pytest.mark.parametrize(
    "answer",
    [
        said(0, 50, 10, A | B),
        said(50, 105, 10, A | B),  # begun before the kill was acknowledged
        said(105, 120, 11, B),  # sees it before its acknowledgement
        said(95, 99, UNKNOWN, A | B),
        said(105, 205, UNKNOWN, B),
        said(105, 305, UNKNOWN, 0),
        said(320, 330, 15, 0),
        said(320, 330, 15, 0, is_refusal=True),
        said(120, 130, 11, 0, must=A),  # the page of A says that it is off
    ],
)
def test_what_is_right_is_left_alone(answer):
    found = verdict(answer)
    assert found.is_clean, found.wrong


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (said(111, 120, 10, A | B), "stale"),  # asked after the acknowledgement, answered from before
        (said(111, 120, 10, B), "stale"),  # even where nothing shows it
        (said(111, 120, UNKNOWN, A | B), "stale"),
        (said(111, 120, UNKNOWN, B, totals=(A | B,)), "stale"),  # the old sum gives A back by subtraction
        (said(311, 320, UNKNOWN, A), "stale"),
        (said(0, 50, 11, B), "too_new"),  # nobody has begun to switch off
        (said(220, 230, 13, A | B), "too_new"),  # an epoch that nobody knows of
        (said(111, 120, 11, A | B), "mismatched"),  # the new epoch, the old figures
        (said(111, 120, 11, B, totals=(A | B,)), "mismatched"),
        (said(111, 120, 11, 0), "mismatched"),  # what may be seen has to be there
        (said(220, 230, 12, A | B, totals=()), "mismatched"),  # and so does the sum
        (said(220, 230, 12, A | B, totals=(MANY,)), "mismatched"),  # one answer of two minds
        (said(220, 230, 12, A | B | C), "mismatched"),  # never certified
        (said(220, 230, UNKNOWN, A, is_refusal=True), "mismatched"),  # an error page with a figure on it
        (said(320, 330, UNKNOWN, A, is_refusal=True), "stale"),
    ],
)
def test_what_is_wrong_is_found(answer, fault):
    found = verdict(answer)
    assert (found.answers, getattr(found, fault)) == (1, 1), found
    assert fault in found.wrong[0]


def test_two_events_of_one_epoch_are_no_order():
    model = Model("AB", "AB", "AB", start=10)
    with pytest.raises(ValueError, match="share epoch 11"):
        model.follow([EVENTS[0], EVENTS[0]._replace(kind="lift", invoked=120, acked=130)])


def test_an_act_whose_end_nobody_heard_binds_only_when_it_was_read_back():
    model = Model("AB", "AB", "AB", start=10)
    model.follow([Event("kill", "A", 100, 900, 11, "service, not told")])
    within = [said(500, 510, 10, A | B), said(500, 510, 11, B)]
    assert check(model, within).is_clean
    assert check(model, [said(901, 910, 10, A | B)]).stale == 1


def _history(chance: random.Random):
    """A history of one market, one act after the other: what is seen at each moment is plain to see."""
    events, moments, is_off, time, epoch = [], [(0, 10, A)], False, 0, 10
    for _ in range(30):
        time += chance.randint(2, 20)
        took, epoch = chance.randint(2, 9), epoch + chance.randint(1, 3)
        commit = time + chance.randint(1, took - 1)
        kind = "lift" if is_off else "kill"
        events.append(Event(kind, "A", time, time + took, epoch, "x"))
        is_off, time = not is_off, time + took
        moments.append((commit, epoch, 0 if is_off else A))
    return events, moments, time


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_reader_is_never_accused_and_one_that_keeps_answers_is(seed):
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    events, moments, end = _history(chance)
    model = Model("A", "A", "A", start=10)
    model.follow(events)
    honest, keeping = [], []
    for _ in range(300):
        asked = chance.randint(0, end)
        at, done = asked + chance.randint(0, 3), asked + chance.randint(3, 6)
        shown = [moment for moment in moments if moment[0] <= at]
        _, epoch, seen = shown[-1]
        told = chance.choice((epoch, UNKNOWN))
        honest.append(said(asked, done, told, seen, must=A, totals=()))
        old = [moment for moment in moments if moment[0] <= max(0, asked - 60)][-1]
        keeping.append(said(asked, done, old[1], old[2], must=A, totals=()))
    assert check(model, honest).is_clean
    assert check(model, keeping).stale > 100
