"""Registering markets."""

from __future__ import annotations

import csv
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import transaction

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
        raise InvalidInputError(f"{where}, code: '{record['code']}' is not 2 to 8 of A-Z and 0-9.")
    if record["zone"] not in zoneinfo.available_timezones():
        raise InvalidInputError(f"{where}, zone: '{record['zone']}' is not an IANA zone.")
    if not record["name"].strip() or not record["priority"].isdigit():
        raise InvalidInputError(f"{where}: a name and a whole-number priority are needed.")
    return MarketRow(record["code"], record["name"].strip(), record["zone"], int(record["priority"]))


def read_file(path: Path) -> list[MarketRow]:
    """Read `code,name,zone,priority`. Raises InvalidInputError naming file, line and column."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, strict=True)
            if set(reader.fieldnames or ()) != set(COLUMNS):
                raise InvalidInputError(f"{path.name}: the header must be exactly {','.join(COLUMNS)}.")
            return [_row(path, reader.line_num, record) for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"{path.name}: cannot be read ({error}).") from None


@transaction.atomic
def markets_load(*, rows: Sequence[MarketRow], actor: User) -> int:
    """Register or rename markets, all or none; returns how many rows were given."""
    require(may(actor, "markets_load"))
    if len({row.code for row in rows}) != len(rows) or not rows:
        raise InvalidInputError("A markets file names each market once, and at least one.")
    loaded = [Market.objects.update_or_create(code=row.code, defaults=asdict(row))[0] for row in rows]
    ledger.record(
        action=Action.MARKETS_LOADED,
        subject=f"{len(rows)} markets",
        payload={},
        actor=actor,
        facts=facts.of(loaded),
    )
    return len(rows)
