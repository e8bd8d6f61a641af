# SPDX-License-Identifier: Apache-2.0
"""test_check - verdicts, exit codes and what the outputs hold."""
import csv
import gzip
import io
import json
import re

import pytest

from conftest import FIELDS, ORDERS


def test_shape_alone(place):
    done = place.run("check", "orders.csv")
    assert done.code == 1
    assert "5 in = 4 good + 1 rejected" in done.out
    assert "line 5  row.cells  the row has 3 cells, the header has 4" in done.out
    assert done.err == ""


def test_by_contract(place):
    done = place.run("check", "orders.csv", "-c", "sales.json")
    assert done.code == 1
    assert "5 in = 2 good + 3 rejected" in done.out
    marked = done.out.split("\n")
    at = next(i for i, line in enumerate(marked) if "x12,\"wor" in line)
    assert marked[at + 1].index("^^^") == marked[at].index("x12")


def test_outputs(place):
    done = place.run("check", "orders.csv", "-c", "sales.json", "--clean", "c.csv", "--rejects", "r.csv", "--report", "p.json")
    assert done.code == 1
    assert place.read("c.csv") == 'id,day,amount,note\n1,2026-01-03,12.50,hello\n5,2026-02-02,4.00,"say ""hi"""\n'
    rows = list(csv.reader(io.StringIO(place.read("r.csv"))))
    assert rows[0] == ["_reject", "_line", "_column", "_rule", "_message", "id", "day", "amount", "note"]
    assert [row[:4] for row in rows[1:]] == [["1", "3", "amount", "type.decimal"], ["2", "4", "day", "type.date"],
                                             ["3", "5", "", "row.cells"]]
    assert [row[5:] for row in rows[1:]] == [["2", "2026-01-04", "x12", "wor,ld"], ["3", "2026-02-30", "1.00", "bad date"],
                                             ["4", "2026-02-01", "3.00"]]
    report = json.loads(place.read("p.json"))
    assert report["account"] == {"read": 5, "good": 2, "repaired": 0, "rejected": 3}
    assert report["verdict"] == "good"


def test_the_clean_file_passes_again(place):
    place.run("check", "orders.csv", "-c", "sales.json", "--clean", "c.csv")
    done = place.run("check", "c.csv", "-c", "sales.json", "--clean", "d.csv")
    assert done.code == 0
    assert place.read("c.csv") == place.read("d.csv")


def test_refused_rows_come_back_mended(place):
    """What --rejects wrote is mended in place and checked with the same contract."""
    place.run("check", "orders.csv", "-c", "sales.json", "--rejects", "r.csv", "-q")
    again = place.run("check", "r.csv", "-c", "sales.json", "--rejects", "s.csv", "--clean", "d.csv")
    assert again.code == 1 and "3 in = 0 good + 3 rejected" in again.out
    assert [line.split(",")[5:] for line in place.read("s.csv").split("\n")[:1]] == [["id", "day", "amount", "note"]]
    mended = place.read("r.csv").replace(",x12,", ",12,").replace(",2026-02-30,", ",2026-02-28,").replace(",3.00\n", ",3.00,new\n")
    place.write("r.csv", mended)
    done = place.run("check", "r.csv", "-c", "sales.json", "--clean", "c.csv")
    assert done.code == 0, done.out
    assert place.read("c.csv") == 'id,day,amount,note\n2,2026-01-04,12,"wor,ld"\n3,2026-02-28,1.00,bad date\n4,2026-02-01,3.00,new\n'


@pytest.mark.parametrize("text, clean", [
    ("a;b\r\n1;x,y\r\n2;z\r\n", 'a,b\n1,"x,y"\n2,z\n'),
    ("a,b\n1,x", "a,b\n1,x\n"),
    ('a,b\n"1","x"\n', "a,b\n1,x\n"),
    ('a,b\n1,"two\nlines"\n', 'a,b\n1,"two\nlines"\n'),
    ("a\n1\n\"\"\n2\n", 'a\n1\n""\n2\n'),
    ("a\tb\n1\t\"say \"\"hi\"\"\"\n", 'a,b\n1,"say ""hi"""\n'),
    ("a,b\n\n1,x\n\n2,y\n", "a,b\n1,x\n2,y\n"),
    ('a,b\n"1,",x\n"2",y\n3,"4"\n', 'a,b\n"1,",x\n2,y\n3,4\n'),
    ('a,b\n"x""",""\n5"6,7\n""""\n"""","y,"\n'.replace('""""\n"', '"'), 'a,b\n"x""",\n"5""6",7\n"""","y,"\n'),
])
def test_clean_layout(place, text, clean):
    place.write("in.csv", text)
    assert place.run("check", "in.csv", "--clean", "c.csv", "-q").code == 0
    assert place.read("c.csv") == clean


@pytest.mark.parametrize("given, text, clean", [
    (["comment=#"], 'a,b\n"#1",x\n2,"#y"\n# no row\n', 'a,b\n"#1",x\n2,#y\n'),
    (["comment=#"], '"#a",b\n1,x\n', '"#a",b\n1,x\n'),
    (["comment=//"], 'a\n"//"\n"/"\n/x\n', 'a\n"//"\n/\n/x\n'),
    (["comment=#"], 'a;b\n"#1";x\n2;y\n', 'a,b\n"#1",x\n2,y\n'),
    ([], 'a,b\n"#1",x\n2,y\n', 'a,b\n#1,x\n2,y\n'),
    (["skip_space=true"], 'a, b\n1, x\n2, " y"\n" 3", "\tz"\n', 'a,b\n1,x\n2," y"\n" 3","\tz"\n'),
])
def test_clean_hides_nothing_from_the_same_dialect(place, given, text, clean):
    words = [word for one in given for word in ("-d", one)]
    place.write("in.csv", text)
    assert place.run("check", "in.csv", *words, "--clean", "c.csv", "-q").code == 0
    assert place.read("c.csv") == clean
    assert place.run("check", "c.csv", *words, "--clean", "d.csv", "-q").code == 0
    assert place.read("d.csv") == clean


def test_a_repaired_row_that_looks_like_a_comment(place):
    place.contract("r.json", REPAIRS[1:], millrace={"bad_rows": "repair"})
    place.write("in.csv", 'note,day\nx,2026-01-01\n"#y",2026-01-02,,\n')
    assert place.run("check", "in.csv", "-c", "r.json", "-d", "comment=#", "--clean", "-", "-q").out == (
        'note,day\nx,2026-01-01\n"#y",2026-01-02\n')


def test_quote_all(place):
    place.write("in.csv", "a,b\n1,\"x\"\"y\"\n")
    assert place.run("check", "in.csv", "--clean", "-", "--quote-all", "-q").out == '"a","b"\n"1","x""y"\n'


def test_no_header(place):
    place.write("in.csv", "1,2\n3,4\n")
    assert place.run("check", "in.csv", "-d", "header=0", "--clean", "-", "-q").out == "1,2\n3,4\n"


@pytest.mark.parametrize("fail_on, code", [("any", 1), ("budget", 2), ("never", 0)])
def test_fail_on(place, fail_on, code):
    assert place.run("check", "orders.csv", "--fail-on", fail_on).code == code


def test_budget_of_the_contract(place):
    place.contract("half.json", millrace={"budget_pct": 50})
    place.contract("most.json", millrace={"budget_pct": 70})
    spent = place.run("check", "orders.csv", "-c", "half.json", "--clean", "c.csv", "--rejects", "r.csv", "--report", "p.json")
    assert spent.code == 2
    assert "over the error budget: 60 % of the rows are rejected, 50 % may be" in spent.out
    assert "c.csv was not written" in spent.out
    assert "c.csv" not in place.names()
    assert place.read("r.csv").count("\n") == 4
    assert json.loads(place.read("p.json"))["verdict"] == "over_budget"
    assert place.run("check", "orders.csv", "-c", "half.json", "--fail-on", "never", "--clean", "c.csv").code == 0
    assert "c.csv" in place.names()
    assert place.run("check", "orders.csv", "-c", "most.json").code == 1
    assert place.run("check", "orders.csv", "-c", "most.json", "--fail-on", "budget").code == 0


def test_all_good(place):
    place.write("in.csv", "a,b\n1,2\n")
    done = place.run("check", "in.csv", "--rejects", "r.csv")
    assert (done.code, done.err) == (0, "")
    assert place.read("r.csv") == "_reject,_line,_column,_rule,_message,a,b\n"


def test_quiet(place):
    done = place.run("check", "orders.csv", "-q")
    assert (done.code, done.out) == (1, "")
    assert done.err == "millrace: orders.csv: 1 of 5 rows rejected\n"
    place.write("in.csv", "a,b\n1,2\n")
    done = place.run("check", "in.csv", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_json_is_the_report_alone(place):
    done = place.run("check", "orders.csv", "--json")
    assert json.loads(done.out)["account"]["rejected"] == 1
    assert (done.code, done.err) == (1, "")


@pytest.mark.parametrize("command", ["sniff", "infer"])
def test_quiet_leaves_what_was_asked_for(place, command):
    assert place.run(command, "orders.csv", "-q").out == place.run(command, "orders.csv").out != ""


@pytest.mark.parametrize("data, words", [
    (b"", "empty"),
    (b"PK\x03\x04aaaa", "ZIP archive"),
    (b"\x1f\x8b\x08\x00abc", "gzip archive"),
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
])
def test_unusable(place, data, words):
    place.write("in.csv", data)
    done = place.run("check", "in.csv", "-q", "--clean", "c.csv", "--rejects", "r.csv", "--report", "p.json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("millrace: in.csv: ") and words in done.err
    assert place.names() == ["in.csv", "orders.csv", "p.json", "sales.json"]
    report = json.loads(place.read("p.json"))
    assert report["verdict"] == "unusable" and report["reason"]["text"]


def test_header_that_does_not_fit(place):
    place.write("in.csv", "id,day\n1,2026-01-01\n")
    done = place.run("check", "in.csv", "-c", "sales.json")
    assert done.code == 2
    assert "amount" in done.err


@pytest.mark.parametrize("name, words", [("absent.csv", "No such file"), (".", "is a directory")])
def test_unreadable(place, name, words):
    done = place.run("check", name)
    assert done.code == 2
    assert words in done.err and done.err.count(name) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"fields":[]}', '{"fields":[{"name":"a","type":"nonsense"}]}'])
def test_bad_contract(place, text):
    place.write("c.json", text)
    done = place.run("check", "orders.csv", "-c", "c.json")
    assert done.code == 78
    assert "c.json" in done.err


def test_standard_input(place):
    done = place.run("check", "-", "-c", "sales.json", "--clean", "c.csv", stdin=ORDERS.encode())
    assert done.code == 1
    assert "5 in = 2 good + 3 rejected" in done.out
    assert place.read("c.csv").count("\n") == 3


def test_archives_and_encodings(place):
    text = "id;name\n1;Müller\n2;Jürgen\n"
    for name, data in (("a.csv.gz", gzip.compress(text.encode())), ("b.csv", text.encode("cp1252")),
                       ("c.csv", text.encode("utf-16")), ("d.csv", text.encode("utf-8-sig")),
                       ("e.csv", gzip.compress(text.encode("utf-16-be")))):
        place.write(name, data)
        done = place.run("check", name, "--clean", "-", "-q")
        assert (done.code, done.err) == (0, ""), name
        assert done.out == text.replace(";", ","), name
    place.write("f.csv", text.encode("cp1251", errors="replace"))


def test_keys(place):
    place.write("people.csv", "name\nann\nbob\n")
    place.contract("k.json", [{"name": "id", "type": "integer"}, {"name": "who", "type": "string"}], primaryKey="id",
                   foreignKeys=[{"fields": "who", "reference": {"resource": "people.csv", "fields": "name"}}])
    text = "id,who\n1,ann\n2,bob\n1,bob\n3,eve\n"
    place.write("in.csv", text)
    for name, stdin in (("in.csv", b""), ("-", text.encode())):
        done = place.run("check", name, "-c", "k.json", "--rejects", "r.csv", "--clean", "c.csv", stdin=stdin)
        assert done.code == 1
        rows = list(csv.reader(io.StringIO(place.read("r.csv"))))[1:]
        assert [(row[1], row[3]) for row in rows] == [("4", "primary_key"), ("5", "foreign_key")]
        assert "row 1" in rows[0][4]
        assert place.read("c.csv") == "id,who\n1,ann\n2,bob\n"
    (place.path / "people.csv").unlink()
    done = place.run("check", "in.csv", "-c", "k.json")
    assert done.code == 2 and "people.csv" in done.err


def test_max_show(place):
    place.write("in.csv", "a,b\n" + "1,2\n" * 90 + "1\n" * 30)
    assert place.run("check", "in.csv").out.count("row.cells  the row has") == 10
    assert place.run("check", "in.csv", "--max-show", "3").out.count("row.cells  the row has") == 3
    assert place.run("check", "in.csv", "--max-show", "0").out.count("row.cells  the row has") == 0


def test_profile(place):
    place.run("check", "orders.csv", "-c", "sales.json", "--profile", "--report", "p.json", "-q")
    columns = json.loads(place.read("p.json"))["profile"]["columns"]
    assert [c["name"] for c in columns] == [f["name"] for f in FIELDS]
    assert columns[0]["min"]["value"] == "1" and columns[0]["max"]["value"] == "5"


@pytest.mark.parametrize("more", [{"match": "position"}, {}])
def test_a_column_is_named_once_and_as_the_file_has_it(place, more):
    fields = [{"name": "id", "type": "integer", "millrace": {"aliases": ["Nr."]}},
              {"name": "betrag", "type": "number", "constraints": {"minimum": 1}, "millrace": {"aliases": ["Beträge"]}}]
    place.contract("c.json", fields, millrace=more)
    place.write("in.csv", "Nr.,Beträge\n1,x\n2,0\nz,1\n")
    out = place.run("check", "in.csv", "-c", "c.json").out
    assert "line 2  type.decimal  Beträge: `x` is not a decimal" in out
    assert "line 3  minimum  Beträge: 0 is below the minimum 1" in out
    assert "line 4  type.integer  Nr.: `z` is not an integer" in out


def test_a_name_that_begins_like_another(place):
    place.contract("c.json", [{"name": "id", "type": "integer"}, {"name": "id_no", "type": "integer"}])
    place.write("in.csv", "id,id_no\n1,x\nx,2\n")
    out = place.run("check", "in.csv", "-c", "c.json").out
    assert "  id_no: `x` is not" in out and "  id: `x` is not" in out


REPAIRS = [{"name": "id", "type": "integer"}, {"name": "note", "type": "string"}, {"name": "day", "type": "date"}]


def test_another_table_is_told(place):
    place.write("in.csv", "a,b\n" + "1,2\n" * 30 + "\nx,y,z\n" + "1,2,3\n" * 30)
    done = place.run("check", "in.csv", "-d", "tables=first", "--report", "p.json")
    assert "30 in = 30 good" in done.out
    assert "another table of 3 columns begins on line 33; it was not read" in done.out
    assert json.loads(place.read("p.json"))["dialect"]["tables"] == [{"line": 33, "columns": 3, "rows": 31}]


def test_all_further_tables_are_told(place):
    one = "x,y,z\n1,2,3\n\np,q\n4,5\n\n"
    place.write("in.csv", "a,b,c,d\n" + "1,2,3,4\n" * 30 + "\n" + one * 10)
    done = place.run("check", "in.csv", "--report", "p.json")
    assert done.out.count("another table of") == 16 and "\nand 4 more\n" in done.out
    assert "another table of 2 columns begins on line 78; it was not read" in done.out
    dialect = json.loads(place.read("p.json"))["dialect"]
    assert [t["line"] for t in dialect["tables"]] == list(range(33, 81, 3)) and dialect["more_tables"] == 4
    assert dialect["tables"][1] == {"line": 36, "columns": 2, "rows": 2}


def test_tables_behind_the_sample_are_told(place):
    place.write("in.csv", "a,b\n1,2\n3,4\n\nStaff\n\nname,town,n\n" + "Ada,Rome,12\n" * 1100000 + "\ncode,day\nX,1\n")
    done = place.run("check", "in.csv", "-d", "tables=first", "-d", "preamble=0", "-d", "delimiter=,")
    assert "another table of 3 columns begins on line 7;" in done.out
    assert "another table of 2 columns begins on line 1,100,009;" in done.out
    assert done.out.count("another table of") == 2


def test_profile_on_the_screen(place):
    out = place.run("check", "orders.csv", "-c", "sales.json", "--profile").out
    assert re.search(r"^amount +decimal +0\.0 % +2  4\.0+ +12\.50* ", out, re.M), out


def test_repair(place):
    place.contract("r.json", REPAIRS)
    place.write("in.csv", "id,note,day\n" + "1,x,2026-01-01\n" * 20 + "2,a,b,2026-01-02\n3,y,2026-01-03,,\n4,z\n5\n")
    done = place.run("check", "in.csv", "-c", "r.json", "--bad-rows", "repair", "--clean", "c.csv", "--report", "p.json")
    assert done.code == 1
    assert "24 in = 20 good + 3 repaired + 1 rejected" in done.out
    assert place.read("c.csv").split("\n")[21:] == ['2,"a,b",2026-01-02', "3,y,2026-01-03", "4,z,", ""]
    report = json.loads(place.read("p.json"))
    assert report["account"] == {"read": 24, "good": 20, "repaired": 3, "rejected": 1}
    assert report["repairs"]["count"] == 3
    assert [(r["line"], r["rule"], r["before"]) for r in report["repairs"]["rows"]] == [
        (22, "repair.join", "2,a,b,2026-01-02"), (23, "repair.surplus", "3,y,2026-01-03,,"), (24, "repair.pad", "4,z")]
    assert place.run("check", "in.csv", "-c", "r.json", "--bad-rows", "reject").out.startswith("24 in = 20 good + 4 rejected")
    place.contract("s.json", REPAIRS, millrace={"bad_rows": "repair"})
    out = place.run("check", "in.csv", "-c", "s.json").out
    assert "3 repaired" in out and re.search(r"^ +1  repair.pad +repaired$", out, re.M)
    assert "3 repaired" not in place.run("check", "in.csv", "-c", "s.json", "--bad-rows", "reject").out


def test_normalised_cells(place):
    place.contract("n.json", [{"name": "id", "type": "integer", "millrace": {"normalise": ["trim"]}},
                              {"name": "code", "type": "string", "millrace": {"normalise": ["trim", "upper"]}}])
    place.write("in.csv", 'id,code\n 1 ,ab\n2,"x ""y"" "\n3,OK\n')
    done = place.run("check", "in.csv", "-c", "n.json", "--clean", "-", "--report", "p.json", "-q")
    assert (done.code, done.out) == (0, 'id,code\n1,AB\n2,"X ""Y"""\n3,OK\n')
    assert [(c["column"], c["count"]) for c in json.loads(place.read("p.json"))["changes"]] == [("id", 1), ("code", 2)]


def many_rows(rows):
    out = ["id,day,amount,note"]
    for i in range(rows):
        bad = i % 97 == 0
        out.append(f"{i},2026-0{i % 9 + 1}-1{i % 9},{'x' if bad else i}.50,\"text, {i} of\nmany\"" if i % 5 else
                   f"{i},2026-0{i % 9 + 1}-1{i % 9},{i}.25,plain text {i}" + (",more" if i % 1000 == 0 else ""))
    return "\n".join(out) + "\n"


def test_threads_change_nothing(place):
    place.write("in.csv", many_rows(120000))
    seen = set()
    for threads in (1, 2, 3, 8):
        place.run("check", "in.csv", "-c", "sales.json", "-t", str(threads), "--clean", "c.csv", "--rejects", "r.csv",
                  "--report", "p.json", "--profile", "-q")
        out = place.run("check", "in.csv", "-c", "sales.json", "-t", str(threads)).out
        seen.add((place.read("c.csv"), place.read("r.csv"), place.read("p.json"), out))
    assert len(seen) == 1
    clean, rejects, _, _ = seen.pop()
    assert clean.count('"\n') > 50000 and rejects.count("type.decimal") > 900 and rejects.count("row.cells") == 120


def test_a_row_that_is_too_long(place):
    place.write("in.csv", b"a,b\n1,2\n" + b"x" * (65 << 20) + b",1\n3,4\n")
    done = place.run("check", "in.csv", "--clean", "c.csv", "--rejects", "r.csv")
    assert done.code == 1
    assert "3 in = 2 good + 1 rejected" in done.out
    assert place.read("c.csv") == "a,b\n1,2\n3,4\n"
    assert place.read("r.csv").split("\n")[1].startswith("1,3,,row.length,")


def test_report_lists_refused_rows(place):
    data = "id,day\n" + "1,2026-01-01\n2,2026-02-30\n\xe4,2026-01-01\n3\n4,\"" + "z" * 5000 + "\"\n"
    raw = data.encode("latin-1")
    place.write("in.csv", raw)
    place.contract("c.json", [{"name": "id", "type": "integer"}, {"name": "day", "type": "date"}])
    report = json.loads(place.run("check", "in.csv", "-c", "c.json", "-d", "encoding=utf-8", "--json").out)["rejects"]
    assert (report["count"], report["left_out"], [r["seq"] for r in report["rows"]]) == (4, 0, [1, 2, 3, 4])
    assert report["rows"][0] == {
        "seq": 1, "line": 3, "row": 2, "column_index": 1, "column": "day", "rule": "type.date",
        "message": report["rows"][0]["message"], "offset": raw.index(b"2,2026"), "length": 12, "raw": "2,2026-02-30",
        "raw_truncated": False}
    assert report["rows"][1]["raw"] == "\ufffd,2026-01-01"
    assert [report["rows"][2][k] for k in ("column_index", "column", "rule", "raw")] == [None, None, "row.cells", "3"]
    last = report["rows"][3]
    assert (len(last["raw"]), last["raw_truncated"], last["length"]) == (4096, True, 5004)


def test_report_lists_the_first_thousand(place):
    place.write("in.csv", "id\n" + "x\n" * 300000)
    place.contract("c.json", [{"name": "id", "type": "integer"}])
    for threads in ("1", "3"):
        place.run("check", "in.csv", "-c", "c.json", "--report", "p.json", "-q", "-t", threads)
        report = json.loads(place.read("p.json"))["rejects"]
        assert (report["count"], report["left_out"]) == (300000, 299000)
        assert [r["row"] for r in report["rows"]] == list(range(1, 1001))
