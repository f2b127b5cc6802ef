"""Publications in a real browser: every width, light and dark, by key, and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import sign_in
from tests.conftest import OwnDatabase

pytestmark = pytest.mark.browser
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def window(browser: Browser, own_hub: str) -> Iterator[Callable[..., Page]]:
    """A signed-in window of somebody, with any options of a browser context."""
    with ExitStack() as opened:

        def of(name: str, **options: object) -> Page:
            context = browser.new_context(viewport={"width": 1366, "height": 768}, **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, own_hub, name)
            page.wait_for_url(lambda found: "login" not in found)
            return page

        yield of


def published_again(demo: OwnDatabase) -> None:
    """P-2: the same weeks, as known today."""
    demo.manage("recompute", "--as", "data-engineer")
    demo.manage("publish", "--as", "dpm")


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


def test_a_publication_is_read_verified_corrected_and_rolled_back_without_script(
    own_hub: str, demo: OwnDatabase, window: Callable[..., Page], tmp_path: Path
) -> None:
    published_again(demo)
    reader = window("exec", java_script_enabled=False)
    reader.goto(f"{own_hub}/")
    reader.get_by_role("link", name="Publications").click()
    reader.get_by_role("link", name="P-2").click()
    assert "Valid: this is what the hub shows now." in reader.inner_text("main")
    table = reader.locator(".publication-table").inner_text()
    assert "United States" in table
    rows = reader.locator(
        ".publication-table tbody tr:not(.absent):not(.sum) td:nth-child(3)"
    ).all_inner_texts()
    total = reader.locator(".publication-table .sum td:nth-child(3)").inner_text()
    assert sum(int(text.replace(",", "")) for text in rows) == int(total.replace(",", ""))
    parts = reader.locator(".publication-parts .part td").all_inner_texts()
    sizes = [round(float(text.replace("\u2212", "-")) * 100) for text in parts]
    assert sum(sizes[:4]) == sizes[4]
    code = reader.get_by_text(re.compile(r"P-2 · [0-9a-f]{4} [0-9a-f]{4}")).first.inner_text()

    demo.manage("shutoff", "US", "--category", "data_quality", "--as", "dpm")
    reader.goto(f"{own_hub}/verify/")
    reader.get_by_label("Code").fill(code)
    reader.get_by_label("Code").press("Enter")
    answer = reader.get_by_role("status").inner_text()
    assert "withdrawn" in answer
    assert "United States: switched off since" in answer
    reader.goto(f"{own_hub}/publications/P-1/")
    assert reader.locator('[data-market="US"]').count() == 0
    reader.goto(f"{own_hub}/")
    reader.get_by_role("link", name="Corrections").click()
    assert "United States was switched off on" in reader.inner_text("main")
    reader.screenshot(path=tmp_path / "correction.png", full_page=True)
    reader.get_by_role("button", name="I have taken note of these").press("Enter")
    assert "Noted: 1 correction." in reader.get_by_role("status").inner_text()

    for scheme in ("light", "dark"):
        page = window("dpm", color_scheme=scheme)
        paths = (
            "/publications/", "/publications/P-2/", "/publications/P-1/", "/verify/P-2-00000000/".replace(
                "P-2-00000000", code.replace(" · ", "-").replace(" ", "")
            ), "/notices/",
        )  # fmt: skip
        looked_at(page, own_hub, paths, tmp_path, scheme)
    page.goto(f"{own_hub}/publications/P-1/")
    assert "holds what may not be shown now: United States is switched off." in page.inner_text("main")
    print(f"pictures are in {tmp_path}")


def test_a_rollback_is_one_act_by_key(
    own_hub: str, demo: OwnDatabase, window: Callable[..., Page], tmp_path: Path
) -> None:
    published_again(demo)
    page = window("dpm", java_script_enabled=False)
    page.goto(f"{own_hub}/publications/P-1/")
    page.get_by_label("Reason").fill("The week before was published by mistake.")
    page.screenshot(path=tmp_path / "rollback.png", full_page=True)
    page.get_by_label("Reason").press("Enter")
    assert page.url.endswith("/publications/P-3/")
    assert "P-1 is shown again as P-3" in page.get_by_role("status").inner_text()
    page.goto(f"{own_hub}/publications/P-2/")
    text = page.inner_text("main")
    assert "it was taken back on" in text
    assert "its numbers are not shown here" in text
    page.screenshot(path=tmp_path / "taken-back.png", full_page=True)
    print(f"pictures are in {tmp_path}")
