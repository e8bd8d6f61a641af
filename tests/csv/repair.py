# SPDX-License-Identifier: Apache-2.0
"""repair - rows with the wrong number of cells, repaired from the words of csv_repair.h alone."""
import datetime
import re

JOIN, CUTS = 8, ",;\t| "
WORDS = ["a", "left at door", "x;y", "12", "7 2026-11-20", "2026-11-20", "", "q|-3"]
CELLS = {"string": WORDS, "integer": ["7", "-1", "120", "", "many"], "date": ["2026-11-20", "1999-01-02", "", "soon"]}


def fits(kind, text):
    """Is it of the type, or null?"""
    if kind == "string" or text == "":
        return True
    if kind == "integer":
        return re.fullmatch(r"[+-]?\d{1,18}", text) is not None
    try:
        datetime.date.fromisoformat(text)
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
    except ValueError:
        return False


def all_fit(kinds, cells):
    return all(fits(k, c) for k, c in zip(kinds, cells))


def joined(kinds, cells):
    extra = len(cells) - len(kinds)
    if extra > JOIN:
        return None
    readings = [cells[:c] + [",".join(cells[c:c + extra + 1])] + cells[c + extra + 1:]
                for c, kind in enumerate(kinds) if kind == "string"]
    found = [x for x in readings if all_fit(kinds, x)]
    return found[0] if len(found) == 1 else None


def split(kinds, cells):
    if len(cells) != len(kinds) - 1 or all_fit(kinds, cells + [""]):
        return None
    readings = [cells[:c] + [cell[:i], cell[i + 1:]] + cells[c + 1:]
                for c, cell in enumerate(cells) if {kinds[c], kinds[c + 1]} != {"string"}
                for i, mark in enumerate(cell) if mark in CUTS]
    found = [x for x in readings if all_fit(kinds, x)]
    return found[0] if len(found) == 1 else None


def repaired(kinds, cells):
    """(cells, rule): the row as it is (no rule), repaired, or (None, "row.cells")."""
    width = len(kinds)
    if len(cells) == width:
        return cells, None
    if len(cells) > width:
        if not any(cells[width:]):
            return cells[:width], "repair.surplus"
        found = joined(kinds, cells)
        return (found, "repair.join") if found else (None, "row.cells")
    found = split(kinds, cells)
    if found:
        return found, "repair.split"
    if 2 * len(cells) >= width:
        return cells + [""] * (width - len(cells)), "repair.pad"
    return None, "row.cells"


def row(r, kinds):
    """A row, now and then with cells that are gone, empty at the end, cut or joined."""
    cells = [r.choice(CELLS[k][:-1] if r.random() < 0.95 else CELLS[k]) for k in kinds]
    dice = r.random()
    if dice < 0.2:
        return cells + [""] * r.choice([1, 2, 30])
    if dice < 0.4:
        at = r.randrange(len(cells))
        return cells[:at] + r.choices(WORDS, k=r.choice([1, 2, 9])) + cells[at:]
    if dice < 0.6:
        return cells[:r.randrange(1, len(cells) + 1)]
    if dice < 0.8 and len(cells) > 1:
        at = r.randrange(len(cells) - 1)
        return cells[:at] + [cells[at] + r.choice(CUTS[1:]) + cells[at + 1]] + cells[at + 2:]
    return cells
