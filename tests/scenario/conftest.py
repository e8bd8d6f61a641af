# SPDX-License-Identifier: Apache-2.0
# conftest - one whole private suite for all scenarios, two of each daemon, leases of seconds.
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "stack/local"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from scene import Scene  # noqa: E402
from suite import Suite  # noqa: E402

SETTINGS = {"MILLRACE_LEASE": "3s", "MILLRACE_RENEW": "500ms", "MILLRACE_SWEEP": "500ms",
            "MILLRACE_JOB_ORCHESTRATOR_CANCEL": "5s",
            "MILLRACE_UPLOAD_ORPHAN_GRACE": "2s", "MILLRACE_VALIDATION_TIDY": "500ms",
            "MILLRACE_VALIDATION_ORPHAN_GRACE": "10s", "MILLRACE_TRANSFORM_MAINTAIN": "1s"}


@pytest.fixture(scope="session")
def suite():
    where = pathlib.Path(tempfile.mkdtemp(prefix="millrace-scenario-"))
    where.chmod(0o755)
    build = os.environ.get("MILLRACE_BUILD")
    made = Suite(where / "run", settings=SETTINGS, build=build)
    try:
        with made:
            yield made
            assert made.wait_ready(60)
            Scene(made, "test_end").nothing_is_left()
    finally:
        if os.environ.get("MILLRACE_KEEP"):
            print(f"kept: {where}")
        else:
            shutil.rmtree(where)


@pytest.fixture
def scene(suite, request):
    """The suite, whole and ready, with an administrator signed in; afterwards its books are looked at."""
    assert suite.wait_ready(), "not ready before the test"
    scene = Scene(suite, request.node.name)
    yield scene
    scene.resume_all()
    assert suite.wait_ready(60), "not ready after the test"
    scene.close_books()
