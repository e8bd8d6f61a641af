# SPDX-License-Identifier: Apache-2.0
"""command - `millrace check` on bytes, and what it wrote: clean rows, rejects, report."""
import csv
import io
import json
import os
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MILLRACE_BUILD", ROOT / "build/release/bin")) / "millrace"
WAIT_S = 120


@dataclass
class Checked:
    """What one run left behind."""
    code: int
    stderr: str
    clean: bytes
    rejected: bytes
    report: dict

    def rows(self):
        """The clean rows, header left out."""
        return list(csv.reader(io.StringIO(self.clean.decode(), newline=""), strict=True))[1:]

    def rejects(self):
        """(line, rule) of each reject."""
        table = list(csv.reader(io.StringIO(self.rejected.decode(), newline=""), strict=True))
        at = {name: i for i, name in enumerate(table[0])} if table else {}
        return [(int(row[at["_line"]]), row[at["_rule"]]) for row in table[1:]]


def text_contract(names):
    """Every column text, the empty cell null."""
    return {"fields": [{"name": n, "type": "string"} for n in names], "missingValues": [""],
            "millrace": {"budget_pct": 100}}


def dialect_args(d):
    """--dialect for every part, so that nothing is guessed."""
    parts = {"delimiter": d.delimiter or "none", "quote": d.quote or "none",
             "escape": "none" if d.escape in ("", d.quote) else d.escape,
             "comment": d.comment or "none", "line_end": d.line_end, "header": d.header, "footer": d.footer,
             "preamble": d.preamble, "skip_space": "true" if d.skip_space else "false", "tables": "first" if d.first_table else "all"}
    return [word for key, value in parts.items() for word in ("--dialect", f"{key}={value}")]


def check(data, contract, args=(), threads=1, pipe=False):
    """Run the command; a crash or an end by signal is a RuntimeError."""
    with tempfile.TemporaryDirectory(prefix="millrace-csv-") as scratch:
        at = pathlib.Path(scratch)
        (at / "in.csv").write_bytes(data)
        (at / "contract.json").write_text(json.dumps(contract), encoding="utf-8")
        words = [BIN, "check", "-" if pipe else at / "in.csv", "--contract", at / "contract.json", "--quiet",
                 "--threads", str(threads), "--clean", at / "clean.csv", "--rejects", at / "rejects.csv",
                 "--report", at / "report.json", *args]
        done = subprocess.run(words, input=data if pipe else b"", capture_output=True, timeout=WAIT_S, check=False)
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
        read = {name: (at / name).read_bytes() if (at / name).exists() else b""
                for name in ("clean.csv", "rejects.csv", "report.json")}
        return Checked(done.returncode, done.stderr.decode(errors="replace"), read["clean.csv"],
                       read["rejects.csv"], json.loads(read["report.json"] or b"{}"))
