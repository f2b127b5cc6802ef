"""What is on record beside a number, read from real governance rows, and the two pages behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from governance.killswitch.services import shutoff_activate
from governance.models import Market, PublicationLine, ScopeDecision, Shutoff
from governance.rules.services import target_set
from governance.scope.services import scope_decide
from governance.scope.states import ExclusionReason, closed_reason
from metrics.audit.lineage import lineage
from metrics.lake.models import LakeFile
from otdr_hub.hub.annotations import category_words, reason_words
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.page import hub_page, not_shown_page
from otdr_hub.hub.reading import Absent
from otdr_hub.hub.record import read_record
from otdr_hub.lib import clock
from tests import builders
from tests.builders import SHOWN, person
from tests.house import catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def _exclude(**said):
    newest = ScopeDecision.objects.filter(market=SHOWN).latest("pk")
    scope_decide(
        market=Market.objects.get(code=SHOWN), state="excluded", version=newest.version,
        vintage=newest.vintage, through=newest.through, effect=newest.effect, actor=person("dpm"),
        review_on=clock.now().date() + dt.timedelta(days=9), **said,
    )  # fmt: skip


def test_a_first_publication_a_version_and_a_switch_off_are_marked(lake):
    builders.published(lake)
    shutoff_activate(market=SHOWN, category="data_quality", actor=person("admin"), reason="rate of 12.3 %")
    facts = read_record(read_hub()).facts
    assert {(one.kind, one.market) for one in facts} >= {("shown", SHOWN), ("off", SHOWN)}
    assert all("12.3" not in one.detail for one in facts)


def test_an_exclusion_gives_owner_and_review_but_never_what_was_typed(lake):
    builders.published(lake)
    _exclude(reason="Carrier feed incomplete: a rate of 61.9 % cannot be", owner="Logistics Analytics")
    reading = read_hub()
    record = read_record(reading)
    left = record.left_out[SHOWN]
    assert (left.kind, left.owner) == ("excluded", "Logistics Analytics")
    page = not_shown_page(reading, SHOWN, record)
    assert page is not None
    assert [detail.label for detail in page.market.details] == ["Why", "Decided", "Owner", "Review"]
    assert page.market.details[0].text == "carrier feed incomplete"
    assert "61.9" not in str(page) + str(record)


@pytest.mark.parametrize("typed", ["Because 61.9 %", "we think: legal hold", ""])
def test_a_reason_in_other_words_is_not_shown_at_all(typed):
    assert closed_reason(typed) == ""


def test_every_closed_word_has_a_translation():
    marked = {forms[0] for forms in catalogue.marked()}
    assert {category_words(one) for one in Shutoff.Category.values} <= marked
    assert {reason_words(one) for one in ExclusionReason.values} <= marked
    assert category_words("unheard of") == "other"


def test_a_switch_off_says_since_when_and_its_category(lake):
    builders.published(lake)
    off = shutoff_activate(market="global", category="security", actor=person("admin"))
    reading = read_hub()
    page = not_shown_page(reading, SHOWN, read_record(reading))
    assert page is not None
    assert [detail.text for detail in page.market.details][1] == "security"
    assert page.market.details[0].machine == off.at.isoformat()


def test_a_known_issue_that_ran_out_says_that_it_did(lake):
    builders.published(lake)
    newest = ScopeDecision.objects.filter(market=SHOWN).latest("pk")
    with clock.at(newest.decided_at):
        scope_decide(
            market=newest.market, state="known_issue", version=newest.version, vintage=newest.vintage,
            through=newest.through, effect=newest.effect, actor=person("dpm"), disclosure="Late by a day.", plan="Mend it.",
            owner="Data Engineering", review_on=newest.decided_at.date() + dt.timedelta(days=1),
        )  # fmt: skip
    whole = read_hub()
    # The view says `excluded` of a note past its day; here it is told so, with nothing else changed.
    expired = replace(whole, markets=(), not_shown=(Absent(SHOWN, "Shown", "excluded", None),))
    page = not_shown_page(expired, SHOWN, read_record(expired))
    assert page is not None
    assert "that time is over" in page.market.sentence
    assert page.market.details[-1].label == "Ended"


def test_of_two_targets_from_one_monday_the_later_counts_and_weeks_before_have_none(lake):
    builders.published(lake)
    last = read_hub().rollup[-1].monday
    with clock.at(dt.datetime.combine(last, dt.time(8), tzinfo=dt.UTC)):
        for percent in ("95.0", "94.0"):
            target_set(percent=Decimal(percent), holds_from=last, reason="agreed", actor=person("dpm"))
    reading = read_hub()
    record = read_record(reading)
    assert record.target(last) == Decimal("94.0")
    assert record.target(last - dt.timedelta(days=7)) is None
    headline = hub_page(reading, record).headline
    assert headline is not None
    assert headline.aim_rest == "the 94.0\u00a0% target." or headline.aim == "Within noise"


def test_the_pages_ask_the_database_a_bounded_number_of_questions(lake, django_assert_max_num_queries):
    builders.published(lake)
    client = Client()
    client.force_login(person("exec", "executive"), "governance.access.backends.PasswordBackend")
    # Here two statements more say which role reads (in production each role is a login), and three note a
    # reader whose first reading is never committed.
    for path in ("/", "/?present=1", f"/markets/{SHOWN}/", "/why/"):
        client.get(path)
        with django_assert_max_num_queries(12 + 2 + 3):
            assert client.get(path).status_code == 200, path
    for path in ("/about/", f"/markets/{SHOWN}/lineage/"):
        with django_assert_max_num_queries(24 + 3):
            assert client.get(path).status_code == 200, path


def test_lineage_ends_at_the_files_and_a_file_with_a_hidden_market_keeps_its_count(lake):
    publication = builders.published(lake)
    line = PublicationLine.objects.get(publication=publication, market=SHOWN)
    asked = {
        "market": SHOWN, "vintage": line.vintage, "monday": publication.through, "as_of": publication.as_of,
        "actor": person("exec", "executive"),
    }  # fmt: skip
    found = lineage(shown=[SHOWN], **asked)
    assert found is not None
    kept = LakeFile.objects.filter(market=SHOWN)
    assert {one.kept for one in found.files} == set(kept.values_list("sha256", flat=True))
    assert {one.digest for one in found.files} == set(kept.values_list("batch__digest", flat=True))
    shared = set(LakeFile.objects.exclude(market=SHOWN).values_list("batch_id", flat=True))
    for one in found.files:
        assert (one.sent is None) == (one.batch in shared)
        assert (one.sent is None) == (one.set_aside is None)
    assert lineage(shown=[], **asked) is None


def test_lineage_of_a_market_switched_off_is_not_found_and_has_no_file(lake):
    builders.published(lake)
    client = Client()
    client.force_login(person("exec", "executive"), "governance.access.backends.PasswordBackend")
    assert "SHA-256" in client.get(f"/markets/{SHOWN}/lineage/").content.decode()
    shutoff_activate(market=SHOWN, category="other", actor=person("admin"))
    answer = client.get(f"/markets/{SHOWN}/lineage/")
    assert answer.status_code == 404
    assert "SHA-256" not in answer.content.decode()
    assert client.get("/about/").status_code == client.get("/why/").status_code == 302
