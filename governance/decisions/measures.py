"""Who measures what a framework compares: a registry, filled by the rooms that know the figures.

Governance measures signatures and exports itself. A figure of a market passes through here in memory, on its
way into a comparison and to readers who may see it; what is stored of it are words and a fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from governance.decisions.own import names_of
from governance.framework.measures import MarketMeasures, Measures
from governance.killswitch.selectors import dark
from governance.launch.models import Launch
from governance.launch.selectors import business_days_left, plan_of

# Market (or ALL) -> the name of a measure -> its value.
Found = Mapping[str, Mapping[str, Any]]
Measure = Callable[[Launch, Sequence[str]], Found]
ALL: Final = ""
_NAMES: Final = frozenset(item.name for item in fields(MarketMeasures)) - {"code", "name"}

_measures: Final[dict[str, Measure]] = {}


def register(name: str, measure: Measure) -> None:
    """Add who measures something. The same name replaces itself (apps may load twice)."""
    _measures[name] = measure


def measured(launch: Launch) -> Measures:
    """Everything measured of a launch's markets now. Of what two rooms count, the sum counts."""
    plan = plan_of(launch)
    names, off = names_of(plan.codes), dark().whole
    values: dict[str, dict[str, Any]] = {code: {"links": {}} for code in names}
    elsewhere = Decimal(0)
    for name in sorted(_measures):
        found = _measures[name](launch, plan.codes)
        elsewhere += found.get(ALL, {}).get("elsewhere", Decimal(0))
        for code in names:
            # Of what is switched off nothing is measured: no page shows it, and no comparison may say it.
            _merge(values[code], {"is_off": True} if code in off else found.get(code, {}))
    markets = tuple(MarketMeasures(code=code, name=name, **values[code]) for code, name in names.items())
    return Measures(markets, elsewhere, business_days_left(plan).days)


def _merge(values: dict[str, Any], found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if name not in _NAMES:
            raise ValueError(f"'{name}' is no measure of a market")
        if name == "links":
            values["links"] |= value
        elif isinstance(value, int) and not isinstance(value, bool):
            values[name] = values.get(name, 0) + value
        else:
            values[name] = value
