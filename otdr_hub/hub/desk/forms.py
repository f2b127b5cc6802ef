"""What was typed on a page of the desk, read once and shown again where it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.scope.models import WHOLE
from governance.scope.states import ExclusionReason, ScopeState
from governance.signoffs.models import Signature, SignoffLine
from governance.signoffs.services import LineAnswer
from otdr_hub.lib import weeks

LEAVE: Final = "leave"
_ROOM: Final = 300


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers on the signing page: line -> (answer, reason), and line -> what is wrong with it."""

    typed: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    attests: bool = False
    statement: str = ""
    seen: str = ""

    def given(self, lines: Sequence[SignoffLine]) -> dict[str, LineAnswer]:
        """Digest -> answer, for the lines that are answered."""
        found = {}
        for line in lines:
            verdict, reason = self.typed.get(line.pk, (LEAVE, ""))
            if verdict != LEAVE:
                found[line.digest] = LineAnswer(verdict, reason.strip() if verdict != "approve" else "")
        return found


def clean(text: str) -> str:
    """A text as it can be stored: a form may carry a character that the database refuses."""
    return text.replace("\x00", "")


def answers_of(posted: QueryDict, lines: Sequence[SignoffLine]) -> Answers:
    """The answers posted for these lines. A reason is asked for unless a line is approved as it is."""
    typed, problems = {}, {}
    for line in lines:
        verdict = clean(posted.get(f"answer-{line.pk}", LEAVE))
        reason = clean(posted.get(f"reason-{line.pk}", ""))
        typed[line.pk] = (verdict, reason)
        if verdict not in (*Signature.Verdict.values, LEAVE):
            problems[line.pk] = _("Choose one of the answers.")
        elif verdict not in ("approve", LEAVE) and not reason.strip():
            problems[line.pk] = _("Say why: this answer takes a reason.")
        elif len(reason) > _ROOM:
            problems[line.pk] = _("The reason has %(has)d characters; there is room for %(room)d.") % {
                "has": len(reason),
                "room": _ROOM,
            }
    return Answers(typed, problems, "attest" in posted, posted.get("statement", ""), posted.get("seen", ""))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the DPM chose on the scope board: markets (or their carriers), the week, a state and its words."""

    markets: tuple[str, ...] = ()
    week: str = ""
    state: str = ScopeState.CERTIFIED
    disclosure: str = ""
    plan: str = ""
    reason: str = ""
    owner: str = ""
    review_on: str = ""
    seen: str = ""
    breakout: str = WHOLE

    @property
    def reason_words(self) -> tuple[str, ...]:
        """The closed words a reason may begin with: readers of the hub are shown these."""
        return tuple(_(one.label) for one in ExclusionReason)

    @property
    def monday(self) -> dt.date | None:
        """The week's Monday; None where it cannot be read."""
        try:
            return weeks.parse(self.week)
        except ValueError:
            return None

    @property
    def review_day(self) -> dt.date | None:
        """The expiry or review date; None where none is given, or it cannot be read."""
        try:
            return dt.date.fromisoformat(self.review_on)
        except ValueError:
            return None

    def said(self) -> dict[str, Any]:
        """The words that go with the state: a certification carries none, so that none is forgotten there."""
        names: tuple[str, ...] = {
            ScopeState.KNOWN_ISSUE.value: ("disclosure", "plan", "owner"),
            ScopeState.EXCLUDED.value: ("reason", "owner"),
        }.get(self.state, ())
        return {name: getattr(self, name).strip() for name in names}

    def fields(self) -> list[tuple[str, str]]:
        """As the fields of a form, to be sent again."""
        names = ("week", "state", "disclosure", "plan", "reason", "owner", "review_on")
        found = [("market", code) for code in self.markets] + [(name, getattr(self, name)) for name in names]
        return found if self.breakout == WHOLE else [*found, ("breakout", self.breakout)]


def choice_of(given: QueryDict) -> Choice:
    """The choice in a query or a posted form."""
    names = ("week", "state", "disclosure", "plan", "reason", "owner", "review_on", "seen", "breakout")
    return Choice(
        markets=tuple(dict.fromkeys(clean(code) for code in given.getlist("market"))),
        **{name: clean(given.get(name, "")).strip() for name in names if name in given},
    )
