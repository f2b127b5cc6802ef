"""The passwords and the signing keys of this checkout: made once, kept in var/secrets.json (0600)."""

from __future__ import annotations

import fcntl
import json
import os
import secrets as random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import PROJECT

FILE = PROJECT / "var" / "secrets.json"
ENVIRONMENT = {
    "secret_key": "OTDR_SECRET_KEY",
    "checkpoint_key": "OTDR_CHECKPOINT_KEY",
    "postgres": "OTDR_POSTGRES_PASSWORD",
    "otdr_owner": "OTDR_OWNER_PASSWORD",
    "otdr_app": "OTDR_APP_PASSWORD",
    "otdr_hub": "OTDR_HUB_PASSWORD",
    "otdr_ops": "OTDR_OPS_PASSWORD",
    "otdr_broker": "OTDR_BROKER_PASSWORD",
    "otdr_test": "OTDR_TEST_PASSWORD",
}
# With DATABASE_URL the administrator's password comes with it, and only tests need otdr_test.
UNUSED_WITH_URL = frozenset({"postgres", "otdr_test"})


@dataclass(frozen=True)
class Secrets:
    """Every secret of the installation, URL-safe; its repr shows none of them."""

    secret_key: str = field(repr=False)
    checkpoint_key: str = field(repr=False)
    postgres: str = field(repr=False)
    otdr_owner: str = field(repr=False)
    otdr_app: str = field(repr=False)
    otdr_hub: str = field(repr=False)
    otdr_ops: str = field(repr=False)
    otdr_broker: str = field(repr=False)
    otdr_test: str = field(repr=False)

    def password(self, role: str) -> str:
        """The password of a role such as "otdr_app". Raises ClusterError when there is none."""
        value: str = getattr(self, role)
        if not value:
            raise ClusterError(f"No password for {role}: set {ENVIRONMENT[role]}.")
        return value


def load(file: Path | None = None) -> Secrets:
    """Read the secrets, making what is missing; the environment overrides the file.

    Nothing is read or written when the environment holds all that is needed. Safe against other
    processes doing the same. Raises ClusterError when the file cannot be read, parsed or written.
    """
    named = {name: os.environ[key] for name, key in ENVIRONMENT.items() if os.environ.get(key)}
    missing = {f.name for f in fields(Secrets)} - named.keys()
    if missing and not (os.environ.get("DATABASE_URL") and missing <= UNUSED_WITH_URL):
        named = _kept(file or FILE) | named
    return Secrets(**{name: named.get(name, "") for name in ENVIRONMENT})


def _kept(file: Path) -> dict[str, str]:
    """What the file holds, completed first where it lacks something."""
    held = _read(file)
    if ENVIRONMENT.keys() <= held.keys():
        return held
    try:
        if not file.parent.exists():
            file.parent.mkdir(mode=0o700)
        with _locked(file.with_suffix(".lock")):
            held = {name: random.token_urlsafe(36) for name in ENVIRONMENT} | _read(file)
            _write(file, held)
    except OSError as error:
        raise ClusterError(
            f"Cannot write {file} ({error.strerror}): make its folder writable, or set "
            f"{', '.join(ENVIRONMENT.values())}."
        ) from None
    return held


def _read(file: Path) -> dict[str, str]:
    try:
        held = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ClusterError(f"Cannot read {file} ({error.strerror}): run as the user who owns it.") from None
    except ValueError:
        raise ClusterError(f"{file} is not JSON: restore it, or move it away to get new secrets.") from None
    if not isinstance(held, dict):
        raise ClusterError(f"{file} should hold one JSON object: restore it, or move it away.")
    return {name: str(held[name]) for name in ENVIRONMENT if held.get(name)}


def _write(file: Path, held: dict[str, str]) -> None:
    """Complete or not at all: a neighbour file (mkstemp makes it 0600), synced, then renamed."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secrets-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(held, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
