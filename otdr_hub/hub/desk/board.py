"""The scope board: every market, what it may be, who signed, who is missing, what ends when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.markets.models import Market
from governance.scope.models import CARRIER
from governance.scope.states import ScopeState
from metrics.operator.carriers import largest
from metrics.operator.effect import last_whole_week, newest
from metrics.operator.signing import Drift
from otdr_hub.hub.annotations import category_words
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.evidence import why_again
from otdr_hub.hub.desk.forms import Choice
from otdr_hub.hub.desk.standing import Standing, drifted, standings, version_in_effect
from otdr_hub.hub.numbers import moment, week_name
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import Refused


@dataclass(frozen=True, slots=True)
class Row:
    """One market on the board."""

    code: str
    name: str
    mark: words.Mark
    through: str
    as_of: str
    signed: str
    missing: str
    ends: str
    why: tuple[str, ...]
    may_ask_again: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Everything on the page; `form` is the choice to be made, for who may decide."""

    rows: tuple[Row, ...]
    carriers: tuple[Row, ...]
    largest: str
    summary: str
    version: str
    decides: bool
    why_not: str
    publishes: bool
    states: tuple[tuple[str, str], ...]
    form: Choice
    again: tuple[str, ...]
    message: str


def _mark(one: Standing) -> words.Mark:
    return {
        "undecided": words.Mark("undecided", _("not decided yet")),
        "asked": words.Mark("waiting", _("waiting for signatures")),
        "shown": words.Mark("certified", _("may be shown"), "certified"),
        "noted": words.Mark("note", _("shown with a note"), "issue"),
        "not_shown": words.Mark("excluded", _("not shown")),
        "expired": words.Mark("excluded", _("not shown: its note has expired")),
        "again": words.Mark("waiting", _("needs signing again"), "issue"),
        "off": words.Mark("off", _("switched off"), "off"),
    }[one.state]


def _signed(one: Standing) -> str:
    """Who answered, and when: a day that is everybody's is said once."""
    days = {answer.signed_at.date() for answer in one.answers}
    parts = []
    for answer in one.answers:
        said = f"{words.department(answer.role)} ({answer.person.username})"
        if answer.verdict != "approve":
            said = f"{said} {words.verdict(answer.verdict)}"
        parts.append(said if len(days) == 1 else f"{said} {words.day(answer.signed_at.date())}")
    return ", ".join(parts) + (f", {words.day(days.pop())}" if len(days) == 1 else "")


def _missing(one: Standing) -> str:
    if one.decision is None:
        return _("not asked yet")
    if not one.missing:
        return ""
    if all(answer.verdict in ("approve", "except") for answer in one.answers):
        return words.join_departments(list(one.missing))
    # While somebody is against, every department is missing; those who agreed need not answer again.
    agreed = {answer.role for answer in one.answers if answer.verdict in ("approve", "except")}
    left = [role for role in one.missing if role not in agreed]
    return words.join_departments(left) if left else _("an answer to who asked or rejected")


def _ends(one: Standing) -> str:
    decision = one.decision
    if decision is None or decision.review_on is None:
        return ""
    said = {"day": words.day(decision.review_on)}
    past = decision.review_on <= clock.now().date()
    if decision.state == ScopeState.KNOWN_ISSUE:
        return (_("expired on %(day)s") if past else _("expires on %(day)s")) % said
    return (_("review was due on %(day)s") if past else _("review on %(day)s")) % said


def _shown(one: Standing) -> tuple[str, str]:
    """(through which week, data as of) of what the hub shows; of the decision where it shows nothing."""
    line = one.line
    if line is not None and line.decision and line.through and line.as_of:
        return week_name(line.through), moment(line.as_of)
    if one.decision is not None and one.decision.state != ScopeState.EXCLUDED:
        return _("%(week)s, not published") % {"week": week_name(one.decision.through)}, ""
    return (
        (_("not shown"), _("newest data %(at)s") % {"at": moment(one.newest.as_of)})
        if one.newest
        else ("", "")
    )


def _why(one: Standing, drifts: tuple[Drift, ...], sees: bool) -> tuple[str, ...]:
    """What has to be said beside the state, a sentence each."""
    said = []
    if one.off is not None:
        # The reason is told on the kill switch's page, to who may read it there.
        said.append(
            _("Since %(when)s by %(name)s: %(why)s.")
            % {
                "when": moment(one.off.at), "name": one.off.by.username,
                "why": category_words(one.off.category),
            }
        )  # fmt: skip
    decision = one.decision
    if decision is not None:
        said += [text for text in (decision.disclosure, decision.reason) if text]
        if decision.owner:
            said.append(_("Owner: %(name)s.") % {"name": decision.owner})
    if one.is_outside:
        fallback = (
            _("The newest data is outside what was signed.") if sees
            else _("The newest data is outside what was signed; who signs sees by how much.")
        )  # fmt: skip
        said.append(why_again(drifts) or fallback)
    if one.state == "asked" and one.may_be_shown:
        said.append(_("What was signed before is shown until then."))
    elif one.state == "asked" and one.signed is not None:
        said.append(_("Not shown until then, since something else was signed before."))
    if one.line is not None and one.line.is_held:
        said.append(_("The hub shows its last signed number; newer data waits for signatures."))
    return tuple(said)


def _row(one: Standing, drifts: tuple[Drift, ...], sees: bool, chosen: Sequence[str]) -> Row:
    through, as_of = _shown(one)
    again = one.is_outside and one.decision is not None and not one.missing
    return Row(
        code=one.market.code,
        name=one.market.name,
        mark=_mark(one),
        through=through,
        as_of=as_of,
        signed=_signed(one),
        missing=_missing(one),
        ends=_ends(one),
        why=_why(one, drifts, sees),
        may_ask_again=again,
        chosen=one.market.code in chosen,
    )


def summary(found: Sequence[Standing]) -> str:
    """How many markets of the scope stand, in one line."""
    shown = sum(one.may_be_shown for one in found)
    again = sum(one.state == "again" for one in found)
    said = _("%(shown)d of %(all)d may be shown") % {"shown": shown, "all": len(found)}
    return (
        said if not again else _("%(said)s, %(number)d to be signed again") % {"said": said, "number": again}
    )


def breakouts(person: User) -> list[Standing]:
    """Where the carriers of the largest markets stand, and of any other that was decided."""
    version = version_in_effect()
    found = newest(version=version, actor=person) if version else {}
    monday = last_whole_week(version, found) if version else None
    top = largest(found=found, monday=monday, actor=person) if monday else ()
    return [
        one for one in standings(actor=person, breakout=CARRIER)
        if one.market.code in top or one.decision is not None
    ]  # fmt: skip


def week_to_decide(person: User) -> dt.date | None:
    """The week the form begins with: the last one that is over and settled."""
    version = version_in_effect()
    return last_whole_week(version, newest(version=version, actor=person)) if version else None


def states() -> tuple[tuple[str, str], ...]:
    """What a market may be, as the form offers it."""
    return (
        ("certified", _("May be shown")),
        ("known_issue", _("Shown with a note")),
        ("excluded", _("Not shown")),
    )


def board_page(person: User, form: Choice, message: str = "") -> BoardPage:
    """The board for one reader. Raises NotAllowedError for who may not see it."""
    found = standings(actor=person)
    moved = drifted(found, person)
    sees = bool(may(person, "signoff_read"))
    decides = may(person, "scope_decide")
    rows = tuple(_row(one, moved.get(one.market.code, ()), sees, form.markets) for one in found)
    carriers = tuple(_row(one, (), sees, ()) for one in breakouts(person))
    version = version_in_effect()
    if decides and not form.week:
        monday = week_to_decide(person)
        form = Choice(markets=form.markets, week=weeks.label(monday) if monday else "")
    return BoardPage(
        rows=rows,
        carriers=carriers,
        largest=join_names([row.name for row in carriers]),
        summary=summary(found),
        version=version.name if version else _("no definition in effect"),
        decides=bool(decides),
        why_not=decides.reason if isinstance(decides, Refused) else "",
        publishes=bool(may(person, "publication_publish")),
        states=states(),
        form=form,
        again=tuple(row.code for row in rows if row.may_ask_again),
        message=message,
    )


def names_of(codes: Sequence[str]) -> list[str]:
    """Names of markets, in the order of the scope."""
    return list(
        Market.objects.filter(code__in=codes).order_by("priority", "code").values_list("name", flat=True)
    )
