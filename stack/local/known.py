# SPDX-License-Identifier: Apache-2.0
"""known - files of which tests know what must stand in gold because of them, and a dataset for them."""
import random

CONTRACT = {"fields": [
    {"name": "id", "type": "integer", "constraints": {"required": True}},
    {"name": "units", "type": "integer"},
    {"name": "price", "type": "number", "millrace": {"type": "decimal", "precision": 18, "scale": 2}},
    {"name": "note", "type": "string"},
]}


class KnownFile:
    """A CSV of the contract; a share `bad` of its rows breaks it, `pad` bytes make each row longer."""

    def __init__(self, name, rows, seed, bad=0.0, pad=0, first_id=0):
        rng = random.Random(seed)
        self.name, self.good, self.bad, self.units = name, 0, 0, 0
        lines = ["id,units,price,note"]
        for n in range(rows):
            units, broken = rng.randrange(1000), rng.random() < bad
            lines.append(f"{first_id + n},{'x' if broken else units},{rng.randrange(99999) / 100:.2f},"
                         f"\"row {n}, of {name}{'.' * pad}\"")
            self.bad += broken
            self.good += not broken
            self.units += 0 if broken else units
        self.bytes = ("\n".join(lines) + "\n").encode()


def add_dataset(person, name, mode="append", contract=True, **more):
    """A dataset that takes such files; `person` is a session (session.py)."""
    answer = person.post("/api/datasets", {"name": name, "mode": mode, "error_budget_pct": 5, **more})
    assert answer.status in (200, 201), answer
    if contract:
        draft = person.put(f"/api/datasets/{name}/contract/draft", {"doc": CONTRACT})
        assert draft.status in (200, 201), draft
        answer = person.post(f"/api/datasets/{name}/contract/publish", {},
                             headers={"If-Match": draft.json()["etag"]})
        assert answer.status == 200, answer
