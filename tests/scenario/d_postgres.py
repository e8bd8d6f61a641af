# SPDX-License-Identifier: Apache-2.0
# d_postgres - PostgreSQL goes down as in a crash, mid-run and at the COMMIT: each file is there once.
import pytest


@pytest.mark.parametrize("kind", ["validate", "load"])
def test_postgres_crashes_mid_run(scene, kind):
    data = scene.dataset()
    runs = [scene.upload(data, scene.file(n, pad=40))["run_id"] for n in (1000, 120000)]
    scene.wait_task(runs[1], kind)
    scene.suite.restart_postgres("immediate")
    assert scene.suite.wait_ready(60)
    for run in runs:
        scene.wait_run(run, timeout_s=90)


def test_postgres_crashes_at_the_commit(scene):
    """Whoever asks finds either a load that is there or one that is not; the run ends in the first."""
    data = scene.dataset()
    for n in range(3):
        run = scene.upload(data, scene.file(60000 + n))["run_id"]
        scene.wait(lambda r=run: at_commit(scene, r), 40, "commit")
        scene.suite.restart_postgres("immediate")
        assert scene.suite.wait_ready(60)
        scene.wait_run(run, timeout_s=90)


def at_commit(scene, run):
    """The loader's session has begun to publish, or the load is just over."""
    return scene.sql("select 1 from pg_stat_activity where usename = 'millrace_loader' and state <> 'idle'"
                     " and (query ilike '%%publish_v1%%' or query ilike '%%fence%%' or query ilike 'commit%%')"
                     " union all select 1 from _millrace.acts where run_id = %s", run)


def test_postgres_crashes_while_uploading(scene):
    data = scene.dataset()
    scene.suite.postgres.stop("immediate")
    scene.suite.postgres.start()
    scene.wait_run(scene.upload(data, scene.file(5000))["run_id"])


def test_sessions_of_tasks_that_are_ended_by_an_operator(scene):
    data = scene.dataset()
    run = scene.upload(data, scene.file(120000, pad=40))["run_id"]
    scene.wait_task(run, "load")
    scene.sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename like 'millrace%'")
    scene.wait_run(run, timeout_s=90)
