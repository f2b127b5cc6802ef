"""What the tests of uploads share: a cast, files as bytes, and requests as a client makes them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from metrics.uploads.models import Upload
from metrics.uploads.services import upload_read
from tests.metrics.inputs import EVENTS, GOOD

HEADER = ",".join(EVENTS)
ROW = ",".join(GOOD)
PROBLEM = "application/problem+json"


def events(*rows: str) -> bytes:
    """An events file; the one good row where none is given."""
    return "".join(f"{line}\n" for line in (HEADER, *(rows or (ROW,)))).encode()


def client_of(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def post(
    client: Client, content: bytes | None = None, name: str = "e.csv", kind: str = "events", **said: Any
) -> Any:
    """A multipart request; a header where the name says so."""
    key = said.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    files = {} if content is None else {"file": SimpleUploadedFile(name, content)}
    files |= {
        field: SimpleUploadedFile(field, said.pop(field))
        for field in ("mapping", "manifest")
        if field in said
    }
    return client.post(f"/api/v1/batches/{kind}", {**said, **files}, headers=headers)


def read_all() -> None:
    """What the worker does with what waits."""
    for upload in Upload.objects.filter(state__in=["waiting", "reading"]):
        upload_read(upload=upload)


def spooled() -> list[str]:
    """What lies in the spool."""
    return sorted(path.name for path in settings.UPLOAD_SPOOL.iterdir())
