"""The page between choosing and deciding: what the choice would do to the roll-up, in finished text."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.markets.selectors import names as market_names
from governance.scope.states import ScopeState
from metrics.operator.effect import Sum
from otdr_hub.hub.desk import words
from otdr_hub.hub.desk.breakouts import VisibleRow, visible_rows
from otdr_hub.hub.desk.breakouts import button as carriers_button
from otdr_hub.hub.desk.deciding import Ground, ground, newest_states
from otdr_hub.hub.desk.forms import Choice
from otdr_hub.hub.numbers import count, percent_text, share_text, week_title
from otdr_hub.hub.sentences import join_names


def _then(choice: Choice) -> str:
    """What becomes of the hub between the decision and its signatures."""
    once = _("You confirm once that it is you.")
    if choice.state == ScopeState.EXCLUDED:
        return f"{once} " + _("From then on they are not shown; the departments are asked to sign that, too.")
    asked = _("The departments are then asked to sign all of these in one sitting;")
    states = newest_states()
    if any(states.get(code, choice.state) != choice.state for code in choice.markets):
        until = _("until they have, a market that was decided otherwise before is not shown.")
    else:
        until = _("until they have, the hub shows what was signed before.")
    return f"{once} {asked} {until}"


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One line of the effect table."""

    label: str
    counts: str
    rate: str
    share: str


@dataclass(frozen=True, slots=True)
class DecidePage:
    """What a choice would do, before it is made."""

    title: str
    week: str
    state: words.Mark
    said: tuple[tuple[str, str], ...]
    rows: tuple[EffectRow, ...]
    visible: tuple[VisibleRow, ...]
    change: str
    left_off: str
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    fields: tuple[tuple[str, str], ...]
    seen: str
    button: str
    why_not: str
    then: str
    problem: str


def _effect_row(label: str, part: Sum, scope: Sum) -> EffectRow:
    return EffectRow(
        label=label,
        counts=_("%(on_time)s of %(due)s") % {"on_time": count(part.on_time), "due": count(part.due)},
        rate=_("no rate") if part.rate is None else percent_text(part.rate),
        share=share_text(part.due, scope.due) if scope.due else _("none"),
    )


def _rows(stand: Ground, names: dict[str, str]) -> tuple[EffectRow, ...]:
    table = stand.effect
    return (
        _effect_row(_("With these markets"), table.included, table.scope),
        _effect_row(_("Without these markets"), table.left_out, table.scope),
        *(
            EffectRow(names[code], "", _("switched off"), "")
            if code in table.off
            else _effect_row(names[code], one, table.scope)
            for code, one in table.alone.items()
        ),
    )


def _left_off(stand: Ground, names: dict[str, str]) -> str:
    """Which markets are in none of the sums, since with them a sum would say their number."""
    if not stand.effect.off:
        return ""
    return _("Switched off, and in none of these sums: %(names)s.") % {
        "names": join_names([names[code] for code in stand.effect.off])
    }


def _change(stand: Ground) -> str:
    included, left_out = stand.effect.included.rate, stand.effect.left_out.rate
    if included is None or left_out is None:
        return ""
    return _("%(points)s points") % {"points": words.signed_points((included - left_out) * 100)}


def _said(choice: Choice) -> tuple[tuple[str, str], ...]:
    labels = {
        "disclosure": _("Disclosure"), "plan": _("Plan"), "reason": _("Reason"), "owner": _("Owner"),
    }  # fmt: skip
    said = [(labels[name], text) for name, text in choice.said().items()]
    if choice.state != ScopeState.CERTIFIED:
        label = _("Expires") if choice.state == ScopeState.KNOWN_ISSUE else _("Review")
        said.append((label, words.day(choice.review_day) if choice.review_day else choice.review_on))
    return tuple((label, text or _("still missing")) for label, text in said)


def _why_not(choice: Choice, stand: Ground) -> str:
    if stand.problems and choice.state != ScopeState.EXCLUDED:
        return _("A market that cannot be certified has to be left out first; see why above.")
    missing = [name for name, text in choice.said().items() if not text]
    if choice.state != ScopeState.CERTIFIED and choice.review_day is None:
        missing.append("review_on")
    if missing:
        return _("Something is still missing; go back and fill it in.")
    return ""


def decide_page(choice: Choice, actor: User, problem: str = "") -> DecidePage:
    """The page between choosing and deciding. Raises InvalidInputError for a choice that says nothing."""
    stand = ground(choice, actor)
    names = market_names()
    number = len(choice.markets)
    button = (
        ngettext("Leave out %(number)d market", "Leave out %(number)d markets", number)
        if choice.state == ScopeState.EXCLUDED
        else ngettext(
            "Decide %(number)d market and ask for signatures",
            "Decide %(number)d markets and ask for signatures",
            number,
        )
    )
    return DecidePage(
        title=join_names([names[code] for code in choice.markets]),
        week=week_title(stand.monday),
        state=words.scope_state(choice.state),
        said=_said(choice),
        rows=_rows(stand, names),
        visible=visible_rows(stand.visible, names) if stand.visible else (),
        change=_change(stand),
        left_off=_left_off(stand, names),
        problems=tuple((names[code], tuple(said)) for code, said in stand.problems.items()),
        fields=tuple(choice.fields()),
        seen=stand.fingerprint,
        button=carriers_button(choice, number) if stand.visible else button % {"number": number},
        why_not=_why_not(choice, stand),
        then=_then(choice),
        problem=problem,
    )
