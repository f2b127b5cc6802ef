"""The table of what was learned by planting defects: read once, named by its digest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from metrics.anomalies.hypotheses import Learned
from otdr_hub.lib import digest

PATH: Final = Path(__file__).parent / "learned.json"
SCHEMA: Final = "otdr-triage-learned-1"


@dataclass(frozen=True, slots=True)
class Stored:
    """The likelihoods and the digest of the file's canonical content."""

    learned: Learned
    digest: str


def document(learned: Learned, *, seeds: list[int], worlds: int, orders: int, code: str) -> dict[str, Any]:
    """What is learned as plain values: counts by item, hypothesis and value, and where they come from."""
    return {
        "schema": SCHEMA,
        "seeds": seeds,
        "worlds": worlds,
        "orders_a_day": orders,
        "code": code,
        "temperature": f"{learned.temperature:.2f}",
        "counts": {
            item: {name: dict(sorted(seen.items())) for name, seen in sorted(by.items())}
            for item, by in sorted(learned.counts.items())
        },
    }


def stored_of(content: dict[str, Any]) -> Stored:
    """The likelihoods of a document of this schema. Raises ValueError for another one."""
    if content.get("schema") != SCHEMA:
        raise ValueError(f"The learned table has the schema {content.get('schema')}, not {SCHEMA}.")
    return Stored(Learned(content["counts"], float(content["temperature"])), digest.of(content))


@cache
def committed() -> Stored:
    """The table that came with the code."""
    return stored_of(json.loads(PATH.read_text("utf-8")))


@cache
def code_digest() -> str:
    """The digest of the code that judges: a verdict names what it was judged by."""
    room = Path(__file__).parent
    files = sorted([*room.glob("*.py"), *room.glob("checks/*.py")])
    return digest.of({str(path.relative_to(room)): digest.of_file(path) for path in files})
