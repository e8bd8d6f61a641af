# SPDX-License-Identifier: Apache-2.0
"""typed - cells of a type, right and wrong ones, on which DuckDB and a contract must agree."""
from dataclasses import dataclass


@dataclass
class Kind:
    """A type in both worlds."""
    sql: str
    field: dict
    right: list
    wrong: list


# Only what both read alike: DuckDB also takes 1e3 and 0x10 as integers, rounds decimals, trims blanks and knows
# more notations of dates.
KINDS = {
    "integer": Kind("BIGINT", {"type": "integer"},
                    ["0", "7", "-1", "+5", "007", "123456789", "9223372036854775807", "-9223372036854775808"],
                    ["x", "1x", "--1", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "-", "+"]),
    "decimal": Kind("DECIMAL(12,2)", {"type": "number", "millrace": {"type": "decimal", "precision": 12, "scale": 2}},
                    ["0", "1.5", "-2.25", "9999999999.99", "-9999999999.99", "3.10", ".5", "7."],
                    ["abc", "1..2", "10000000000", "1.2.3", "-", "."]),
    "double": Kind("DOUBLE", {"type": "number", "millrace": {"type": "double"}},
                   ["0", "1.5", "-2.25e10", "1e-5", "1E+3", "1e-400", "123456789012345678901234567890"],
                   ["abc", "1..2", "1e", "e5", "--1"]),
    "date": Kind("DATE", {"type": "date"},
                 ["2026-11-20", "2024-02-29", "1970-01-01", "1900-12-31", "9999-12-31"],
                 ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "20.11.2026", "hello"]),
    "timestamp": Kind("TIMESTAMP", {"type": "datetime"},
                      ["2026-11-20T10:20:30", "2024-02-29T23:59:59.999999", "1970-01-01T00:00:00"],
                      ["2026-02-29T10:00:00", "2026-11-20T25:00:00", "2026-11-20T10:60:00", "soon"]),
    "uuid": Kind("UUID", {"type": "string", "format": "uuid"},
                 ["0190f3a0-1b2c-7d3e-8f40-5a6b7c8d9e0f", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
                 ["0190f3a0-1b2c-7d3e-8f40-5a6b7c8d9e0", "zzzzzzzz-1b2c-7d3e-8f40-5a6b7c8d9e0f"]),
}


def cell(r, kind):
    """Mostly right, now and then wrong or empty."""
    dice = r.random()
    if dice < 0.05:
        return ""
    return r.choice(KINDS[kind].wrong if dice < 0.12 else KINDS[kind].right)


def contract(names, kinds):
    return {"fields": [{"name": n, **KINDS[k].field} for n, k in zip(names, kinds)], "missingValues": [""],
            "millrace": {"budget_pct": 100}}
