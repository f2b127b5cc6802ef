"""The pages of requests as frozen objects: every text on them, and nothing a template has to work out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.markets.models import Market
from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact
from governance.requests.selectors import standings
from governance.requests.services import Answer
from otdr_hub.hub.decide.words import Mark
from otdr_hub.hub.desk.forms import clean
from otdr_hub.hub.numbers import fingerprint, moment
from otdr_hub.hub.requests.draft import draft


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A market on the page: what is decided, and what is typed about it."""

    code: str
    name: str
    mark: Mark
    reason: str
    condition: str
    by: str
    at: str
    impact: tuple[str, ...]
    answer: str = ""
    typed_reason: str = ""
    typed_condition: str = ""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request: asked, assessed, decided market by market, and the message that goes back."""

    number: int
    name: str
    title: str
    asks: str
    purpose: str
    by: str
    at: str
    rows: tuple[AnswerRow, ...]
    assessed: str
    table: str
    impact: int
    shared: tuple[str, ...]
    draft: str
    decides: bool
    assesses: bool
    wrong: str = ""


def answer_mark(answer: str) -> Mark:
    """How a market stands in a request."""
    return {
        "yes": Mark("go", _("Yes"), "mark-quiet"),
        "not_yet": Mark("if", _("Not yet"), "mark-if"),
        "no": Mark("nogo", _("No"), "mark-nogo"),
    }.get(answer, Mark("waiting", _("not decided yet"), "mark-silent"))


def market_names() -> dict[str, str]:
    """The names of all markets by code, in their order."""
    return dict(Market.objects.order_by("priority", "code").values_list("code", "name"))


def typed_answers(post: QueryDict, request: MetricRequest) -> dict[str, Answer]:
    """Market -> what was chosen for it; those left open are not in it."""
    found = {}
    for code in request.codes:
        answer = clean(post.get(f"answer-{code}", "")).strip()
        if answer:
            reason = clean(post.get(f"reason-{code}", "")).strip()
            found[code] = Answer(answer, reason, clean(post.get(f"condition-{code}", "")).strip())
    return found


def _row(
    code: str, name: str, given: RequestAnswer | None, impact: RequestImpact | None, typed: Answer | None
) -> AnswerRow:
    said = tuple(text for market, text in impact.said if market == code) if impact else ()
    mark = answer_mark(given.answer if given else "")
    row = AnswerRow(code, name, mark, "", "", "", "", said)
    if given is not None:
        row = replace(
            row, reason=given.reason, condition=given.condition, by=given.decided_by.username,
            at=moment(given.decided_at),
        )  # fmt: skip
    if typed is None:
        return row
    return replace(
        row, answer=typed.answer, typed_reason=typed.reason, typed_condition=typed.condition
    )  # fmt: skip


def request_page(
    request: MetricRequest, reader: User, typed: Mapping[str, Answer] | None = None, wrong: str = ""
) -> RequestPage:
    """One request as one person sees it, with what they typed and why it was refused."""
    names, stand, given = market_names(), standings([request])[request.pk], typed or {}
    answers, impact = stand.answers, stand.impact
    return RequestPage(
        number=request.pk, name=str(request), title=request.title, asks=request.asks,
        purpose=request.purpose, by=request.asked_by.username, at=moment(request.asked_at),
        rows=tuple(
            _row(code, names[code], answers.get(code), impact, given.get(code)) for code in request.codes
        ),
        assessed=_assessed(impact), table=fingerprint(impact.table) if impact else "",
        impact=impact.pk if impact else 0,
        shared=tuple(text for code, text in impact.said if not code) if impact else (),
        draft=draft(request, stand, names),
        decides=impact is not None and bool(may(reader, "request_answer")),
        assesses=bool(may(reader, "request_assess")) and bool(may(reader, "scope_decide")), wrong=wrong,
    )  # fmt: skip


def _assessed(impact: RequestImpact | None) -> str:
    if impact is None:
        return ""
    return _("%(by)s, %(at)s") % {"by": impact.assessed_by.username, "at": moment(impact.assessed_at)}
