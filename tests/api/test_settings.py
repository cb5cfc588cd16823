"""Settings set by programs: what they read back, what is never readable, and what the history keeps."""

from __future__ import annotations

import pytest

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from tests.domain.tiers.base import worth
from tests.engines.mail.servers import mail_host
from tests.permissions.api_settings import PATH, READ, RULES, TIERS, WRITE
from tests.web.records import customers
from zhike.accounts.models import Token, User
from zhike.accounts.tokens import token_create, token_revoke
from zhike.domain.quality.cleaning import run_cleaning
from zhike.domain.quality.models import QualityRules
from zhike.domain.tiers.models import TierVersion
from zhike.engines.mail.models import Mail, MailServer, MailState
from zhike.jobs.models import Job
from zhike.jobs.run import JobRun
from zhike.metadata.models import Batch, Change

pytestmark = [pytest.mark.django_db]

SERVER = {
    "host": "smtp.example.cn",
    "port": 587,
    "security": "starttls",
    "username": "zhike",
    "password": "open sesame",
    "sender": "crm@example.cn",
}


def test_rules_of_completeness_are_tried_and_put_in_force(cast: Cast) -> None:
    [rich] = customers(cast.bob, "海天包装", phones=["13800001234"])
    program = caller(cast.adam, READ, WRITE)
    assert told(program.get("/settings/quality-rules"))["number"] == 0
    tried = told(program.post("/settings/quality-rules/preview", RULES))
    assert (tried["population"], tried["rising"], tried["movers"]) == (1, 1, [])
    assert not QualityRules.objects.exists()

    saved = program.post("/settings/quality-rules", RULES)

    assert saved.status_code == 201
    assert told(saved)["definition"] == RULES == told(program.get("/settings/quality-rules"))["definition"]
    assert Job.objects.filter(kind="quality.score_all").exists()
    change = Change.objects.get(object_key="quality_rules")
    assert (change.actor_id, Batch.objects.get(pk=change.batch_id).source) == (cast.adam.pk, "api")
    twice = {"groups": [{**RULES["groups"][0], "fields": RULES["groups"][0]["fields"] * 2}]}
    assert told(program.post("/settings/quality-rules", twice))["errors"][0]["field"] == "fields"
    assert rich


def test_a_scheme_gets_versions_that_can_be_tried_first(cast: Cast) -> None:
    worth("海天包装", 5_000), worth("星光印务", 10)
    program = caller(cast.adam, READ, WRITE)
    made = program.post("/settings/tier-schemes", {"key": "bank", "name": "银行"})
    assert told(made) == {"key": "bank", "name": "银行", "name_en": "", "writes_tier": False, "version": None}
    tried = told(program.post("/settings/tier-schemes/bank/preview", TIERS))
    assert (tried["population"], tried["moving"], tried["movers"]) == (2, 2, [])
    assert not TierVersion.objects.filter(scheme__key="bank").exists()

    saved = told(program.post("/settings/tier-schemes/bank/versions", TIERS))
    later = program.post("/settings/tier-schemes/bank/versions", {**TIERS, "effective_on": "2999-01-01"})

    assert (saved["number"], saved["is_in_force"], told(later)["is_in_force"]) == (1, True, False)
    assert [row["number"] for row in told(program.get("/settings/tier-schemes/bank"))["versions"]] == [2, 1]
    # The editor of the browser draws what a program saved.
    assert "金" in client(cast.adam).get("/settings/tiers/bank/").content.decode()
    assert Change.objects.filter(object_key="tier_scheme").count() == 3
    past = program.post("/settings/tier-schemes/bank/versions", {**TIERS, "effective_on": "2020-01-01"})
    assert told(past)["errors"][0]["field"] == "effective_on"
    assert (
        program.post("/settings/tier-schemes/bank/versions", {**TIERS, "effective_on": "2999-02-30"}).status_code == 422
    )


def test_a_flow_is_made_drawn_and_switched_off(cast: Cast) -> None:
    program = caller(cast.adam, READ, WRITE)
    made = told(program.post("/settings/approval-flows", {"object": "customer", "kind": "general", "name": "第二道"}))
    address = f"/settings/approval-flows/{made['id']}"
    assert told(program.post(f"{address}/versions", PATH))["number"] == 1
    assert told(program.patch(address, {"is_active": False}))["is_active"] is False
    found = told(program.get(address))
    assert (found["name"], found["is_active"], found["versions"][0]["definition"]) == (
        "第二道",
        False,
        PATH["definition"],
    )
    nobody = {"definition": {"steps": [{"name": "x", "who": [{"by": "role", "role": "nobody"}]}]}}
    assert told(program.post(f"{address}/versions", nobody))["errors"][0]["field"] == "step_1"
    assert {"kind": "general", "object": "customer"} in told(program.get("/settings/approval-flows"))["offered"]


def test_the_mail_server_is_set_and_its_password_never_read(cast: Cast) -> None:
    program = caller(cast.adam, READ, WRITE)
    assert told(program.get("/settings/mail-server")) == {"is_set_up": False}
    answers = [
        program.patch("/settings/mail-server", SERVER),
        program.get("/settings/mail-server"),
        program.patch("/settings/mail-server", {"per_minute": 5, "is_held": True}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert told(answers[1])["has_password"] is True
    assert (told(answers[2])["per_minute"], told(answers[2])["is_held"]) == (5, True)
    assert all(b"sesame" not in answer.content for answer in answers)
    assert "password" not in told(answers[1])
    assert MailServer.objects.get().password_sealed not in str([answer.content for answer in answers])
    # Whoever could send the stored password to a server of their choice would have it.
    moved = program.patch("/settings/mail-server", {"host": "smtp.elsewhere.cn"})
    assert (moved.status_code, told(moved)["errors"][0]["field"]) == (422, "password")
    assert MailServer.objects.get().host == "smtp.example.cn"


def test_a_test_mail_is_sent_once_for_a_repeated_request(cast: Cast) -> None:
    User.objects.filter(pk=cast.adam.pk).update(emails=["adam@example.cn"])
    program = caller(cast.adam, WRITE)
    with mail_host() as (post, port):
        sent = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "crm@example.cn"}
        assert program.patch("/settings/mail-server", sent).status_code == 200
        first = program.post("/settings/mail-server/test", {}, **{"Idempotency-Key": "once"})
        again = program.post("/settings/mail-server/test", {}, **{"Idempotency-Key": "once"})
    assert told(first)["sent"] is True
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert Mail.objects.filter(state=MailState.SENT).count() == 1
    assert post.recipients == ["adam@example.cn"]


def test_tokens_that_carry_the_settings_are_in_the_history(cast: Cast) -> None:
    adam = actor(cast.adam)
    plain, _text = token_create(cast.adam, name="报表", scopes=["*"], actor=adam)
    token, _text = token_create(cast.adam, name="部署", scopes=[WRITE], actor=adam)
    token_revoke(plain.pk, actor=adam)
    token_revoke(token.pk, actor=adam)
    rows = list(Change.objects.filter(object_key="token").order_by("pk"))
    assert [(row.record_id, row.action, row.actor_id) for row in rows] == [
        (token.pk, Change.Action.CREATE, cast.adam.pk),
        (token.pk, Change.Action.UPDATE, cast.adam.pk),
    ]
    assert rows[0].values["scopes"] == [None, [WRITE]]


def test_the_account_page_offers_the_settings_to_those_who_have_them(cast: Cast) -> None:
    assert 'value="settings"' not in client(cast.clara).get("/me/").content.decode()
    browser = client(cast.adam)
    assert 'value="settings"' in browser.get("/me/").content.decode()
    made = browser.post("/me/tokens/", {"name": "部署", "objects": ["*", "settings"], "verb": "write"})
    assert "像保管密码一样保管它" in made.content.decode()
    assert set(Token.objects.get(user=cast.adam).scopes) == {"*", READ, WRITE}
    refused = client(cast.clara).post("/me/tokens/", {"name": "部署", "objects": ["settings"], "verb": "read"})
    assert refused.status_code == 422


def test_an_inspection_is_drawn_read_and_closed(cast: Cast) -> None:
    customers(cast.bob, "海天包装", phones=["13800001234"])
    program = caller(cast.alice)
    drawn = told(program.post("/quality/inspections", {"user": cast.bob.pk, "size": 5}))
    assert {item["field"]: item["value"] for item in drawn["items"]}["phones"] == ["+8613800001234"]
    verdicts = ["wrong", *["right"] * (len(drawn["items"]) - 1)]
    for item, verdict in zip(drawn["items"], verdicts, strict=True):
        answer = program.post(f"/quality/inspections/{drawn['id']}/items/{item['id']}", {"verdict": verdict})
    closed = told(answer)
    assert closed["closed_at"] is not None
    assert (closed["wrong"], closed["open"]) == (1, 0)
    assert [row["id"] for row in told(program.get("/quality/inspections"))["data"]] == [drawn["id"]]


def test_normalising_is_looked_at_then_done_and_followed(cast: Cast) -> None:
    [pk] = customers(cast.bob, "ＡＢＣ包装")
    program = caller(cast.bob)
    tried = told(program.get("/quality/cleanings?object=customer"))
    assert tried["changes"] == [{"id": pk, "field": "name", "before": "ＡＢＣ包装", "after": "ABC包装"}]
    begun = told(program.post("/quality/cleanings", {"object": "customer"}))
    job = Job.objects.get(pk=begun["id"])
    assert told(program.get(f"/quality/jobs/{job.pk}"))["state"] == "queued"
    Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1)
    run_cleaning(JobRun(Job.objects.get(pk=job.pk)))
    assert told(program.get(f"/customers/{pk}?fields=name"))["name"] == "ABC包装"
    again = told(program.post("/quality/cleanings", {"object": "contact"}))
    assert told(program.post(f"/quality/jobs/{again['id']}/cancel"))["state"] == "cancelled"
