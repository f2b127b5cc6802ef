"""An assessment as the page tells it: hypotheses as cards, checks as rows, pictures, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from governance.cases.models import CaseNote, CaseVerdict
from otdr_hub.hub.desk.words import Mark
from otdr_hub.hub.explore import Twin
from otdr_hub.hub.numbers import NBSP, percent, percent_text
from otdr_hub.hub.triage import words
from otdr_hub.hub.triage.drawing import Figure, box
from otdr_hub.hub.triage.drawing import words as text_at
from otdr_hub.hub.triage.parts import Card, CheckRow, Finding, Prediction
from otdr_hub.hub.triage.pictures import figures_of, maps_of

Document = Mapping[str, Any]
_MOST_CARDS: Final = 5
_LEAST: Final = Fraction(2, 100)  # what is less likely than that is said in one line
_SPEAKS: Final = (CaseNote.Kind.OWNER_REPLY, CaseNote.Kind.CLAIM)


def finding_of(
    digest: str, document: Document, notes: Sequence[CaseNote], verdict: CaseVerdict | None
) -> Finding:
    """The assessment, with whose explanation each is and what was decided about it."""
    told = document["verdict"]
    claimed = {one.hypothesis: one for one in notes if one.kind in _SPEAKS and one.hypothesis}
    all_ = document["hypotheses"]
    shown = [
        one for i, one in enumerate(all_)
        if i == 0 or one["name"] in claimed or (Fraction(one["probability"]) >= _LEAST and i < _MOST_CARDS)
    ]  # fmt: skip
    rest = [one for one in all_ if one not in shown and Fraction(one["probability"]) > 0]
    corrected = document["corrected"]
    return Finding(
        digest=digest,
        sentence=told["sentence"],
        confidence=told["confidence_sentence"],
        where=document["attribution"]["sentence"],
        scale=_scale(document),
        contacts=document["contacts"]["sentence"] if document["contacts"] else "",
        corrected=corrected["sentence"] if corrected else "",
        range=document["range"]["sentence"],
        next=document["next_check"]["sentence"] if document["next_check"] else "",
        cards=tuple(
            _card(one, document, claimed.get(one["name"]), verdict, is_leading=i == 0)
            for i, one in enumerate(shown)
        ),
        rest=tuple(f"{one['title']} ({percent_text(Fraction(one['probability']))})" for one in rest[:6]),
        not_testable=tuple(all_[0]["not_testable"]) if all_ else (),
        checks=tuple(_check(one) for one in document["checks"]),
        # Assessments of earlier engines looked for none.
        traces=tuple(one["sentence"] for one in document.get("traces", ())),
        figures=figures_of(document),
        maps=maps_of(document),
        proposal=proposal(told["proposal"]),
        outcome=told["outcome"],
        leading=all_[0]["name"] if all_ else "",
    )


def proposal(value: str) -> str:
    """What the rule proposes, in words."""
    return {
        "certify": _("certify: nothing speaks against it"),
        "certify_and_disclose": _("certify, and disclose what is known"),
        "exclude": _("exclude these weeks, and say so"),
        "hold": _("hold: provisional until more is known"),
    }.get(value, value)


def _card(
    one: Mapping[str, Any],
    document: Document,
    claim: CaseNote | None,
    verdict: CaseVerdict | None,
    *,
    is_leading: bool,
) -> Card:
    numbers = {check["kind"]: check["number"] for check in document["checks"]}
    number = numbers.get(one["name"])
    owner = document["owner"]
    predicted = owner["predictions"] if owner and owner["name"] == one["name"] else ()
    said = ""
    if claim is not None:
        said = _("Put forward by %(name)s: “%(text)s”") % {"name": claim.by.username, "text": claim.text}
    elif owner and owner["name"] == one["name"]:
        said = _("The explanation of the data's owner")
    decided = ""
    if verdict is not None and verdict.hypothesis == one["name"]:
        decided = words.verdict(verdict.verdict)
    share = Fraction(one["probability"])
    return Card(
        name=one["name"], claim=one["title"],
        test=_("Check %(number)d of 24") % {"number": number} if number else _kind(one["kind"]),
        words=one["words"], percent=percent_text(share), width=percent(share),
        supports=tuple(one["for"]), against=tuple(one["against"]), owner=said,
        predictions=tuple(Prediction(p["says"], p["seen"], _holds(p["holds"])) for p in predicted),
        verdict=decided, is_leading=is_leading,
    )  # fmt: skip


def _kind(value: str) -> str:
    return {
        "quiet": _("Chance, or the season"),
        "real_change": _("Contacts, refunds and the rate itself"),
        "mix_shift": _("Split of the change into rates and weights"),
        "unknown": _("What is left when nothing listed fits"),
    }.get(value, "")


def _holds(value: bool | None) -> Mark:
    if value is None:
        return Mark("undecided", _("not testable"))
    return Mark("certified", _("seen")) if value else Mark("off", _("not seen"), "off")


def _check(one: Mapping[str, Any]) -> CheckRow:
    mark = {
        "clear": Mark("certified", _("clear")),
        "hint": Mark("preliminary", _("hint")),
        "fire": Mark("note", _("fires"), "issue"),
        "strong": Mark("note", _("fires strongly"), "off"),
    }.get(one["state"], Mark("undecided", _("not testable")))
    return CheckRow(one["number"], one["title"], mark, one["sentence"], one["threshold"])


def _scale(document: Document) -> Figure | None:
    """What any reading allows, what contacts imply, and what was reported, on one scale."""
    low, high = (Fraction(document["range"][end]) for end in ("low", "high"))
    reported = Fraction(document["rate"]["rate"])
    contacts = document["contacts"]
    heard = (
        [Fraction(contacts[name]) for name in ("low", "high")]
        if contacts and contacts.get("is_heard")
        else []
    )
    first = max(min(low, reported, *heard) - Fraction(2, 100), Fraction())
    last = min(max(high, reported, *heard) + Fraction(1, 100), Fraction(1))
    if last <= first or (low == high and not heard):
        return None  # nothing is doubted and nobody else was asked: there is one reading

    def x(value: Fraction) -> float:
        return float(100 * (value - first) / (last - first))

    boxes = [box("possible", x(low), 24, x(high) - x(low), 8)]
    said = [text_at(0, 62, percent(first)), text_at(100, 62, percent(last), "end")]
    if heard and contacts:
        boxes.append(box("interval", x(heard[0]), 22, x(heard[1]) - x(heard[0]), 24))
        implied = Fraction(contacts["implied"])
        place = "end" if x(implied) > 50 else "start"
        told = _("contacts imply %(rate)s") % {"rate": percent(implied)}
        said.append(text_at(x(implied), 62, told, place, "text-reading"))
    told = _("reported %(rate)s") % {"rate": percent(reported)}
    said.append(text_at(x(reported), 13, told, "end" if x(reported) > 50 else "start", "text-against"))
    boxes.append(box("bar-against", x(reported), 18, 0.4, 28))
    ends = {"low": percent(low), "high": percent(high), "reported": percent(reported), "space": NBSP}
    rows = [(_("Any reading allows"), f"{ends['low']} – {ends['high']}"), (_("Reported"), ends["reported"])]
    if heard and contacts:
        rows.append((_("Contacts imply"), f"{percent(heard[0])} – {percent(heard[1])}"))
    return Figure(
        id="scale",
        title=_("Any reading of the data lies between %(low)s and %(high)s%(space)s%%") % ends,
        note=_(
            "Pale: every reading the data allows, whatever the doubted rows turn out to be. Blue: the"
            " interval of the contacts."
        ),
        alt=_("Reported %(reported)s per cent; any reading lies between %(low)s and %(high)s.") % ends,
        boxes=tuple(boxes), words=tuple(said), height=66,
        twin=Twin(_("Readings, in per cent"), (_("Reading"), _("OTDR")), tuple(rows)),
    )  # fmt: skip
