"""Single sign-on against a provider of this test: somebody new gets an account, and no role."""

from __future__ import annotations

import http.cookiejar
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.browser.served import serving
from tests.conftest import OwnDatabase


class Provider(BaseHTTPRequestHandler):
    """As little of OpenID Connect as a login needs; everybody is Sam."""

    def do_GET(self) -> None:
        """The description of itself, the page where one agrees (at once), and who it is."""
        address = f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[str-bytes-safe]
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/authorize":
            asked = urllib.parse.parse_qs(url.query)
            assert asked["code_challenge_method"] == ["S256"]
            answer = urllib.parse.urlencode({"code": "c", "state": asked["state"][0]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri'][0]}?{answer}")
            self.end_headers()
        elif url.path == "/userinfo":
            self._say({"sub": "17", "preferred_username": "sam", "email": "sam@example.com"})
        else:
            self._say({
                "issuer": address, "authorization_endpoint": f"{address}/authorize",
                "token_endpoint": f"{address}/token", "userinfo_endpoint": f"{address}/userinfo",
                "jwks_uri": f"{address}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })  # fmt: skip

    def do_POST(self) -> None:
        """The token, for whoever knows the client's secret."""
        sent = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert sent["client_secret"] == ["hush"]
        self._say({"access_token": "t", "token_type": "Bearer"})

    def _say(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def provider() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_newcomer_holds_no_role_and_sees_nothing(
    own_database: OwnDatabase, provider: str, collected: str
) -> None:
    environment = own_database.environment | {
        "OTDR_OIDC_URL": provider, "OTDR_OIDC_CLIENT_ID": "hub", "OTDR_OIDC_SECRET": "hush",
        "OTDR_OIDC_NAME": "Example Ltd",
        "OTDR_STATIC": collected,
    }  # fmt: skip
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with serving(environment) as url:
        answer = browser.open(f"{url}/accounts/login/", timeout=60)
        page = answer.read().decode()
        assert "Sign in by Example Ltd" in page
        assert f"form-action 'self' {provider}" in answer.headers["Content-Security-Policy"]
        mark = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
        assert mark is not None
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": mark.group(1)}).encode()
        with pytest.raises(urllib.error.HTTPError) as refused:
            browser.open(f"{url}/accounts/sso/company/", data=form, timeout=60)
        assert refused.value.code == 403
        assert "holds no role" in refused.value.read().decode()
        assert browser.open(f"{url}/accounts/", timeout=60).status == 200
    listed = json.loads(own_database.manage("accounts", "list", "--json").stdout)["accounts"]
    assert [row["roles"] for row in listed if row["account"] == "sam"] == [[]]
    with own_database.connect() as connection:
        rows = connection.execute(
            "SELECT actor, action FROM governance_ledger WHERE subject = 'sam'"
        ).fetchall()
    assert rows == [("system", "account.created")]
