# SPDX-License-Identifier: Apache-2.0
# test_states_doc - docs/STATES.md is what jobs.transitions says. MILLRACE_WRITE_DOCS=1 writes it anew.
import os

from conftest import ROOT, connect

PATH = f"{ROOT}/docs/STATES.md"
HEAD = """# States of runs and tasks

Printed from the table `jobs.transitions` by `services/job-orchestrator/tests/test_states_doc.py`; do not edit. A state
changes in `jobs.step()` only, along these edges; triggers on `jobs.runs` and `jobs.tasks` refuse every other way.
"""


def diagram(machine, edges):
    lines = ["", f"## {machine.capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    states = {s for e in edges for s in e[:2]}
    lines += [f"    {a or '[*]'} --> {b}" for a, b, _ in edges]
    lines += [f"    {s} --> [*]" for s in sorted(states) if not any(a == s for a, _, _ in edges)]
    lines += ["```", "", "| from | to | when |", "| --- | --- | --- |"]
    lines += [f"| {a or '(made)'} | {b} | {what} |" for a, b, what in edges]
    return "\n".join(lines) + "\n"


def test_the_page_is_what_the_table_says(schema):
    text = HEAD
    with connect(schema).cursor() as cur:
        for machine in ("run", "task"):
            cur.execute("select from_state, to_state, what from jobs.transitions where machine = %s "
                        "order by from_state, to_state", (machine,))
            text += diagram(machine, cur.fetchall())
    if os.environ.get("MILLRACE_WRITE_DOCS"):
        with open(PATH, "w", encoding="utf-8") as f:
            f.write(text)
    with open(PATH, encoding="utf-8") as f:
        assert f.read() == text
