#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_rows - pages of rows: every row once in every order, cells as they are, limits in words."""
import urllib.parse

import pytest

from conftest import FIELDS, rows_sql

TYPES = [
    {"name": "i", "type": "integer"},
    {"name": "d", "type": "number", "millrace": {"type": "decimal", "precision": 38, "scale": 4}},
    {"name": "f", "type": "number", "millrace": {"type": "double"}},
    {"name": "b", "type": "boolean"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "atz", "type": "datetime", "millrace": {"type": "timestamptz"}},
    {"name": "Odd \"name\"; x:y", "type": "string"},
]
ODD = TYPES[-1]["name"]


def pages(world, path, limit):
    got, cursor = [], ""
    while cursor is not None:
        sep = "&" if "?" in path else "?"
        page = world.get(f"{path}{sep}limit={limit}&cursor={urllib.parse.quote(cursor)}")
        got += page["items"]
        cursor = page["next_cursor"]
        assert len(page["items"]) <= limit and len(page["positions"]) == len(page["items"])
    return got, page


@pytest.fixture(scope="module")
def table(world):
    world.dataset("rows_of_all", FIELDS)
    for i in range(4):
        world.wait_run(world.arrival("rows_of_all", rows_sql(300, start=i * 300 + 1, region=["n", "s", "e", "w"][i])))
    world.call("POST", "/api/loads/rows_of_all/2/undo")
    return "rows_of_all"


def test_default_order_gives_every_row_once(world, table):
    got, last = pages(world, f"/api/tables/{table}/rows", 70)
    assert [r[0] for r in got] == [*range(1, 301), *range(601, 1201)]
    assert last["row_count"] == 900 and last["estimate"] is False
    first = world.get(f"/api/tables/{table}/rows?limit=2")
    assert first["positions"] == [{"load": 1, "row": 1}, {"load": 1, "row": 2}]
    assert first["items"][0] == [1, "2026-01-02", "n", 1, "0.25"]


def test_the_pages_of_large_and_small_loads_join(world, name):
    """Large loads have tables of their own; a page may end one, pass small ones and begin the next."""
    was = world.sql("select pg_get_functiondef('_millrace.is_large'::regproc) as sql")[0]["sql"]
    world.sql(was.replace("1000000", "2000"))
    try:
        world.dataset(name, FIELDS)
        for i, n in enumerate((2500, 3, 4, 3000, 2000)):
            world.wait_run(world.arrival(name, rows_sql(n, start=i * 10000 + 1)))
        assert world.sql("select count(*) as n from _gold.parts where dataset = %s", name)[0]["n"] == 3
        got, last = pages(world, f"/api/tables/{name}/rows", 490)
        one, _ = pages(world, f"/api/tables/{name}/rows?filter=_load:eq:4", 490)
    finally:
        world.sql(was)
    assert [r[0] for r in got] == [i * 10000 + k for i, n in enumerate((2500, 3, 4, 3000, 2000))
                                   for k in range(1, n + 1)]
    assert last["row_count"] == 7507
    assert [r[0] for r in one] == [*range(30001, 33001)]


@pytest.mark.parametrize("sort", ["price", "-price", "region", "-region", "day", "-order_id", "quantity"])
def test_sorted_pages_hold_every_row_once_in_order(world, table, sort):
    got, _ = pages(world, f"/api/tables/{table}/rows?sort={sort}", 83)
    assert len(got) == 900 and len({r[0] for r in got}) == 900
    column = ["order_id", "day", "region", "quantity", "price"].index(sort.lstrip("-"))
    values = [r[column] for r in got]
    known = [float(v) if sort.endswith("price") else v for v in values if v is not None]
    assert known == sorted(known, reverse=sort[0] == "-")
    assert all(v is None for v in values[len(known):]), "nulls are last"


@pytest.mark.parametrize("text,want", [
    ("order_id:eq:7", 1), ("order_id:gt:1195;order_id:le:1199", 4), ("filter=region:eq:n;filter=quantity:ge:4", 60),
    ("region:null", 90), ("region:notnull", 810), ("region:ne:n", 630), ("region:contains:N", 270),
    ("price:lt:1.00", 9), ("day:eq:2026-01-02", 300), ("order_id:contains:99", 18), ("region:eq:' or 1=1 --", 0)])
def test_filters(world, table, text, want):
    got, page = pages(world, f"/api/tables/{table}/rows?filter={urllib.parse.quote(text)}", 500)
    assert len(got) == want
    first = world.get(f"/api/tables/{table}/rows?limit=500&filter={urllib.parse.quote(text)}")
    if first["next_cursor"] is None:
        assert first["row_count"] == want and first["estimate"] is False
    else:
        assert first["estimate"] is True


def test_the_rows_of_one_load(world, table):
    """#1 has 300 rows, #2 was undone; the count is the ledger's though the page is shorter."""
    for no, rows in ((1, 300), (2, 0), (3, 300), (99, 0)):
        got, page = pages(world, f"/api/tables/{table}/rows?filter=_load:eq:{no}", 120)
        first = world.get(f"/api/tables/{table}/rows?limit=5&filter=_load:eq:{no}")
        assert len(got) == rows == first["row_count"] and first["estimate"] is False
        assert {p["load"] for p in first["positions"]} <= {no}
        assert page["estimate"] is False


def test_an_estimate_says_so(world, table):
    page = world.get(f"/api/tables/{table}/rows?limit=5&filter=quantity:ge:1")
    assert page["estimate"] is True and page["row_count"] >= 0


@pytest.mark.parametrize("query,code", [
    ("filter=nope:eq:1", "filter.invalid"), ("filter=order_id:like:1", "filter.invalid"),
    ("filter=order_id:eq:abc", "filter.invalid"), ("filter=day:eq:2026-02-30", "filter.invalid"),
    ("filter=order_id:eq", "filter.invalid"), ("filter=region:null:1", "filter.invalid"),
    ("filter=price:eq:1e5", "filter.invalid"), ("filter=day:eq:2026-01-01' or '1'='1", "filter.invalid"),
    ("sort=nope", "sort.invalid"), ("cursor=AAAA", "cursor.invalid"), ("limit=0", "field.invalid"),
    ("limit=501", "field.invalid"), ("filter=" + ";".join(["order_id:eq:1"] * 9), "filter.invalid")])
def test_wrong_questions_are_told(world, table, query, code):
    r = world.call("GET", f"/api/tables/{table}/rows?" + urllib.parse.quote(query, safe="=&"))
    assert r.status_code in (400, 422) and r.json()["code"] == code, r.text


def test_a_cursor_belongs_to_its_order(world, table):
    cursor = world.get(f"/api/tables/{table}/rows?limit=2&sort=price")["next_cursor"]
    r = world.call("GET", f"/api/tables/{table}/rows?limit=2&cursor={cursor}")
    assert r.json()["code"] == "cursor.invalid"


def test_cells_are_as_they_are(world):
    world.dataset("cells", TYPES)
    run = world.arrival("cells", """select * from (values
        (9007199254740992::bigint, 1.5::decimal(38,4), 0.1::double, true, date '2026-01-31',
         timestamp '2026-01-31 10:42:07.123456', timestamptz '2026-01-31 10:42:07+00', ' a"b'),
        (9007199254740993, 99999999999999999999999999999999.9999, 'nan', false, date '9999-12-31',
         timestamp '1969-12-31 23:59:59', timestamptz '2026-01-31 10:42:07.5+02', 'ü;:\\\\'),
        (-9223372036854775808, -0.0001, 1e300, null, null, null, null, ''),
        (null, null, '-inf', null, null, null, null, null)
        ) t(i, d, f, b, day, "at", atz, "Odd ""name""; x:y")""")
    assert world.wait_run(run)["state"] == "done_with_rejects"
    page = world.get("/api/tables/cells/rows")
    assert page["items"] == [
        [9007199254740992, "1.5000", 0.1, True, "2026-01-31", "2026-01-31T10:42:07.123456",
         "2026-01-31T10:42:07Z", " a\"b"],
        ["9007199254740993", "99999999999999999999999999999999.9999", "NaN", False, "9999-12-31",
         "1969-12-31T23:59:59", "2026-01-31T08:42:07.5Z", "ü;:\\\\"],
        ["-9223372036854775808", "-0.0001", 1e300, None, None, None, None, ""],
        [None, None, "-Infinity", None, None, None, None, None]]
    odd = ODD.replace("\\", "\\\\").replace(":", "\\:").replace(";", "\\;")
    value = "ü;:\\\\".replace("\\", "\\\\").replace(":", "\\:").replace(";", "\\;")
    for text, want in [(f"{odd}:eq:{value}", 1), (f"{odd}:null", 1), ("at:ge:2026-01-31", 1), ("f:gt:0.05", 3),
                       ("atz:eq:2026-01-31T08:42:07.5Z", 1), ("b:eq:true", 1), ("i:eq:9007199254740993", 1)]:
        got = world.get("/api/tables/cells/rows?filter=" + urllib.parse.quote(text))
        assert len(got["items"]) == want, text
    for column in ["i", "d", "f", "b", "day", "at", "atz", ODD]:
        for sign in ("", "-"):
            got, _ = pages(world, "/api/tables/cells/rows?sort=" + urllib.parse.quote(sign + column), 1)
            assert len(got) == 4, column


def test_times_durations_uuids_and_json(world):
    world.dataset("odd_cells", [{"name": "clock", "type": "time"}, {"name": "lasts", "type": "duration"},
                                {"name": "key", "type": "string", "format": "uuid"}, {"name": "doc", "type": "object"}])
    key, other = "0123abcd-ef45-6789-fedc-ba9876543210", "ffffffff-0000-4000-8000-000000000000"
    run = world.arrival("odd_cells", f"""select * from (values
        (time '23:59:59.5', {{'months': 14::int, 'days': -3::int, 'us': 1::bigint}}, '{key}'::uuid, '{{"b": [1.50]}}'),
        (time '00:00:00', {{'months': 0::int, 'days': 0::int, 'us': 0::bigint}}, '{other}'::uuid, '"x"'),
        (null, null, null, null)) t(clock, lasts, key, doc)""")
    assert world.wait_run(run)["state"].startswith("done")
    assert world.get("/api/tables/odd_cells/rows")["items"] == [
        ["23:59:59.5", "P1Y2M-3DT0.000001S", key, '{"b": [1.50]}'],
        ["00:00:00", "PT0S", other, '"x"'], [None, None, None, None]]
    for text, want in [("clock:ge:12:00", 1), ("clock:null", 1), (f"key:eq:{key}", 1), ("doc:contains:1.5", 1),
                       ("lasts:contains:P1Y", 1)]:
        got = world.get("/api/tables/odd_cells/rows?filter=" + urllib.parse.quote(text))
        assert len(got["items"]) == want, text
    assert world.call("GET", "/api/tables/odd_cells/rows?filter=lasts:gt:P1D").json()["code"] == "filter.invalid"
    for column in ["clock", "lasts", "key", "doc"]:
        for sign in ("", "-"):
            got, _ = pages(world, "/api/tables/odd_cells/rows?sort=" + sign + column, 1)
            assert len(got) == 3, column


def test_long_cells_make_a_short_page(world):
    world.dataset("long_cells", [{"name": "t", "type": "string"}])
    world.wait_run(world.arrival("long_cells", "select repeat('x', 1000000) || i as t from range(30) r(i)"))
    page = world.get("/api/tables/long_cells/rows?limit=500")
    assert 1 <= len(page["items"]) < 30 and page["next_cursor"]
    got, _ = pages(world, "/api/tables/long_cells/rows", 500)
    assert len({r[0] for r in got}) == 30
    got, _ = pages(world, "/api/tables/long_cells/rows?sort=-t", 500)
    assert len({r[0] for r in got}) == 30, "texts that differ behind the sorted part come once, too"


def test_a_slow_page_is_a_problem_in_words(world):
    world.stop()
    world.start(MILLRACE_TRANSFORM_ROWS_TIMEOUT="250ms")
    try:
        world.dataset("slow", FIELDS)
        world.wait_run(world.arrival("slow", rows_sql(600000)))
        heavy = ";".join(["region:contains:NORTH"] * 8)
        r = world.call("GET", f"/api/tables/slow/rows?sort=region&filter={heavy}")
        assert r.status_code == 504 and r.json()["code"] == "rows.too_slow", r.text
        assert "600000" in r.json()["detail"] and "region" in r.json()["detail"]
        got = world.get("/api/tables/slow/rows?limit=100")
        assert len(got["items"]) == 100, "the default order needs no sort"
    finally:
        world.stop()
        world.start()
