"""Edit against signature, on two connections: `python -m tests.governance.races --count 10000`.

Each race: two departments have signed a decision; at the same moment one connection edits it (decides
again with another disclosure) while another gives the third signature and publishes. Afterwards whatever
the newest publication shows is looked up by plain SQL: the digest has to be that of the row's content, and
three persons of three departments must have signed just that digest. Prints one JSON object; how far it is
goes to standard error.

The world is made once, in a database of its own. Races run in copies of it, so many in each, several copies
at a time: every one a process with two connections that stay open.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django

CERTIFIED = """
SELECT l.decision, array_agg(DISTINCT s.person_id), array_agg(DISTINCT s.role)
FROM governance_publicationline l
LEFT JOIN governance_signature s ON s.digest = l.decision AND s.verdict = 'approve'
  AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.signature_id = s.id)
WHERE l.publication_id = (SELECT max(number) FROM governance_publication) AND l.decision <> ''
GROUP BY l.decision
"""

# Every row that a digest names, as what it says.
CONTENTS = """
SELECT jsonb_build_object(
  'act', 'scope', 'market', d.market_id, 'breakout', d.breakout, 'value', d.value, 'state', d.state,
  'version', d.version_id, 'vintage', d.vintage, 'through', d.through, 'disclosure', d.disclosure,
  'guard', d.guard, 'reason', d.reason, 'review_on', d.review_on, 'plan', d.plan, 'owner', d.owner,
  'effect', d.effect)::text
FROM governance_scopedecision d WHERE d.digest = %s
"""

SIGNED = """
INSERT INTO governance_signature
  (line_id, digest, role, person_id, verdict, statement, reason, round, authenticated_at, signed_at)
SELECT l.id, l.digest, %s, %s, 'approve', 'I saw it.', '', 0, now(), now()
FROM governance_signoffline l WHERE l.digest = %s
"""


def digest_of(content: str) -> str:
    """The digest of a row's content, computed here and not by the product."""
    text = json.dumps(json.loads(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Race:
    """The world of all races: one market with numbers, and somebody for every part."""

    def __init__(self) -> None:
        from metrics.recompute.models import Run
        from tests import builders

        self.builders = builders
        self.persons = {name: builders.person(name) for name in ("dpm", *builders.DEPARTMENTS)}
        self.run = Run.objects.get()
        self.vintages = builders.vintages_of(self.run)
        self.effect = builders.effect_of(self.run)
        self.wins = {"sign": 0, "refused": 0}
        self.lead = 0.005  # seconds the edit has before the signature

    def decide(self, words: str) -> Any:
        from governance.models import Market
        from governance.scope.services import scope_decide

        return scope_decide(
            market=Market.objects.get(pk=self.builders.SHOWN), state="certified", version=self.run.version,
            vintage=self.vintages[self.builders.SHOWN], through=self.builders.WEEK, disclosure=words, effect=self.effect,
            actor=self.persons["dpm"],
        )  # fmt: skip

    def publish(self) -> None:
        from governance.publication.services import publication_publish

        publication_publish(
            version=self.run.version, vintages=self.vintages, through=self.builders.WEEK,
            as_of=self.run.as_of, actor=self.persons["dpm"],
        )  # fmt: skip

    def ask(self, number: int) -> Any:
        """Decided, asked, and signed by two; their rows by SQL, since it is the third that is raced."""
        from django.db import connection

        from governance.signoffs.services import request_open

        decision = self.decide(f"words {number}")
        request = request_open(
            act="scope", summary="AA", lines=[(decision.digest, "AA")], actor=self.persons["dpm"]
        )
        with connection.cursor() as cursor:
            for role in ("finance", "legal"):
                cursor.execute(SIGNED, [role, self.persons[role].pk, decision.digest])
        return request

    def edit(self, number: int) -> None:
        self.decide(f"edited {number}")

    def sign(self, request: Any) -> None:
        from otdr_hub.lib.outcome import DomainError

        time.sleep(self.lead)
        # Whoever won starts later next time, so that the two keep meeting at the same instant.
        try:
            self.builders.answer(request, "logistics", self.persons["logistics"])
            self.wins["sign"] += 1
            self.lead = self.lead * 1.1 + 0.0005
        except DomainError:
            self.wins["refused"] += 1
            self.lead *= 0.9
        self.publish()

    def once(self, number: int, runners: tuple[Runner, Runner]) -> str:
        """One race; the problem found, or nothing."""
        request, barrier = self.ask(number), threading.Barrier(2)
        parts = (partial(self.edit, number), partial(self.sign, request))
        for runner, part in zip(runners, parts, strict=True):
            runner.begin(barrier, part)
        for runner in runners:
            runner.wait()
        return self.problem()

    def problem(self) -> str:
        """What is shown without three persons of three departments over its very content."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(CERTIFIED)
            for decision, persons, roles in cursor.fetchall():
                cursor.execute(CONTENTS, [decision])
                contents = [content for (content,) in cursor.fetchall()]
                if len(set(persons)) != 3 or set(roles) != {"finance", "legal", "logistics"}:
                    return f"{decision[:12]} is shown, signed by {persons} as {roles}: {contents}"
                if {digest_of(content) for content in contents} != {decision}:
                    return f"{decision[:12]} is shown and is not the digest of {contents}"
                if any("edited" in content for content in contents):
                    return f"{decision[:12]} is shown as edited, which nobody signed"
        return ""


class Runner(threading.Thread):
    """A thread with a connection of its own that stays open from race to race."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.parts: queue.Queue[Any] = queue.Queue()
        self.ended: queue.Queue[BaseException | None] = queue.Queue()
        self.start()

    def begin(self, barrier: threading.Barrier, part: Any) -> None:
        self.parts.put((barrier, part))

    def wait(self) -> None:
        if (error := self.ended.get(timeout=60)) is not None:
            raise error

    def run(self) -> None:
        while True:
            barrier, part = self.parts.get()
            try:
                barrier.wait(timeout=30)
                part()
                self.ended.put(None)
            except BaseException as error:  # told to whoever waits
                self.ended.put(error)


def closing(part: Any) -> Any:
    """The function on a connection of its own, closed afterwards."""

    def run() -> None:
        from django.db import connections

        try:
            part()
        finally:
            connections.close_all()

    return run


def part_of(first: int, count: int) -> dict[str, Any]:
    """So many races in the database this process is pointed at, whose world is made."""
    race = Race()
    runners = (Runner(), Runner())
    problems = [one for n in range(first, first + count) if (one := race.once(n, runners))]
    return {"races": count, **race.wins, "problems": problems}


def python(names: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """This program in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.races", *arguments], env=os.environ | names,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


@contextmanager
def world(folder: str) -> Iterator[Callable[[int, int], dict[str, Any]]]:
    """What all races begin with, made once; runs so many of them in a copy."""
    from django.core.management import call_command
    from django.db import connections

    from otdr_hub.cluster import testing
    from tests.governance.bench_ledger import database

    with database() as (address, secrets, name):
        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        call_command("database", "grants", verbosity=0, stdout=io.StringIO())
        connections.close_all()
        names = {"OTDR_LAKE": f"{folder}/lake", "OTDR_CHECKPOINTS": f"{folder}/world"}
        python(names, "--world", folder)

        def some(first: int, count: int) -> dict[str, Any]:
            copy = f"{name}_{first}"
            testing.clone(address, secrets, name, copy)
            own = names | {"OTDR_DATABASE_NAME": copy, "OTDR_CHECKPOINTS": f"{folder}/{copy}"}
            shutil.copytree(f"{folder}/world", own["OTDR_CHECKPOINTS"])
            try:
                return python(own, "--part", str(first), "--count", str(count))
            finally:
                testing.drop(address, secrets, copy)

        yield some


def whole(count: int, at_once: int, each: int) -> dict[str, Any]:
    """All races."""
    begun, total = time.monotonic(), {"races": 0, "sign": 0, "refused": 0}
    problems: list[str] = []
    firsts = range(0, count, each)
    with tempfile.TemporaryDirectory() as folder, world(folder) as some, ThreadPoolExecutor(at_once) as pool:
        for found in pool.map(some, firsts, (min(each, count - first) for first in firsts)):
            problems += found.pop("problems")
            total = {key: value + found[key] for key, value in total.items()}
            spent = time.monotonic() - begun
            print(f"{total['races']:,} of {count:,} after {spent:.0f} s", file=sys.stderr, flush=True)
    return {
        "races": total["races"], "signed": total["sign"], "refused": total["refused"],
        "unsigned_certified": len(problems), "problems": problems[:5],
        "time": str(dt.timedelta(seconds=round(time.monotonic() - begun))),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=2, help="copies of the world at a time")
    parser.add_argument("--each", type=int, default=500, help="races in one copy")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--world", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    if options.world:
        django.setup()
        from tests import builders

        builders.signed(options.world)
        return 0
    if options.part is not None:
        django.setup()
        print(json.dumps(part_of(options.part, options.count)))
        return 0
    found = whole(options.count, options.at_once, options.each)
    print(json.dumps(found))
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
