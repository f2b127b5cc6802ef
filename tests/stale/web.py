"""Readers over HTTP: an executive's session on every surface, whole answers, whatever goes wrong meanwhile."""

from __future__ import annotations

import http.client
import io
import random
import re
import time
import zipfile
from pathlib import Path

from tests.stale.client import Client, Reply
from tests.stale.logs import REFUSAL, TOTAL, Line, Writer, one_total
from tests.stale.model import UNKNOWN
from tests.stale.shared import Shared, one_less
from tests.stale.surfaces import SURFACES, Surface
from tests.stale.world import World

EPOCH = re.compile(r'"epoch":\s*(\d+)|data-epoch="(\d+)"')
SLOW = 0.02


def text_of(reply: Reply) -> str:
    """What is written in an answer, be it a workbook or paper."""
    if reply.body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(reply.body)) as book:
            parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
        return re.sub(r"<[^>]+>", " | ", " | ".join(parts))
    if reply.body.startswith(b"%PDF"):
        from pypdf import PdfReader

        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(reply.body)).pages)
    return reply.text


def is_refused(status: int) -> bool:
    """Whether an answer is none. 501 is one: this installation makes no PDF, and says so."""
    return status >= 500 and status != 501


def line_of(reply: Reply, number: int, surface: Surface, market: str, world: World) -> Line:
    """An answer as it is written down. A refusal (5xx), or being led elsewhere, may say
    nothing of anybody."""
    text = text_of(reply)
    found = world.read(text)
    said = EPOCH.search(text)
    epoch = int(said.group(1) or said.group(2)) if said else UNKNOWN
    everybody = world.mask(world.visible) & world.proper
    must = {"all": everybody, "one": world.bit(market) & everybody, "any": 0}[surface.must]
    flags = TOTAL if surface.total else 0
    if is_refused(reply.status) or reply.status == 302:
        flags, epoch = REFUSAL, UNKNOWN
    total = one_total(found.totals)
    return Line(reply.asked, reply.done, epoch, found.seen, total, must, number, reply.status, flags)


def _path(surface: Surface, market: str, publication: int) -> str:
    return surface.path.format(market=market, publication=publication)


def read_web(*, port: int, world: World, out: Path, shared: Shared, seed: int, publication: int) -> None:
    """Read until told to stop; answers that are lost or refused (5xx) do not count as read."""
    chance, client = random.Random(seed), Client(port)  # noqa: S311 (nothing secret)
    writer = Writer(out)
    client.sign_in("exec")
    weights = [surface.weight for surface in SURFACES]
    unread = set(range(len(SURFACES)))
    while not shared.stop.is_set():
        # Each surface is read at least once, however seldom it comes; the rest as readers go.
        rare = unread and chance.random() < 0.8
        number = chance.choice(sorted(unread)) if rare else chance.choices(range(len(SURFACES)), weights)[0]
        surface, market = SURFACES[number], chance.choice(world.codes)
        slow = SLOW if chance.random() < 0.01 else 0
        try:
            reply = client.get(_path(surface, market, publication), slow)
            if reply.status == 302 and reply.location.startswith("/accounts/"):
                client.sign_in("exec")
                continue
        except (OSError, http.client.HTTPException, RuntimeError):
            one_less(shared.lost)
            time.sleep(0.05)
            continue
        writer.put(line_of(reply, number, surface, market, world))
        if not is_refused(reply.status):
            unread.discard(number)
            one_less(shared.http)
    writer.close()
