"""Sending a file by the form and looking at what came, as a data engineer does, with and without script."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import serving, sign_in
from tests.conftest import OwnDatabase
from tests.metrics.inputs import EVENTS, csv_text
from tests.metrics.test_worker import worker

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where to leave pictures for people; none are taken where it is not set.
PICTURES = os.environ.get("OTDR_PICTURES")
WIDTHS = [390, 1366]


@pytest.fixture
def feeding(demo: OwnDatabase, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a server on `demo` with a worker beside it, and a lake and a spool of this test."""
    own = {"OTDR_DATABASE_NAME": demo.name, "OTDR_LAKE": str(tmp_path / "lake")}
    own["OTDR_SPOOL"] = str(tmp_path / "spool")
    with serving(environment | own) as url, worker(replace(demo, folder=tmp_path)):
        yield url


@pytest.fixture
def window(browser: Browser, feeding: str) -> Iterator[Callable[..., Page]]:
    """Open a window of the data engineer."""
    contexts = []

    def opened(width: int, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        sign_in(page, feeding, "data-engineer")
        page.goto(f"{feeding}/batches/")
        return page

    yield opened
    for context in contexts:
        context.close()


def picture(page: Page, name: str) -> None:
    """Light and dark, whole page; only where somebody asked for pictures."""
    if PICTURES:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(
                path=f"{PICTURES}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True
            )
        page.emulate_media(color_scheme="light")


def events(folder: Path, name: str, good: int, bad: int) -> Path:
    rows = [
        f"{name}-{n},S-{n},{'AR' if n >= good else 'US'},delivered,2026-11-10T12:00:00Z,2026-11-10T13:00:00Z"
        for n in range(good + bad)
    ]
    return csv_text(folder / name, ",".join(EVENTS), *rows)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_file_is_sent_by_the_form_and_becomes_a_batch(
    window: Callable[..., Page], tmp_path: Path, width: int, script: bool
) -> None:
    page = window(width, java_script_enabled=script)
    assert page.get_by_role("heading", name="What is missing").is_visible()
    if script:
        assert page.evaluate(SIDEWAYS) <= 0
        picture(page, "list")
    page.get_by_label("File", exact=True).set_input_files(events(tmp_path, "backfill.csv", 40, 7))
    page.get_by_label("How it was gathered").select_option("backfill")
    page.get_by_text("Days completed, other layouts, manifest").click()
    page.get_by_label("First day completed").fill("2026-11-09")
    page.get_by_label("Last day completed").fill("2026-11-15")
    if script:
        assert page.evaluate(SIDEWAYS) <= 0
        picture(page, "form")
    page.get_by_role("button", name="Send the file").click()
    # No script of ours: the browser asks again by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "40 of 47 rows taken, 7 set aside.", timeout=60_000
    )
    if script:
        picture(page, "done")
    page.get_by_role("link", name="Look at the batch").click()
    assert page.get_by_text("unknown_market").is_visible()
    assert page.get_by_role("row").filter(has_text="48").count() == 1
    assert "9–15 Nov 2026" in page.locator("main").inner_text()
    if script:
        assert page.evaluate(SIDEWAYS) <= 0
        picture(page, "batch")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all lines").click()
    lines = download.value.path().read_text().splitlines()
    assert (lines[0], lines[1], len(lines)) == ("line,reason", "42,unknown_market", 8)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_refused_file_says_why_and_what_to_do(
    window: Callable[..., Page], tmp_path: Path, width: int
) -> None:
    page = window(width)
    path = csv_text(tmp_path / "personal.csv", ",".join((*EVENTS, "recipient")), "a,b,US,delivered,c,d,Ana")
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("personal.csv was refused", timeout=60_000)
    assert "the column 'recipient' is not in the contract" in page.locator("main").inner_text()
    picture(page, "refused")
    page.get_by_role("link", name="What is on record").click()
    assert "Ana" not in page.content()
    picture(page, "refused-batch")
    page.get_by_role("link", name="Batches").first.click()
    page.get_by_label("State").select_option("refused")
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.locator(".batch-row").count() == 1
    assert page.evaluate(SIDEWAYS) <= 0
    picture(page, "list-refused")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_upload_under_way_shows_its_progress(
    window: Callable[..., Page], feeding: str, demo: OwnDatabase, width: int
) -> None:
    """As the row says it in the middle of a large file."""
    page = window(width)
    with demo.connect() as connection:
        connection.execute(
            "INSERT INTO metrics_upload (id, kind, source, filename, size, digest, asked, key, ignored,"
            " mapping, manifest, state, attempts, bytes_read, problem, is_repeat, received_at, received_from_id)"
            " SELECT '00000000-0000-4000-8000-000000000001', 'events', 'live', 'events-2026-11-16.csv',"
            " 1900000000, '', '', '', '[]', '', '', 'reading', 1, 1200000000, '', false, now(), id"
            " FROM governance_user WHERE username = 'data-engineer'"
        )
    page.goto(f"{feeding}/batches/")
    assert page.get_by_role("heading", name="Sent, and not yet a batch").is_visible()
    picture(page, "under-way-list")
    page.get_by_role("link", name="events-2026-11-16.csv").click()
    bar = page.get_by_role("progressbar")
    assert bar.evaluate("bar => Math.round(100 * bar.position)") == 63
    assert page.get_by_text("1.2 GB of 1.9 GB read.").is_visible()
    assert page.evaluate(SIDEWAYS) <= 0
    picture(page, "under-way")


def test_the_keyboard_sends_a_file(window: Callable[..., Page], tmp_path: Path) -> None:
    page = window(1366)
    page.get_by_label("File", exact=True).set_input_files(events(tmp_path, "keys.csv", 3, 0))
    button = page.get_by_role("button", name="Send the file")
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    else:
        pytest.fail("the button cannot be reached by Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 rows taken.", timeout=60_000)


def test_only_who_may_finds_the_way(browser: Browser, feeding: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, feeding)
    assert page.get_by_role("link", name="Batches").count() == 0
    answer = page.goto(f"{feeding}/batches/")
    assert answer is not None
    assert answer.status == 403
    assert "takes the role" in page.locator("main").inner_text()
    picture(page, "forbidden")
    context.close()
