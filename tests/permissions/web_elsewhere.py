"""Addresses of the pages whose rights tests of their own prove, beside or instead of a row, with the test's name."""

from __future__ import annotations

ELSEWHERE = {
    "login": "tests/accounts: no one needs to be signed in",
    "logout": "test_signing_out_and_the_language_touch_nobody_else",
    "language": "test_signing_out_and_the_language_touch_nobody_else",
    "import_page": "test_a_thing_answers_everybody_as_written_down",
    "picker": "test_only_who_may_create_makes_records_from_a_picker",
    "views_order": "tests/web/test_saved_views.py: only one's own views change their places",
    "bulk_tags": "test_foreign_numbers_in_a_bulk_form_change_nothing",
    "vcards": "tests/web/test_vcards.py: cards come to who sent them, or to a customer in reach",
    "pools": "tests/web/test_pools.py: test_who_does_not_belong_to_a_pool_sees_nothing_of_it",
    "pool": "tests/web/test_pools.py: test_who_does_not_belong_to_a_pool_sees_nothing_of_it",
    "pool_recall": "tests/web/test_pools.py: test_the_dry_run_is_for_managers",
    "requests": "tests/engines/requests: test_the_page_shows_each_their_own_and_decides",
    "duplicate_hints": "tests/web/test_duplicate_pages.py: test_a_hint_shows_colleagues_records_masked",
    "duplicates": "tests/web/test_duplicate_pages.py: test_only_who_may_merge_reaches_the_pages",
    "duplicates_scan": "tests/web/test_duplicate_pages.py: test_only_who_may_merge_reaches_the_pages",
    "duplicates_different": "tests/web/test_duplicate_pages.py: test_only_who_may_merge_reaches_the_pages",
    "conflict": "tests/web/test_duplicate_pages.py: test_nobody_asks_for_what_they_were_not_shown",
    "merge": "tests/web/test_duplicate_pages.py: test_only_who_may_merge_reaches_the_pages",
    "merge_detail": "tests/web/test_duplicate_pages.py: test_only_who_may_merge_reaches_the_pages",
    "record_value": "tests/web/test_values.py: test_only_who_may_change_the_record_says_what_its_values_are",
    "quality_overview": "tests/web/test_quality.py: test_everybody_sees_their_own_figures_and_managers_their_people",
    "quality_clean": "tests/web/test_quality.py: test_cleaning_is_shown_first_done_as_a_job_and_taken_back",
    "quality_search": "tests/web/test_quality.py: test_the_search_for_wrong_values_is_for_who_may_change_customers",
    "inspections": "tests/web/test_quality.py: test_inspections_stay_within_reach",
    "inspection": "tests/web/test_quality.py: test_inspections_stay_within_reach",
    "inspection_item": "tests/web/test_quality.py: test_inspections_stay_within_reach",
    "tiers": "tests/web/test_tiers.py: test_everybody_sees_the_tiers_of_customers_within_reach_alone",
    "log": "test_a_contact_cannot_be_written_down_with_a_foreign_record",
}
