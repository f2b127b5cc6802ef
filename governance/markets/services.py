"""Registering markets."""

from __future__ import annotations

import csv
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets import facts
from governance.markets.models import Market
from otdr_hub.lib.outcome import InvalidInputError, require

COLUMNS = ("code", "name", "zone", "priority")


@dataclass(frozen=True, slots=True)
class MarketRow:
    """One line of a markets file."""

    code: str
    name: str
    zone: str
    priority: int


def _row(path: Path, line: int, record: dict[str, str]) -> MarketRow:
    where = f"{path.name}, line {line}"
    if not re.fullmatch(r"[A-Z0-9]{2,8}", record["code"]):
        raise InvalidInputError(
            _("%(where)s, code: '%(code)s' is not 2 to 8 of A-Z and 0-9.")
            % {"where": where, "code": record["code"]}
        )
    if record["zone"] not in zoneinfo.available_timezones():
        raise InvalidInputError(
            _("%(where)s, zone: '%(zone)s' is not an IANA zone.") % {"where": where, "zone": record["zone"]}
        )
    if not record["name"].strip() or not record["priority"].isdigit():
        raise InvalidInputError(
            _("%(where)s: a name and a whole-number priority are needed.") % {"where": where}
        )
    return MarketRow(record["code"], record["name"].strip(), record["zone"], int(record["priority"]))


def read_file(path: Path) -> list[MarketRow]:
    """Read `code,name,zone,priority`. Raises InvalidInputError naming file, line and column."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, strict=True)
            if set(reader.fieldnames or ()) != set(COLUMNS):
                raise InvalidInputError(
                    _("%(path)s: the header must be exactly %(columns)s.")
                    % {"path": path.name, "columns": ",".join(COLUMNS)}
                )
            return [_row(path, reader.line_num, record) for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(
            _("%(path)s: cannot be read (%(error)s).") % {"path": path.name, "error": error}
        ) from None


@transaction.atomic
def markets_load(*, rows: Sequence[MarketRow], actor: User) -> int:
    """Register or rename markets, all or none; returns how many rows were given."""
    require(may(actor, "markets_load"))
    if len({row.code for row in rows}) != len(rows) or not rows:
        raise InvalidInputError(_("A markets file names each market once, and at least one."))
    loaded = [Market.objects.update_or_create(code=row.code, defaults=asdict(row))[0] for row in rows]
    ledger.record(
        action=Action.MARKETS_LOADED,
        subject=f"{len(rows)} markets",
        payload={},
        actor=actor,
        facts=facts.of(loaded),
    )
    return len(rows)
