"""A served product whose network and whose answers a test can hold back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Route

from tests.browser.served import Web
from tests.conftest import OwnDatabase
from tests.hub.wire import Wire


@dataclass
class Place:
    """A server that can be killed, between two wires: to its readers and to its database."""

    web: Web
    front: Wire
    wire: Wire
    database: OwnDatabase

    @property
    def url(self) -> str:
        """Where readers reach it."""
        return f"http://127.0.0.1:{self.front.port}"

    def stop_market(self, code: str) -> None:
        """Switch a market off, as the command does."""
        self.database.manage("shutoff", code, "--category", "data_quality", "--as", "admin")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The network to the readers says nothing, until the block ends, however it ends."""
        self.front.freeze()
        try:
            yield
        finally:
            self.front.thaw()


class Held:
    """Requests that wait until they are let go."""

    def __init__(self, window: BrowserContext, which: str | re.Pattern[str]) -> None:
        self._routes: list[Route] = []
        self._is_holding = True
        window.route(which, lambda route: self._take(route))  # noqa: PLW0108 (no builtins taken there)

    def _take(self, route: Route) -> None:
        if self._is_holding:
            self._routes.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Send them on, and hold no more."""
        self._is_holding = False
        for route in self._routes:
            route.continue_()
