"""From a framework and measures to a proposal, without a clock, a database or an opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance.framework.changing import Change, changes_of
from governance.framework.measures import Measures
from governance.framework.outcome import Outcome, decide
from governance.framework.policy import Policy
from governance.framework.wording import Row, launch_rows, market_rows, reasons_of
from otdr_hub.lib import digest


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the framework proposes, and everything it rests on."""

    policy: Policy
    measures: Measures
    outcome: Outcome
    rows: tuple[Row, ...]
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def kind(self) -> str:
        """block, launch_partial, launch_with_disclosure or launch_full."""
        return self.outcome.kind

    @property
    def digest(self) -> str:
        """Names framework and outcome. Not the figures, nor which criterion they break: a fingerprint that
        moves with a hidden figure, on a page that everybody reads, would tell of it."""
        return digest.of({
            "policy": self.policy.digest, "kind": self.kind, "markets": dict(self.outcome.markets),
        })  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """What is kept of it in a decision: words and fingerprints."""
        return {
            "policy": self.policy.name, "policy_digest": self.policy.digest, "digest": self.digest,
            "measures": self.measures.digest, "kind": self.kind, "markets": dict(self.outcome.markets),
            "reasons": list(self.reasons),
            "rows": [row.kept() for row in self.rows],
            "changes": [change.sentence for change in self.changes],
        }  # fmt: skip


def propose(policy: Policy, measures: Measures) -> Proposal:
    """What the framework proposes for these measures."""
    outcome = decide(policy, measures)
    rows = (*market_rows(policy, measures), *launch_rows(policy, measures, outcome))
    reasons = reasons_of(policy, measures, outcome, rows)
    return Proposal(policy, measures, outcome, rows, reasons, changes_of(policy, measures, outcome))
