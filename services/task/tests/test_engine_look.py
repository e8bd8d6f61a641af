#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_engine_look - a file looked at by its front, a draft tried on a file: right answers, and an answer for
whatever is sent."""
import gzip
import os
import random

import pytest

from harness import Child

ID = {"name": "id", "type": "integer"}
AMOUNT = {"name": "amount", "type": "integer"}


@pytest.fixture
def ask(tmp_path):
    """Exit code and last report line of a task on these bytes."""
    def run(data, **spec):
        place = tmp_path / f"ask-{len(list(tmp_path.iterdir()))}"
        (place / "scratch").mkdir(parents=True)
        (place / "file.csv").write_bytes(data)
        child = Child("engine", {"input": str(place / "file.csv"), "input_bytes": len(data),
                                 "scratch": str(place / "scratch"), "memory_bytes": 256 << 20, "wall_ms": 60000, **spec})
        code, last = child.finish()
        assert list((place / "scratch").iterdir()) == [], "nothing is left behind"
        return code, last
    return run


def look(ask, data, whole=True):
    code, last = ask(data, task="inspect", whole=whole)
    assert code == 0, last
    return last


# ---- inspect ----

def test_columns_rows_and_evidence(ask):
    found = look(ask, b"# made by a tool\nNr;Preis;Tag\n1;1,50;01.02.2026\n2;2,25;03.02.2026\n" * 1)
    assert [(c["header"], c["type"]) for c in found["columns"]][0] == ("Nr", "integer")
    assert found["columns_total"] == 3 and found["rows_seen"] == 2
    assert found["dialect"]["delimiter"] == "semicolon" and found["dialect"]["given"] == []


def test_the_columns_of_a_rejects_file_are_not_told(ask):
    found = look(ask, b"_reject,_line,_column,_rule,_message,id,town\n1,4,id,type.integer,x,7,Ulm\n")
    assert [(c["name"], c["header"], c["type"]) for c in found["columns"]] == \
        [("id", "id", "integer"), ("town", "town", "string")]
    assert found["columns_total"] == 2 and found["rows"] == [["7", "Ulm"]]


@pytest.mark.parametrize("cut", range(0, 40))
def test_a_front_that_ends_anywhere_refuses_no_row(ask, cut):
    text = "id,town\n" + "".join(f"{n},Köln am Rhein\n" for n in range(400))
    data = text.encode("utf-16-le") if cut % 2 else text.encode()
    found = look(ask, data[:len(data) - cut], whole=False)
    assert found["verdict"] == "table" and found["rows_refused"] == 0, found
    assert [c["type"] for c in found["columns"]] == ["integer", "string"]


def test_what_is_shown_is_bounded(ask):
    wide = ",".join(f"column {n} " + "x" * 300 for n in range(3000)) + "\n"
    row = ",".join("y" * 300 for n in range(3000)) + "\n"
    found = look(ask, (wide + row * 3).encode())
    assert found["columns_total"] == 3000 and len(found["columns"]) == 500
    assert len(found["rows"][0]) == 100 and len(found["rows"][0][0].encode()) <= 123
    assert found["columns"][0]["header"].endswith("…")


@pytest.mark.parametrize("seed", range(12))
def test_noise_is_answered(ask, seed):
    rng = random.Random(seed)
    alphabet = [b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"a", b"1", b"\\", b"#", b"||", b" "]
    data = b"".join(rng.choice(alphabet) for _ in range(rng.randrange(20000)))
    assert look(ask, data, whole=bool(seed % 2))["verdict"] in ("table", "unusable")
    assert look(ask, gzip.compress(data)[:1000], whole=False)["verdict"] in ("table", "unusable")
    assert look(ask, os.urandom(20000))["verdict"] in ("table", "unusable")


def test_an_archive_that_grows_is_read_to_the_bound(ask):
    found = look(ask, gzip.compress(b"id,amount\n" + b"1,2\n" * 30_000_000, 9), whole=False)
    assert found["verdict"] == "table" and found["rows_seen"] < 1_100_000 and not found["whole"]


# ---- preview ----

def tried(ask, data, published, draft, **more):
    def doc(d):
        return d if d is None or isinstance(d, dict) else {"fields": d}
    code, last = ask(data, task="preview", published=doc(published), draft=doc(draft), **more)
    assert code == 0, last
    return last


def places(side):
    return sorted((r["rule"], r["column"], r["count"]) for r in side["rules"])


def test_rows_that_fail_and_rows_that_pass(ask):
    data = b"id,amount\n1,5\n2,x\n3,7\nx,9\n4,5,6\n"
    told = tried(ask, data, [ID, AMOUNT], [{"name": "id"}, {**AMOUNT, "constraints": {"maximum": "5"}}])
    assert places(told["fails"]) == [("maximum", "amount", 1)], "the row with x was refused before"
    assert places(told["passes"]) == []
    told = tried(ask, data, [ID, AMOUNT], [{"name": "id"}, {"name": "amount"}])
    assert places(told["fails"]) == [] and places(told["passes"]) == [("type.integer", "amount", 1), ("type.integer", "id", 1)]
    assert told["draft"]["account"]["rejected"] == 1, "the row with three cells fails by both"
    told = tried(ask, data, [ID, AMOUNT], [ID, AMOUNT])
    assert told["fails"]["count"] == told["passes"]["count"] == 0


def test_a_row_that_fails_otherwise_is_no_news(ask):
    told = tried(ask, b"id,amount\nx,y\n", [ID, AMOUNT], [{"name": "id"}, AMOUNT])
    assert told["fails"]["count"] == told["passes"]["count"] == 0


def test_keys_and_repairs_are_tried_too(ask):
    data = b"id,amount\n1,5\n1,6\n2\n1,7\n"
    told = tried(ask, data, [ID, AMOUNT], {"fields": [ID, AMOUNT], "primaryKey": "id", "millrace": {"bad_rows": "repair"}})
    assert places(told["fails"]) == [("primary_key", "id", 2)]
    assert places(told["passes"]) == [("row.cells", None, 1)]
    assert told["draft"]["account"] == {"read": 4, "good": 1, "repaired": 1, "rejected": 2}


def test_another_dialect_is_another_reading_of_the_same_rows(ask):
    data = b"id;amount\n1;5\n2;x\n3;1,5\n"
    told = tried(ask, data, [ID, AMOUNT], {"fields": [ID, {"name": "amount", "type": "number", "decimalChar": ","}],
                                           "millrace": {"dialect": {"delimiter": ";", "quote": "none"}}})
    assert places(told["passes"]) == [("type.integer", "amount", 1)] and told["fails"]["count"] == 0


def test_a_large_file_is_tried_by_its_front(ask):
    data = b"id,amount\n" + b"".join(b"%d,%d\n" % (n, n % 100) for n in range(400000))
    told = tried(ask, data, [ID, AMOUNT], [ID, {**AMOUNT, "constraints": {"maximum": "98"}}], max_bytes=1 << 20)
    assert not told["whole"] and 50000 < told["rows"] < 400000 and told["max_bytes"] == 1 << 20
    assert abs(told["fails"]["count"] - told["rows"] // 100) <= 1
    whole = tried(ask, data, [ID, AMOUNT], [ID, {**AMOUNT, "constraints": {"maximum": "98"}}])
    assert whole["whole"] and whole["fails"]["count"] == 4000


@pytest.mark.parametrize("data", [b"", b"\n\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"nope\n1\n", os.urandom(5000)])
def test_a_file_neither_contract_can_read(ask, data):
    told = tried(ask, data, [ID], [ID, AMOUNT])
    assert told["published"]["verdict"] == told["draft"]["verdict"] == "unusable"
    assert told["draft"]["reason"]["text"] and told["fails"]["count"] == told["passes"]["count"] == 0


def test_what_only_one_can_read(ask):
    told = tried(ask, b"id\n1\nx\n", [ID, AMOUNT], [ID])
    assert told["published"]["verdict"] == "unusable" and told["draft"]["account"]["rejected"] == 1
    told = tried(ask, b"id\n1\nx\n", [ID], [ID, AMOUNT])
    assert told["draft"]["verdict"] == "unusable" and told["published"]["account"]["good"] == 1


def test_hundreds_of_kinds_of_refusals_are_bounded(ask):
    fields = [{"name": f"c{n}", "type": "integer"} for n in range(600)]
    rows = b"".join(b",".join(b"x" if c == n else b"1" for c in range(600)) + b"\n" for n in range(600))
    told = tried(ask, b",".join(b"c%d" % n for n in range(600)) + b"\n" + rows,
                 [{"name": f"c{n}"} for n in range(600)], fields)
    assert told["fails"]["count"] == 600 and len(told["fails"]["rules"]) == 300
