"""One style sheet out of many: nothing forgotten, the layers named before anything is put in one."""

from __future__ import annotations

from django.contrib.staticfiles.finders import get_finders
from django.template.loader import render_to_string

from otdr_hub import styles
from otdr_hub.demo.cast import CAST, PASSWORD
from otdr_hub.run import terminal


def test_every_sheet_is_joined_once() -> None:
    assert sorted(styles.SHEETS) == sorted(path.stem for path in styles.FOLDER.glob("*.css"))
    text = styles.joined().decode()
    assert text.index("@layer tokens, base, parts, rooms, print;") < text.index("@layer tokens {")
    assert text.count("{") == text.count("}")


def test_every_script_of_open_pages_is_joined_once() -> None:
    assert sorted(styles.SCRIPTS) == sorted(path.stem for path in (styles.FOLDER / "tabs").glob("*.js"))
    found = {path: storage for finder in get_finders() for path, storage in finder.list([])}
    assert found[styles.JOINED_SCRIPT].open(styles.JOINED_SCRIPT).read() == styles.joined_script()
    assert not [path for path in found if path.startswith("otdr/tabs/")]


def test_a_page_asks_for_one_sheet_and_it_is_there_to_be_collected() -> None:
    found = {path: storage for finder in get_finders() for path, storage in finder.list([])}
    assert [path for path in found if path.endswith(".css")] == [styles.JOINED]
    assert found[styles.JOINED].open(styles.JOINED).read() == styles.joined()
    html = render_to_string("404.html")
    assert html.count('rel="stylesheet"') == 1
    assert f'/static/{styles.JOINED}"' in html


def test_the_terminal_names_the_same_cast() -> None:
    assert ", ".join(CAST) == terminal.ACCOUNTS
    assert PASSWORD == "otdr-demo"
