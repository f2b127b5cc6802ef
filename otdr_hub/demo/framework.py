"""The demonstration's decision framework, and BizOps' request for carriers in five markets."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings

from governance.access.models import User
from governance.framework.models import FrameworkPolicy
from governance.framework.selectors import ACT
from governance.framework.services import framework_propose
from governance.requests.models import MetricRequest
from governance.requests.services import Answer, request_answer, request_make
from governance.signoffs.models import SignoffRequest
from governance.signoffs.services import LineAnswer, request_sign
from governance.signoffs.statements import statement_for
from otdr_hub.hub.requests.assessing import assess
from otdr_hub.lib import clock

DEPARTMENTS: Final = ("finance", "legal", "logistics")
TITLE: Final = "OTDR by carrier in the top five markets"
ASKS: Final = "OTDR by carrier, every week, for the United States, India, the United Kingdom, Japan, Brazil."
PURPOSE: Final = "The carrier reviews of the quarter: who is rewarded, and whose share goes elsewhere."
MARKETS: Final = ("US", "IN", "UK", "JP", "BR")
YES: Final = Answer("yes", "The market is signed, and so are its carriers.")
NOT_YET: Final = Answer(
    "not_yet",
    "Brazil’s week is not signed: its delivery times changed with the new gateway.",
    "The week was run again from the carriers’ own times, and all three departments have signed it.",
)


def _account(username: str) -> User:
    return User.objects.get(username=username)


def framework_signed(first: dt.date) -> None:
    """Proposed and signed when the story begins, before there is a number to bend it to."""
    with clock.at(dt.datetime.combine(first, dt.time(10), tzinfo=dt.UTC)):
        if not FrameworkPolicy.objects.exists():
            text = (settings.BASE_DIR / "governance" / "framework" / "framework-1.yaml").read_text(
                encoding="utf-8"
            )
            framework_propose(
                document=text, actor=_account("dpm"),
                reason="What the four heads agreed on: block, partial, or with a disclosure, by measure.",
            )  # fmt: skip
        request = SignoffRequest.objects.get(act=ACT)
        for role in DEPARTMENTS:
            if not request.lines.filter(signatures__role=role).exists():
                answers = {line.digest: LineAnswer("approve") for line in request.lines.all()}
                request_sign(
                    request=request, role=role, answers=answers, statement=statement_for(ACT, role).text,
                    authenticated_at=clock.now(), actor=_account(role),
                )  # fmt: skip


def carriers_asked() -> None:
    """BizOps asks, the DPM assesses and decides: yes for four, for Brazil not yet. Done again, nothing."""
    request = MetricRequest.objects.filter(title=TITLE).first() or request_make(
        title=TITLE, asks=ASKS, purpose=PURPOSE, markets=MARKETS, actor=_account("bizops")
    )
    dpm = _account("dpm")
    impact = request.impacts.order_by("pk").last() or assess(request=request, actor=dpm)
    if not request.answers.exists():
        answers = {code: NOT_YET if code == "BR" else YES for code in request.codes}
        request_answer(request=request, answers=answers, impact=impact.pk, actor=dpm)
