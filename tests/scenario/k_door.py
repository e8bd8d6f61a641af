# SPDX-License-Identifier: Apache-2.0
# k_door - nginx before two replicas: one that answers is used at once, and nothing is sent twice.
import contextlib
import http.client
import json
import os
import pathlib
import signal
import threading
import time

import pytest

PAGES = {"auth-gateway": "/auth/session", "validation": "/api/datasets", "upload": "/api/uploads",
         "transform": "/api/tables", "job-orchestrator": "/api/runs"}


@pytest.mark.parametrize("service", sorted(PAGES))
def test_a_replica_that_answers_is_used_at_once(scene, service):
    """Both die while people ask; as soon as one is back, every nginx process gives its answer."""
    page, workers = PAGES[service], nginx_workers(scene)
    assert len(workers) == 2
    for worker in workers:
        try:
            with only(worker, workers):
                statuses = asked_until_it_is_back(scene, service, page)
        finally:
            for i in (0, 1):
                if not scene.suite.daemons[service, i].alive():
                    scene.suite.start_service(service, i)
        assert statuses == [200] * 3


def asked_until_it_is_back(scene, service, page):
    """What nginx answers once the first of two dead replicas answers on its own port."""
    for i in (0, 1):
        scene.suite.daemons[service, i].stop(0)
    assert scene.person.get(page).status == 503
    scene.suite.daemons[service, 0].start()
    deadline = time.monotonic() + 30
    while not answers(scene, service, 0, page):
        scene.person.get(page)  # so that nginx has just seen both fail
        assert time.monotonic() < deadline, f"{service} did not come back"
    return [scene.person.get(page).status for _ in range(3)]


def test_a_request_that_may_have_been_heard_is_not_sent_again(scene):
    """Both stand still, so the POST waits at one of them; the one dies of it, the other never hears of it."""
    name = scene.name
    said = []
    for i in (0, 1):
        scene.stop_tree("validation", i)
    asking = threading.Thread(target=lambda: said.append(scene.person.post("/api/datasets", {"name": name})))
    asking.start()
    held = scene.wait(lambda: [i for i in (0, 1) if holds_a_request(scene, i)], 20, "the request at a replica")
    assert len(held) == 1
    scene.suite.kill("validation", held[0], signal.SIGKILL)
    scene.suite.kill("validation", 1 - held[0], signal.SIGCONT)
    asking.join()
    assert said[0].status == 503 and said[0].json()["detail"] == "validation does not answer", said
    assert upstreams(scene, said[0]) == [scene.suite.listen["validation"][held[0]]]
    assert scene.sql("select 1 from catalog.datasets where name = %s", name) == []


def test_a_request_that_nobody_heard_goes_to_the_other(scene):
    """Refused at the connection, a POST is safe to send to the other replica."""
    scene.suite.stop_service("validation", 0)
    try:
        for n in range(6):
            answer = scene.person.post("/api/datasets", {"name": f"{scene.name}_{n}"})
            assert answer.status == 201, answer
    finally:
        scene.suite.start_service("validation", 0)


def nginx_workers(scene):
    pid = scene.suite.pid("nginx")
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@contextlib.contextmanager
def only(worker, workers):
    """The other nginx processes stand still, so that this one takes every connection."""
    others = [w for w in workers if w != worker]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def answers(scene, service, i, page):
    """Whether the daemon itself says anything on the port that nginx asks."""
    connection = http.client.HTTPConnection("127.0.0.1", scene.suite.listen[service][i], timeout=5)
    try:
        connection.request("GET", page)
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


def holds_a_request(scene, i):
    """Whether bytes wait unread in a connection to this daemon, accepted or not."""
    port = scene.suite.listen["validation"][i]
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, _, state, queues = line.split()[:5]
        if state == "01" and int(local.rpartition(":")[2], 16) == port and int(queues.partition(":")[2], 16):
            return True
    return False


def upstreams(scene, answer):
    """The ports nginx passed the request to, by its access log."""
    request_id = answer.json()["request_id"]
    log = pathlib.Path(scene.suite.places.logs) / "nginx-access.log"
    line = scene.wait(lambda: [x for x in log.read_text(encoding="utf-8").splitlines() if request_id in x], 5,
                      "the line in nginx's log")[0]
    # The check at auth-gateway is a subrequest; its upstream is not in the line of the request itself.
    return [int(u.rpartition(":")[2]) for u in json.loads(line)["upstream"].split(", ")]
