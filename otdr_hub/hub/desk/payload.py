"""The desk's objects as plain values for the API. Counts are integers, times RFC 3339."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from governance.access.models import User
from governance.publication.models import Publication, PublicationLine
from governance.publication.selectors import states
from governance.signoffs import acts
from governance.signoffs.models import Signature, SignoffRequest
from governance.signoffs.outstanding import Outstanding
from governance.signoffs.selectors import required
from governance.signoffs.statements import statement_for
from metrics.operator.signing import Evidence, Told
from otdr_hub.hub.desk import evidence as words
from otdr_hub.hub.desk.deciding import Ground
from otdr_hub.hub.desk.lines import known_of
from otdr_hub.hub.desk.standing import Standing
from otdr_hub.hub.publications import words as said
from otdr_hub.hub.publications.pages import before, names
from otdr_hub.hub.publications.verifying import state_payload
from otdr_hub.lib import weeks
from otdr_hub.lib.shortid import code_of, name_of


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None


def head(one: Outstanding) -> dict[str, Any]:
    """A request in the list."""
    return {**_request(one.request), "lines": one.lines, "missing": one.missing, "against": one.against}


def _request(request: SignoffRequest) -> dict[str, Any]:
    return {
        "id": request.pk, "act": request.act, "summary": request.summary, "by": request.opened_by.username,
        "at": _moment(request.opened_at), "answer_by": _moment(request.answer_by),
    }  # fmt: skip


def _answer(one: Signature) -> dict[str, Any]:
    return {
        "role": one.role, "person": one.person.username, "verdict": one.verdict, "reason": one.reason,
        "at": _moment(one.signed_at),
        "stands_in_for": one.deputyship.person.username if one.deputyship else None,
    }  # fmt: skip


def _told(week: Told | None) -> dict[str, Any] | None:
    if week is None:
        return None
    return {
        "week": weeks.label(week.monday), "due": week.due, "on_time": week.on_time, "late": week.late,
        "pending": week.pending, "unknown": week.unknown, "finality": week.finality,
    }  # fmt: skip


def _numbers(found: Evidence | None, wanted: bool) -> dict[str, Any]:
    none = {"market": None, "state": None, "off_since": None, "now": None, "before": None, "moved": ""}
    if found is None:
        return none
    about = {
        "market": found.decision.market_id,
        "state": found.decision.state,
        "off_since": _moment(found.off),
    }
    if not wanted:
        return none | about
    told = {"now": _told(found.now), "before": _told(found.last), "moved": words.shown(found).moved}
    return about | told


def signoff(
    request: SignoffRequest, fingerprint: str, person: User, *, numbers: bool = True
) -> dict[str, Any]:
    """A request with all its lines; the answer to an act leaves the `numbers` out."""
    lines = list(request.lines.order_by("pk"))
    known = known_of(request, lines, person)
    roles = sorted({role for line in lines for role in required(request.act, line.digest)})
    return {
        **_request(request),
        "fingerprint": fingerprint,
        "statements": {role: statement_for(request.act, role).name for role in roles},
        "lines": [
            {
                "digest": line.digest, "subject": line.subject,
                "current": acts.is_current(request.act, line.digest),
                "missing": list(known.missing.get(line.digest, ())),
                "answers": [_answer(one) for one in known.answers.get(line.digest, [])],
                **_numbers(known.evidence.get(line.digest), numbers),
            }
            for line in lines
        ],
    }  # fmt: skip


def breakout(one: Standing) -> dict[str, Any]:
    """The carriers of a market on the board."""
    return {**market(one), "breakout": "carrier"}


def market(one: Standing) -> dict[str, Any]:
    """A market on the board."""
    decision, line = one.decision, one.line
    shown = line is not None and bool(line.decision)
    return {
        "code": one.market.code, "name": one.market.name, "state": one.state,
        "decision": decision.digest if decision else None,
        "through": weeks.label(line.through) if shown and line and line.through else None,
        "as_of": _moment(line.as_of) if shown and line else None,
        "held": bool(line and line.is_held), "outside": one.is_outside,
        "signed_by": [_answer(answer) for answer in one.answers], "missing": list(one.missing),
        "review_on": decision.review_on.isoformat() if decision and decision.review_on else None,
        "disclosure": decision.disclosure if decision else "",
    }  # fmt: skip


def effect(stand: Ground) -> dict[str, Any]:
    """What deciding would do."""
    table = stand.effect
    return {
        "week": weeks.label(stand.monday), "digest": stand.table.digest,
        "visible": None if stand.visible is None else {
            code: [
                {"carrier": one.name, "due": one.due, "on_time": one.on_time, "withheld": one.withheld}
                for one in found
            ]
            for code, found in stand.visible.carriers.items()
        },
        "included": [table.included.on_time, table.included.due],
        "left_out": [table.left_out.on_time, table.left_out.due],
        "scope": [table.scope.on_time, table.scope.due],
        "problems": stand.problems,
    }  # fmt: skip


def _line(line: PublicationLine) -> dict[str, Any]:
    return {
        "market": line.market_id, "breakout": line.breakout, "vintage": line.vintage,
        "shown": bool(line.decision), "held": line.is_held,
        "through": weeks.label(line.through) if line.through else None, "as_of": _moment(line.as_of),
    }  # fmt: skip


def published(found: Iterable[Publication]) -> list[dict[str, Any]]:
    """Publications, newest first, each with what it changed and what it is worth now."""
    rows = {one.number: one for one in found}
    known, called = states(rows.values()), names()
    return [
        {
            **_publication(one),
            "id": name_of(one.number), "code": code_of(one.number, one.digest),
            "change": said.change_sentence(one, rows.get(one.number - 1) or before(one), called),
            "standing": state_payload(known[one.number], called),
        }
        for one in rows.values()
    ]  # fmt: skip


def _publication(one: Publication) -> dict[str, Any]:
    return {
        "number": one.number, "digest": one.digest, "version": one.version.name,
        "week": weeks.label(one.through), "as_of": _moment(one.as_of), "by": one.published_by.username,
        "at": _moment(one.published_at),
        "lines": [_line(line) for line in one.lines.order_by("market", "breakout")],
    }  # fmt: skip


def offered(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of what would be published."""
    return {
        "market": line["market"], "breakout": line["breakout"], "vintage": line["vintage"],
        "shown": bool(line["decision"]),
        "held": line["is_held"], "through": weeks.label(line["through"]), "as_of": _moment(line["as_of"]),
    }  # fmt: skip
