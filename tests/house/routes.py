"""The table of routes: each request, and what nobody and each role get. A new route has to be listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.access.policy import ROLES
from tests.house.route_names import NAMES

ANONYMOUS = "anonymous"
READERS = (ANONYMOUS, *ROLES)


@dataclass(frozen=True)
class Row:
    """A request, and the status for anonymous, for the ten roles, and for those who differ."""

    method: str
    route: str
    anonymous: int
    roles: int
    code: str = ""
    but: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return re.sub(r"<\w+:\w+>", self.code, self.route)

    @property
    def kwargs(self) -> dict[str, str]:
        """What the route calls the code."""
        return dict.fromkeys(re.findall(r"<\w+:(\w+)>", self.route), self.code)

    def expected(self) -> dict[str, int]:
        return {ANONYMOUS: self.anonymous} | dict.fromkeys(ROLES, self.roles) | dict(self.but)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OPERATORS = ("data_engineer", "dpm", "auditor")
NO_NUMBER, NO_ID = "999999999", "00000000-0000-4000-8000-000000000000"
SIGNERS = ("finance", "legal", "logistics", "dpm", "auditor")
PROPOSERS = ("data_engineer", "dpm")
SEE_LEDGER = ("admin", "auditor", "data_engineer", "data_owner", "dpm", "finance", "legal", "logistics")
VERIFIERS = ("admin", "auditor", "finance", "legal")
SEE_PEOPLE = ("admin", "dpm", "auditor", "legal")
STOPPERS = ("admin", "dpm", "finance", "legal", "logistics")
FIGURES = ("dpm", "finance", "legal", "logistics", "auditor", "data_engineer")
TABLE_ROLES = ("dpm", "finance", "legal", "logistics", "bizops", "data_engineer", "data_owner")
LIFT_ASKERS = (*STOPPERS, "data_owner")

# AA is shown, BB is in the scope and undecided, ZZ is not registered.
TABLE = (
    Row("GET", "/", 302, 200),
    Row("HEAD", "/", 302, 200),
    Row("POST", "/", 302, 405),
    Row("GET", "/about/", 302, 200),
    Row("POST", "/about/", 302, 405),
    Row("GET", "/why/", 302, 200),
    Row("POST", "/why/", 302, 405),
    Row("GET", "/markets/<slug:code>/lineage/", 302, 200, "AA"),
    Row("GET", "/markets/<slug:code>/lineage/", 302, 404, "BB"),
    Row("GET", "/markets/<slug:code>/lineage/", 302, 404, "ZZ"),
    Row("POST", "/markets/<slug:code>/lineage/", 302, 405, "AA"),
    Row("GET", "/markets/<slug:code>/", 302, 200, "AA"),
    Row("GET", "/markets/<slug:code>/", 302, 404, "BB"),
    Row("GET", "/markets/<slug:code>/", 302, 404, "ZZ"),
    Row("POST", "/markets/<slug:code>/", 302, 405, "AA"),
    Row("GET", "/markets/<slug:code>/explore/", 302, 200, "AA"),
    Row("GET", "/markets/<slug:code>/explore/", 302, 404, "BB"),
    Row("GET", "/markets/<slug:code>/explore/", 302, 404, "ZZ"),
    Row("POST", "/markets/<slug:code>/explore/", 302, 405, "AA"),
    Row("GET", "/export/hub.csv", 302, 200),
    Row("POST", "/export/hub.csv", 302, 405),
    Row("GET", "/export/hub.csv-metadata.json", 302, 200),
    Row("GET", "/export/hub.xlsx", 302, 200),
    Row("HEAD", "/export/hub.pdf", 302, 200),
    Row("GET", "/export/markets/<slug:code>.csv", 302, 200, "AA"),
    Row("GET", "/export/markets/<slug:code>.csv", 302, 404, "BB"),
    Row("GET", "/export/markets/<slug:code>.csv", 302, 404, "ZZ"),
    Row("GET", "/export/markets/<slug:code>.csv-metadata.json", 302, 200, "AA"),
    Row("GET", "/export/markets/<slug:code>.csv-metadata.json", 302, 404, "BB"),
    Row("GET", "/export/markets/<slug:code>.xlsx", 302, 200, "AA"),
    Row("GET", "/export/markets/<slug:code>.xlsx", 302, 404, "BB"),
    Row("HEAD", "/export/markets/<slug:code>.pdf", 302, 200, "AA"),
    Row("GET", "/export/markets/<slug:code>.pdf", 302, 404, "BB"),
    # No launch is planned in this table; tests/hub/test_decide.py goes through who sees and does what.
    Row("GET", "/decisions/", 302, 200),
    Row("POST", "/decisions/", 302, 405),
    Row("GET", "/decisions/verdict/", 302, 405),
    Row("POST", "/decisions/verdict/", 302, 404),
    Row("GET", "/decisions/decide/", 302, 405),
    Row("POST", "/decisions/decide/", 302, 404),
    Row("GET", "/decisions/<int:number>/minutes/", 302, 404, NO_NUMBER),
    Row("POST", "/decisions/<int:number>/minutes/", 302, 405, NO_NUMBER),
    Row("GET", "/decisions/carry-out/", 302, 405),
    Row("POST", "/decisions/carry-out/", 302, 404),
    Row("GET", "/decisions/preview/<slug:kind>/", 302, 403, "block", dict.fromkeys(TABLE_ROLES, 404)),
    Row("POST", "/decisions/preview/<slug:kind>/", 302, 405, "block"),
    Row("GET", "/requests/", 302, 200, but={"executive": 403}),
    # A form that says nothing; what works is in tests/hub/test_requests.py.
    Row("POST", "/requests/", 302, 403, but=dict.fromkeys(("bizops", "dpm"), 422)),
    Row("GET", "/requests/<int:number>/", 302, 404, NO_NUMBER, {"executive": 403}),
    Row("POST", "/requests/<int:number>/", 302, 405, NO_NUMBER),
    Row("GET", "/requests/<int:number>/assess/", 302, 405, NO_NUMBER),
    Row("POST", "/requests/<int:number>/assess/", 302, 403, NO_NUMBER, {"dpm": 404}),
    Row("GET", "/requests/<int:number>/answer/", 302, 405, NO_NUMBER),
    Row("POST", "/requests/<int:number>/answer/", 302, 403, NO_NUMBER, {"dpm": 404}),
    Row("GET", "/blast/<slug:code>/", 302, 403, "AA", dict.fromkeys(FIGURES, 200)),
    Row("GET", "/blast/<slug:code>/", 302, 403, "ZZ", dict.fromkeys(FIGURES, 404)),
    Row("POST", "/blast/<slug:code>/", 302, 405, "AA"),
    Row("GET", "/api/v1/requests", 401, 200, but={"executive": 403}),
    Row("POST", "/api/v1/requests", 401, 405),
    Row("GET", "/api/v1/requests/<int:number>", 401, 404, NO_NUMBER, {"executive": 403}),
    Row("POST", "/api/v1/requests/<int:number>", 401, 405, NO_NUMBER),
    Row("GET", "/api/v1/blast/<slug:market>", 401, 403, "AA", dict.fromkeys(FIGURES, 200)),
    Row("POST", "/api/v1/blast/<slug:market>", 401, 405, "AA"),
    Row("GET", "/batches/", 302, 403, but=dict.fromkeys(OPERATORS, 200)),
    Row("POST", "/batches/", 302, 403, but={"data_engineer": 422}),
    Row("PUT", "/batches/", 302, 405),
    Row("GET", "/batches/<int:number>/", 302, 403, NO_NUMBER, dict.fromkeys(OPERATORS, 404)),
    Row("POST", "/batches/<int:number>/", 302, 405, NO_NUMBER),
    Row("GET", "/batches/uploads/<uuid:upload>/", 302, 403, NO_ID, dict.fromkeys(OPERATORS, 404)),
    Row("POST", "/batches/uploads/<uuid:upload>/", 302, 405, NO_ID),
    Row("GET", "/inbox/", 302, 200),
    Row("POST", "/inbox/", 302, 405),
    Row("GET", "/signoffs/<int:number>/", 302, 403, NO_NUMBER, dict.fromkeys(SIGNERS, 404)),
    Row("POST", "/signoffs/<int:number>/", 302, 403, NO_NUMBER, dict.fromkeys(SIGNERS, 404)),
    Row("GET", "/scope/", 302, 200, but={"executive": 403}),
    Row("POST", "/scope/", 302, 405),
    Row("GET", "/scope/decide/", 302, 403, but={"dpm": 422}),
    # Whoever has not just proven to be there is asked to, before anything is decided or published.
    Row("POST", "/scope/decide/", 302, 403, but={"dpm": 302}),
    Row("GET", "/scope/publish/", 302, 403, but={"dpm": 200}),
    Row("POST", "/scope/publish/", 302, 403, but={"dpm": 302}),
    Row("GET", "/kill-switch/", 302, 200),
    Row("POST", "/kill-switch/", 302, 405),
    Row("GET", "/kill-switch/off/", 302, 405),
    # What is asked without a market is refused; what works is in tests/hub/test_switch.py.
    Row("POST", "/kill-switch/off/", 302, 403, but=dict.fromkeys(STOPPERS, 422)),
    Row("POST", "/kill-switch/<int:number>/off/", 302, 403, NO_NUMBER, dict.fromkeys(STOPPERS, 404)),
    Row("POST", "/kill-switch/<int:number>/reason/", 302, 403, NO_NUMBER, dict.fromkeys(STOPPERS, 404)),
    Row(
        "POST", "/kill-switch/<int:number>/on-request/", 302, 403, NO_NUMBER, dict.fromkeys(LIFT_ASKERS, 404)
    ),
    # P-1 is in force; of what is in force there is nothing to roll back to.
    Row("GET", "/publications/", 302, 200),
    Row("POST", "/publications/", 302, 405),
    Row("GET", "/publications/<str:ref>/", 302, 200, "P-1"),
    Row("GET", "/publications/<str:ref>/", 302, 200, "1"),
    Row("GET", "/publications/<str:ref>/", 302, 404, "P-2"),
    Row("GET", "/publications/<str:ref>/", 302, 404, "nothing"),
    Row("POST", "/publications/<str:ref>/", 302, 405, "P-1"),
    Row("GET", "/publications/<str:ref>/rollback/", 302, 405, "P-1"),
    Row("POST", "/publications/<str:ref>/rollback/", 302, 403, "P-1", {"dpm": 302}),
    Row("GET", "/verify/", 302, 200),
    Row("POST", "/verify/", 302, 405),
    Row("GET", "/verify/<str:code>/", 302, 404, "P-1-00000000"),
    Row("POST", "/verify/<str:code>/", 302, 405, "P-1-00000000"),
    Row("GET", "/notices/", 302, 200),
    Row("POST", "/notices/", 302, 422, but={"auditor": 403}),
    Row("GET", "/accounts/", 302, 200),
    Row("POST", "/accounts/", 302, 405),
    Row("GET", "/accounts/login/", 200, 302),
    Row("POST", "/accounts/login/", 200, 302),
    Row("GET", "/accounts/logout/", 405, 405),
    Row("POST", "/accounts/logout/", 302, 302),
    Row("GET", "/accounts/inactive/", 200, 200),
    Row("POST", "/accounts/inactive/", 405, 405),
    Row("GET", "/accounts/reauthenticate/", 302, 200),
    Row("POST", "/accounts/reauthenticate/", 302, 200),
    Row("GET", "/accounts/password/", 302, 200),
    Row("POST", "/accounts/password/", 302, 200),
    Row("GET", "/accounts/tokens/", 302, 200),
    # Whoever has not just proven to be there is asked to, before any of these does anything.
    Row("POST", "/accounts/tokens/", 302, 302),
    Row("GET", "/accounts/mfa/", 302, 200),
    Row("POST", "/accounts/mfa/", 302, 405),
    Row("GET", "/accounts/mfa/authenticate/", 302, 302),
    Row("POST", "/accounts/mfa/authenticate/", 302, 302),
    Row("GET", "/accounts/mfa/reauthenticate/", 302, 302),
    Row("POST", "/accounts/mfa/reauthenticate/", 302, 302),
    Row("GET", "/accounts/mfa/codes/on/", 302, 302),
    Row("POST", "/accounts/mfa/codes/on/", 302, 302),
    Row("GET", "/accounts/mfa/codes/off/", 302, 404),
    Row("POST", "/accounts/mfa/codes/off/", 302, 404),
    Row("GET", "/accounts/mfa/recovery/", 302, 404),
    Row("POST", "/accounts/mfa/recovery/", 302, 405),
    Row("GET", "/accounts/mfa/recovery/new/", 302, 302),
    Row("POST", "/accounts/mfa/recovery/new/", 302, 302),
    Row("GET", "/accounts/mfa/recovery/file/", 302, 404),
    Row("GET", "/accounts/mfa/passkeys/add/", 302, 302),
    Row("POST", "/accounts/mfa/passkeys/add/", 302, 302),
    Row("GET", "/accounts/mfa/passkeys/<int:pk>/remove/", 302, 302, "1"),
    Row("POST", "/accounts/mfa/passkeys/<int:pk>/remove/", 302, 302, "1"),
    Row("GET", "/accounts/mfa/passkeys/login/", 302, 302),
    Row("POST", "/accounts/mfa/passkeys/login/", 302, 302),
    Row("GET", "/accounts/mfa/passkeys/reauthenticate/", 302, 302),
    Row("POST", "/accounts/mfa/passkeys/reauthenticate/", 302, 302),
    Row("GET", "/people/", 302, 403, but=dict.fromkeys(SEE_PEOPLE, 200)),
    Row("POST", "/people/", 302, 405),
    Row("GET", "/people/<str:username>/", 302, 403, "dpm", dict.fromkeys(SEE_PEOPLE, 200)),
    Row("GET", "/people/<str:username>/", 302, 403, "nobody", dict.fromkeys(SEE_PEOPLE, 404)),
    Row("POST", "/people/<str:username>/", 302, 403, "dpm", dict.fromkeys(SEE_PEOPLE, 302)),
    Row("GET", "/api/schema/", 401, 200),
    Row("POST", "/api/schema/", 401, 405),
    Row("GET", "/api/v1/hub", 401, 200),
    Row("POST", "/api/v1/hub", 401, 405),
    Row("DELETE", "/api/v1/hub", 401, 405),
    Row("GET", "/api/v1/markets/<slug:code>", 401, 200, "AA"),
    Row("GET", "/api/v1/markets/<slug:code>", 401, 404, "BB"),
    Row("GET", "/api/v1/markets/<slug:code>", 401, 404, "ZZ"),
    Row("POST", "/api/v1/markets/<slug:code>", 401, 405, "AA"),
    Row("GET", "/api/v1/epoch", 401, 200),
    Row("POST", "/api/v1/epoch", 401, 405),
    Row("GET", "/api/v1/stream", 401, 200),
    Row("POST", "/api/v1/stream", 401, 405),
    Row("GET", "/api/v1/decisions", 401, 200),
    Row("POST", "/api/v1/decisions", 401, 409),
    Row("GET", "/api/v1/signoffs", 401, 403, but=dict.fromkeys(SIGNERS, 200)),
    Row("POST", "/api/v1/signoffs", 401, 405),
    Row("GET", "/api/v1/signoffs/<int:number>", 401, 403, NO_NUMBER, dict.fromkeys(SIGNERS, 404)),
    Row("POST", "/api/v1/signoffs/<int:number>/give", 401, 403, NO_NUMBER, dict.fromkeys(SIGNERS, 404)),
    Row("POST", "/api/v1/signoffs/<int:number>/withdraw", 401, 403, NO_NUMBER, dict.fromkeys(SIGNERS, 404)),
    Row("GET", "/api/v1/scope", 401, 200, but={"executive": 403}),
    Row("POST", "/api/v1/scope", 401, 403),
    Row("GET", "/api/v1/shutoffs", 401, 200),
    Row("POST", "/api/v1/shutoffs", 401, 403, but=dict.fromkeys(STOPPERS, 400)),
    Row("POST", "/api/v1/shutoffs/<int:number>/reason", 401, 403, NO_NUMBER, dict.fromkeys(STOPPERS, 404)),
    Row(
        "POST",
        "/api/v1/shutoffs/<int:number>/on-request",
        401,
        403,
        NO_NUMBER,
        dict.fromkeys(LIFT_ASKERS, 404),
    ),
    Row("GET", "/api/v1/publications", 401, 200),
    Row("GET", "/api/v1/publications/<str:ref>", 401, 200, "P-1"),
    Row("GET", "/api/v1/publications/<str:ref>", 401, 404, "2"),
    Row("POST", "/api/v1/publications/<str:ref>/rollback", 401, 403, "P-1"),
    Row("GET", "/api/v1/publications/<str:ref>/rollback", 401, 405, "P-1"),
    Row("GET", "/api/v1/verify/<str:code>", 401, 404, "P-1-00000000"),
    Row("GET", "/api/v1/notices", 401, 200),
    Row("POST", "/api/v1/notices", 401, 405),
    Row("POST", "/api/v1/notices/acknowledge", 401, 400),
    Row("GET", "/api/v1/notices/acknowledge", 401, 405),
    Row("POST", "/api/v1/publications", 401, 403),
    Row("GET", "/api/v1/batches", 401, 403, but=dict.fromkeys(OPERATORS, 200)),
    Row("POST", "/api/v1/batches", 401, 405),
    Row("GET", "/api/v1/batches/<int:number>", 401, 403, NO_NUMBER, dict.fromkeys(OPERATORS, 404)),
    Row("GET", "/api/v1/batches/<int:number>/quarantine", 401, 403, NO_NUMBER, dict.fromkeys(OPERATORS, 404)),
    Row("POST", "/api/v1/batches/<slug:kind>", 401, 403, "events", {"data_engineer": 422}),
    Row("GET", "/api/v1/batches/<slug:kind>", 401, 405, "events"),
    Row("GET", "/api/v1/batches/uploads/<uuid:upload>", 401, 403, NO_ID, dict.fromkeys(OPERATORS, 404)),
    Row("DELETE", "/api/v1/batches/uploads/<uuid:upload>", 401, 405, NO_ID),
    Row("GET", "/versions/", 302, 200),
    Row("POST", "/versions/", 302, 403, but=dict.fromkeys(PROPOSERS, 422)),
    Row("PUT", "/versions/", 302, 405),
    Row("GET", "/versions/<slug:name>/", 302, 200, "otdr-test"),
    Row("GET", "/versions/<slug:name>/", 302, 404, "nothing"),
    Row("POST", "/versions/<slug:name>/", 302, 422, "otdr-test"),
    Row("GET", "/ledger/", 302, 403, but=dict.fromkeys(SEE_LEDGER, 200)),
    Row("POST", "/ledger/", 302, 403, but=dict.fromkeys(VERIFIERS, 200)),
    Row("GET", "/ledger/<int:seq>/", 302, 403, "1", dict.fromkeys(SEE_LEDGER, 200)),
    Row("GET", "/ledger/<int:seq>/", 302, 403, NO_NUMBER, dict.fromkeys(SEE_LEDGER, 404)),
    Row("POST", "/ledger/<int:seq>/", 302, 405, "1"),
    Row("GET", "/ledger/past/", 302, 403, but=dict.fromkeys(SEE_LEDGER, 200)),
    Row("POST", "/ledger/past/", 302, 405),
    Row("GET", "/ledger/export/", 302, 403, but={"auditor": 200}),
    Row("POST", "/ledger/export/", 302, 405),
    Row("GET", "/api/v1/versions", 401, 200),
    Row("POST", "/api/v1/versions", 401, 403, but=dict.fromkeys(PROPOSERS, 422)),
    Row("GET", "/api/v1/versions/<slug:name>/submit", 401, 405, "otdr-test"),
    Row("POST", "/api/v1/versions/<slug:name>/submit", 401, 403, "otdr-test", dict.fromkeys(PROPOSERS, 428)),
    Row("GET", "/api/v1/ledger", 401, 403, but=dict.fromkeys(SEE_LEDGER, 200)),
    Row("POST", "/api/v1/ledger", 401, 405),
    Row("GET", "/healthz", 200, 200),
    Row("POST", "/healthz", 405, 405),
)
_ROOMS = ("hub:", "batches:", "versions:", "ledger", "publications:")
# Addresses whose answers may carry a number, or say that there is none to be seen.
NUMBERS = tuple(
    route
    for route, name in NAMES.items()
    if name.startswith(("hub:", "desk:", "switch:", "batches:", "publications:", "api:"))
)

PAGES = tuple(route for route, name in NAMES.items() if name.startswith(_ROOMS))
