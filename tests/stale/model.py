"""The checker: is every answer one that the order of epochs allows? Plain Python, nothing of the product.

Everything that decides visibility moves one counter, the epoch, in its own transaction, so events have one
order. An answer that says epoch e has to show exactly what the events up to e leave to be seen; and e may be
neither older than the last event acknowledged before the question was asked, nor newer than the last one
begun before the answer was complete. An answer without an epoch has to fit some moment of that span.

Markets are bits of a number: a set of markets is a mask.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

UNKNOWN = -1
EVERYTHING = "global"


class Event(NamedTuple):
    """A kill or its lifting, as the one who did it saw it: nanoseconds of one monotonic clock."""

    kind: str
    market: str
    invoked: int
    acked: int
    epoch: int
    way: str


class Answer(NamedTuple):
    """What one read showed: `seen` are the markets with any figure in it; `totals` are the sets of markets
    whose sums it holds; `must` are those it has to show when they may be seen."""

    asked: int
    done: int
    epoch: int
    seen: int
    totals: tuple[int, ...]
    must: int
    has_total: bool
    surface: str
    is_refusal: bool = False


@dataclass
class Verdict:
    """What became of all answers: `by_surface` were read, `refused` said nothing. `wrong` holds a sentence for the
    first few of what is wrong."""

    answers: int = 0
    stale: int = 0
    too_new: int = 0
    mismatched: int = 0
    overtaken: int = 0
    after_kill: int = 0
    by_surface: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.stale or self.too_new or self.mismatched)


class Model:
    """What may be seen after each event, and which events an answer can have known of."""

    def __init__(
        self, markets: Sequence[str], visible: Iterable[str], summed: Iterable[str], start: int
    ) -> None:
        self.bit = {code: 1 << place for place, code in enumerate(markets)}
        self.base = sum(self.bit[code] for code in visible)
        self.summed = sum(self.bit[code] for code in summed)
        self.start = start

    def follow(self, events: Iterable[Event]) -> None:
        """Take in all events. Raises ValueError where two claim the same epoch."""
        ordered = sorted(events, key=lambda event: event.epoch)
        off: set[str] = set()
        self.epochs, self.masks, self.kills = [self.start], [self.base], 0
        for event in ordered:
            if event.epoch <= self.epochs[-1]:
                raise ValueError(f"two events share epoch {event.epoch}: {event}")
            (off.add if event.kind == "kill" else off.discard)(event.market)
            self.kills += event.kind == "kill"
            self.epochs.append(event.epoch)
            self.masks.append(self._left(off))
        acked = sorted((event.acked, event.epoch) for event in ordered)
        begun = sorted((event.invoked, event.epoch) for event in ordered)
        self._acked = [at for at, _ in acked]
        self._floor = [self.start, *accumulate((max(self.start, epoch) for _, epoch in acked), max)]
        self._begun = [at for at, _ in begun]
        self._ceiling = [self.start, *accumulate((epoch for _, epoch in begun), max)]

    def _left(self, off: set[str]) -> int:
        if EVERYTHING in off:
            return 0
        # What is named after a market ("US/carrier") is off with it.
        return self.base & ~sum(bit for code, bit in self.bit.items() if {code, code.split("/")[0]} & off)

    def floor(self, asked: int) -> int:
        """The last epoch acknowledged before the question."""
        return self._floor[bisect_left(self._acked, asked)]

    def ceiling(self, done: int) -> int:
        """The last epoch that had been begun when the answer was complete."""
        return self._ceiling[bisect_right(self._begun, done)]

    def mask(self, epoch: int) -> int:
        """What may be seen under an epoch."""
        return self.masks[bisect_right(self.epochs, epoch) - 1]

    def span(self, low: int, high: int) -> list[int]:
        """What may be seen under each epoch of a span."""
        return self.masks[bisect_right(self.epochs, low) - 1 : bisect_right(self.epochs, high)]

    def fits(self, answer: Answer, mask: int) -> bool:
        """Whether an answer is what may be seen: nothing more, nothing less, and summed over just that."""
        if answer.seen & ~mask:
            return False
        if answer.is_refusal:
            return not answer.seen and not answer.totals
        if answer.must & mask & ~answer.seen:
            return False
        summed = mask & self.summed
        several = summed & (summed - 1)
        if answer.has_total and several and answer.totals != (summed,):
            return False
        return all(total == summed for total in answer.totals)


def check(model: Model, answers: Iterable[Answer]) -> Verdict:
    """Hold every answer against the order of events."""
    found = Verdict()
    for answer in answers:
        found.answers += 1
        (found.refused if answer.is_refusal else found.by_surface)[answer.surface] += 1
        low, high = model.floor(answer.asked), model.ceiling(answer.done)
        found.after_kill += model.mask(low) != model.base
        fault = _fault(model, answer, low, high)
        if not fault:
            found.overtaken += answer.epoch != UNKNOWN and answer.epoch < model.floor(answer.done)
            continue
        setattr(found, fault, getattr(found, fault) + 1)
        if len(found.wrong) < 20:
            found.wrong.append(_sentence(fault, answer, low, high, model.mask(low)))
    return found


def _fault(model: Model, answer: Answer, low: int, high: int) -> str:
    """ "stale", "too_new", "mismatched", or nothing."""
    if answer.epoch == UNKNOWN:
        possible = model.span(low, high)
        if any(model.fits(answer, mask) for mask in possible):
            return ""
        allowed = 0
        for mask in possible:
            allowed |= mask
        shown = answer.seen
        for total in answer.totals:
            shown |= total
        return "stale" if shown & ~allowed else "mismatched"
    if answer.epoch < low:
        return "stale"
    if answer.epoch > high:
        return "too_new"
    return "" if model.fits(answer, model.mask(answer.epoch)) else "mismatched"


def _sentence(fault: str, answer: Answer, low: int, high: int, mask: int) -> str:
    return (
        f"{fault}: {answer.surface} says epoch {answer.epoch} of {low}..{high}, shows {answer.seen:b}, sums "
        f"{[f'{total:b}' for total in answer.totals]}; under {low} it is {mask:b}"
    )
