"""`python -m otdr_hub.run` in a small checkout of its own: real web server, worker, beat and database."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from otdr_hub.cluster.home import PROJECT
from tests.cluster.conftest import clean_place

# Machines differ; what is shown is that it comes true, not when.
PATIENCE = 120
ASGI = """
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
CELERY = """
from celery import Celery
app = Celery("otdr_hub", broker="memory://")
"""
MANAGE = """
import os, sys
if os.environ.get("FAIL_AT") in sys.argv:
    sys.exit("the reason it failed")
"""


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Only the packages under test, with the smallest possible application around them."""
    with clean_place(monkeypatch) as place:
        root = place / "a checkout"
        (root / "otdr_hub").mkdir(parents=True)
        for package in ("cluster", "run"):
            shutil.copytree(PROJECT / "otdr_hub" / package, root / "otdr_hub" / package)
        (root / "otdr_hub" / "__init__.py").write_text("")
        (root / "otdr_hub" / "asgi.py").write_text(ASGI)
        (root / "otdr_hub" / "celery.py").write_text(CELERY)
        (root / "otdr_hub" / "settings.py").write_text("SECRET_KEY = 'x'\n")
        (root / "manage.py").write_text(MANAGE)
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "otdr_hub.settings")
        monkeypatch.setenv("OTDR_HOME", str(place / "pg"))
        monkeypatch.setenv("PORT", str(_free_port()))
        monkeypatch.delenv("DEMO", raising=False)
        yield root
        subprocess.run([sys.executable, "-m", "otdr_hub.run", "--stop"], cwd=root, check=False)


def test_one_life_from_start_to_stop(checkout: Path) -> None:
    port = os.environ["PORT"]
    first = _start(checkout)
    _until_ready(first)
    assert len(_processes(checkout)) >= 6

    second = _start(checkout)
    assert second.communicate(timeout=PATIENCE)[0] == f"Already running at http://127.0.0.1:{port}.\n"
    assert second.returncode == 0

    web = next(pid for pid, line in _processes(checkout).items() if "uvicorn" in line)
    os.kill(web, signal.SIGKILL)
    _wait(lambda: not _answers(port))
    _wait(lambda: _answers(port))

    first.send_signal(signal.SIGINT)
    output = first.communicate(timeout=PATIENCE)[0]
    assert "web ended (signal SIGKILL), restarting in 1 s" in output
    assert output.endswith("Stopped.\n")
    assert first.returncode == 0
    assert _processes(checkout) == {}


def test_killed_outright_it_leaves_nothing(checkout: Path) -> None:
    run = _start(checkout, "--no-demo")
    assert "otdr-demo" not in _until_ready(run)
    run.kill()
    run.communicate()
    _wait(lambda: _processes(checkout) == {})


def test_make_stop_from_elsewhere(checkout: Path) -> None:
    run = _start(checkout)
    _until_ready(run)
    stop = [sys.executable, "-m", "otdr_hub.run", "--stop"]
    stopped = subprocess.run(stop, cwd=checkout, capture_output=True, text=True, check=True)
    assert stopped.stdout == "Stopped: web, worker and beat.\n"
    run.communicate(timeout=PATIENCE)
    assert run.returncode == 0
    assert subprocess.check_output(stop, cwd=checkout, text=True) == "Nothing was running.\n"


def test_a_taken_port_is_one_line(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))):
        run = _start(checkout)
        output = run.communicate(timeout=PATIENCE)[0]
    assert (run.returncode, output.count("\n")) == (1, 1)
    assert "choose another with 'make run PORT=8001'" in output


def test_a_failing_step_shows_why_and_leaves_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL_AT", "grants")
    run = _start(checkout)
    output = run.communicate(timeout=PATIENCE)[0]
    assert run.returncode == 1
    assert "'manage.py database grants' failed (exit code 1)" in output
    assert "the reason it failed" in output
    assert _processes(checkout) == {}


def test_a_child_that_cannot_start_shows_its_last_words(checkout: Path) -> None:
    (checkout / "otdr_hub" / "celery.py").write_text("raise RuntimeError('no application today')")
    (checkout / "otdr_hub" / "asgi.py").write_text(ASGI.replace("200", "503"))
    run = _start(checkout)
    output = run.communicate(timeout=PATIENCE)[0]
    assert run.returncode == 1
    assert "no application today" in output
    assert _processes(checkout) == {}


def _start(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "otdr_hub.run", *arguments],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _until_ready(run: subprocess.Popen[str]) -> str:
    """Everything it said up to and including its address; the accounts follow in the same breath."""
    assert run.stdout is not None
    lines = []
    for line in run.stdout:
        lines.append(line)
        if "is ready at" in line:
            return "".join(lines)
    pytest.fail("".join(lines))


def _processes(checkout: Path) -> dict[int, str]:
    """Whatever lives and stands in the checkout or the database's home beside it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                cwd = os.path.realpath(entry / "cwd", strict=True)
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if cwd.startswith(str(checkout.parent)) and line:
                found[int(entry.name)] = line
    return found


def _answers(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def _wait(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
