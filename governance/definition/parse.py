"""YAML text <-> definition, with errors that name the path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from governance.definition.nodes import Definition, DefinitionError
from otdr_hub.lib import yaml_text
from otdr_hub.lib.words import gettext_noop

_TABLES = {
    "event_map": gettext_noop("%(path)s: write a mapping of carrier to its codes, each with an event type"),
    "calendars": gettext_noop(
        "%(path)s: write a mapping of market (or market/region) to days, each with a name"
    ),
}


def _whole(path: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DefinitionError(
            gettext_noop("%(path)s: '%(value)s' is not a whole number"), path=path, value=value
        )
    return value


def _share(path: str, value: Any) -> Decimal:
    # Shares are written as text ("0.95") so that no float ever enters a digest.
    try:
        if isinstance(value, float):
            raise InvalidOperation
        share = Decimal(str(value))
    except InvalidOperation:
        raise DefinitionError(
            gettext_noop("%(path)s: write the share as text in quotes, like '0.95'"), path=path
        ) from None
    if not share.is_finite() or (abs(share) < 10 and share != share.quantize(Decimal("0.0001"))):
        raise DefinitionError(
            gettext_noop("%(path)s: '%(value)s' is no share; write it with at most four decimals"),
            path=path,
            value=value,
        )
    return share


def _list(path: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DefinitionError(gettext_noop("%(path)s: write a list of texts"), path=path)
    # The order says nothing, so it must not change the digest.
    return tuple(value) if path == "exclusions" else tuple(sorted(set(value)))


def _services(path: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise DefinitionError(gettext_noop("%(path)s: write a mapping of service to reason"), path=path)
    return tuple(sorted((str(service), reason) for service, reason in value.items()))


def _horizons(path: str, value: Any) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict):
        raise DefinitionError(gettext_noop("%(path)s: write a mapping of market to hours"), path=path)
    rows = ((str(market), _whole(f"{path}.{market}", hours)) for market, hours in value.items())
    return tuple(sorted(rows))


def _table(path: str, value: Any) -> tuple[tuple[str, str, str], ...]:
    """A mapping of mappings as sorted rows; a day written bare in YAML is a date, not a text."""
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        raise DefinitionError(_TABLES[path], path=path)
    rows = ((outer, key, item) for outer, inner in value.items() for key, item in inner.items())
    return tuple(sorted((str(outer), str(key), str(item)) for outer, key, item in rows))


def _yes_or_no(path: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise DefinitionError(gettext_noop("%(path)s: write true or false"), path=path)
    return value


def _text(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise DefinitionError(gettext_noop("%(path)s: '%(value)s' is not a text"), path=path, value=value)
    return value


_READERS: Final[dict[str, Callable[[str, Any], Any]]] = {
    **dict.fromkeys(("grace_minutes", "horizon_hours", "small_cell"), _whole),
    **dict.fromkeys(("completeness_floor", "no_promise_ceiling"), _share),
    **dict.fromkeys(("exclusions", "attempt_reasons", "pickup_services"), _list),
    **dict.fromkeys(_TABLES, _table),
    "excluded_services": _services,
    "horizons": _horizons,
    "customer_requests_count": _yes_or_no,
}


def _value(path: str, value: Any) -> Any:
    read: Callable[[str, Any], Any] = _READERS.get(path, _text)
    return read(path, value)


def parse(text: str) -> Definition:
    """The definition a YAML document says. Raises DefinitionError naming line or path, and the fix."""
    try:
        document = yaml_text.load(text)
    except yaml_text.UnreadableError as error:
        raise DefinitionError(gettext_noop("the document is not YAML: %(error)s"), error=error) from None
    if not isinstance(document, dict):
        raise DefinitionError(gettext_noop("the document must be a mapping of node names to values"))
    known = Definition.__slots__
    unknown = [str(key) for key in document if key not in known]
    if unknown:
        raise DefinitionError(
            gettext_noop("%(unknown)s: no such node; the nodes are %(known)s"),
            unknown=unknown[0],
            known=", ".join(known),
        )
    if "name" not in document:
        raise DefinitionError(gettext_noop("name: missing; every version has a name like otdr-1"))
    return Definition(**{key: _value(key, value) for key, value in document.items()})


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, Decimal) else value


def dump(definition: Definition) -> str:
    """The definition as YAML with every node spelled out; `parse(dump(d)) == d`."""
    plain = {key: _written(value) for key, value in definition.content().items()}
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
