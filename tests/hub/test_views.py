"""The two views with the guarded read replaced: status, template and caching, no database."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from hub_readings import usual

from otdr_hub.hub import views
from otdr_hub.hub.record import NOTHING


@pytest.fixture(autouse=True)
def _one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "read_hub", lambda market="": usual())  # noqa: ARG005
    monkeypatch.setattr(views, "read_record", lambda _reading: NOTHING)
    monkeypatch.setattr(views, "noted", lambda *_: None)
    monkeypatch.setattr(views, "actor_of", lambda _request: None)


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def test_hub_is_never_stored(request_: HttpRequest) -> None:
    response = views.hub(request_)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_market_that_may_be_seen(request_: HttpRequest) -> None:
    response = views.market(request_, "US")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_market_that_may_not_be_seen_says_why(request_: HttpRequest) -> None:
    response = views.market(request_, "DE")
    assert response.status_code == 404
    assert "no-store" in response["Cache-Control"]
    assert "Germany is not shown" in response.content.decode()


def test_market_outside_the_scope_is_plainly_missing(request_: HttpRequest) -> None:
    with pytest.raises(Http404):
        views.market(request_, "ZZ")


def test_hub_is_only_read(rf: RequestFactory) -> None:
    assert views.hub(rf.post("/")).status_code == 405
