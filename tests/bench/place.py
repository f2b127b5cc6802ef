"""A product of its own to measure: a database server, a lake and files, all in one temporary folder."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otdr_hub import cluster
from otdr_hub.cluster.secrets import ENVIRONMENT

PROJECT = Path(__file__).resolve().parents[2]
VERSION = "otdr-bench"
ACCOUNT = "bench"
# What would lead to somebody's own server or broker.
FOREIGN = ("DATABASE_URL", "CELERY_BROKER_URL", "OTDR_DB_POOL")


@dataclass(frozen=True, slots=True)
class Step:
    """One command as it was measured: its answer, seconds of wall time from start to exit, seconds of
    processors, peak MB."""

    answer: dict[str, Any]
    wall: float
    cpu: float
    peak: float

    @property
    def seconds(self) -> float:
        """What the command itself says it took: without starting Python and Django."""
        taken = self.answer.get("seconds")
        batches = self.answer.get("batches", ())
        return float(taken) if taken is not None else sum(batch["seconds"] for batch in batches)

    @property
    def rows(self) -> int:
        """Rows of the files taken in."""
        return sum(batch["rows"] for batch in self.answer.get("batches", ()))


def measured(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Step:
    """Run a Python command that answers with one JSON object. Raises RuntimeError when it fails."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=PROJECT, env=environment, stdout=out, stderr=err
        )
        try:  # one process with threads: its own maximum is that of the tree
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        said = out.read().decode()
        if process.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {said}{err.read().decode()[-2000:]}")
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Step(json.loads(said), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


@dataclass(frozen=True, slots=True)
class Place:
    """One database and one lake."""

    folder: Path
    name: str

    @property
    def lake(self) -> Path:
        """The folder of the lake."""
        return self.folder / self.name / "lake"

    @property
    def environment(self) -> dict[str, str]:
        """Where commands find both."""
        return os.environ | {"OTDR_DATABASE_NAME": self.name, "OTDR_LAKE": str(self.lake)}

    def manage(self, *arguments: str) -> Step:
        """One command of the product, measured."""
        return measured(["manage.py", *arguments, "--json"], self.environment)

    def prepare(self, markets: Path) -> None:
        """Schema, an account, the markets of a file, and the definition with all defaults."""
        cluster.prepare(cluster.address(), cluster.load_secrets(), self.name)
        self._plain("migrate", "--database=owner", "--noinput", "-v", "0")
        self._plain("database", "grants")
        self._plain(
            "accounts", "create", ACCOUNT, "--role", "data_engineer", said=f"{secrets.token_urlsafe(20)}\n"
        )
        self.manage("markets", "load", str(markets), "--as", ACCOUNT)
        definition = self.folder / f"{VERSION}.yaml"
        definition.write_text(f"name: {VERSION}\n", encoding="utf-8")
        self.manage("versions", "propose", str(definition), "--as", ACCOUNT)

    def _plain(self, *arguments: str, said: str = "") -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT, env=self.environment, input=said, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr[-2000:]}")


@contextmanager
def apart() -> Iterator[Path]:
    """A temporary folder with a database server of its own; this process and its children know no other.

    Nothing of the checkout is written: folders and passwords all come from the environment.
    """
    with tempfile.TemporaryDirectory(prefix="otdr-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, the server runs as a user who has to pass through
        for foreign in FOREIGN:
            os.environ.pop(foreign, None)
        os.environ.update({variable: secrets.token_urlsafe(36) for variable in ENVIRONMENT.values()})
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "otdr_hub.settings.dev",
                "OTDR_HOME": str(folder / "postgres"),
                "OTDR_STATIC": str(folder / "static"),
                "OTDR_CHECKPOINTS": str(folder / "checkpoints"),
            }
        )
        with cluster.running():
            yield folder
