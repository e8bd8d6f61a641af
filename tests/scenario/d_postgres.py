# SPDX-License-Identifier: Apache-2.0
# d_postgres - PostgreSQL goes down as in a crash, mid-run and at the COMMIT: each file is there once.
import base64
import contextlib
import pathlib

import psycopg2
import pytest


@pytest.mark.parametrize("kind", ["validate", "load"])
def test_postgres_crashes_mid_run(scene, kind):
    data = scene.dataset()
    scene.upload(data, scene.file(1000))
    scene.catch(data, kind)
    scene.suite.restart_postgres("immediate")
    scene.resume_all()
    assert scene.suite.wait_ready(60)
    for run in scene.runs:
        scene.wait_run(run, timeout_s=90)


def test_postgres_crashes_around_the_commit(scene):
    """Whoever asks finds either a load that is there or one that is not; the run ends in the first."""
    data = scene.dataset()
    for n in range(3):
        run = scene.upload(data, scene.file(60000 + n))["run_id"]
        scene.wait(lambda r=run: at_commit(scene, r), 40, "commit")
        scene.suite.restart_postgres("immediate")
        assert scene.suite.wait_ready(60)
        scene.wait_run(run, timeout_s=90)


def test_postgres_crashes_right_before_the_commit(scene):
    """Rows, ledger and head are written, the fence is asked: none of it is there after the crash."""
    data = scene.dataset()
    scene.wait_run(scene.upload(data, scene.file(10))["run_id"])  # the target's fence has a row to hold
    run = scene.catch(data, "load", "engine").run
    scene.wait(lambda: loader_at(scene, "copy%"), 40, "COPY, which waits for the engine")
    with contextlib.closing(psycopg2.connect(scene.suite.dsn())) as holder, holder.cursor() as cursor:
        cursor.execute("select from _millrace.targets where target = %s for update", [f"default.{data}"])
        scene.resume_all()
        scene.wait(lambda: loader_at(scene, "%fence%", "Lock"), 40, "the fence")
        scene.suite.restart_postgres("immediate")
    assert not scene.sql("select from _millrace.acts where run_id = %s", run)
    assert set(scene.rows(data)) == {1}
    assert scene.suite.wait_ready(60)
    scene.wait_run(run, timeout_s=90)


def loader_at(scene, query, waits_for=None):
    return scene.sql("select 1 from pg_stat_activity where usename = 'millrace_loader' and state = 'active'"
                     " and query ilike %s and (%s is null or wait_event_type = %s)", query, waits_for, waits_for)


def at_commit(scene, run):
    """The loader's session has begun to publish, or the load is just over."""
    return scene.sql("select 1 from pg_stat_activity where usename = 'millrace_loader' and state <> 'idle'"
                     " and (query ilike '%%publish_v1%%' or query ilike '%%fence%%' or query ilike 'commit%%')"
                     " union all select 1 from _millrace.acts where run_id = %s", run)


def test_postgres_crashes_before_an_upload(scene):
    data = scene.dataset()
    scene.suite.postgres.stop("immediate")
    scene.suite.postgres.start()
    scene.wait_run(scene.upload(data, scene.file(5000))["run_id"])


TUS = {"Tus-Resumable": "1.0.0"}


@pytest.mark.parametrize("back", ["before the last byte", "after the last byte"])
def test_postgres_crashes_while_a_body_is_on_its_way(scene, back):
    data, file = scene.dataset(), scene.file(50000)
    half = len(file.bytes) // 2
    word = lambda text: base64.b64encode(text.encode()).decode()
    made = scene.person.post("/api/uploads", headers={
        **TUS, "Upload-Length": str(len(file.bytes)), "Upload-Metadata": f"filename {word(file.name)},dataset {word(data)}"})
    assert made.status == 201, made
    where = made.headers["Location"]
    on_disk = pathlib.Path(scene.suite.places.objects) / ".uploads" / f"{where.rpartition('/')[2]}.part"

    crashed = []

    def body():
        yield file.bytes[:half]
        scene.wait(lambda: on_disk.exists() and on_disk.stat().st_size, 20, "first bytes on disk")
        scene.suite.postgres.stop("immediate")
        crashed.append(on_disk.stat().st_size)
        if back == "before the last byte":
            scene.suite.postgres.start()
        yield file.bytes[half:]

    with contextlib.suppress(OSError):  # any answer is right, and none: what counts is where it goes on
        patch(scene, where, 0, len(file.bytes), body())
    assert crashed and crashed[0] <= half
    if back == "after the last byte":
        scene.suite.postgres.start()
    assert scene.suite.wait_ready(60)
    doc = scene.wait(lambda: finished(scene, where, file), 60, "end of the upload")
    scene.took(data, file, doc, True)
    scene.wait_run(doc["run_id"])
    assert scene.sql("select count(*) from jobs.runs where target = %s", data) == [(1,)]


def patch(scene, where, offset, n, body):
    return scene.person.request("PATCH", where, body, headers={
        **TUS, "Upload-Offset": str(offset), "Content-Length": str(n), "Content-Type": "application/offset+octet-stream"})


def finished(scene, where, file):
    """As a client goes on: ask how far it is, send what is missing."""
    doc = scene.person.get(where)
    if doc.status == 200 and doc.json()["state"] == "finished":
        return doc.json()
    asked = scene.person.request("HEAD", where, headers=TUS)
    if asked.status == 200:
        at = int(asked.headers["Upload-Offset"])
        patch(scene, where, at, len(file.bytes) - at, file.bytes[at:])
    return None


def test_sessions_of_tasks_that_are_ended_by_an_operator(scene):
    data = scene.dataset()
    run = scene.catch(data, "load").run
    scene.sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename like 'millrace%'")
    scene.resume_all()
    scene.wait_run(run, timeout_s=90)
