"""The offline verifier: one file, standard library only, and the same answers as the product."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ledger import keys, offline
from governance.ledger.ed25519 import verify_signature
from governance.ledger.export import write_verifier

# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"),
    ),
]  # fmt: skip
SCRIPT = Path(offline.__file__)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def script(tmp_path_factory) -> Path:
    """The verifier as an auditor gets it: one file."""
    file = tmp_path_factory.mktemp("verifier") / "offline.py"
    write_verifier(file)
    return file


@pytest.fixture
def run(script) -> Run:
    return partial(run_script, script)


def run_script(script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Isolated, without any installed package, and far from our own."""
    command = [sys.executable, "-I", "-S", str(script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd="/")


def test_it_needs_nothing_but_the_standard_library(script):
    tree = ast.parse(script.read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in named} <= sys.stdlib_module_names


def test_it_runs_where_it_stands_too(export):
    command = [sys.executable, "-S", str(SCRIPT), str(export)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd="/")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(secret, public, message, signature):
    key, text, mark = (bytes.fromhex(value) for value in (public, message, signature))
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(text) == mark
    for verify in (verify_signature, keys.verify):
        assert verify(key, text, mark)
        assert not verify(key, text + b"x", mark)
        assert not verify(key, text, mark[:-1])
        assert not verify(key[:-1], text, mark)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_both_implementations_agree(secret, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify_signature(public, message, signature)
    turned = (int.from_bytes(signature, "little") ^ (1 << bit)).to_bytes(64, "little")
    assert verify_signature(public, message, turned) == keys.verify(public, message, turned) is False


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_what_is_no_key_or_no_signature_raises_nothing(public, signature):
    assert verify_signature(public, b"text", signature) == keys.verify(public, b"text", signature)


@pytest.fixture(scope="session")
def export(loaded_template, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("export") / "export.jsonl"
    loaded_template.manage("ledger", "export", str(file), "--as", "auditor")
    return file


def test_an_export_is_checked_and_its_state_told(run, export, loaded_template):
    key = loaded_template.manage("ledger", "key").stdout.strip()
    done = run(export, "--key", key, "--every")
    assert (done.returncode, done.stderr[:4]) == (0, "All ")
    told = done.stdout.splitlines()
    assert "P-1 published by dpm" in told
    assert "market US: certified, signed" in told
    assert "market BR: not decided yet" in told
    assert "version otdr-1: effective" in told
    assert "compare it with the one you keep" not in done.stderr
    assert "compare it with the one you keep" in run(export).stderr
    state = json.loads(run(export, "--state").stdout)
    assert state["roles"]["legal-2"] == ["legal"]


def test_what_was_switched_off_is_told(run, demo, tmp_path):
    demo.manage("shutoff", "US", "-c", "other", "--as", "admin")
    demo.manage("ledger", "export", str(tmp_path / "e.jsonl"))
    assert "market US: certified, signed, switched off" in run(tmp_path / "e.jsonl").stdout


def _change(position: int, **fields: object) -> Callable[[list[dict]], None]:
    def change(items: list[dict]) -> None:
        items[position] |= fields

    return change


def _take_out(position: int) -> Callable[[list[dict]], None]:
    return lambda items: items.pop(position)


def _without_checkpoints(items: list[dict]) -> None:
    items[:] = [item for item in items if item["kind"] != "checkpoint"]


def _shorter(items: list[dict]) -> None:
    """The last entry and its checkpoint left out, and the heading made to agree."""
    items.pop()
    items.pop(items[0]["entries"])
    items[0]["entries"] -= 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_change(4, actor="mallory"), "Entry 4 does not hold: its content does not match its hash"),
        (_take_out(4), "Entry 4 does not hold: the entry is missing"),
        (_change(-1, hash="0" * 64), "the signature of its checkpoint does not match"),
        (_take_out(-3), "its checkpoint is missing"),
        (_without_checkpoints, "Entry 1 does not hold: it has no checkpoint"),
        (_change(0, entries=99999), "it is missing; the export says it holds 99999"),
    ],
)  # fmt: skip
def test_a_changed_export_is_found(run, export, tmp_path, change, said):
    items = [json.loads(line) for line in export.read_text().splitlines()]
    change(items)
    file = tmp_path / "changed.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    done = run(file)
    assert done.returncode == 3
    assert said in done.stderr


def test_a_shorter_export_is_a_true_one_of_an_earlier_day(run, export, tmp_path):
    """Which is why the newest checkpoint is worth keeping elsewhere: `verify_ledger --checkpoint`."""
    items = [json.loads(line) for line in export.read_text().splitlines()]
    _shorter(items)
    file = tmp_path / "shorter.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    assert run(file).returncode == 0


def test_another_key_is_not_believed(run, export):
    done = run(export, "--key", "00" * 32)
    assert done.returncode == 3
    assert "signed with another key" in done.stderr


@pytest.mark.parametrize("text", ["", "not json\n", "[]\n", "{}\n", '{"public_key": "xyz"}\n'])
def test_what_is_no_export_is_said(run, tmp_path, text):
    file = tmp_path / "file"
    file.write_text(text)
    done = run(file)
    assert done.returncode == 1
    assert "is not an exported ledger" in done.stderr
    assert run(tmp_path / "absent").returncode == 1


def test_an_export_is_not_written_over_a_file_nor_by_anybody(loaded_template, tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_text("mine")
    done = loaded_template.manage("ledger", "export", str(file), check=False)
    assert (done.returncode, file.read_text()) == (1, "mine")
    assert "is there already" in done.stderr
    done = loaded_template.manage("ledger", "export", str(tmp_path / "x"), "--as", "exec", check=False)
    assert done.returncode == 1
    assert "takes the role" in done.stderr
