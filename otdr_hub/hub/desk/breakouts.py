"""Deciding about the carriers of a market: what becomes visible, and what stays withheld, before it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.models import MetricVersion
from governance.scope.models import CARRIER
from governance.scope.selectors import in_force
from governance.scope.states import ScopeState
from metrics.operator.carriers import Carrier, Visible, largest, visible
from metrics.operator.effect import Newest
from otdr_hub.hub.desk.forms import Choice
from otdr_hub.hub.numbers import count, percent_text
from otdr_hub.hub.sentences import join_names


@dataclass(frozen=True, slots=True)
class VisibleRow:
    """One carrier of a market, as it would be shown, or that it would not."""

    market: str
    carrier: str
    rate: str
    counts: str
    withheld: bool


def what_becomes_visible(
    choice: Choice, version: MetricVersion, found: Mapping[str, Newest], off: Collection[str], actor: User
) -> Visible | None:
    """The table to decide on, without carriers that are `off`; None for a choice about whole markets."""
    if choice.breakout != CARRIER or choice.monday is None:
        return None
    return visible(
        found=found, monday=choice.monday, chosen=choice.markets, version=version, off=off, actor=actor
    )


def why_unfit(
    choice: Choice, found: Mapping[str, Newest], monday: dt.date, actor: User
) -> dict[str, list[str]]:
    """Market -> why its carriers are not offered, a sentence each."""
    if choice.breakout != CARRIER:
        return {}
    offered = largest(found=found, monday=monday, actor=actor)
    said: dict[str, list[str]] = {}
    for code in choice.markets:
        whole = in_force(code)
        if code not in offered:
            said.setdefault(code, []).append(
                _("Carriers are shown in the %(number)d markets with most shipments due; it is none of them.")
                % {"number": len(offered)}
            )
        if whole is None or whole.state == ScopeState.EXCLUDED:
            said.setdefault(code, []).append(_("The market itself is not decided to be shown."))
    return said


def visible_rows(table: Visible, names: Mapping[str, str]) -> tuple[VisibleRow, ...]:
    """The table as it is printed, market by market, the largest carriers first."""
    return tuple(
        VisibleRow(
            market=names[code],
            carrier=one.name or _("no carrier named"),
            rate=_("no rate") if one.rate is None else percent_text(one.rate),
            counts=_("%(on_time)s of %(due)s") % {"on_time": count(one.on_time), "due": count(one.due)},
            withheld=one.withheld,
        )
        for code, found in table.carriers.items()
        for one in found
    ) + tuple(VisibleRow(names[code], _("every carrier"), _("switched off"), "", True) for code in table.off)


def in_words(found: tuple[Carrier, ...]) -> str:
    """The carriers of one market in a line: what is shown of each, and who is withheld."""
    shown = [
        _("%(name)s %(rate)s of %(due)s")
        % {"name": one.name or _("no carrier named"), "rate": percent_text(one.rate), "due": count(one.due)}
        for one in found
        if not one.withheld and one.rate is not None
    ]
    hidden = [one.name or _("no carrier named") for one in found if one.withheld]
    said = [", ".join(shown)] if shown else [_("none shown")]
    if hidden:
        said.append(_("withheld: %(names)s") % {"names": join_names(hidden)})
    return "; ".join(said)


def button(choice: Choice, number: int) -> str:
    """What the button of a choice about carriers says."""
    pattern = (
        ngettext(
            "Leave out the carriers of %(number)d market",
            "Leave out the carriers of %(number)d markets",
            number,
        )
        if choice.state == ScopeState.EXCLUDED
        else ngettext(
            "Decide the carriers of %(number)d market and ask for signatures",
            "Decide the carriers of %(number)d markets and ask for signatures",
            number,
        )
    )
    return pattern % {"number": number}
