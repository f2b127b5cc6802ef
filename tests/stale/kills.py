"""The killer: switches off through every way the product has, and on again by a short cut of this test.

Off is always the real thing: the service under the application's role, the API, the page, the command.
On again takes two people and minutes of theirs, so for ten thousand times the superuser adds the lift that
the gate would have added, in one transaction that moves the epoch by the same trigger; the one trigger that
asks for the signatures is switched off in this database. Lifted shutoffs are cleared away now and then.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.db.utils import Error as DatabaseError

from tests.bench.place import PROJECT
from tests.stale.client import Client
from tests.stale.logs import write_events
from tests.stale.model import EVERYTHING, Event
from tests.stale.shared import Shared, one_less
from tests.stale.stage import Stage
from tests.stale.world import CARRIERS, World

TROUBLE = (
    OSError, http.client.HTTPException, psycopg.Error, DatabaseError, RuntimeError, subprocess.SubprocessError
)  # fmt: skip
WAYS = {"service": 0.88, "api": 0.08, "page": 0.04}
COMMAND_EVERY = 1000
API, PAGE = "/api/v1/shutoffs", "/kill-switch/"
LIFT = """
WITH off AS (
  SELECT s.id FROM governance_shutoff s WHERE (s.market, s.breakout, s.value) = (%(market)s, %(breakout)s, %(value)s)
    AND NOT EXISTS (SELECT 1 FROM governance_shutofflift l WHERE l.shutoff_id = s.id)),
ask AS (
  INSERT INTO governance_liftask (digest, evidence, content, repeats, asked_at, asked_by_id, shutoff_id)
  SELECT %(digest)s, 'short cut of the stale-read test', '', 0, now(),
         (SELECT id FROM governance_user WHERE username = 'dpm'), off.id FROM off
  RETURNING id, shutoff_id)
INSERT INTO governance_shutofflift (lifted_at, ask_id, shutoff_id) SELECT now(), id, shutoff_id FROM ask
"""
IS_OFF = """
SELECT EXISTS (SELECT 1 FROM governance_shutoff s WHERE (s.market, s.breakout, s.value) = (%(market)s, %(breakout)s, %(value)s)
  AND NOT EXISTS (SELECT 1 FROM governance_shutofflift l WHERE l.shutoff_id = s.id))
"""


def allow_short_cuts(admin: psycopg.Connection) -> None:
    """Switch off, in this database, what asks for signatures and what keeps lifted shutoffs for ever."""
    admin.execute("ALTER TABLE governance_shutofflift DISABLE TRIGGER check_lift")
    for table in ("shutoff", "shutofflift", "liftask", "shutoffreason"):
        admin.execute(f"ALTER TABLE governance_{table} DISABLE TRIGGER refuse_change")


def key_of(code: str) -> dict[str, str]:
    """A market, its carrier figures or everything as a scope key."""
    market, _, breakout = code.partition("/")
    return {"market": market, "breakout": breakout or "-", "value": "*" if breakout else "-"}


def _is_routed(path: str) -> bool:
    from django.urls import Resolver404, resolve

    try:
        resolve(path)
    except Resolver404:
        return False
    return True


class Killer:
    """Knows what is off, and what it did."""

    def __init__(self, stage: Stage, port: int | None, chance: random.Random) -> None:
        self.stage, self.chance = stage, chance
        self.client = Client(port) if port else None
        self.admin = stage.patiently()
        self.events: list[Event] = []
        self.failures = self.turn = 0
        self.untried = ["command", "page", "api"] if port else []
        self.acts: dict[str, Callable[[str], None]] = {"service": self._by_service}
        if self.client is not None:
            self.client.sign_in("admin")
            self.acts |= {name: act for name, (path, act) in self._web_acts().items() if _is_routed(path)}

    def _web_acts(self) -> dict[str, tuple[str, Callable[[str], None]]]:
        return {"api": (API, self._by_api), "page": (PAGE, self._by_page)}

    def _by_service(self, market: str) -> None:
        from contextlib import nullcontext

        from governance.access.models import User
        from governance.killswitch.services import shutoff_activate
        from otdr_hub.lib import clock

        # The clock of this host may jump: what was first is a matter of epochs, not of times.
        jump = self.chance.choice((0, 0, 0, 0, 0, 0, 0, 0, -1, 1))
        with clock.at(clock.now() + dt.timedelta(hours=jump)) if jump else nullcontext():
            shutoff_activate(
                **key_of(market), category="data_quality", actor=User.objects.get(username="admin")
            )

    def _by_api(self, market: str) -> None:
        assert self.client is not None
        reply = self.client.send_json(
            API,
            {"scope": key_of(market), "category": "data_quality"},
            **{"Idempotency-Key": str(uuid.uuid4())},
        )
        if reply.status != 201:
            raise RuntimeError(f"the API said {reply.status}: {reply.text[:200]}")

    def _by_page(self, market: str) -> None:
        assert self.client is not None
        reply = self.client.send_form(
            f"{PAGE}off/",
            {**key_of(market), "category": "other", "typed": "EVERYTHING", "reason": ""},
            page=PAGE,
        )
        if reply.status != 302 or PAGE not in reply.location:
            raise RuntimeError(f"the page said {reply.status} {reply.location}")

    def by_command(self, market: str) -> None:
        """The command, as an operator types it."""
        subprocess.run(
            [sys.executable, "manage.py", "shutoff", key_of(market)["market"], "-c", "data_quality", "--as", "admin"],
            cwd=PROJECT, env=dict(self.stage.environment), check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    def kill(self, market: str, way: str, act: Callable[[str], None]) -> bool:
        """Switch off; whether it is off then."""
        return self._do("kill", market, way, lambda: act(market), wanted=True)

    def lift(self, market: str) -> bool:
        """Switch on again, by the short cut."""
        return self._do("lift", market, "short cut", lambda: self._lift(market), wanted=False)

    def _lift(self, market: str) -> None:
        with self.admin.transaction():
            self.admin.execute(LIFT, {**key_of(market), "digest": uuid.uuid4().hex})

    def _do(self, kind: str, market: str, way: str, act: Callable[[], None], *, wanted: bool) -> bool:
        """Do it and write it down. Where it is not known whether it happened, the tables are asked."""
        invoked = time.monotonic_ns()
        try:
            act()
            acked = time.monotonic_ns()
            epoch = self._epoch()
        except TROUBLE as error:
            self.failures += 1
            epoch, is_off = self._settled(market)
            acked = time.monotonic_ns()
            if is_off != wanted:
                if self.failures < 4:
                    print(f"  {kind} {market} by {way} did not happen: {error!r:.200}", file=sys.stderr)
                return False
            way = f"{way}, not told"
        self.events.append(Event(kind, market, invoked, acked, epoch, way))
        return True

    def _epoch(self) -> int:
        row = self.admin.execute("SELECT value FROM governance_epoch WHERE id = 1").fetchone()
        assert row is not None
        return int(row[0])

    def _settled(self, market: str) -> tuple[int, bool]:
        """Epoch, and whether it is off, once nothing of the attempt can still be under way."""
        from django.db import connections

        connections.close_all()
        time.sleep(0.3)
        while True:
            try:
                self.admin.close()
                self.admin = self.stage.patiently()
                with self.admin.transaction():
                    row = self.admin.execute("SELECT value FROM governance_epoch FOR UPDATE").fetchone()
                    off = self.admin.execute(IS_OFF, key_of(market)).fetchone()
                assert row is not None
                assert off is not None
                return int(row[0]), bool(off[0])
            except psycopg.Error:
                time.sleep(0.1)

    def clear(self) -> None:
        """Take away what has been lifted: ten thousand rows are no part of what is shown here."""
        try:
            self._clear()
        except psycopg.Error:
            self._settled(EVERYTHING)

    def _clear(self) -> None:
        with self.admin.transaction():
            rows = self.admin.execute("SELECT shutoff_id FROM governance_shutofflift").fetchall()
            lifted = [row[0] for row in rows]
            self.admin.execute("DELETE FROM governance_shutoffreason WHERE shutoff_id = ANY(%s)", [lifted])
            self.admin.execute("DELETE FROM governance_shutofflift")
            self.admin.execute("DELETE FROM governance_liftask")
            self.admin.execute("DELETE FROM governance_shutoff WHERE id = ANY(%s)", [lifted])

    def round(self, world: World, shared: Shared, pause: float) -> None:
        """Some markets, or everything, off and on again."""
        ways, weights = zip(*((way, WAYS[way]) for way in self.acts), strict=True)
        off = []
        for market in self.targets(world):
            way = self.untried[-1] if self.untried else self.chance.choices(ways, weights)[0]
            if self.turn % COMMAND_EVERY == COMMAND_EVERY // 2:
                way = "command"
            if way == "command" and CARRIERS in market:  # it is told a market
                way = "service"
            self.turn += 1
            if self.kill(market, way, self.acts.get(way, self.by_command)):
                off.append(market)
                one_less(shared.kills)
                if self.untried and self.events[-1].way == self.untried[-1]:
                    self.untried.pop()
            if self.chance.random() < 0.3:
                time.sleep(self.chance.uniform(0, pause / 4))
        # Half of them stay off for a while, so that much is read meanwhile.
        time.sleep(self.chance.choice((0, self.chance.uniform(0, pause))))
        for market in reversed(off):
            while not self.lift(market):
                time.sleep(0.05)

    def targets(self, world: World) -> list[str]:
        """What goes off together in one round: mostly a market, sometimes two, sometimes everything."""
        dice = self.chance.random()
        if dice < 0.05:
            return [EVERYTHING]
        if dice < 0.08:
            return [self.chance.choice(world.visible), EVERYTHING]
        return self.chance.sample(world.visible, 2 if dice < 0.2 else 1)


def kill_and_lift(
    *, stage: Stage, port: int | None, world: World, out: Path, shared: Shared, pause: float, seed: int
) -> None:
    """Bursts of kills and lifts, with rests in which whole pages can be read, in step with the readers."""
    os.environ.update(stage.environment)
    import django

    django.setup()
    killer = Killer(stage, port, random.Random(seed))  # noqa: S311 (nothing secret)
    while not shared.stop.is_set():
        for _ in range(killer.chance.randint(1, 8)):
            killer.round(world, shared, pause)
        killer.clear()
        time.sleep(killer.chance.uniform(0, 2 * pause))
        while shared.is_ahead() and not shared.stop.is_set():
            time.sleep(0.01)
    write_events(out, killer.events)
    out.with_suffix(".failures").write_text(json.dumps(killer.failures))
