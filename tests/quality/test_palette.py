"""Goal 16: contrast of text and marks, and series that everybody tells apart."""

from __future__ import annotations

from tests.quality.palette import lines, schemes


def test_every_colour_is_legible_and_every_series_told_apart() -> None:
    assert [line for line in lines() if not line.holds] == []


def test_all_colours_of_the_tokens_are_read() -> None:
    light, dark = schemes().values()
    assert light.keys() == dark.keys()
    assert len(light) >= 11
