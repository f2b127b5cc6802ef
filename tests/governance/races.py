"""Edit against signature, on two connections: `python -m tests.governance.races --count 10000`.

Each race: two departments have signed a decision; at the same moment one connection edits it (decides
again with another disclosure) while another gives the third signature and publishes. Afterwards whatever
the newest publication shows is looked up by plain SQL: the digest has to be that of the row's content, and
three persons of three departments must have signed just that digest. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django

CERTIFIED = """
SELECT l.decision, array_agg(DISTINCT s.person_id), array_agg(DISTINCT s.role),
       (SELECT jsonb_build_array(d.market_id, d.state, d.version_id, d.vintage, d.disclosure)
        FROM governance_scopedecision d WHERE d.digest = l.decision ORDER BY d.id DESC LIMIT 1)::text
FROM governance_publicationline l
LEFT JOIN governance_signature s ON s.digest = l.decision AND s.verdict = 'approve'
  AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.signature_id = s.id)
WHERE l.publication_id = (SELECT max(number) FROM governance_publication) AND l.decision <> ''
GROUP BY l.decision
"""


class Race:
    """The world of all races: one market with numbers, and somebody for every part."""

    def __init__(self, folder: Path) -> None:
        from tests import builders

        self.builders = builders
        self.run = builders.signed(folder)
        self.vintages = builders.vintages_of(self.run)
        self.wins = {"edit": 0, "sign": 0, "refused": 0}

    def decide(self, words: str) -> Any:
        from governance.models import Market
        from governance.scope.services import scope_decide

        return scope_decide(
            market=Market.objects.get(pk=self.builders.SHOWN), state="certified", version=self.run.version,
            vintage=self.vintages[self.builders.SHOWN], through=self.builders.WEEK, disclosure=words,
            actor=self.builders.person("dpm"),
        )  # fmt: skip

    def publish(self) -> None:
        from governance.publication.services import publication_publish

        publication_publish(
            version=self.run.version, vintages=self.vintages, through=self.builders.WEEK,
            as_of=self.run.as_of, actor=self.builders.person("dpm"),
        )  # fmt: skip

    def ask(self, number: int) -> Any:
        from governance.signoffs.services import request_open

        decision = self.decide(f"words {number}")
        request = request_open(
            act="scope", summary="AA", lines=[(decision.digest, "AA")], actor=self.builders.person("dpm")
        )
        self.builders.sign(request, "finance", "legal")
        return request

    def once(self, number: int) -> str:
        """One race; the problem found, or nothing."""
        request, barrier = self.ask(number), threading.Barrier(2)

        def edit() -> None:
            barrier.wait()
            self.decide(f"edited {number}")

        def sign() -> None:
            from otdr_hub.lib.outcome import DomainError

            barrier.wait()
            try:
                self.builders.sign(request, "logistics")
                self.wins["sign"] += 1
            except DomainError:
                self.wins["refused"] += 1
            self.publish()

        threads = [threading.Thread(target=closing(part)) for part in (edit, sign)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.problem()

    def problem(self) -> str:
        """What is shown without three persons of three departments over its very content."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(CERTIFIED)
            for decision, persons, roles, content in cursor.fetchall():
                if len(set(persons)) != 3 or set(roles) != {"finance", "legal", "logistics"}:
                    return f"{decision[:12]} is shown, signed by {persons} as {roles}: {content}"
                if "edited" in content:
                    return f"{decision[:12]} is shown as edited, which nobody signed"
        return ""


def closing(part: Any) -> Any:
    """The function on a connection of its own, closed afterwards."""

    def run() -> None:
        from django.db import connections

        try:
            part()
        finally:
            connections.close_all()

    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    count = parser.parse_args().count
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        race = Race(Path(folder))
        problems = [problem for number in range(count) if (problem := race.once(number))]
    seconds = dt.timedelta(seconds=round(time.monotonic() - begun))
    print(json.dumps({"races": count, "signed": race.wins["sign"], "refused": race.wins["refused"],
                      "unsigned_certified": len(problems), "problems": problems[:5], "time": str(seconds)}))  # fmt: skip
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
