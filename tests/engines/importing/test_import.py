"""Spreadsheets become records, and what does not fit comes back with its reason."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from tests.cast import Cast, actor
from zhike.accounts.models import User
from zhike.domain.activities.models import Task
from zhike.domain.customers.models import Contact, Customer, Tag
from zhike.engines.importing import services
from zhike.engines.importing.job import remove_old_files
from zhike.engines.importing.models import ImportRun
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.metadata import registry
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.records import delete, record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

SHEET = """客户名称,客户编号,类型,手机,负责人,标签,联系人姓名,联系人手机
上海晨光文具有限公司,K1,企业,021-61234567,Bob,重点；文具,张建国,13800138000
上海晨光文具有限公司,K1,企业,,,,李梅,13900139000
王小明,K2,个人,１３７００１３７０００,,,,
坏号码,K3,企业,12,,,,
,K4,企业,,,,,
没有负责人,K5,企业,,Nobody,,,
"""


def upload(user: User, text: str = SHEET, encoding: str = "utf-8", name: str = "客户.csv") -> ImportRun:
    chunks = [text.encode(encoding)]
    return services.import_upload(registry.get("customer"), chunks, file_name=name, actor=actor(user))


def run(found: ImportRun, user: User, **choices: object) -> Job:
    job = services.import_start(found, actor=actor(user), **choices)  # type: ignore[arg-type]
    work_off()
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_columns_are_recognised_in_every_encoding(cast: Cast, encoding: str) -> None:
    found = upload(cast.clara, encoding=encoding)
    assert found.mapping == {
        "0": "name",
        "1": "code",
        "2": "kind",
        "3": "phones",
        "4": "owner",
        "5": "tags",
        "6": "contacts.name",
        "7": "contacts.phones",
    }
    assert found.key == "code"


def test_one_pass_makes_customers_contacts_owners_and_tags(cast: Cast) -> None:
    job = run(upload(cast.clara), cast.clara)
    assert job.state == Job.State.DONE, job.error
    assert {key: job.result[key] for key in ("rows", "created", "rejected")} == {"rows": 6, "created": 2, "rejected": 3}
    chenguang = Customer.objects.get(code="K1")
    assert (chenguang.owner, chenguang.department) == (cast.bob, cast.first)
    assert sorted(tag.name for tag in chenguang.tags.all()) == ["文具", "重点"]
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["张建国", "李梅"]
    assert Customer.objects.get(code="K2").phones == ["+8613700137000"]


def test_rejected_rows_come_back_with_reasons(cast: Cast) -> None:
    found = upload(cast.clara)
    run(found, cast.clara)
    sheet = CalamineWorkbook.from_path(found.rejected_path).get_sheet_by_index(0).to_python()
    assert [row[1] for row in sheet[1:]] == ["K3", "K4", "K5"]
    assert [row[8] for row in sheet[1:]] == [5, 6, 7]
    assert all(row[9] for row in sheet[1:])


def test_a_dry_run_tells_the_same_and_leaves_nothing(cast: Cast) -> None:
    job = run(upload(cast.clara), cast.clara, dry_run=True)
    assert (job.result["created"], job.result["rejected"]) == (2, 3)
    assert not Customer.objects.exists()
    assert not Tag.objects.exists()


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    run(upload(cast.clara), cast.clara)
    job = run(upload(cast.clara), cast.clara)
    assert (job.result["created"], job.result["updated"], job.result["unchanged"]) == (0, 0, 2)
    assert Contact.objects.count() == 2


def test_undo_keeps_what_people_changed_afterwards(cast: Cast) -> None:
    found = upload(cast.clara)
    run(found, cast.clara)
    kept = Customer.objects.get(code="K2")
    record_save(registry.get("customer"), {"tier": "high"}, actor=actor(cast.clara), id=kept.pk)
    services.import_undo(found, actor=actor(cast.clara))
    work_off()
    job = Job.objects.get(kind="import undo")
    assert job.result["conflicts"] == [["customer", kept.pk, "delete"]]
    assert list(Customer.objects.filter(deletion__isnull=True)) == [kept]
    assert not Contact.objects.filter(deletion__isnull=True).exists()


def test_what_was_undone_comes_back_when_the_file_is_imported_again(cast: Cast) -> None:
    found = upload(cast.clara)
    run(found, cast.clara)
    services.import_undo(found, actor=actor(cast.clara))
    work_off()
    assert not Customer.objects.filter(deletion__isnull=True).exists()
    tried = run(upload(cast.clara), cast.clara, dry_run=True)
    job = run(upload(cast.clara), cast.clara)
    for result in (tried.result, job.result):
        assert (result["created"], result["updated"], result["unchanged"], result["rejected"]) == (2, 0, 0, 3)
    assert sorted(Contact.objects.filter(deletion__isnull=True).values_list("name", flat=True)) == ["张建国", "李梅"]
    assert Customer.objects.get(code="K1", deletion__isnull=True).tags.count() == 2


def test_what_somebody_deleted_on_purpose_stays_in_the_bin(cast: Cast) -> None:
    run(upload(cast.clara), cast.clara)
    gone = Customer.objects.get(code="K2")
    delete(registry.get("customer"), [gone.pk], actor=actor(cast.clara))
    job = run(upload(cast.clara), cast.clara)
    assert job.result["rejected"] == 4
    assert Customer.objects.get(pk=gone.pk).deletion_id


def test_a_cancelled_import_stops_and_goes_no_further(cast: Cast) -> None:
    found = upload(cast.clara)
    job = services.import_start(found, actor=actor(cast.clara))
    assert services.import_cancel(found, actor=actor(cast.clara))
    work_off()
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED
    assert not Customer.objects.exists()


def test_who_may_not_import_cannot(cast: Cast) -> None:
    with pytest.raises(Denied):
        upload(cast.bob)
    found = upload(cast.clara)
    with pytest.raises(Exception, match="import"):
        services.import_start(found, actor=actor(cast.alice))


def test_choices_that_do_not_fit_are_refused(cast: Cast) -> None:
    found = upload(cast.clara)
    for choices in (
        {"mapping": {}},
        {"mapping": {"0": "nix"}},
        {"mode": "x"},
        {"key": "tier"},
        {"mapping": {"3": "phones"}},
    ):
        with pytest.raises(Invalid):
            services.import_start(found, actor=actor(cast.clara), **choices)  # type: ignore[arg-type]
    assert not Task.objects.exists()


def test_a_file_that_is_no_table_is_refused_and_not_kept(cast: Cast, tmp_path: Path) -> None:
    for content in (b"", b"\x00\x01\x02" * 50):
        with pytest.raises(Invalid):
            services.import_upload(registry.get("customer"), [content], file_name="x.csv", actor=actor(cast.clara))
    assert not ImportRun.objects.exists()


def test_whole_amounts_of_a_workbook_are_not_taken_for_minor_units(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["客户名称", "信用额度"])
        sheet.write_row(1, 0, ["华贸", 5000])
    found = services.import_upload(
        registry.get("customer"), [path.read_bytes()], file_name=path.name, actor=actor(cast.clara)
    )
    run(found, cast.clara)
    assert Customer.objects.get(name="华贸").credit_limit == 500_000


def test_uploaded_files_go_when_nothing_can_be_undone_any_more(cast: Cast) -> None:
    old, fresh = upload(cast.clara), upload(cast.clara)
    for found, days in ((old, 31), (fresh, 29)):
        at = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(found.path, (at, at))
    remove_old_files()
    assert (old.path.exists(), fresh.path.exists()) == (False, True)


def test_a_file_that_stops_being_text_is_refused_before_anything_is_written(cast: Cast) -> None:
    lines = "".join(f"客户{number},B{number},企业\n" for number in range(40_000))
    chunks = [f"客户名称,客户编号,类型\n{lines}".encode(), b"\xff\xfe\xff broken,B,\n"]
    found = services.import_upload(registry.get("customer"), chunks, file_name="半.csv", actor=actor(cast.clara))
    job = run(found, cast.clara)
    assert job.state != Job.State.DONE
    assert not Customer.objects.exists()


def test_progress_ends_at_the_rows_that_there_were(cast: Cast) -> None:
    job = run(upload(cast.clara, SHEET + "\n\n"), cast.clara)
    assert (job.done, job.total) == (6, 6)
