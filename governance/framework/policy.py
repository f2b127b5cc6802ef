"""What the decision framework asks: a document of criteria with limits. Plain Python; YAML in, sentences out.

A criterion measures one thing and compares it with one limit, in a unit of its own. Limits are written as
text, so that no float enters a digest. All of them are named in each document: nothing is taken for granted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

import yaml

from otdr_hub.lib import digest, yaml_text
from otdr_hub.lib.words import gettext_noop

NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")


class PolicyError(ValueError):
    """The document cannot be used; the message names the place in it, and what to write there.

    `said` is the sentence with named places, as the catalogue has it, and `given` what stands in them: this
    module does without Django.
    """

    def __init__(self, said: str, **given: object) -> None:
        self.said, self.given = said, given
        super().__init__(self.told(str))

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence, translated."""
        return translate(self.said) % self.given


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


def _text(value: Any) -> str:
    """A value as it is said: Python does not write a whole number of thousands of digits."""
    try:
        return str(value)
    except ValueError:
        return "…"


def _limit(name: str, value: Any) -> Decimal:
    path, rule, text = f"criteria.{name}.limit", RULES[name], _text(value)
    if isinstance(value, (float, bool)):
        raise PolicyError(gettext_noop("%(path)s: write the limit as text in quotes, like '0.5'"), path=path)
    try:
        limit = Decimal(text)
    except InvalidOperation:
        raise PolicyError(
            gettext_noop("%(path)s: '%(value)s' is no number; write it like '0.5'"), path=path, value=text
        ) from None
    if not limit.is_finite() or not 0 <= limit <= rule.most:
        raise PolicyError(
            gettext_noop("%(path)s: %(value)s is out of range; write 0 to %(most)s"), path=path, value=text,
            most=rule.most,
        )  # fmt: skip
    if limit != limit.quantize(Decimal(1) if rule.whole else Decimal("0.01")):
        said = (
            gettext_noop("%(path)s: %(value)s has too many decimals; write a whole number")
            if rule.whole
            else gettext_noop("%(path)s: %(value)s has too many decimals; write at most two decimals")
        )
        raise PolicyError(said, path=path, value=text)
    # 0.5 and 0.50 are the same limit, and so the same digest.
    return limit.quantize(Decimal(1) if rule.whole else Decimal("0.01"))


def _entry(name: str, value: Any) -> Any:
    if not isinstance(value, dict) or set(value) != {"limit"}:
        said = gettext_noop("criteria.%(name)s: write a mapping with 'limit' and nothing else")
        raise PolicyError(said, name=name)
    return value["limit"]


def _document(text: str) -> dict[Any, Any]:
    try:
        document = yaml_text.load(text)
    except yaml_text.UnreadableError as error:
        raise PolicyError(gettext_noop("the document is not YAML: %(error)s"), error=error) from None
    if not isinstance(document, dict) or set(document) != {"name", "criteria"}:
        raise PolicyError(gettext_noop("the document must be a mapping of 'name' and 'criteria'"))
    return document


def parse(text: str) -> Policy:
    """The framework a YAML document says. Raises PolicyError with the path and what to write there."""
    document = _document(text)
    name, criteria, known = document["name"], document["criteria"], ", ".join(RULES)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PolicyError(gettext_noop("name: write small letters, digits and hyphens, like framework-1"))
    if not isinstance(criteria, dict):
        raise PolicyError(gettext_noop("criteria: write a mapping of %(known)s"), known=known)
    unknown = [_text(key) for key in criteria if key not in RULES]
    if unknown:
        said = gettext_noop("criteria.%(name)s: no such criterion; there are %(known)s")
        raise PolicyError(said, name=unknown[0], known=known)
    absent = [key for key in RULES if key not in criteria]
    if absent:
        said = gettext_noop("criteria.%(name)s: missing; each criterion needs a limit")
        raise PolicyError(said, name=absent[0])
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
