"""The split of a difference of rates: exact, in any order, and silent where nothing moved."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from otdr_hub.lib.kitagawa import Effect, Segment, difference, in_hundredths, split


@st.composite
def segments(draw):
    due_now, due_before = draw(st.integers(0, 500)), draw(st.integers(0, 500))
    return Segment(draw(st.integers(0, due_now)), due_now, draw(st.integers(0, due_before)), due_before)


WHOLES = st.dictionaries(st.text(max_size=3), segments(), min_size=1, max_size=12)


@given(WHOLES)
def test_the_parts_add_up_exactly(whole):
    parts = split(whole)
    if difference(whole) is None:
        assert parts == {}
    else:
        assert sum((effect.total for effect in parts.values()), Fraction(0)) == difference(whole)


@given(WHOLES)
def test_the_order_of_the_parts_does_not_matter(whole):
    assert split(dict(reversed(whole.items()))) == split(whole)


@given(WHOLES)
def test_time_reversed_changes_only_the_sign(whole):
    back = {name: Segment(s.before, s.due_before, s.now, s.due_now) for name, s in whole.items()}
    assert split(back) == {name: Effect(-effect.rate, -effect.mix) for name, effect in split(whole).items()}


@given(st.lists(st.fractions(min_value=-1, max_value=1), max_size=12))
def test_no_printed_part_is_a_hundredth_away_from_its_own(parts):
    printed = in_hundredths(parts)
    assert sum(printed) == round(sum(parts, Fraction(0)) * 10_000)
    assert all(abs(one - exact * 10_000) < 1 for one, exact in zip(printed, parts, strict=True))


@given(WHOLES)
def test_what_is_printed_adds_up_on_its_face(whole):
    parts = [effect.total for effect in split(whole).values()]
    assert sum(in_hundredths(parts)) == round(sum(parts, Fraction(0)) * 10_000)


def test_weights_that_move_alone_are_mix():
    parts = split({"good": Segment(90, 100, 180, 200), "bad": Segment(100, 200, 50, 100)})
    assert {effect.rate for effect in parts.values()} == {0}
    assert sum(effect.mix for effect in parts.values()) == Fraction(190, 300) - Fraction(230, 300)


def test_rates_that_move_alone_are_rate():
    parts = split({"a": Segment(80, 100, 90, 100), "b": Segment(50, 100, 50, 100)})
    assert parts == {"a": Effect(Fraction(-1, 20), Fraction(0)), "b": Effect(Fraction(0), Fraction(0))}


def test_a_part_that_appears_is_mix():
    parts = split({"old": Segment(90, 100, 90, 100), "new": Segment(10, 20, 0, 0)})
    assert parts["new"].rate == 0
    assert parts["new"].mix < 0
