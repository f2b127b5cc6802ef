"""A pseudo-language made from the sources: every text that is marked for translation stands in ⟦brackets⟧.

What a page says without brackets is not marked, so nobody could ever translate it. The catalogue is read off
the code and the templates by their own grammar, so it takes no tool that has to be installed.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tests.house.conftest import PROJECT, files

LANGUAGE = "en-xa"
"""No language Django has words of its own for, so that the words of others stay as they are."""
OPEN, SHUT = "⟦", "⟧"
MARKS = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"})
CODE = ("otdr_hub", "governance", "metrics")
_HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
_PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
_CALL = re.compile(r"\b(?:n?gettext|_)\(")


def name_of(call: ast.Call) -> str:
    """What is called, without where it comes from."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _texts(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in MARKS:
            forms = node.args[: 2 if name_of(node) == "ngettext" else 1]
            said = [
                one.value for one in forms if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if said and len(said) == len(forms):
                yield tuple(said)


def _calls(source: str) -> Iterator[str]:
    """The calls in what Django makes of a template; between them stands what is no Python."""
    for found in _CALL.finditer(source):
        for end in re.finditer(r"\)", source[found.end() :]):
            call = source[found.start() : found.end() + end.end()]
            try:
                ast.parse(call.strip())
            except SyntaxError:
                continue
            yield call
            break


def marked() -> set[tuple[str, ...]]:
    """Every text marked for translation: itself, or its forms for one and for many."""
    found: set[tuple[str, ...]] = set()
    for path in files(".py", *CODE):
        found.update(_texts(ast.parse(path.read_text("utf-8"))))
    for path in sorted((PROJECT / "templates").rglob("*.html")):
        for call in _calls(templatize(path.read_text("utf-8"))):
            found.update(_texts(ast.parse(call.strip())))
    return {forms for forms in found if all(forms)}


def bracketed(text: str) -> str:
    """A text in brackets, but for what is filled in: that has to be marked where it comes from."""
    return _PLACE.sub(lambda place: f"{SHUT}{place[0]}{OPEN}", f"{OPEN}{text}{SHUT}")


def write(folder: Path) -> Path:
    """The compiled catalogue of the pseudo-language under a folder of locales; answers that folder."""
    texts = {"": _HEADER}
    for forms in marked():
        texts["\0".join(forms)] = "\0".join(map(bracketed, forms))
    place = folder / "en_XA" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.mo").write_bytes(_compiled(texts))
    return folder


def _compiled(texts: dict[str, str]) -> bytes:
    """GNU's binary form: a header, two tables of (length, place), the texts, each ended by a zero byte."""
    pairs = sorted((source.encode(), said.encode()) for source, said in texts.items())
    begin = 7 * 4
    at, tables, body = begin + 16 * len(pairs), [b"", b""], b""
    for which in (0, 1):
        for pair in pairs:
            tables[which] += struct.pack("<II", len(pair[which]), at + len(body))
            body += pair[which] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), begin, begin + 8 * len(pairs), 0, 0)
    return head + tables[0] + tables[1] + body
