# SPDX-License-Identifier: Apache-2.0
"""test_returned - refused rows are mended and sent back under the contract that refused them."""
import json

import pytest

TWO = [{"name": "id", "type": "integer"}, {"name": "n"}]
LINE = "a rejects file of Millrace's: read in the dialect it was written in, its first five columns left out\n"

DIALECTS = {
    "none": ({}, "id,n\n1,a\nx,b\n"),
    "semicolon": ({"delimiter": ";"}, "id;n\n1;a\nx;b\n"),
    "encoding": ({"delimiter": ";", "encoding": "windows-1252", "preamble": 1}, "junk\nid;n\n1;ä\nx;bö\n".encode("cp1252")),
    "utf-16": ({"encoding": "utf-16le"}, "id,n\n1,a\nx,b\n".encode("utf-16le")),
    "quote": ({"quote": "'"}, "id,n\n1,'a,b'\nx,'b,d'\n"),
    "escape": ({"escape": "\\"}, 'id,n\n1,"a\\"b"\nx,"b\\"d"\n'),
    "footer": ({"footer": 1}, "id,n\n1,a\n2,q\nx,b\nTotal,3\n"),
    "comment": ({"comment": "#"}, "id,n\n#c\n1,a\n2,q\nx,#b\n"),
    "lines": ({"line_end": "cr"}, "id,n\r1,a\rx,b\r"),
    "spaces": ({"skip_space": True}, "id, n\n1, a\nx, b\n"),
}
BACK = {"encoding": "bö", "quote": '"b,d"', "escape": '"b""d"', "comment": "#b"}


def refuse(place, text, dialect, fields=None, **ours):
    place.write("x.csv", text)
    place.contract("x.json", fields or TWO, millrace={"dialect": dialect, **ours})
    assert place.run("check", "x.csv", "-c", "x.json", "--rejects", "bad.csv").code == 1
    place.write("bad.csv", place.read("bad.csv").replace(",x,", ",7,"))


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("editor", [lambda t: t, lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t])
def test_under_a_contract(place, name, editor):
    dialect, text = DIALECTS[name]
    refuse(place, text, dialect)
    place.write("bad.csv", editor(place.read("bad.csv")))
    done = place.run("check", "bad.csv", "-c", "x.json", "--clean", "-")
    assert (done.code, done.out) == (0, f"id,n\n7,{BACK.get(name, 'b')}\n")
    assert done.err == "1 in = 1 good + 0 rejected\n" + LINE
    report = json.loads(place.run("check", "bad.csv", "-c", "x.json", "--json").out)["dialect"]
    assert (report["rejects_file"], report["given"], report["delimiter"]) == (True, [], "comma")


def test_under_the_command_line(place):
    place.write("x.csv", "id;n\n1;a\nx;b\n")
    place.contract("x.json", TWO)
    words = ("-c", "x.json", "-d", "delimiter=;", "-d", "footer=0")
    assert place.run("check", "x.csv", *words, "--rejects", "bad.csv").code == 1
    place.write("bad.csv", place.read("bad.csv").replace(",x,", ",7,"))
    assert place.run("check", "bad.csv", *words, "--clean", "-").out == "id,n\n7,b\n"
    assert "a rejects file of Millrace's: read in" in place.run("sniff", "bad.csv", "-d", "delimiter=;").out


def test_header_of_two_rows(place):
    fields = [TWO[0], {"name": "n EUR"}]
    refuse(place, "id,n\n,EUR\n1,a\n2,q\nx,b\n", {"header": 2}, fields)
    assert place.run("check", "bad.csv", "-c", "x.json", "--clean", "-").out == "id,n EUR\n7,b\n"


def test_by_position_without_a_header(place):
    refuse(place, "1,a\nx,b\n2,c\n", {"header": 0}, match="position")
    assert place.run("check", "bad.csv", "-c", "x.json", "--clean", "-").out == "7,b\n"


def test_refused_again(place):
    """Rows that are still bad come out as they would of the file, the five columns once."""
    refuse(place, "id;n\n1;a\nx;b\n", {"delimiter": ";", "footer": 0})
    place.write("bad.csv", place.read("bad.csv").replace(",7,", ",y,"))
    again = place.run("check", "bad.csv", "-c", "x.json", "--rejects", "-").out.splitlines()
    assert again[0] == "_reject,_line,_column,_rule,_message,id,n"
    assert again[1].startswith("1,2,id,type.integer,") and again[1].endswith(",y,b")


def test_large_and_packed(place):
    """Past 10 MiB samples are judged by another road."""
    rows = "".join(f"{i},2,id,type.integer,words,{i},b;c\n" for i in range(1, 400001))
    place.write("big.csv", "_reject,_line,_column,_rule,_message,id,n\n" + rows)
    place.contract("x.json", TWO, millrace={"dialect": {"delimiter": ";", "footer": 1}})
    assert place.run("check", "big.csv", "-c", "x.json").out.startswith("400,000 in = 400,000 good + 0 rejected\n")
    assert place.run("check", "-", "-c", "x.json", stdin=place.read("big.csv").encode()).code == 0


def test_a_draft_leaves_them_out(place):
    refuse(place, "id;n\n1;a\nx;b\n", {"delimiter": ";", "footer": 0})
    assert place.run("infer", "bad.csv").out.splitlines()[0].startswith("id ")
    draft = place.run("infer", "bad.csv", "--json").out
    assert [f["name"] for f in json.loads(draft)["doc"]["fields"]] == ["id", "n"]
    assert [c["header"] for c in json.loads(draft)["evidence"]["columns"]] == ["id", "n"]
    place.write("draft.json", draft)
    assert place.run("check", "bad.csv", "-c", "draft.json", "--clean", "-").out == "id,n\n7,b\n"
