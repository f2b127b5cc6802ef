"""Taking a file in: whole or not at all, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from metrics.events.contract import CONTRACTS
from metrics.events.models import Batch, QuarantinedRow
from metrics.events.reader import Parsed, read
from metrics.lake import store
from metrics.lake.columnar import connect
from metrics.lake.models import LakeFile
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import DomainError, InvalidInputError, require, require_short


@dataclass(frozen=True, slots=True)
class Ingested:
    """A batch, and whether this delivery was the one that brought it."""

    batch: Batch
    is_new: bool


def _already_taken(kind: str, file_digest: str) -> Batch | None:
    return Batch.objects.filter(kind=kind, digest=file_digest, state=Batch.State.ACCEPTED).first()


def _refuse(path: Path, kind: str, source: str, file_digest: str, problem: str, actor: User) -> Batch:
    with transaction.atomic():
        batch = Batch.objects.create(
            digest=file_digest, kind=kind, filename=path.name, source=source, problem=problem,
            state=Batch.State.REFUSED, taken_at=clock.now(), taken_by=actor,
        )  # fmt: skip
        ledger.record(
            action=Action.BATCH_REFUSED,
            subject=path.name,
            payload={"batch": batch.pk, "kind": kind, "digest": file_digest, "problem": problem},
            actor=actor,
        )
    return batch


@transaction.atomic
def _accept(
    path: Path,
    kind: str,
    source: str,
    file_digest: str,
    parsed: Parsed,
    files: list[store.Written],
    actor: User,
) -> Batch:
    batch = Batch.objects.create(
        digest=file_digest, kind=kind, filename=path.name, source=source, state=Batch.State.ACCEPTED,
        rows=parsed.rows, accepted=parsed.accepted, quarantined=len(parsed.quarantined),
        reasons=parsed.reasons, taken_at=clock.now(), taken_by=actor,
    )  # fmt: skip
    QuarantinedRow.objects.bulk_create(
        (QuarantinedRow(batch=batch, line=line, reason=reason) for line, reason in parsed.quarantined),
        batch_size=5_000,
    )
    LakeFile.objects.bulk_create(
        LakeFile(
            path=file.path, batch=batch, kind=kind, market=file.market, rows=file.rows,
            size=file.size, sha256=file.sha256,
        )
        for file in files
    )  # fmt: skip
    ledger.record(
        action=Action.BATCH_ACCEPTED,
        subject=path.name,
        payload={
            "batch": batch.pk, "kind": kind, "source": source, "digest": file_digest, "rows": parsed.rows,
            "accepted": parsed.accepted, "reasons": parsed.reasons,
            "files": [[file.path, file.sha256] for file in files],
        },
        actor=actor,
    )  # fmt: skip
    return batch


def _take(path: Path, kind: str, source: str, file_digest: str, actor: User) -> Batch:
    markets = list(Market.objects.values_list("code", flat=True))
    with connect() as connection:
        parsed = read(connection, path, kind, source=source, markets=markets)
        # A name of its own for each delivery: two at once never write over each other's files.
        files = store.write(connection, "good", kind, f"{file_digest[:12]}-{uuid.uuid4().hex[:8]}")
        # The table's log first: a file it does not name could be cleaned away under an accepted batch.
        if files:
            store.register(kind, files)
    return _accept(path, kind, source, file_digest, parsed, files, actor)


def batch_ingest(*, path: Path, kind: str, source: str = "live", actor: User) -> Ingested:
    """Take a file of contract v1 in: check, quarantine, store, and record, all or nothing.

    The same bytes delivered again change nothing. Raises InvalidInputError, after recording the
    refusal, when the file cannot be taken whole.
    """
    require(may(actor, "batch_ingest"))
    if kind not in CONTRACTS:
        raise InvalidInputError(f"'{kind}' is no kind of input; use one of {', '.join(CONTRACTS)}.")
    if not path.is_file():
        raise InvalidInputError(f"{path}: there is no such file.")
    require_short("file name", path.name, 200)
    file_digest = digest.of_file(path)
    known = _already_taken(kind, file_digest)
    if known is not None:
        return Ingested(known, is_new=False)
    try:
        return Ingested(_take(path, kind, source, file_digest, actor), is_new=True)
    except DomainError as error:
        _refuse(path, kind, source, file_digest, str(error), actor)
        raise
    except IntegrityError:
        # The other of two deliveries at once was first; its batch is this one.
        known = _already_taken(kind, file_digest)
        if known is None:
            raise
        return Ingested(known, is_new=False)
