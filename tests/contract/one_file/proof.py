"""Run in a process of its own, with the coupon file as a temporary app: every surface works, and no other file named it."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from zhike.cli import migrate_command  # noqa: E402

setup_test_environment()
call_command("makemigrations", "coupons", verbosity=0)
migrate_command.apply()

from coupons import coupon  # noqa: E402

from tests.api.caller import caller, told  # noqa: E402
from tests.cast import assemble, client  # noqa: E402
from zhike.accounts.actors import actor_for_id  # noqa: E402
from zhike.domain.customers.models import Customer  # noqa: E402
from zhike.engines.importing import services  # noqa: E402
from zhike.jobs.worker import work_off  # noqa: E402
from zhike.metadata import registry, sealing  # noqa: E402

cast = assemble()
bob, clara, mallory = caller(cast.bob), caller(cast.clara), caller(cast.mallory)
sealing.run_outbox()
found: dict[str, Any] = {}

# API, permission, history, action
customer = told(bob.post("/customers", {"name": "甲", "kind": "company"}))["id"]
values = {"code": "SPRING", "percent_off": 20, "customer": customer, "granted_at": "2026-05-01T08:00:00Z"}
made = told(bob.post("/coupons", values))
path = f"/coupons/{made['id']}"
found["api"] = made["status"] == "draft"
found["permission"] = [mallory.get(path).status_code, caller(cast.charlie).get(path).status_code] == [403, 404]
found["action"] = bob.post(f"{path}/actions/retire").status_code == 200 and told(bob.get(path))["status"] == "retired"
found["history"] = [entry["action"] for entry in told(bob.get(f"{path}/history"))["data"]] == ["update", "create"]
found["search"] = [hit["id"] for hit in told(bob.get("/search?q=spring&objects=coupon"))["data"]] == [made["id"]]
found["openapi"] = (
    "/coupons/{record_id}"
    in told(Client().get("/api/openapi.json", headers={"Authorization": f"Bearer {bob.secret}"}))["paths"]
)

# A second source on the customer's timeline
timeline = told(bob.get(f"/customers/{customer}/timeline"))["data"]
found["timeline"] = [(entry["source"], entry["title"], entry["kind"]) for entry in timeline] == [
    ("coupon", "SPRING", "retired")
]

# Import
user = actor_for_id(cast.clara.pk)
assert user is not None
run = services.import_upload(
    registry.get("coupon"), [b"coupon code,percent off\nAUTUMN,15\nWINTER,x\n"], file_name="c.csv", actor=user
)
services.import_start(run, actor=user)
work_off()
found["import"] = list(coupon.Coupon.objects.filter(code="AUTUMN").values_list("percent_off", flat=True)) == [15]

# A second consumer of the outbox
for _attempt in range(100):
    sealing.run_outbox()
    if len(coupon.HEARD) >= 3:
        break
found["outbox"] = coupon.HEARD == ["create", "update", "create"]

# A second figure of the customer, fresh within the outbox's next round
found["figure"] = told(bob.get(f"/customers/{customer}?fields=coupon_count"))["coupon_count"] == 1

# List, record and form in the browser
browser = client(cast.bob)
listed = browser.get("/o/coupons/").content.decode()
found["list"] = "SPRING" in listed and "AUTUMN" not in listed
found["board"] = "SPRING" in browser.get("/o/coupons/board/").content.decode()
found["record"] = "SPRING" in browser.get(f"/o/coupons/{made['id']}/").content.decode()
found["form"] = 'name="percent_off"' in browser.get("/o/coupons/new/").content.decode()
found["no entry"] = client(cast.mallory).get("/o/coupons/").status_code == 403
assert Customer.objects.count() == 1
json.dump(found, sys.stdout)
