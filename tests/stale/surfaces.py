"""Every address that answers with numbers of the hub. The crawler (`crawl`) proves that none is missing.

`must` says which markets an answer has to show when they may be seen: `all`, the `one` in its address, or
`any` (those it happens to speak of). `total` says that it states the roll-up in counts.
"""

from __future__ import annotations

from typing import NamedTuple


class Surface(NamedTuple):
    """One address; `{market}` and `{publication}` are filled in by the reader."""

    route: str
    path: str
    must: str = "any"
    total: bool = False
    weight: int = 4
    form: str = "text"


# Pages of the desk: numbers that executives do not see, certified or not, and the verb that a reader of them
# must hold. Of what is switched off they show none, as no other page does.
DESK: dict[str, str] = {
    "/signoffs/<int:number>/": "signoff_read",
    "/api/v1/signoffs/<int:number>": "signoff_read",
    "/scope/decide/": "scope_decide",
    "/api/v1/scope": "scope_decide",
    "/decisions/preview/<slug:kind>/": "preview_look",
    # The figures a proposal rests on; everybody else reads words that move with none of them.
    "/decisions/": "measures_read",
    "/api/v1/decisions": "measures_read",
    "/blast/<slug:code>/": "measures_read",
    "/api/v1/blast/<slug:market>": "measures_read",
    # What a case's weeks would do if they were shown.
    "/triage/<int:number>/": "measures_read",
}
# (A case is drawn from frozen assessments; but for its blast radius it has no figure of the hub.)
# Pages of the audit, which say so: what could be seen at a past moment, switched off since or not.
AUDIT: dict[str, str] = {"/ledger/past/": "history_read"}

# Routes on which nothing is to be read: they only take forms, or what they show does not exist there.
UNREACHED = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/mfa/authenticate/",
    "/accounts/mfa/codes/off/",
    "/accounts/mfa/codes/on/",
    "/accounts/mfa/passkeys/<int:pk>/remove/",
    "/accounts/mfa/passkeys/add/",
    "/accounts/mfa/passkeys/login/",
    "/accounts/mfa/passkeys/reauthenticate/",
    "/accounts/mfa/reauthenticate/",
    "/accounts/mfa/recovery/",
    "/accounts/mfa/recovery/file/",
    "/accounts/mfa/recovery/new/",
    "/api/v1/batches/<slug:kind>",
    "/api/v1/batches/uploads/<uuid:upload>",
    "/api/v1/cases/<int:number>/evidence",
    "/api/v1/cases/<int:number>/notes",
    "/api/v1/cases/<int:number>/reopen",
    "/api/v1/cases/<int:number>/resolve",
    "/api/v1/cases/<int:number>/steps",
    "/api/v1/cases/<int:number>/steps/<int:position>",
    "/api/v1/notices/acknowledge",
    "/api/v1/publications/<str:ref>/rollback",
    "/api/v1/shutoffs/<int:number>/on-request",
    "/api/v1/shutoffs/<int:number>/reason",
    "/api/v1/signoffs/<int:number>/give",
    "/api/v1/signoffs/<int:number>/withdraw",
    "/api/v1/versions/<slug:name>/submit",
    "/batches/uploads/<uuid:upload>/",
    "/decisions/<int:number>/minutes/",
    "/decisions/carry-out/",
    "/decisions/decide/",
    "/decisions/verdict/",
    "/kill-switch/<int:number>/off/",
    "/kill-switch/<int:number>/on-request/",
    "/kill-switch/<int:number>/reason/",
    "/kill-switch/off/",
    "/publications/<str:ref>/rollback/",
    "/requests/<int:number>/answer/",
    "/requests/<int:number>/assess/",
)

_MARKET, _FILE = "/markets/<slug:code>", "/export/markets/<slug:code>"
SURFACES = (
    Surface("/", "/", "all", total=True, weight=30),
    Surface("/", "/?present=1", weight=5),
    Surface("/", "/?print=1", "all", total=True, weight=5),
    Surface("/about/", "/about/", weight=5),
    Surface("/why/", "/why/", weight=5),
    Surface(f"{_MARKET}/", "/markets/{market}/", "one", weight=25),
    Surface(f"{_MARKET}/explore/", "/markets/{market}/explore/", weight=5),
    Surface(f"{_MARKET}/lineage/", "/markets/{market}/lineage/", weight=5),
    Surface("/export/hub.csv", "/export/hub.csv", "all", weight=8),
    Surface("/export/hub.xlsx", "/export/hub.xlsx", "all", weight=3),
    Surface("/export/hub.pdf", "/export/hub.pdf", weight=1),
    Surface(f"{_FILE}.csv", "/export/markets/{market}.csv", "one", weight=5),
    Surface(f"{_FILE}.xlsx", "/export/markets/{market}.xlsx", "one", weight=3),
    Surface(f"{_FILE}.pdf", "/export/markets/{market}.pdf", weight=1),
    Surface("/publications/<str:ref>/", "/publications/{publication}/", weight=8),
    Surface("/api/v1/publications/<str:ref>", "/api/v1/publications/{publication}", weight=8),
    Surface("/kill-switch/", "/kill-switch/", weight=5),
    Surface("/decisions/", "/decisions/", weight=3),
    Surface("/api/v1/decisions", "/api/v1/decisions", weight=3),
    Surface("/api/v1/hub", "/api/v1/hub", "all", total=True, weight=30),
    Surface("/api/v1/markets/<slug:code>", "/api/v1/markets/{market}", "one", weight=25),
)
