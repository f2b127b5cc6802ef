"""What granting a request would do: the table of what becomes visible, filed, and said without a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.killswitch.selectors import dark
from governance.markets.models import Market
from governance.requests.models import MetricRequest, RequestImpact
from governance.requests.services import request_assess
from governance.scope.models import CARRIER
from governance.scope.selectors import in_force
from governance.scope.services import ACT
from governance.scope.states import ScopeState
from governance.signoffs.selectors import stands
from metrics.operator.carriers import Visible, visible
from metrics.operator.effect import file, last_whole_week, newest
from otdr_hub.hub.desk.standing import version_in_effect
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError

# Kept as they are written here, so that the record does not depend on who reads it.
_SHOWN: Final = "{name}: its carriers are certified and on the hub already."
_READY: Final = (
    "{name}: the market is signed. Its carriers take a decision and three signatures of their own."
)
_CLOSED: Final = (
    "{name}: the market itself is not signed to be shown, so no part of it can be; its carriers wait for it."
)
_SOME: Final = "{name}: some carriers would be withheld, small ones and those that protect them."
_ALL: Final = (
    "What becomes visible is read by everybody who reads the hub, week by week, up to {week}; carriers too"
    " small to be told are withheld for good."
)  # fmt: skip
NOT_COMPUTED: Final = gettext_noop(
    "Nothing was computed for %(names)s, so nobody can say what it would take."
)


@dataclass(frozen=True, slots=True)
class Assessed:
    """The table, and (market or nothing, sentence) rows without a figure."""

    table: Visible
    sentences: tuple[tuple[str, str], ...]


def _is_signed(code: str, breakout: str = "-") -> bool:
    one = in_force(code, breakout)
    return one is not None and one.state != ScopeState.EXCLUDED and stands(ACT, one.digest)


def _market(code: str, name: str, table: Visible) -> list[tuple[str, str]]:
    said = _CLOSED if not _is_signed(code) else _SHOWN if _is_signed(code, CARRIER) else _READY
    found = [(code, said.format(name=name))]
    if any(one.withheld for one in table.carriers.get(code, ())):
        found.append((code, _SOME.format(name=name)))
    return found


def assessed(request: MetricRequest, actor: User) -> Assessed:
    """Look without keeping anything. Raises ConflictError while nothing is computed."""
    version = version_in_effect()
    if version is None:
        raise ConflictError(_("No definition is in effect, so there is nothing to assess."))
    found = newest(version=version, actor=actor)
    absent = sorted(set(request.codes) - found.keys())
    monday = last_whole_week(version, found)
    if absent or monday is None:
        raise ConflictError(_(NOT_COMPUTED) % {"names": ", ".join(absent) or _("a whole week")})
    off = dark().carriers
    table = visible(found=found, monday=monday, chosen=request.codes, version=version, off=off, actor=actor)
    return Assessed(table, _sentences(request, table, monday))


def _sentences(request: MetricRequest, table: Visible, monday: dt.date) -> tuple[tuple[str, str], ...]:
    names: Mapping[str, str] = dict(Market.objects.values_list("code", "name"))
    rows = [one for code in request.codes for one in _market(code, names[code], table)]
    return (*rows, ("", _ALL.format(week=weeks.label(monday))))


def assess(*, request: MetricRequest, actor: User) -> RequestImpact:
    """File the table and keep its sentences, in one transaction."""
    with transaction.atomic():
        found = assessed(request, actor)
        table = file(found.table, actor=actor)
        return request_assess(request=request, table=table, sentences=found.sentences, actor=actor)
