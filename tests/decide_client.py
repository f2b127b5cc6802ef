"""What the tests of the page "Decide" share: browsers of the cast, and what is read off a page."""

from __future__ import annotations

import html
import re

from django.test import Client
from django.urls import reverse

from tests import builders
from tests.builders import person

PAGE = "/decisions/"


def client(name: str, *, proven: bool = False) -> Client:
    """Somebody's browser; `proven`, and they have just given their password."""
    found, who = Client(), person(name)
    if proven:
        found.post(reverse("account_login"), {"login": name, "password": builders.PASSWORD})
        assert found.session["_auth_user_id"] == str(who.pk)
    else:
        found.force_login(who)
    return found


def words(response) -> str:
    """What a reader reads: no tags, entities resolved, white space as one."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def hidden(response, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def forms(response) -> tuple[bool, bool]:
    """Whether there is a verdict form, and whether the chair's button is on."""
    text = response.content.decode()
    button = re.search(r'<button class="button button-main" type="submit"([^>]*)>Decide', text)
    return reverse("hub:verdict") in text, "disabled" not in button[1]
