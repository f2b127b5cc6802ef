"""What is asked of the triage engine, and its answer. The product's own asker is `product.ask`.

The answer is a text and nothing else: its SHA-256 is its name, and everything a page or a case says of it is
read from that text (`docs/triage.md` has its keys).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from governance.models import MetricVersion
from metrics.lake.pins import PinnedFile
from otdr_hub.lib.outcome import ConflictError


@dataclass(frozen=True, slots=True)
class Question:
    """A market's weeks (Mondays, both included) under a version, as known at a moment (aware).

    `owner` is the hypothesis the data's owner names, `recent` the kinds of defect tied to a logged change.
    `doubted` are the weeks (Mondays) before that a case doubts or that turned out wrong: they are no norm.
    `pinned` are the files of an earlier answer that is asked for again; all accepted ones when None.
    """

    market: str
    first_week: dt.date
    last_week: dt.date
    version: MetricVersion
    as_of: dt.datetime
    owner: str = ""
    recent: tuple[str, ...] = ()
    doubted: tuple[dt.date, ...] = ()
    pinned: tuple[PinnedFile, ...] | None = None

    @property
    def days(self) -> int:
        """How many days it is about."""
        return (self.last_week - self.first_week).days + 7


Asker = Callable[[Question], str]
_askers: Final[list[Asker]] = []


def install(asker: Asker) -> None:
    """Name who answers; the last one named does (app loading may run twice)."""
    _askers[:] = [asker]


def ask(question: Question) -> str:
    """The answer as canonical JSON. Raises ConflictError where nobody answers, or a pinned file is gone."""
    if not _askers:
        raise ConflictError(_("No triage engine is installed, so nothing can be assessed."))
    return _askers[0](question)
