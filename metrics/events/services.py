"""Taking a file in: whole or not at all, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.versions.selectors import event_codes
from metrics.events.contract import CONTRACTS
from metrics.events.declared import Days, Manifest, agreed, manifest_of
from metrics.events.mapping import Mapping
from metrics.events.models import Batch, QuarantinedRow
from metrics.events.reader import Parsed, read, refused
from metrics.lake import store
from metrics.lake.columnar import connect
from metrics.lake.models import LakeFile
from otdr_hub.lib import clock, digest
from otdr_hub.lib.lengths import require_short
from otdr_hub.lib.outcome import DomainError, InvalidInputError, require


@dataclass(frozen=True, slots=True)
class Ingested:
    """A batch, and whether this delivery was the one that brought it."""

    batch: Batch
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One file as it was given: the digest of its bytes, and its state on disk when they were read."""

    path: Path
    kind: str
    source: str
    digest: str
    state: tuple[int, ...]
    mapping: Mapping | None
    ignored: Sequence[str]
    closes: Days | None = None
    manifest: Manifest | None = None
    codes: Sequence[tuple[str, str]] = ()

    @property
    def codes_digest(self) -> str:
        """Which carriers' own codes could be read; empty when no version maps any."""
        return digest.of([list(code) for code in self.codes]) if self.codes else ""

    @property
    def identity(self) -> dict[str, Any]:
        """What makes two deliveries the same: the bytes, how they are read, the days they complete."""
        return {
            "kind": self.kind,
            "digest": self.digest,
            "mapping": self.mapping.digest if self.mapping else "",
            "closes_from": self.closes.since if self.closes else None,
            "closes_until": self.closes.until if self.closes else None,
        }

    @property
    def fields(self) -> dict[str, Any]:
        """What a batch keeps of it."""
        return {
            **self.identity, "codes": self.codes_digest, "filename": self.path.name, "source": self.source,
        }  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        plain = {"kind": self.kind, "digest": self.digest, "source": self.source}
        if self.mapping:
            plain["mapping"] = self.mapping.digest
        if self.closes:
            plain["closes"] = str(self.closes)
        return plain


def _already_taken(delivery: _Delivery) -> Batch | None:
    same = {name: value for name, value in delivery.identity.items() if value is not None}
    empty = {f"{name}__isnull": True for name, value in delivery.identity.items() if value is None}
    known = Batch.objects.filter(state=Batch.State.ACCEPTED, **same, **empty).last()
    # Rows that no version could read then are read now; those taken before are the same events again.
    grown = known is not None and known.codes != delivery.codes_digest and "unknown_type" in known.reasons
    return None if grown else known


def _refuse(delivery: _Delivery, problem: str, actor: User) -> None:
    with transaction.atomic():
        batch = Batch.objects.create(
            **delivery.fields,
            problem=problem,
            state=Batch.State.REFUSED,
            taken_at=clock.now(),
            taken_by=actor,
        )
        ledger.record(
            action=Action.BATCH_REFUSED,
            subject=delivery.path.name,
            payload={**delivery.payload(), "batch": batch.pk, "problem": problem},
            actor=actor,
        )


@transaction.atomic
def _accept(
    delivery: _Delivery,
    parsed: Parsed,
    quarantined: Iterable[list[tuple[int, str]]],
    files: list[store.Written],
    actor: User,
) -> Batch:
    batch = Batch.objects.create(
        **delivery.fields, state=Batch.State.ACCEPTED, rows=parsed.rows, accepted=parsed.accepted,
        quarantined=parsed.quarantined, reasons=parsed.reasons, taken_at=clock.now(), taken_by=actor,
    )  # fmt: skip
    for rows in quarantined:
        QuarantinedRow.objects.bulk_create(
            [QuarantinedRow(batch=batch, line=line, reason=reason) for line, reason in rows]
        )
    LakeFile.objects.bulk_create(
        LakeFile(
            path=file.path, batch=batch, kind=delivery.kind, market=file.market, rows=file.rows,
            size=file.size, sha256=file.sha256,
        )
        for file in files
    )  # fmt: skip
    ledger.record(
        action=Action.BATCH_ACCEPTED,
        subject=delivery.path.name,
        payload={
            **delivery.payload(), "batch": batch.pk, "rows": parsed.rows, "accepted": parsed.accepted,
            "reasons": parsed.reasons, "files": [[file.path, file.sha256] for file in files],
        },
        actor=actor,
    )  # fmt: skip
    return batch


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _take(delivery: _Delivery, tell: Callable[[float], None] | None, actor: User) -> Batch:
    kind = delivery.kind
    markets = list(Market.objects.values_list("code", flat=True))
    with connect() as connection:
        parsed = read(
            connection, delivery.path, kind, source=delivery.source, markets=markets,
            mapping=delivery.mapping, ignored=delivery.ignored, codes=delivery.codes, tell=tell,
        )  # fmt: skip
        if delivery.manifest:
            delivery.manifest.check_rows(delivery.path, parsed.rows)
        if _state(delivery.path) != delivery.state:
            raise InvalidInputError(
                _(
                    "%(path)s: the file changed while it was read; nothing was taken. Send it again when it"
                    " is written to its end."
                )
                % {"path": delivery.path.name}
            )
        # A name of its own for each attempt: what one that was cut off left is never written over.
        name = f"{delivery.digest[:12]}-{uuid.uuid4().hex[:8]}"
        files = store.write(connection, "good", kind, name)
        # The table's log first: a file it does not name could be cleaned away under an accepted batch.
        if files:
            store.register(kind, files)
        return _accept(delivery, parsed, refused(connection), files, actor)


@contextmanager
def _alone(delivery: _Delivery) -> Iterator[None]:
    """One delivery of the same bytes at a time; the lock dies with its connection."""
    key = f"{delivery.kind} {delivery.digest}"
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('batch'), hashtext(%s))", [key])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('batch'), hashtext(%s))", [key])


def _declared(delivery: _Delivery, closes: Days | None) -> _Delivery:
    """The delivery with what it and its manifest declare. Raises InvalidInputError when they disagree."""
    manifest = manifest_of(delivery.path)
    if manifest:
        manifest.check_bytes(delivery.path, delivery.digest)
    days = agreed(delivery.path, closes, manifest, delivery.kind, clock.now().date())
    return replace(delivery, closes=days, manifest=manifest)


def batch_ingest(
    *,
    path: Path,
    kind: str,
    source: str = "live",
    mapping: Mapping | None = None,
    ignored: Sequence[str] = (),
    closes: Days | None = None,
    tell: Callable[[float], None] | None = None,
    actor: User,
) -> Ingested:
    """Take a file in: check, quarantine, store, and record, all or nothing.

    The file is of contract v1, or of the layout that `mapping` describes; columns named in `ignored`
    are not read. `closes` are the days its feed completes; a manifest beside the file may say them too,
    and must agree with the file. The same delivery again changes nothing. `tell` hears at most once a second,
    from a thread of its own, which share of the file is read. Raises InvalidInputError or
    NoRoomError, after recording the refusal, when the file cannot be taken whole.
    """
    require(may(actor, "batch_ingest"))
    if kind not in CONTRACTS:
        raise InvalidInputError(
            _("'%(kind)s' is no kind of input; use one of %(contracts)s.")
            % {"kind": kind, "contracts": ", ".join(CONTRACTS)}
        )
    if not path.is_file():
        raise InvalidInputError(_("%(path)s: there is no such file.") % {"path": path})
    require_short(_("file name"), path.name, 200)
    codes = event_codes() if kind == "events" else ()
    state = _state(path)
    delivery = _Delivery(path, kind, source, digest.of_file(path), state, mapping, ignored, codes=codes)
    # A refusal goes on record: the source's words in every language.
    with _alone(delivery), override(None):
        try:
            delivery = _declared(delivery, closes)
            known = _already_taken(delivery)
            if known is not None:
                return Ingested(known, is_new=False)
            return Ingested(_take(delivery, tell, actor), is_new=True)
        except DomainError as error:
            _refuse(delivery, str(error), actor)
            raise
