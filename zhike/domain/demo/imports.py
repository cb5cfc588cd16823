"""An import in the demo: a list from a trade fair, of which three rows were refused and can be looked at."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

from zhike.accounts.models import User
from zhike.engines.importing.models import ImportRun
from zhike.engines.importing.services import import_start, import_upload
from zhike.jobs.worker import run_now
from zhike.metadata import registry
from zhike.metadata.actor import Actor

IMPORTER = "qiuxiulan"
FILE = "五月展会名单.csv"
ROWS = (
    ("客户名称", "类型", "手机", "统一社会信用代码", "阶段", "来源", "负责人", "备注"),
    ("太仓鸿运五金制品有限公司", "企业", "13800770001", "", "潜在", "展会", "孙丽华", "要丁腈手套样品"),
    ("江阴德源纺织有限公司", "企业", "13800770002", "", "潜在", "展会", "孙丽华", ""),
    ("张家港永信包装材料有限公司", "企业", "1380077003", "", "潜在", "展会", "孙丽华", "手机少写一位"),
    ("常熟锦程电机有限公司", "企业", "13800770004", "", "潜在", "展会", "尉迟明", ""),
    ("宜兴华茂紧固件厂", "企业", "13800770005", "913202820000000000", "潜在", "展会", "尉迟明", "信用代码抄错"),
    ("靖江盛达机电设备有限公司", "企业", "13800770006", "", "快成交了", "展会", "尉迟明", "没有这个阶段"),
    ("启东海润食品有限公司", "企业", "13800770007", "", "潜在", "展会", "尉迟明", ""),
)


def imports(people: Mapping[Any, int], actor_of: Callable[[User], Actor]) -> None:
    """Carry it out; ``people`` are ids by user name."""
    if not {IMPORTER, "sunlihua", "yuchiming"} <= people.keys():
        return
    actor = actor_of(User.objects.get(pk=people[IMPORTER]))
    file = StringIO()
    csv.writer(file).writerows(ROWS)
    run = import_upload(registry.get("customer"), [file.getvalue().encode()], file_name=FILE, actor=actor)
    run_now(import_start(run, actor=actor, mode=ImportRun.Mode.CREATE, key="").pk)
