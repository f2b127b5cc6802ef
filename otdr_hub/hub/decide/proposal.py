"""The card that says what the framework proposes: criteria as rows, reasons, what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.framework.outcome import OUT
from governance.framework.policy import explain
from governance.framework.proposing import Proposal
from governance.framework.wording import Row
from governance.killswitch.selectors import dark
from otdr_hub.hub.decide.words import Mark, kind_words, way_to
from otdr_hub.hub.numbers import fingerprint
from otdr_hub.hub.sentences import join_names


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion as it is met: what was measured only for who may see figures that nobody certified."""

    title: str
    market: str
    mark: Mark
    measured: str
    limit: str
    sentence: str
    link: str


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """Everything on the card."""

    framework: str
    word: str
    means: str
    reasons: tuple[str, ...]
    rows: tuple[CriterionRow, ...]
    changes: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    fingerprint: str
    digest: str
    shows_figures: bool
    left_out: str


def proposal_card(proposal: Proposal, reader: User) -> ProposalCard:
    """The card as one person sees it: figures, and the words that move with them, for who may see those."""
    reads = bool(may(reader, "measures_read"))
    word, means = kind_words(proposal.kind)
    return ProposalCard(
        framework=proposal.policy.name, word=word, means=means,
        reasons=proposal.reasons if reads else (),
        rows=tuple(_row(row, reader) for row in proposal.rows) if reads else (),
        changes=tuple(change.sentence for change in proposal.changes) if reads else (),
        rules=explain(proposal.policy), fingerprint=fingerprint(proposal.digest), digest=proposal.digest,
        shows_figures=reads, left_out=_left_out(proposal),
    )  # fmt: skip


def _left_out(proposal: Proposal) -> str:
    """Which markets it leaves out, which is all that everybody is told of them."""
    names = {one.code: one.name for one in proposal.measures.markets}
    found = [names[code] for code in proposal.outcome.are(OUT)]
    return _("Left out: %(names)s.") % {"names": join_names(found)} if found else ""


def _row(row: Row, reader: User) -> CriterionRow:
    mark = (
        Mark("go", _("holds"), "mark-quiet") if row.holds else Mark("nogo", _("does not hold"), "mark-nogo")
    )
    # What is switched off is on no page, and so is no figure of it.
    is_dark = bool(row.market) and dark().since(row.market) is not None
    return CriterionRow(
        row.title, row.name, mark, "" if is_dark else row.measured, row.limit, row.sentence,
        way_to(row.link, reader),
    )  # fmt: skip
