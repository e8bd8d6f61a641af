# SPDX-License-Identifier: Apache-2.0
"""test_words - sniff, infer, rules, help, usage and the man page."""
import json
import re
import time

import pytest

from conftest import ROOT

COMMANDS = ("check", "sniff", "infer", "rules")
MAN = (ROOT / "services/cli/millrace.1").read_text(encoding="utf-8")


def test_sniff(place):
    place.write("in.csv", "id;name;price\r\n1;Müller;1,50\r\n2;Jürgen;2,75\r\n".encode("cp1252"))
    done = place.run("sniff", "in.csv")
    assert done.code == 0
    for words in ("semicolon", "CR LF", "windows-1252", "3: id, name, price"):
        assert words in done.out
    found = json.loads(place.run("sniff", "in.csv", "--json").out)
    assert found["dialect"]["delimiter"] == "semicolon"
    assert found["input"]["encoding"] == "windows-1252" and found["input"]["lines_other"] == 2
    assert found["columns"] == ["id", "name", "price"]
    given = json.loads(place.run("sniff", "in.csv", "--json", "-d", "delimiter=comma").out)
    assert given["dialect"]["delimiter"] == "comma"


def test_sniff_counts_in_plain_words(place):
    place.write("one.csv", "name\nada\ngrace\n")
    assert "3 of 3 rows have 1 column, " in place.run("sniff", "one.csv").out
    place.write("head.csv", "id,name\n")
    assert "1 of 1 row has 2 columns, " in place.run("sniff", "head.csv").out


@pytest.mark.parametrize("text, words", [
    (b"\xef\xbb\xbf", "the file is empty"),
    (b'[{"a": 1},\n{"a": 2}]\n', "byte 1: this is not CSV but JSON; convert it to a table with one column a member"),
    (b"Report\n\nid,n\0,d\n1,2,3\n4,5,6\n", "line 3: the header row holds a NUL byte; remove it"),
    (b"id,\0n\n1,2\n", "byte 4: a NUL byte; this is binary data, not CSV"),
])
def test_what_is_no_table_is_told_plainly(place, text, words):
    place.write("in.csv", text)
    done = place.run("check", "in.csv")
    assert (done.code, done.err) == (2, f"millrace: in.csv: {words}\n")


def test_a_lone_nul_costs_its_row(place):
    place.write("in.csv", b"id,n\n1,a\0b\n2,c\n")
    done = place.run("check", "in.csv")
    assert done.code == 1 and "2 in = 1 good + 1 rejected" in done.out and "encoding.nul" in done.out


def test_samples_reach_to_the_end(place):
    """The footer of a file that is larger than its front's sample is found, by file and by pipe."""
    body = "".join(f"{i},2026-01-{i % 28 + 1:02},{i}.50\n" for i in range(2500000))
    text = "id,day,price\n" + body + "Total,,3125000.00\n"
    place.write("in.csv", text)
    assert len(text) > 40 << 20
    found = json.loads(place.run("sniff", "in.csv", "--json").out)["dialect"]
    assert found["footer_rows"] == 1 and found["sample"]["bytes"] > 10 << 20
    for words, stdin in ((("in.csv", "--sniff-all"), b""), (("-", "--sniff-all"), text.encode())):
        found = json.loads(place.run("sniff", *words, "--json", stdin=stdin).out)["dialect"]
        assert found["footer_rows"] == 1 and found["sample"]["whole"]
        assert found["chosen"]["rows"] >= 2500000
    assert "2,500,000 in = 2,500,000 good" in place.run("check", "in.csv").out


def test_infer_drafts_what_check_takes(place):
    place.write("in.csv", "id,day,price\n" + "".join(f"{i},2026-01-{i % 28 + 1:02},{i}.50\n" for i in range(100)))
    assert "integer" in place.run("infer", "in.csv").out
    place.write("draft.json", place.run("infer", "in.csv", "--json").out)
    draft = json.loads(place.read("draft.json"))
    assert [f["type"] for f in draft["doc"]["fields"]] == ["integer", "date", "number"]
    assert place.run("check", "in.csv", "-c", "draft.json").code == 0


UNREAD = [
    ("Report\nof 2026\n\nid,day\n" + "1,2026-01-01\n" * 30, "3 lines of preamble before the header: not read as data"),
    ("id,a\n" + "1,2\n" * 30 + "\nx,y,z\n" + "1,2,3\n" * 30, "another table of 3 columns begins on line 33; it was not read"),
    ("id,day,a\n" + "1,2026-01-01,2\n" * 30 + "Total,,60\n", "1 line of footer from line 32 on: not read as data"),
]


@pytest.mark.parametrize("text, words", UNREAD, ids=["preamble", "table", "footer"])
@pytest.mark.parametrize("command", ["infer", "check"])
def test_lines_that_are_no_data_are_told(place, command, text, words):
    place.write("in.csv", text)
    done = place.run(command, "in.csv")
    assert done.code == 0 and f"\n{words}\n" in done.out
    place.write("in.csv", "id,a\n" + "1,2\n" * 30)
    assert "line" not in place.run(command, "in.csv").out


def test_infer_tells_the_notation(place):
    place.write("in.csv", "betrag;menge;tag\n1.234,50;1.000;3. März 2026\n-2,75;2.500;14. Mai 2026\n")
    words = place.run("infer", "in.csv", "-d", "header=1").out
    assert "decimal(18,2) 1.234,56" in words and "date %d. %b %Y (de)" in words


@pytest.mark.parametrize("columns, told", [(1590, False), (1591, True)])
def test_infer_says_when_the_draft_is_too_wide(place, columns, told):
    row = ",".join(["1"] * columns)
    place.write("in.csv", ",".join(f"c{i}" for i in range(columns)) + f"\n{row}\n{row}\n")
    done = place.run("infer", "in.csv", "--json")
    place.write("draft.json", done.out)
    assert ("a contract takes at most 1590" in done.err) == told
    assert place.run("check", "in.csv", "-c", "draft.json").code == (78 if told else 0)


def test_infer_tells_why(place):
    place.write("in.csv", "id,day\n" + "".join(f"{i},0{i % 9 + 1}/0{i % 9 + 1}/2026\n" for i in range(200)) + "x,03/04/2026\n")
    out = place.run("infer", "in.csv").out
    assert re.search(r"^id +integer +required +not integer: line 202 `x`$", out, re.M)
    assert re.search(r"^day +date .*day first", out, re.M)


def test_infer_is_the_same_at_any_number_of_threads(place):
    place.write("in.csv", "a,b,c\n" + "".join(f"{i},x{i % 7},2026-01-{i % 28 + 1:02}\n" for i in range(300000)))
    assert len({place.run("infer", "in.csv", "--json", "-t", str(n)).out for n in (1, 2, 5)}) == 1


def test_rules(place):
    listed = place.run("rules").out
    assert "type.decimal" in listed and "row.cells" in listed
    one = place.run("rules", "type.date")
    assert one.code == 0 and "Mend it" in one.out
    assert json.loads(place.run("rules", "--json", "type.date").out)["id"] == "type.date"
    assert len(json.loads(place.run("rules", "--json").out)) == len(listed.strip().split("\n"))
    assert "Empty ones are added" in place.run("rules", "repair.pad").out
    wrong = place.run("rules", "type.dat")
    assert wrong.code == 64 and "did you mean type.date?" in wrong.err


@pytest.mark.parametrize("words, part", [
    ((), "usage"),
    (("chekc", "x"), "did you mean check?"),
    (("zzzzzzzz",), "--help lists them"),
    (("check",), "needs a FILE"),
    (("check", "a", "b"), "one FILE at a time"),
    (("check", "a", "--fial-on", "any"), "did you mean --fail-on?"),
    (("check", "a", "--fail-on", "some"), "must be any or budget or never"),
    (("check", "a", "--threads", "0"), "from 1 to 64"),
    (("check", "a", "--threads", "65"), "from 1 to 64"),
    (("check", "a", "--max-show", "-1"), "from 0 to"),
    (("check", "a", "--bad-rows", "drop"), "must be reject or repair"),
    (("check", "a", "-d", "delimiter"), "must be KEY=VALUE"),
    (("check", "a", "-d", "colour=red"), "no such part"),
    (("check", "a", "-d", "escape=\""), "other than the quote"),
    (("check", "a", "-d", "encoding=klingon"), "there are utf-8, utf-16, windows-1252, latin1"),
    (("sniff", "a", "-d", "encoding=latin11"), "did you mean latin1?"),
    (("infer", "a", "-d", "encoding="), "name of an encoding"),
    (("check", "a", "--clean"), "needs a value"),
    (("check", "a", "-x"), "no such option"),
    (("check", "a", "--clean", "o", "--rejects", "o"), "same file"),
    (("check", "a", "-c", "c", "--rejects", "o", "--repairs", "o"), "same file"),
    (("check", "a", "-c", "c", "--repairs", "-", "--clean", "-"), "only one output"),
    (("check", "a", "--repairs", "o"), "no row is repaired without --bad-rows repair"),
    (("check", "a", "-c", "c", "--bad-rows", "reject", "--repairs", "o"), "no row is repaired without --bad-rows repair"),
    (("check", "a", "--clean", "-", "--json"), "only one output"),
    (("check", "-", "-c", "-"), "both the FILE and the contract"),
    (("sniff", "a", "--clean", "x"), "no such option"),
])
def test_usage(place, words, part):
    done = place.run(*words)
    assert done.code == 64
    assert part in done.err and done.out == ""


def test_a_dialect_that_the_contract_makes_impossible(place):
    place.contract("c.json", millrace={"dialect": {"escape": "\\"}})
    done = place.run("check", "orders.csv", "-c", "c.json", "-d", "delimiter=\\")
    assert (done.code, done.out) == (64, "")
    assert done.err == "millrace: delimiter: must be without the escape character in it\n"


def test_a_contract_with_an_unknown_encoding(place):
    place.contract("c.json", millrace={"dialect": {"encoding": "windos-1252"}})
    done = place.run("check", "orders.csv", "-c", "c.json")
    assert done.code == 78
    assert "c.json: millrace.dialect.encoding: there is no windos-1252; did you mean windows-1252?" in done.err


def options_of(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


def test_the_man_page_tells_every_option(place):
    told = {word.replace("\\", "") for word in re.findall(r"^\.It .*Fl -([a-z-]+)", MAN, re.M)}
    known = set()
    for command in COMMANDS:
        done = place.run(command, "--help")
        assert done.code == 0
        known |= {line.split("--")[1].split(" ")[0] for line in done.out.split("\n") if re.match(r"^  (-\w, |    )--", line)}
    assert known <= told, known - told
    assert told <= known | {"version"}, told - known


def test_the_man_page_tells_every_exit_code():
    told = set(re.findall(r"^\.It (\d+)$", MAN, re.M))
    header = (ROOT / "services/cli/cli.h").read_text(encoding="utf-8")
    assert set(re.findall(r"CLI_\w+ = (\d+),", header)) & {"0", "1", "2", "64", "78"} <= told


def test_version_and_help(place):
    assert re.match(r"millrace \d+\.\d+\.\d+\n$", place.run("--version").out)
    assert all(c in place.run("--help").out for c in COMMANDS)


def test_ten_rows_take_no_time(place):
    place.write("in.csv", "a,b,c\n" + "1,x,2026-11-20\n" * 10)
    times = []
    for _ in range(15):
        start = time.monotonic()
        place.run("check", "in.csv", "-q")
        times.append(time.monotonic() - start)
    assert sorted(times)[0] < 0.02, times
