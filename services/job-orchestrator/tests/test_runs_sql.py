# SPDX-License-Identifier: Apache-2.0
# test_runs_sql - runs and tasks in a real PostgreSQL: made once, in order, fenced, retried, cancelled.
import threading
import uuid

import psycopg2
import pytest

from conftest import STARTER, WORKER, connect

GOOD = {"account": {"read": 10, "good": 9, "repaired": 0, "rejected": 1}, "contract_version": 2,
        "silver": ["a.parquet"]}
LOADED = {"account": {"received": 9, "inserted": 9, "updated": 0, "unchanged": 0, "deduplicated": 0, "refused": 0},
          "load_no": 1}


def lost(error):
    assert error.value.pgcode == "MR409"
    assert error.value.diag.message_detail == "task.lost"
    return True


def in_parallel(n, work):
    """work(i) on n threads at once; its results, exceptions included."""
    out, gate = [None] * n, threading.Barrier(n)

    def one(i):
        gate.wait()
        try:
            out[i] = work(i)
        except Exception as e:
            out[i] = e
    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return out


def test_from_upload_to_done(jobs):
    run = jobs.upload()
    assert (run["no"], run["created"]) == (1, True)
    assert jobs.run(run["run_id"])["headline"] == "Waiting for the validation service"
    check = jobs.claim("validate")
    assert check["run_id"] == run["run_id"] and check["attempt"] == 1 and check["bound"] == {}
    assert jobs.run(run["run_id"])["headline"] == "Checking f.csv"
    assert jobs.claim("load") is None
    assert jobs.finish(check, output=GOOD) == "running"
    load = jobs.claim("load")
    assert load["input"]["validate"] == GOOD and load["epoch"] > check["epoch"]
    jobs.release(load)
    assert jobs.run(run["run_id"])["headline"] == "Waiting for the transform service"
    load = jobs.claim("load")
    assert jobs.run(run["run_id"])["headline"] == f"Loading into {jobs.target}"
    assert jobs.finish(load, output=LOADED) == "done_with_rejects"
    doc = jobs.run(run["run_id"])
    assert doc["headline"] == f"9 rows loaded into {jobs.target}; 1 of 10 rows rejected (10.0 %)"
    assert doc["account"]["check"]["rejected"] == 1 and doc["account"]["load"]["inserted"] == 9
    assert (doc["load_no"], doc["contract_version"]) == (1, 2)
    assert [a["action"] for a in doc["next"]] == ["show_rows", "show_rejects"]
    jobs.replay(run["run_id"])


def test_repaired_rows_are_in_the_headline(jobs):
    check = {"read": 12, "good": 0, "repaired": 12, "rejected": 0}
    for account, more in ((check, "; 12 rows repaired"),
                          ({**check, "good": 10, "repaired": 1, "rejected": 1},
                           "; 1 row repaired; 1 of 12 rows rejected (8.3 %)")):
        run = jobs.upload()["run_id"]
        jobs.finish(jobs.claim("validate"), output={**GOOD, "account": account})
        jobs.finish(jobs.claim("load"), output=LOADED)
        assert jobs.run(run)["headline"] == f"9 rows loaded into {jobs.target}{more}"


def test_one_run_for_one_upload(jobs):
    upload = str(uuid.uuid4())
    made = in_parallel(8, lambda i: Other(jobs).upload(upload=upload))
    assert len({m["run_id"] for m in made}) == 1
    assert sum(m["created"] for m in made) == 1
    assert jobs.admin("select next_no from jobs.targets where name = %s", jobs.target)[0]["next_no"] == 2


def test_publish_makes_a_second_run_of_an_upload(jobs):
    upload = str(uuid.uuid4())
    first = jobs.upload(upload=upload)
    jobs.finish(jobs.claim("validate"), "needs_person", reason={"code": "c", "params": {}, "text": "no contract"})
    again = jobs.upload(upload=upload, trigger="publish")
    assert again["created"] and again["no"] == first["no"] + 1
    assert jobs.sql("millrace_upload", "select * from jobs.run_of_upload_v1(%s)", upload)[0]["run_id"] == again["run_id"]


def Other(jobs):
    """The same helpers on connections of their own, for a thread."""
    return type(jobs)(jobs.port, jobs.target)


def test_numbers_are_drawn_in_order_without_gaps(jobs):
    made = in_parallel(8, lambda i: Other(jobs).upload())
    assert sorted(m["no"] for m in made) == list(range(1, 9))


def test_claims_at_once_give_each_task_once(jobs):
    for _ in range(20):
        jobs.upload()
    def drain(i):
        mine, got = Other(jobs), []
        while (t := mine.claim("validate", f"w-{i}")):
            got.append((t["task_id"], t["epoch"]))
        return got
    got = [t for some in in_parallel(6, drain) for t in some]
    assert len(got) == 20 and len({t for t, _ in got}) == 20
    assert len({e for _, e in got}) == 20  # an epoch is drawn once


def test_loads_of_a_target_go_one_by_one_in_upload_order(jobs):
    first, second = jobs.upload(), jobs.upload()
    a, b = jobs.claim("validate"), jobs.claim("validate")
    jobs.finish(b, output=GOOD)
    assert jobs.claim("load") is None
    assert jobs.run(second["run_id"])["waiting_for"]["code"] == "earlier_run"
    assert jobs.run(second["run_id"])["headline"] == f"Waiting for {jobs.target} #1, which comes first"
    version = jobs.run(second["run_id"])["version"]
    jobs.finish(a, output=GOOD)
    load = jobs.claim("load")
    assert load["run_id"] == first["run_id"]
    assert jobs.claim("load") is None
    jobs.finish(load, output=LOADED)
    assert jobs.run(second["run_id"])["version"] > version  # browsers hear that the wait is over
    assert jobs.claim("load")["run_id"] == second["run_id"]


def test_another_target_does_not_wait(jobs):
    jobs.pipeline()
    jobs.pipeline(target="other")
    assert jobs.claim("load") and jobs.claim("load")


@pytest.mark.parametrize("end", ["failed", "needs_person", "dead", "cancelled"])
def test_an_ended_predecessor_does_not_block(jobs, end):
    first, second = jobs.upload(), jobs.pipeline()
    check = jobs.claim("validate")
    assert jobs.claim("load") is None
    if end == "dead":
        jobs.admin("update jobs.tasks set attempt = 5 where id = %s", check["task_id"])
        jobs.finish(check, "crashed", reason={"code": "x", "params": {}, "text": "signal 11"})
    elif end == "cancelled":
        jobs.cancel(first["run_id"])
        jobs.finish(check, "cancelled")
    else:
        jobs.finish(check, end, reason={"code": "x", "params": {}, "text": "so it is"})
    assert jobs.claim("load")["run_id"] == second["run_id"]
    jobs.replay(first["run_id"])


def test_lost_lease_is_taken_over_and_the_old_epoch_is_refused(jobs):
    run = jobs.upload()
    old = jobs.claim("validate", "w-1")
    assert jobs.sweep() == []
    jobs.lapse(old)
    assert jobs.sweep() == [run["run_id"]]
    assert jobs.task(run["run_id"], "validate")["reason"]["text"] == "worker w-1 lost"
    new = jobs.claim("validate", "w-2")
    assert new["epoch"] > old["epoch"] and new["attempt"] == 2
    assert jobs.renew(old) == "lost"
    for act in (lambda: jobs.finish(old, output=GOOD), lambda: jobs.release(old)):
        with pytest.raises(psycopg2.Error) as error:
            act()
        assert lost(error)
    assert jobs.renew(new) == "ok"
    assert jobs.finish(new, output=GOOD) == "running"


def test_a_lapsed_lease_nobody_took_is_still_held(jobs):
    jobs.upload()
    task = jobs.claim("validate")
    jobs.lapse(task)
    assert jobs.renew(task) == "ok"
    assert jobs.sweep() == []


def test_finishing_twice_is_refused(jobs):
    jobs.upload()
    task = jobs.claim("validate")
    jobs.finish(task, output=GOOD)
    with pytest.raises(psycopg2.Error) as error:
        jobs.finish(task, output=GOOD)
    assert lost(error)


def test_finishing_at_once_counts_once(jobs):
    run = jobs.pipeline()
    task = jobs.claim("load")
    got = in_parallel(4, lambda i: Other(jobs).finish(task, output=LOADED))
    assert got.count("done") == 1
    assert sum(isinstance(g, psycopg2.Error) for g in got) == 3
    jobs.replay(run["run_id"])


def test_a_poison_task_is_dead_after_exactly_five_attempts(jobs):
    run = jobs.upload()
    for n in range(1, 6):
        task = jobs.claim("validate")
        assert task["attempt"] == n
        jobs.finish(task, "crashed", reason={"code": "task.signal", "params": {"signal": 11}, "text": "signal 11"})
        if n < 5:
            assert jobs.claim("validate") is None  # not before the pause
            assert jobs.run(run["run_id"])["waiting_for"]["code"] == "backoff"
            jobs.due(run["run_id"])
    doc = jobs.run(run["run_id"])
    assert doc["state"] == "failed" and jobs.task(run["run_id"], "validate")["state"] == "dead"
    assert doc["headline"] == "Stopped: gave up after 5 attempts: signal 11"
    assert jobs.task(run["run_id"], "load")["state"] == "skipped"
    assert [a["action"] for a in doc["next"]] == ["retry"]
    jobs.replay(run["run_id"])


def test_a_worker_lost_each_time_is_dead_after_five(jobs):
    run = jobs.upload()
    for n in range(5):
        jobs.lapse(jobs.claim("validate"))
        jobs.sweep()
        jobs.due(run["run_id"])
    assert jobs.run(run["run_id"])["headline"] == "Stopped: gave up after 5 attempts: worker w-1 lost"


def test_transient_outcomes_have_a_counter_of_their_own(jobs):
    run = jobs.upload()
    why = {"code": "disk.full", "params": {}, "text": "no space left"}
    for n in range(20):
        task = jobs.claim("validate")
        assert task["attempt"] == 1
        jobs.finish(task, "retry", reason=why)
        jobs.due(run["run_id"])
    assert jobs.run(run["run_id"])["headline"] == "Stopped: gave up after 20 attempts: no space left"


def test_pauses_double_up_to_a_minute_with_jitter(jobs):
    for n, cap in ((1, 1000), (2, 2000), (4, 8000), (7, 60000), (400, 60000)):
        waits = [r["ms"] for r in jobs.admin(
            "select extract(epoch from jobs.pause(%s, 1000)) * 1000 as ms from generate_series(1, 50)", n)]
        assert cap / 2 <= min(waits) and max(waits) <= cap and len(set(waits)) > 40


def test_release_does_not_count_and_needs_no_pause(jobs):
    jobs.upload()
    for _ in range(7):
        task = jobs.claim("validate")
        assert task["attempt"] == 1
        jobs.release(task)


def test_cancel_before_any_work(jobs):
    run = jobs.upload()
    assert jobs.cancel(run["run_id"]) == "cancelled"
    doc = jobs.run(run["run_id"])
    assert doc["headline"] == "Cancelled by tom; nothing was published"
    assert {t["state"] for t in doc["tasks"]} == {"cancelled"}
    assert jobs.claim("validate") is None
    jobs.replay(run["run_id"])


def test_deadline_of_a_cancel_is_the_grace_after_it_was_asked(jobs):
    for _ in range(200):
        jobs.cancel(jobs.upload()["run_id"], 10000)
    graces = jobs.admin("select distinct extract(epoch from cancel_until - cancel_asked) as s from jobs.runs")
    assert [row["s"] for row in graces] == [10]


def test_cancel_of_work_in_hand(jobs):
    run = jobs.upload()
    task = jobs.claim("validate")
    assert jobs.cancel(run["run_id"], 10000) == "cancelling"
    assert jobs.run(run["run_id"])["headline"] == "Cancelling, stops within 10 s"
    assert jobs.cancel(run["run_id"]) == "cancelling"
    assert jobs.renew(task) == "cancel"
    assert jobs.finish(task, "cancelled") == "cancelled"
    jobs.replay(run["run_id"])


def test_a_check_that_ends_while_cancelling_starts_no_load(jobs):
    run = jobs.upload()
    task = jobs.claim("validate")
    jobs.cancel(run["run_id"])
    assert jobs.finish(task, output=GOOD) == "cancelled"
    assert jobs.claim("load") is None


def test_a_committed_load_wins_over_cancel_and_says_so(jobs):
    run = jobs.pipeline()
    task = jobs.claim("load")
    jobs.cancel(run["run_id"])
    assert jobs.finish(task, output=LOADED) == "done"
    assert jobs.run(run["run_id"])["headline"].endswith("; the cancel came too late")
    jobs.replay(run["run_id"])


def test_cancel_past_its_deadline_cuts_the_worker_off(jobs):
    run = jobs.pipeline()
    task = jobs.claim("load")
    jobs.cancel(run["run_id"], 0)
    assert jobs.sweep() == [run["run_id"]]
    assert jobs.run(run["run_id"])["state"] == "cancelled"
    assert jobs.renew(task) == "lost"
    with pytest.raises(psycopg2.Error) as error:
        jobs.finish(task, output=LOADED)
    assert lost(error)
    jobs.replay(run["run_id"])


LEDGER = """insert into _millrace.loads (domain, dataset, no, run_id, task_id, epoch, state, mode, rows, account,
    relation, by) values ('default', %s, 1, %s, %s, %s, 'live', 'append', 9, %s, 'r', 'x');"""
ACT = """insert into _millrace.acts (domain, dataset, no, act, run_id, epoch, rows, acted_by)
    values ('default', %s, 1, 'load', %s, %s, 9, 'x')"""


def test_a_load_committed_before_its_worker_died_is_done(jobs):
    """Killed between COMMIT and finish, then cancelled: the ledger has the last word."""
    run = jobs.pipeline()
    task = jobs.claim("load")
    jobs.admin(LEDGER, jobs.target, run["run_id"], task["task_id"], task["epoch"],
               '{"received": 9, "inserted": 9}')
    jobs.admin(ACT, jobs.target, run["run_id"], task["epoch"])
    jobs.cancel(run["run_id"], 0)
    jobs.sweep()
    doc = jobs.run(run["run_id"])
    assert (doc["state"], doc["load_no"]) == ("done", 1)
    assert doc["headline"] == f"9 rows loaded into {jobs.target}; the cancel came too late"
    jobs.replay(run["run_id"])


def test_a_cut_off_load_can_never_commit(jobs):
    run = jobs.pipeline()
    task = jobs.claim("load")
    jobs.cancel(run["run_id"], 0)
    jobs.sweep()
    assert jobs.run(run["run_id"])["state"] == "cancelled"
    with pytest.raises(psycopg2.Error) as error:  # the loader's last statement before COMMIT
        jobs.admin("select _millrace.fence(%s, %s)", "default." + jobs.target, task["epoch"])
    assert error.value.diag.message_detail == "load.lost"
    jobs.retry(run["run_id"])
    assert jobs.claim("load")["epoch"] > task["epoch"] + 1


def ledger(jobs, run, task, connection=None):
    jobs.sql("postgres", LEDGER, jobs.target, run["run_id"], task["task_id"], task["epoch"],
             '{"received": 9, "inserted": 9}', connection=connection)
    jobs.sql("postgres", ACT, jobs.target, run["run_id"], task["epoch"], connection=connection)


def test_a_load_that_failed_after_its_commit_is_done(jobs):
    """The engine fails behind its end frame while the loader commits: the ledger has the last word."""
    run = jobs.pipeline()
    task = jobs.claim("load")
    ledger(jobs, run, task)
    assert jobs.finish(task, "failed", reason={"code": "x", "params": {}, "text": "no"}) == "done"
    assert jobs.run(run["run_id"])["load_no"] == 1
    jobs.replay(run["run_id"])


def test_a_failed_load_can_never_commit(jobs):
    jobs.pipeline()
    task = jobs.claim("load")
    assert jobs.finish(task, "failed", reason={"code": "x", "params": {}, "text": "no"}) == "failed"
    with pytest.raises(psycopg2.Error) as error:
        jobs.admin("select _millrace.fence(%s, %s)", "default." + jobs.target, task["epoch"])
    assert error.value.diag.message_detail == "load.lost"


def test_a_seal_that_must_wait_holds_up_nobody(jobs):
    """A loader hangs in its COMMIT: its own run waits, all others are swept."""
    stuck, other = jobs.pipeline(), jobs.upload(target="other")
    task = jobs.claim("load")
    c = connect(jobs.port)
    c.autocommit = False
    jobs.sql("postgres", "select _millrace.fence(%s, %s)", "default." + jobs.target, task["epoch"], connection=c)
    jobs.cancel(stuck["run_id"], 0)
    jobs.lapse(jobs.claim("validate"))
    jobs.admin("update jobs.tasks set lease_until = clock_timestamp() - interval '1 hour' where id = %s", task["task_id"])
    sweeper = jobs.open["millrace_jobs"]
    with sweeper.cursor() as cur:
        cur.execute("set lock_timeout = '3s'")
    assert jobs.sweep() == [other["run_id"]]
    assert jobs.run(stuck["run_id"])["state"] == "cancelling"
    assert jobs.sql("millrace_jobs", "show lock_timeout")[0]["lock_timeout"] == "3s"
    c.rollback()
    assert jobs.sweep() == [stuck["run_id"]]
    c.close()


def test_log_lines_lock_no_task(jobs):
    """Else a record that writes them and then locks the run meets a sweeper that came from the run."""
    jobs.upload()
    task = jobs.claim("validate")
    c = connect(jobs.port)
    c.autocommit = False
    jobs.sql("millrace_catalog", "select jobs.log_task_v1(%s, %s, %s)", task["task_id"], task["epoch"],
             '[{"level": "info", "msg": "x"}]', connection=c)
    jobs.admin("select from jobs.tasks where id = %s for update nowait", task["task_id"])
    c.rollback()
    c.close()


def test_cancel_races_with_finish(jobs):
    for _ in range(10):
        run = jobs.pipeline()
        task = jobs.claim("load")
        in_parallel(2, lambda i: Other(jobs).cancel(run["run_id"]) if i else Other(jobs).finish(task, output=LOADED))
        assert jobs.run(run["run_id"])["state"] == "done"
        jobs.replay(run["run_id"])


def test_nobody_cancels_what_has_ended(jobs):
    run = jobs.pipeline()
    jobs.finish(jobs.claim("load"), output=LOADED)
    with pytest.raises(psycopg2.Error) as error:
        jobs.cancel(run["run_id"])
    assert error.value.diag.message_detail == "run.state"


def test_a_worker_cannot_cancel_by_itself(jobs):
    jobs.pipeline()
    task = jobs.claim("load")
    with pytest.raises(psycopg2.Error):
        jobs.finish(task, "cancelled")


def test_retry_uses_a_finished_check_again(jobs):
    run = jobs.upload()
    jobs.sql("millrace_catalog", "select jobs.bind_run_v1(%s, 'contract_version', '2')", run["run_id"])
    jobs.finish(jobs.claim("validate"), output=GOOD)
    jobs.finish(jobs.claim("load"), "failed", reason={"code": "x", "params": {}, "text": "no"})
    again = jobs.retry(run["run_id"])
    doc = jobs.run(again["run_id"])
    assert [t["state"] for t in doc["tasks"]] == ["skipped", "queued"]
    assert (doc["trigger"], doc["retry_of"], doc["no"]) == ("retry", run["run_id"], 2)
    load = jobs.claim("load")
    assert load["input"]["validate"] == GOOD and load["bound"] == {"contract_version": 2}
    assert jobs.retry(run["run_id"]) == {"run_id": again["run_id"], "created": False}
    assert jobs.run(run["run_id"])["next"][0]["why"] == "was retried as #2"
    jobs.finish(load, "failed")
    third = jobs.retry(again["run_id"])  # a retry of a retry still knows the silver
    assert jobs.claim("load")["input"]["validate"] == GOOD
    jobs.replay(third["run_id"])


def retry_plan(jobs, run):
    return [a for a in jobs.run(run["run_id"])["next"] if a["action"] == "retry"][0].get("plan")


def test_waiting_tells_the_place_in_line(jobs):
    runs = [jobs.upload() for _ in range(2)]
    assert jobs.run(runs[1]["run_id"])["headline"] == "Waiting for the validation service, 2nd in line"


def test_retry_says_what_it_runs_and_what_it_uses_again(jobs):
    run = jobs.upload()
    jobs.finish(jobs.claim("validate"), "failed", reason={"code": "x", "params": {}, "text": "too many rejects"})
    assert retry_plan(jobs, run) == {"runs": ["validate", "load"], "reused": [], "text": "runs the check and the load"}
    again = jobs.retry(run["run_id"])
    assert retry_plan(jobs, run) is None  # it was retried
    jobs.finish(jobs.claim("validate"), output=GOOD)
    for _ in range(2):  # a retry of a retry still knows the silver
        jobs.finish(jobs.claim("load"), "failed", reason={"code": "x", "params": {}, "text": "no"})
        assert retry_plan(jobs, again) == {"runs": ["load"], "reused": ["validate"], "text":
                                           "runs the load, uses the finished check again"}
        again = jobs.retry(again["run_id"])
    jobs.claim("load")
    sums = jobs.pipeline(target="sums")
    jobs.finish(jobs.claim("load"), "failed", reason={"code": "x", "params": {}, "text": "no"})
    assert retry_plan(jobs, sums) == {"runs": ["load"], "reused": [], "text": "runs the load"}


def test_retry_of_a_failed_check_checks_again(jobs):
    run = jobs.upload()
    jobs.finish(jobs.claim("validate"), "failed", reason={"code": "x", "params": {}, "text": "too many rejects"})
    again = jobs.retry(run["run_id"])
    assert jobs.claim("validate")["run_id"] == again["run_id"]


def test_only_ended_runs_are_retried(jobs):
    run = jobs.pipeline()
    with pytest.raises(psycopg2.Error) as error:
        jobs.retry(run["run_id"])
    assert error.value.diag.message_detail == "run.state"


def test_state_changes_only_in_step(jobs):
    run = jobs.upload()
    for table, column in (("runs", "id"), ("tasks", "run_id")):
        with pytest.raises(psycopg2.Error) as error:
            jobs.admin(f"update jobs.{table} set state = 'done' where {column} = %s", run["run_id"])
        assert error.value.diag.message_detail == "state.guarded"
        with pytest.raises(psycopg2.Error) as error:
            jobs.admin(f"delete from jobs.{table} where {column} = %s", run["run_id"])
        assert error.value.diag.message_detail == "state.guarded"
    for change in ("update jobs.history set actor = 'me'", "delete from jobs.history"):
        with pytest.raises(psycopg2.Error):
            jobs.admin(change)


def test_step_takes_edges_only(jobs):
    run = jobs.upload()
    states = {"run": "queued running cancelling done done_with_rejects failed cancelled needs_person".split(),
              "task": "blocked queued running waiting done failed dead cancelled skipped".split()}
    edges = {(e["machine"], e["from_state"], e["to_state"])
             for e in jobs.admin("select machine, from_state, to_state from jobs.transitions")}
    task = jobs.task(run["run_id"], "validate")["id"]
    c = connect(jobs.port)
    c.autocommit = False
    for machine, thing in (("run", run["run_id"]), ("task", task)):
        for a in states[machine]:
            for b in states[machine]:
                with c.cursor() as cur:
                    cur.execute("select set_config('jobs.stepping', %s, true)", (str(thing),))
                    cur.execute(f"update jobs.{machine}s set state = %s where id = %s", (a, thing))
                    try:
                        cur.execute("select jobs.step(%s, %s, %s, 'test')", (machine, thing, b))
                        went = True
                    except psycopg2.Error as e:
                        assert e.pgcode == "MR409"
                        went = False
                c.rollback()
                assert went == ((machine, a, b) in edges), (machine, a, b)
    c.close()


def test_runtime_roles_write_no_table(jobs):
    for role in ("millrace_jobs", "millrace_upload", "millrace_catalog", "millrace_transform"):
        for act in ("update jobs.runs set reason = null", "insert into jobs.targets values ('default', 'x')",
                    "select jobs.step('run', null, 'done', 'me')"):
            with pytest.raises(psycopg2.Error) as error:
                jobs.sql(role, act)
            assert error.value.pgcode == "42501"


def refused(act):
    with pytest.raises(psycopg2.Error) as error:
        act()
    assert error.value.pgcode == "42501", error.value


@pytest.mark.parametrize("kind", ["validate", "load"])
def test_a_service_works_at_its_own_tasks_only(jobs, kind):
    jobs.upload() if kind == "validate" else jobs.pipeline()
    other = WORKER["load" if kind == "validate" else "validate"]
    refused(lambda: jobs.sql(other, "select * from jobs.claim_task_v1(%s, 'w', 60000)", kind))
    task = jobs.claim(kind)
    held = (task["task_id"], task["epoch"])
    refused(lambda: jobs.sql(other, "select jobs.finish_task_v1(%s, %s, 'failed', null, null)", *held))
    refused(lambda: jobs.sql(other, "select jobs.release_task_v1(%s, %s)", *held))
    assert jobs.sql(other, "select jobs.renew_task_v1(%s, %s, 60000, null) as s", *held)[0]["s"] == "lost"
    assert jobs.renew(task) == "ok"


def test_a_service_starts_its_own_runs_only(jobs):
    can = {("arrival", "upload"): "millrace_upload", ("arrival", "publish"): "millrace_catalog",
           ("pipeline", "derived"): "millrace_transform", ("redo", "redo"): "millrace_transform",
           ("pipeline", "manual"): "millrace_jobs"}
    for (kind, trigger), who in can.items():
        for role in sorted(set(STARTER.values())):
            act = lambda k=kind, t=trigger, r=role: jobs.sql(
                r, "select * from jobs.create_run_v1(null, null, 'default', %s, %s, %s, '{}', 'x')", jobs.target, k, t)
            if role == who:
                assert act()
            else:
                refused(act)


def test_domains_hide_runs(jobs):
    run = jobs.upload()
    with pytest.raises(psycopg2.Error) as error:
        jobs.sql("millrace_jobs", "select jobs.cancel_run(%s, '{elsewhere}', 'x', 0)", run["run_id"])
    assert error.value.pgcode == "MR404"
    assert jobs.sql("millrace_jobs", "select jobs.get_run(%s, '{elsewhere}') as d", run["run_id"])[0]["d"] is None


def test_idempotency_key(jobs):
    def start(request, key="k"):
        return jobs.sql("millrace_jobs", "select * from jobs.start_once('u', %s, %s, %s, 'default', %s, %s, 'sara')",
                        key, request, str(uuid.uuid4()), jobs.target, '{"pipeline": "p", "pipeline_version": 1}')[0]
    first = start("a")
    assert first["created"] and start("a") == {"run_id": first["run_id"], "created": False}
    assert start("a", None)["run_id"] != first["run_id"]
    with pytest.raises(psycopg2.Error) as error:
        start("b")
    assert error.value.diag.message_detail == "idempotency.mismatch"


def test_first_binding_wins(jobs):
    run = jobs.upload()
    bind = lambda v: jobs.sql("millrace_catalog", "select jobs.bind_run_v1(%s, 'contract_version', %s) as v",
                              run["run_id"], v)[0]["v"]
    assert (bind("3"), bind("4")) == (3, 3)


def test_log_keeps_a_thousand_lines_of_an_attempt(jobs):
    run = jobs.upload()
    task = jobs.claim("validate")
    lines = '[' + ','.join('{"level": "info", "msg": "line"}' for _ in range(700)) + ']'
    for _ in range(2):
        jobs.sql("millrace_catalog", "select jobs.log_task_v1(%s, %s, %s)", task["task_id"], task["epoch"], lines)
    jobs.sql("millrace_catalog", "select jobs.log_task_v1(%s, %s, %s)", task["task_id"], task["epoch"] + 1, lines)
    got = jobs.sql("millrace_jobs", "select * from jobs.read_log(%s, '{default}', null, null, 0, 5000)", run["run_id"])
    assert len(got) == 1000


def test_changes_are_not_missed_by_a_reader_that_was_early(jobs):
    """A transaction that began before a poll and commits after it is seen by the next poll."""
    poll = lambda x: (jobs.sql("millrace_jobs", "select id from jobs.changed_since(%s::xid8)", x),
                      jobs.sql("millrace_jobs", "select pg_snapshot_xmin(pg_current_snapshot())::text as x")[0]["x"])
    c = connect(jobs.port)
    c.autocommit = False
    slow = jobs.sql("postgres", "select run_id from jobs.create_run_v1(null, null, 'default', 'slow', 'pipeline', "
                    "'manual', '{}', 'x')", connection=c)[0]["run_id"]
    jobs.pipeline()
    seen, since = poll("0")
    assert slow not in [r["id"] for r in seen]
    jobs.pipeline()
    c.commit()
    seen, _ = poll(since)
    assert slow in [r["id"] for r in seen]
    c.close()


def test_progress_is_kept_with_the_lease(jobs):
    run = jobs.upload()
    task = jobs.claim("validate")
    jobs.renew(task, progress={"stage": "check", "bytes": 5, "bytes_total": 10, "rows": 3, "rejects": 1})
    assert jobs.run(run["run_id"])["progress"]["bytes"] == 5
    assert jobs.sql("millrace_jobs", "select * from jobs.running_progress()")[0]["progress"]["rows"] == 3


def test_ready_tasks_to_ring_for(jobs):
    first, second = jobs.pipeline(), jobs.pipeline()
    ready = lambda r: [t["run_id"] for t in jobs.sql("millrace_jobs", "select * from jobs.ready_of_run_v1(%s)", r)]
    assert ready(second["run_id"]) == [first["run_id"]]
    jobs.finish(jobs.claim("load"), output=LOADED)
    assert ready(first["run_id"]) == [second["run_id"]]  # the one whose turn it is now
    assert len(jobs.sql("millrace_jobs", "select * from jobs.ready_v1('load', 64)")) == 1


def test_two_sweepers_at_once_act_once(jobs):
    runs = [jobs.upload()["run_id"] for _ in range(10)]
    for _ in runs:
        jobs.lapse(jobs.claim("validate"))
    swept = [r for some in in_parallel(4, lambda i: Other(jobs).sweep()) for r in some]
    assert sorted(swept) == sorted(runs)


def test_made_ids_are_uuid7(jobs):
    made = [r["i"] for r in jobs.admin("select jobs.new_id()::text as i from generate_series(1, 20)")]
    assert all(uuid.UUID(i).version == 7 and uuid.UUID(i).variant == uuid.RFC_4122 for i in made)
