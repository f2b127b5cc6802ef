"""The crawler: is any address missing from the list of those that carry numbers, and does any of them leak?

On a loaded demonstration with planted figures every address is asked for as every role. Then the figures of
a hidden market are changed, in place, by the superuser: an answer that changes with them says something of
it, in whatever spelling, picture or position. The same with a market that may be seen finds every address
that carries numbers. The market is then switched off and changed once more: nothing may change any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import psycopg
from django.contrib.auth.models import Group

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.services import shutoff_activate
from tests.stale.addresses import Address, addresses, linked, route_of, routes, values
from tests.stale.breaking import broken
from tests.stale.looks import EVERYBODY, Look, Viewer, differing
from tests.stale.queries import asked
from tests.stale.surfaces import AUDIT, DESK, SURFACES
from tests.stale.world import World, nudge, read_world

SEEN, HIDDEN, OTHER = "US", ("BR", "DE"), "FR"
ROLES = {
    "executive": "exec", "dpm": "dpm", "finance": "finance", "legal": "legal", "logistics": "logistics",
    "bizops": "bizops", "admin": "admin", "data_owner": "data-owner", "data_engineer": "data-engineer",
    "auditor": "auditor",
}  # fmt: skip
SEATED = "dpm"
# Between them they open nearly every page.
FIRST = ("anonymous", "executive", "dpm", "auditor")
# Its ETag is what a decision names in If-Match. It is a fingerprint of what was looked at, and kept by nobody.
NAMED = ("/api/v1/decisions",)
HEAVY = (b".pdf", b".xlsx", b"pdf", b"xlsx", b"compare")
Looks = dict[tuple[str, str], Look]


class Crawl:
    """All looks at one database, and what is wrong."""

    def __init__(self, admin: psycopg.Connection[Any], world: World, roles: tuple[str, ...]) -> None:
        self.admin, self.world, self.roles, self.only = admin, world, roles, "/"
        self.is_short = len(roles) < len(ROLES)
        everybody, _ = User.objects.get_or_create(username=EVERYBODY)
        everybody.groups.set(Group.objects.all())
        self.viewer = Viewer(world, {**ROLES, EVERYBODY: EVERYBODY})
        self.hidden = world.mask(HIDDEN)
        self.faults: list[str] = []
        self.bearing: dict[str, set[str]] = defaultdict(set)
        self.pages: list[Address] = []
        self.unreached: list[str] = []
        self.refused: list[str] = []
        self.noisy: set[str] = set()

    def find(self) -> None:
        """Every address, with arguments that lead somewhere, and what is linked to."""
        texts: dict[str, str] = {}

        def status_of(path: str) -> int:
            look = self.viewer.look(EVERYBODY, path)
            if look.status == 403:
                # Who holds every role has no seat at the table.
                look = self.viewer.look(SEATED, path)
            texts[path] = look.text
            return look.status

        markets = [SEEN, HIDDEN[0]]
        given = values(self.admin, markets)
        self.pages, self.unreached = addresses(given, markets, status_of, self.only)

        def text_of(path: str) -> str:
            if path not in texts:
                status_of(path)
            return texts[path]

        self.pages += [page for page in linked(self.pages, text_of) if self.only in page.route]
        self._ask_besides(status_of, given["str"])

    def _ask_besides(self, status_of: Callable[[str], int], names: list[str]) -> None:
        """What the product's pages take besides their address; what nobody gets is said."""
        known = {page.path for page in self.pages}
        code = next(one for one in names if one.startswith("P-1-"))
        paths = {path.format(code=code) for paths in asked(SEEN, HIDDEN[0], OTHER).values() for path in paths}
        reached = set()
        for path in sorted(paths - known):
            route = route_of(path) or "nowhere"
            if self.only not in route:
                continue
            self.pages.append(Address(route, path))
            if (status := status_of(path)) == 200:
                reached.add(route)
            else:
                self.refused.append(f"{status} {path}")
        self.unreached = [route for route in self.unreached if route not in reached]

    def everywhere(self) -> Looks:
        """Every address as everybody. In short, what is the same for all who may open it is asked as the roles
        after the first ones only where it opens to none of those; what holders of a right see, as each of them."""
        found: Looks = {}
        for route, path in self.pages:
            for role in ("anonymous", *self.roles):
                is_known = self.is_short and route not in {**DESK, **AUDIT}
                if is_known and role not in FIRST and self._opens(found, path):
                    continue
                if not self._is_heavy(path) or role in ("executive", "auditor"):
                    found[path, role] = self.viewer.look(role, path)
        return found

    @staticmethod
    def _opens(found: Looks, path: str) -> bool:
        return any((path, role) in found and found[path, role].status == 200 for role in FIRST)

    @staticmethod
    def _is_heavy(path: str) -> bool:
        return any(word in path.encode() for word in HEAVY)

    def again(self, before: Looks) -> Looks:
        """The same for one of those who see the same of an address: what differs is asked of each kind."""
        chosen: dict[tuple[str, str], str] = {}
        for (path, role), look in before.items():
            if look.status < 300 or look.status >= 400:
                chosen.setdefault((path, _kind(look)), role)
        return {(path, role): self.viewer.look(role, path) for (path, _), role in chosen.items()}

    def allowed(self, route: str, role: str, *, is_off: bool = False) -> bool:
        """Whether the route is one for whoever holds a right, and this role does. What `is_off` only the audit
        still reads."""
        verb = AUDIT.get(route) if is_off else {**DESK, **AUDIT}.get(route)
        if verb is None or role == "anonymous":
            return False
        return bool(may(User.objects.get(username={**ROLES, EVERYBODY: EVERYBODY}[role]), verb))

    def route(self, path: str) -> str:
        """The route of an address that was found."""
        return next(page.route for page in self.pages if page.path == path)

    def blame(self, what: str, path: str, role: str, more: str = "", *, is_off: bool = False) -> None:
        """Something is wrong with an answer, unless it is for whoever holds a right."""
        route = self.route(path)
        if not self.allowed(route, role, is_off=is_off):
            self.faults.append(f"{what}: {route} ({path}) as {role} {more}".rstrip())

    def hidden_figures(self, looks: Looks, hidden: int, when: str, *, is_off: bool = False) -> None:
        """No figure of a hidden market, and no sum over one."""
        for (path, role), look in looks.items():
            over = look.seen
            for total in look.totals:
                over |= total
            if over & hidden:
                names = ", ".join(self.world.names(over & hidden))
                self.blame(f"figures of {names} {when}", path, role, is_off=is_off)

    def changes(self, before: Looks, after: Looks, what: str, *, is_off: bool = False) -> set[str]:
        """Addresses whose answers changed; blamed where `what` says for what."""
        found = set()
        for key, look in after.items():
            if look.print == before[key].print or key[0] in self.noisy:
                continue
            found.add(key[0])
            if what:
                self.blame(what, *key, next(differing(before[key], look)), is_off=is_off)
        return found

    def numbers(self, looks: Looks, shown: set[str], hidden: set[str]) -> None:
        """Which routes carry numbers; each of them in the list, and kept by nobody. `shown` and `hidden` are
        the addresses that changed with a market that may be seen, and with those that may not."""
        listed = {surface.route for surface in SURFACES}
        for (path, role), look in looks.items():
            route = self.route(path)
            # A rate or a picture has no figure of its own; what an executive is shown changes with the market,
            # and what the holder of a right is shown, with any.
            moves = look.status == 200 and (
                (path in shown and role == "executive")
                or (path in shown | hidden and self.allowed(route, role))
            )
            if not look.seen and not moves:
                continue
            self.bearing[route].add(role)
            if route not in listed and not self.allowed(route, role):
                self.faults.append(f"carries numbers and is not listed: {route} ({path}) as {role}")
            is_kept = look.kept_by and route in listed and route not in NAMED
            if "no-store" not in look.cache or is_kept:
                self.faults.append(f"may be kept: {route} ({path}) as {role}: {look.cache} {look.kept_by}")
        self.faults += [
            f"listed, and carries no number: {route}"
            for route in listed & set(routes()) - set(self.bearing)
            if self.only in route
        ]

    def run(self) -> dict[str, Any]:
        """All of it, in order."""
        if not self.pages:
            self.find()
        first = self.everywhere()
        self.hidden_figures(first, self.hidden, "that may not be seen")
        start = self.again(first)
        self.noisy = self.changes(first, start, "")
        for market in HIDDEN:
            nudge(self.admin, market)
        changed = self.again(first)
        hidden = self.changes(start, changed, "changes with what may not be seen")
        nudge(self.admin, SEEN)
        self.numbers(first, self.changes(changed, self.again(first), ""), hidden)
        self.after_kill(first)
        return {
            "addresses": len(self.pages), "looks": len(first), "routes": len({p.route for p in self.pages}),
            "bearing": {route: sorted(roles) for route, roles in sorted(self.bearing.items())},
            "not_there": sorted({surface.route for surface in SURFACES} - set(routes())),
            "broken": broken(self.viewer), "unreached": self.unreached, "refused": self.refused, "noisy": sorted(self.noisy), "faults": self.faults,
        }  # fmt: skip

    def after_kill(self, first: Looks) -> None:
        """A market is switched off: neither its figures nor a sum over it are left anywhere."""

        # What was seen before has been changed since; the world is read anew.
        self.world = self.viewer.world = read_world(self.admin)
        shutoff_activate(market=SEEN, category="data_quality", actor=User.objects.get(username="admin"))
        killed = self.again(first)
        off = self.world.mask(code for code in self.world.markets if code.split("/")[0] == SEEN)
        self.hidden_figures(killed, self.hidden, "that may not be seen")
        self.hidden_figures(killed, off, "after it was switched off", is_off=True)
        nudge(self.admin, SEEN, wholly=True)
        self.changes(killed, self.again(first), f"changes with {SEEN}, which is switched off", is_off=True)


def _kind(look: Look) -> str:
    """What makes two answers worth asking apart: the status, and whose figures."""
    return f"{look.status} {look.seen} {look.totals} {len(look.text) // 2000}"
