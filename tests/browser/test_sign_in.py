"""Coming in and going out, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from otdr_hub.demo.cast import CAST, PASSWORD
from tests.browser.served import sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_in_and_out_again(browser: Browser, hub: str, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{hub}/markets/US/")
    assert "/accounts/login/" in page.url
    page.get_by_label("User name").fill("exec")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"{hub}/markets/US/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{hub}/accounts/login/")
    page.goto(hub)
    assert "/accounts/login/" in page.url
    context.close()


def test_a_wrong_password_is_said_and_the_name_kept(browser: Browser, hub: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, hub, "exec", "not-the-password")
    assert "do not match an account" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("User name").input_value() == "exec"
    assert page.get_by_label("Password").input_value() == ""
    assert page.evaluate("document.activeElement.id") == "id_password"
    context.close()


def test_the_cast_is_named_at_the_door(browser: Browser, hub: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{hub}/accounts/login/")
    named = page.locator(".demo dt code").all_inner_texts()
    assert sorted(named) == sorted(CAST)
    assert PASSWORD in page.locator(".demo p").inner_text()
    context.close()


def test_signing_out_from_the_menu_of_a_phone(browser: Browser, hub: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, hub)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{hub}/accounts/login/")
    context.close()
