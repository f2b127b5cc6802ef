"""Goal 5, where an address alone does not lead: pages that need a state, and answers 409 and 422.

Each page is looked at as it stands, on a phone and a laptop, in light and dark. That every page which needs a state is
here is asserted from the list of such pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from otdr_hub.demo.cast import PASSWORD
from tests.browser import checks
from tests.browser.pages import NEEDS_STATE, routes
from tests.browser.served import WEEK, serving, sign_in
from tests.browser.test_access import _set_up_codes
from tests.browser.test_desk import decide_ten
from tests.conftest import OwnDatabase

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
As = Callable[..., Page]
CHOICE = f"/scope/decide/?market=US&market=NL&week={WEEK}&state=certified"
# Answers to a passkey's own question, which no reader ever opens as a page.
NO_PAGE = {"/accounts/mfa/passkeys/login/"}
_looked: set[str] = set()


def clean(page: Page) -> None:
    """Nothing is wrong with the open page in any mix."""
    _looked.add(re.sub(r"^https?://[^/]+|\?.*$", "", page.url))
    assert checks.look_in_every_mix(page) == [], page.url


def sent(page: Page, button: str) -> int:
    """Press a button whose form the browser itself would not send; the status of what came back."""
    page.set_viewport_size(checks.SIZES["laptop"])
    page.evaluate("document.querySelectorAll('form').forEach(one => one.noValidate = true)")
    with page.expect_navigation() as going:
        page.get_by_role("button", name=re.compile(button)).first.click()
    return going.value.status  # type: ignore[union-attr]


def stale(page: Page, form: str, field: str = "seen") -> None:
    """Make a form say that it was written on another page than the one there is."""
    page.locator(f"{form} [name={field}]").first.evaluate(
        "one => { one.value = '0'.repeat(one.value.length || 1) }"
    )


@contextmanager
def windows(browser: Browser, url: str) -> Iterator[As]:
    """Windows of the cast, for fingers, at this address."""
    with ExitStack() as opened:

        def window(name: str, path: str = "/", **options: object) -> Page:
            context = browser.new_context(viewport=checks.SIZES["laptop"], has_touch=True, **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            page = context.new_page()
            sign_in(page, url, name, PASSWORD)
            page.wait_for_url(lambda found: "login" not in found)
            page.goto(url + path)
            return page

        yield window


@pytest.fixture
def as_(browser: Browser, own_hub: str) -> Iterator[As]:
    """Windows on a hub where a test may act."""
    with windows(browser, own_hub) as window:
        yield window


def test_deciding_and_signing(as_: As, own_hub: str, demo: OwnDatabase) -> None:
    dpm = as_("dpm")
    request = decide_ten(dpm, own_hub, demo)
    clean(dpm)
    dpm.goto(own_hub + CHOICE)
    clean(dpm)
    stale(dpm, "form.sign-bar")
    assert sent(dpm, "^Decide") == 409
    clean(dpm)
    dpm.goto(own_hub + CHOICE)
    dpm.locator("form.sign-bar [name=week]").evaluate("one => { one.value = 'soon' }")
    assert sent(dpm, "^Decide") == 422
    clean(dpm)
    finance = as_("finance", request.removeprefix(own_hub))
    clean(finance)
    assert sent(finance, "for Finance") == 422
    clean(finance)
    finance.locator("[name=attest]").check()
    stale(finance, "form.sign")
    assert sent(finance, "for Finance") == 409
    clean(finance)
    finance.goto(request)
    finance.locator("[name=attest]").check()
    assert sent(finance, "for Finance") == 200
    finance.locator(".desk-withdraw summary").click()
    assert sent(finance, "Take it back") == 422
    clean(finance)


def test_publishing_and_rolling_back(as_: As, own_hub: str) -> None:
    dpm = as_("dpm", "/scope/publish/")
    stale(dpm, "form.sign-bar")
    assert sent(dpm, "^Publish") == 409
    clean(dpm)
    dpm.goto(f"{own_hub}/scope/publish/?week=soon")
    clean(dpm)
    dpm.goto(f"{own_hub}/scope/publish/")
    if sent(dpm, "^Publish") != 200:  # unless the demonstration has nothing new to publish
        clean(dpm)


def test_the_table_of_the_launch(as_: As, own_hub: str) -> None:
    for name in ("finance", "legal"):
        seat = as_(name, "/decisions/")
        seat.get_by_role("radio", name="No-go", exact=True).check()
        assert sent(seat, "Give the verdict") == 422
        clean(seat)
        seat.goto(f"{own_hub}/decisions/")
        seat.get_by_role("radio", name="Go", exact=True).check()
        assert sent(seat, "Give the verdict") == 200
    chair = as_("dpm", "/decisions/")
    chair.get_by_role("radio", name=re.compile("^Launch partial")).check()
    chair.locator("#chair-reason").fill("We go.")
    assert sent(chair, "^Decide$") == 422
    clean(chair)
    chair.goto(f"{own_hub}/decisions/")
    chair.get_by_role("radio", name=re.compile("^Block")).check()
    chair.locator("#chair-reason").fill("Not before the backfill is closed.")
    chair.locator("#chair-differs").fill("What is shown would be read as all there is.")
    stale(chair, "form:has(#chair-reason)")
    assert sent(chair, "^Decide$") == 409
    clean(chair)
    chair.goto(f"{own_hub}/decisions/")
    chair.get_by_role("radio", name=re.compile("^Block")).check()
    chair.locator("#chair-reason").fill("Not before the backfill is closed.")
    assert sent(chair, "^Decide$") == 422  # the framework proposes something else
    clean(chair)
    chair.locator("#chair-differs").fill("What is shown would be read as all there is.")
    assert sent(chair, "^Decide$") == 200
    clean(chair)
    chair.get_by_role("link", name="Minutes").first.click()
    clean(chair)


def test_switching_off_from_one_market_to_everything(as_: As, own_hub: str) -> None:
    finance, reader = as_("finance", "/kill-switch/"), as_("exec")
    clean(reader)  # fresh and provisional
    old = as_("legal", "/kill-switch/")
    assert sent(finance, "Switch United States off") == 200
    clean(finance)
    for path in ("/", "/markets/US/"):
        reader.goto(own_hub + path)
        clean(reader)
    assert sent(old, "Switch everything off") == 422
    clean(old)
    dpm = as_("dpm", "/kill-switch/")
    dpm.get_by_text("Ask to switch on again: United States").click()
    assert sent(dpm, "Ask the departments") == 422
    clean(dpm)
    finance.get_by_label("Type EVERYTHING").fill("EVERYTHING")
    assert sent(finance, "Switch everything off") == 200
    clean(finance)
    for path in ("/", "/markets/NL/", "/decisions/", "/why/", "/about/"):
        reader.goto(own_hub + path)
        clean(reader)


def test_a_hub_that_waits_for_its_next_week(
    browser: Browser, demo: OwnDatabase, environment: dict[str, str]
) -> None:
    with serving(environment | demo.names | {"OTDR_OVERDUE": "1"}) as url, windows(browser, url) as window:
        reader = window("exec")
        assert reader.locator(".hub-held").count() == 1
        clean(reader)
        reader.goto(f"{url}/markets/US/")
        clean(reader)


def test_words_that_are_no_moment_no_day_and_no_definition(as_: As, own_hub: str) -> None:
    auditor = as_("auditor")
    for path in ("/ledger/past/?at=yesterday", "/ledger/?day=yesterday"):
        answer = auditor.goto(own_hub + path)
        assert answer is not None
        assert answer.status == 422, path
        clean(auditor)
    engineer = as_("data-engineer", "/versions/")
    engineer.locator("#document").fill("name: [")
    assert sent(engineer, "Propose as a draft") == 422
    clean(engineer)


def test_a_file_that_is_on_its_way_and_one_that_cannot_be_used(as_: As, own_hub: str, tmp_path: Path) -> None:
    engineer = as_("data-engineer", "/batches/")
    assert sent(engineer, "Send the file") == 422
    clean(engineer)
    path = tmp_path / "events.csv"
    path.write_text("event_id,shipment_id,market,type,occurred_at,received_at\n")
    engineer.goto(f"{own_hub}/batches/")
    engineer.get_by_label("File", exact=True).set_input_files(path)
    assert sent(engineer, "Send the file") == 200
    assert "/batches/uploads/" in engineer.url
    # It asks again by itself; here it stays as it is while it is looked at.
    engineer.route("**/batches/uploads/**", lambda asked: asked.fulfill(status=204))
    clean(engineer)


def test_second_factors(browser: Browser, own_hub: str) -> None:
    url = own_hub.replace("127.0.0.1", "localhost")
    with windows(browser, url) as window:
        page = window("admin")
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
        }  # fmt: skip
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(f"{url}/accounts/mfa/codes/on/")
        clean(page)
        _set_up_codes(page, url)
        clean(page)
        for path in ("codes/off/", "recovery/new/", "reauthenticate/", "passkeys/add/"):
            page.goto(f"{url}/accounts/mfa/{path}")
            clean(page)
        page.goto(f"{url}/accounts/mfa/passkeys/add/")
        page.get_by_role("button", name="Add the passkey").click()
        page.wait_for_url(lambda found: "/add/" not in found)
        page.goto(f"{url}/accounts/mfa/passkeys/reauthenticate/")
        clean(page)
        page.goto(f"{url}/accounts/mfa/")
        page.locator("a[href*='/remove/']").first.click()
        clean(page)
        half = browser.new_context(viewport=checks.SIZES["laptop"], has_touch=True).new_page()
        sign_in(half, url, "admin", PASSWORD)
        half.wait_for_url("**/accounts/mfa/authenticate/**")
        clean(half)
        half.context.close()


def test_every_page_that_needs_a_state_was_looked_at(request: pytest.FixtureRequest) -> None:
    if len([one for one in request.session.items if one.fspath == request.node.fspath]) < 9:
        pytest.skip("only some tests of this file were asked for")
    known = {route for route in routes() if route in NEEDS_STATE}
    assert known == NEEDS_STATE, "these routes are gone"
    shapes = {route: re.compile(re.sub(r"<\w+:\w+>", "[^/]+", route)) for route in NEEDS_STATE - NO_PAGE}
    assert {route for route, shape in shapes.items() if not any(map(shape.fullmatch, _looked))} == set()
