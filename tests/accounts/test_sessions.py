"""Sessions: who has one, how long it lasts, and that it ends at once when it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import PASSWORD, Cast, actor, client
from zhike.accounts import people
from zhike.accounts.jobs import forget_old_sign_ins
from zhike.accounts.models import LoginSession, User
from zhike.accounts.sessions import digest
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, NotFound

WHOLE_PAGE = "/me/"


def is_in(browser: Client) -> bool:
    return browser.get(WHOLE_PAGE).status_code == 200


def signed_in(user: User) -> Client:
    browser = Client()
    browser.post("/login/", {"username": user.username, "password": PASSWORD})
    assert is_in(browser)
    return browser


def test_visitors_are_sent_to_sign_in_and_come_back(db: None) -> None:
    answer = Client().get("/me/?a=1&b=2")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Fme%2F%3Fa%3D1%26b%3D2")
    assert not LoginSession.objects.exists()


def test_a_fragment_asked_for_by_a_visitor_moves_the_whole_page(db: None) -> None:
    answer = Client().get(
        "/me/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/customers/?q=1"}
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=%2Fo%2Fcustomers%2F%3Fq%3D1"


def test_pages_are_kept_by_nobody_else(cast: Cast) -> None:
    answer = client(cast.bob).get(WHOLE_PAGE)
    assert "no-store" in answer["Cache-Control"]
    assert {"Cookie", "HX-Request"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_a_request_of_a_known_person_costs_one_query_for_session_person_and_stamps(cast: Cast) -> None:
    browser = client(cast.bob)
    browser.get("/me/password/")
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/me/password/").status_code == 200
    about_accounts = [query["sql"] for query in captured.captured_queries if '"accounts_' in query["sql"]]
    assert len(about_accounts) == 1, about_accounts


def test_the_session_key_changes_at_sign_in_and_is_not_in_the_database(cast: Cast) -> None:
    browser = Client()
    browser.cookies["zhike_session"] = "x" * 32
    browser.post("/login/", {"username": "bob", "password": PASSWORD})
    key = browser.cookies["zhike_session"].value
    assert key != "x" * 32
    row = LoginSession.objects.get(user=cast.bob)
    assert row.digest == digest(key)
    assert key not in repr(LoginSession.objects.values().get(pk=row.pk))


def test_the_cookie_is_out_of_reach_of_scripts(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    cookie = browser.cookies["zhike_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_disabled_person_is_out_at_the_next_request(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    people.user_disable(cast.bob.pk, actor=actor(cast.adam))
    assert not is_in(browser)


def test_a_person_disabled_straight_in_the_database_is_out_too(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert not is_in(browser)


def test_an_account_that_expires_is_out_the_day_after(cast: Cast) -> None:
    now = timezone.now().replace(hour=4)
    with time_machine.travel(now, tick=False) as clock:
        people.expiry_set(cast.bob.pk, timezone.localdate(), actor=SYSTEM)
        browser = signed_in(cast.bob)
        clock.shift(timedelta(hours=11))
        assert is_in(browser)
        clock.shift(timedelta(hours=6))
        assert not is_in(browser)


def test_a_change_of_role_counts_at_the_next_request(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    assert browser.get(WHOLE_PAGE).wsgi_request.actor.role_keys == {"sales"}
    people.roles_set(cast.bob.pk, ["service"], actor=actor(cast.adam))
    assert browser.get(WHOLE_PAGE).wsgi_request.actor.role_keys == {"service"}


def test_a_session_ends_when_idle_for_long(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = signed_in(cast.bob)
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_AGE - 60))
        assert is_in(browser)
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_AGE - 60))
        assert is_in(browser)
        clock.shift(timedelta(seconds=settings.SESSION_IDLE_AGE + 60))
        assert not is_in(browser)


def test_a_session_ends_after_a_week_however_busy(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = signed_in(cast.bob)
        for _step in range(13):
            clock.shift(timedelta(hours=11))
            assert is_in(browser)
        clock.shift(timedelta(days=1, hours=2))
        assert not is_in(browser)


def test_a_clock_set_back_does_not_bring_an_ended_session_back(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = signed_in(cast.bob)
        kept = browser.cookies["zhike_session"].value
        browser.post("/logout/")
        clock.shift(timedelta(days=-1))
        browser.cookies["zhike_session"] = kept
        assert not is_in(browser)


def test_signing_out_ends_the_session_at_the_server(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    kept = browser.cookies["zhike_session"].value
    browser.post("/logout/")
    browser.cookies["zhike_session"] = kept
    assert not is_in(browser)
    assert LoginSession.objects.get(user=cast.bob).ended_at is not None


def test_signing_out_by_a_link_from_elsewhere_does_nothing(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    assert browser.get("/logout/").status_code == 405
    assert is_in(browser)


def test_people_see_their_devices_and_end_them(cast: Cast) -> None:
    here, there = signed_in(cast.bob), signed_in(cast.bob)
    other = LoginSession.objects.get(digest=digest(there.cookies["zhike_session"].value))
    assert f"/me/sessions/{other.pk}/end/" in here.get("/me/").content.decode()
    assert here.post(f"/me/sessions/{other.pk}/end/").status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_somebody_elses_device(cast: Cast) -> None:
    signed_in(cast.alice)
    row = LoginSession.objects.get(user=cast.alice)
    assert client(cast.bob).post(f"/me/sessions/{row.pk}/end/").status_code == 404
    with pytest.raises(NotFound):
        people.session_end(row.pk, actor=actor(cast.bob))
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_new_password_signs_other_devices_out_and_keeps_this_one(cast: Cast) -> None:
    here, there = signed_in(cast.bob), signed_in(cast.bob)
    before = here.cookies["zhike_session"].value
    new = "quite another sentence"
    answer = here.post("/me/password/", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert here.cookies["zhike_session"].value != before
    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", "quite another sentence", "quite another sentence", "现在的密码"),
        (PASSWORD, "short", "short", "至少需要 10 个"),
        (PASSWORD, "1234567890", "1234567890", "最常见"),
        (PASSWORD, "bobbobbob1", "bobbobbob1", ""),
        (PASSWORD, PASSWORD, PASSWORD, "不同"),
        (PASSWORD, "quite another sentence", "quite another", "两次"),
    ],
)
def test_a_bad_new_password_is_refused_with_the_reason(
    cast: Cast, old: str, new: str, again: str, message: str
) -> None:
    browser = signed_in(cast.bob)
    answer = browser.post("/me/password/", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    cast.bob.refresh_from_db()
    assert cast.bob.check_password(PASSWORD)


def test_whoever_must_change_the_password_can_do_nothing_else(cast: Cast) -> None:
    people.password_set(cast.bob.pk, "given by the admin", actor=actor(cast.adam))
    browser = Client()
    browser.post("/login/", {"username": "bob", "password": "given by the admin"})
    assert browser.get("/me/")["Location"] == "/me/password/"
    new = "quite another sentence"
    browser.post("/me/password/", {"old": "given by the admin", "new": new, "again": new})
    assert is_in(browser)


def test_preferences_take_effect_at_once(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    values = {"language": "en", "timezone": "Europe/Berlin", "theme": "dark", "notify_mention": "on"}
    assert browser.post("/me/", values).status_code == 302
    answer = browser.get("/me/")
    assert answer["Content-Language"] == "en"
    assert answer.wsgi_request.actor.timezone == "Europe/Berlin"
    cast.bob.refresh_from_db()
    assert "mention" not in cast.bob.notifications
    assert set(cast.bob.notifications.values()) == {False}


def test_a_time_zone_that_does_not_exist_is_refused(cast: Cast) -> None:
    answer = signed_in(cast.bob).post("/me/", {"language": "en", "timezone": "Mars/Olympus", "theme": "dark"})
    assert answer.status_code == 422


def test_a_token_is_shown_once(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    answer = browser.post("/me/tokens/", {"name": "报表", "objects": ["user"], "verb": "read"})
    text = answer.content.decode()
    assert 'value="zk_' in text
    assert 'value="zk_' not in browser.get("/me/").content.decode()
    assert cast.bob.tokens.get().scopes == ["user:read"]


def test_a_token_cannot_manage_accounts(cast: Cast) -> None:
    program = replace(actor(cast.adam), token_scopes=frozenset({"*"}))
    with pytest.raises(Denied):
        people.roles_set(cast.bob.pk, ["admin"], actor=program)
    with pytest.raises(Denied):
        people.password_change(cast.adam, old=PASSWORD, new="quite another sentence", actor=program)


def test_a_visitor_chooses_the_language_of_the_door(db: None) -> None:
    browser = Client()
    browser.post("/language/", {"language": "en", "next": "/login/"})
    assert browser.get("/login/")["Content-Language"] == "en"


def test_old_sign_ins_are_forgotten_and_recent_ones_kept(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        signed_in(cast.bob)
        clock.shift(timedelta(days=settings.SIGN_IN_LOG_DAYS))
        signed_in(cast.alice)
        forget_old_sign_ins()
        assert LoginSession.objects.count() == 2
        clock.shift(timedelta(days=8))
        forget_old_sign_ins()
        assert [row.user for row in LoginSession.objects.select_related("user")] == [cast.alice]


def test_switching_the_language_stays_on_the_page(cast: Cast) -> None:
    browser = signed_in(cast.bob)
    answer = browser.post("/language/", {"language": "en"}, headers={"Referer": "http://testserver/me/password/?x=1"})
    assert answer["Location"] == "/me/password/"
    away = browser.post("/language/", {"language": "en"}, headers={"Referer": "http://evil.example//evil.example/"})
    assert away["Location"] == "/"
