"""Publications in a real browser: every width, light and dark, by key, and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import builders
from tests.browser.served import serving, sign_in
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LIVED = """
from pathlib import Path
from tests.builders import person
from tests.publications import three_published
three_published(Path({folder!r}))
person("executive")
"""


@pytest.fixture
def world(chromium: str, own_database: OwnDatabase, collected: str, tmp_path: Path) -> Iterator[str]:
    """The address of a server on three publications of three markets, where a test may act."""
    environment = own_database.environment | {"OTDR_STATIC": collected}
    own_database.manage("shell", "-v", "0", "-c", LIVED.format(folder=str(tmp_path)))
    with serving(environment) as url:
        yield url


@pytest.fixture
def window(world: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A signed-in window of somebody, with any options of a browser context."""
    with ExitStack() as opened:

        def of(name: str, **options: object) -> Page:
            context = browser.new_context(viewport={"width": 1366, "height": 768}, **options)  # type: ignore[arg-type]
            context.set_default_timeout(120_000)
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, world, name, builders.PASSWORD)
            page.wait_for_url(lambda found: "login" not in found)
            return page

        yield of


def looked_at(page: Page, url: str, paths: tuple[str, ...], folder: Path, scheme: str) -> None:
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    for width in (320, 390, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            assert page.goto(url + path).status == 200, path  # type: ignore[union-attr]
            assert page.evaluate(SIDEWAYS) <= 0, f"{path} at {width}"
            name = re.sub(r"\W+", "-", path.strip("/"))
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    assert said == []


def numbers(page: Page, cells: str) -> list[int]:
    return [int(text.replace(",", "")) for text in page.locator(cells).all_inner_texts()]


def test_a_publication_is_read_verified_corrected_and_rolled_back_without_script(
    world: str, own_database: OwnDatabase, window: Callable[..., Page], tmp_path: Path
) -> None:
    reader = window("executive", java_script_enabled=False)
    reader.goto(f"{world}/")
    reader.get_by_role("link", name="Publications").click()
    reader.get_by_role("link", name="P-3").click()
    assert "Valid: this is what the hub shows now." in reader.inner_text("main")
    shown = ".publication-table tbody tr"
    total = numbers(reader, f"{shown}.sum td:nth-child(3)")
    assert (
        [sum(numbers(reader, f"{shown}:not(.absent):not(.sum) td:nth-child(3)"))] == total == [47 + 195 + 783]
    )
    parts = reader.locator(".publication-parts .part td").all_inner_texts()
    sizes = [round(float(text.replace("\u2212", "-")) * 100) for text in parts]
    assert sum(sizes[:4]) == sizes[4]
    code = reader.get_by_text(re.compile(r"P-3 · [0-9a-f]{4} [0-9a-f]{4}")).first.inner_text()

    own_database.manage("shutoff", "CC", "--category", "data_quality", "--as", "dpm")
    reader.goto(f"{world}/verify/")
    reader.get_by_label("Code").fill(code)
    reader.get_by_label("Code").press("Enter")
    answer = reader.get_by_role("status").inner_text()
    assert "withdrawn" in answer
    assert "Carpathia: switched off since" in answer
    reader.goto(f"{world}/publications/P-2/")
    assert reader.locator('[data-market="CC"]').count() == 0
    assert reader.locator('[data-market="BB"]').count() == 1
    reader.goto(f"{world}/")
    reader.get_by_role("link", name="Corrections").click()
    assert "Carpathia was switched off on" in reader.inner_text("main")
    reader.screenshot(path=tmp_path / "correction.png", full_page=True)
    reader.get_by_role("button", name="I have taken note of these").press("Enter")
    assert "Noted: 1 correction." in reader.get_by_role("status").inner_text()

    verify = "/verify/" + code.replace(" · ", "-").replace(" ", "") + "/"
    for scheme in ("light", "dark"):
        page = window("dpm", color_scheme=scheme)
        paths = ("/publications/", "/publications/P-3/", "/publications/P-1/", verify, "/notices/")
        looked_at(page, world, paths, tmp_path, scheme)
    print(f"pictures are in {tmp_path}")


def test_a_rollback_is_one_act_by_key(world: str, window: Callable[..., Page], tmp_path: Path) -> None:
    page = window("dpm", java_script_enabled=False)
    page.goto(f"{world}/publications/P-2/")
    page.get_by_label("Reason").fill("The week was published by mistake.")
    page.screenshot(path=tmp_path / "rollback.png", full_page=True)
    page.get_by_label("Reason").press("Enter")
    assert page.url.endswith("/publications/P-4/")
    assert "P-2 is shown again as P-4" in page.get_by_role("status").inner_text()
    page.goto(f"{world}/publications/P-3/")
    text = page.inner_text("main")
    assert "it was taken back on" in text
    assert "its numbers are not shown here" in text
    page.screenshot(path=tmp_path / "taken-back.png", full_page=True)
    print(f"pictures are in {tmp_path}")
