"""Check an exported ledger with nothing but Python: `python offline.py EXPORT.jsonl --key HEX`.

Standard library only, so that an auditor can read it whole and run it anywhere (`manage.py ledger verifier
FILE.py` writes it as one file). It walks the hash chain, compares it with the signed checkpoints, replays the
state from the entries alone, and asks of every signature, approval and publication whether the entries before
it allow it, as the product's own `verify_ledger` does. Exit code 0: all holds. 3: something does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

try:
    from governance.ledger.ed25519 import verify_signature
    from governance.ledger.signed import PUT_BACK, key_id, put_back, signed_text
except ImportError:  # run as a script: the files beside this one
    from ed25519 import verify_signature  # type: ignore[no-redef, import-not-found]  # there only then
    from signed import PUT_BACK, key_id, put_back, signed_text  # type: ignore[no-redef, import-not-found]  # too

GENESIS: Final = "0" * 64
COLUMNS: Final = (
    "seq", "recorded_at", "claimed_at", "actor", "action", "subject", "payload", "prev_hash", "hash",
)  # fmt: skip
Row = tuple[int, str, str | None, str, str, str, str, str, str]
State = dict[str, dict[str, Any]]
Verify = Callable[[bytes, bytes, bytes], bool]
# The one account no entry created: the migration did.
BASE: Final[State] = {
    "accounts": {"system": {"active": True, "demo": False, "system": True, "powers": False}},
    "roles": {"system": []},
}
LIFE: Final = ("", "draft", "in_review", "approved", "effective", "retired")  # of a metric version


@dataclass(frozen=True, slots=True)
class Finding:
    """The first entry that does not hold, and why."""

    seq: int
    problem: str


def entry_hash(row: Row) -> str:
    """SHA-256 over length-prefixed fields, so that no separator can be forged inside a field."""
    values = (str(row[0]), row[1], row[2] or "", *row[3:8])
    parts = [f"{len(item) if item.isascii() else len(item.encode())}:{item}" for item in values]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


@dataclass(slots=True)
class Walk:
    """The chain so far: hashes in order, and the first entry that does not hold."""

    hashes: list[str] = field(default_factory=list)
    finding: Finding | None = None

    def follow(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield each entry that holds; stop at the first that does not."""
        previous = GENESIS
        for row in rows:
            if problem := _link(row, len(self.hashes) + 1, previous):
                self.finding = Finding(len(self.hashes) + 1, problem)
                return
            previous = row[8]
            self.hashes.append(previous)
            yield row


def _link(row: Row, expected: int, previous: str) -> str:
    if row[0] != expected:
        return "the entry is missing"
    if row[7] != previous:
        return "it does not follow the entry before it"
    return "" if entry_hash(row) == row[8] else "its content does not match its hash"


def check_checkpoints(
    checkpoints: Sequence[Mapping[str, Any]], hashes: Sequence[str], public_key: bytes, verify: Verify,
    *, every: bool = False,
) -> Finding | None:  # fmt: skip
    """The first entry on which chain and checkpoints disagree. The last signature vouches for the entries
    before it through their hashes; disagreeing ones tell which side was changed. `every` checks them all."""
    for number, item in enumerate(checkpoints, start=1):
        if item.get("seq") != number:
            return Finding(number, "its checkpoint is missing")
        if item.get("key") != key_id(public_key):
            return Finding(number, "its checkpoint was signed with another key")
        agrees = number <= len(hashes) and item.get("hash") == hashes[number - 1]
        if agrees and not every and number < len(checkpoints):
            continue
        if not verify(public_key, signed_text(item), bytes.fromhex(str(item.get("signature", "")))):
            return Finding(number, "the signature of its checkpoint does not match")
        if not agrees:
            why = "it was removed" if number > len(hashes) else "it is not the entry that was signed"
            return Finding(number, why)
    return None


@dataclass(slots=True)
class Replay:
    """The state as the entries tell it, and the first entry the ones before it do not allow."""

    state: State = field(default_factory=lambda: {kind: dict(facts) for kind, facts in BASE.items()})
    finding: Finding | None = None
    authors: dict[str, set[str]] = field(default_factory=dict)

    def fold(self, row: Row) -> None:
        """Take over the facts of one entry, by kind and key; null takes a fact away."""
        if '"facts":' not in row[6]:
            return
        try:
            problem = self._take(json.loads(row[6]).get("facts", {}), row[3])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"its facts cannot be understood ({type(error).__name__}: {error})"
        if problem and self.finding is None:
            self.finding = Finding(row[0], problem)

    def _take(self, facts: State, actor: str) -> str:
        states = {key: item["state"] for key, item in self.state.get("versions", {}).items()}
        for kind, items in facts.items():
            known = self.state.setdefault(kind, {})
            for key, value in items.items():
                if value is None:
                    known.pop(key, None)
                    continue
                known[key] = {**known.get(key, {}), **value} if isinstance(value, dict) else value
                if kind in ("requests", "decisions", "majeure", "versions", "changes", "asks"):
                    for digest in value.get("lines", [value.get("digest", key)]):
                        self.authors.setdefault(digest, set()).update({value["by"], *value.get("off_by", ())})
        return self._not_allowed(facts, actor, states)

    def _not_allowed(self, facts: State, actor: str, states: Mapping[str, str]) -> str:
        """Why these facts cannot be, given the entries before; empty when they can."""
        for digest, given in facts.get("signatures", {}).items():
            for item in given.values():
                person, role = item["person"], item["role"]
                holds = role in self.state["roles"].get(person, ()) or _stands_in(self.state, item)
                if person != actor or not (holds or item["withdrawn"]):
                    return f"{person} signed without holding the role {item['role']}, or by another's hand"
                if person in self.authors.get(digest, ()):
                    return f"{person} signed what was their own"
        for digest, item in facts.get("versions", {}).items():
            old, new = states.get(digest, ""), item["state"]
            moves = LIFE.index(new) == LIFE.index(old) + 1 or (old, new) == ("in_review", "draft")
            if not moves or (new in LIFE[3:5] and not stands(self.state, "version", digest)):
                return f"the version {digest[:8]} went from '{old}' to '{new}' and may not"
        known = self.state.get("versions", {}).values()
        if facts.get("versions") and sum(item["state"] == "effective" for item in known) > 1:
            return "a version took effect while another one was, and that one did not retire"
        return self._unsigned(facts)

    def _unsigned(self, facts: State) -> str:
        """What was switched on or published without its signatures; empty when nothing was."""
        for name, item in facts.get("shutoffs", {}).items():
            if item and "lifted" in item and not stands(self.state, "shutoff_lift", item["lifted"][0]):
                return f"{name} was switched on again without its signatures"
        for item in facts.get("publications", {}).values():
            for scope_key, (_, decision, *_) in item["lines"].items():
                if decision and not stands(self.state, "scope", decision):
                    return f"{scope_key} was published as decided without its signatures"
        for name, item in facts.get("rollbacks", {}).items():
            now, then = (self.state.get("publications", {}).get(one) for one in (name, item["restores"]))
            if not now or not then or now["digest"] != then["digest"]:
                return f"{name} was called a rollback and is not what {item['restores']} was"
        return ""


def _stands_in(state: State, item: Mapping[str, Any]) -> bool:
    """Whether an answer was given for somebody who holds the role, on a request that was passed on."""
    told = state.get("deputies", {}).get(f"#{item.get('deputyship')}")
    asked = state.get("requests", {}).get(str(item.get("request")), {})
    return (
        told is not None and told["ended"] is None and told["deputy"] == item["person"]
        and told["role"] == item["role"] and item["role"] in state["roles"].get(told["person"], ())
        and told["since"] <= item["at"][:10] <= told["until"] and item["role"] in asked.get("escalated", {})
    )  # fmt: skip


def stands(state: State, act: str, digest: str) -> bool:
    """Whether all required signatures stand over a digest; no requirement means no."""
    wanted = _wanted(state, act, digest)
    given = [item for item in state.get("signatures", {}).get(digest, {}).values() if not item["withdrawn"]]
    if not wanted or any(item["verdict"] in ("reject", "ask") for item in given):
        return False
    roles = [item["role"] for item in given]
    return all(roles.count(role) >= count for role, count in wanted.items())


def _wanted(state: State, act: str, digest: str) -> dict[str, int]:
    """Role -> signatures a digest needs; a change of requirements needs those of today and its own."""
    if act == "requirement":
        change = state.get("changes", {}).get(digest)
        if change is None:
            return {}
        today = _in_force(state, change["act"], change["scope"])
        return today | {change["role"]: max(change["count"], today.get(change["role"], 0))}
    made = {int(key.rpartition("#")[2]): one for key, one in state.get("decisions", {}).items()}
    mine = {one["scope_key"]: at for at, one in sorted(made.items(), reverse=True) if one["digest"] == digest}
    if any(at > mine.get(one["scope_key"], at) and one["state"] == "excluded" for at, one in made.items()):
        return {}  # excluded after it was decided so: it is assessed anew, whatever was signed before
    scope = (*mine, state.get("asks", {}).get(digest, {"shutoff": "*"})["shutoff"])[0].split("/")[0]
    return _in_force(state, act, "*" if scope == "global" else scope)


def _in_force(state: State, act: str, scope: str) -> dict[str, int]:
    """The newest requirement of each role, everywhere or here the larger one; a certification's floor."""
    told = sorted(state.get("requirements", {}).items(), key=lambda pair: int(pair[0].split("#")[1]))
    here = [item for _, item in told if item["act"] == act and item["scope"] in ("*", scope)]
    newest = {(item["scope"], item["role"]): item["count"] for item in here}
    if act == "shutoff_lift" and not newest:  # never asked of the departments there: as for a certification
        return _in_force(state, "scope", scope)
    newest |= {("floor", one): 1 for one in ("finance", "legal", "logistics") if act == "scope" and newest}
    return {role: max(n for (_, other), n in newest.items() if other == role) for _, role in newest}


def summary(state: State) -> list[str]:
    """The state in lines for people: publications, markets, versions."""
    off = {key.split(" #")[0] for key, item in state.get("shutoffs", {}).items() if "lifted" not in item}
    newest = {item["scope_key"]: item for item in state.get("decisions", {}).values()}
    lines = [f"{name} published by {item['by']}" for name, item in state.get("publications", {}).items()]
    for code in sorted(state.get("markets", {})):
        decision = newest.get(f"{code}/-/-")
        signed = "signed" if decision and stands(state, "scope", decision["digest"]) else "not signed"
        words = [decision["state"], signed] if decision else ["not decided yet"]
        words += ["switched off"] * bool(off & {f"{code}/-/-", "global/-/-"})
        lines.append(f"market {code}: {', '.join(words)}")
    return lines + [f"version {item['name']}: {item['state']}" for item in state.get("versions", {}).values()]


Checked = tuple[Finding | None, Replay, int]


def check_export(lines: Iterable[str], key: bytes | None, *, every: bool = False) -> Checked:
    """Check an export: (first finding, replayed state, entries read). `key` None trusts the export's own."""
    items = (json.loads(line) for line in lines)
    walk, replay, checkpoints, head = Walk(), Replay(), list[dict[str, Any]](), dict(next(items, {}))
    public_key = key or bytes.fromhex(head["public_key"])

    def rows() -> Iterator[Row]:
        for item in items:
            if item["kind"] == "checkpoint":
                checkpoints.append({name: value for name, value in item.items() if name != "kind"})
            else:
                yield tuple(item[name] for name in COLUMNS)

    for row in walk.follow(rows()):
        replay.fold(row)
    entries, signed = len(walk.hashes), (checkpoints, walk.hashes, public_key)
    finding = walk.finding or check_checkpoints(*signed, verify_signature, every=every)
    if finding is None and entries != head["entries"]:
        finding = Finding(entries + 1, f"it is missing; the export says it holds {head['entries']}")
    if finding is None and len(checkpoints) < entries:
        finding = Finding(len(checkpoints) + 1, "it has no checkpoint")
    finding = finding or replay.finding
    if finding is None and (back := put_back(checkpoints)):
        finding = Finding(back, PUT_BACK)
    return finding, replay, entries


def main(arguments: Sequence[str]) -> int:
    """Check a file and say what was found."""
    parser = argparse.ArgumentParser(description="Check an exported ledger.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", type=bytes.fromhex, help="the public key you keep, in hexadecimal")
    parser.add_argument("--every", action="store_true", help="check every checkpoint's signature (slow)")
    parser.add_argument("--state", action="store_true", help="print the replayed state as JSON")
    options = parser.parse_args(arguments)
    try:
        with options.export.open(encoding="utf-8") as lines:
            finding, replay, entries = check_export(lines, options.key, every=options.every)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"{options.export} is not an exported ledger ({type(error).__name__}: {error}).\n")
        return 1
    told = [json.dumps(replay.state, sort_keys=True)] if options.state else summary(replay.state)
    sys.stdout.write("\n".join([*told, ""]))
    if finding:
        sys.stderr.write(f"Entry {finding.seq} does not hold: {finding.problem}.\n")
        return 3
    trusted = "" if options.key else " The key is the export's own: compare it with the one you keep (--key)."
    sys.stderr.write(f"All {entries} entries hold.{trusted}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
