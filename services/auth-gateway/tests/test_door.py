# SPDX-License-Identifier: Apache-2.0
"""test_door - who gets through nginx and the gateway, and who does not. The services behind are not
there: a request that is let through ends in their 503, one that is refused never gets so far."""
import http.client
import itertools
import json
import time

import pytest
import yaml

from conftest import ROOT

DOC = yaml.safe_load((ROOT / "docs/api/openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = [(method.upper(), path, op["x-permission"], op["operationId"])
              for path, item in DOC["paths"].items() for method, op in item.items()]
CLOSED = [o for o in OPERATIONS if o[2] != "public"]
names = itertools.count()


def concrete(path):
    while "{" in path:
        path = path[:path.index("{")] + "x1" + path[path.index("}") + 1:]
    return path


def person(suite, domains=None, administrator=False):
    name = suite.add_user(f"p{next(names)}", "secret", domains, administrator)
    return name, suite.session(name, "secret")


def code(answer):
    return answer.json()["code"]


@pytest.mark.parametrize("method,path,permission,_", CLOSED)
def test_nobody_is_answered(suite, method, path, permission, _):
    answer = suite.anonymous().request(method, concrete(path))
    assert answer.status == 401
    if method != "HEAD":
        assert code(answer) == "auth.required"


def test_each_role_gets_what_it_holds(suite):
    """Every operation x role: 403 exactly where the role table says no."""
    roles = yaml.safe_load((ROOT / "services/auth-gateway/roles.yaml").read_text(encoding="utf-8"))["roles"]
    who = {"administrator": person(suite, administrator=True)[1],
           "data_manager": person(suite, {"default": ["data_manager"]})[1],
           "analyst": person(suite, {"elsewhere": ["analyst"]})[1],
           "nothing": person(suite)[1]}
    for role, someone in who.items():
        held = set(roles.get(role, {}).get("permissions", [])) | {"session"}
        for method, path, permission, operation in CLOSED:
            if operation == "signOut":
                continue
            status = someone.request(method, concrete(path)).status
            assert (status == 403) == (permission not in held), (role, operation, status)


@pytest.mark.parametrize("path", [
    "//api/audit", "/api//audit", "/api/./audit", "/api/audit/", "/api/audit/.", "/api/x/../audit",
    "/api/%61udit", "/api%2faudit", "/api%2Faudit", "/api/%2e/audit", "/api/audit%2f", "/api/audit%00",
    "/api/audit;x=1", "/api/..;/audit", "/api\\audit", "/api%5caudit", "/api%255caudit", "/api/audit%20",
    "/API/audit", "/api/Audit", "/api/audit/x", "/./api/audit", "/x/../api/audit", "/%2e%2e/api/audit",
    "/api/audit%3flimit=1", "/auth/check", "/_check", "/_check/", "/%5fcheck", "/_problem/404",
])
def test_one_spelling(suite, path):
    """Nobody reads the trail by a spelling; a manager, who may not read it, neither."""
    manager = person(suite, {"default": ["data_manager"]})[1]
    for someone in (suite.anonymous(), manager):
        answer = someone.request("GET", path)
        assert answer.status in (400, 401, 403, 404), (path, answer)
        assert b"items" not in answer.body


def test_identity_is_not_taken_from_the_client(suite):
    forged = {h: "admin" for h in (
        "X-Millrace-Token", "X_Millrace_Token", "x-millrace-token", "X-Forwarded-User", "X-Remote-User", "Remote-User",
        "X-User", "X-Auth-Request-User")}
    forged.update({"X-Original-URI": "/auth/signin", "X-Original-Method": "POST", "X-Forwarded-Uri": "/auth/signin",
                   "Connection": "X-Millrace-Token, X-Original-URI"})
    assert suite.anonymous().request("GET", "/api/audit", headers=forged).status == 401
    manager = person(suite, {"default": ["data_manager"]})[1]
    assert manager.request("GET", "/api/audit", headers=forged).status == 403


def test_past_nginx_needs_a_token(suite):
    for headers in ({}, {"X-Millrace-Token": "a.b.c"}, {"Cookie": suite.session().cookie}):
        for i in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", suite.listen["auth-gateway"][i], timeout=5)
            connection.request("GET", "/api/audit", headers=headers)
            assert connection.getresponse().status == 401
            connection.close()


def test_unknown_host_gets_no_answer(suite):
    with pytest.raises((http.client.HTTPException, OSError)):
        suite.anonymous().request("GET", "/", headers={"Host": "evil.example"})


def test_csrf(suite):
    name, someone = person(suite, {"default": ["data_manager"]})
    token, someone.csrf = someone.csrf, None
    answer = someone.post("/api/runs", {})
    assert (answer.status, code(answer)) == (403, "auth.csrf")
    someone.csrf = suite.session().csrf
    assert someone.post("/api/runs", {}).status == 403
    someone.csrf = token
    assert someone.post("/api/runs", {}).status == 503  # let through; nobody is behind
    trail = suite.session().get("/api/audit", actor=name).json()["items"]
    assert [row["result"] for row in trail if row["action"] == "createRun"] == \
        ["let_through", "refused_csrf", "refused_csrf"]


def test_sign_in_tells_nothing(suite):
    name, _ = person(suite)
    wrong = suite.anonymous().sign_in(name, "wrong")
    unknown = suite.anonymous().sign_in("nobody-at-all", "wrong")
    assert wrong.status == unknown.status == 401
    assert {k: v for k, v in wrong.json().items() if k != "request_id"} == \
        {k: v for k, v in unknown.json().items() if k != "request_id"}


def test_sign_in_is_throttled(suite):
    name, _ = person(suite)
    answers = [suite.anonymous().sign_in(name, "wrong").status for _ in range(8)]
    assert answers[:5] == [401] * 5 and 429 in answers[5:]
    held = suite.anonymous().sign_in(name, "secret")
    assert held.status == 429 and code(held) == "auth.throttled"
    assert 1 <= int(held.headers["Retry-After"]) <= 60
    assert f"again in {held.headers['Retry-After']} s" in held.json()["detail"]
    assert suite.wait(lambda: suite.anonymous().sign_in(name, "secret").status == 200, 70)


def sign_in_directly(suite, name, address):
    """Past nginx, whose own limit per address would answer first."""
    connection = http.client.HTTPConnection("127.0.0.1", suite.listen["auth-gateway"][0], timeout=10)
    connection.request("POST", "/auth/signin", json.dumps({"name": name, "password": "x"}),
                       {"Content-Type": "application/json", "X-Real-IP": address})
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_address_is_throttled_over_many_names(suite):
    answers = [sign_in_directly(suite, f"guess{i}", "10.9.9.9") for i in range(24)]
    assert answers[:20] == [401] * 20 and 429 in answers[20:]
    assert sign_in_directly(suite, "guess30", "10.9.9.10") == 401


def test_a_blocked_address_cannot_block_an_account(suite):
    suite.psql("insert into auth.throttles values ('address', '10.9.9.11', 99, now(), now() + interval '1 hour')")
    assert [sign_in_directly(suite, "victim", "10.9.9.11") for _ in range(8)] == [429] * 8
    assert sign_in_directly(suite, "victim", "10.9.9.12") == 401


@pytest.mark.parametrize("body,headers", [
    (b"{}", {}), (b"[1]", {}), (b"{", {}), (b'{"name":1,"password":"x"}', {}),
    (b'{"name":"a","password":"b","admin":true}', {}), (b'{"name":"","password":"x"}', {}),
    (b'{"name":"a","password":"' + b"x" * 600 + b'"}', {}), (b"", {}),
    (b'{"name":"admin","password":"x"}', {"Content-Type": "text/plain"}),
])
def test_sign_in_reads_strictly(suite, body, headers):
    answer = suite.anonymous().request("POST", "/auth/signin", body, {"Content-Type": "application/json", **headers})
    assert answer.status in (400, 415), answer


def test_sign_in_from_another_site(suite):
    answer = suite.anonymous().request(
        "POST", "/auth/signin", json={"name": "admin", "password": suite.admin_password},
        headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


def test_session_is_new_at_each_sign_in(suite):
    someone = suite.session()
    old = someone.cookie
    someone.sign_in("admin", suite.admin_password)
    assert someone.cookie != old
    assert someone.get("/auth/session").status == 200
    someone.cookie = old
    assert suite.wait(lambda: someone.get("/auth/session").status == 401, 10)


def felt_within(suite, someone, status, limit_s=1.5):
    """On both replicas: no request sent later than limit_s gets through."""
    started = time.monotonic()
    while time.monotonic() - started < limit_s:
        someone.get("/auth/session")
    assert [someone.get("/auth/session").status for _ in range(6)] == [status] * 6


def test_sign_out_is_felt_at_once(suite):
    someone = suite.session()
    cookie = someone.cookie
    assert [someone.get("/auth/session").status for _ in range(4)] == [200] * 4
    assert someone.sign_out().status == 204
    someone.cookie = cookie
    felt_within(suite, someone, 401)


def test_disabled_and_stripped_people(suite):
    name, someone = person(suite, {"default": ["analyst"]})
    assert someone.get("/api/tables").status == 503
    suite.psql(f"delete from auth.domain_roles using auth.users u where u.id = user_id and u.name = '{name}'")
    felt_within(suite, someone, 200)
    assert someone.get("/api/tables").status == 403
    suite.psql(f"update auth.users set disabled_at = now() where name = '{name}'")
    felt_within(suite, someone, 401)


def test_expired_sessions(suite):
    _, someone = person(suite)
    assert someone.get("/auth/session").status == 200
    suite.psql("update auth.sessions s set last_seen_at = now() - interval '121 minutes' from auth.users u"
               f" where u.id = s.user_id and u.name = '{someone.user['user']['name']}'")
    felt_within(suite, someone, 401)


def test_only_the_hash_is_stored(suite):
    someone = suite.session()
    secret = someone.cookie.split("=")[1]
    stored = suite.psql("select token_hash::text from auth.sessions")
    assert secret not in stored
    digest = suite.psql(f"select sha256('{secret}'::bytea)::text").strip()
    assert digest in stored


def test_strangers_are_counted(suite):
    for _ in range(5):
        suite.anonymous().get("/api/runs")
    suite.wait(lambda: int(suite.psql(
        "select coalesce(sum(count), 0) from auth.refusals where address = '127.0.0.1'")) >= 5, 15)


def test_trail_pages(suite):
    admin = suite.session()
    for _ in range(3):
        admin = suite.session()
    seen, cursor = [], None
    while True:
        page = admin.get("/api/audit", limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == len(seen) >= 4
    assert admin.get("/api/audit", cursor="x").status == 400
    assert admin.get("/api/audit", limit=501).status == 400


def test_first_administrator_once(suite):
    suite.kill("auth-gateway", 0)
    suite.wait(lambda: suite.process("auth-gateway", 0).alive() and suite.is_ready("auth-gateway", 0))
    assert suite.psql("select count(*) from auth.users where name = 'admin'").strip() == "1"


def test_redis_away(suite):
    someone = suite.session()
    suite.stop_redis()
    try:
        assert someone.get("/auth/session").status == 200
        cookie = someone.cookie
        assert someone.sign_out().status == 204
        someone.cookie = cookie
        felt_within(suite, someone, 401)
    finally:
        suite.redis.start()


def test_database_away(suite):
    someone = suite.session()
    suite.postgres.stop("fast")
    try:
        suite.wait(lambda: someone.get("/auth/session").status == 503, 15)
        assert suite.anonymous().get("/auth/session").status == 401
        assert suite.anonymous().sign_in("admin", suite.admin_password).status == 503
    finally:
        suite.postgres.start()
    suite.wait(lambda: someone.get("/auth/session").status == 200, 15)


def test_gateway_away(suite):
    someone = suite.session()
    suite.stop_service("auth-gateway")
    try:
        for answer in (someone.get("/api/runs"), suite.anonymous().get("/api/runs"),
                       suite.anonymous().sign_in("admin", "x")):
            assert answer.status == 503 and "auth-gateway does not answer" in answer.json()["detail"]
    finally:
        suite.start_service("auth-gateway")
    assert someone.get("/auth/session").status == 200
