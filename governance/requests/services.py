"""Asking for more of the metric, assessing what it would take, deciding market by market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.requests import facts
from governance.requests.models import MetricRequest, RequestAnswer, RequestImpact
from governance.requests.selectors import impact_of
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, require

_ROOM: Final = {"title": 120, "asks": 500, "purpose": 500}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided of a market: yes, not_yet (with the condition) or no, and why."""

    answer: str
    reason: str
    condition: str = ""


def _said(**words: str) -> dict[str, str]:
    found = {}
    called = {"title": _("title"), "asks": _("wish"), "purpose": _("purpose")}
    for name, text in words.items():
        require_short(called[name], text, _ROOM[name])
        if not text.strip():
            raise InvalidInputError(_("A request says its %(name)s.") % {"name": called[name]})
        found[name] = text.strip()
    return found


@transaction.atomic
def request_make(
    *, title: str, asks: str, purpose: str, markets: Sequence[str], actor: User
) -> MetricRequest:
    """Ask that the metric be shown by carrier in these markets. `purpose` says what it is needed for."""
    require(may(actor, "request_make"))
    words, codes = _said(title=title, asks=asks, purpose=purpose), list(dict.fromkeys(markets))
    known = set(Market.objects.filter(pk__in=codes).values_list("code", flat=True))
    if not codes or set(codes) != known:
        absent = ", ".join(sorted(set(codes) - known)) or _("none is named")
        raise InvalidInputError(_("A request names registered markets: %(names)s.") % {"names": absent})
    request = MetricRequest.objects.create(
        **words, markets=digest.canonical(codes), asked_by=actor, asked_at=clock.now()
    )
    ledger.record(
        action=Action.REQUEST_MADE, subject=f"{request}, {request.title}", payload={"markets": codes},
        actor=actor, facts=facts.of_requests([request]),
    )  # fmt: skip
    return request


@transaction.atomic
def request_assess(
    *, request: MetricRequest, table: str, sentences: Sequence[tuple[str, str]], actor: User
) -> RequestImpact:
    """Keep an assessment: the digest of its filed table, and (market, or nothing for all, sentence) rows
    that hold no figure of a market."""
    require(may(actor, "request_assess"))
    strangers = {code for code, _ in sentences} - {*request.codes, ""}
    if strangers or not sentences:
        raise InvalidInputError(
            _("An assessment speaks of the markets that were asked for, and of no other.")
        )
    impact = RequestImpact.objects.create(
        request=request, table=table, sentences=digest.canonical([list(one) for one in sentences]),
        assessed_by=actor, assessed_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.REQUEST_ASSESSED, subject=str(request), payload={"table": table}, actor=actor,
        facts=facts.of_impacts([impact]),
    )  # fmt: skip
    return impact


def _check(code: str, item: Answer, request: MetricRequest) -> None:
    if code not in request.codes:
        raise InvalidInputError(
            _("%(code)s was not asked for in %(request)s.") % {"code": code, "request": request}
        )
    if item.answer not in RequestAnswer.Word.values:
        raise InvalidInputError(
            _("'%(answer)s' is no answer; use %(known)s.")
            % {"answer": item.answer, "known": ", ".join(RequestAnswer.Word.values)}
        )
    require_short(_("reason"), item.reason, 300)
    require_short(_("condition"), item.condition, 300)
    if not item.reason.strip():
        raise InvalidInputError(_("%(code)s: every answer takes a reason.") % {"code": code})
    if (item.answer == RequestAnswer.Word.NOT_YET) != bool(item.condition.strip()):
        raise InvalidInputError(
            _("%(code)s: “not yet” names the condition, and no other answer has one.") % {"code": code}
        )


@transaction.atomic
def request_answer(
    *, request: MetricRequest, answers: Mapping[str, Answer], impact: int, actor: User
) -> list[RequestAnswer]:
    """Decide about markets of a request, on the assessment of that number. A newer answer counts; the
    earlier one stays. Raises MovedError where the request was assessed anew, ConflictError before it was."""
    require(may(actor, "request_answer"))
    ledger.order_visibility()
    newest = impact_of(request)
    if newest is None:
        raise ConflictError(
            _("%(request)s was not assessed yet: nobody knows what it would take.") % {"request": request}
        )
    if newest.pk != impact:
        raise MovedError(
            _("%(request)s was assessed anew since this was looked at; look again.") % {"request": request}
        )
    if not answers:
        raise InvalidInputError(_("Decide about at least one market."))
    for code, item in answers.items():
        _check(code, item, request)
    given = [
        RequestAnswer.objects.create(
            request=request, impact=newest, market_id=code, answer=item.answer, reason=item.reason.strip(),
            condition=item.condition.strip(), decided_by=actor, decided_at=clock.now(),
        )
        for code, item in answers.items()
    ]  # fmt: skip
    ledger.record(
        action=Action.REQUEST_ANSWERED,
        subject=f"{request}, {request.title}",
        payload={"answers": {code: item.answer for code, item in answers.items()}},
        actor=actor,
        facts=facts.of_answers(given),
    )
    return given
