"""Files that leave the house: complete or not made, the same figures everywhere, and no formula in them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from hub_readings import MONDAY, market, reading, usual, week

from governance.access.models import User
from otdr_hub.hub import views as pages
from otdr_hub.hub.exports import separated, views, workbook
from otdr_hub.hub.exports.cells import neutral
from otdr_hub.hub.exports.rows import (
    COLUMNS,
    COUNTS,
    RATES,
    Scope,
    carrier_rows,
    hub_rows,
    market_rows,
)  # fmt: skip
from otdr_hub.hub.exports.stamp import LackingError, Stamp, stamp_of
from otdr_hub.hub.payload import rate_text
from otdr_hub.hub.reading import CarrierCell, Reading
from otdr_hub.hub.record import NOTHING
from otdr_hub.hub.sentences import coverage_sentence
from otdr_hub.lib.outcome import ConflictError

WANTED = {
    "disclosure", "vintage", "version", "version_digest", "market", "week", "week_monday", "as_of", "finality",
    "publication", "verify_code", "verify_at", "generated_at", "signed_by",
}  # fmt: skip

DATA = dict.fromkeys(("BR", "CA", "DE", "JP", "US"), "e1" * 32)


def absolute(path: str) -> str:
    return f"https://hub.example{path}"


def _stamp(given: Reading) -> Stamp:
    return stamp_of(given, absolute)


def _csv(given: Reading) -> list[dict[str, str]]:
    body = b"".join(separated.parts(hub_rows(given, _stamp(given), DATA)))
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def _book(given: Reading) -> openpyxl.Workbook:
    absent = [(one.name, one.reason) for one in given.not_shown]
    return openpyxl.load_workbook(
        io.BytesIO(workbook.workbook(hub_rows(given, _stamp(given), DATA), _stamp(given), absent))
    )


def test_every_row_of_csv_names_all_that_it_must() -> None:
    rows = _csv(usual())
    assert len(rows) == 2 * (3 + 1)
    assert next(iter(rows[0])) == "disclosure"
    for row in rows:
        assert all(row[name] for name in WANTED)
        assert row["disclosure"] == coverage_sentence(usual())
        assert row["signed_by"] == "Finance; Legal; Logistics"
        assert row["verify_at"] == "https://hub.example/verify/P-1-7f3a91c4/"
        assert row["generated_at"] == "2026-11-27T06:00:00Z"


def test_figures_are_integers_and_an_exact_decimal_and_add_up() -> None:
    given = usual()
    rows = {(row["market"], row["week"]): row for row in _csv(given)}
    total = rows["global", "2026-W47"]
    for name in COUNTS:
        parts = [
            int(row[name]) for (code, label), row in rows.items() if label == "2026-W47" and code != "global"
        ]
        assert int(total[name]) == sum(parts) == getattr(given.rollup[-1].counts, name)
    assert total["otdr"] == rate_text(given.rollup[-1].counts)
    assert total["otdr_percent"] == "94.3"


def test_the_workbook_says_the_same_with_numbers_as_numbers() -> None:
    given = usual()
    sheet = _book(given)["OTDR"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert head == COLUMNS
    for row, said in zip(rows, _csv(given), strict=True):
        cells = dict(zip(COLUMNS, row, strict=True))
        for name, value in cells.items():
            if name in COUNTS:
                assert type(value) is int
                assert value == int(said[name])
            elif name in RATES:
                assert isinstance(value, int | float)
                assert value == float(said[name])
            elif name == "week_monday":
                assert value.date().isoformat() == said[name]  # type: ignore[union-attr]
            else:
                assert (value or "") == said[name]
    lines = list(_book(given)["Notes"].iter_rows(values_only=True))
    notes = {row[0]: row[1] for row in reversed(lines) if row[0]}  # the file's own come first
    assert notes["disclosure"] == coverage_sentence(given)
    assert notes["verify_code"] == _csv(given)[0]["verify_code"]
    assert notes["Germany"] == "undecided"
    assert _book(given).properties.description == coverage_sentence(given)


@pytest.mark.parametrize(
    "lacking", ["disclosure", "version_digest", "verify_code", "generated_at", "publication"]
)
def test_a_stamp_that_lacks_something_is_not_made(lacking: str) -> None:
    with pytest.raises(LackingError, match=lacking):
        replace(_stamp(usual()), **{lacking: ""})


def test_a_row_that_lacks_something_is_not_made() -> None:
    row = hub_rows(usual(), _stamp(usual()), DATA)[0][0]
    for name in set(COLUMNS) - {"note", "late", "pending", "unknown"}:
        with pytest.raises(LackingError, match=name):
            replace(row, **{name: ""})
    assert replace(row, note="").note == ""


def test_a_market_nobody_signed_is_not_exported() -> None:
    given = usual()
    unsigned = replace(given, markets=tuple(replace(one, signed_by=()) for one in given.markets))
    with pytest.raises(LackingError, match="signed_by"):
        hub_rows(unsigned, _stamp(unsigned), DATA)


@pytest.mark.parametrize("given", [reading([], {"DE": "undecided"}), reading([], published=False)])
def test_where_there_is_no_number_there_is_no_file(given: Reading) -> None:
    with pytest.raises(ConflictError, match="no number"):
        _stamp(given)


ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\x00=1",
    "\ufeff=1",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_text_that_would_calculate_is_neutral_in_csv(text: str) -> None:
    given = reading([replace(market("US", [week(0, 500, 475)], "known_issue", text), name=text)])
    row = _csv(given)[-1]
    for name in ("note", "market_name"):
        assert row[name].startswith("'")
        assert "\x00" not in row[name]


@pytest.mark.parametrize("text", ATTACKS)
def test_text_that_would_calculate_is_text_in_a_workbook(text: str) -> None:
    given = reading([market("US", [week(0, 500, 475)], "known_issue", text)])
    sheet = _book(given)["OTDR"]
    cell = sheet.cell(row=3, column=COLUMNS.index("note") + 1)
    assert cell.data_type == "s"
    assert "\x00" not in str(cell.value)
    assert all(one.data_type != "f" for row in sheet.iter_rows() for one in row)


@pytest.mark.parametrize("text", ["United States", "-", "", "W46", "Côte d’Ivoire", "a=b"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_a_market_alone_is_its_rows_of_the_hub() -> None:
    given = usual()
    alone = market_rows(given, "US", _stamp(given), DATA)
    assert [row.market for group in alone for row in group] == ["US", "US"]
    assert alone[1] == [], "no carriers were read"
    assert alone[0] in hub_rows(given, _stamp(given), DATA)
    assert market_rows(given, "DE", _stamp(given), DATA) == []


def _carriers(reason: str | None) -> SimpleNamespace:
    """Carriers as a market's reading holds them."""
    cell = CarrierCell("C1", "Carrier One", 200, 150)
    seen = [SimpleNamespace(monday=MONDAY, cells=(cell,), rest=True)]
    return SimpleNamespace(reason=reason, disclosure="", signed_by=("Legal",), weeks=seen)


def test_carriers_are_rows_of_their_own_once_they_may_be_seen() -> None:
    scope = Scope("US", "United States", "", "2026-11-27T06:00:00Z", "e1", ("Finance",), [week(0, 500, 475)])
    (row,) = carrier_rows(scope, _carriers(None), _stamp(usual()))
    assert (row.breakout, row.value, row.due, row.on_time, row.otdr) == ("carrier", "C1", 200, 150, "0.7500")
    assert (row.late, row.signed_by, row.note) == (None, "Legal", "Carrier One.")
    assert list(carrier_rows(scope, _carriers("undecided"), _stamp(usual()))) == []
    assert list(carrier_rows(scope, None, _stamp(usual()))) == []


def test_the_notes_beside_a_csv_name_each_of_its_columns() -> None:
    notes = separated.notes(_stamp(usual()), "x.csv")
    assert [one["name"] for one in notes["tableSchema"]["columns"]] == list(COLUMNS)
    assert notes["dc:description"] == coverage_sentence(usual())


@pytest.fixture
def ask(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call an export's view as a reader, on a reading made by hand."""
    monkeypatch.setattr(views, "read_hub", lambda _market="": usual())
    monkeypatch.setattr(views, "vintages_of", lambda _reading: DATA)
    monkeypatch.setattr("otdr_hub.hub.exports.noted.note_read", lambda *_: None)
    monkeypatch.setattr(views, "note_reader", lambda *_: None)
    monkeypatch.setattr(views, "actor_of", lambda _request: User(username="exec"))
    monkeypatch.setattr(pages, "read_hub", lambda _market="": usual())
    monkeypatch.setattr(pages, "read_record", lambda _reading: NOTHING)
    monkeypatch.setattr(pages, "noted", lambda *_: None)
    monkeypatch.setattr(pages, "actor_of", lambda _request: None)

    def call(view: Any, path: str = "/", **given: Any) -> Any:
        request = rf.get(path, headers=given.pop("headers", {}))
        request.user = given.pop("user", AnonymousUser())  # whoever holds no role asks the database nothing
        return view(request, **given)

    return call


def test_files_are_named_after_their_publication(ask: Any) -> None:
    book = ask(views.xlsx, user=User(username="exec"))
    assert 'filename="otdr-P-1-7f3a91c4.xlsx"' in book["Content-Disposition"]
    answer = ask(views.csv_notes, code="US")
    assert 'filename="otdr-P-1-7f3a91c4-US.csv-metadata.json"' in answer["Content-Disposition"]
    assert json.loads(answer.content)["url"] == "otdr-P-1-7f3a91c4-US.csv"
    assert "no-store" in answer["Cache-Control"]
    assert answer.otdr_epoch == 1


def test_a_csv_says_where_its_notes_are(ask: Any) -> None:
    answer = ask(views.csv, code="US", user=User(username="exec"))
    assert answer["Link"].startswith("</export/markets/US.csv-metadata.json>")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("view", [views.csv, views.csv_notes, views.xlsx, views.pdf_file])
def test_a_market_that_may_not_be_seen_is_in_no_file(ask: Any, view: Any) -> None:
    answer = ask(view, code="DE")
    assert answer.status_code == 404
    assert "Germany is not shown" in answer.content.decode()


def test_without_weasyprint_the_address_and_the_page_say_so(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otdr_hub.hub.exports.paper.importlib.util.find_spec", lambda *_: None)
    from otdr_hub.hub.exports import paper

    paper._lacking.cache_clear()
    try:
        page = ask(views.pdf_file, headers={"accept": "text/html"})
        assert page.status_code == 501
        assert "it needs WeasyPrint" in page.content.decode()
        problem = ask(views.pdf_file, headers={"accept": "application/problem+json"})
        assert (problem.status_code, json.loads(problem.content)["title"]) == (501, "pdf not set up")
        shown = ask(pages.hub).content.decode()
        assert "it needs WeasyPrint" in shown
        assert "/export/hub.pdf" not in shown
        assert "/export/hub.csv" in shown
    finally:
        paper._lacking.cache_clear()


def test_print_opens_the_page_that_prints_itself(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, printing = ask(pages.hub).content.decode(), ask(pages.hub, "/?print=1").content.decode()
    assert 'href="/?print=1"' in plain
    assert "print.js" not in plain
    assert "print.js" in printing
    assert "Print now with your browser" in printing
