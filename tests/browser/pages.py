"""Every page there is, read off the URL configuration, so that a new page is looked at without being listed.

An address with something to fill in takes the examples below; a new kind of address needs one, and the
first test that walks the pages says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext

from otdr_hub.demo.cast import PASSWORD
from tests.browser.served import sign_in

# Files and machines' answers, not pages; and ways that only send on to another page.
NO_PAGES = (
    "/api/",
    "/export/",
    "/healthz",
    "/ledger/export/",
    "/accounts/mfa/recovery/file/",
    "/accounts/logout/",
)
# What only a form, another session or another state of an account leads to, in the demonstration.
NEEDS_STATE = frozenset(
    {
        "/scope/decide/", "/decisions/<int:number>/minutes/", "/accounts/mfa/authenticate/",
        "/accounts/mfa/reauthenticate/", "/accounts/mfa/codes/on/", "/accounts/mfa/codes/off/",
        "/accounts/mfa/recovery/", "/accounts/mfa/recovery/new/", "/accounts/mfa/passkeys/add/",
        "/accounts/mfa/passkeys/<int:pk>/remove/", "/accounts/mfa/passkeys/login/",
        "/accounts/mfa/passkeys/reauthenticate/", "/batches/uploads/<uuid:upload>/",
    }
)  # fmt: skip
FILL = {
    "code": "US", "number": "1", "ref": "P-1", "username": "dpm", "name": "otdr-1", "seq": "40",
    "upload": "00000000-0000-4000-8000-000000000000", "pk": "1",
}  # fmt: skip
"""What stands for a part of an address that varies, by its name."""
EXAMPLES = {
    "/": ("/", "/?print=1", "/?present=1"),
    "/markets/<slug:code>/": ("/markets/US/", "/markets/BR/", "/markets/XX/"),
    "/verify/<str:code>/": ("/verify/P-1-00000000/",),
    "/decisions/": ("/decisions/", "/decisions/?present=1"),
    "/ledger/past/": ("/ledger/past/", "/ledger/past/?at=2026-11-20T12:30"),
}
"""Routes whose pages differ by more than that."""
MISSING = ("/verify/P-1-00000000/", "/nothing/", "/markets/BR/", "/markets/XX/")
# Who looks at a page: the first of these to whom it opens. Together they see every page.
LOOKERS = ("exec", "dpm", "auditor", "finance", "data-engineer", "admin")


def routes(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Every route of the product that may be a page."""
    for item in (resolver or get_resolver()).url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLPattern):
            if not route.startswith(NO_PAGES):
                yield route
        else:
            yield from routes(item, route)


def addresses() -> tuple[str, ...]:
    """The addresses to look at. Fails for a route with a part that nobody gave an example of."""
    found: list[str] = []
    for route in [*routes(), "/nothing/"]:
        parts = set(re.findall(r"<\w+:(\w+)>", route))
        lacking = parts - FILL.keys()
        assert not lacking, f"{route}: say in tests/browser/pages.py what stands for {sorted(lacking)}"
        if route not in NEEDS_STATE:
            found.extend(EXAMPLES.get(route, (re.sub(r"<\w+:(\w+)>", lambda part: FILL[part[1]], route),)))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Sight:
    """A page and who looks at it."""

    who: str
    path: str

    @property
    def name(self) -> str:
        """What its picture is called."""
        return re.sub(r"\W+", "-", self.path).strip("-") or "hub"


class Theatre:
    """Signed-in windows of the cast on one server, in any size and scheme."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self._sessions: dict[str, object] = {}

    def window(self, who: str, **options: object) -> BrowserContext:
        """A new window of this person; nobody is whoever has not signed in."""
        if who and who not in self._sessions:
            context = self.browser.new_context()
            page = context.new_page()
            sign_in(page, self.url, who, PASSWORD)
            page.wait_for_url(lambda found: "login" not in found)
            self._sessions[who] = context.storage_state()
            context.close()
        state = {"storage_state": self._sessions[who]} if who else {}
        return self.browser.new_context(**state, **options)  # type: ignore[arg-type]

    def sights(self, *, everybody: bool = False) -> list[Sight]:
        """Who can look at which page: the first one, or everybody. Fails for a page that opens to nobody.

        What takes forms only (405) is no page.
        """
        asking = {who: self.window(who).request for who in LOOKERS}
        found, unseen = [Sight("", "/accounts/login/?next=/nowhere")], []
        for path in addresses():
            seen: list[str] = []
            for who in LOOKERS:
                answer = asking[who].get(self.url + path, max_redirects=0)
                if answer.status == 405 or (seen and not everybody):
                    break
                is_page = answer.headers.get("content-type", "").startswith("text/html")
                if is_page and (answer.status == 200 or (answer.status == 404 and path in MISSING)):
                    seen.append(who)
            else:
                unseen += [] if seen or path == "/accounts/login/" else [path]
            found += [Sight(who, path) for who in seen]
        assert not unseen, f"these open to nobody, or need a state: {unseen}"
        return found
