"""Every operation of the API, with what its schema allows and what it does not: no 5xx, no breach of schema.

`OTDR_EXAMPLES=full` sends ten times as many requests, and some in sequences where one follows from another;
without it Finance is not asked to read, nor the auditor to write.
Each role's token is its own run, so that what a role may do is reached behind the door, and not only
refused at it.
"""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.browser.served import serving
from tests.hub.wire import sessions

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
STREAM = "/api/v1/stream"
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance",
)  # fmt: skip
# Who signs and who audits read the same as whoever decides; at full size they send everything all the same.
PART = {} if FULL else {"finance": ["--exclude-method", "GET"], "auditor": ["--include-method", "GET"]}
pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600 if FULL else 600)]


def by_token(database, url: str, person: str) -> list[str]:
    """Headers of a program: a token with every scope there is."""
    scopes = [part for scope in ("read", "ingest", "run") for part in ("--scope", scope)]
    done = database.manage("tokens", "create", person, "--name", "schemathesis", *scopes, "--json")
    return ["--header", f"Authorization: Bearer {json.loads(done.stdout)['secret']}"]


def by_session(database, url: str, person: str) -> list[str]:
    """Headers of a browser that has just signed in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{url}/accounts/login/").read().decode()
    fields = dict(
        re.findall(r'<input type="(?:text|password|hidden)" name="([^"]+)"(?: value="([^"]*)")?', page)
    )
    names = [name for name in ("login", "username") if f'name="{name}"' in page]
    form = fields | {names[0]: person, "password": "otdr-demo"}
    request = urllib.request.Request(
        f"{url}/accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"{url}/accounts/login/"}
    )
    browser.open(request).read()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    token = next(value for name, value in cookies.items() if "csrf" in name)
    assert any("session" in name for name in cookies), f"{person} could not sign in"
    return [
        "--header", "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "--header", f"X-CSRFToken: {token}", "--header", f"Referer: {url}/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "headers"),
    [("data-engineer", by_token), ("dpm", by_session), ("finance", by_session), ("auditor", by_session)],
)
def test_nothing_the_schema_allows_or_forbids_breaks_the_api(
    demo, collected: str, tmp_path: Path, person: str, headers
):
    environment = demo.environment | {"OTDR_STATIC": collected}
    with serving(environment) as url:
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/schema/",
            *headers(demo, url, person),
            "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing,stateful" if FULL else "coverage",
            "--max-examples", "200" if FULL else "5", "--continue-on-failure", "--no-color",
            "--warnings", "off", "--request-timeout", "60",
            # It has no end to wait for; the test below asks it what is asked of the others.
            "--exclude-path", STREAM, *PART.get(person, []),
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, env=demo.environment
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def answer(url: str, session: str, method: str = "GET", **more: str) -> tuple[int, str, str]:
    """Status, type and beginning of what the stream's address answers; the connection is then left."""
    csrf = "a" * 32
    headers = {"Cookie": f"sessionid={session}; csrftoken={csrf}", "X-CSRFToken": csrf, **more}
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    with contextlib.closing(connection):
        connection.request(method, STREAM, headers=headers)
        response = connection.getresponse()
        return (
            response.status,
            response.headers["Content-Type"].partition(";")[0],
            response.read1(400).decode(),
        )


def test_the_stream_answers_as_the_schema_says(own_database, collected: str):
    """200 and events for who may listen; a problem, whole, for everybody and everything else."""
    environment = own_database.environment | {"OTDR_STATIC": collected}
    reader, without_role = sessions(own_database, "reader", "lost")
    with own_database.connect() as connection:
        connection.execute(
            "DELETE FROM governance_user_groups g USING governance_user u"
            " WHERE u.id = g.user_id AND u.username = 'lost'"
        )
    with serving(environment) as url:
        with urllib.request.urlopen(
            urllib.request.Request(
                f"{url}/api/schema/?format=json", headers={"Cookie": f"sessionid={reader}"}
            )
        ) as read:
            said = json.load(read)["paths"][STREAM]
        assert list(said) == ["get"]
        status, kind, text = answer(url, reader)
        assert (status, kind) == (200, *said["get"]["responses"]["200"]["content"])
        assert text.startswith(("event: epoch\ndata: ", "event: hb\ndata: "))
        refused = {
            "nobody": (401, answer(url, "")), "forged": (401, answer(url, "f" * 32)),
            "no role": (403, answer(url, without_role)),
            "picture": (406, answer(url, reader, Accept="image/png")),
            "nothing we speak": (406, answer(url, reader, Accept="application/xml")),
            **{method: (405, answer(url, reader, method)) for method in ("POST", "PUT", "PATCH", "DELETE")},
        }  # fmt: skip
    for what, (wanted, (status, kind, text)) in refused.items():
        assert (status, kind) == (wanted, "application/problem+json"), what
        assert str(status) in said["get"]["responses"], what
        assert json.loads(text)["status"] == status, what
