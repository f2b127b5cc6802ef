"""What was typed on the page, kept as it was typed, and what is wrong with it, beside its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.decisions.models import Condition
from governance.decisions.services import MOST_CONDITIONS, ConditionError, MissingReasonError, MissingWhyError
from otdr_hub.lib.outcome import DomainError, InvalidInputError

_LEAST_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A condition as it was typed, and the number of its row."""

    number: int
    text: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class VerdictForm:
    """A seat's verdict as it was typed. `wrong` says by field what cannot be used."""

    seat: str = ""
    launch: str = ""
    verdict: str = ""
    reason: str = ""
    appeals: bool = False
    rows: tuple[Row, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def typed(cls, post: QueryDict) -> Self:
        """From a request."""
        texts, days = post.getlist("condition")[:MOST_CONDITIONS], post.getlist("due")
        rows = tuple(
            Row(number, _clean(text), _clean(days[number] if number < len(days) else ""))
            for number, text in enumerate(texts)
        )
        return cls(
            seat=post.get("seat", ""), launch=post.get("launch", ""), verdict=post.get("verdict", ""),
            reason=_clean(post.get("reason", "")), appeals=post.get("appeals") == "yes", rows=rows,
        )  # fmt: skip

    def conditions(self) -> list[Condition]:
        """The rows that say something. Raises ConditionError where one lacks its day or its words."""
        found = []
        for row in self.rows:
            if not row.text and not row.due:
                continue
            if not row.text or not row.due:
                raise ConditionError(_("A condition says what has to be done, and by which day."))
            try:
                found.append(Condition(row.text, dt.date.fromisoformat(row.due)))
            except ValueError:
                said = _("“%(day)s” is no day; write it as 2026-12-04.")
                raise ConditionError(said % {"day": row.due}) from None
        return found

    def shown_rows(self) -> tuple[Row, ...]:
        """What was typed and room for more; never fewer than three rows."""
        typed = [row for row in self.rows if row.text or row.due]
        wanted = min(max(_LEAST_ROWS, len(typed) + 1), MOST_CONDITIONS)
        filled = [(row.text, row.due) for row in typed] + [("", "")] * (wanted - len(typed))
        return tuple(Row(number, text, due) for number, (text, due) in enumerate(filled))

    def with_error(self, error: DomainError) -> Self:
        """The same, saying what was wrong beside the field it is about."""
        return replace(self, wrong={_place(error, "verdict"): str(error)})


@dataclass(frozen=True, slots=True)
class ChairForm:
    """The chair's decision as it was typed."""

    kind: str = ""
    reason: str = ""
    differs: str = ""
    seen: str = ""
    is_draft: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def typed(cls, post: QueryDict) -> Self:
        """From a request, or from what was kept while somebody proved who they are."""
        reason = _clean(post.get("reason", ""))
        differs = _clean(post.get("differs", ""))
        return cls(kind=post.get("kind", ""), reason=reason, differs=differs, seen=post.get("seen", ""))

    def with_error(self, error: DomainError) -> Self:
        """The same, saying what was wrong beside the field it is about."""
        return replace(self, wrong={_place(error, "kind"): str(error)})


def _clean(text: str) -> str:
    """Without spaces around it, and without the one character the database cannot hold."""
    return text.replace("\0", "").strip()


def _place(error: DomainError, otherwise: str) -> str:
    if isinstance(error, MissingReasonError):
        return "reason"
    if isinstance(error, MissingWhyError):
        return "differs"
    if isinstance(error, ConditionError):
        return "conditions"
    return otherwise if isinstance(error, InvalidInputError) else "all"
