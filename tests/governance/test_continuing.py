"""New weeks of what is published and signed are published by themselves, and nothing else is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from governance.access.services import system
from governance.killswitch.services import shutoff_activate
from governance.models import Entry, Market, Publication, PublicationLine
from governance.publication.services import (
    publication_continue,
    publication_publish,
    publication_rollback,
)
from governance.rules.services import rule_set
from governance.scope.services import scope_decide
from metrics import tasks
from metrics.operator.following import continue_published
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import builders
from tests.builders import EVENTS, PROMISES, SHOWN, WEEK, person
from tests.governance.test_guard import corrected, line_of, next_week, recomputed, shown, taken

pytestmark = pytest.mark.django_db
NEXT = WEEK + dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def the_other_market(folder):
    """Borduria's week after, so that half of the markets have it."""
    promises = [("b1", "b1", builders.UNDECIDED, "2025-11-12", "2025-11-08T10:00:00Z")]
    events = [("b1-d", "b1", builders.UNDECIDED, "delivered", "2025-11-12T12:00:00Z", "2025-11-12T13:00:00Z")]
    taken(folder, "promises-b", "promises", PROMISES, promises)
    taken(folder, "events-b", "events", EVENTS, events)


def followed():
    before = Publication.objects.count()
    found = continue_published(actor=system())
    assert Publication.objects.count() == before + (found is not None)
    return found


def test_a_new_week_inside_the_guard_is_published_by_the_system(tmp_path):
    first = builders.published(tmp_path)
    assert followed() is None, "nothing changed"
    next_week(tmp_path)
    recomputed(first)
    second = followed()
    assert (second.number, second.through, second.published_by) == (2, NEXT, system())
    assert shown() == (None, [(11, 12), (12, 12)])
    entry = Entry.objects.order_by("-seq").first()
    assert (entry.action, entry.actor) == ("publication.continued", "system")
    entries = Entry.objects.count()
    assert followed() is None, "asked again, nothing is left to do"
    tasks.follow()
    assert Entry.objects.count() == entries


def test_late_data_alone_publishes_nothing_and_data_outside_the_guard_stays_out(tmp_path):
    first = builders.published(tmp_path)
    corrected(tmp_path)
    recomputed(first)
    assert followed() is None, "the week is the same, and outside its guard"
    next_week(tmp_path)
    recomputed(first, builders.AS_OF + dt.timedelta(days=8))
    assert followed() is None, "its new week comes with data outside the guard"
    assert shown() == (None, [(11, 12)])


def test_late_data_inside_the_guard_comes_with_the_next_week(tmp_path):
    builders.two_markets()
    rows = [(f"m{n}", f"m{n}", SHOWN, "2025-11-05", "2025-11-01T10:00:00Z") for n in range(488)]
    late = [
        (f"m{n}-d", f"m{n}", SHOWN, "delivered", "2025-11-07T12:00:00Z", "2025-11-07T13:00:00Z")
        for n in range(488)
    ]
    taken(tmp_path, "many", "promises", PROMISES, rows)
    taken(tmp_path, "many-events", "events", EVENTS, late)
    first = builders.published(tmp_path)
    one = ("m1-d", "m1", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-15T00:00:00Z")
    taken(tmp_path, "step", "events", EVENTS, [one])
    recomputed(first)
    assert followed() is None, "0.2 points, but no new week"
    next_week(tmp_path)
    recomputed(first, builders.AS_OF + dt.timedelta(days=8))
    assert followed().through == NEXT
    assert shown() == (None, [(12, 500), (12, 12)])


def test_a_week_too_far_from_those_before_waits_for_people(tmp_path):
    with clock.at(dt.datetime(2025, 8, 1, tzinfo=dt.UTC)):
        rule_set(max_points=Decimal(1), weeks=3, reason="as agreed", actor=person("dpm"))
    builders.two_markets()
    promises, events = [], []
    for back in (1, 2, 3):
        day = dt.date(2025, 11, 5) - dt.timedelta(weeks=back)
        for n in range(12):
            promises.append((f"w{back}-{n}", f"w{back}-{n}", SHOWN, f"{day}", "2025-10-01T10:00:00Z"))
            told = day + dt.timedelta(days=2 if n == 0 else 0)
            events.append(
                (
                    f"w{back}-{n}-d",
                    f"w{back}-{n}",
                    SHOWN,
                    "delivered",
                    f"{told}T12:00:00Z",
                    f"{told}T13:00:00Z",
                )
            )
    taken(tmp_path, "before", "promises", PROMISES, promises)
    taken(tmp_path, "before-events", "events", EVENTS, events)
    first = builders.published(tmp_path)
    next_week(tmp_path)
    recomputed(first)
    assert followed() is None, "100 % after 92 % is too good"


def test_of_two_markets_the_one_outside_stays_as_it_was(tmp_path):
    first = builders.published(tmp_path)
    the_other_market(tmp_path)
    run = recomputed(first)
    publication = publication_continue(
        version=first.version, vintages=vintages_of(run), through=NEXT, as_of=run.as_of, actor=system()
    )
    assert publication is None, "Borduria was never decided, so its week is nobody's new week"
    assert read_hub().publication.number == 1


def test_what_is_off_decided_anew_or_excluded_does_not_go_on_by_itself(tmp_path):
    first = builders.published(tmp_path)
    next_week(tmp_path)
    run = recomputed(first)
    shutoff_activate(market=SHOWN, category="other", actor=person("dpm"))
    assert followed() is None
    scope_decide(
        market=Market.objects.get(pk=SHOWN), state="excluded", version=first.version, vintage=vintages_of(run)[SHOWN],
        through=WEEK, reason="under review", owner="dpm", review_on=clock.now().date() + dt.timedelta(weeks=9), effect=builders.effect_of(run),
        actor=person("dpm"),
    )  # fmt: skip
    assert followed() is None


def test_the_system_publishes_nothing_else(tmp_path):
    run = builders.signed(tmp_path)
    call = {"version": run.version, "vintages": vintages_of(run), "through": WEEK, "as_of": run.as_of}
    assert continue_published(actor=system()) is None
    with pytest.raises(ConflictError, match="a person publishes first"):
        publication_continue(**call, actor=system())
    with pytest.raises(NotAllowedError):
        publication_publish(**call, actor=system())
    first = publication_publish(**call, actor=person("dpm"))
    content = {
        "digest": "0" * 64,
        "content": "{}",
        "as_of": run.as_of,
        "published_by": system(),
        "published_at": clock.now(),
    }
    for number, version, through in ((2, run.version, WEEK - dt.timedelta(weeks=1)), (3, run.version, WEEK)):
        with pytest.raises(DatabaseError, match="only continues"), transaction.atomic():
            Publication.objects.create(number=number, version=version, through=through, **content)
    own = Publication.objects.create(number=2, version=run.version, through=WEEK, **content)
    line = {
        "publication": own,
        "market_id": builders.UNDECIDED,
        "vintage": "v",
        "through": WEEK,
        "as_of": run.as_of,
    }
    with pytest.raises(DatabaseError, match="no decision that was not published"), transaction.atomic():
        PublicationLine.objects.create(**line, decision=line_of(first).decision)


def test_after_a_rollback_a_person_publishes(tmp_path):
    first = builders.published(tmp_path)
    next_week(tmp_path)
    run = recomputed(first)
    followed()
    publication_rollback(publication=first, reason="The new week is wrong.", actor=person("dpm"))
    assert shown() == (None, [(11, 12)])
    with pytest.raises(ConflictError, match="is a rollback"):
        continue_published(actor=system())
    publication_publish(
        version=first.version, vintages=vintages_of(run), through=NEXT, as_of=run.as_of, actor=person("dpm")
    )
    assert shown() == (None, [(11, 12), (12, 12)])


def test_two_workers_publish_a_week_once(own_database, tmp_path):
    """Two processes find the same new week; one publishes it, the other finds nothing to do."""
    race = own_database.manage(
        "shell", "-v", "0", "-c",
        f"""
import threading
from pathlib import Path
from django.db import connection
from governance.access.services import system
from governance.models import Publication
from metrics.operator.following import continue_published
from tests import builders
from tests.governance.test_guard import next_week, recomputed
folder = Path({str(tmp_path)!r})
first = builders.published(folder); next_week(folder); recomputed(first)
start, found = threading.Barrier(4), []
def follow():
    start.wait()
    found.append(continue_published(actor=system()))
    connection.close()
threads = [threading.Thread(target=follow) for _ in range(4)]
[one.start() for one in threads]; [one.join() for one in threads]
print(Publication.objects.count(), sum(one is not None for one in found))
""",
    )  # fmt: skip
    assert race.stdout.split()[-2:] == ["2", "1"]
