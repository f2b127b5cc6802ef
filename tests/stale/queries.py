"""What pages are asked for besides their address: each module that reads a query, and what is asked there.

The crawler asks for all of it. `test_crawl` compares the modules with those of the product that read a query, so
that none is forgotten.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import PROJECT

READS = re.compile(r"request\.GET\b|query_params|_request\.GET")
ROOMS = ("governance", "metrics", "otdr_hub")
WEEK = "2026-W46"
DRAFT = "otdr-crawled"
_PRESENT, _PRINT = "?present=1", "?print=1"


def _choice(market: str, state: str = "certified", breakout: str = "-") -> str:
    return f"?market={market}&week={WEEK}&state={state}&breakout={breakout}"


def asked(seen: str, hidden: str, other: str) -> dict[str, tuple[str, ...]]:
    """Module -> what is asked of its pages: about a market that may be seen, a hidden one, and another."""
    choices = (
        _choice(seen), _choice(hidden), _choice(other), _choice(f"{seen}&market={other}"), _choice(seen, "excluded"),
        _choice(seen, breakout="carrier"),
    )  # fmt: skip
    return {
        "otdr_hub/hub/views.py": (f"/{_PRESENT}", f"/{_PRINT}", f"/markets/{seen}/{_PRINT}", f"/markets/{hidden}/{_PRINT}"),
        "otdr_hub/hub/decide/views.py": (f"/decisions/{_PRESENT}",),
        "otdr_hub/hub/blast/views.py": (f"/blast/{seen}/?since={WEEK}&threshold=90", f"/blast/{hidden}/?threshold=90"),
        "otdr_hub/hub/blast/api.py": (f"/api/v1/blast/{seen}?since={WEEK}", f"/api/v1/blast/{hidden}?threshold=90"),
        "otdr_hub/hub/desk/scope_views.py": (
            *(f"/scope/decide/{choice}" for choice in choices), f"/scope/{_choice(seen)}",
            f"/scope/publish/?week={WEEK}",
        ),
        "otdr_hub/hub/desk/views.py": ("/signoffs/1/?for=finance", "/signoffs/2/?for=logistics"),
        "otdr_hub/hub/desk/api.py": (
            *(f"/api/v1/scope{choice}" for choice in choices), f"/api/v1/publications?week={WEEK}",
        ),
        "otdr_hub/hub/past_views.py": ("/ledger/past/?at=2026-11-19T12:00", "/ledger/past/?at=2026-11-20T00:00"),
        "otdr_hub/hub/publications/views.py": (
            "/publications/1/?against=1", "/publications/?until=1", "/verify/?code={code}",
        ),
        "otdr_hub/hub/publications/api.py": ("/api/v1/publications/1?against=1",),
        "otdr_hub/hub/triage/views.py": ("/triage/1/?assessment=none", "/triage/1/explore/?assessment=none"),
        "metrics/versions/views.py": (f"/versions/{DRAFT}/?compare=1",),
        "metrics/uploads/views.py": ("/batches/?kind=events", "/batches/?before=2"),
        "metrics/uploads/api.py": ("/api/v1/batches?kind=events",),
        "governance/audit/views.py": ("/ledger/?market=US", "/ledger/?kind=scope"),
        "governance/audit/api.py": ("/api/v1/ledger?limit=5",),
        "governance/access/views.py": ("/people/?at=2026-11-19",),
    }  # fmt: skip


def reading_modules() -> set[str]:
    """Modules of the product that read a query of what was asked."""
    found = set()
    for room in ROOMS:
        for path in Path(PROJECT / room).rglob("*.py"):
            if READS.search(path.read_text("utf-8")):
                found.add(path.relative_to(PROJECT).as_posix())
    return found
