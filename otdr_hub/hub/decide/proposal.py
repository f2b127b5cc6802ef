"""The card that says what the framework proposes: criteria as rows, reasons, what would change it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.framework.policy import explain
from governance.framework.proposing import Proposal
from governance.framework.wording import Row
from governance.killswitch.selectors import dark
from otdr_hub.hub.decide.words import Mark, kind_words, way_to
from otdr_hub.hub.numbers import fingerprint


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


def proposal_card(proposal: Proposal, reader: User) -> ProposalCard:
    """The card as one person sees it."""
    reads = bool(may(reader, "measures_read"))
    word, means = kind_words(proposal.kind)
    return ProposalCard(
        framework=proposal.policy.name, word=word, means=means, reasons=proposal.reasons,
        rows=tuple(_row(row, reader, reads=reads) for row in proposal.rows),
        changes=tuple(change.sentence for change in proposal.changes),
        rules=explain(proposal.policy), fingerprint=fingerprint(proposal.digest), digest=proposal.digest,
        shows_figures=reads,
    )  # fmt: skip


def _row(row: Row, reader: User, *, reads: bool) -> CriterionRow:
    mark = (
        Mark("go", _("holds"), "mark-quiet") if row.holds else Mark("nogo", _("does not hold"), "mark-nogo")
    )
    # What is switched off is on no page, and so is no figure of it.
    is_dark = bool(row.market) and dark().since(row.market) is not None
    return CriterionRow(
        row.title, row.name, mark, row.measured if reads and not is_dark else "", row.limit, row.sentence,
        way_to(row.link, reader),
    )  # fmt: skip
