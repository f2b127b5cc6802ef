"""Metric versions as programs use them: listed, proposed once, submitted as seen."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from governance.models import MetricVersion, SignoffRequest
from tests import builders
from tests.metrics.test_version_pages import NEXT, WHY, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


@pytest.fixture
def counted(tmp_path):
    """A version in effect under which both markets were computed."""
    return builders.run_done(tmp_path).version


def api(client: Client, path: str, body: object = None, **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=sent)


def test_the_api_lists_proposes_and_submits(counted):
    client = client_of("data_engineer")
    made = api(client, "versions", {"document": NEXT, "reason": WHY})
    assert made.status_code == 201
    digest = made.json()["digest"]
    assert made["ETag"] == f'"{digest}"'
    listed = client.get("/api/v1/versions").json()["versions"]
    assert [(one["name"], one["state"]) for one in listed] == [
        ("otdr-test", "effective"),
        ("otdr-next", "draft"),
    ]
    path = "versions/otdr-next/submit"
    assert api(client, path).status_code == 428
    assert api(client, path, If_Match='"abc"').status_code == 412
    done = api(client, path, If_Match=f'"{digest}"')
    assert (done.status_code, done.json()["state"]) == (201, "in_review")
    assert SignoffRequest.objects.filter(pk=done.json()["request"]).exists()
    assert api(client, path, If_Match=f'"{digest}"').status_code == 409
    assert api(client, "versions/otdr-9/submit", If_Match='"abc"').status_code == 404
    assert api(client_of("finance"), path, If_Match=f'"{digest}"').status_code == 403


def test_a_key_makes_a_request_happen_once():
    client = client_of("data_engineer")
    body = {"document": NEXT, "reason": WHY}
    first, second = (api(client, "versions", body, Idempotency_Key="k-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["ETag"] == second["ETag"]
    assert MetricVersion.objects.count() == 1
    other = api(client, "versions", body | {"reason": "Another."}, Idempotency_Key="k-1")
    assert (other.status_code, "take a new one" in other.json()["detail"]) == (422, True)
    assert api(client, "versions", body, Idempotency_Key="k-2").status_code == 409
    assert api(client_of("dpm"), "versions", body, Idempotency_Key="k-1").status_code == 409
    assert api(client, "versions", body, Idempotency_Key="k" * 256).status_code == 422
    # What failed leaves its key free.
    assert api(client, "versions", {"document": "name: 7"}, Idempotency_Key="k-3").status_code == 422
    fixed = {"document": NEXT.replace("4320", "15").replace("otdr-next", "otdr-third"), "reason": WHY}
    assert api(client, "versions", fixed, Idempotency_Key="k-3").status_code == 201


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"document": 7}, {"document": NEXT, "reason": "r" * 501}]
)
def test_a_body_that_is_none_is_said(body):
    answer = api(client_of("data_engineer"), "versions", body)
    assert answer.status_code in (201, 400, 422)
    assert answer.status_code != 201 or body == {"document": 7}


@pytest.mark.parametrize(
    "document", ["name: [", "[" * 5000, "name: &a otdr-2\npromise: *a\n", "x" * 100_001, "\0"]
)
def test_what_is_no_definition_is_a_problem(document):
    answer = api(client_of("data_engineer"), "versions", {"document": document, "reason": WHY})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
