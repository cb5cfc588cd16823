"""A trial knows the whole file, whatever the batches, and says what each way to treat duplicates would do."""

from __future__ import annotations

import orjson
import pytest

from tests.cast import PASSWORD, Cast, actor
from tests.engines.importing.test_import import run, upload
from zhike.accounts.people import user_create
from zhike.domain.customers.models import Customer
from zhike.engines.duplicates.models import KinPair
from zhike.engines.importing import services
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.new_fields import kind_of
from zhike.jobs.models import Job
from zhike.metadata import pace, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Invalid
from zhike.metadata.models import CustomField
from zhike.metadata.records import record_save
from zhike.web.imports.outcome import policies

pytestmark = [pytest.mark.django_db, pytest.mark.write]

NAMES = ("恒泰精密模具", "鼎新商贸", "华瑞电子")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five rows a batch, so that the same firm comes up in several."""

    class Small(pace.Pace):
        def learn(self, rows: int, held: float) -> None:
            self.rows = 5

    monkeypatch.setattr("zhike.engines.importing.job.Pace", lambda _seconds: Small(1, fewest=5, most=5))


def sheet(*, code: bool = False) -> str:
    """20 rows: three firms in the first batch and again in the last, between them others."""
    firms = [f"{name}有限公司" for name in NAMES]
    others = [f"{chr(0x4E00 + number * 97)}{chr(0x5E00 + number * 31)}商行" for number in range(14)]
    rows = [*firms, *others, *firms]
    lines = [f"{name},企业,{f'K{rows.index(name)}' if code else ''},{number}" for number, name in enumerate(rows)]
    return "\n".join(["客户名称,类型,客户编号,备注", *lines, ""])


def tried(cast: Cast, text: str, **choices: object) -> tuple[Job, ImportRun]:
    found = upload(cast.clara, text)
    job = run(found, cast.clara, dry_run=True, **choices)
    assert job.state == Job.State.DONE, job.error
    assert not Customer.objects.exists()
    return job, found


@pytest.mark.parametrize("how", ["create", "skip", "update", "merge"])
def test_a_trial_tells_what_the_import_does(cast: Cast, how: str) -> None:
    choices = {"key": "", "mode": "create", "duplicates": how}
    trial, _found = tried(cast, sheet(), **choices)
    real = run(upload(cast.clara, sheet()), cast.clara, **choices)
    for name in ("rows", "created", "rejected"):
        assert trial.result[name] == real.result[name], name
    assert trial.result["alike_file"] == 3


def test_rows_with_the_same_key_are_one_record_across_batches(cast: Cast) -> None:
    trial, _found = tried(cast, sheet(code=True), key="code", mode="both")
    real = run(upload(cast.clara, sheet(code=True)), cast.clara, key="code", mode="both")
    for name in ("created", "updated", "rejected"):
        assert trial.result[name] == real.result[name], name
    assert trial.result["created"] == 17


def test_a_unique_value_that_an_earlier_row_has_is_told(cast: Cast) -> None:
    trial, found = tried(cast, sheet(code=True), key="", mode="create")
    real = run(upload(cast.clara, sheet(code=True)), cast.clara, key="", mode="create")
    assert trial.result["rejected"] == real.result["rejected"] == 3
    told = [orjson.loads(line)[2][0] for line in found.reasons_path.read_bytes().splitlines()]
    assert all(text.endswith("行已有这个值。") for text in told)


def test_what_was_read_is_forgotten_with_the_trial(cast: Cast) -> None:
    _trial, found = tried(cast, sheet(), key="", mode="create")
    assert not found.seen_path.exists()


def test_the_ways_to_treat_duplicates_stand_side_by_side(cast: Cast) -> None:
    values = {"name": f"{NAMES[0]}有限公司", "kind": "company", "owner": cast.bob.pk}
    record_save(registry.get("customer"), values, actor=SYSTEM)
    found = upload(cast.clara, sheet())
    trial = run(found, cast.clara, dry_run=True, key="", mode="create", duplicates="create")
    told = {policy["key"]: policy["counts"] for policy in policies(found, trial)}
    # The firm of the base stands in the file twice, the two others twice among themselves.
    assert told == {"create": (20, 0, 0), "skip": (16, 0, 4), "update": (16, 4, 0), "merge": (16, 4, 0)}
    for how in ("skip", "update"):
        again = upload(cast.clara, sheet())
        trial = run(again, cast.clara, dry_run=True, key="", mode="create", duplicates=how)
        same = {policy["key"]: policy["counts"] for policy in policies(again, trial)}
        assert same == told


def test_a_field_is_made_for_a_column_when_the_import_starts(cast: Cast) -> None:
    both = user_create(
        username="ada",
        name="Ada",
        password=PASSWORD,
        must_change_password=False,
        roles=["admin", "custodian"],
        department=cast.branch.pk,
        actor=SYSTEM,
    )
    text = "客户名称,喜欢的茶,上次拜访\n甲公司,龙井,2024年5月1日\n乙公司,普洱,2024.5.2\n"
    found = upload(both, text)
    mapping = {"0": "name", "1": "+field", "2": "+field"}
    run(found, both, mapping=mapping, dry_run=True, key="")
    assert not CustomField.objects.filter(label="喜欢的茶").exists()
    job = run(found, both, mapping=mapping, key="")
    assert job.result["created"] == 2
    assert dict(CustomField.objects.values_list("label", "kind")) == {"喜欢的茶": "text", "上次拜访": "date"}
    assert sorted(Customer.objects.get(name="甲公司").custom.values()) == ["2024-05-01", "龙井"]


def test_who_may_not_change_settings_makes_no_fields(cast: Cast) -> None:
    found = upload(cast.clara, "客户名称,喜欢的茶\n甲公司,龙井\n")
    with pytest.raises(Invalid):
        services.import_start(found, actor=actor(cast.clara), mapping={"0": "name", "1": "+field"}, key="")


def test_the_kind_of_a_new_field_follows_from_its_cells() -> None:
    assert kind_of([]) == "text"
    assert kind_of(["1", 2, "3.50", "-4"]) == "decimal"
    assert kind_of(["007", "12"]) == "text"
    assert kind_of(["2024-05-01", "2024年5月2日"]) == "date"
    assert kind_of(["短", "长" * 300]) == "long_text"
    assert kind_of(["13800138000"]) == "text"


def test_rows_like_a_record_of_another_type_are_told_and_become_candidates(cast: Cast) -> None:
    firm = record_save(registry.get("customer"), {"name": "苏州恒泰精密模具有限公司", "kind": "company"}, actor=SYSTEM)
    values = {"name": "王建国", "customer": firm, "phones": ["13912341234"]}
    contact = record_save(registry.get("contact"), values, actor=SYSTEM)
    text = "客户名称,类型,电话\n王建国,个人,13912341234\n李红,个人,13912345678\n"
    choices = {"key": "", "mode": "create", "duplicates": "skip"}
    trial = run(upload(cast.clara, text), cast.clara, dry_run=True, **choices)
    assert (trial.result["created"], trial.result["alike_kin"]) == (2, 1)
    ((number, kind, title, url, reasons),) = trial.result["kin"]
    assert (number, kind, title, url) == (2, "联系人", "王建国", f"/o/contacts/{contact}/")
    assert reasons == "名称相同、手机号相同"
    assert not KinPair.objects.exists()
    run(upload(cast.clara, text), cast.clara, **choices)
    pair = KinPair.objects.get()
    assert (pair.left_key, pair.left_id) == ("contact", contact)
    assert (pair.right_key, pair.right_id) == ("customer", Customer.objects.get(name="王建国").pk)
