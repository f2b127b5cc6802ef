"""The logins, the doors of the database and the broker's schema, seen from each role."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from otdr_hub.cluster import Address, Secrets, load_secrets, lock, prepare
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.roles import ROLES
from otdr_hub.cluster.testing import clone, drop, prepare_test
from tests.cluster.conftest import clean_place, copy_home, use_home


@pytest.fixture(scope="module")
def prepared(made_home) -> Iterator[tuple[Address, Secrets]]:  # type: ignore[no-untyped-def]
    """A running server with everything prepared, twice over."""
    with pytest.MonkeyPatch.context() as patch, clean_place(patch) as folder:
        for _ in use_home(copy_home(made_home, folder), patch):
            with lock.running() as address:
                secrets = load_secrets()
                prepare(address, secrets)
                prepare(address, secrets)
                yield address, secrets


def connect(prepared: tuple[Address, Secrets], role: str, dbname: str | None = None) -> psycopg.Connection:
    address, secrets = prepared
    return psycopg.connect(address.conninfo(role, secrets.password(role), dbname), autocommit=True)


def test_no_role_has_powers_or_memberships(prepared) -> None:  # type: ignore[no-untyped-def]
    with connect(prepared, "postgres") as admin:
        rows = admin.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, rolinherit,"
            " rolcanlogin FROM pg_roles WHERE rolname = ANY(%s)",
            (list(ROLES),),
        ).fetchall()
        assert {row[0] for row in rows} == set(ROLES)
        assert {row[1:] for row in rows} == {(False,) * 6 + (True,)}
        members = admin.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
            " WHERE rolname = ANY(%s)",
            (list(ROLES),),
        )
        assert members.fetchone() == (0,)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_this_database_and_no_other(prepared, role: str) -> None:  # type: ignore[no-untyped-def]
    with connect(prepared, role) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
    for other in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            connect(prepared, role, other)


def test_what_each_role_may_do_in_schema_public(prepared) -> None:  # type: ignore[no-untyped-def]
    wanted = {
        "otdr_owner": (True, True),
        "otdr_app": (True, False),
        "otdr_ops": (True, False),
        "otdr_hub": (False, False),
        "otdr_broker": (False, False),
    }
    for role, allowed in wanted.items():
        with connect(prepared, role) as connection:
            row = connection.execute(
                "SELECT has_schema_privilege('public', 'USAGE'), has_schema_privilege('public', 'CREATE')"
            ).fetchone()
            assert row == allowed, role
            created = "SELECT has_database_privilege(current_database(), %s)"
            for privilege in ("CREATE", "TEMPORARY"):
                may = connection.execute(created, (privilege,)).fetchone()
                assert may == (role == "otdr_owner",), (role, privilege)


def test_the_hub_reads_only_and_briefly(prepared) -> None:  # type: ignore[no-untyped-def]
    with connect(prepared, "otdr_hub") as hub:
        assert hub.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        assert hub.execute("SHOW statement_timeout").fetchone() == ("5s",)


def test_the_broker_owns_its_schema_and_sends_and_receives(prepared) -> None:  # type: ignore[no-untyped-def]
    with connect(prepared, "otdr_broker") as broker:
        broker.execute("SELECT pgmq.create('probe')")
        broker.execute("""SELECT pgmq.send('probe', '{"a": 1}')""")
        read = broker.execute("SELECT message FROM pgmq.read('probe', 30, 1)").fetchone()
        assert read == ({"a": 1},)
        broker.execute("SELECT pgmq.drop_queue('probe')")
        owned = broker.execute(
            "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_class"
            " WHERE relowner = 'otdr_broker'::regrole AND relnamespace <> 'pg_toast'::regnamespace"
        ).fetchall()
        assert owned == [("pgmq",)]
    for role in ("otdr_app", "otdr_hub", "otdr_ops", "otdr_owner"):
        with connect(prepared, role) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute("SELECT * FROM pgmq.meta")


def test_the_test_login_switches_but_inherits_nothing(prepared) -> None:  # type: ignore[no-untyped-def]
    address, secrets = prepared
    prepare(address, secrets, "test_source")
    prepare_test(address, secrets, "test_source")
    with connect(prepared, "otdr_owner", "test_source") as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS secret (n int)")
    clone(address, secrets, "test_source", "test_copy")
    with connect(prepared, "otdr_test", "test_copy") as tester:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tester.execute("SELECT * FROM public.secret")
        tester.execute("SET ROLE otdr_owner")
        assert tester.execute("SELECT count(*) FROM secret").fetchone() == (0,)
        tester.execute("SET ROLE otdr_hub")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tester.execute("SELECT * FROM public.secret")
    with connect(prepared, "otdr_app", "test_copy") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    for name in ("test_copy", "test_source", "test_never_there"):
        drop(address, secrets, name)
    with pytest.raises(ClusterError, match="not a test database"):
        drop(address, secrets, "otdr")


def test_an_administrator_who_is_no_superuser_can_prepare(prepared) -> None:  # type: ignore[no-untyped-def]
    address, secrets = prepared
    with connect(prepared, "postgres") as admin:
        admin.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'pw-manager'")
        for database in ("postgres", "otdr"):
            admin.execute(f"GRANT CONNECT ON DATABASE {database} TO manager")
        for role in ROLES:
            admin.execute(f"GRANT {role} TO manager WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    managed = Address(address.host, address.port, "managed", "manager", "pw-manager", embedded=False)
    prepare(managed, secrets)
    prepare(managed, secrets)
    with connect(prepared, "otdr_broker", "managed") as broker:
        assert broker.execute("SELECT count(*) FROM pgmq.meta").fetchone() == (0,)
    with connect(prepared, "postgres") as admin:
        able = admin.execute("SELECT pg_has_role('manager', 'otdr_owner', 'SET')").fetchone()
        assert able == (False,), "what was lent is given back"


def test_a_strangers_database_is_refused(prepared) -> None:  # type: ignore[no-untyped-def]
    address, secrets = prepared
    with connect(prepared, "postgres") as admin:
        admin.execute("CREATE ROLE stranger")
        admin.execute("CREATE DATABASE theirs OWNER stranger")
    with pytest.raises(ClusterError, match="belongs to stranger"):
        prepare(address, secrets, "theirs")
