"""What the record tells of a case to whoever may not read the case yet: that it was said, not what."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from governance.audit.review import review
from governance.cases import selectors
from governance.cases.services import case_evidence_freeze, case_note_add, case_step_add, case_step_answer
from governance.cases.verdicts.services import case_reopen, case_resolve
from governance.models import Entry
from otdr_hub.lib import clock, digest
from tests import cases
from tests.builders import person

pytestmark = pytest.mark.django_db
SAID = (
    "Carrier X fills in times.",
    "All by night.",
    "Ask its clerk.",
    "Ask about the nights.",
    "It is X.",
    "X again.",
)


def _lived():
    """A case that lived to be reopened, and was never shown wider."""
    case = cases.opened()
    engineer, dpm = person("data_engineer"), person("dpm")
    case_note_add(case=case, kind="note", text=SAID[0], actor=engineer)
    case_step_answer(step=case.steps.get(position=1), found=SAID[1], next_step=SAID[2], actor=engineer)
    case_step_add(case=case, what=SAID[3], role="logistics", due_at=clock.now(), actor=engineer)
    frozen = cases.filed()
    case_evidence_freeze(case=case, frozen=frozen, actor=engineer)
    case_resolve(case=case, verdict="data_defect", reason=SAID[4], assessment=frozen.assessment, actor=dpm)
    case_reopen(case=case, reason=SAID[5], actor=dpm)
    return case


def test_neither_page_nor_api_of_the_record_holds_what_a_case_says(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    case = _lived()
    client = Client()
    client.force_login(person("finance"))
    assert not selectors.may_see(case, person("finance"))
    told = json.loads(client.get("/api/v1/ledger?limit=200").content)["entries"]
    mine = [one for one in told if one["subject"].startswith(str(case))]
    assert {one["action"] for one in mine} >= {"case.noted", "case.step_answered", "case.resolved"}
    assert all(one["payload"] for one in mine)
    shown = [json.dumps(told), *(client.get(f"/ledger/{one['seq']}/").content.decode() for one in mine)]
    for text in SAID:
        assert not [one for one in shown if text in one], text
    facts = "".join(Entry.objects.values_list("payload", flat=True))
    assert all(digest.of_bytes(text.encode()) in facts for text in SAID)


def test_what_the_record_keeps_of_a_text_still_gives_a_changed_one_away(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    _lived()
    found = review()
    assert (found.difference, found.finding, found.guard) == (None, None, "")
