"""Batches and uploads as JSON; a file is sent here and read by the worker."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.models import User
from governance.access.policy import may
from metrics.events import selectors as batches
from metrics.events.contract import CONTRACTS
from metrics.events.models import Batch
from metrics.uploads import schemas, selectors
from metrics.uploads.forms import FIELDS, check_known, disposed_name, only_file, sending_of
from metrics.uploads.queue import send
from metrics.uploads.services import Sending, upload_receive
from otdr_hub.lib.outcome import InvalidInputError, require

_PIECE: Final = 1 << 20
_LINES_AT_ONCE: Final = 5_000
_MOST: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
never_kept = method_decorator(cache_control(no_store=True), name="dispatch")


def _actor(request: Request) -> User:
    return cast(User, request.user)


def pieces_of(file: UploadedFile[bytes]) -> Iterator[bytes]:
    """A file as it is on disk, a piece at a time."""
    return file.chunks(_PIECE)


def _body(http: HttpRequest) -> Iterator[bytes]:
    while piece := http.read(_PIECE):
        yield piece


def _read(request: Request, kind: str) -> tuple[Iterable[bytes], Sending]:
    """The file, a piece at a time, and what is said with it: a form, or bare bytes with a query."""
    key = request.headers.get("Idempotency-Key", "")
    fields: Mapping[str, str] = request.query_params.dict()
    content = (request.content_type or "").partition(";")[0].strip().lower()
    if content.startswith("multipart/"):
        fields = {**fields, **request.POST.dict()}
        check_known("field", (name for name in fields if name != "csrfmiddlewaretoken"), FIELDS)
        file = only_file(request.FILES)
        return pieces_of(file), sending_of(kind, file.name or "", fields, request.FILES, key)
    if content == _FORM:
        raise InvalidInputError(
            _(
                "The body is said to be a web form without files. Send multipart/form-data with the field"
                " 'file', or the file itself with a Content-Type like text/csv."
            )
        )
    check_known("field", fields, FIELDS)
    name = disposed_name(request.headers.get("Content-Disposition", ""))
    nothing: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
    return _body(request._request), sending_of(kind, name, fields, nothing, key)


@never_kept
class SendView(APIView):
    """A file to be taken in."""

    token_scope = "ingest"  # noqa: S105 (what a token may be for, and no token)
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="batch_send",
        parameters=[
            OpenApiParameter("kind", enum=sorted(CONTRACTS), location="path"),
            OpenApiParameter(
                "Idempotency-Key", location="header", description="the same key, the same upload"
            ),
        ],
        request={"multipart/form-data": schemas.UploadRequest, "text/csv": OpenApiTypes.BINARY},
        responses={202: schemas.UploadPayload, **schemas.SENDING},
    )
    def post(self, request: Request, kind: str) -> Response:
        """Receive it; the answer says where to ask how far it is."""
        require(may(_actor(request), "batch_ingest"))
        pieces, sending = _read(request, kind)
        upload, is_new = upload_receive(pieces=pieces, sending=sending, actor=_actor(request))
        if is_new:
            send(upload)
        status = reverse("api:upload", kwargs={"upload": upload.pk})
        return Response(selectors.plain(upload), status=202, headers={"Location": status})


@never_kept
class UploadView(APIView):
    """How far one upload is, and how it ended."""

    @extend_schema(operation_id="batch_upload", responses={200: schemas.UploadPayload, **schemas.READING})
    def get(self, request: Request, upload: uuid.UUID) -> Response:
        """Ask as often as you like."""
        found = selectors.one(upload=upload, actor=_actor(request))
        if found is None:
            raise Http404
        return Response(selectors.plain(found))


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not least <= int(text) <= most:
        raise InvalidInputError(
            _("%(name)s: '%(text)s' is no whole number from %(least)s to %(most)s.")
            % {"name": name, "text": text[:40], "least": least, "most": f"{most:,}"}
        )
    return int(text)


def _chosen(query: Mapping[str, str]) -> dict[str, Any]:
    """The filters of a list. Raises InvalidInputError for a name or a value that is none."""
    known: dict[str, Iterable[str]] = {"kind": sorted(CONTRACTS), "state": Batch.State.values}
    check_known("parameter", query, (*known, "before", "limit"))
    for name, values in known.items():
        if query.get(name) and query[name] not in values:
            raise InvalidInputError(
                _("%(name)s: '%(query)s' is none; use one of %(values)s.")
                % {"name": name, "query": query[name][:40], "values": ", ".join(values)}
            )
    found: dict[str, Any] = {name: query[name] for name in known if name in query}
    if "before" in query:
        found["before"] = _whole("before", query["before"], 1, 10**17)
    return found | {"limit": _whole("limit", query.get("limit", "50"), 1, _MOST)}


@never_kept
class BatchesView(APIView):
    """Everything that came, newest first."""

    @extend_schema(
        operation_id="batches",
        parameters=[
            OpenApiParameter("kind", enum=sorted(CONTRACTS)),
            OpenApiParameter("state", enum=Batch.State.values),
            OpenApiParameter("before", type=int, description="only numbers below this one"),
            OpenApiParameter("limit", type=int, description=f"1 to {_MOST}, 50 if not given"),
        ],
        responses={200: schemas.BatchesPayload, **schemas.READING, **schemas.problems(422)},
    )
    def get(self, request: Request) -> Response:
        """A page; `next` leads to the older ones."""
        query = request.query_params.dict()
        found, older = batches.page(**_chosen(query), actor=_actor(request))
        way = f"{reverse('api:batches')}?{urlencode({**query, 'before': older})}" if older else None
        return Response({"batches": [batches.plain(batch) for batch in found], "next": way})


def _batch(request: Request, number: int) -> Batch:
    found = batches.one(number=number, actor=_actor(request))
    if found is None:
        raise Http404
    return found


@never_kept
class BatchView(APIView):
    """One delivery."""

    @extend_schema(operation_id="batch", responses={200: schemas.BatchPayload, **schemas.READING})
    def get(self, request: Request, number: int) -> Response:
        """What came, from whom, when, and what became of it."""
        return Response(batches.plain(_batch(request, number)))


class _Csv(BaseRenderer):
    """Lets a client ask for CSV; the answer itself is streamed past it."""

    media_type, format = "text/csv", "csv"


async def _lines(batch: Batch) -> AsyncIterator[str]:
    """The quarantine as CSV, a few thousand lines at a time: nobody holds it whole."""
    yield "line,reason\r\n"
    read, place = sync_to_async(batches.quarantine_after), (-1, -1)
    while rows := await read(batch, place, _LINES_AT_ONCE):
        yield "".join(f"{line},{reason}\r\n" for line, _, reason in rows)
        place = rows[-1][:2]


@never_kept
class QuarantineView(APIView):
    """The rows of a batch that could not be used: line and reason, never what they said."""

    renderer_classes = [_Csv, JSONRenderer]

    @extend_schema(
        operation_id="batch_quarantine",
        responses={(200, "text/csv"): OpenApiTypes.STR, **schemas.READING},
    )
    def get(self, request: Request, number: int) -> StreamingHttpResponse:
        """A CSV file, in the order of the lines."""
        batch = _batch(request, number)
        name = f"batch-{batch.pk}-quarantine.csv"
        return StreamingHttpResponse(
            _lines(batch),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
