"""Who switches off wins, on real connections: `python -m tests.governance.kill_race --count 200`.

Each round races three pairs on two connections: off against off, off against the last signature of a
certification, and off against the last signature that would switch on again. A third connection reads the
hub all the while. Each act notes the epoch it made; the readings are then held against the one order those
epochs give: a reading under an epoch shows the market exactly if the last act up to it made it so. Prints
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import django


class Races:
    """The world of all races: one market that is certified and shown, and somebody for every part."""

    def __init__(self, folder: Path) -> None:
        from tests import builders

        self.builders, self.person = builders, builders.person
        self.publication = builders.published(folder)
        builders.required("shutoff_lift", "finance", "logistics")
        for name in ("admin", "legal", "dpm"):
            self.person(name)
        self.acts: list[tuple[int, bool]] = []
        self.readings: list[tuple[int, bool]] = []
        self.problems: list[str] = []
        self.first = {"off": 0, "on": 0}
        self.lead, self.step, self.last = 0.0, 0.004, ""  # seconds that switching off has before signing
        self.over = threading.Event()

    def noted(self, act, shows: bool | None) -> str:
        """Do an act and note the epoch it made; "done", or the word of who refused."""
        from django.db import transaction

        from governance.ledger.selectors import epoch
        from otdr_hub.lib.outcome import DomainError

        try:
            with transaction.atomic():
                act()
                if shows is not None:
                    self.acts.append((epoch(), shows))
        except DomainError as error:
            return error.slug
        return "done"

    def off(self, name: str) -> str:
        from governance.killswitch.services import shutoff_activate

        call = {"market": self.builders.SHOWN, "category": "other", "actor": self.person(name)}
        return self.noted(lambda: shutoff_activate(**call), shows=False)

    def asked(self):
        """What is off is asked to be on, and one of the two departments has signed."""
        from governance.killswitch.selectors import of_key
        from governance.killswitch.services import lift_ask

        shutoff = of_key(self.builders.SHOWN, "-", "-")
        request = lift_ask(shutoff=shutoff, evidence="Mended.", actor=self.person("dpm"))
        self.builders.sign(request, "finance")
        return request

    def on(self, request) -> str:
        return self.noted(lambda: self.builders.sign(request, "logistics"), shows=True)

    def race(self, *acts) -> list[str]:
        """All at once, each on its own connection; what each was told, in the order given."""
        from tests.governance.races import closing

        barrier, told = threading.Barrier(len(acts)), [""] * len(acts)

        def part(place: int):
            def run() -> None:
                barrier.wait()
                told[place] = acts[place]()

            return run

        threads = [threading.Thread(target=closing(part(n))) for n in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return told

    def after(self, seconds: float, act) -> str:
        time.sleep(max(0.0, seconds))
        return act()

    def meet(self, first: str) -> None:
        """Whoever was first starts later next time, the later the longer it stays so: both orders happen."""
        self.first[first] += 1
        self.step = self.step * 2 if first == self.last else max(self.step / 2, 0.001)
        self.lead += self.step if first == "on" else -self.step
        self.last = first

    def read(self) -> None:
        """Until it is over, what the hub shows under which epoch."""
        from otdr_hub.hub.guarded import read_hub

        while not self.over.is_set():
            reading = read_hub()
            self.readings.append((reading.epoch, any(one.code == "AA" for one in reading.markets)))

    def expect(self, what: str, holds: bool, told: object) -> None:
        if not holds:
            self.problems.append(f"{what}: {told}")

    def round(self) -> None:
        """On, then off against the last signature of a certification, which is refused from then on; on again, then
        off twice at once; then off against the last signature that would switch on."""
        certifying = self.certifying()
        told = self.race(
            lambda: self.off("legal"),
            lambda: self.noted(lambda: self.builders.sign(certifying, "legal"), None),
        )
        self.expect("off and certified", told in (["done", "done"], ["done", "conflict"]), told)
        told = self.on(self.asked())
        self.expect("on in between", told == "done", told)
        told = self.race(lambda: self.off("admin"), lambda: self.off("legal"))
        self.expect("off and off", sorted(told) == ["conflict", "done"], told)
        request = self.asked()
        told = self.race(
            lambda: self.after(self.lead, lambda: self.on(request)),
            lambda: self.after(-self.lead, lambda: self.off("legal")),
        )
        self.expect("off and on", told in (["conflict", "done"], ["done", "done"]), told)
        self.meet("on" if told[0] == "done" else "off")
        told = self.on(self.asked())
        self.expect("on at the end", told == "done", told)

    def certifying(self):
        """The decision in force is asked about once more by other words, and two departments have signed."""
        from governance.models import Market, ScopeDecision
        from governance.scope.services import scope_decide
        from governance.signoffs.services import request_open

        line = self.publication.lines.get(market=self.builders.SHOWN)
        newest = ScopeDecision.objects.filter(market=self.builders.SHOWN).latest("pk")
        decision = scope_decide(
            market=Market.objects.get(pk=self.builders.SHOWN), state="certified", vintage=line.vintage,
            version=self.publication.version, through=self.publication.through, actor=self.person("dpm"),
            disclosure=f"words {len(self.acts)}", effect=newest.effect,
        )  # fmt: skip
        lines = [(decision.digest, "AA")]
        request = request_open(act="scope", summary="AA", lines=lines, actor=self.person("dpm"))
        self.builders.sign(request, "finance", "logistics")
        return request

    def seen(self) -> dict[str, int]:
        """Epochs under which the market was read as shown, and as hidden."""
        return {
            name: len({at for at, shows in self.readings if shows == wanted})
            for name, wanted in (("shown", True), ("hidden", False))
        }

    def stale(self) -> list[tuple[int, bool]]:
        """Readings that do not show what the acts up to their epoch made true."""
        order = sorted(self.acts)
        self.expect("each act has an epoch of its own", len({e for e, _ in order}) == len(order), len(order))

        def model(epoch: int) -> bool:
            return next((shows for at, shows in reversed(order) if at <= epoch), True)

        return [one for one in self.readings if one[1] != model(one[0])]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    count = parser.parse_args().count
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    from tests.governance.races import closing

    with tempfile.TemporaryDirectory() as folder:
        races = Races(Path(folder))
        reader = threading.Thread(target=closing(races.read))
        reader.start()
        try:
            for _ in range(count):
                races.round()
        finally:
            races.over.set()
            reader.join()
    stale = races.stale()
    print(
        json.dumps({
            "rounds": count, "acts": len(races.acts), "readings": len(races.readings), "stale": len(stale),
            "first": races.first, "seen": races.seen(), "problems": races.problems[:5],
        })
    )  # fmt: skip
    return 1 if stale or races.problems else 0


if __name__ == "__main__":
    sys.exit(main())
