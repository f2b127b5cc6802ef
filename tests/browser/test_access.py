"""Second factors, passkeys, tokens and people, as a person meets them in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page

from otdr_hub.demo.cast import PASSWORD
from tests.browser.served import sign_in

pytestmark = pytest.mark.browser
PERIOD = 30
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or some steps later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps))


def next_period() -> None:
    """Wait for the app's next code: one that was used counts no second time."""
    time.sleep(PERIOD - time.time() % PERIOD + 0.2)


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser windows that are closed afterwards."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        opened.append(browser.new_context(**options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for context in opened:
        context.close()


def time_to_type(seconds: float = 12) -> None:
    """Wait unless the code shown now counts for some time: a slow machine must not send one just over."""
    if PERIOD - time.time() % PERIOD < seconds:
        next_period()


def _set_up_codes(page: Page, url: str) -> str:
    """Turn codes on; the secret."""
    page.goto(f"{url}/accounts/mfa/")
    page.get_by_role("link", name="Set up codes").click()
    assert page.locator(".qr svg path").count() == 1
    secret = page.locator(".secret code").inner_text()
    time_to_type()
    page.get_by_label("Type the code the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Turn codes on").click()
    page.wait_for_url(f"{url}/accounts/mfa/recovery/")
    return secret


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_codes_from_an_app(own_hub: str, window: Callable[..., BrowserContext], script: bool) -> None:
    page = window(java_script_enabled=script, viewport=PHONE).new_page()
    sign_in(page, own_hub, "finance")
    secret = _set_up_codes(page, own_hub)
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    page.goto(own_hub)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, own_hub, "finance")
    assert page.url == f"{own_hub}/accounts/mfa/authenticate/"
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    assert "Incorrect code" in page.get_by_role("alert").inner_text()
    time_to_type()
    page.get_by_label("Code from the app").fill(code_of(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{own_hub}/inbox/")
    fresh = window(java_script_enabled=script).new_page()
    sign_in(fresh, own_hub, "finance")
    fresh.get_by_label("Code from the app").fill(recovery[0])
    fresh.get_by_role("button", name="Sign in").click()
    fresh.wait_for_url(f"{own_hub}/inbox/")


def test_a_passkey_opens_the_account_without_a_password(
    own_hub: str, window: Callable[..., BrowserContext]
) -> None:
    url = own_hub.replace("127.0.0.1", "localhost")
    context = window()
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, url, "legal")
    page.goto(f"{url}/accounts/mfa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(f"{url}/accounts/mfa/recovery/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{url}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/inbox/")
    page.goto(f"{url}/accounts/mfa/passkeys/reauthenticate/?next=/people/")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(f"{url}/people/")


def test_an_admin_gives_a_role_and_it_is_on_record(
    own_hub: str, window: Callable[..., BrowserContext]
) -> None:
    page = window(java_script_enabled=False, viewport=LAPTOP).new_page()
    sign_in(page, own_hub, "admin")
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="bizops", exact=True).first.click()
    page.get_by_label("Role", exact=True).select_option("executive")
    page.locator("#give_reason").fill("Sees the hub from now on")
    page.get_by_role("button", name="Give the role").click()
    assert "bizops holds the role executive now" in page.get_by_role("status").inner_text()
    assert "Sees the hub from now on" in page.locator(".story").first.inner_text()


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_door_fits_and_breaks_no_policy(
    own_hub: str, window: Callable[..., BrowserContext], size: dict[str, int], scheme: str
) -> None:
    context = window(viewport=size, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    sign_in(page, own_hub, "admin", PASSWORD)
    page.wait_for_url(f"{own_hub}/inbox/")
    _set_up_codes(page, own_hub)
    for path in (
        "/accounts/", "/accounts/tokens/", "/accounts/password/", "/accounts/reauthenticate/",
        "/accounts/mfa/", "/accounts/mfa/reauthenticate/", "/accounts/mfa/codes/off/",
        "/accounts/mfa/recovery/", "/accounts/mfa/recovery/new/", "/accounts/mfa/passkeys/add/",
        "/people/", "/people/dpm/", "/people/?at=2026-11-25",
    ):  # fmt: skip
        answer = page.goto(own_hub + path)
        assert answer is not None
        assert answer.status == 200, path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
    assert said == []
