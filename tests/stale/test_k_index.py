"""Which test shows which case of the kill switch (K1 to K16). A name that is gone or skipped, or an empty case,
fails, and so does a surface that is said not to exist and does."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.conftest import PROJECT
from tests.stale.addresses import routes

CRAWL, CASES, RACE = "tests/stale/test_crawl.py", "tests/stale/test_k_cases.py", "tests/stale/test_race.py"
KILL, LIFT, KILL_RACE = (
    "tests/governance/test_killswitch.py", "tests/governance/test_lift.py", "tests/governance/test_kill_race.py",
)  # fmt: skip
FLIGHT, TABS, SWITCH = "tests/hub/test_in_flight.py", "tests/browser/test_tabs.py", "tests/hub/test_switch.py"
STREAMS, READS = "tests/hub/test_streams.py", "tests/metrics/test_read_path.py"
RESTORED, LOST = "tests/hub/test_restored.py", "tests/browser/test_tabs_lost.py"
DESK_TABS, DESK_OFF = "tests/browser/test_tabs_desk.py", "tests/hub/test_desk_off.py"
ERRORS = f"{CRAWL}::test_no_page_of_an_error_and_no_line_of_the_log_holds_a_figure"
RACING = f"{RACE}::test_no_answer_is_stale_while_markets_go_off_and_on_and_things_break"
CRAWLING = f"{CRAWL}::test_every_route_with_numbers_is_listed_and_none_leaks"

SHOWN_BY: dict[str, tuple[str, ...]] = {
    # A request right after the kill, all surfaces; error pages, log, health, schema.
    "K1": (CRAWLING, RACING, ERRORS, f"{CRAWL}::test_whatever_a_page_takes_besides_its_address_is_asked",
           f"{DESK_OFF}::test_the_signing_page_shows_no_number_and_takes_no_agreement",
           f"{DESK_OFF}::test_deciding_is_on_sums_without_what_is_off",
           f"{DESK_OFF}::test_the_api_says_since_when_and_keeps_no_number",
           f"{DESK_OFF}::test_comparing_two_definitions_leaves_out_what_is_off",
           "tests/hub/test_past_roles.py::test_every_other_role_is_refused"),
    "K2": (f"{FLIGHT}::test_a_page_in_flight_is_made_again_and_nothing_old_is_written_back",
           f"{FLIGHT}::test_numbers_that_change_twice_are_withheld", RACING),
    "K3": (f"{FLIGHT}::test_a_streamed_export_in_flight_is_cut_off_and_never_silently_short",),
    "K4": (f"{CASES}::test_k4_a_run_that_began_before_the_kill_brings_no_number_back",),
    # No copy is kept in any process; two workers, and a reader that does keep one is found out.
    "K5": (RACING, f"{RACE}::test_a_reader_that_keeps_answers_for_a_second_is_found_out",
           "tests/stale/test_snapshot.py::test_every_function_behind_the_hub_reads_the_snapshot_of_its_statement"),
    "K6": (f"{TABS}::test_eight_tabs_hold_one_stream_and_lose_a_stopped_market_at_once",
           f"{TABS}::test_a_tab_that_slept_shows_nothing_until_the_server_has_answered",
           f"{TABS}::test_what_nobody_looks_at_is_hidden_and_asked_about_before_it_is_seen_again",
           f"{TABS}::test_a_page_taken_back_from_history_is_asked_about_first",
           f"{TABS}::test_a_silent_network_blanks_and_comes_back_by_itself",
           f"{LOST}::test_offline_all_tabs_are_blank_in_five_seconds_and_back_by_themselves",
           f"{DESK_TABS}::test_a_signing_page_loses_the_number_and_keeps_the_rest",
           f"{DESK_TABS}::test_a_choice_that_is_looked_at_loses_its_table",
           f"{DESK_TABS}::test_a_choice_about_others_is_on_sums_without_it"),
    "K7": (f"{TABS}::test_a_proxy_that_lets_no_stream_through_costs_a_second_not_the_truth",
           f"{TABS}::test_what_breaks_behind_the_page_hides_its_numbers",
           f"{LOST}::test_a_server_that_gives_no_proof_hides_the_numbers",
           f"{LOST}::test_a_stream_that_gives_nothing_costs_no_truth_while_there_is_another_way",
           f"{STREAMS}::test_a_listener_whose_connection_was_cut_misses_nothing"),
    "K8": (f"{STREAMS}::test_without_its_database_a_server_says_so_and_shows_no_number",
           f"{TABS}::test_what_breaks_behind_the_page_hides_its_numbers",
           "tests/stale/test_k8.py::test_k8_on_a_full_disk_nothing_is_half_done_and_nothing_is_remembered"),
    "K9": ("tests/stale/test_k9.py::test_k9_without_broker_worker_and_beat_a_kill_works_and_open_tabs_are_told",
           RACING),
    "K10": (f"{KILL_RACE}::test_k10_off_wins_over_on_and_readings_follow_the_order_of_epochs",
            f"{LIFT}::test_off_once_more_while_it_is_asked_voids_what_was_asked"),
    "K11": (f"{KILL_RACE}::test_two_shutoffs_by_sql_at_once_leave_one_in_effect",
            f"{SWITCH}::test_k11_the_same_form_twice_is_one_act_and_a_replay_later_is_none",
            f"{SWITCH}::test_a_key_of_the_api_is_one_act_and_without_a_key_the_second_is_told"),
    "K12": (f"{CASES}::test_k12_the_sums_leave_a_market_out_in_the_commit_that_switches_it_off", CRAWLING),
    "K13": (f"{KILL}::test_k13_a_clock_that_jumps_changes_no_order",
            "tests/stale/test_k13.py::test_k13_a_web_process_whose_clock_jumps_shows_and_allows_nothing_more", RACING),
    "K14": (f"{RESTORED}::test_k14_an_old_backup_shows_no_number_until_it_is_accepted_with_all_switched_off",
            f"{RESTORED}::test_without_its_checkpoints_an_old_ledger_is_not_believed"),
    "K15": (f"{KILL}::test_what_is_unknown_is_off", f"{READS}::test_a_new_market_is_hidden_until_decided",
            f"{READS}::test_no_requirement_means_nothing_is_certified",
            "tests/stale/test_k15.py::test_k15_while_a_migration_is_half_done_nothing_is_shown"),
    "K16": (CRAWLING,),
}  # fmt: skip


# The surfaces that K1 and K16 name: what is read where, and the test that reads it. The crawler reads every route.
READ_BY: dict[str, str] = {
    "HTML": CRAWLING, "API list and detail": CRAWLING, "CSV and its header": CRAWLING, "XLSX": CRAWLING, "PDF": CRAWLING,
    "JSON export (the notes of a CSV)": CRAWLING, "roll-up": RACING, "chart (SVG, its axis and alt text)": CRAWLING,
    "JSON of a chart (in the page Explore)": CRAWLING, "health": ERRORS, "OpenAPI schema": ERRORS,
    "error page": ERRORS, "log": ERRORS, "URL and page title": CRAWLING,
}  # fmt: skip
# Those that do not exist here: what would be found in the routes, or in the program, if one did.
NO_ROUTE = {"PPTX": "pptx", "search": "search", "admin": "admin/", "service worker": "worker.js"}
NO_CODE = {
    "HTMX part": "hx-get",
    "email digest, scheduled report": "send_mail(",
    "email of another kind": "EmailMessage(",
}
SKIPPING = re.compile(r"\b(skip|skipif|importorskip|xfail)\b")


def _is_left_out(node: ast.stmt) -> bool:
    """Whether a whole module is skipped by this: a mark of it, a call, or what it is told to leave out."""
    if isinstance(node, ast.Assign) and any(ast.unparse(one) == "pytestmark" for one in node.targets):
        return bool(SKIPPING.search(ast.unparse(node.value)))
    return isinstance(node, ast.Expr | ast.If) and bool(SKIPPING.search(ast.unparse(node)))


def _run(source: str) -> frozenset[str]:
    """The tests of a module that are always run: none of a module that is skipped."""
    tree = ast.parse(source)
    if any(
        _is_left_out(node)
        for node in tree.body
        if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call)
    ):
        return frozenset()
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not any(SKIPPING.search(ast.unparse(mark)) for mark in node.decorator_list)
    )


@cache
def _tests_in(path: str) -> frozenset[str]:
    file = PROJECT / path
    return _run(file.read_text("utf-8") if file.exists() else "")


def _is_there(name: str) -> bool:
    path, _, function = name.partition("::")
    return function in _tests_in(path)


@pytest.mark.parametrize("case", [f"K{number}" for number in range(1, 17)])
def test_every_case_has_a_test(case):
    assert SHOWN_BY[case]
    assert [name for name in SHOWN_BY[case] if not _is_there(name)] == []


@pytest.mark.parametrize("surface", READ_BY)
def test_every_surface_is_read_by_a_test(surface):
    assert _is_there(READ_BY[surface])


def test_what_is_said_not_to_exist_does_not():
    found = [route for route in routes() for part in NO_ROUTE.values() if part in route]
    for room in ("governance", "metrics", "otdr_hub", "templates"):
        for path in (PROJECT / room).rglob("*.*"):
            if path.suffix in (".py", ".html"):
                text = path.read_text("utf-8")
                found += [f"{path.name}: {part}" for part in NO_CODE.values() if part in text]
    assert found == [], "a new surface: say in READ_BY which test reads it"


@pytest.mark.parametrize(
    "source",
    [
        "pytestmark = [pytest.mark.faults, pytest.mark.skipif(not FULL, reason='long')]\ndef test_a(): ...",
        "pytest.skip('not now', allow_module_level=True)\ndef test_a(): ...",
        "if not FULL:\n    pytest.skip('not now', allow_module_level=True)\ndef test_a(): ...",
        "@pytest.mark.skip\ndef test_a(): ...",
    ],
)
def test_a_test_that_is_skipped_shows_nothing(source):
    assert _run(source) == frozenset()
    assert _run("pytestmark = pytest.mark.faults\ndef test_a(): ...") == {"test_a"}
