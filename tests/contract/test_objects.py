"""What every object type must do, whoever added it: pages, API, history, search, files, words in both languages, fast lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client, person
from tests.contract.every_object import assemble, by_hand, title_of
from zhike.accounts.models import User
from zhike.accounts.roles import actions_of, grants_set, role_create
from zhike.engines.exporting.models import ExportRun
from zhike.engines.importing.targets import guess_mapping, targets
from zhike.engines.search.query import search
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Scope
from zhike.metadata.fields.choice_option import choices_of
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.contract]

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def made(cast: Cast) -> dict[str, int]:
    return assemble(cast)


@pytest.fixture
def everyman(cast: Cast, made: dict[str, int]) -> User:
    """Somebody who may do everything with every object, users and departments too."""
    role = role_create(name="全能", actor=actor(cast.adam))
    wanted = {(found.key, action): Scope.ALL for found in public_types() for action in actions_of(found)}
    grants_set(role, wanted, actor=SYSTEM)
    return person("everyman", role.key, cast.branch)


def public_types() -> list[ObjectType]:
    """Types whose records others than their owner may see."""
    return [found for found in registry.all_types() if not found.is_private]


def test_every_object_has_its_pages(everyman: User, made: dict[str, int]) -> None:
    browser = client(everyman)
    wrong = []
    for found in public_types():
        record = f"/o/{found.slug}/{made[found.key]}/"
        urls = [f"/o/{found.slug}/", record, *(f"{record}{part}/" for part in ("peek", "history", "why"))]
        urls += [f"{record}edit/"] if by_hand(found) else []
        urls += [f"/o/{found.slug}/new/"] if found.creatable else []
        urls += [board_of(found)] if found.board_by and board_of(found) else []
        urls += [f"/o/{found.slug}/{part}/" for part in ("count", "filter", "pick", "columns")]
        wrong += [f"{url}: {status}" for url in urls if (status := browser.get(url).status_code) != 200]
        if title_of(found, made[found.key]) not in browser.get(f"/o/{found.slug}/").content.decode():
            wrong.append(f"{found.key} is not in its own list")
    assert wrong == []


def written_types() -> list[ObjectType]:
    """Those of them whose records people change themselves."""
    return [found for found in public_types() if by_hand(found)]


def board_of(found: ObjectType) -> str:
    try:
        return reverse("board", kwargs={"slug": found.slug})
    except NoReverseMatch:
        return ""


def test_every_object_goes_through_the_api_and_back_unchanged(everyman: User, made: dict[str, int]) -> None:
    program = caller(everyman)
    wrong = []
    for found in written_types():
        path = f"/{found.slug}/{made[found.key]}"
        record = told(program.get(path))
        writable = {field.key for field in found.writable_fields} & set(record)
        same = {key: record[key] for key in writable if record[key] is not None}
        if found.lines:
            # Its samples of lines were made one by one; their sums are written with the record.
            record = told(program.patch(path, same, **{"If-Match": "*"}))
        answer = program.patch(path, same, **{"If-Match": "*"})
        if answer.status_code != 200 or told(answer)["version"] != record["version"]:
            wrong.append(f"{found.key}: {answer.status_code} {answer.content[:300]!r}")
    assert wrong == []


def test_every_object_keeps_its_history(everyman: User, made: dict[str, int]) -> None:
    program = caller(everyman)
    for found in written_types():
        path = f"/{found.slug}/{made[found.key]}"
        new = another_title(found, told(program.get(path))[found.title])
        assert program.patch(path, {found.title: new}, **{"If-Match": "*"}).status_code == 200, found.key
        latest = told(program.get(f"{path}/history"))["data"][0]
        assert str(everyman.pk) in str(latest["actor"]), found.key
        assert new in str(latest), found.key


def another_title(found: ObjectType, old: str) -> str:
    """Some types are named by a choice."""
    choices = [choice.key for choice in choices_of(found.field(found.title)) if not choice.retired]
    return next((key for key in choices if key != old), "改过的名称")


def test_search_finds_every_searchable_object_by_its_title(everyman: User, made: dict[str, int]) -> None:
    reader = actor(everyman)
    wrong = []
    for found in public_types():
        if found.title in found.search:
            groups = search(reader, title_of(found, made[found.key]), context=context_for(reader))
            if not any(group.object_type.key == found.key and group.hits for group in groups):
                wrong.append(found.key)
    assert wrong == []


def test_every_object_goes_into_a_file(everyman: User, made: dict[str, int]) -> None:
    program = caller(everyman)
    for found in public_types():
        asked = program.post(f"/{found.slug}/exports", {"format": "csv"})
        assert asked.status_code == 202, found.key
        while (job := claim("test")) is not None:
            perform(job)
        text = ExportRun.objects.get(pk=told(asked)["id"]).path.read_text("utf-8-sig")
        assert title_of(found, made[found.key]).splitlines()[0] in text, found.key


def test_every_object_is_imported_by_the_names_of_its_fields(everyman: User) -> None:
    wrong = []
    for found in public_types():
        known = targets(found, actor(everyman))
        assert {field.key for field in found.writable_fields} <= set(known), found.key
        own = {key: target for key, target in known.items() if not target.is_child}
        labels = [target.label for target in own.values()]
        mapping = guess_mapping(labels, own)
        lost = set(own) - set(mapping.values())
        wrong += [f"{found.key}.{key}" for key in lost]
    assert wrong == []


# Words ------------------------------------------------------------------------------------------------------------


def words(found: ObjectType) -> Iterator[tuple[str, Any]]:
    """Where each label stands, and the label."""
    yield "label", found.label
    yield "label_plural", found.label_plural
    for field in found.active_fields:
        yield f"field {field.key}", field.label
        yield from ((f"choice {field.key}.{choice.key}", choice.label) for choice in choices_of(field))
        if field.help:
            yield f"help {field.key}", field.help
    yield from ((f"section {number}", section.label) for number, section in enumerate(found.form))
    yield from ((f"panel {panel.object_key}", panel.label) for panel in found.panels if panel.label)
    for key, action in found.actions.items():
        yield f"action {key}", action.label
        yield from ((f"argument {key}.{field.key}", field.label) for field in action.arguments)


def test_every_label_is_there_in_both_languages(made: dict[str, int]) -> None:
    registered = [found for found in registry.all_types() if not found.is_custom]
    wrong = []
    for found in registered:
        for place, label in words(found):
            with override("zh-hans"):
                chinese = str(label)
            with override("en"):
                english = str(label)
            if not HAN.search(chinese):
                wrong.append(f"{found.key} {place}: {chinese!r} in Chinese")
            if HAN.search(english) or not english:
                wrong.append(f"{found.key} {place}: {english!r} in English")
    assert wrong == []


# Speed ------------------------------------------------------------------------------------------------------------


def plan(sql: str) -> str:
    """How the database reads the rows; PostgreSQL is told that reading and sorting all is dear."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def follows_index(read: str, table: str) -> bool:
    """Whether the ids of the page come out of an index; the page itself may be sorted afterwards."""
    if connection.vendor == "postgresql":
        sorted_nodes = re.findall(r"Sort  \(.*\n(?:.*Sort Key.*\n)(.*)", read)
        return "Index" in read and "Seq Scan" not in read and all("CTE Scan" in node for node in sorted_nodes)
    return any(f" {table} USING" in line for line in read.splitlines()) and f"SCAN {table}\n" not in f"{read}\n"


def test_the_default_order_of_every_list_follows_an_index(made: dict[str, int]) -> None:
    wrong = []
    for found in registry.all_types():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            Query(found, SYSTEM, context_for(SYSTEM), columns=(found.title,), sort=(found.default_sort,)).page()
        ordered = [query["sql"] for query in captured.captured_queries if "ORDER BY" in query["sql"]]
        assert ordered, found.key
        for sql in ordered:
            read = plan(sql)
            if not follows_index(read, found.model._meta.db_table):
                wrong.append(f"{found.key} by {found.default_sort}: {read}")
    assert wrong == [], "\n".join(wrong)
