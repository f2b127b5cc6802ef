"""S10: no secret in the repository and none in the image."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from otdr_hub import cluster
from otdr_hub.cluster import secrets as kept
from tests.house.conftest import PROJECT

pytestmark = pytest.mark.faults
# What a key looks like: of a cloud, of a forge, of ours; a private one; a password in an address.
SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{32,}"
    r"|otdr_[a-z0-9]{8}_[A-Za-z0-9_-]{43}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[a-z_]+:(?!password@)[^@\s{}$<>'\"`]{8,}@"
)
# The tops of what a checkout holds besides the repository.
NOT_OURS = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
            ".import_linter_cache"}  # fmt: skip
# What the image is made of; a new COPY has to be listed.
COPIED = ["requirements.txt", "manage.py", "otdr_hub", "governance", "metrics", "templates"]


def walked(top: Path = PROJECT) -> Iterator[Path]:
    """Every file of the tree, where no git says which are the repository's."""
    for path in sorted(top.iterdir()):
        if path.name in NOT_OURS or path.is_symlink():
            continue
        yield from walked(path) if path.is_dir() else [path]


def told_by_git() -> Iterable[Path]:
    """What is in the repository or could be added to it."""
    if not (PROJECT / ".git").exists():
        return walked()
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := PROJECT / name).is_file()]


def with_secrets(paths: Iterable[Path]) -> list[str]:
    """Those that hold one, ours or of that look."""
    own = [value for value in vars(cluster.load_secrets()).values() if len(value) >= 16]
    assert own
    found = []
    for path in paths:
        text = path.read_text("utf-8", errors="replace")
        if SECRETS.search(text) or any(secret in text for secret in own):
            found.append(str(path.relative_to(PROJECT)))
    return found


@pytest.mark.parametrize("files", [told_by_git, walked])
def test_s10_no_secret_is_in_the_repository(files: Callable[[], Iterable[Path]]):
    paths = list(files())
    assert len(paths) > 500
    assert PROJECT / "manage.py" in paths
    assert kept.FILE not in paths
    assert with_secrets(paths) == []
    assert "/var/" in (PROJECT / ".gitignore").read_text().splitlines()


def test_s10_what_looks_like_a_secret_or_is_one_of_ours_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tests.house.test_secrets.PROJECT", tmp_path)
    for name, text in {
        "key.pem": "-----BEGIN PRIVATE KEY" + "-----", "cloud.py": "AKIA" + "A" * 16, "plain.py": "x = 1",
        "own.py": cluster.load_secrets().secret_key,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    assert with_secrets(walked(tmp_path)) == ["cloud.py", "key.pem", "own.py"]


def left_out() -> list[tuple[bool, re.Pattern[str]]]:
    """The lines of .dockerignore: whether it leaves out or brings back, and what; the last that fits counts."""
    rules = []
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        text = line.strip().removeprefix("!").strip("/")
        if not text or text.startswith("#"):
            continue
        parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
        wild = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        pattern = "".join(wild.get(part, re.escape(part)) for part in parts)
        rules.append((not line.startswith("!"), re.compile(rf"{pattern}(?:/.*)?")))
    return rules


def is_left_out(name: str) -> bool:
    """Whether a path of the checkout stays out of what the image is built from."""
    fitting = [leaves for leaves, pattern in left_out() if pattern.fullmatch(name)]
    return bool(fitting) and fitting[-1]


@pytest.mark.parametrize(
    "name",
    [
        str(kept.FILE.relative_to(PROJECT)), "var/secrets.lock", "var/postgres/data/pg_hba.conf", ".git/config",
        "var/checkpoints/checkpoints.jsonl", ".env", ".env.production", "otdr_hub/settings/.env", "governance/.env.local",
        "otdr_hub/secrets.json", "deploy/tls.key", "otdr_hub/signing.pem", ".venv/bin/python", "tests/builders.py",
    ],
)  # fmt: skip
def test_s10_where_secrets_live_stays_out_of_the_image(name: str):
    assert is_left_out(name)


def test_s10_no_secret_is_in_the_image():
    lines = [line.split() for line in (PROJECT / "Dockerfile").read_text().splitlines()]
    copied = [name for words in lines if words[:1] in (["COPY"], ["ADD"]) and "--from=build" not in words
              for name in words[1:-1]]  # fmt: skip
    assert sorted(copied) == sorted(COPIED), "whatever else is copied has to be looked at"
    paths = [path for name in copied for path in _below(PROJECT / name)]
    into = [path for path in paths if not is_left_out(str(path.relative_to(PROJECT)))]
    assert PROJECT / "otdr_hub/asgi.py" in into
    assert with_secrets(into) == []
    arguments = [words for words in lines if words[:1] in (["ARG"], ["ENV"])]
    named = [word for words in arguments for word in words if re.search("SECRET|PASSWORD|_KEY|TOKEN", word)]
    assert named == [], "what the image is built with stays readable in it"


def _below(path: Path) -> Iterable[Path]:
    return [path] if path.is_file() else walked(path)
