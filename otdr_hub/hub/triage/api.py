"""Cases as JSON: the same services and the same rules as the pages. Nothing in a case is certified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.access.fresh import require_fresh
from governance.access.models import User
from governance.access.once import done_once
from governance.access.policy import may
from governance.access.views import actor_of
from governance.cases import selectors
from governance.cases.models import Case
from governance.cases.plan import plan_for
from governance.cases.services import (
    case_note_add,
    case_open,
    case_step_add,
    case_step_answer,
)
from governance.cases.verdicts.services import case_reopen, case_resolve
from otdr_hub.hub.desk.schemas import KEY, READING, WRITING
from otdr_hub.hub.triage import acting, payload, schemas
from otdr_hub.hub.triage.views import case_of
from otdr_hub.lib.outcome import NotAllowedError, require

never_kept = method_decorator(cache_control(no_store=True), name="dispatch")
Made = Callable[[], Any]
View = TypeVar("View", bound=Callable[..., Response])


def _actor(request: Request) -> User:
    return actor_of(request._request) if not isinstance(request.user, User) else request.user


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _seen(request: Request, number: int, verb: str) -> Case:
    """The case, for whoever holds the verb and is shown it. Raises Http404 or NotAllowedError."""
    actor = _actor(request)
    require(may(actor, verb))
    found = case_of(number)
    if not selectors.may_see(found, actor):
        raise NotAllowedError(_("This case is not shown to you yet; the owner of the data is told first."))
    return found


def _done(request: Request, number: int, make: Made) -> Response:
    """Do it once and answer with the case as it is then."""

    def act() -> Response:
        make()
        return Response(payload.whole(case_of(number), _actor(request)), status=201)

    return done_once(request, act)


def _documented(name: str, asked: Any) -> Callable[[View], View]:
    return extend_schema(
        operation_id=name, parameters=[KEY], request=asked,
        responses={201: schemas.CasePayload, **WRITING},
    )  # fmt: skip


@never_kept
class CasesView(APIView):
    """All cases, and opening one."""

    @extend_schema(operation_id="cases", responses={200: schemas.CasesPayload, **READING})
    def get(self, request: Request) -> Response:
        """Open ones first; without what was found."""
        require(may(_actor(request), "case_read"))
        found = sorted(selectors.listed(), key=lambda one: one.verdict is not None)
        heads = [payload.head(one.case, one.verdict, is_wide=one.is_wide) for one in found]
        return Response({"cases": heads})

    @_documented("case_open", schemas.OpenRequest)
    def post(self, request: Request) -> Response:
        """From the answer on nothing it covers is certified or newly shown. 409 where one is open."""
        actor = _actor(request)
        require(may(actor, "case_open"))
        given = _checked(schemas.OpenRequest, request)
        monday = acting.monday_of(given["first_week"])
        last = acting.monday_of(given["last_week"]) if given.get("last_week") else monday

        def act() -> Response:
            acting.check_carrier(**given["scope"])
            case = case_open(
                **given["scope"], first_week=monday, last_week=last, origin=Case.Origin.PERSON,
                title=given["title"], plan=plan_for(given["direction"]), actor=actor,
            )  # fmt: skip
            return Response(payload.whole(case, actor), status=201)

        return done_once(request, act)


@never_kept
class CaseView(APIView):
    """One case."""

    @extend_schema(operation_id="case", responses={200: schemas.CasePayload, **READING})
    def get(self, request: Request, number: int) -> Response:
        """Its plan, evidence, timeline and verdicts, once it is shown to the reader."""
        actor = _actor(request)
        require(may(actor, "case_read"))
        return Response(payload.whole(case_of(number), actor))


@never_kept
class NotesView(APIView):
    """The timeline."""

    @_documented("case_note", schemas.NoteRequest)
    def post(self, request: Request, number: int) -> Response:
        """Add to it: a note, the word to the owner, a reply, a claim, a proposal."""
        case = _seen(request, number, "case_work")
        given = _checked(schemas.NoteRequest, request)
        return _done(request, number, lambda: case_note_add(case=case, actor=_actor(request), **given))


@never_kept
class StepsView(APIView):
    """The plan."""

    @_documented("case_step", schemas.StepRequest)
    def post(self, request: Request, number: int) -> Response:
        """Add a row to it."""
        case = _seen(request, number, "case_work")
        given = _checked(schemas.StepRequest, request)
        return _done(request, number, lambda: case_step_add(case=case, actor=_actor(request), **given))


@never_kept
class StepView(APIView):
    """A row of the plan."""

    @_documented("case_step_answer", schemas.ResultRequest)
    def post(self, request: Request, number: int, position: int) -> Response:
        """Say what it found. 409 where that is said already."""
        case = _seen(request, number, "case_work")
        step = case.steps.filter(position=position).first() if position < 2**15 else None
        if step is None:
            raise Http404
        given = _checked(schemas.ResultRequest, request)
        said = {"found": given["found"], "next_step": given["next"], "actor": _actor(request)}
        return _done(request, number, lambda: case_step_answer(step=step, **said))


@never_kept
class EvidenceView(APIView):
    """Evidence."""

    @_documented("case_assess", schemas.AssessRequest)
    def post(self, request: Request, number: int) -> Response:
        """Assess the weeks with the newest data and freeze that; the same data changes nothing."""
        case = _seen(request, number, "case_work")
        given = _checked(schemas.AssessRequest, request)
        sent = {"hypothesis": given["owner"]}
        return _done(request, number, lambda: acting.assess(case, sent, _actor(request)))


@never_kept
class ResolveView(APIView):
    """Ending a case."""

    @_documented("case_resolve", schemas.ResolveRequest)
    def post(self, request: Request, number: int) -> Response:
        """With a verdict, by somebody who has just proven to be there."""
        case = _seen(request, number, "case_resolve")
        require_fresh(request._request)
        given = _checked(schemas.ResolveRequest, request)
        return _done(request, number, lambda: case_resolve(case=case, actor=_actor(request), **given))


@never_kept
class ReopenView(APIView):
    """Opening it again."""

    @_documented("case_reopen", schemas.ReopenRequest)
    def post(self, request: Request, number: int) -> Response:
        """Under its number, by somebody who has just proven to be there."""
        case = _seen(request, number, "case_resolve")
        require_fresh(request._request)
        given = _checked(schemas.ReopenRequest, request)
        return _done(request, number, lambda: case_reopen(case=case, actor=_actor(request), **given))
