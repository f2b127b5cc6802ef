"""K8: the disk is full. What cannot be written is refused with 503, nothing is half done, and no page shows what it
remembers. What needs no room is answered from the database, as guarded as ever."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.conftest import OwnDatabase
from tests.stale.client import TOKEN
from tests.stale.served import kill, one, served, shown, signed_in

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
TABLES = ("django_session", "governance_shutoff")
JUNK = """
INSERT INTO django_session (session_key, session_data, expire_date)
SELECT 'junk' || n || random(), repeat('x', 500), now() FROM generate_series(1, %s) n
"""
# Where no file system may be mounted, the server answers as it does on a full one.
REFUSING = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
"""


@contextmanager
def _small_disk(database: OwnDatabase) -> Iterator[str | None]:
    """A file system of 600 kB that belongs to the server; None where this user may mount none."""
    data = Path(one(database, "SHOW data_directory"))
    place = Path(tempfile.mkdtemp(prefix="otdr-full-", dir="/tmp"))
    is_mounted = False
    if os.geteuid() == 0 and data.exists():
        options = f"size=600k,mode=0700,uid={data.stat().st_uid}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False)
        is_mounted = done.returncode == 0
    try:
        yield str(place) if is_mounted else None
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


@contextmanager
def full_disk(database: OwnDatabase) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """(fill it, make room again) for sessions and shutoffs, which lie on a disk of their own."""
    with _small_disk(database) as place, database.connect("postgres") as admin:
        if place is None:
            yield from _refusing(admin)
            return
        name = f"small_{database.name}"
        admin.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        for table in TABLES:
            admin.execute(f"ALTER TABLE {table} SET TABLESPACE {name}")

        def fill() -> None:
            for many in (100, 1):
                with suppress(psycopg.errors.DiskFull):
                    for _ in range(10_000):
                        admin.execute(JUNK, [many])
            with pytest.raises(psycopg.errors.DiskFull):
                admin.execute(JUNK, [1])

        def room() -> None:
            subprocess.run(["mount", "-o", "remount,size=8m", str(place)], check=True)

        try:
            yield fill, room
        finally:
            for table in TABLES:
                admin.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            admin.execute(f"DROP TABLESPACE {name}")


def _refusing(admin: psycopg.Connection) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    admin.execute(REFUSING)

    def fill() -> None:
        for table in TABLES:
            admin.execute(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()")
            admin.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_room")

    def room() -> None:
        for table in TABLES:
            admin.execute(f"DROP TRIGGER no_room ON {table}")

    yield fill, room


def test_k8_on_a_full_disk_nothing_is_half_done_and_nothing_is_remembered(
    demo: OwnDatabase, tmp_path: Path
) -> None:
    assert one(demo, "SELECT count(*) FROM governance_shutoff") == 0, "the first row needs a first page"
    with full_disk(demo) as (fill, room), served(demo, tmp_path) as web:
        admin, reader, late = signed_in(web, "admin"), signed_in(web, "exec"), signed_in(web, "finance")
        form = TOKEN.search(admin.get("/kill-switch/").text)
        assert form
        fill()
        before = one(demo, "SELECT value FROM governance_epoch")
        refused = kill(admin, market="US")
        assert (refused.status, refused.kind) == (503, "application/problem+json"), refused.text
        sent = f"csrfmiddlewaretoken={form[1]}&market=US&category=security&round=1".encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        page = admin.ask("POST", "/kill-switch/off/", sent, kind)
        assert (page.status, "not available right now" in page.text) == (503, True)
        # Coming in takes a session: it finds room on a page that is there already, or is told that there is none.
        late.cookies.clear()
        come = late.send_form("/accounts/login/", {"login": "legal", "password": "otdr-demo"})
        assert (come.status, "not available right now" in come.text) in ((503, True), (302, False)), come.text
        assert one(demo, "SELECT count(*) FROM governance_shutoff") == 0
        assert one(demo, "SELECT value FROM governance_epoch") == before
        # Nobody was told it is off, so it is not; what is read is read from the database, under its epoch.
        hub = reader.get("/")
        assert hub.status in (200, 503)
        assert hub.status == 503 or f'data-epoch="{before}"' in hub.text
        room()
        assert kill(admin, market="US").status == 201
        assert "US" not in shown(reader)
