# SPDX-License-Identifier: Apache-2.0
"""test_repairs - --repairs: every row that was repaired, before and after."""
import csv
import io
import json

import pytest

HEADER = "_repair,_row,_line,_offset,_rule,_message,_before,_after\n"
FIELDS = [{"name": "id", "type": "integer"}, {"name": "note", "type": "string"}, {"name": "day", "type": "date"}]
REPAIR = ("--bad-rows", "repair")
TEXT_BYTES = 1024  # of a row before and after


@pytest.fixture
def mend(place):
    place.contract("m.json", FIELDS)
    return place


def listed(place, name="m.csv"):
    return list(csv.DictReader(io.StringIO(place.read(name))))


def test_each_with_before_and_after(mend):
    mend.write("in.csv", "id,note,day\n" + "1,x,2026-01-01\n" * 20 +
               '2,a,b,2026-01-02\nx,y\n3,ü,2026-01-03,,\n4,"say ""hi"""\n5\n')
    assert mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv").code == 1
    assert mend.read("m.csv") == HEADER + (
        '1,21,22,312,repair.join,note: cells 2 to 3 are one text with a delimiter that is not quoted,'
        '"2,a,b,2026-01-02","2,""a,b"",2026-01-02"\n'
        '2,23,24,333,repair.surplus,"the row has 5 cells, the header has 3: 2 empty at the end dropped",'
        '"3,ü,2026-01-03,,","3,ü,2026-01-03"\n'
        '3,24,25,351,repair.pad,"the row has 2 cells, the header has 3: 1 empty added at the end",'
        '"4,""say """"hi""""""","4,""say """"hi"""""","\n')


def many(place, rows=60000):
    """Rows of which every third is repaired, and every seventh of these is refused then."""
    out = ["id,note,day"]
    for i in range(rows):
        short = f"{'x' if i % 7 == 0 else i},short {i}"
        out.append(f"{i},whole {i},2026-01-01" if i % 3 else short if i % 2 else f"{i},in,two {i},2026-01-02")
    place.write("in.csv", "\n".join(out) + "\n")


def test_all_in_order_at_any_number_of_threads(mend):
    many(mend)
    seen = set()
    for threads in (1, 2, 3, 8):
        mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv", "--report", "p.json", "-q", "-t", str(threads))
        seen.add((mend.read("m.csv"), mend.read("p.json")))
    assert len(seen) == 1
    rows, report = listed(mend), json.loads(mend.read("p.json"))
    assert len(rows) == report["repairs"]["count"] == report["account"]["repaired"] > 15000
    assert [row["_repair"] for row in rows] == [str(i + 1) for i in range(len(rows))]
    numbers = [int(row["_row"]) for row in rows]
    assert numbers == sorted(set(numbers))
    data = (mend.path / "in.csv").read_bytes()
    lines = data.decode().split("\n")
    for row in rows:
        assert lines[int(row["_line"]) - 1] == row["_before"]
        assert data[int(row["_offset"]):].startswith(row["_before"].encode() + b"\n")
    assert len(report["repairs"]["rows"]) == 1000
    told = ("row", "line", "offset", "rule", "message", "before", "after")
    assert [[str(r[key]) for key in told] for r in report["repairs"]["rows"]] == [
        [row["_" + key] for key in told] for row in rows[:1000]]


def test_the_same_beside_parquet(mend):
    many(mend)
    for out in ("c.csv", "c.parquet"):
        mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", out + ".m", "--clean", out, "--rejects", out + ".r", "-t", "2")
    assert mend.read("c.csv.m") == mend.read("c.parquet.m")
    assert mend.read("c.csv.r") == mend.read("c.parquet.r")


@pytest.mark.parametrize("bytes_before", [TEXT_BYTES, TEXT_BYTES + 1])
def test_long_texts_are_cut_as_in_the_report(mend, bytes_before):
    note = "y" * (bytes_before - len("2,") - 2) + "ü"
    mend.write("in.csv", "id,note,day\n" + "1,x,2026-01-01\n" * 20 + f"2,{note}\n")
    mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv", "--report", "p.json")
    (row,), (told,) = listed(mend), json.loads(mend.read("p.json"))["repairs"]["rows"]
    assert (row["_before"], row["_after"]) == (told["before"], told["after"])
    assert len(row["_before"].encode()) == (TEXT_BYTES if bytes_before == TEXT_BYTES else TEXT_BYTES - 1)


def test_another_encoding(mend):
    text = "id;note;day\r\n" + "1;Müller;2026-01-01\r\n" * 20 + "2;Jürgen\r\n"
    mend.write("in.csv", text.encode("cp1252"))
    assert mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv").code == 0
    (row,) = listed(mend)
    assert (row["_before"], row["_after"]) == ("2;Jürgen", "2;Jürgen;")
    assert int(row["_offset"]) == len(text.encode("cp1252")) - len("2;Jürgen\r\n")


def test_header_alone(mend):
    """Nothing to repair; or a contract that could let rows be repaired and does not."""
    mend.write("in.csv", "id,note,day\n1,x,2026-01-01\n")
    done = mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv")
    assert (done.code, mend.read("m.csv")) == (0, HEADER) and "header alone" not in done.out
    mend.write("in.csv", "id,note,day\n1,x,2026-01-01\n2,y\n")
    done = mend.run("check", "in.csv", "-c", "m.json", "--repairs", "n.csv")
    assert (done.code, mend.read("n.csv")) == (1, HEADER)
    assert "n.csv holds its header alone: the contract has no \"bad_rows\": \"repair\"" in done.out
    assert mend.run("check", "in.csv", "-c", "m.json", "--repairs", "n.csv", "-q").out == ""
    mend.contract("r.json", FIELDS, millrace={"bad_rows": "repair"})
    assert mend.run("check", "in.csv", "-c", "r.json", "--repairs", "m.csv").code == 0
    assert [row["_before"] for row in listed(mend)] == ["2,y"]


def test_a_key_that_refuses_a_repaired_row(mend):
    """What is refused after its repair is among the rejects, and nowhere else."""
    mend.contract("k.json", FIELDS, primaryKey="id")
    mend.write("in.csv", "id,note,day\n1,x,2026-01-01\n2,y\n1,z\n")
    done = mend.run("check", "in.csv", "-c", "k.json", *REPAIR, "--repairs", "m.csv", "--rejects", "r.csv")
    assert "3 in = 1 good + 1 repaired + 1 rejected" in done.out
    assert [row["_before"] for row in listed(mend)] == ["2,y"]


def test_to_standard_output(mend):
    mend.write("in.csv", "id,note,day\n1,x,2026-01-01\n2,y\n")
    done = mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "-")
    assert done.out.startswith(HEADER) and done.out.count("\n") == 2
    assert "2 in = 1 good + 1 repaired" in done.err


def test_an_unusable_file_leaves_what_was_there(mend):
    mend.write("in.csv", "id,day\n1,2026-01-01\n")
    mend.write("m.csv", "old")
    assert mend.run("check", "in.csv", "-c", "m.json", *REPAIR, "--repairs", "m.csv").code == 2
    assert mend.read("m.csv") == "old"


def test_over_the_budget(mend):
    """The clean rows are withheld; what was repaired is told as what was refused is."""
    mend.contract("b.json", FIELDS, millrace={"bad_rows": "repair", "budget_pct": 1})
    mend.write("in.csv", "id,note,day\n1,x,2026-01-01\n2,y\n" + "x,y,z\n" * 20)
    assert mend.run("check", "in.csv", "-c", "b.json", "--repairs", "m.csv", "--clean", "c.csv").code == 2
    assert "c.csv" not in mend.names() and [row["_before"] for row in listed(mend)] == ["2,y"]
