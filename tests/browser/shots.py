"""Pictures of every page: `python -m tests.browser.shots OUT [URL]`.

390 and 1366 px wide, light, dark and as printed (PDF). Without an address it loads the demonstration first.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import django
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.checks import SIZES
from tests.browser.conftest import NAMES, OPTIONS
from tests.browser.pages import Sight, Theatre
from tests.browser.stage import staged

MIXES = tuple((scheme, size) for scheme in ("light", "dark") for size in SIZES)


def _take(context: BrowserContext, url: str, sights: list[Sight], name: str, out: Path) -> None:
    page = context.new_page()
    page.add_init_script("window.print = () => {}")
    for sight in sights:
        page.goto(url + sight.path)
        page.screenshot(path=out / f"{sight.name}-{name}.png", full_page=True)
        if name.endswith("light-laptop"):
            paper = page.pdf(prefer_css_page_size=True, print_background=True)
            (out / f"{sight.name}-print.pdf").write_bytes(paper)
    context.close()


def main(out: Path, url: str = "") -> int:
    """Take all pictures; how many files there are."""
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        at = url or opened.enter_context(staged())
        found = next(filter(None, map(shutil.which, NAMES)))
        player = opened.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=found, args=[*OPTIONS])
        theatre = Theatre(browser, at)
        sights = theatre.sights()
        for who in dict.fromkeys(sight.who for sight in sights):
            own = [sight for sight in sights if sight.who == who]
            for scheme, size in MIXES:
                context = theatre.window(
                    who, color_scheme=scheme, viewport=SIZES[size], has_touch=size == "phone"
                )
                _take(context, at, own, f"{scheme}-{size}", out)
        browser.close()
    return len(list(out.iterdir()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    print(f"{main(Path(sys.argv[1]), *sys.argv[2:3])} files in {sys.argv[1]}")
