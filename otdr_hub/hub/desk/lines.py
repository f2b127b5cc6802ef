"""The lines of a request: what each is, its numbers, who said what, and what one may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.scope.models import WHOLE, ScopeDecision
from governance.signoffs import acts
from governance.signoffs.models import Signature, SignoffLine, SignoffRequest
from governance.signoffs.outstanding import missing_by_line
from governance.signoffs.selectors import answers, required
from metrics.operator.signing import Evidence, evidence
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.evidence import Fact, Shown, shown
from otdr_hub.hub.desk.forms import LEAVE, Answers
from otdr_hub.hub.numbers import fingerprint, moment


@dataclass(frozen=True, slots=True)
class Said:
    """One standing answer to a line."""

    department: str
    verdict: str
    is_against: bool
    who: str
    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is, its numbers, who said what, and the form to answer it."""

    pk: int
    digest: str
    name: str
    state: words.Mark | None
    said: tuple[Fact, ...]
    shown: Shown | None
    answers: tuple[Said, ...]
    standing: words.Mark
    is_open: bool
    is_mine: bool
    verdict: str
    reason: str
    problem: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Department:
    """A department's part of the whole request."""

    name: str
    word: str
    glyph: str


def who_of(answer: Signature) -> str:
    """Who answered, and for whom where they stood in."""
    if answer.deputyship is None:
        return answer.person.username
    return _("%(name)s, standing in for %(other)s,") % {
        "name": answer.person.username, "other": answer.deputyship.person.username,
    }  # fmt: skip


def _said(answer: Signature) -> Said:
    return Said(
        department=words.department(answer.role),
        verdict=words.verdict(answer.verdict),
        is_against=answer.verdict in ("ask", "reject"),
        who=who_of(answer),
        when=moment(answer.signed_at),
        reason=answer.reason,
    )


def _standing(is_current: bool, missing: Sequence[str], said: Sequence[Signature]) -> words.Mark:
    if not is_current:
        return words.Mark("excluded", _("something newer stands in for it"))
    against = [one for one in said if one.verdict in ("ask", "reject")]
    if against:
        names = words.join_departments(sorted({one.role for one in against}))
        return words.Mark("note", _("stopped by %(names)s") % {"names": names}, "issue")
    if not missing:
        return words.Mark("certified", _("all have signed"), "certified")
    if any(role not in DEPARTMENTS for role in missing):
        return words.Mark("waiting", _("no signature is required yet, so it cannot stand"))
    return words.Mark("waiting", _("%(names)s missing") % {"names": words.join_departments(list(missing))})


def _facts(decision: ScopeDecision | None) -> tuple[Fact, ...]:
    """What is said with a decision."""
    if decision is None:
        return ()
    names = (
        (_("Disclosure"), decision.disclosure),
        (_("Reason"), decision.reason),
        (_("Plan"), decision.plan),
        (_("Owner"), decision.owner),
    )
    facts = [Fact(label, text) for label, text in names if text]
    if decision.review_on:
        label = _("Expires") if decision.state == "known_issue" else _("Review")
        facts.append(Fact(label, words.day(decision.review_on)))
    return tuple(facts)


def _name(decision: ScopeDecision) -> str:
    if decision.breakout == WHOLE:
        return str(decision.market.name)
    return _("%(market)s, carriers") % {"market": decision.market.name}


@dataclass(frozen=True, slots=True)
class Known:
    """What is read once for all lines."""

    decisions: Mapping[str, ScopeDecision]
    evidence: Mapping[str, Evidence]
    answers: Mapping[str, list[Signature]]
    missing: Mapping[str, tuple[str, ...]]


def line_of(
    request: SignoffRequest, line: SignoffLine, known: Known, reader: tuple[User, str], typed: Answers
) -> Line:
    """One line for a reader, given as (person, the role they answer for)."""
    person, role = reader
    decision = known.decisions.get(line.digest)
    said = known.answers.get(line.digest, [])
    missing = known.missing.get(line.digest, ())
    is_current = acts.is_current(request.act, line.digest)
    is_mine = any(one.person_id == person.pk for one in said)
    found = known.evidence.get(line.digest)
    # What nobody may agree to for now can still be asked about, and rejected.
    held = acts.held(request.act, line.digest)
    verdict, reason = typed.typed.get(line.pk, ("approve" if role in missing and not held else LEAVE, ""))
    return Line(
        pk=line.pk,
        digest=fingerprint(line.digest),
        name=line.subject if decision is None else _name(decision),
        # What is asked is not certified yet, so it has no colour.
        state=replace(words.scope_state(decision.state), style="") if decision else None,
        said=_facts(decision),
        shown=shown(found) if found else None,
        answers=tuple(_said(one) for one in said),
        standing=_standing(is_current, missing, said),
        is_open=is_current and not is_mine,
        is_mine=is_mine,
        verdict=verdict,
        reason=reason,
        problem=typed.problems.get(line.pk, ""),
        choices=words.choices(agreeing=not held),
    )


def _agreed(said: Sequence[Signature], role: str) -> int:
    """How many persons of a department stand by a line."""
    return len({one.person_id for one in said if one.role == role and one.verdict in ("approve", "except")})


def departments_of(
    request: SignoffRequest, lines: Sequence[SignoffLine], known: Known
) -> tuple[Department, ...]:
    """Each department that is asked, and how many of its signatures are given, over all lines."""
    found = []
    wanted: dict[str, list[tuple[int, int]]] = {}
    for line in lines:
        for role, needed in required(request.act, line.digest).items():
            given = _agreed(known.answers.get(line.digest, []), role)
            wanted.setdefault(role, []).append((min(given, needed), needed))
    for role in [*(one for one in DEPARTMENTS if one in wanted), *sorted(set(wanted) - set(DEPARTMENTS))]:
        part, whole = (sum(numbers) for numbers in zip(*wanted[role], strict=True))
        if part == whole:
            found.append(Department(words.department(role), _("signed"), "certified"))
        elif part:
            said = _("signed %(part)d of %(whole)d") % {"part": part, "whole": whole}
            found.append(Department(words.department(role), said, "provisional"))
        else:
            found.append(Department(words.department(role), _("has not signed"), "undecided"))
    return tuple(found)


def known_of(request: SignoffRequest, lines: Sequence[SignoffLine], person: User) -> Known:
    """Everything the lines need, read once."""
    digests = [line.digest for line in lines]
    by_line: dict[str, list[Signature]] = {}
    for answer in answers(digests):
        by_line.setdefault(answer.digest, []).append(answer)
    decisions = ScopeDecision.objects.filter(digest__in=digests).select_related("market").order_by("pk")
    return Known(
        decisions={item.digest: item for item in decisions} if request.act == "scope" else {},
        evidence=evidence(digests=digests, actor=person) if request.act == "scope" else {},
        answers=by_line,
        missing=missing_by_line([request.pk]).get(request.pk, {}),
    )
