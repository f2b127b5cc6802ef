"""The signing page: all lines of a request at once, what stands, what one may answer. Finished text only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.signoffs import acts
from governance.signoffs.models import SignoffLine, SignoffRequest
from governance.signoffs.selectors import deputyship_for, required
from governance.signoffs.services import may_sign
from governance.signoffs.statements import Statement, statement_for
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.evidence import Fact
from otdr_hub.hub.desk.forms import LEAVE, Answers
from otdr_hub.hub.desk.lines import Department, Line, departments_of, known_of, line_of
from otdr_hub.hub.desk.subjects import Subject, subject_of
from otdr_hub.hub.numbers import moment
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import Refused


@dataclass(frozen=True, slots=True)
class SigningPage:
    """Everything on the page. `why_not` says why nothing can be signed by this reader."""

    number: int
    title: str
    kind: str
    asked: str
    due: words.Mark
    departments: tuple[Department, ...]
    subject: Subject | None
    common: tuple[Fact, ...]
    lines: tuple[Line, ...]
    role: str
    department: str
    others: tuple[tuple[str, str], ...]
    statement: Statement | None
    attests: bool
    seen: str
    open: int
    why_not: str
    mine: int
    problem: str
    is_draft: bool
    message: str
    has_numbers: bool
    reason: str = ""
    stands_in: str = ""


def fingerprint_of(request: SignoffRequest, lines: Sequence[SignoffLine]) -> str:
    """What is asked, as one digest: who approves says which one was seen."""
    return digest.of({"request": request.pk, "act": request.act, "lines": [line.digest for line in lines]})


def roles_for(request: SignoffRequest, person: User) -> list[str]:
    """The departments a person could answer for, of those that are asked; all their own where none is."""
    lines = request.lines.all()
    asked = {role for line in lines for role in required(request.act, line.digest)}
    held = person.roles
    own: list[str] = [
        role for role in DEPARTMENTS if role in held or deputyship_for(request, role, person) is not None
    ]
    return [role for role in own if role in asked] or own


def _asked(request: SignoffRequest, now: dt.datetime) -> str:
    return _("asked by %(name)s on %(when)s, %(time)s ago") % {
        "name": request.opened_by.username, "when": moment(request.opened_at),
        "time": words.ago(request.opened_at, now),
    }  # fmt: skip


def _due(request: SignoffRequest, done: bool, now: dt.datetime) -> words.Mark:
    if done:
        return words.Mark("certified", _("nothing is missing"), "certified")
    late = request.answer_by is not None and request.answer_by <= now
    passed_on = [item.role for item in request.escalations.all()]
    said = words.answer_by(request.answer_by, now)
    if passed_on:
        said = _("%(said)s, passed on to the deputy of %(names)s") % {
            "said": said, "names": words.join_departments(sorted(passed_on)),
        }  # fmt: skip
    return words.Mark("waiting", said, "issue" if late else "")


def _why_not(request: SignoffRequest, role: str, lines: Iterable[Line], person: User) -> str:
    if not role:
        return _("You read this request; %(names)s sign it.") % {
            "names": words.join_departments(list(DEPARTMENTS))
        }
    answer = may_sign(request, role, person)
    if isinstance(answer, Refused):
        return answer.reason
    if not any(line.is_open for line in lines):
        return _("You have answered every line there is to answer.")
    return ""


def _stands_in(request: SignoffRequest, role: str, person: User) -> str:
    """For whom the reader answers, where they do not hold the role themself."""
    given = deputyship_for(request, role, person) if role and role not in person.roles else None
    if given is None:
        return ""
    return _("You stand in for %(name)s until %(day)s, because %(department)s was silent past its time.") % {
        "name": given.person.username, "day": words.day(given.until), "department": words.department(role),
    }  # fmt: skip


def _common(lines: tuple[Line, ...]) -> tuple[tuple[Fact, ...], tuple[Line, ...]]:
    """What is said of every line alike, to be said once, and the lines without it."""
    said = {line.said for line in lines}
    if len(lines) < 2 or len(said) > 1:
        return (), lines
    return said.pop(), tuple(replace(line, said=()) for line in lines)


def signing_page(
    request: SignoffRequest,
    person: User,
    role: str,
    typed: Answers,
    *,
    problem: str = "",
    is_draft: bool = False,
    message: str = "",
    reason: str = "",
) -> SigningPage:
    """The page of a request for one reader, answering for `role` (empty for who signs for none)."""
    now = clock.now()
    asked = list(request.lines.order_by("pk"))
    known = known_of(request, asked, person)
    lines = tuple(line_of(request, line, known, (person, role), typed) for line in asked)
    common, lines = _common(lines)
    roles = roles_for(request, person)
    why_not = _why_not(request, role, lines, person)
    done = not any(
        acts.is_current(request.act, line.digest) and line.digest in known.missing for line in asked
    )
    return SigningPage(
        number=request.pk,
        title=request.summary,
        kind=request.act,
        asked=_asked(request, now),
        due=_due(request, done, now),
        departments=departments_of(request, asked, known),
        subject=subject_of(request.act, [line.digest for line in asked], person),
        common=common,
        lines=lines,
        role=role,
        department=words.department(role) if role else "",
        others=tuple((one, words.department(one)) for one in roles if one != role),
        statement=statement_for(request.act, role) if role else None,
        attests=typed.attests,
        seen=fingerprint_of(request, asked),
        open=sum(line.is_open and line.verdict != LEAVE for line in lines),
        why_not=why_not,
        mine=sum(line.is_mine for line in lines),
        problem=problem,
        is_draft=is_draft,
        message=message,
        has_numbers=any(line.shown is not None for line in lines),
        reason=reason,
        stands_in=_stands_in(request, role, person),
    )
