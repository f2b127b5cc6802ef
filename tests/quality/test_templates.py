"""Goal 10, without a browser: nothing in a template that the content policy would refuse, and no dragging."""

from __future__ import annotations

import re

import pytest

from tests.house.conftest import PROJECT, files

REFUSED = {
    "style attribute": r"\sstyle\s*=",
    "event handler": r"\son[a-z]+\s*=",
    "htmx handler": r"\shx-on",
    "script in an address": r"""["']\s*(?:js|javascript):""",
    "inline style": r"<style",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "dragging": r"\sdraggable\s*=",
    "third party": r"""(?:src|href)\s*=\s*["'](?:https?:)?//""",
}


@pytest.mark.parametrize("what", REFUSED)
def test_no_template_has(what: str) -> None:
    pattern = re.compile(REFUSED[what], re.IGNORECASE)
    found = [
        str(path.relative_to(PROJECT))
        for path in files(".html", "templates")
        if pattern.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_scripts_make_no_code_of_text() -> None:
    wrong = re.compile(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\.style\b(?!Sheets)")
    found = [
        str(path.relative_to(PROJECT))
        for path in files(".js", "otdr_hub")
        if wrong.search(path.read_text("utf-8"))
    ]
    assert found == []
