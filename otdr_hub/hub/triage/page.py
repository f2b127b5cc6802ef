"""The pages of the triage room, as one person sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.access.models import Deputy, User
from governance.access.policy import may
from governance.cases import selectors
from governance.cases.models import Case, CaseEvidence, CaseNote, CaseStep, CaseVerdict
from governance.markets.models import Market
from metrics.assessments.selectors import document as filed
from otdr_hub.hub.blast.asking import of_weeks
from otdr_hub.hub.blast.part import blast_part
from otdr_hub.hub.numbers import day, fingerprint, moment
from otdr_hub.hub.triage import words
from otdr_hub.hub.triage.finding import finding_of
from otdr_hub.hub.triage.parts import CasePage, ListPage, Proof, Reply, Row, Step
from otdr_hub.hub.triage.timeline import timeline_of
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, Refused

Document = Mapping[str, Any]


def list_page(person: User) -> ListPage:
    """All cases, open ones first."""
    all_ = selectors.listed()
    return ListPage(
        open=tuple(_row(one) for one in all_ if one.verdict is None),
        resolved=tuple(_row(one) for one in all_ if one.verdict is not None),
        opens=bool(may(person, "case_open")),
        markets=tuple(Market.objects.order_by("priority", "code").values_list("code", "name")),
        week=weeks.label(weeks.monday_of(clock.now().date()) - dt.timedelta(days=7)),
    )


def _row(one: selectors.Listed) -> Row:
    case, verdict = one.case, one.verdict
    more = _("%(done)d of %(total)d steps answered") % {"done": one.answered, "total": one.steps}
    if verdict is not None:
        more = _("%(verdict)s, resolved %(day)s by %(name)s") % {
            "verdict": words.verdict(verdict.verdict), "day": day(verdict.at), "name": verdict.by.username,
        }  # fmt: skip
    return Row(
        number=case.number, name=str(case), title=words.title_of(case), about=case.title,
        mark=words.state(verdict is None, one.is_wide),
        opened=f"{words.opened_how(case)}, {moment(case.opened_at)}", more=more,
    )  # fmt: skip


def case_page(case: Case, person: User, *, address: str = "", chosen: str = "") -> CasePage:
    """The page of a case. `chosen` is the frozen assessment to show; the newest one by default."""
    verdict = selectors.verdict_of(case)
    sees = selectors.may_see(case, person)
    notes = list(case.notes.select_related("by"))
    evidence = list(case.evidence.select_related("frozen_by"))
    shown = _shown(evidence, chosen, verdict) if sees else None
    document = filed(shown.assessment) if shown is not None else None
    finding = finding_of(shown.assessment, document, notes, verdict) if shown and document else None
    plan = _plan(case, document) if sees else ()
    works = bool(may(person, "case_work")) and sees
    told = any(one.kind == CaseNote.Kind.WORD_SENT for one in notes)
    wide = any(one.kind == CaseNote.Kind.SHOWN_WIDER for one in notes)
    return CasePage(
        number=case.number, name=str(case), title=words.title_of(case),
        subject=case.title, mark=words.state(verdict is None, wide),
        opened=f"{words.opened_how(case)}, {moment(case.opened_at)}",
        hidden="" if sees else _hidden(case, verdict is None),
        is_open=verdict is None,
        verdict=words.verdict(verdict.verdict) if verdict else "",
        verdict_reason=verdict.reason if verdict and sees else "",
        verdict_by=_by(verdict.by, verdict.at) if verdict else "",
        finding=finding, plan=plan, done=sum(bool(one.found) for one in plan),
        timeline=timeline_of(case, notes, evidence) if sees else (),
        replies=_replies(notes, document) if sees else (),
        evidence=tuple(_proof(one, shown) for one in evidence) if sees else (),
        hypotheses=tuple((one["name"], one["title"]) for one in document["hypotheses"]) if document else (),
        works=works, resolves=bool(may(person, "case_resolve")) and sees,
        may_show_wider=works and told and not wide, is_told=told,
        letter=words.letter(case, document, address, _owners()) if works and not told else "",
        roles=words.roles_that_work(), verdicts=words.verdicts(),
        proposals=tuple(
            f"{words.verdict(one.verdict)}: {one.text} ({_by(one.by, one.at)})"
            for one in notes if one.kind == CaseNote.Kind.PROPOSAL
        ) if sees else (),
        stops=selectors.stopping(case) if verdict is None else "",
        newest=evidence[-1].assessment if evidence and sees else "",
        of_whole=words.of_whole(case) if finding else "",
        **_blast(case, person, sees=sees),
    )  # fmt: skip


def _blast(case: Case, person: User, *, sees: bool) -> dict[str, Any]:
    """What the case's weeks would do if they were shown: figures, for whoever may see those."""
    may_look = may(person, "measures_read")
    if not sees or isinstance(may_look, Refused):
        return {"no_blast": may_look.reason if isinstance(may_look, Refused) else ""}
    try:
        return {"blast": blast_part(of_weeks(case.market_id, case.first_week, case.last_week, person))}
    except (ConflictError, InvalidInputError) as error:
        return {"no_blast": str(error)}


def _hidden(case: Case, is_open: bool) -> str:
    text = _(
        "%(case)s is being looked into. What is found is shown to you once those who look into it show it to"
        " everybody concerned; the owner of the data is told before that."
    )
    if not is_open:
        text = _("%(case)s was resolved before it was shown to more people than those who looked into it.")
    return text % {"case": case}


def _shown(evidence: Iterable[CaseEvidence], chosen: str, verdict: CaseVerdict | None) -> CaseEvidence | None:
    """The assessment asked for, else the one the verdict rests on, else the newest."""
    known = {one.assessment: one for one in evidence}
    rests = verdict.assessment if verdict else ""
    return known.get(chosen) or known.get(rests) or next(reversed(known.values()), None)


def _by(person: User, at: dt.datetime) -> str:
    return f"{person.username}, {moment(at)}"


def _plan(case: Case, document: Document | None) -> tuple[Step, ...]:
    steps = list(case.steps.select_related("result__by"))
    who = _who({step.role for step in steps})
    checks = {one["kind"]: one for one in document["checks"]} if document else {}
    now = clock.now()
    return tuple(_step(step, who.get(step.role, ""), checks.get(step.kind), now) for step in steps)


def _step(step: CaseStep, who: str, check: Document | None, now: dt.datetime) -> Step:
    result = getattr(step, "result", None)
    return Step(
        position=step.position, what=step.what, role=words.role(step.role), who=who,
        due=moment(step.due_at), late=words.due(step.due_at, now, result is not None),
        found=result.found if result else "", next=result.next if result else "",
        by=_by(result.by, result.at) if result else "",
        engine=check["sentence"] if check else "", engine_state=check["state"] if check else "",
    )  # fmt: skip


def _who(roles: set[str]) -> dict[str, str]:
    """Role -> who holds it, and who stands in for them today."""
    today = clock.now().date()
    standing = Deputy.objects.filter(
        role__in=roles, since__lte=today, until__gte=today, withdrawal=None, deputy__is_active=True
    ).select_related("person", "deputy")
    away = {(one.role, one.person_id): one.deputy.username for one in standing}
    said = {}
    for role, people in selectors.holders(roles).items():
        names = [
            _("%(deputy)s (stands in for %(name)s)") % {"deputy": away[role, one.pk], "name": one.username}
            if (role, one.pk) in away
            else one.username
            for one in people
        ]
        said[role] = ", ".join(names) or _("nobody holds this role")
    return said


def _owners() -> str:
    return ", ".join(
        one.get_full_name() or one.username for one in selectors.holders(["data_owner"])["data_owner"]
    )


def _replies(notes: Iterable[CaseNote], document: Document | None) -> tuple[Reply, ...]:
    titles = {one["name"]: one["title"] for one in document["hypotheses"]} if document else {}
    return tuple(
        Reply(one.text, titles.get(one.hypothesis, one.hypothesis), _by(one.by, one.at))
        for one in notes
        if one.kind == CaseNote.Kind.OWNER_REPLY
    )


def _proof(one: CaseEvidence, shown: CaseEvidence | None) -> Proof:
    return Proof(
        digest=one.assessment, short=fingerprint(one.assessment), query=one.query,
        as_of=moment(one.as_of), pin=fingerprint(one.pin), frozen=_by(one.frozen_by, one.frozen_at),
        is_shown=shown is not None and one.pk == shown.pk,
    )  # fmt: skip
