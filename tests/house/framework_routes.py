"""The routes of previews, carrying out, requests and blast radii, as rows of the table."""

from __future__ import annotations

from tests.house.row import FIGURES, NO_NUMBER, TABLE_ROLES, Row

ROWS = (
    Row("GET", "/decisions/framework/", 302, 200),
    Row("POST", "/decisions/framework/", 302, 403, but={"dpm": 422}),
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
)
