"""Queries whose SQL is put together once give what the queryset would, for every value."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.cast import Cast
from zhike.accounts.models import User
from zhike.metadata.prepared import Prepared


def by_name(name: str) -> Prepared[User, str]:
    return Prepared(lambda found: User.objects.filter(username=found).select_related("department"), place=name)


def test_each_value_finds_its_own_rows(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    users = by_name("nobody at all")

    for person in (cast.alice, cast.bob, cast.alice):
        with django_assert_num_queries(1):
            found = users.first(person.username)
            assert found is not None
            assert found == person
            assert found.department is not None
            assert found.department.pk == person.department_id

    assert users.first("nobody else") is None


def test_tuples_are_those_of_the_query(cast: Cast) -> None:
    ids = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("pk", "username"), place=-1)

    assert list(map(tuple, ids.tuples(cast.bob.pk))) == [(cast.bob.pk, cast.bob.username)]
    assert ids.tuples(0) == []


@pytest.mark.django_db
def test_a_value_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="parameter"):
        Prepared(lambda _pk: User.objects.all(), place=-1).first(1)
