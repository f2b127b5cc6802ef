"""A file sent to the real server and read by the real worker, which is killed in the middle."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import uuid
from itertools import chain
from pathlib import Path

import pytest

from tests.browser.served import serving
from tests.conftest import PROJECT, OwnDatabase
from tests.metrics.inputs import csv_text
from tests.metrics.sending import HEADER, ROW
from tests.metrics.test_worker import beat, kill, until, worker
from tests.scale import scaled

pytestmark = pytest.mark.faults
PASSWORD = "a long password of a test"
ROWS = scaled(200_000, 1_200_000)


@pytest.fixture
def database(own_database: OwnDatabase):
    csv_text(own_database.folder / "markets.csv", "code,name,zone,priority", "BR,Brazil,America/Sao_Paulo,1")
    own_database.manage("markets", "load", str(own_database.folder / "markets.csv"))
    subprocess.run(
        [sys.executable, "manage.py", "accounts", "create", "dana", "--role", "data_engineer"],
        cwd=PROJECT, env=own_database.environment, input=f"{PASSWORD}\n", text=True, check=True, timeout=60,
        capture_output=True,
    )  # fmt: skip
    return own_database


@pytest.fixture
def big(tmp_path) -> Path:
    """Events that take a while to read."""
    path = tmp_path / "big.csv"
    with path.open("w") as handle:
        handle.write(f"{HEADER}\n")
        for n in range(ROWS):
            handle.write(f"e{n},s{n % 999_983},{ROW.partition('s1,')[2]}\n")
    return path


def received(database: OwnDatabase, path: Path) -> str:
    """The file as the service keeps it, in the spool, in a process of its own; the upload's id."""
    said = (
        "import django, sys; django.setup()\n"
        "from pathlib import Path\n"
        "from governance.access.models import User\n"
        "from metrics.uploads.queue import send\n"
        "from metrics.uploads.services import Sending, upload_receive\n"
        "with Path(sys.argv[1]).open('rb') as file:\n"
        "    upload, _ = upload_receive(pieces=iter(lambda: file.read(1 << 20), b''),\n"
        "        sending=Sending('events', 'big.csv'), actor=User.objects.get(username='dana'))\n"
        "assert send(upload)\n"
        "print(upload.pk)"
    )
    done = subprocess.run(
        [sys.executable, "-c", said, str(path)], cwd=PROJECT, env=database.environment, check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout.strip()


def state(database: OwnDatabase, pk: str) -> tuple:
    with database.connect() as connection:
        return connection.execute(
            "SELECT state, attempts, bytes_read, size, is_repeat FROM metrics_upload WHERE id = %s", [pk]
        ).fetchone()


def counts(database: OwnDatabase) -> tuple[int, int]:
    with database.connect() as connection:
        (batches,) = connection.execute("SELECT count(*) FROM metrics_batch").fetchone()
        (entries,) = connection.execute(
            "SELECT count(*) FROM governance_ledger WHERE action LIKE 'batch.%%'"
        ).fetchone()
    return batches, entries


def test_a_worker_killed_while_it_reads_loses_nothing_and_reads_once(database, big):
    pk = received(database, big)
    # However fast the machine, the worker cannot get past this: it is killed before the batch is stored.
    with database.connect("postgres", autocommit=False) as barrier:
        barrier.execute("LOCK TABLE metrics_batch IN SHARE ROW EXCLUSIVE MODE")

        def in_the_middle() -> bool:
            waits = barrier.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            return state(database, pk)[0] == "reading" and (state(database, pk)[2] > 0 or waits[0] > 0)

        with worker(database) as first:
            until(in_the_middle, 90, "the worker is in the middle of the file")
            kill(first)
        assert state(database, pk)[:2] == ("reading", 1)
        assert 0 <= state(database, pk)[2] <= state(database, pk)[3]
        assert counts(database) == (0, 0)
    with worker(database), beat(database):
        until(lambda: state(database, pk)[0] == "done", 120, "the upload is taken up again and done")
        # The file goes after the commit that says it is done.
        until(lambda: not any((database.folder / "spool").iterdir()), 30, "its file is gone")
    assert state(database, pk)[1] == 2
    assert state(database, pk)[4] is False
    assert counts(database) == (1, 1)


def token(database: OwnDatabase) -> str:
    """A token of dana's that is for delivering batches only."""
    said = (
        "import django; django.setup()\n"
        "from governance.access.models import User\n"
        "from governance.access.tokens.services import token_create\n"
        "dana = User.objects.get(username='dana')\n"
        "print(token_create(person=dana, name='feed', scopes=['read', 'ingest'], days=1, actor=dana)[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=PROJECT, env=database.environment, check=True,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def most_memory() -> int:
    """The largest share of memory (kB) a web server of this process's children ever had."""
    found = [0]
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes()
            if b"uvicorn" in words and f"PPid:\t{os.getpid()}\n" in (path / "status").read_text():
                found.append(int((path / "status").read_text().partition("VmHWM:")[2].split()[0]))
        except OSError:
            continue  # it ended meanwhile
    return max(found)


@pytest.mark.parametrize("form", ["bare", "multipart"])
def test_a_large_file_by_token_goes_to_disk_and_never_into_memory(database, tmp_path, form):
    """More than the server may grow by (300 MB at full size), with its greatest memory read from the kernel."""
    headers = {"Authorization": f"Bearer {token(database)}", "Content-Type": "text/csv"}
    edge, megabytes = uuid.uuid4().hex, scaled(150, 300)
    head, tail = b"", b""
    if form == "multipart":
        named = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        head, tail = named.encode(), f"\r\n--{edge}--\r\n".encode()
        headers["Content-Type"] = f"multipart/form-data; boundary={edge}"
    else:
        headers["Content-Disposition"] = 'attachment; filename="big.csv"'
    headers["Content-Length"] = str(len(head) + megabytes * 1_000_000 + len(tail))
    with serving(database.environment) as url:
        before = most_memory()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
        pieces = chain([head], (b"x" * 1_000_000 for _ in range(megabytes)), [tail])
        connection.request("POST", "/api/v1/batches/events", pieces, headers)
        answer = connection.getresponse()
        upload = json.loads(answer.read())
        assert (answer.status, upload["size"]) == (202, megabytes * 1_000_000)
        grown = most_memory() - before
        connection.request(
            "GET", answer.headers["Location"], headers={"Authorization": headers["Authorization"]}
        )
        assert json.loads(connection.getresponse().read())["state"] == "waiting"
        connection.close()
    assert before > 0
    assert grown < 80_000, f"{grown} kB more than before"
    stored = [path for path in (database.folder / "spool").rglob("*") if path.is_file()]
    assert [path.name for path in stored] == ["big.csv"], "nothing else is left"


@pytest.mark.parametrize("length", [3_000_000, scaled(50_000_000, 200_000_000)])
def test_the_server_refuses_what_is_too_large_and_stores_nothing(database, length):
    """Announced or not: the sender hears why, and the spool stays as it was."""
    environment = database.environment | {"OTDR_UPLOAD_LIMIT": "1000000"}
    with serving(environment) as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        pieces = (b"x" * 1_000_000 for _ in range(length // 1_000_000))
        headers = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="e.csv"'}
        connection.request("POST", "/api/v1/batches/events", pieces, headers, encode_chunked=True)
        answer = connection.getresponse()
        problem = json.loads(answer.read())
        assert (answer.status, problem["type"]) == (413, "/api/problems/too-large")
        assert "larger than 1,000,000 bytes" in problem["detail"]
        connection.close()
    assert sum(path.stat().st_size for path in (database.folder / "spool").rglob("*") if path.is_file()) == 0
