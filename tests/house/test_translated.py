"""Whatever is said to people can be said in another language: shown in a pseudo-language made from the sources.

What is on record, in a data file or under a digest is the same in every language, which is shown here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from governance.decisions import board
from governance.definition import nodes
from governance.killswitch.services import shutoff_activate
from governance.launch.models import Launch
from governance.ledger.models import Entry
from metrics.versions.proposals import read
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.sentences import coverage_sentence
from otdr_hub.lib.outcome import DomainError, InvalidInputError
from tests import builders, launches
from tests.builders import person
from tests.house import catalogue, visible
from tests.house.routes import ANONYMOUS, READERS, TABLE, Row

# What is not ours to translate. Names, and what files, commands and the API call things:
_NAMES = (
    *READERS, "system", "Aland", "Borduria", "AA", "BB", "OTDR Hub", "otdr-test", "otdr-2", "EVERYTHING", "Enter",
    "CSV", "XLSX", "PDF", "SHA-256", "Certify", "global", "certified", "account.created", "name",
    "version", "scope", "request", "ingest", "run", "read", "lift", "UTC", "GB",
    "promises", "events", "contacts", "carriers", "live", "backfill", "markets",
)  # fmt: skip
_NOUNS = (
    "account|batch|case|deputy|entry|framework|history|launch|ledger|lift|majeure|measures|notice|operator|people"
    "|period|preview|publication|request|role|run|scope|seat|shutoff|signoff|token|version"
)
_SHAPES = (
    r"[\w-]+-(AA|BB)\.csv",
    r"Europe/\w+",
    r"P-\d+",
    r"\b[0-9a-f]{4,64}\b",  # digests
    rf"[a-z ]+ \(({_NOUNS})\)",  # verbs of the policy
    # Days: Django's own catalogue has them.
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b",
    r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b",
)
# The words of other packages, which bring their own catalogues.
_OTHERS = ("Current Password", "New Password", "again", "This field is required.")
# Said in the same words everywhere, whatever the language: the coverage, what a definition says, the
# disclosure of a change, what the full check of the ledger found.
_FIXED = (
    r"Covers .*",
    r"(Aland|Borduria)[^.]* (is|are) (not shown|switched off)[^.]*\.",
    r"On-Time Delivery Rate is .*",
    r"otdr-test is the first definition; .*",
    r"There are no earlier amounts to compare with\.",
    r"Entry \d+ of the ledger does not hold: .*",
)


@pytest.fixture
def pseudo(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The pseudo-language is there; who speaks it says `in_pseudo()`."""
    settings.LOCALE_PATHS = [catalogue.write(tmp_path / "locale")]
    return


def in_pseudo() -> translation.override:
    """What is said within is said in the pseudo-language."""
    return translation.override(catalogue.LANGUAGE)


def _definition_words() -> set[str]:
    """Every node in words, its value in words, and the sentences of a version: one text for everybody."""
    return {text for pair in nodes(builders.DEFINITION) for text in pair}


def _ours(piece: str, fixed: set[str]) -> str:
    """What is left of a piece of text once what is not ours to translate is taken out; empty is good."""
    if piece in fixed or any(re.fullmatch(shape, piece) for shape in _FIXED):
        return ""
    for text in _OTHERS:
        piece = piece.replace(text, "")
    for shape in _SHAPES:
        piece = re.sub(shape, "", piece)
    names = "|".join(map(re.escape, _NAMES))
    piece = re.sub(rf"(?<![\w-])({names})(?![\w-])", "", piece)
    return piece if re.search(r"[^\W\d_]{2}", piece) else ""


def _roles(row: Row) -> list[str]:
    """Who asks: one of each answer there is, and of pages those who are offered the most."""
    first = {status: role for role, status in reversed(row.expected().items())}
    many = ("dpm", "finance", "data_engineer", "auditor") if row.method == "GET" else ()
    return list(dict.fromkeys([*first.values(), *(role for role in many if row.expected()[role] == 200)]))


def _answers(row: Row) -> Iterator[str]:
    """The pages this row gives."""
    for role in _roles(row):
        client = Client(raise_request_exception=False)
        if role != ANONYMOUS:
            client.force_login(person(role))
        with in_pseudo():
            answer = client.generic(row.method, row.path)
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
            yield answer.content.decode()


def test_whatever_a_page_says_is_marked_for_translation(db: None, lake: Path, pseudo: None) -> None:
    builders.published(lake)
    for role in READERS:
        if role != ANONYMOUS:
            person(role)
    fixed, found = _definition_words(), {}
    pages = 0
    for row in TABLE:
        for html in _answers(row):
            pages += 1
            assert catalogue.OPEN in html, f"{row}: nothing on it is translated"
            for piece in visible.unmarked(html):
                if _ours(piece, fixed):
                    found.setdefault(piece, str(row))
    assert pages > 200
    assert "\n".join(f"{where}: {piece!r}" for piece, where in sorted(found.items())) == ""


@pytest.mark.parametrize(
    "html", ["<p>⟦Marked⟧ not marked</p>", '<p title="not marked">1</p>', "<option>no</option>"]
)
def test_an_unmarked_text_is_found(html: str) -> None:
    assert [_ours(piece, set()) for piece in visible.unmarked(html)] not in ([], [""])


def test_a_sentence_with_a_link_counts_as_one() -> None:
    assert visible.unmarked('<p>⟦Read <a href="⟧/x/⟦">this</a> first, ⟧dpm⟦.⟧</p>') == ["dpm"]


@pytest.mark.parametrize(
    ("market", "category", "said"),
    [("ZZ", "other", "⟦There is no market '⟧ZZ⟦'"), ("AA", "whim", "⟦'⟧whim⟦' is no category")],
)
def test_a_refusal_speaks_the_language_of_who_asks(
    db: None, pseudo: None, market: str, category: str, said: str
) -> None:
    builders.two_markets()
    with in_pseudo(), pytest.raises(InvalidInputError, match=re.escape(said)):
        shutoff_activate(market=market, category=category, actor=person("dpm"))


def test_a_refused_role_and_a_definition_that_cannot_be_are_told_in_it_too(db: None, pseudo: None) -> None:
    builders.two_markets()
    with in_pseudo():
        with pytest.raises(DomainError, match=r"⟦To ⟧activate \(shutoff\)⟦ takes the role ⟧"):
            shutoff_activate(market="AA", category="other", actor=person("executive"))
        with pytest.raises(InvalidInputError, match="⟦⟧⟦⟧unit⟦: '⟧box⟦' is not known; use one of ⟧"):
            read("name: otdr-2\nunit: box\n")


def test_what_is_on_record_is_the_same_in_every_language(db: None, lake: Path, pseudo: None) -> None:
    builders.published(lake)
    with in_pseudo():
        shutoff_activate(
            market="AA", breakout="carrier", value="*", category="other", reason="Look", actor=person("dpm")
        )
    assert Entry.objects.order_by("seq").last().subject == "AA, all carrier figures"


def test_the_coverage_and_the_data_files_are_the_same_in_every_language(
    db: None, lake: Path, pseudo: None
) -> None:
    builders.published(lake)
    client = Client()
    client.force_login(person("dpm"))

    def taken(path: str) -> bytes:
        answer = client.get(path)
        assert answer.status_code == 200
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"", body)

    plain, files = coverage_sentence(read_hub()), [taken(path) for path in _FILES]
    with in_pseudo():
        assert coverage_sentence(read_hub()) == plain
        assert [taken(path) for path in _FILES] == files


_FILES = ("/export/hub.csv", "/export/hub.csv-metadata.json", "/export/markets/AA.csv")


def test_what_a_decision_rests_on_is_the_same_in_every_language(db: None, lake: Path, pseudo: None) -> None:
    builders.published(lake)
    launches.planned()
    launch = Launch.objects.get()
    plain = board.read(launch)
    with in_pseudo():
        other = board.read(launch)
        assert (other.digest, other.content()) == (plain.digest, plain.content())
