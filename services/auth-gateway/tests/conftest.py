# SPDX-License-Identifier: Apache-2.0
"""conftest - one private suite with two gateways behind nginx, for all tests of the door."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "stack/local"))
sys.dont_write_bytecode = True

from suite import Suite  # noqa: E402


@pytest.fixture(scope="session")
def suite():
    """Not under pytest's own directory: that is closed to the user the processes run as."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-door-"))
    with Suite(folder, services=["auth-gateway"], build=os.environ.get("MILLRACE_BUILD"), rate=100_000) as started:
        yield started
    if not os.environ.get("MILLRACE_KEEP"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_throttles(suite):
    yield
    suite.psql("delete from auth.throttles")
