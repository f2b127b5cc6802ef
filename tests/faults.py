"""The attacks and faults the product promises an outcome for: case -> the tests that show it, as file::test.

What is named here bears the mark `faults` and is run by `make faults`; `OTDR_EXAMPLES=full` runs what is scaled
down in full. `tests/house/test_faults.py` sees to it that no case is without a test and no test is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_G, _H, _HUB = "tests/governance/test_", "tests/house/test_", "tests/hub/test_"
_ATTACKS, _FOUND = f"{_G}ledger_attacks.py::test_", f"{_G}ledger_found.py::test_"

CASES: Final[Mapping[str, tuple[str, ...]]] = {
    "L1": (f"{_ATTACKS}l1_to_l3_and_l8_no_login_role_changes_an_entry",),
    "L2": (f"{_ATTACKS}l1_to_l3_and_l8_no_login_role_changes_an_entry",),
    "L3": (
        f"{_ATTACKS}l1_to_l3_and_l8_no_login_role_changes_an_entry",
        f"{_ATTACKS}l3_a_superuser_does_not_change_one_in_passing",
    ),
    "L4": (f"{_ATTACKS}l4_l5_and_l7_the_application_cannot_reach_the_machinery",),
    "L5": (f"{_ATTACKS}l4_l5_and_l7_the_application_cannot_reach_the_machinery",),
    "L6": (f"{_ATTACKS}l6_forged_sequence_time_and_hash_are_overwritten",),
    "L7": (f"{_ATTACKS}l4_l5_and_l7_the_application_cannot_reach_the_machinery",),
    "L8": (f"{_ATTACKS}l1_to_l3_and_l8_no_login_role_changes_an_entry",),
    "L9": (f"{_ATTACKS}l9_replication_mode_does_not_switch_the_refusal_off",),
    "L10": (
        f"{_FOUND}l10_an_altered_entry_is_named",
        f"{_FOUND}l10_an_altered_time_or_claim_is_named",
        f"{_FOUND}l10_a_missing_entry_is_named",
    ),
    "L11": (
        f"{_FOUND}l11_a_cut_tail_is_found_by_the_checkpoints",
        f"{_FOUND}l11_nothing_is_signed_over_a_cut_tail",
    ),
    "L12": (
        f"{_FOUND}l12_a_chain_written_anew_is_found_at_its_first_changed_entry",
        f"{_FOUND}l12_another_database_in_its_place_is_found",
    ),
    "L13": (
        f"{_FOUND}l13_a_checkpoint_taken_out_or_altered_is_found",
        f"{_FOUND}l13_a_last_checkpoint_without_its_signature_is_found",
        f"{_G}checkpoints.py::test_l13_a_file_whose_end_was_cut_is_found_and_signed_again",
        f"{_G}checkpoints.py::test_l13_database_and_file_cut_together_are_found_with_a_copy_kept_elsewhere",
        f"{_FOUND}l13_another_key_is_found",
        f"{_FOUND}l13_history_signed_anew_with_another_key_is_found_by_a_pinned_key_or_a_copy",
    ),
    "L14": (
        f"{_FOUND}l14_a_table_changed_without_an_entry_is_found_by_replay",
        f"{_FOUND}l14_a_shutoff_taken_back_by_hand_is_found",
        f"{_FOUND}l14_a_role_the_application_gave_without_a_service_is_found",
        f"{_G}replay.py::test_l14_a_change_without_an_entry_is_in_the_log_within_a_minute",
    ),
    "L15": (
        f"{_FOUND}l15_a_guard_that_was_changed_is_named",
        f"{_FOUND}l15_the_unique_key_that_forbids_a_fork_is_a_guard",
        f"{_FOUND}l15_a_guard_that_was_changed_used_and_put_back_is_found",
        f"{_FOUND}l15_an_upgrade_of_the_guards_is_no_finding",
        f"{_FOUND}l15_whoever_edits_the_guards_of_a_checkpoint_breaks_its_signature",
    ),
    "L16": (f"{_ATTACKS}l16_no_setting_silences_a_trigger",),
    "L17": (
        f"{_ATTACKS}l17_two_writers_never_fork_the_chain",
        f"{_ATTACKS}l17_no_two_entries_follow_the_same_one",
    ),
    "L18": (
        f"{_ATTACKS}l18_awkward_text_is_hashed_as_the_bytes_it_is",
        f"{_ATTACKS}l18_no_two_contents_have_one_text",
    ),
    "S1": (
        f"{_G}person_attacks.py::test_s1_who_never_signs",
        f"{_G}person_attacks.py::test_s1_nobody_signs_by_anothers_hand",
        f"{_G}person_attacks.py::test_s1_who_has_not_just_proven_who_they_are_does_not_sign",
        f"{_G}floor.py::test_one_row_certifies_nothing_with_one_signature",
        f"{_G}signatures.py::test_one_person_answers_a_request_for_one_department_even_on_other_lines",
        f"{_G}signatures.py::test_who_recomputed_the_numbers_does_not_sign_for_them",
        f"{_G}known_bugs.py::test_experimenter_four_eyes_hold_without_any_page",
        f"{_G}known_bugs.py::test_balrog_the_author_is_no_signer",
        f"{_G}deputies.py::test_between_them_they_have_one_voice",
    ),
    "S2": (
        f"{_G}scope_digest.py::test_no_other_content_comes_in_under_a_signed_digest",
        f"{_G}known_bugs.py::test_flagsmith_7056_no_approval_outlives_an_edit",
        f"{_G}known_bugs.py::test_gitlab_383776_no_window_between_an_edit_and_its_signatures",
    ),
    "S3": (
        f"{_G}role_race.py::test_s3_a_role_taken_away_and_a_signature_in_it_have_one_order",
        f"{_G}people.py::test_a_role_taken_away_is_gone_from_an_open_session_at_once",
        f"{_G}person_attacks.py::test_s3_a_role_counts_at_the_moment_of_the_signature",
        f"{_G}lift.py::test_s3_a_role_counts_at_the_moment_of_each_signature_for_on_again",
    ),
    "S4": (
        f"{_G}lift.py::test_a_person_who_switched_off_or_asks_does_not_sign",
        f"{_G}lift.py::test_s4_a_stale_session_and_the_product_itself_do_not_bring_it_back",
        f"{_G}lift.py::test_the_database_refuses_a_lift_without_its_signatures",
        f"{_HUB}switch.py::test_s4_the_api_asks_only_for_a_person_who_has_just_proven_to_be_there",
        f"{_G}signatures.py::test_who_signs_proved_just_now_who_they_are",
        f"{_G}fresh.py::test_a_session_without_a_proof_is_never_fresh",
        f"{_G}fresh.py::test_the_api_says_it_as_a_problem",
    ),
    "S5": (
        f"{_H}routes.py::test_each_role_gets_what_the_table_says",
        f"{_H}same_answer.py::test_s5_who_lacks_the_right_cannot_tell_what_is_there",
        f"{_H}same_answer.py::test_s5_who_is_told_that_it_is_there_may_read_it",
        f"{_H}attacks.py::test_s5_what_nobody_may_set_is_not_taken",
        f"{_G}tokens.py::test_nobody_revokes_a_token_of_somebody_else_on_that_page",
    ),
    "S6": (
        f"{_G}door.py::test_a_form_without_its_mark_does_nothing",
        f"{_G}door.py::test_no_page_of_the_door_can_be_framed_and_secrets_are_not_kept",
        f"{_G}door.py::test_a_session_from_before_signing_in_is_worth_nothing",
        f"{_G}door.py::test_signing_in_leads_nowhere_else",
        f"{_G}door.py::test_a_host_that_is_not_ours_is_refused",
    ),
    "S7": (
        f"{_H}attacks.py::test_s7_text_from_people_is_inert_on_every_page",
        f"{_H}attacks.py::test_s7_what_a_definition_says_is_inert_and_its_name_is_none_but_a_name",
        f"{_HUB}carriers_page.py::test_a_name_with_markup_is_text_everywhere",
        f"{_HUB}carriers_page.py::test_s7_a_picture_has_no_markup_in_titles_names_or_hover_texts",
        f"{_HUB}exports.py::test_text_that_would_calculate_is_neutral_in_csv",
        f"{_HUB}exports.py::test_text_that_would_calculate_is_text_in_a_workbook",
        f"{_G}people.py::test_names_and_reasons_are_inert_on_the_page",
        f"{_G}door.py::test_a_name_with_line_breaks_forges_no_line_of_the_log",
    ),
    "S8": (
        f"{_G}door.py::test_a_thousand_passwords_open_nothing_and_lock_the_account",
        f"{_G}door.py::test_a_code_is_asked_for_and_counts_once",
        f"{_G}door.py::test_guessed_codes_are_cut_off",
        f"{_G}tokens.py::test_guessing_tokens_finds_none",
    ),
    "S9": (
        f"{_H}schemathesis.py::test_nothing_the_schema_allows_or_forbids_breaks_the_api",
        f"{_H}schemathesis.py::test_the_stream_answers_as_the_schema_says",
    ),
    "S10": (
        f"{_H}secrets.py::test_s10_no_secret_is_in_the_repository",
        f"{_H}secrets.py::test_s10_what_looks_like_a_secret_or_is_one_of_ours_is_seen",
        f"{_H}secrets.py::test_s10_where_secrets_live_stays_out_of_the_image",
        f"{_H}secrets.py::test_s10_no_secret_is_in_the_image",
        f"{_H}attacks.py::test_s10_no_secret_is_on_a_page_in_an_error_or_in_the_log",
        f"{_G}checkpoints.py::test_files_are_closed_to_others_and_hold_no_secret",
    ),
    "K14": (
        f"{_HUB}restored.py::test_k14_an_old_backup_shows_no_number_until_it_is_accepted_with_all_switched_off",
    ),
}
NAMED: Final = frozenset(test for tests in CASES.values() for test in tests)
