"""Goal 4: a page costs the same however many shipments stand behind it: statements and bytes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.builders import EVENTS, SHOWN, csv_file, person

pytestmark = pytest.mark.django_db
PAGES = (
    "/", "/?present=1", f"/markets/{SHOWN}/", f"/markets/{SHOWN}/explore/", "/why/", "/about/", "/decisions/",
    f"/markets/{SHOWN}/lineage/", "/publications/", "/api/v1/hub", f"/api/v1/markets/{SHOWN}",
)  # fmt: skip
FEW, MANY = 12, 120


def _events(folder: Path, market: str = SHOWN, shipments: int = FEW) -> Path:
    """One in twelve is late, so that both worlds have the same rate."""
    rows = []
    for n in range(shipments):
        day = "2025-11-07" if n % FEW == 0 else "2025-11-05"
        times = (f"{day}T12:00:00Z", f"{day}T13:00:00Z")
        rows.append((f"{market}-{n}-d", f"{market}-{n}", market, "delivered", *times))
    return csv_file(folder / f"events-{market}.csv", EVENTS, rows)


@contextmanager
def _world(folder: Path, shipments: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A published world of this size, which is gone afterwards."""
    promises = builders.promises_file
    with patch.context() as here, transaction.atomic():
        here.setattr(settings, "LAKE_ROOT", folder / "lake")
        here.setattr(settings, "CHECKPOINT_DIR", folder / "checkpoints")
        here.setattr(builders, "promises_file", lambda at, market: promises(at, market, shipments))
        here.setattr(builders, "events_file", lambda at, market: _events(at, market, shipments))
        builders.published(folder)
        yield
        transaction.set_rollback(True)


def _cost(path: str) -> tuple[tuple[int, int], bytes]:
    """Statements of the page when it is made and when somebody comes again, and its body."""
    client = Client()
    client.force_login(person("exec", "executive"), "governance.access.backends.PasswordBackend")
    with CaptureQueriesContext(connections["default"]) as made:
        client.get(path)
    with CaptureQueriesContext(connections["default"]) as again:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return (len(made), len(again)), answer.content


def _plain(body: bytes) -> str:
    """The page without its figures, fingerprints, drawings (a narrower interval has a scale of other steps) and
    what is made anew for each answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body.decode())
    while (drawn := re.sub(r"<svg(?:(?!<svg).)*?</svg>", "", text, flags=re.DOTALL)) != text:
        text = drawn
    return re.sub(r"\b[0-9a-f]{4,64}\b|[\d.,]+", "0", text)


def test_ten_times_the_shipments_cost_no_statement_and_no_byte_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[int, dict[str, tuple[tuple[int, int], bytes]]] = {}
    for shipments in (FEW, MANY):
        with _world(tmp_path / str(shipments), shipments, monkeypatch):
            found[shipments] = {path: _cost(path) for path in PAGES}
    assert b"110" in found[MANY]["/api/v1/hub"][1], "the larger world is not the larger one"
    for path in PAGES:
        (few, small), (many, large) = found[FEW][path], found[MANY][path]
        assert few == many, path
        assert _plain(small) == _plain(large), path
        # Figures have more digits and the scale other steps; on the wire that is next to nothing.
        assert abs(len(gzip.compress(large)) - len(gzip.compress(small))) <= 0.03 * len(
            gzip.compress(small)
        ), path
