"""The target: fixed before its weeks are measured, on the ledger, never changed, and the epoch moves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from governance.audit.review import review
from governance.ledger.models import Epoch
from governance.models import Target
from governance.rules.services import target_set
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError
from tests.builders import person

pytestmark = pytest.mark.django_db
THURSDAY = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 11, 23)


def _fixed(percent: str = "94", since: dt.date = MONDAY, reason: str = "as agreed", role: str = "dpm"):
    with clock.at(THURSDAY):
        return target_set(percent=Decimal(percent), holds_from=since, reason=reason, actor=person(role))


def test_it_is_on_the_ledger_and_moves_the_epoch() -> None:
    before = Epoch.objects.get().value
    assert str(_fixed()) == "94.0 per cent from 2026-11-23"
    assert Epoch.objects.get().value == before + 1
    assert review().difference is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": MONDAY - dt.timedelta(weeks=1)}, "fixed before its weeks are measured"),
        ({"since": MONDAY + dt.timedelta(days=1)}, "is not a Monday"),
        ({"percent": "0"}, "0.1 to 100"),
        ({"percent": "100.1"}, "0.1 to 100"),
        ({"percent": "94.05"}, "one decimal"),
        ({"percent": "NaN"}, "0.1 to 100"),
        ({"reason": "  "}, "takes a reason"),
    ],
)
def test_what_cannot_be_a_target_is_refused(given: dict, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(InvalidInputError, match=said):
        _fixed(**given)
    assert not Target.objects.exists()


def test_only_the_dpm_fixes_one() -> None:
    with pytest.raises(NotAllowedError):
        _fixed(role="finance")


def test_nobody_changes_one_afterwards() -> None:
    _fixed()
    for statement in ("UPDATE governance_target SET percent = 90", "DELETE FROM governance_target"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)
    assert Target.objects.get().percent == Decimal("94.0")
