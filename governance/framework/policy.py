"""What the decision framework asks: a document of criteria with limits. Plain Python; YAML in, sentences out.

A criterion measures one thing and compares it with one limit, in a unit of its own. Limits are written as
text, so that no float enters a digest. All of them are named in each document: nothing is taken for granted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

import yaml

from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError

NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")


class PolicyError(InvalidInputError):
    """The document cannot be used; the message names the place in it, and what to write there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of criterion: its title, its unit, the sentence of its limit, and what a limit may be."""

    title: str
    unit: str
    says: str
    most: Decimal
    whole: bool = False


# The order is that of the page: about a market first, about the launch as a whole after that.
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "doubt": Rule(
            "Verdict and probability", "%",
            "A market is shown as it is only while its number is a data defect with a probability of at most"
            " {limit} %.", Decimal(50),
        ),
        "bias": Rule(
            "Bias bound", "points",
            "A disclosure can carry a market whose number is off by less than {limit} points on any reading;"
            " a larger bound cannot be put into a sentence.", Decimal(10),
        ),
        "two_sided": Rule(
            "Two-sided rule", "times the rule",
            "A market may stand at most {limit} times as far from its median, up or down, as the two-sided"
            " rule allows that was fixed before the week was computed.", Decimal(10),
        ),
        "maturity": Rule(
            "Maturity", "%",
            "At least {limit} % of the shipments due in a market are past their horizon and reported on.",
            Decimal(100),
        ),
        "signatures": Rule(
            "Signatures missing", "signatures",
            "A market is shown with at most {limit} signatures missing.", Decimal(0), whole=True,
        ),
        "cases": Rule(
            "Open cases", "cases",
            "A market is shown as it is with at most {limit} open cases about it.", Decimal(10), whole=True,
        ),
        "irreversible": Rule(
            "Reversibility", "uses",
            "A disclosure can carry a market whose doubtful figures were exported or locked at most {limit}"
            " times: what has left the house is not taken back.", Decimal(1000), whole=True,
        ),
        "excluded": Rule(
            "Share of volume excluded", "%",
            "At most {limit} % of the shipments due in the markets of the launch may be left out.",
            Decimal(100),
        ),
        "coverage": Rule(
            "Coverage of the global figure", "%",
            "A global figure covers at least {limit} % of all shipments due.", Decimal(100),
        ),
        "time": Rule(
            "Time to launch", "business days",
            "A disclosure takes at least {limit} business days to the review, so that everybody can read it.",
            Decimal(60), whole=True,
        ),
    }
)  # fmt: skip
# Above its limit it does not hold; the others must not fall below theirs.
AT_LEAST: Final = frozenset({"maturity", "coverage", "time"})
OF_A_MARKET: Final = ("doubt", "bias", "two_sided", "maturity", "signatures", "cases", "irreversible")


@dataclass(frozen=True, slots=True)
class Policy:
    """A framework: its name and a limit for each criterion, in the criterion's unit."""

    name: str
    limits: tuple[tuple[str, Decimal], ...]

    def limit(self, criterion: str) -> Decimal:
        """The limit of a criterion."""
        return dict(self.limits)[criterion]

    def content(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"name": self.name, "criteria": {name: str(limit) for name, limit in self.limits}}

    @property
    def digest(self) -> str:
        """The content address of the framework."""
        return digest.of(self.content())


def _limit(name: str, value: Any) -> Decimal:
    path, rule = f"criteria.{name}.limit", RULES[name]
    if isinstance(value, (float, bool)):
        raise PolicyError(f"{path}: write the limit as text in quotes, like '0.5'")
    try:
        limit = Decimal(str(value))
    except InvalidOperation:
        raise PolicyError(f"{path}: '{value}' is no number; write it like '0.5'") from None
    if not limit.is_finite() or not 0 <= limit <= rule.most:
        raise PolicyError(f"{path}: {value} is out of range; write 0 to {rule.most} {rule.unit}")
    step = Decimal(1) if rule.whole else Decimal("0.01")
    if limit != limit.quantize(step):
        kind = "a whole number" if rule.whole else "at most two decimals"
        raise PolicyError(f"{path}: {value} has too many decimals; write {kind}")
    # 0.5 and 0.50 are the same limit, and so the same digest.
    return limit.quantize(step)


def _entry(name: str, value: Any) -> Any:
    if not isinstance(value, dict) or set(value) != {"limit"}:
        raise PolicyError(f"criteria.{name}: write a mapping with 'limit' and nothing else")
    return value["limit"]


def parse(text: str) -> Policy:
    """The framework a YAML document says. Raises PolicyError with the path and what to write there."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError(f"the document is not YAML: {error}") from None
    if not isinstance(document, dict) or set(document) != {"name", "criteria"}:
        raise PolicyError("the document must be a mapping of 'name' and 'criteria'")
    name, criteria = document["name"], document["criteria"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PolicyError("name: write small letters, digits and hyphens, like framework-1")
    if not isinstance(criteria, dict):
        raise PolicyError(f"criteria: write a mapping of {', '.join(RULES)}")
    unknown = [str(key) for key in criteria if key not in RULES]
    if unknown:
        raise PolicyError(f"criteria.{unknown[0]}: no such criterion; there are {', '.join(RULES)}")
    absent = [key for key in RULES if key not in criteria]
    if absent:
        raise PolicyError(f"criteria.{absent[0]}: missing; each criterion needs a limit")
    return Policy(name, tuple((key, _limit(key, _entry(key, criteria[key]))) for key in RULES))


def of_content(content: Mapping[str, Any]) -> Policy:
    """A framework from its stored content."""
    found = content["criteria"]
    return Policy(content["name"], tuple((key, Decimal(found[key])) for key in RULES if key in found))


def dump(policy: Policy) -> str:
    """The framework as YAML; `parse(dump(p)) == p`."""
    criteria = {name: {"limit": str(limit)} for name, limit in policy.limits}
    return yaml.safe_dump({"name": policy.name, "criteria": criteria}, sort_keys=False)


def plain(number: Decimal) -> str:
    """A number without noughts that say nothing: 0.50 as 0.5, 25.00 as 25."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def explain(policy: Policy) -> tuple[tuple[str, str], ...]:
    """(title, sentence) of each criterion, in the order of the page."""
    return tuple(
        (RULES[name].title, RULES[name].says.format(limit=plain(limit))) for name, limit in policy.limits
    )


def diff(old: Policy, new: Policy) -> tuple[str, ...]:
    """What changes from one framework to another, a sentence each."""
    before = dict(old.limits)
    return tuple(
        f"{RULES[name].title}: {plain(before[name])} becomes {plain(limit)} {RULES[name].unit}."
        for name, limit in new.limits
        if name in before and before[name] != limit
    )
