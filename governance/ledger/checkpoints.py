"""Signed heads of the chain in a file outside the database: one line of JSON per entry, only added to.

A chain alone cannot tell that its tail was cut or that all of it was written anew. This file can, as
long as whoever changes the database does not also hold the key and the file; keep copies elsewhere.

Lines are written after the commit they are about. A process that dies in between leaves a gap which
the next commit, or the task that runs every ten seconds, fills from the database.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from governance.ledger import guards, keys
from governance.ledger.signed import key_id, signed_text
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError

_log = logging.getLogger(__name__)
FILE: Final = "checkpoints.jsonl"
PUBLIC_KEY: Final = "public.key"
# A file that is not there is begun without asking only while the ledger is this young, in seconds.
_YOUNG: Final = 600
_NEW: Final = """
SELECT seq, hash, governance_ledger_time(recorded_at),
       extract(epoch FROM clock_timestamp() - recorded_at) AS age
FROM governance_ledger WHERE seq >= %s ORDER BY seq
"""


def folder() -> Path:
    """Where the checkpoints are kept."""
    return Path(settings.CHECKPOINT_DIR)


def keep_up() -> None:
    """Sign what has no checkpoint yet; what goes wrong is logged, since the commit stands all the same."""
    try:
        catch_up()
    except (ConflictError, OSError, DatabaseError) as error:
        _log.error("the ledger's checkpoints do not keep up: %s", error)


def catch_up(*, begin: bool = False) -> int:
    """Sign every entry that has no checkpoint yet; returns how many. Processes take turns.

    Raises ConflictError when the database is not the one that was signed, the key is another, or the
    file is gone although the ledger is old (`begin` starts a new one all the same).
    """
    where = folder()
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _turn(where / ".lock"):
        _pin_key(where / PUBLIC_KEY)
        last = last_of(where / FILE)
        rows = _rows(last["seq"] if last else 1)
        if last is None:
            _check_begin(rows, begin=begin)
        elif not rows or rows[0][:2] != (last["seq"], last["hash"]):
            raise ConflictError(
                _(
                    "Entry %(seq)s is not the one that was signed: the database was cut, rewritten or"
                    " swapped. Nothing is signed until it is the right one again (verify_ledger says more)."
                )
                % {"seq": last["seq"]}
            )
        else:
            rows = rows[1:]
        if rows:
            _append(where / FILE, _signed(rows, last))
        return len(rows)


def read(file: Path) -> list[dict[str, Any]]:
    """All checkpoints of a file. A line cut off by a crash is passed over: it is signed again after it.

    Raises ConflictError when there is no such file.
    """
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise ConflictError(
            _("The checkpoints cannot be read: %(file)s (%(strerror)s).")
            % {"file": file, "strerror": error.strerror}
        ) from None
    return [item for line in text.splitlines() if (item := _parsed(line)) is not None]


def last_of(file: Path) -> dict[str, Any] | None:
    """The last whole checkpoint of a file, or None when there is none."""
    try:
        with file.open("rb") as handle:
            end = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, end - 2048))
            lines = handle.read().decode("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    return next((item for line in reversed(lines) if (item := _parsed(line)) is not None), None)


def newest() -> tuple[int | None, str | None]:
    """(number, hash) of the entry signed last here, or nothing. Raises OSError where it cannot be read."""
    last = last_of(folder() / FILE)
    return (last["seq"], str(last["hash"])) if last else (None, None)


def begin_anew() -> Path:
    """Put the file of another history aside, under a name that says when, and sign this one from its first
    entry; where the old one is kept."""
    where = folder()
    kept = where / f"checkpoints-until-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.jsonl"
    with _turn(where / ".lock"):
        (where / FILE).rename(kept)
        _sync_folder(where)
    catch_up(begin=True)
    return kept


def public_key(file: Path) -> bytes | None:
    """The public key kept beside a file of checkpoints, if there is one."""
    try:
        return bytes.fromhex(file.with_name(PUBLIC_KEY).read_text("ascii").strip())
    except (OSError, ValueError):
        return None


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
    except ValueError:
        return None
    return item if isinstance(item, dict) and isinstance(item.get("seq"), int) else None


def _rows(since: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [since])
        return list(cursor.fetchall())


def _signed(rows: list[tuple[Any, ...]], last: dict[str, Any] | None) -> list[dict[str, Any]]:
    own, now = keys.signer(), guards.recent_fingerprint()
    if last is not None and last.get("guards") != now:
        # Ours may be a moment old: after an upgrade that another process saw first, it would seem undone.
        now = guards.fingerprint()
    found = []
    for seq, entry_hash, recorded_at, _guards in rows:
        item = {
            "seq": seq, "hash": entry_hash, "recorded_at": recorded_at, "guards": now,
            "key": key_id(own.public),
        }  # fmt: skip
        found.append(item | {"signature": own.sign(signed_text(item))})
    return found


def _check_begin(rows: list[tuple[Any, ...]], *, begin: bool) -> None:
    if rows and rows[0][3] > _YOUNG and not begin:
        raise ConflictError(
            _(
                "%(folder)s is gone, though the ledger is not new: put it back, or begin a new one with"
                " 'manage.py ledger checkpoint --begin'."
            )
            % {"folder": folder() / FILE}
        )


def _pin_key(file: Path) -> None:
    """Keep the public key beside the checkpoints; refuse to go on with another."""
    own = keys.signer().public.hex()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        if file.read_text("ascii").strip() != own:
            raise ConflictError(
                _(
                    "%(file)s is another key than OTDR_CHECKPOINT_KEY gives: put the old secret back, or move"
                    " %(parent)s away and begin anew with 'manage.py ledger checkpoint --begin'."
                )
                % {"file": file, "parent": file.parent}
            ) from None
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"{own}\n")
        out.flush()
        os.fsync(out.fileno())


def _append(file: Path, checkpoints: list[dict[str, Any]]) -> None:
    is_new = not file.exists()
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
        text = ("\n" if torn else "") + "".join(f"{digest.canonical(item)}\n" for item in checkpoints)
        left = text.encode()
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _sync_folder(file.parent)


def _sync_folder(where: Path) -> None:
    handle = os.open(where, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _turn(file: Path) -> Iterator[None]:
    """One process at a time; a killed one gives up its turn by dying."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
