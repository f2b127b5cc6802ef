"""The figures of a loaded demonstration, each so large that it can belong to one market only.

`plant` multiplies every count of a market by a prime of its own. All sums, shares and identities still
hold, and a figure found anywhere, in whatever spelling, says whose it is. It needs the superuser and
works on a copy made for the purpose: the product has no way to change a week.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
COUNTS = ("due", "on_time", "late", "unknown")
SMALLEST = 100_000
_NUMBER = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:[,\u00a0\u202f\u2009 ]\d{3})+|\d{6,})(?![\w])"
)  # fmt: skip
_NEWEST = """
SELECT l.market_id, w.week, w.due, w.on_time, w.late, w.unknown, l.decision <> '', l.through = p.through
FROM governance_publication p
JOIN governance_publicationline l ON l.publication_id = p.number AND l.breakout = '-'
JOIN metrics_vintageweek w ON w.vintage_id = l.vintage AND w.week <= l.through
WHERE p.number = (SELECT max(number) FROM governance_publication) ORDER BY l.market_id, w.week
"""
# Every table in which a vintage keeps counts.
_TABLES = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'
  AND column_name IN ('vintage_id', 'due', 'on_time', 'late', 'pending', 'unknown')
GROUP BY table_name HAVING count(*) = 6 ORDER BY table_name
"""
_CARRIERS = """
SELECT l.market_id, b.due, b.on_time FROM governance_publicationline l
JOIN metrics_vintagebreakout b ON b.vintage_id = l.vintage AND b.breakout = l.breakout AND b.week <= l.through
WHERE l.publication_id = (SELECT max(number) FROM governance_publication)
  AND l.breakout = 'carrier' AND l.value = '*' AND l.decision <> ''
"""
CARRIERS = "/carrier"
_PRIMES = (100_003, 100_019, 100_043, 100_049, 100_057, 100_069, 100_103, 100_109, 100_129, 100_151,
           100_153, 100_169, 100_183, 100_189, 100_193, 100_207, 100_213, 100_237, 100_267, 100_271)  # fmt: skip


def plant(admin: Connection) -> None:
    """Multiply all counts of each market by its prime, wherever weeks are kept."""
    codes = [code for (code,) in admin.execute("SELECT code FROM governance_market ORDER BY code")]
    for code, prime in zip(codes, _PRIMES, strict=False):
        _change(admin, code, [f"{column} = {column} * {prime}" for column in (*COUNTS, "pending")])


def nudge(admin: Connection, market: str, *, wholly: bool = False) -> None:
    """Move some shipments of a market from on time to late, in each of its weeks another share of them, and let
    some more be due; or all of them, which makes it the last in any order."""
    share = "on_time" if wholly else "(on_time * (3 + abs(hashtext(id::text)) %% 5) / 100)"
    more = "(due * (2 + abs(hashtext(id::text)) %% 3) / 100)"
    _change(
        admin,
        market,
        [f"on_time = on_time - {share}", f"late = late + {share} + {more}", f"due = due + {more}"],
    )
    # What was made before is not found again: pages are kept by epoch, and nothing else has moved it.
    admin.execute("UPDATE governance_epoch SET value = value + 1")


def _change(admin: Connection, market: str, changes: list[str]) -> None:
    for (table,) in admin.execute(_TABLES).fetchall():
        admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER refuse_change")
        admin.execute(
            f"UPDATE {table} SET {', '.join(changes)}"
            " WHERE vintage_id IN (SELECT digest FROM metrics_vintage WHERE market = %s)",
            [market],
        )
        admin.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change")


@dataclass(frozen=True)
class Found:
    """What a text holds: figures of these markets, and sums of these sets of markets (masks)."""

    seen: int
    totals: tuple[int, ...]


@dataclass(frozen=True)
class World:
    """Markets, who may be seen when nothing is switched off, who is summed, and whose each figure is.

    The carrier figures of a market are a market of their own here, named after it: "US/carrier".
    """

    markets: tuple[str, ...]
    visible: tuple[str, ...]
    summed: tuple[str, ...]
    epoch: int
    owner: dict[int, int]
    last: dict[str, tuple[int, int]]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The markets proper."""
        return tuple(code for code in self.markets if CARRIERS not in code)

    @cached_property
    def proper(self) -> int:
        """The markets proper as a mask."""
        return self.mask(self.codes)

    def bit(self, market: str) -> int:
        """A market as a mask."""
        return 1 << self.markets.index(market)

    def mask(self, markets: Any) -> int:
        """A set of markets as a mask."""
        return sum(map(self.bit, markets))

    def names(self, mask: int) -> list[str]:
        """The markets of a mask."""
        return [code for code in self.markets if mask & self.bit(code)]

    @cached_property
    def sums(self) -> dict[int, list[tuple[int, int]]]:
        """Due of the last week, summed over each set of two or more markets -> (on time, mask) of that set."""
        parts = [(0, 0, 0)]
        # All markets, not only those that are summed on the hub: the desk looks at the whole scope.
        for code in self.codes:
            due, on_time = self.last[code]
            parts += [(mask | self.bit(code), d + due, o + on_time) for mask, d, o in parts]
        found: dict[int, list[tuple[int, int]]] = {}
        for mask, due, on_time in parts:
            if mask & (mask - 1):
                found.setdefault(due, []).append((on_time, mask))
        return found

    def read(self, text: str) -> Found:
        """Whose figures and whose sums are in a text."""
        values = {int(re.sub(r"\D", "", word)) for word in _NUMBER.findall(text)}
        return self.judge(values)

    def judge(self, values: set[int]) -> Found:
        """Whose figures and whose sums these are."""
        seen, totals = 0, set()
        for value in values:
            seen |= self.owner.get(value, 0)
            for on_time, mask in self.sums.get(value, ()):
                if on_time in values:
                    totals.add(mask)
        return Found(seen, tuple(sorted(totals)))


def read_world(admin: Connection) -> World:
    """The world of a planted database, by plain SQL. Raises ValueError where a figure has two owners."""
    rows = admin.execute(_NEWEST).fetchall()
    row = admin.execute("SELECT value FROM governance_epoch").fetchone()
    carriers = admin.execute(_CARRIERS).fetchall()
    split = sorted({f"{row[0]}{CARRIERS}" for row in carriers})
    markets = (*sorted({row[0] for row in rows}), *split)
    whose: dict[int, set[str]] = {}
    last: dict[str, tuple[int, int]] = {}
    for code, _week, *counts, _decided, _current in rows:
        last[code] = (counts[0], counts[1])
        for value in counts:
            if value >= SMALLEST:
                whose.setdefault(value, set()).add(code)
    for code, *counts in carriers:
        for value in counts:
            if value >= SMALLEST and value not in whose:
                whose[value] = {f"{code}{CARRIERS}"}
            elif CARRIERS in min(whose.get(value, ("",))):
                whose[value] = whose[value] | {f"{code}{CARRIERS}"}
    shared = {value: codes for value, codes in whose.items() if len(codes) > 1}
    if shared:
        raise ValueError(f"these figures are of more than one market: {shared}")
    owner = {value: 1 << markets.index(next(iter(codes))) for value, codes in whose.items()}
    return World(
        markets,
        (*sorted({row[0] for row in rows if row[6]}), *split),
        tuple(sorted({row[0] for row in rows if row[6] and row[7]})),
        row[0] if row else 0,
        owner,
        last,
    )
