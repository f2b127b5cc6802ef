"""What a list of things to do is made of."""

from __future__ import annotations

from dataclasses import dataclass

from otdr_hub.hub.desk import words


@dataclass(frozen=True, slots=True)
class Item:
    """One thing somebody waits for: a sentence, where it is done, what is known beside it."""

    what: str
    link: str
    notes: tuple[str, ...]
    mark: words.Mark | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind; `empty` is said where there is none."""

    id: str
    title: str
    items: tuple[Item, ...]
    empty: str
