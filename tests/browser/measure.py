"""How heavy and how quick the pages are: `python -m tests.browser.measure [URL]` prints a table.

Weight and requests as the wire carries them, from an empty cache. Vitals on a phone as the goals set it
(390 px, processor four times slower, 1.6 Mbit/s, 150 ms), the median of five. Explore on a laptop: what it weighs
once drawn, and how soon after its script is loaded. Requests per second over eight connections. Without an address the demonstration is loaded first, with one web process.
"""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import django
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.checks import SIZES
from tests.browser.conftest import NAMES, OPTIONS
from tests.browser.pages import Theatre
from tests.browser.stage import staged

HEAVIEST, MOST_REQUESTS = 60_000, 6
VITAL_PAGES = ("/", "/markets/US/", "/decisions/")
WITH_HERO = ("/", "/markets/US/")
LOADED = ("/", "/markets/US/", "/api/v1/hub", "/export/hub.csv", "/export/hub.xlsx")
RUNS, CONNECTIONS, EACH = 5, 8, 15
WATCH = """
  window.vitals = {lcp: 0, hero: 0, cls: 0, tbt: 0, inp: 0};
  const on = (type, told, more = {}) => new PerformanceObserver(list => list.getEntries().forEach(told))
    .observe({type, buffered: true, ...more});
  on("largest-contentful-paint", one => { vitals.lcp = one.startTime; });
  on("element", one => { if (one.identifier === "hero") vitals.hero = one.renderTime; });
  on("layout-shift", one => { if (!one.hadRecentInput) vitals.cls += one.value; });
  on("longtask", one => { vitals.tbt += Math.max(0, one.duration - 50); });
  on("event", one => { if (one.interactionId) vitals.inp = Math.max(vitals.inp, one.duration); }, {durationThreshold: 16});
"""
EXPLORE = "/markets/UK/explore/"
HEAVIEST_DRAWN, SLOWEST_DRAWN = 1_400_000, 800
# Milliseconds from the drawing program being loaded and run, to the paint of the last picture.
WATCH_DRAWN = """
  let seen = false, loaded = 0;
  document.addEventListener("load", (event) => {
    if ((event.target.src || "").includes("plotly")) loaded = performance.now();
  }, true);
  new MutationObserver(() => {
    const places = [...document.querySelectorAll("[data-figure]")];
    if (seen || !places.length || !places.every((one) => one.matches("[data-drawn]"))) return;
    seen = true;
    const said = () => document.documentElement.setAttribute("data-painted", performance.now() - loaded);
    requestAnimationFrame(() => requestAnimationFrame(said));
  }).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"]});
"""
GOALS = {"lcp": 1500, "hero": 1200, "tbt": 150, "cls": 0.02, "inp": 200}


def _listening(context: BrowserContext, page: Page) -> tuple[list[float], list[str]]:
    """Bytes of each answer and each address asked for, as this page goes on; nothing comes from a cache."""
    devtools = context.new_cdp_session(page)
    asked: list[str] = []
    received: list[float] = []
    devtools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return received, asked


def weigh(context: BrowserContext, url: str) -> tuple[float, list[str]]:
    """Bytes received and addresses asked for by one page, from an empty cache."""
    page = context.new_page()
    received, asked = _listening(context, page)
    page.add_init_script("window.print = () => {}")
    page.goto(url)
    page.wait_for_timeout(500)  # an open stream of events never lets the network fall idle
    page.close()
    return sum(received), asked


@dataclass(frozen=True)
class Explored:
    """One visit to Explore: addresses asked for before the reader asked for a drawing, bytes of all of it,
    and milliseconds from the drawing program being loaded to the paint."""

    before: tuple[str, ...]
    received: float
    drawn: float


def explored(theatre: Theatre, path: str = EXPLORE) -> Explored:
    """Open Explore on a laptop, from an empty cache, and have its tables drawn."""
    context = theatre.window("exec", viewport=SIZES["laptop"])
    page = context.new_page()
    page.add_init_script(WATCH_DRAWN)
    received, asked = _listening(context, page)
    page.goto(theatre.url + path)
    page.wait_for_timeout(500)
    before = tuple(asked)
    page.locator("#explore").click()
    page.locator("html[data-painted]").wait_for(timeout=60_000)
    taken: float = page.evaluate("Number(document.documentElement.dataset.painted)")
    context.close()
    return Explored(before, sum(received), taken)


def vitals(theatre: Theatre, path: str) -> dict[str, float]:
    """One visit on the emulated phone, with one press on the first thing that opens."""
    context = theatre.window("exec", viewport=SIZES["phone"], has_touch=True, is_mobile=True)
    page = context.new_page()
    page.add_init_script(WATCH)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    speed = 1_600_000 / 8
    devtools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(theatre.url + path)
    page.wait_for_timeout(1500)
    opens = page.locator("main summary").first
    if opens.count():
        opens.tap()
        page.wait_for_timeout(500)
    told: dict[str, float] = page.evaluate("vitals")
    context.close()
    return told


def median(theatre: Theatre, path: str) -> dict[str, float]:
    """The median of some visits, vital by vital."""
    visits = [vitals(theatre, path) for _ in range(RUNS)]
    return {name: statistics.median(one[name] for one in visits) for name in visits[0]}


def _requests(url: str, path: str, cookie: str) -> list[float]:
    """Seconds of each answer over one connection."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    taken = []
    for _ in range(EACH):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        taken.append(time.perf_counter() - begun)
    connection.close()
    return taken


def _load(url: str, path: str, cookie: str) -> str:
    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        each = list(pool.map(lambda _: _requests(url, path, cookie), range(CONNECTIONS)))
    whole = time.perf_counter() - begun
    taken = sorted(one for some in each for one in some)
    p95 = taken[int(len(taken) * 0.95)] * 1000
    return f"| {path} | {len(taken) / whole:.0f} | {statistics.median(taken) * 1000:.0f} ms | {p95:.0f} ms |"


def _drawn(theatre: Theatre) -> str:
    visits = [explored(theatre) for _ in range(RUNS)]
    taken = statistics.median(one.drawn for one in visits)
    return f"| {EXPLORE} | {max(one.received for one in visits) / 1000:.1f} | {taken:.0f} ms |"


def _cookie(theatre: Theatre) -> str:
    context = theatre.window("exec")
    cookies: list[Any] = context.cookies()
    context.close()
    return "; ".join(f"{one['name']}={one['value']}" for one in cookies)


def report(theatre: Theatre) -> None:
    """Print the four tables."""
    print("| page | seen by | kB on the wire | requests |\n|---|---|---|---|")
    for sight in theatre.sights():
        context = theatre.window(sight.who, viewport=SIZES["laptop"])
        received, asked = weigh(context, theatre.url + sight.path)
        context.close()
        print(f"| {sight.path} | {sight.who or 'anybody'} | {received / 1000:.1f} | {len(asked)} |")
    print(f"\nGoals: {GOALS}\n\n| page | LCP | hero | TBT | CLS | INP |\n|---|---|---|---|---|---|")
    for path in VITAL_PAGES:
        found = median(theatre, path)
        ms = {name: f"{value:.0f} ms" for name, value in found.items()}
        print(f"| {path} | {ms['lcp']} | {ms['hero']} | {ms['tbt']} | {found['cls']:.3f} | {ms['inp']} |")
    goals = f"goals: {HEAVIEST_DRAWN / 1000:.0f} kB, {SLOWEST_DRAWN} ms"
    print(f"\n| Explore ({goals}) | kB on the wire | from its script loaded to the paint |\n|---|---|---|")
    print(_drawn(theatre))
    print(f"\n| address, {CONNECTIONS} connections | requests/s | median | p95 |\n|---|---|---|---|")
    cookie = _cookie(theatre)
    for path in LOADED:
        print(_load(theatre.url, path, cookie))


def main(url: str = "") -> None:
    """Measure the server at this address, or one of its own."""
    with ExitStack() as opened:
        at = url or opened.enter_context(staged())
        found = next(filter(None, map(shutil.which, NAMES)))
        player = opened.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=found, args=[*OPTIONS])
        report(Theatre(browser, at))
        browser.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    main(*sys.argv[1:2])
