# SPDX-License-Identifier: Apache-2.0
# i_access - nobody gets in without being somebody, nor further than his roles go; nothing is trusted for
# where it comes from.
import pathlib
import socket
import uuid

import pytest
import yaml

from checked import DOC

UNKNOWN = {"run_id": str(uuid.uuid4()), "upload_id": str(uuid.uuid4()), "no": "1", "version": "1",
           "dataset": "not_there", "table": "not_there", "pipeline": "not_there"}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
SERVICES = ("upload", "validation", "transform", "job-orchestrator", "auth-gateway")


def api_operations():
    return [op for op in DOC.operations if op.path.startswith("/api/")]


def call(person, op):
    path = op.path
    for name, value in UNKNOWN.items():
        path = path.replace("{" + name + "}", value)
    body = b"{}" if op.method in ("POST", "PUT", "PATCH") else None
    kind = TUS if op.method == "PATCH" and "uploads" in path else {"Content-Type": "application/json"}
    return person.request(op.method, path, body, kind)


def test_nobody_gets_in_without_a_session(scene):
    stranger = scene.suite.anonymous()
    assert len(api_operations()) > 40
    for op in api_operations():
        assert call(stranger, op).status == 401, op.operation_id
    stranger.cookie = "millrace_session=" + "A" * 43
    for op in api_operations():
        assert call(stranger, op).status == 401, op.operation_id


@pytest.mark.parametrize("role", ["analyst", "data_manager", "administrator", "nobody"])
def test_each_role_goes_as_far_as_its_permissions(scene, role):
    rights = roles_file()
    domains = {"default": [role]} if role in ("analyst", "data_manager") else {}
    person = enter(scene, f"{role}_{scene.count}", domains, role == "administrator")
    for op in api_operations():
        needs = permission(op)
        if op.operation_id == "streamEvents":
            continue
        answer = call(person, op)
        may = needs == "session" or needs in rights.get(role, ())
        assert (answer.status != 403) == may, (role, op.operation_id, needs, answer)
        assert answer.status < 500, answer


def test_another_domains_things_do_not_exist(scene):
    data = scene.dataset()
    run = scene.upload(data, scene.file(50))["run_id"]
    scene.wait_run(run)
    other = f"d{scene.count}"
    assert scene.person.post("/api/domains", {"name": other}).status == 201
    person = enter(scene, f"other_{scene.count}", {other: ["data_manager"]}, False)
    upload = scene.run(run)["upload_id"]
    for path in (f"/api/runs/{run}", f"/api/runs/{run}/log", f"/api/uploads/{upload}", f"/api/datasets/{data}",
                 f"/api/datasets/{data}/contract", f"/api/datasets/{data}/rejects", f"/api/reports/{run}",
                 f"/api/tables/{data}", f"/api/tables/{data}/rows"):
        assert person.get(path).status == 404, path
    assert person.post(f"/api/runs/{run}/cancel", {}).status == 404
    assert person.post(f"/api/loads/{data}/1/undo", {}).status == 404
    assert person.request("PUT", f"/api/uploads/x.csv?dataset={data}", b"a\n1\n").status == 404
    for path in ("/api/runs", "/api/datasets", "/api/tables", "/api/loads", "/api/uploads"):
        assert person.get(path).json()["items"] == [], path


def test_who_makes_a_domain_may_use_it(scene):
    name = f"own{scene.count}"
    person = enter(scene, f"founder_{scene.count}", {}, True)
    assert person.post("/api/datasets", {"name": f"{name}.sales"}).status == 403
    assert person.post("/api/domains", {"name": name}).status == 201
    scene.wait(lambda: person.post("/api/datasets", {"name": f"{name}.sales"}).status == 201, 20, "the right to use it")
    late = enter(scene, f"late_{scene.count}", {}, True)
    assert late.post("/api/domains", {"name": name}).status == 200
    assert late.post("/api/datasets", {"name": f"{name}.more"}).status == 403


def test_a_changing_request_needs_the_csrf_token(scene):
    person = enter(scene, f"csrf_{scene.count}", {"default": ["data_manager"]}, False)
    person.csrf = None
    assert person.post("/api/datasets", {"name": "by_csrf"}).status == 403
    person.csrf = "wrong"
    assert person.post("/api/datasets", {"name": "by_csrf"}).status == 403
    assert scene.person.get("/api/datasets/by_csrf").status == 404


def test_a_sign_out_ends_the_session_everywhere(scene):
    person = enter(scene, f"leaver_{scene.count}", {"default": ["analyst"]}, False)
    cookie = person.cookie
    assert person.get("/api/runs").status == 200
    assert person.sign_out().status == 204
    person.cookie = cookie
    scene.wait(lambda: person.get("/api/runs").status == 401, 20, "end of the session")


@pytest.mark.parametrize("service", SERVICES)
def test_a_daemon_past_nginx_wants_its_token(scene, service):
    path = {"upload": "/api/uploads", "validation": "/api/datasets", "transform": "/api/tables",
            "job-orchestrator": "/api/runs", "auth-gateway": "/api/audit"}[service]
    for extra in ("", "X-Millrace-Token: x\r\n", "X-Millrace-User: admin\r\n",
                  "X-Millrace-Token: eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.\r\n"):
        answer = raw(scene, service, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{extra}\r\n")
        assert answer.startswith("HTTP/1.1 401 "), (extra, answer[:200])


SMUGGLED = {
    "two lengths": "POST {p} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "length with chunked": "POST {p} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare LF": "GET {p} HTTP/1.1\nHost: x\n\n",
    "a folded header": "GET {p} HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n",
    "no Host": "GET {p} HTTP/1.1\r\n\r\n",
    "two Hosts": "GET {p} HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "an over-long header": "GET {p} HTTP/1.1\r\nHost: x\r\nX-A: " + "a" * 20000 + "\r\n\r\n",
    "too many headers": "GET {p} HTTP/1.1\r\nHost: x\r\n" + "X-A: 1\r\n" * 101 + "\r\n",
}
CROOKED = ("{p}%2f..%2fx", "{p}%5cx", "{p}%00", "{p}/../audit", "{p}//x", "{p}/.", "{p}/%2e%2e/x")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("what", sorted(SMUGGLED))
def test_a_daemon_refuses_what_may_be_smuggled(scene, service, what):
    answer = raw(scene, service, SMUGGLED[what].replace("{p}", "/api/runs"))
    assert answer.startswith(("HTTP/1.1 400 ", "HTTP/1.1 431 ")), answer[:200]
    assert answer.count("HTTP/1.1 ") == 1 and "connection: close" in answer.lower(), answer[:400]


@pytest.mark.parametrize("service", SERVICES)
def test_a_daemon_refuses_crooked_paths(scene, service):
    for path in CROOKED:
        answer = raw(scene, service, f"GET {path.replace('{p}', '/api/runs')} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.startswith("HTTP/1.1 400 "), (path, answer[:200])


def raw(scene, service, text):
    """What one of the daemons itself answers, until it closes or says no more."""
    with socket.create_connection(("127.0.0.1", scene.suite.listen[service][0]), 30) as s:
        s.sendall(text.encode())
        got = b""
        while True:
            try:
                part = s.recv(65536)
            except ConnectionResetError:
                return got.decode("latin-1")
            got += part
            if not part or (b"\r\n\r\n" in got and b"onnection: close" not in got):
                return got.decode("latin-1")


def enter(scene, name, domains, is_administrator):
    scene.suite.add_user(name, "a long enough password", domains, is_administrator)
    return scene.suite.session(name, "a long enough password")


def permission(op):
    return DOC.doc["paths"][op.path][op.method.lower()]["x-permission"]


def roles_file():
    """Role -> permissions, from the one source."""
    root = pathlib.Path(__file__).resolve().parents[2]
    doc = yaml.safe_load((root / "services/auth-gateway/roles.yaml").read_text(encoding="utf-8"))
    return {role: set(r["permissions"]) for role, r in doc["roles"].items()}
