"""A case opened against what it stops, on two connections: `python -m tests.governance.case_race`.

Each race begins one of the two acts and holds its transaction open while the other one starts; then the first
commits. Prints one JSON object: race -> what each act was told and whether the second waited; and what the
record's own check says afterwards.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from tests.governance.role_race import Act, ordered


def opening() -> Any:
    """The product opens a case over AA's week."""
    from governance.access.services import system
    from governance.cases.services import case_open
    from tests import builders

    return case_open(
        market="AA", first_week=builders.WEEK, last_week=builders.WEEK, origin="detection", title="x",
        actor=system(),
    )  # fmt: skip


def closed() -> None:
    """Whatever is open is resolved."""
    from governance.cases.models import Case
    from governance.cases.verdicts.services import case_resolve
    from tests.builders import person

    for case in Case.objects.filter(verdicts=None):
        case_resolve(case=case, verdict="undetermined", reason="x", actor=person("dpm"))


def races(folder: Path) -> Iterator[tuple[str, Act, Act]]:
    """Name, first act, second act; each from a market that no case is open about."""
    from governance.models import Market
    from governance.publication.services import publication_publish
    from governance.scope.services import scope_decide
    from metrics.recompute.selectors import vintages_of
    from tests import builders
    from tests.builders import person

    run, request = builders.asked(folder)
    vintages, dpm = vintages_of(run), person("dpm")

    def deciding(words: str) -> Act:
        effect = builders.effect_of(run)
        return lambda: scope_decide(
            market=Market.objects.get(pk="AA"), state="certified", version=run.version, effect=effect,
            vintage=vintages["AA"], through=builders.WEEK, disclosure=words, actor=dpm,
        )  # fmt: skip

    def signing(role: str) -> Act:
        return lambda: builders.answer(request, role, person(role))

    def publishing() -> Any:
        return publication_publish(
            version=run.version, vintages=vintages, through=builders.WEEK, as_of=run.as_of, actor=dpm
        )

    yield "opened, opened", opening, opening
    closed()
    yield "opened, signed", opening, signing("finance")
    closed()
    yield "signed, opened", signing("finance"), opening
    closed()
    builders.sign(request, "legal", "logistics")
    yield "opened, published", opening, publishing
    closed()
    yield "published, opened", publishing, opening
    closed()
    yield "opened, decided", opening, deciding("one")
    closed()
    yield "decided, opened", deciding("two"), opening


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    from governance.audit.review import review

    with tempfile.TemporaryDirectory() as folder:
        found = {name: ordered(first, second) for name, first, second in races(Path(folder))}
    print(json.dumps({"races": found, "problem": review().problem}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
