# SPDX-License-Identifier: Apache-2.0
"""test_terminal - what stands on a terminal, and what must not."""
import fcntl
import os
import pty
import struct
import subprocess
import termios

import pytest

from conftest import BIN, ORDERS, WAIT_S


def on_terminal(place, *words, stdin=subprocess.DEVNULL, width=80, env=None):
    """(exit code, all that a person sees)."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    base = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    run = subprocess.Popen([BIN, *words], cwd=place.path, stdin=stdin, stdout=theirs, stderr=theirs,
                           env={**base, "TERM": "xterm", **(env or {})})
    os.close(theirs)
    seen = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    os.close(ours)
    return run.wait(timeout=WAIT_S), seen.decode(errors="replace")


def test_colours(place):
    code, seen = on_terminal(place, "check", "orders.csv", "-c", "sales.json")
    assert code == 1
    assert "\033[31mx12\033[0m" in seen


@pytest.mark.parametrize("words, env", [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})])
def test_no_colours(place, words, env):
    _, seen = on_terminal(place, "check", "orders.csv", *words, env=env)
    assert "\033[3" not in seen and "\033[0m" not in seen


def test_a_pipe_has_no_colours(place):
    done = place.run("check", "orders.csv", env={"TERM": "xterm"})
    assert "\033" not in done.out + done.err


def test_rows_are_cut_to_the_width_around_the_cell(place):
    place.contract("n.json", [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "string"}])
    place.write("in.csv", "a,b,c\n" + "x" * 300 + ",12x," + "y" * 300 + "\n")
    _, seen = on_terminal(place, "check", "in.csv", "-c", "n.json", "--no-color", width=60)
    lines = seen.replace("\r", "").split("\n")
    row = next(line for line in lines if "12x,y" in line)
    assert len(row) <= 60 and "…" in row
    assert lines[lines.index(row) + 1].index("^^^") == row.index("12x")


def test_control_characters_do_nothing(place):
    place.write("in.csv", "a,b\n" + "some text,more\n" * 50 + "\033[2J\007evil\n")
    _, seen = on_terminal(place, "check", "in.csv", "--no-color")
    assert "\033[2J" not in seen and "\007" not in seen
    assert "␛[2J␇evil" in seen


EVIL = "x\033[2J\x9b\r\ny"


@pytest.mark.parametrize("words", [
    ("check", EVIL), ("sniff", EVIL), ("infer", EVIL), ("check", "orders.csv", "-c", EVIL), ("check", "orders.csv", "-c", "bad" + EVIL),
    ("check", "orders.csv", "--clean", EVIL + "/c"), ("check", "orders.csv", "--clean", EVIL, "--rejects", EVIL),
    ("check", "in" + EVIL, "-q"), ("check", "orders.csv", "-c", "half.json", "--clean", EVIL), ("rules", EVIL), (EVIL,),
    ("check", "--" + EVIL), ("check", "a", EVIL), ("check", "a", "-d", EVIL), ("check", "a", "-d", EVIL + "=x"),
    ("check", "a", "-t", EVIL), ("sniff", "orders.csv", "-d", "comment=" + EVIL[:4]),
    ("sniff", "orders.csv", "-d", "delimiter=" + EVIL[:4]), ("check", "bad" + EVIL, "-c", "place.json")])
def test_names_with_control_characters(place, words):
    place.contract("half.json", millrace={"budget_pct": 50})
    place.contract("place.json", [{"name": "a", "type": "integer"}], millrace={"match": "position"})
    place.write("bad" + EVIL, "x\033[2J\n" + "1\n" * 50 + "q\033[3J\n")
    place.write("in" + EVIL, ORDERS)
    done = place.run(*words)
    said = done.out + done.err
    assert not set(said) & set("\033\x9b\r"), said
    assert "␛[2" in said


def test_progress(place):
    """Rows come slowly enough for the bar to be drawn, and it is gone in the end."""
    feeder = subprocess.Popen(["bash", "-c", "printf 'a,b\\n'; for i in 1 2 3 4 5 6; do yes 1,2 | head -n 1000000; sleep 0.15; done"],
                              stdout=subprocess.PIPE)
    code, seen = on_terminal(place, "check", "-", stdin=feeder.stdout, env={"TERM": "dumb"})
    feeder.stdout.close()
    feeder.wait()
    assert code == 0
    assert "/s  0 rejected" in seen
    assert seen.split("\r\033[K")[-1].startswith("6,000,000 in")


def test_no_progress_when_quiet(place):
    code, seen = on_terminal(place, "check", "orders.csv", "-q", "--fail-on", "never")
    assert (code, seen) == (0, "")
