"""One browser and one server for the tests that only look; a server of its own for those that act."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from otdr_hub.demo.cast import PASSWORD
from tests.browser.served import Reader, serving, sign_in
from tests.conftest import OwnDatabase, copy_of

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
LAPTOP = {"width": 1366, "height": 768}
# What is expected comes; how soon says something of the machine, and of what else it does.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where the browser is. Without one these tests are skipped, but never where they are required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        why = f"none of {', '.join(NAMES)} is installed (Debian: apt install chromium)"
        if os.environ.get("CI") or os.environ.get("OTDR_REQUIRE_BROWSER"):
            pytest.fail(why)
        pytest.skip(why)
    return found


@pytest.fixture(scope="package")
def environment(chromium: str, loaded_template: OwnDatabase, collected: str) -> dict[str, str]:
    """A copyable environment whose static files have been collected."""
    return loaded_template.environment | {"OTDR_STATIC": collected}


# Playwright keeps an event loop running in this thread, and Django then refuses to ask the database.
# So the browser comes after the databases, and is gone before any test outside this folder runs.
@pytest.fixture(scope="package")
def browser_at(chromium: str, environment: dict[str, str]) -> Iterator[Callable[[int], Browser]]:
    """A browser without a window, whose reader has set this size of text (in per cent)."""
    with sync_playwright() as playwright, ExitStack() as opened:

        @cache
        def launch(text: int) -> Browser:
            size = f"--blink-settings=defaultFontSize={16 * text // 100}"
            one = playwright.chromium.launch(executable_path=chromium, args=[*OPTIONS, size])
            opened.callback(one.close)
            return one

        yield launch


@pytest.fixture(scope="package")
def browser(browser_at: Callable[[int], Browser]) -> Browser:
    """The browser as it comes."""
    return browser_at(100)


@pytest.fixture(scope="package")
def hub(loaded_template: OwnDatabase, environment: dict[str, str]) -> Iterator[str]:
    """The address of a server that is only read from."""
    with copy_of(loaded_template) as copy, serving(environment | copy.names) as url:
        yield url


@pytest.fixture
def own_hub(demo: OwnDatabase, environment: dict[str, str]) -> Iterator[str]:
    """The address of a server on `demo`, where a test may act."""
    with serving(environment | demo.names) as url:
        yield url


@pytest.fixture
def signed_in(browser: Browser, own_hub: str) -> Iterator[Callable[..., Page]]:
    """Windows of the cast at the Decide page of a hub where a test may act; without script unless asked."""
    with ExitStack() as opened:

        def window(name: str, **options: Any) -> Page:
            context = browser.new_context(**{"java_script_enabled": False, **options})
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, own_hub, name, PASSWORD)
            page.goto(f"{own_hub}/decisions/")
            return page

        yield window


@pytest.fixture(scope="package")
def session(browser: Browser, hub: str) -> Any:
    """The cookies of an executive who has signed in."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, hub)
    page.wait_for_url(f"{hub}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def read(browser: Browser, hub: str, session: Any) -> Iterator[Callable[..., Reader]]:
    """Open a window of the executive with any options of a browser context."""
    with ExitStack() as opened:

        def window(using: Browser = browser, **options: Any) -> Reader:
            context = using.new_context(**{"storage_state": session, "viewport": LAPTOP, **options})
            opened.callback(context.close)
            reader = Reader(hub, context, context.new_page())
            reader.listen()
            return reader

        yield window


@pytest.fixture
def reader(read: Callable[..., Reader]) -> Reader:
    """A window of the executive on a laptop."""
    return read()
