"""The ledger against a superuser: what cannot be refused is found and named (L10 to L15)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from governance.ledger import checkpoints
from governance.ledger.signed import PUT_BACK
from tests.conftest import PROJECT
from tests.governance.tampering import cut, entries, rewrite, unguarded

pytestmark = pytest.mark.faults


def found(database, *arguments: str) -> dict:
    """What `verify_ledger` answers; it must have found something."""
    done = database.manage("verify_ledger", "--json", *arguments, check=False)
    assert done.returncode == 3, done.stdout + done.stderr
    return json.loads(done.stdout)


def kept(database) -> list[dict]:
    """The checkpoints as they are in their file."""
    return checkpoints.read(database.checkpoints / checkpoints.FILE)


def verified_with_key(database, secret: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "verify_ledger"], cwd=PROJECT, capture_output=True, text=True,
        env=database.environment | {"OTDR_CHECKPOINT_KEY": secret}, check=False, timeout=120,
    )  # fmt: skip


def test_an_untouched_ledger_holds(demo):
    answer = json.loads(demo.manage("verify_ledger", "--json", "--every").stdout)
    assert answer["first_bad"] is None
    assert answer["entries"] == answer["checkpoints"] == entries(demo)
    assert answer["facts"] > 50
    assert "The ledger holds" in demo.manage("verify_ledger").stdout


def test_l10_an_altered_entry_is_named(demo):
    with unguarded(demo, "governance_ledger") as connection:
        connection.execute("UPDATE governance_ledger SET actor = 'mallory' WHERE seq = 5")
    done = demo.manage("verify_ledger", check=False)
    assert done.returncode == 3
    assert "Entry 5 of the ledger does not hold: its content does not match its hash." in done.stdout


def test_l10_an_altered_time_or_claim_is_named(demo):
    for column in ("recorded_at", "claimed_at"):
        with unguarded(demo, "governance_ledger") as connection:
            connection.execute(f"UPDATE governance_ledger SET {column} = '2001-01-01' WHERE seq = 6")
        assert found(demo)["first_bad"]["seq"] == 6


def test_l10_a_missing_entry_is_named(demo):
    with unguarded(demo, "governance_ledger") as connection:
        connection.execute("DELETE FROM governance_ledger WHERE seq = 5")
    assert found(demo)["first_bad"] == {"seq": 5, "problem": "the entry is missing"}


def test_l11_a_cut_tail_is_found_by_the_checkpoints(demo):
    last = entries(demo) - 3
    cut(demo, last)
    assert found(demo)["first_bad"] == {"seq": last + 1, "problem": "it was removed"}


def test_l11_nothing_is_signed_over_a_cut_tail(demo):
    cut(demo, entries(demo) - 3)
    before = (demo.checkpoints / "checkpoints.jsonl").read_bytes()
    done = demo.manage("ledger", "checkpoint", check=False)
    assert done.returncode == 1
    assert "is not the one that was signed" in done.stderr
    done = demo.manage("shutoff", "US", "-c", "other", "--as", "admin")
    assert "checkpoints do not keep up" in done.stderr
    assert (demo.checkpoints / "checkpoints.jsonl").read_bytes() == before


def test_l12_a_chain_written_anew_is_found_at_its_first_changed_entry(demo):
    def change(values: list) -> None:
        values[3] = "mallory"

    rewrite(demo, change, since=9)
    assert found(demo)["first_bad"] == {"seq": 9, "problem": "it is not the entry that was signed"}


def test_l12_another_database_in_its_place_is_found(own_database, demo):
    folder = demo.checkpoints
    own_database.manage("markets", "load", _markets(own_database))
    shutil.rmtree(own_database.checkpoints)
    shutil.copytree(folder, own_database.checkpoints)
    assert found(own_database)["first_bad"] == {"seq": 1, "problem": "it is not the entry that was signed"}


def _markets(database) -> str:
    file = database.folder / "markets.csv"
    file.write_text("code,name,zone,priority\nAR,Argentina,America/Argentina/Buenos_Aires,1\n")
    return str(file)


def test_l13_a_checkpoint_taken_out_or_altered_is_found(demo):
    file = demo.checkpoints / "checkpoints.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:3] + lines[4:]))
    assert found(demo)["first_bad"] == {"seq": 4, "problem": "its checkpoint is missing"}
    altered = json.loads(lines[3])
    altered["hash"] = "0" * 64
    file.write_text("".join([*lines[:3], json.dumps(altered) + "\n", *lines[4:]]))
    answer = found(demo)["first_bad"]
    assert answer == {"seq": 4, "problem": "the signature of its checkpoint does not match"}


def test_l13_a_last_checkpoint_without_its_signature_is_found(demo):
    file = demo.checkpoints / "checkpoints.jsonl"
    lines = file.read_text().splitlines()
    last = json.loads(lines[-1])
    last["recorded_at"] = "2001-01-01T00:00:00.000000Z"
    file.write_text("\n".join([*lines[:-1], json.dumps(last), ""]))
    assert found(demo)["first_bad"]["seq"] == len(lines)


def test_l13_another_key_is_found(demo):
    done = verified_with_key(demo, "x" * 40)
    assert done.returncode == 3
    assert "Entry 1 of the ledger does not hold: its checkpoint was signed with another key." in done.stdout


def test_l13_history_signed_anew_with_another_key_is_found_by_a_pinned_key_or_a_copy(demo, tmp_path):
    """Whoever holds database, file and secret can make all of it agree; not with what was kept elsewhere."""
    pinned = demo.manage("ledger", "key").stdout.strip()
    shutil.copytree(demo.checkpoints, tmp_path / "kept")
    rewrite(demo, lambda values: values.__setitem__(3, "mallory"), since=9)
    shutil.rmtree(demo.checkpoints)
    forged = os.environ | demo.environment | {"OTDR_CHECKPOINT_KEY": "forged " * 8}
    command = [sys.executable, "manage.py", "ledger", "checkpoint", "--begin"]
    subprocess.run(command, cwd=PROJECT, env=forged, check=True, capture_output=True)
    assert "does not hold" not in verified_with_key(demo, "forged " * 8).stdout
    with_key = found(demo, "--key", pinned)["first_bad"]
    assert with_key == {"seq": 1, "problem": "its checkpoint was signed with another key"}
    with_copy = found(demo, "--checkpoint", str(tmp_path / "kept" / "checkpoints.jsonl"))["first_bad"]
    assert with_copy == {"seq": 9, "problem": "it is not the entry that was signed"}


BY_SQL = [
    ("governance_signature", "UPDATE {0} SET verdict = 'ask', reason = 'Why?' WHERE id = 5", "signatures ", "Why?"),
    ("governance_signature", "DELETE FROM {0} WHERE id = 5", "signatures ", "nothing"),
    ("governance_requirement", "UPDATE {0} SET count = 9 WHERE role = 'legal'", "requirements ", "'9'"),
    ("governance_scopedecision", "UPDATE {0} SET state = 'excluded' WHERE market_id = 'US'", "US", "state"),
    ("governance_metricversion", "UPDATE {0} SET state = 'retired'", "versions ", "'retired'"),
    ("governance_metricversion", "UPDATE {0} SET document = document || ' '", "versions ", "document"),
    ("governance_publicationline", "UPDATE {0} SET decision = ''", "publications P-1", "lines"),
    ("governance_publication", "UPDATE {0} SET through = through - 7", "publications P-1", "through"),
    ("governance_market", "UPDATE {0} SET name = 'Atlantis' WHERE code = 'US'", "markets US", "'Atlantis'"),
    ("governance_market", "INSERT INTO {0} VALUES ('ZZ', 'Zembla', 'UTC', 99)", "markets ZZ", "nothing"),
    ("governance_user", "UPDATE {0} SET is_system = false WHERE username = 'system'", "system", "'false'"),
    ("governance_user", "UPDATE {0} SET is_superuser = true WHERE username = 'exec'", "exec", "powers"),
    ("governance_user_groups", "DELETE FROM {0} WHERE id = 1", "roles ", "'[]'"),
    ("governance_signoffline", "UPDATE {0} SET subject = 'other' WHERE id = 2", "requests ", "'other'"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "statement", "what", "said"), BY_SQL)
def test_l14_a_table_changed_without_an_entry_is_found_by_replay(demo, table, statement, what, said):
    with unguarded(demo, table) as connection:
        assert connection.execute(statement.format(table)).rowcount > 0
    done = demo.manage("verify_ledger", check=False)
    assert done.returncode == 3
    assert "The tables were changed without an entry." in done.stdout
    assert what in done.stdout
    assert said in done.stdout


def test_l14_a_shutoff_taken_back_by_hand_is_found(demo):
    demo.manage("shutoff", "US", "-c", "other", "--as", "admin")
    with unguarded(demo, "governance_shutoff") as connection:
        connection.execute("DELETE FROM governance_shutoff")
    answer = found(demo)["difference"]
    assert answer["what"] == "shutoffs US/-/-"
    assert answer["tables"] is None


def test_l14_a_role_the_application_gave_without_a_service_is_found(demo):
    with demo.connect("otdr_app") as connection:
        connection.execute(
            "INSERT INTO governance_user_groups (user_id, group_id)"
            " SELECT u.id, g.id FROM governance_user u, auth_group g"
            " WHERE u.username = 'bizops' AND g.name = 'finance'"
        )
    answer = found(demo)["difference"]
    assert (answer["what"], answer["ledger"]) == ("roles bizops", ["bizops"])


ALWAYS_TRUE = """
CREATE OR REPLACE FUNCTION governance_stands(wanted_act text, wanted_digest text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT true'
"""
SILENT = """
CREATE TRIGGER quiet BEFORE INSERT ON governance_shutoff
FOR EACH ROW EXECUTE FUNCTION governance_refuse_change()
"""
GUARDS = [
    (ALWAYS_TRUE, "function governance_stands(text, text) was changed"),
    ("ALTER FUNCTION governance_signature_check() RESET ALL", "governance_signature_check() was changed"),
    (
        "DROP TRIGGER refuse_change ON governance_signature",
        "refuse_change on governance_signature is missing",
    ),
    ("ALTER TABLE governance_ledger DISABLE TRIGGER append", "append on governance_ledger was changed"),
    ("ALTER TABLE governance_ledger ENABLE TRIGGER append", "append on governance_ledger was changed"),
    (SILENT, "trigger quiet on governance_shutoff is new"),
]


@pytest.mark.parametrize(("statement", "said"), GUARDS)
def test_l15_a_guard_that_was_changed_is_named(demo, statement, said):
    with demo.connect("postgres") as connection:
        connection.execute(statement)
    done = demo.manage("verify_ledger", check=False)
    assert done.returncode == 3
    assert said in done.stdout


@pytest.mark.parametrize("is_more_signed", [False, True])
def test_l15_a_guard_that_was_changed_used_and_put_back_is_found(demo, tmp_path, is_more_signed):
    """The database is as it should be again; the checkpoints remember what it was in between."""
    used = entries(demo) + 1
    with demo.connect("postgres") as connection:
        (own,) = connection.execute(
            "SELECT pg_get_functiondef('governance_stands(text, text)'::regprocedure)"
        ).fetchone()
        connection.execute(ALWAYS_TRUE)
        demo.manage("shutoff", "US", "-c", "other", "--as", "admin")
        connection.execute(own)
    before, then = (item["guards"] for item in kept(demo)[-2:])
    assert then != before, "what is signed says under which guards it was written"
    if is_more_signed:
        demo.manage("shutoff", "CA", "-c", "other", "--as", "admin")
    answer = found(demo)
    assert (answer["guard"], answer["first_bad"], answer["difference"]) == (None, None, None)
    assert answer["put_back"] == used + 1
    said = f"Before entry {used + 1} the database's guards were others for a while, then put back."
    assert said in demo.manage("verify_ledger", check=False).stdout
    file = tmp_path / "export.jsonl"
    demo.manage("ledger", "export", str(file), "--as", "auditor")
    done = subprocess.run(
        [sys.executable, "-m", "governance.ledger.offline", file],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, PUT_BACK in done.stderr) == ((3, True) if is_more_signed else (0, False))


def test_l15_an_upgrade_of_the_guards_is_no_finding(demo):
    """What is new stays new; until the code is as new, that is another finding."""
    with demo.connect("postgres") as connection:
        connection.execute("CREATE FUNCTION governance_new() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    for market in ("US", "CA"):
        demo.manage("shutoff", market, "-c", "other", "--as", "admin")
    answer = found(demo)
    assert (answer["guard"], answer["put_back"]) == ("the function governance_new() is new", None)


def test_l15_whoever_edits_the_guards_of_a_checkpoint_breaks_its_signature(demo):
    file = demo.checkpoints / "checkpoints.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    lines[3] = json.dumps(json.loads(lines[3]) | {"guards": "0" * 64}) + "\n"
    file.write_text("".join(lines))
    assert found(demo)["put_back"] == 5
    said = {"seq": 4, "problem": "the signature of its checkpoint does not match"}
    assert found(demo, "--every")["first_bad"] == said


def test_l15_the_unique_key_that_forbids_a_fork_is_a_guard(demo):
    with demo.connect("postgres") as connection:
        (name,) = connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'governance_ledger'::regclass"
            " AND contype = 'u' AND conname LIKE '%prev_hash%'"
        ).fetchone()
        connection.execute(f"ALTER TABLE governance_ledger DROP CONSTRAINT {name}")
    assert found(demo)["guard"] == f"the unique key {name} of governance_ledger is missing"
