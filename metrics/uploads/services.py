"""Receiving a file over HTTP, and reading it later: each delivery once, whatever is killed in between."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.access.models import User
from governance.access.policy import may
from metrics.events.contract import CONTRACTS
from metrics.events.declared import Days
from metrics.events.mapping import parse
from metrics.events.models import Batch
from metrics.events.services import Ingested, batch_ingest
from metrics.uploads import spool
from metrics.uploads.models import Upload
from metrics.uploads.states import TRANSITIONS, UNFINISHED, UploadState
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, require

# Enough for a restarted machine; a file that ends its reader this often does so for a reason of its own.
MAX_ATTEMPTS: Final = 5
_SOURCES: Final = ("live", "backfill")
# Names are kept in folders of ours: most file systems take 255 bytes, and the manifest's ending is longer.
_NAME_BYTES: Final = 200
_KEY: Final = 255


class KeyReusedError(InvalidInputError):
    """The Idempotency-Key was used before, for something else."""

    slug = "key-reused"


@dataclass(frozen=True, slots=True)
class Sending:
    """A file's name and everything said with it: `mapping` is YAML, `key` the Idempotency-Key."""

    kind: str
    filename: str
    source: str = "live"
    closes: Days | None = None
    ignored: tuple[str, ...] = ()
    mapping: str = ""
    manifest: bytes = b""
    key: str = ""


def _check(sending: Sending) -> None:
    """What can be known before the file is read. Raises InvalidInputError: what, and what to write."""
    if sending.kind not in CONTRACTS:
        raise InvalidInputError(
            _("'%(kind)s' is no kind of input; use one of %(contracts)s.")
            % {"kind": sending.kind, "contracts": ", ".join(CONTRACTS)}
        )
    if sending.source not in _SOURCES:
        raise InvalidInputError(
            _("source: '%(source)s' is none; write %(sources)s.")
            % {"source": sending.source, "sources": _(" or ").join(_SOURCES)}
        )
    name = sending.filename
    if name in ("", ".", "..") or any(letter in "/\\" or not letter.isprintable() for letter in name):
        raise InvalidInputError(_("The file needs a name without folders, like events-2026-11-16.csv."))
    if len(name.encode("utf-8", "replace")) > _NAME_BYTES:
        raise InvalidInputError(
            _("The file name is longer than %(limit)s bytes; give it a shorter one.") % {"limit": _NAME_BYTES}
        )
    if len(sending.key) > _KEY or not sending.key.isprintable():
        raise InvalidInputError(
            _("Idempotency-Key: write at most %(limit)s printable characters.") % {"limit": _KEY}
        )
    if sending.closes and sending.kind != "events":
        raise InvalidInputError(
            _("closes: only events complete days; leave it out for %(kind)s.") % {"kind": sending.kind}
        )
    if sending.mapping:
        try:
            parse(sending.mapping, sending.kind)
        except InvalidInputError as error:
            raise InvalidInputError(_("mapping: %(error)s") % {"error": error}) from None


def _asked(sending: Sending, kept: spool.Kept) -> str:
    return digest.of(
        {
            "kind": sending.kind, "file": sending.filename, "source": sending.source,
            "closes": str(sending.closes or ""), "ignored": sending.ignored, "mapping": sending.mapping,
            "manifest": digest.of_bytes(sending.manifest), "bytes": kept.digest,
        }
    )  # fmt: skip


def _same_key(sending: Sending, asked: str, actor: User) -> Upload | None:
    """The upload this person's key brought. Raises KeyReusedError when it brought something else."""
    known = Upload.objects.filter(received_from=actor, key=sending.key).first() if sending.key else None
    if known is not None and known.asked != asked:
        raise KeyReusedError(
            _(
                "The Idempotency-Key was used for %(filename)s with other content (upload %(known)s);"
                " send a new key with a new file."
            )
            % {"filename": known.filename, "known": known.pk}
        )
    return known


def _remember(pk: uuid.UUID, sending: Sending, kept: spool.Kept, actor: User) -> tuple[Upload, bool]:
    asked, closes = _asked(sending, kept), sending.closes
    known = _same_key(sending, asked, actor)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            upload = Upload.objects.create(
                pk=pk, kind=sending.kind, source=sending.source, filename=sending.filename, size=kept.size,
                digest=kept.digest, asked=asked, key=sending.key, ignored=list(sending.ignored),
                closes_from=closes.since if closes else None, closes_until=closes.until if closes else None,
                mapping=sending.mapping, received_at=clock.now(), received_from=actor,
                manifest=digest.of_bytes(sending.manifest) if sending.manifest else "",
            )  # fmt: skip
    except IntegrityError:
        # The same request arrived twice at once, and the other one was first.
        known = _same_key(sending, asked, actor)
        if known is None:
            raise
        return known, False
    return upload, True


def upload_receive(*, pieces: Iterable[bytes], sending: Sending, actor: User) -> tuple[Upload, bool]:
    """Keep a file on disk to be read by the worker; (upload, whether it is new).

    The same key with the same content finds the upload it brought. Raises NotAllowedError,
    InvalidInputError, KeyReusedError, TooLargeError or NoRoomError, with nothing kept.
    """
    require(may(actor, "batch_ingest"))
    _check(sending)
    pk = uuid.uuid4()
    kept = spool.keep(pk, sending.filename, pieces, sending.manifest)
    is_new = False
    try:
        upload, is_new = _remember(pk, sending, kept, actor)
    finally:
        if not is_new:
            spool.discard(pk)
    return upload, is_new


@contextmanager
def _alone(upload: Upload) -> Iterator[bool]:
    """Whether this process is the only one reading the upload; the lock dies with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('upload'), hashtext(%s))", [str(upload.pk)])
        (mine,) = cursor.fetchone()
        try:
            yield bool(mine)
        finally:
            if mine:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtext('upload'), hashtext(%s))", [str(upload.pk)]
                )


def _move(upload: Upload, new: UploadState, **fields: object) -> None:
    old = UploadState(upload.state)
    if (old, new) not in TRANSITIONS:
        raise ConflictError(
            _("An upload does not go from %(old)s to %(new)s.") % {"old": _(old.label), "new": _(new.label)}
        )
    if Upload.objects.filter(pk=upload.pk, state=old).update(state=new, **fields) != 1:
        raise ConflictError(_("%(upload)s is no longer %(old)s.") % {"upload": upload, "old": _(old.label)})
    upload.refresh_from_db()


def _refusal(upload: Upload) -> Batch | None:
    """What reading this upload left when it was refused; None when it never came to that."""
    return Batch.objects.filter(
        state=Batch.State.REFUSED, digest=upload.digest, kind=upload.kind, filename=upload.filename,
        taken_by=upload.received_from, taken_at__gte=upload.received_at,
    ).last()  # fmt: skip


def _take(upload: Upload) -> Ingested:
    path = spool.path_of(upload.pk, upload.filename)
    if not path.is_file():
        raise InvalidInputError(
            _("%(filename)s: its bytes are gone from the spool. Send it again.")
            % {"filename": upload.filename}
        )
    row = Upload.objects.filter(pk=upload.pk, state=UploadState.READING)

    def tell(share: float) -> None:
        row.update(bytes_read=int(share * upload.size))

    since, until = upload.closes_from, upload.closes_until
    return batch_ingest(
        path=path,
        kind=upload.kind,
        source=upload.source,
        mapping=parse(upload.mapping, upload.kind) if upload.mapping else None,
        ignored=upload.ignored,
        closes=Days(since, until) if since and until else None,
        tell=tell,
        actor=upload.received_from,
    )


def _end(upload: Upload, state: UploadState, **fields: object) -> None:
    _move(upload, state, ended_at=clock.now(), **fields)
    spool.discard(upload.pk)


def _read(upload: Upload) -> None:
    was_cut_off = upload.attempts > 1
    refused = _refusal(upload) if was_cut_off else None
    if refused is not None:
        _end(upload, UploadState.REFUSED, problem=refused.problem, batch=refused)
        return
    try:
        taken = _take(upload)
    except DomainError as error:
        _end(upload, UploadState.REFUSED, problem=str(error), batch=_refusal(upload))
        return
    # An attempt that was cut off after it had taken the file is no second delivery.
    ours = taken.is_new or (was_cut_off and taken.batch.taken_at >= upload.received_at)
    _end(upload, UploadState.DONE, batch=taken.batch, is_repeat=not ours, bytes_read=upload.size, problem="")


def upload_read(*, upload: Upload) -> Upload:
    """Read a received upload to its end, in the name of who sent it; an ended one is returned as it is.

    A refusal ends it with its sentence; any other error leaves it to be taken up again, until the
    attempts are used up. Its bytes are removed when it has ended.
    """
    # How it ended goes on record: the source's words in every language.
    with _alone(upload) as mine, override(None):
        upload.refresh_from_db()
        if not mine or upload.state not in UNFINISHED:
            return upload
        _move(upload, UploadState.READING, attempts=upload.attempts + 1, bytes_read=0)
        if upload.attempts > MAX_ATTEMPTS:
            problem = f"Given up after {MAX_ATTEMPTS} attempts. {upload.problem}".strip()
            _end(upload, UploadState.REFUSED, problem=problem)
            return upload
        try:
            _read(upload)
        except Exception as error:
            Upload.objects.filter(pk=upload.pk).update(problem=f"It was cut off ({type(error).__name__}).")
            raise
    return upload
