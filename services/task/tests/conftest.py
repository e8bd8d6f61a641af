# SPDX-License-Identifier: Apache-2.0
"""conftest - one private PostgreSQL for the module, a dataset of its own for each test."""
import itertools
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402

counter = itertools.count(1)


@pytest.fixture(scope="session")
def pg():
    server = harness.postgres()
    yield server
    server.close()


@pytest.fixture
def dataset():
    return f"sales{next(counter)}"
