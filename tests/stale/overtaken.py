"""K4: a recompute that began before a kill ends after it. `python -m tests.stale.overtaken`, one JSON object.

The run is held where it is about to store what it counted, the market is switched off meanwhile, and the
run goes on to its end and is published. What it found is kept as a fact; nobody is shown it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import django


def shown() -> dict[str, Any]:
    """What the hub's role may read now."""
    from otdr_hub.hub.guarded import read_hub

    reading = read_hub()
    return {
        "markets": {
            market.code: [week.counts.on_time for week in market.weeks] for market in reading.markets
        },
        "off": [absent.code for absent in reading.not_shown if absent.reason == "switched_off"],
        "rollup": [week.counts.on_time for week in reading.rollup],
        "epoch": reading.epoch,
    }


def late_news(folder: Path) -> None:
    """The one shipment that came late turns out to have come in time: the next run counts otherwise."""
    from metrics.events.services import batch_ingest
    from otdr_hub.lib import clock
    from tests import builders

    last = f"{builders.SHOWN}-{builders.SHIPMENTS - 1}"
    times = ("2025-11-05T11:00:00Z", "2025-11-14T13:00:00Z")
    row = (f"{last}-x", last, builders.SHOWN, "delivered", *times)
    path = builders.csv_file(folder / "late.csv", builders.EVENTS, [row])
    with clock.at(builders.AS_OF + dt.timedelta(hours=2)):
        batch_ingest(path=path, kind="events", actor=builders.person("data_engineer"))


def overtaken(folder: Path) -> dict[str, Any]:
    """The course of events, and what could be seen at each step."""
    from governance.killswitch.services import shutoff_activate
    from governance.publication.services import publication_publish
    from metrics.recompute import storage
    from metrics.recompute.models import RunVintage
    from metrics.recompute.selectors import vintages_of
    from metrics.recompute.services import run_execute, run_queue
    from tests import builders
    from tests.governance.races import closing

    publication = builders.published(folder)
    found: dict[str, Any] = {"before": shown()}
    late_news(folder)
    moment = builders.AS_OF + dt.timedelta(hours=3)
    engineer = builders.person("data_engineer")
    run, _ = run_queue(version=publication.version, as_of=moment, actor=engineer)
    reached, go_on, save = threading.Event(), threading.Event(), storage.vintage_save

    def held(*arguments: Any) -> Any:
        reached.set()
        go_on.wait(60)
        return save(*arguments)

    storage.vintage_save = held
    at_work = threading.Thread(target=closing(lambda: run_execute(run=run, actor=engineer)))
    at_work.start()
    found["held"] = reached.wait(60)
    shutoff_activate(market=builders.SHOWN, category="data_quality", actor=builders.person("admin"))
    found["killed"] = shown()
    go_on.set()
    at_work.join(60)
    run.refresh_from_db()
    found["state"] = str(run.state)
    found["after"] = shown()
    old = publication.lines.get(market=builders.SHOWN, breakout="-").vintage
    new = RunVintage.objects.get(run=run, market=builders.SHOWN).vintage
    found["is_another_vintage"] = new != old
    found["stored"] = len(storage.weeks_of([new]))
    again = publication_publish(
        version=run.version, vintages=vintages_of(run), through=builders.WEEK, as_of=moment,
        actor=builders.person("dpm"),
    )  # fmt: skip
    found["published"] = {"number": again.number, **shown()}
    return found


def main() -> int:
    """One course, in a world of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(overtaken(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
