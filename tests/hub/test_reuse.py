"""Pages used again: the same page for everybody, each reader counted, nothing of one reader given to another."""

from __future__ import annotations

import re
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


def _steady(page: str) -> str:
    """A page without the moments at which it was made and sent and the mark of its form, which no two have in common."""
    found, times = re.subn(r' data-sent="[^"]*"|<p class="moment">.*?</p>', "", page)
    assert times == 2
    found = re.sub(r"(<dt>Made</dt><dd>)[^<]*", r"\1", found)
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", found)


def test_a_page_is_the_same_for_every_role_and_each_keeps_its_own_masthead(
    db: None, lake: Path, used_again: None, settings: Any
) -> None:
    """To the byte what it would have been, had it been made for this reader."""
    builders.published(lake)
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.force_login(person(role))
    for path in PAGES:
        settings.PAGES_REUSED = False
        made = {role: _steady(_page(client, path)) for role, client in clients.items()}
        settings.PAGES_REUSED = True
        found = {role: _steady(_page(client, path)) for role, client in clients.items()}
        assert found == made
        assert len({page.partition("<main")[2] for page in found.values()}) == 1
        for role, page in found.items():
            assert f"<b>{person(role).username}</b>" in page or "page-present" in page


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
