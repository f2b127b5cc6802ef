"""Pages used again: the same page for everybody, each reader counted, nothing of one reader given to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from governance.access.policy import ROLES
from otdr_hub.hub import freshness, reuse
from tests import builders
from tests.builders import person

PAGES = ("/", "/markets/AA/", "/?present=1")


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


@pytest.fixture
def used_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is outside the tests, with nothing kept from before."""
    settings.PAGES_REUSED = True
    monkeypatch.setattr(reuse, "_shelf", reuse._Shelf())


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def _without_who(page: str) -> str:
    """A page without its masthead and its own moment."""
    who = page.partition('<header class="masthead')[2].partition("</header>")[0]
    found = page.replace(who, "").replace("<!--who-->", "").replace("<!--/who-->", "")
    return found.partition("data-sent")[0] + found.partition('<p class="moment">')[2].partition("</p>")[2]


def test_a_page_is_the_same_for_every_role_and_each_keeps_its_own_masthead(
    db: None, lake: Path, used_again: None
) -> None:
    builders.published(lake)
    for path in PAGES:
        found = set()
        for role in ROLES:
            client = Client()
            client.force_login(person(role))
            page = _page(client, path)
            found.add(_without_who(page))
            assert f"<b>{person(role).username}</b>" in page or "page-present" in page
            assert page.count("data-sent=") == page.count('class="moment"') == 1
        assert len(found) == 1, path


def test_what_is_due_for_each_reader_happens_for_each_and_no_form_is_kept(
    db: None, rf: RequestFactory, used_again: None
) -> None:
    made: list[str] = []
    read: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        made.append(request.path)
        form = '<input name="csrfmiddlewaretoken">' if request.path == "/b" else ""
        body = f"<main>{form}</main><!--who-->x<!--/who--><p>{len(made)}</p>"
        response = freshness.numbered(HttpResponse(body), freshness.current_epoch())
        return reuse.for_each_reader(request, response, lambda asked: read.append(asked.path))

    for path, times in (("/a", 1), ("/b", 3)):
        made.clear()
        read.clear()
        for _ in range(3):
            request = rf.get(path)
            request.user = person("executive")
            response = reuse.reused(view)(request)
            assert "no-store" in response["Cache-Control"]
        assert (len(made), read) == (times, [path] * 3)
        reuse.reused(view)(rf.get(f"{path}?x=1"))
        assert len(made) == times + 1
