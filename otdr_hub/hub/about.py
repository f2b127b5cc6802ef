"""About this number: what it means, how sure it is, who signed it, and the way back to the files.

Two pages. The first is one step from the hub and about the headline; the second, one step further, is the
lineage of one market that is shown. Neither has a number the hub does not have, except how many rows the
files of a shown market hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from governance.publication.models import PublicationLine
from governance.scope.models import WHOLE
from governance.signoffs.models import Signature
from governance.versions.models import MetricVersion
from governance.versions.selectors import meaning
from metrics.audit.lineage import Lineage, SentFile, lineage
from otdr_hub.hub.charts import interval_text
from otdr_hub.hub.guarded import departments
from otdr_hub.hub.market import Standing, standing_of
from otdr_hub.hub.numbers import NBSP, count, day, fingerprint, moment, percent_of, share_text, week_title
from otdr_hub.hub.parts import publication_text
from otdr_hub.hub.reading import MarketReading, Publication, Reading
from otdr_hub.hub.record import Record
from otdr_hub.hub.sentences import finality_words


@dataclass(frozen=True, slots=True)
class Item:
    """A name and what is said; `kind` is text, code, time or said; `href` leads to more."""

    label: str
    text: str
    kind: str = "text"
    machine: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature that stands: department, person, day."""

    department: str
    person: str
    day: str
    machine: str


@dataclass(frozen=True, slots=True)
class MarketSigned:
    """A market of the number: who signed it, under which fingerprint, with data as of when."""

    code: str
    name: str
    signers: tuple[Signer, ...]
    print: str
    as_of: str
    machine: str
    noted: bool


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Everything about the headline."""

    standing: Standing
    week: str
    items: tuple[Item, ...]
    record: tuple[Item, ...]
    markets: tuple[MarketSigned, ...]


@dataclass(frozen=True, slots=True)
class LineagePage:
    """One market's way back: steps from the number to the files, and the files."""

    code: str
    name: str
    standing: Standing
    week: str
    steps: tuple[Item, ...]
    signers: tuple[Signer, ...]
    days: tuple[tuple[str, str, str], ...]
    files: tuple[FileRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as a table row; `sent` says why where its whole count is not told."""

    batch: int
    name: str
    kind: str
    taken: str
    machine: str
    rows: str
    sent: str
    set_aside: str
    digest: str
    href: str


def about_page(reading: Reading, record: Record, reader: User) -> AboutPage | None:
    """The page about the headline; None while there is no number."""
    standing, publication = standing_of(reading), reading.publication
    if standing is None or publication is None:
        return None
    week = reading.rollup[-1]
    words, target = finality_words(week.finality), record.target(week.monday)
    version = MetricVersion.objects.get(pk=publication.version_digest)
    items = [
        Item(_("What it means"), meaning(version), "said"),
        Item(_("95 % interval"), f"{interval_text(week)}{NBSP}%"),
        Item(_("Target"), f"{percent_of(target)}{NBSP}%" if target else _("None was fixed for this week")),
        Item(_("State"), f"{words.short}: {words.sentence}"),
        Item(_("Completeness"), _complete(week.counts.due, week.counts.unknown)),
        Item(_("On time of due"), f"{count(week.counts.on_time)} / {count(week.counts.due)}"),
    ]
    return AboutPage(
        standing=standing,
        week=week_title(week.monday),
        items=tuple(items),
        record=tuple(_on_record(publication, reader)),
        markets=_markets(reading, publication),
    )


def _complete(due: int, unknown: int) -> str:
    return _("%(share)s of shipments due are accounted for") % {"share": share_text(due - unknown, due)}


def _on_record(publication: Publication, reader: User) -> Iterable[Item]:
    """What can be verified: definition, publication, fingerprints, the ledger's entry."""
    address = reverse("versions:version", args=[publication.version_name])
    yield Item(_("Metric version"), publication.version_name, "text", href=address)
    yield Item(_("Its fingerprint"), publication.version_digest, "code")
    yield Item(_("Publication"), publication_text(publication), "code")
    yield Item(_("Its fingerprint"), publication.digest, "code")
    published = publication.published_at
    yield Item(_("Published"), moment(published), "time", published.isoformat())
    yield Item(_("Data as of"), moment(publication.as_of), "time", publication.as_of.isoformat())
    entry = _entry(f"P-{publication.number}")
    if entry is not None:
        opens = may(reader, "entry_read")
        href = reverse("ledger:entry", args=[entry.seq]) if opens else ""
        yield Item(_("Ledger entry"), f"{entry.seq} · {fingerprint(entry.hash)}", "code", href=href)


def _entry(name: str) -> Entry | None:
    """The act that made the publication: by hand, by new weeks as signed, or by showing an earlier one again
    (which is told of the earlier one, and names the new one)."""
    made = Q(action__in=[Action.PUBLICATION_PUBLISHED, Action.PUBLICATION_CONTINUED], subject=name)
    again = Q(action=Action.PUBLICATION_ROLLED_BACK, payload__contains=f'"publication":"{name}"')
    return Entry.objects.filter(made | again).first()


def _lines(publication: Publication, codes: Iterable[str]) -> dict[str, PublicationLine]:
    """Market -> its line of the publication, of markets that are shown."""
    found = PublicationLine.objects.filter(
        publication=publication.number, breakout=WHOLE, value=WHOLE, market__in=list(codes)
    )
    return {line.market_id: line for line in found}


def signers_of(digests: Iterable[str]) -> dict[str, tuple[Signer, ...]]:
    """Decision digest -> the approvals over it that were not taken back, by department."""
    answers = Signature.objects.filter(
        digest__in=list(digests), verdict__in=["approve", "except"], withdrawal=None
    ).select_related("person")
    names = departments()
    found: dict[str, list[Signer]] = defaultdict(list)
    for one in answers.order_by("role", "pk"):
        person = one.person.get_full_name() or one.person.username
        at = one.signed_at
        found[one.digest].append(Signer(names.get(one.role, one.role), person, day(at), at.isoformat()))
    return {digest: tuple(signers) for digest, signers in found.items()}


def _markets(reading: Reading, publication: Publication) -> tuple[MarketSigned, ...]:
    lines = _lines(publication, [market.code for market in reading.markets])
    signers = signers_of(line.decision for line in lines.values())
    return tuple(
        _signed(market, lines[market.code], signers, publication)
        for market in sorted(reading.markets, key=lambda market: market.name)
        if market.code in lines
    )


def _signed(
    market: MarketReading,
    line: PublicationLine,
    signers: dict[str, tuple[Signer, ...]],
    publication: Publication,
) -> MarketSigned:
    at = market.as_of or publication.as_of
    return MarketSigned(
        market.code, market.name, signers.get(line.decision, ()), fingerprint(line.decision), moment(at),
        at.isoformat(), market.state == "known_issue",
    )  # fmt: skip


def lineage_page(reading: Reading, code: str, reader: User) -> LineagePage | None:
    """The lineage of a market that is shown; None for any other."""
    market = next((one for one in reading.markets if one.code == code and one.weeks), None)
    standing, publication = standing_of(reading), reading.publication
    if market is None or standing is None or publication is None:
        return None
    line = _lines(publication, [code]).get(code)
    if line is None:
        return None
    monday = market.weeks[-1].monday
    found = lineage(
        market=code, vintage=line.vintage, monday=monday, as_of=market.as_of or publication.as_of,
        shown=[one.code for one in reading.markets], actor=reader,
    )  # fmt: skip
    opens = bool(may(reader, "operator_read"))
    return LineagePage(
        code=market.code,
        name=market.name,
        standing=standing,
        week=week_title(monday),
        steps=tuple(_steps(publication, line, found)),
        signers=signers_of([line.decision]).get(line.decision, ()),
        days=tuple((day(at), at.isoformat(), digest) for at, digest in found.days) if found else (),
        files=tuple(_file(one, opens) for one in found.files) if found else (),
        note="" if found else _("No run of this data is on record here; ask Data Engineering."),
    )


def _steps(publication: Publication, line: PublicationLine, found: Lineage | None) -> Iterable[Item]:
    """From what is published to what was read, each by its fingerprint."""
    yield Item(_("Publication"), publication_text(publication), "code")
    yield Item(_("Decision signed"), line.decision, "code")
    yield Item(_("Data"), line.vintage, "code")
    if found is None:
        return
    yield Item(_("Recompute"), found.run, "code")
    yield Item(_("Known until"), moment(found.as_of), "time", found.as_of.isoformat())
    yield Item(_("Definition"), publication.version_digest, "code")
    yield Item(_("Engine’s code"), found.engine, "code")
    yield Item(_("Files read"), found.pin, "code")
    text = _("%(days)d days counted, one fingerprint each") % {"days": found.slices}
    yield Item(_("Days"), text)


def _file(one: SentFile, opens: bool) -> FileRow:
    return FileRow(
        batch=one.batch,
        name=one.name,
        kind=one.kind,
        taken=moment(one.taken_at),
        machine=one.taken_at.isoformat(),
        rows=count(one.rows),
        sent="" if one.sent is None else count(one.sent),
        set_aside="" if one.set_aside is None else count(one.set_aside),
        digest=one.digest,
        href=reverse("batches:batch", args=[one.batch]) if opens else "",
    )
