"""The navigation: grouped, only what opens, remembered as the person turned it, and short on the phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from tests.cast import Cast, actor, client
from zhike.accounts.models import User
from zhike.config import urls  # noqa: F401 - pages stand in the navigation once their views are known
from zhike.metadata.navigation import GROUPS, Group
from zhike.web import navigation
from zhike.web.shell import COOKIE, THUMBS, navigation as groups, new_records

pytestmark = pytest.mark.django_db
PEOPLE = ("alice", "bob", "sara", "max", "eve", "clara", "adam", "mallory")


def places(person: User) -> dict[str, list[dict[str, Any]]]:
    return {group["key"]: group["links"] for group in groups(actor(person))}


@pytest.mark.parametrize("name", PEOPLE)
def test_every_place_that_is_offered_opens(cast: Cast, name: str) -> None:
    person = getattr(cast, name)
    visitor = client(person)
    offered = [entry["url"] for entries in places(person).values() for entry in entries]
    offered += [entry["url"] for group in new_records(actor(person)) for entry in group["links"]]

    answers = {url: visitor.get(url, follow=True).status_code for url in offered}

    assert {url: status for url, status in answers.items() if status != 200} == {}
    assert "/" in offered


def test_objects_and_pages_stand_together_in_the_groups_that_they_name(cast: Cast) -> None:
    found = places(cast.alice)

    assert [entry["url"] for entry in found["customers"]][:2] == ["/o/customers/", "/o/contacts/"]
    assert "/pools/" in [entry["url"] for entry in found["customers"]]
    assert next(entry["url"] for entry in found["value"]) == "/tiers/"
    assert list(found) == [key for key in (navigation.TOP, *GROUPS, navigation.END) if key in found]
    assert navigation.END not in found


def test_nothing_stands_twice_and_no_key_goes_to_two_places(cast: Cast) -> None:
    everything = [
        entry for person in (cast.alice, cast.adam) for entries in places(person).values() for entry in entries
    ]
    distinct = {entry["url"]: entry for entry in everything}
    keys = [entry["key"] for entry in distinct.values() if entry["key"]]

    for person in (cast.alice, cast.adam):
        offered = [entry["url"] for entries in places(person).values() for entry in entries]
        assert len(offered) == len(set(offered))
    assert len(keys) == len(set(keys))


def test_a_page_of_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="no group"):
        navigation.add(navigation.Place("work", "Work page", "elsewhere", "home"))


def test_groups_come_as_the_person_left_them(cast: Cast) -> None:
    bob = client(cast.bob)
    folded = {key for key, group in GROUPS.items() if group.folded}

    assert folded_groups(bob.get("/").content.decode()) == folded & set(places(cast.bob))
    bob.cookies[COOKIE] = "customers.team.nonsense"
    assert folded_groups(bob.get("/").content.decode()) == ((folded - {"team"}) | {"customers"}) & set(places(cast.bob))


def folded_groups(page: str) -> set[str]:
    return set(re.findall(r'aria-expanded="false" aria-controls="rail-(\w+)"', page))


def test_the_phone_has_five_places_that_the_person_may_open(cast: Cast) -> None:
    bar = {
        name: [entry["url"] for entry in navigation.thumb_entries(actor(getattr(cast, name)), THUMBS)]
        for name in PEOPLE
    }

    assert bar["bob"] == ["/", "/o/customers/", "/log/", "/o/tasks/", "/notifications/"]
    assert bar["adam"][:2] == ["/", "/notifications/"]
    assert "/settings/" in bar["adam"]
    assert "/o/customers/" not in bar["adam"]
    assert all(len(found) <= THUMBS for found in bar.values())


def test_the_sheet_of_the_phone_has_what_the_rail_has(cast: Cast) -> None:
    page = client(cast.bob).get("/").content.decode()
    sheet = page[page.index('id="places"') :]

    for entries in places(cast.bob).values():
        for entry in entries:
            assert f'class="place" href="{entry["url"]}"' in sheet


def test_every_group_says_its_name_in_both_languages() -> None:
    def names(language: str) -> list[str]:
        from_groups: list[Group] = list(GROUPS.values())
        with translation.override(language):
            return [str(group.label) for group in from_groups]

    assert all(re.search("[一-鿿]", name) for name in names("zh-hans"))
    assert not any(re.search("[一-鿿]", name) for name in names("en"))
