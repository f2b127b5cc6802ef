"""What the pages of the triage room are made of: finished text, and nothing a template has to work out."""

from __future__ import annotations

from dataclasses import dataclass

from otdr_hub.hub.blast.part import BlastPart
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.triage.drawing import Figure, HeatMap


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    number: int
    name: str
    title: str
    about: str
    mark: Mark
    opened: str
    more: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list: open ones first. `opens` says that the reader may open one, about which is asked."""

    open: tuple[Row, ...]
    resolved: tuple[Row, ...]
    opens: bool
    markets: tuple[tuple[str, str], ...]
    week: str


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the plan. `engine` is what the engine found where it asks the same."""

    position: int
    what: str
    role: str
    who: str
    due: str
    late: Mark | None
    found: str
    next: str
    by: str
    engine: str
    engine_state: str


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the timeline."""

    at: str
    machine: str
    what: str
    text: str
    by: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """What would be seen if an explanation held, what was seen, and whether that is it."""

    says: str
    seen: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Card:
    """An explanation: claim, test, for, against, how likely, and whose it is."""

    name: str
    claim: str
    test: str
    words: str
    percent: str
    width: str
    supports: tuple[str, ...]
    against: tuple[str, ...]
    owner: str
    predictions: tuple[Prediction, ...]
    verdict: str
    is_leading: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What the owner of the data answered, word for word."""

    text: str
    about: str
    by: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One of the checks: its number, title, state and sentence."""

    number: int
    title: str
    mark: Mark
    sentence: str
    threshold: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence frozen in the case: what it is, of what, since when."""

    digest: str
    short: str
    query: str
    as_of: str
    pin: str
    frozen: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What an assessment says, ready to print."""

    digest: str
    sentence: str
    confidence: str
    where: str
    scale: Figure | None
    contacts: str
    corrected: str
    range: str
    next: str
    cards: tuple[Card, ...]
    rest: tuple[str, ...]
    not_testable: tuple[str, ...]
    checks: tuple[CheckRow, ...]
    traces: tuple[str, ...]
    figures: tuple[Figure, ...]
    maps: tuple[HeatMap, ...]
    proposal: str
    outcome: str
    leading: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on the page of a case. `hidden` says why a reader sees no more than that there is one,
    `of_whole` that the assessment is of more than the case is about; `newest` is the last of its evidence."""

    number: int
    name: str
    title: str
    subject: str
    mark: Mark
    opened: str
    hidden: str
    is_open: bool
    verdict: str
    verdict_reason: str
    verdict_by: str
    finding: Finding | None
    plan: tuple[Step, ...]
    done: int
    timeline: tuple[Event, ...]
    replies: tuple[Reply, ...]
    evidence: tuple[Proof, ...]
    hypotheses: tuple[tuple[str, str], ...]
    works: bool
    resolves: bool
    may_show_wider: bool
    is_told: bool
    letter: str
    roles: tuple[tuple[str, str], ...]
    verdicts: tuple[tuple[str, str, str], ...]
    proposals: tuple[str, ...]
    stops: str
    newest: str = ""
    of_whole: str = ""
    blast: BlastPart | None = None
    no_blast: str = ""
