"""Who asks, and what they read: a client of the cast, and an answer as one line."""

from __future__ import annotations

from django.test import Client

from tests.builders import PASSWORD, person


def client_of(name: str, *, is_fresh: bool = False) -> Client:
    client = Client()
    client.force_login(person(name))
    if is_fresh:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())
