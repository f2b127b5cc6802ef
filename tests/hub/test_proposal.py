"""The proposal on the page, the preview of the hub, and carrying a decision out in one act."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from governance.access.policy import ROLES
from governance.decisions.models import LaunchDecision, PreviewLook
from governance.killswitch.services import shutoff_activate
from governance.ledger.models import Entry
from governance.models import Publication, ScopeDecision, SignoffRequest
from governance.scope.services import ACT as SCOPE
from otdr_hub.lib import clock
from tests import builders, frameworks
from tests.builders import person
from tests.decide_client import PAGE, client, hidden, words
from tests.launches import decide, naming, polled, ready

pytestmark = pytest.mark.django_db
PREVIEW, CARRY = "/decisions/preview/launch_partial/", "/decisions/carry-out/"
SEATS = {"dpm", "finance", "legal", "logistics", "bizops", "data_engineer", "data_owner"}
REASON = "data under investigation"


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


@pytest.fixture
def launch(lake):
    found = ready(lake)
    frameworks.in_effect(coverage="10", excluded="100")
    return found


def review_day() -> dt.date:
    return clock.now().date() + dt.timedelta(days=7)


def filled(page, **more):
    return {
        "carry": "yes", "reason": REASON, "more": "The feed stopped.", "owner": "Data Engineering",
        "review_on": review_day().isoformat(), "seen": hidden_in(page, "carry"),
    } | more  # fmt: skip


def hidden_in(page, form: str) -> str:
    text = page.content.decode()
    start = text.index(f'name="{form}" value="yes"')
    return re.search(r'name="seen" value="(\w+)"', text[start:])[1]


def part(response, name: str) -> str:
    """What is read in one part of the hub's page."""
    text = response.content.decode()
    found = {
        "reading": r'<section class="hub-reading".*?</section>',
        "markets": r'<section class="hub-markets".*?</section>',
        "line": r'<div class="hub-line".*?</figure>',
    }[name]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.search(found, text, re.DOTALL)[0]))


# The card


def test_everybody_reads_what_is_proposed_and_only_some_why(launch):
    reads = {"finance", "legal", "logistics", "dpm", "auditor", "data_engineer"}
    for role in ROLES:
        page = client(role).get(PAGE)
        said = words(page)
        assert "framework-1 proposes Launch partial" in said
        assert "Left out: Borduria." in said
        for words_of_figures in (
            "Borduria is left out: signatures are missing.",
            "If, for Borduria, its missing signatures are given: launch full.",
            "Measured",
        ):
            assert (words_of_figures in said) == (role in reads), role


def test_the_option_that_is_proposed_is_marked(launch):
    said = words(client("dpm").get(PAGE))
    assert re.search(r"Launch partial [^L]*The framework proposes this", said)
    assert said.count("The framework proposes this") == 1


def test_deciding_otherwise_without_why_comes_back_beside_its_field(launch):
    chair = client("dpm", proven=True)
    page = chair.get(PAGE)
    sent = {"kind": "block", "reason": "Not today.", "seen": hidden(page, "seen")}
    answer = chair.post("/decisions/decide/", sent)
    assert answer.status_code == 422
    wrong = re.search(r'id="wrong-differs"[^>]*>([^<]*)<', answer.content.decode())[1]
    assert "framework-1 proposes" in wrong
    assert chair.post("/decisions/decide/", sent | {"differs": "The CEO is ill."}).status_code == 302
    minutes = words(chair.get(f"/decisions/{LaunchDecision.objects.get().pk}/minutes/"))
    assert "framework-1 proposed: Launch partial" in minutes
    assert "Why it was decided otherwise: The CEO is ill." in minutes


def test_minutes_give_the_reasons_of_the_proposal_to_whom_the_page_gives_them(launch):
    decide(polled(launch))
    address = f"/decisions/{LaunchDecision.objects.get().pk}/minutes/"
    for role, reads in (("executive", False), ("bizops", False), ("finance", True), ("auditor", True)):
        said = words(client(role).get(address))
        assert "framework-1 proposed: Launch partial" in said
        assert ("Borduria is left out: signatures are missing." in said) == reads
        withheld = "Why, and by which figures, is for who decides, signs, feeds and audits."
        assert (withheld in said) != reads


def test_the_api_tells_the_proposal_with_figures_for_whom_they_are(launch):
    plain = client("executive").get("/api/v1/decisions").json()["proposal"]
    full = client("finance").get("/api/v1/decisions").json()["proposal"]
    assert plain["kind"] == full["kind"] == "launch_partial"
    assert (plain["criteria"], plain["reasons"], plain["would_change"]) == ([], [], [])
    assert "50" in {row["measured"] for row in full["criteria"]}
    assert plain["digest"] == full["digest"]


def test_who_decides_scope_sees_the_effect_table_before_deciding(launch):
    said = words(client("dpm").get(PAGE))
    assert "With these markets 91.7 % 22 of 24" in said
    assert "Without these markets 91.7 % 11 of 12" in said
    assert "Without these markets" not in words(client("finance").get(PAGE))


# The preview


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_preview_is_for_the_table(launch, role):
    answer = client(role).get(PREVIEW)
    assert answer.status_code == (200 if role in SEATS else 403)
    assert PreviewLook.objects.filter(person=person(role)).exists() == (role in SEATS)
    if role in SEATS:
        assert "no-store" in answer["Cache-Control"]
        assert "Preview, not published: Launch partial." in words(answer)
        assert "P-2" not in words(answer)


def test_each_option_has_its_preview(launch):
    table = client("dpm")
    full = words(table.get("/decisions/preview/launch_full/"))
    assert "Covers all 2 markets" in full
    noted = words(table.get("/decisions/preview/launch_with_disclosure/"))
    assert "Its disclosure stands here once it is written and signed." in noted
    block = table.get("/decisions/preview/block/")
    assert part(block, "reading") == part(table.get("/"), "reading")
    assert "A block changes nothing that is shown" in words(block)
    assert table.get("/decisions/preview/nothing/").status_code == 404


def test_what_is_switched_off_stays_off_in_every_preview(launch):
    shutoff_activate(market=builders.SHOWN, category="data_quality", actor=person("admin"))
    for kind in ("launch_full", "launch_partial", "block"):
        said = words(client("dpm").get(f"/decisions/preview/{kind}/"))
        assert "switched off" in said
        # The other market's number, which only a full launch would show.
        assert ("91.7" in said) == (kind == "launch_full")


# Carrying it out


def test_what_was_previewed_is_what_is_published(launch):
    decide(launch)
    chair = client("dpm", proven=True)
    page = chair.get(PAGE)
    form = filled(page)
    preview = chair.get(PREVIEW, {name: form[name] for name in ("reason", "more", "owner", "review_on")})
    before = chair.get("/")
    assert "not decided yet" in part(before, "markets")
    answer = chair.post(CARRY, form)
    assert (answer.status_code, answer["Location"]) == (302, "/#main"), words(answer)
    after = chair.get("/")
    for name in ("reading", "markets", "line"):
        assert part(preview, name) == part(after, name)
    said = part(after, "markets")
    assert "excluded by decision" in said
    assert "Data Engineering" in said
    assert "data under investigation" in said
    assert "The feed stopped" not in said
    assert Publication.objects.first().number == 2
    assert "P-2" in words(after)


def test_each_act_is_on_record_and_the_departments_are_asked(launch):
    decide(launch)
    chair = client("dpm", proven=True)
    chair.post(CARRY, filled(chair.get(PAGE)))
    decision = ScopeDecision.objects.get(market="BB")
    assert (decision.state, decision.owner, decision.review_on) == (
        "excluded",
        "Data Engineering",
        review_day(),
    )
    assert decision.reason == f"{REASON}: The feed stopped."
    assert decision.effect
    assert SignoffRequest.objects.filter(act=SCOPE, lines__digest=decision.digest).exists()
    acts = list(Entry.objects.order_by("seq").values_list("action", flat=True))[-3:]
    assert acts == ["scope.decided", "signoff.requested", "publication.published"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": ""}, "Choose why"),
        ({"reason": "because"}, "Choose why"),
        ({"owner": ""}, "Name who answers"),
        ({"review_on": "soon"}, "Write the day"),
        ({"review_on": "2020-01-01"}, "is not after today"),
        ({"seen": "a" * 64}, "has changed since"),
    ],
)
def test_all_of_it_happens_or_nothing(launch, wrong, said):
    decide(launch)
    chair = client("dpm", proven=True)
    answer = chair.post(CARRY, filled(chair.get(PAGE)) | wrong)
    assert answer.status_code in (409, 422)
    assert said in words(answer)
    assert "Data Engineering" in answer.content.decode() or "owner" in wrong
    assert not ScopeDecision.objects.filter(market="BB").exists()
    assert Publication.objects.count() == 1


def test_nothing_is_excluded_when_publishing_fails(launch, monkeypatch):
    from otdr_hub.hub.decide import carrying
    from otdr_hub.lib.outcome import ConflictError

    def fail(*_args, **_more):
        raise ConflictError("Not now.")

    decide(launch)
    chair = client("dpm", proven=True)
    form = filled(chair.get(PAGE))
    monkeypatch.setattr(carrying, "publish", fail)
    assert "Not now." in words(chair.post(CARRY, form))
    assert not ScopeDecision.objects.filter(market="BB").exists()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dpm"}))
def test_nobody_else_carries_it_out(launch, role):
    decide(launch)
    page = client(role).get(PAGE)
    assert "Exclude them and publish" not in words(page)
    assert client(role, proven=True).post(CARRY, {"carry": "yes"}).status_code == 403


def test_it_takes_a_proof_and_what_was_typed_is_kept(launch):
    decide(launch)
    chair = client("dpm")
    answer = chair.post(CARRY, filled(chair.get(PAGE)))
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Publication.objects.count() == 1
    back = chair.get(PAGE)
    assert "Nothing is done yet" in words(back)
    assert 'value="Data Engineering"' in back.content.decode()


def test_a_block_is_not_carried_out(launch):
    decide(launch, "block", reason="No.", differs="The CEO is ill.")
    chair = client("dpm", proven=True)
    assert "Carry out" not in words(chair.get(PAGE))
    answer = chair.post(CARRY, {"carry": "yes"})
    assert answer.status_code == 409
    assert Publication.objects.count() == 1


def test_after_it_nothing_is_left_to_exclude(launch):
    decide(launch)
    chair = client("dpm", proven=True)
    chair.post(CARRY, filled(chair.get(PAGE)))
    said = words(chair.get(PAGE))
    assert "Exclude them and publish" not in said


def test_without_a_framework_the_page_is_as_it_was(lake):
    launch = polled(ready(lake))
    said = words(client("dpm").get(PAGE))
    assert "proposes" not in said
    assert "Why otherwise" not in said
    decide(launch, reason=naming(launch))
