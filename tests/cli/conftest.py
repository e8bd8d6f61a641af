# SPDX-License-Identifier: Apache-2.0
"""conftest - the command, run in a directory of its own."""
import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MILLRACE_BUILD", ROOT / "build/release/bin")) / "millrace"
WAIT_S = 60

ORDERS = """id,day,amount,note
1,2026-01-03,12.50,hello
2,2026-01-04,x12,"wor,ld"
3,2026-02-30,1.00,bad date
4,2026-02-01,3.00
5,2026-02-02,4.00,"say ""hi\"""
"""
FIELDS = [{"name": "id", "type": "integer"}, {"name": "day", "type": "date"}, {"name": "amount", "type": "number"},
          {"name": "note", "type": "string"}]


@dataclass
class Done:
    code: int
    out: str
    err: str


class Place:
    """A scratch directory with orders.csv and its contract."""

    def __init__(self, path):
        self.path = path
        self.write("orders.csv", ORDERS)
        self.contract("sales.json")

    def write(self, name, text):
        data = text.encode() if isinstance(text, str) else text
        (self.path / name).write_bytes(data)
        return self.path / name

    def contract(self, name, fields=None, **more):
        self.write(name, json.dumps({"fields": FIELDS if fields is None else fields, **more}))

    def read(self, name):
        return (self.path / name).read_text(encoding="utf-8")

    def names(self):
        return sorted(p.name for p in self.path.iterdir())

    def run(self, *words, stdin=b"", env=None):
        done = subprocess.run([BIN, *words], cwd=self.path, input=stdin, capture_output=True, timeout=WAIT_S, check=False,
                              env={**os.environ, **(env or {})})
        return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def start(self, *words, **more):
        return subprocess.Popen([BIN, *words], cwd=self.path, **more)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)
