# SPDX-License-Identifier: Apache-2.0
"""conftest - one world for all tests of this directory; every test has datasets of its own."""
import itertools

import pytest

from harness import World

FIELDS = [
    {"name": "order_id", "type": "integer"},
    {"name": "day", "type": "date"},
    {"name": "region", "type": "string"},
    {"name": "quantity", "type": "integer"},
    {"name": "price", "type": "number", "millrace": {"type": "decimal", "precision": 10, "scale": 2}},
]
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def world():
    w = World()
    try:
        w.migrate()
        w.start()
        yield w
    finally:
        w.close()


@pytest.fixture
def name():
    return f"sales_{next(numbers)}"


@pytest.fixture
def sales(world, name):
    world.dataset(name, FIELDS)
    return name


def rows_sql(n, start=1, region="north"):
    return (f"select (i + {start} - 1)::bigint as order_id, (date '2026-01-01' + (i % 3)::int)::date as day,"
            f" case when i % 10 = 0 then null else '{region}' end as region, (i % 5)::bigint as quantity,"
            f" (i * 0.25)::decimal(10,2) as price from range(1, {n} + 1) t(i)")
