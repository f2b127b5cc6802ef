"""Every refusal and every label goes through gettext; a new one that does not is named here with its line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.catalogue import CODE, MARKS, marked, name_of
from tests.house.conftest import PROJECT, files

# On no page: what commands refuse at a terminal, the API's own reference, and what Django calls an app.
_NO_PAGE = frozenset({"management", "schemas.py", "apps.py"})
# Errors of ours are found by their classes; these say something to people as well.
_ALSO = frozenset({"Refused", "DefinitionError", "AuthenticationFailed", "ValidationError"})
_LABELS = frozenset({"label", "help_text", "default_detail", "verbose_name"})
_JS = PROJECT / "otdr_hub" / "static" / "otdr"


@cache
def _trees() -> dict[Path, ast.Module]:
    return {
        path.relative_to(PROJECT): ast.parse(path.read_text("utf-8"))
        for path in files(".py", *CODE)
        if not _NO_PAGE & set(path.parts)
    }


@cache
def _speakers() -> frozenset[str]:
    """Names of DomainError and of whatever is one, and of the other ways to refuse."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in _trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }  # fmt: skip
    found = {"DomainError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found) | _ALSO


def _said(node: ast.AST) -> Iterator[str]:
    """Words that are said as they stand: constants and f-strings outside of any mark."""
    if isinstance(node, ast.Call) and name_of(node) in MARKS:
        return
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[^\W\d_]{2}", node.value)
    ):
        yield node.value
    if isinstance(node, ast.Dict):  # keys name places in the sentence
        for value in node.values:
            yield from _said(value)
    elif isinstance(node, ast.Compare):  # what it is held against is a code
        return
    elif isinstance(node, ast.IfExp):
        for value in (node.body, node.orelse):
            yield from _said(value)
    elif isinstance(node, ast.Subscript | ast.FormattedValue):  # a key picks, a format is no word
        yield from _said(node.value)
    elif isinstance(node, ast.Call):  # what is looked up, not said: reverse("mfa_index"), date(at, "j M")
        for value in [] if name_of(node) in _LOOKED_UP else [*node.args, node.func]:
            yield from _said(value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _said(child)


_LOOKED_UP = frozenset({"reverse", "day_name", "date_text"})


def _unmarked(tree: ast.Module, speakers: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in speakers:
            yield from ((node.lineno, said) for value in node.args for said in _said(value))
        if isinstance(node, ast.keyword) and node.arg in _LABELS:
            yield from ((node.value.lineno, said) for said in _said(node.value))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _LABELS:
            yield from ((node.lineno, said) for said in _said(node.value))


def test_every_refusal_and_label_is_marked_for_translation() -> None:
    found = [
        f"{path}:{line} {said!r}"
        for path, tree in _trees().items() for line, said in _unmarked(tree, _speakers())
    ]  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'raise ConflictError("It is on again.")',
        'raise NotShownError(f"{what} is on again.")',
        'raise InvalidInputError(f"{path}: {problem} there")',
        'raise ConflictError(_("%(what)s is on.") % {"what": what or "nobody"})',
        'return Refused("Nobody may.")',
        'name = forms.CharField(label="Name")',
    ],
)
def test_an_unmarked_one_would_be_found(source: str) -> None:
    assert list(_unmarked(ast.parse(source), _speakers()))


@pytest.mark.parametrize(
    "source",
    [
        'raise ConflictError(_("%(what)s is on.") % {"what": names["BR"]})',
        'raise InvalidInputError(f"{path}: {error}")',
        "raise InvalidInputError(str(error))",
    ],
)
def test_a_marked_one_is_not(source: str) -> None:
    assert list(_unmarked(ast.parse(source), _speakers())) == []


def test_the_errors_are_found_by_their_classes() -> None:
    assert {"NotShownError", "ConditionError", "NoRoomError", "MovedError"} <= _speakers()
    assert len(marked()) > 1500


def test_places_in_a_sentence_are_named() -> None:
    """A translator moves them about."""
    nameless = [text for forms in marked() for text in forms if re.search(r"(?<!%)%[sdr]", text)]
    assert nameless == []


def _unfilled(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Places of a sentence that what is given beside it does not fill: said only, it would be an error."""
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.right, ast.Dict)
        ):
            continue
        if not (isinstance(node.left, ast.Call) and name_of(node.left) in MARKS):
            continue
        given = {key.value for key in node.right.keys if isinstance(key, ast.Constant)}
        if None in node.right.keys:  # some of it is unpacked; who reads the source does not see what
            continue
        for form in node.left.args:
            if isinstance(form, ast.Constant) and isinstance(form.value, str):
                wanted = set(re.findall(r"(?<!%)%\((\w+)\)", form.value))
                yield from ((node.lineno, place) for place in sorted(wanted - given))


def test_every_place_in_a_sentence_is_filled() -> None:
    found = [f"{path}:{line} {place}" for path, tree in _trees().items() for line, place in _unfilled(tree)]
    assert found == []
    broken = ast.parse('_("%(a)s is %(b)s") % {"a": 1, "c": 2}')
    assert [place for _, place in _unfilled(broken)] == ["b"]


def test_scripts_say_nothing_of_their_own() -> None:
    """Their words are the page's: data attributes of the templates, which are translated."""
    said = [
        f"{path.name}: {found}"
        for path in sorted(_JS.rglob("*.js"))
        for found in re.findall(r"""["'`]([A-Z][a-z]+,? [a-z][^"'`]*)["'`]""", _code(path))
    ]  # fmt: skip
    assert said == []


def _code(path: Path) -> str:
    return "\n".join(
        line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("//")
    )
