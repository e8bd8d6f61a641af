# SPDX-License-Identifier: Apache-2.0
"""example - the retail example, sent in through nginx like anybody else: a dataset with its contract, a
file with some bad rows, a pipeline over it, and one file that is refused. Each step looks first whether
it is done, so a run that was cut short goes on where it stopped."""
import json
import pathlib
import subprocess
import tempfile

from places import StartError
from session import ENDED

RETAIL = pathlib.Path(__file__).resolve().parents[2] / "docs/examples/retail"
DATASET, PIPELINE = "online_sales", "sales_summary"
RUN_S = 300


def load(suite, note):
    """Rows to print: (table, what is in it)."""
    person = suite.session()
    if not (RETAIL / "contract.json").exists():
        return []
    if not runs_of(person, DATASET):
        note("loading the retail example")
    ensure_dataset(person)
    ensure_contract(person)
    ensure_pipeline(person)
    ensure_file(suite, person, "online_sales.csv", wanted=1)
    ensure_summary(suite, person)
    ensure_file(suite, person, "failing.csv", wanted=2)
    return [(name, describe(person, name)) for name in (DATASET, PIPELINE)]


def expect(answer, what, *statuses):
    if answer.status not in (statuses or (200, 201, 204)):
        raise StartError("example", f"{what}: {answer.status} {answer.text[:300]}")
    return answer.json() if answer.body else None


def runs_of(person, target):
    return expect(person.get("/api/runs", target=target), "list runs")["items"]


def ensure_dataset(person):
    if person.get(f"/api/datasets/{DATASET}").status == 404:
        expect(person.post("/api/datasets", {
            "name": DATASET, "mode": "append",
            "description": "Orders of an online shop, one line each"}), "create dataset")


def ensure_contract(person):
    path = f"/api/datasets/{DATASET}/contract"
    contract = expect(person.get(path), "read contract")
    if contract["published"]:
        return
    doc = json.loads((RETAIL / "contract.json").read_text(encoding="utf-8"))
    old = contract["draft"]
    answer = person.put(path + "/draft", {"doc": doc}, headers={"If-Match": old["etag"]} if old else None)
    expect(answer, "save contract")
    draft = expect(person.get(path), "read contract")["draft"]
    expect(person.post(path + "/publish", {}, headers={"If-Match": draft["etag"]}), "publish contract")


def ensure_pipeline(person):
    path = f"/api/pipelines/{PIPELINE}"
    answer = person.get(path)
    if answer.status == 200 and answer.json().get("version"):
        return
    doc = json.loads((RETAIL / "sales_summary.json").read_text(encoding="utf-8"))
    if answer.status == 404:
        expect(person.put(path, {"doc": doc}), "save pipeline")
    etag = person.get(path).headers.get("ETag")
    expect(person.post(path + "/publish", {}, headers={"If-Match": etag} if etag else None), "publish pipeline")


def ensure_file(suite, person, name, wanted):
    """The file as the wanted-th run of the dataset; waits for its end."""
    if len(runs_of(person, DATASET)) < wanted:
        with tempfile.TemporaryDirectory() as scratch:
            body = file_bytes(name, pathlib.Path(scratch))
        expect(person.put(f"/api/uploads/{name}?dataset={DATASET}", body=body,
                          headers={"Content-Type": "text/csv"}), f"send {name}")
    wait_for_runs(suite, person, DATASET)


def file_bytes(name, scratch):
    path = RETAIL / name
    if not path.exists():
        path = scratch / name
        done = subprocess.run(["/usr/bin/python3", RETAIL / "generate.py", path], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise StartError("example", f"generate.py: {done.stdout.strip()}")
    return path.read_bytes()


def ensure_summary(suite, person):
    """A committed load starts the derived dataset by itself; when it did not, we do."""
    if not runs_of(person, PIPELINE):
        expect(person.post("/api/runs", {"pipeline": PIPELINE}), "run pipeline")
    wait_for_runs(suite, person, PIPELINE)


def wait_for_runs(suite, person, target):
    suite.wait(lambda: all(r["state"] in ENDED for r in runs_of(person, target)) and runs_of(person, target),
               RUN_S, f"the end of the runs of {target}")


def describe(person, name):
    answer = person.get(f"/api/tables/{name}")
    if answer.status != 200:
        runs = runs_of(person, name)
        return runs[0]["headline"] if runs else "no rows"
    text = f"{answer.json()['row_count']:,} rows"
    for run in runs_of(person, name):
        check = (run.get("account") or {}).get("check")
        if run["state"] == "done_with_rejects" and check:
            return f"{text}: {check['read']:,} in = {check['good']:,} good + {check['rejected']:,} rejected"
    return text
