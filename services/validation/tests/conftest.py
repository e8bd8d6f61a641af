# SPDX-License-Identifier: Apache-2.0
# conftest - a private suite, two of each daemon, and what the tests ask of it.
import os
import pathlib
import shutil
import sys
import tempfile
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "stack/local"))

from suite import Suite  # noqa: E402

ENDED = ("done", "done_with_rejects", "failed", "cancelled", "needs_person")
SETTINGS = {"MILLRACE_LEASE": "3s", "MILLRACE_RENEW": "500ms", "MILLRACE_SWEEP": "300ms",
            "MILLRACE_VALIDATION_TIDY": "500ms", "MILLRACE_VALIDATION_ORPHAN_GRACE": "2s"}


class Catalog:
    """The suite as an administrator who also manages the default domain."""

    def __init__(self, suite):
        self.suite, self.me = suite, suite.session()
        self.silver, self.scratch = suite.places.silver, suite.places.scratch

    def new_name(self):
        return "d" + uuid.uuid4().hex[:12]

    def dataset(self, **more):
        name = self.new_name()
        answer = self.me.post("/api/datasets", {"name": name, **more})
        assert answer.status == 201, answer
        return name

    def contract(self, name, *fields):
        """Save and publish a contract of these fields; its version."""
        drafted = self.me.put(f"/api/datasets/{name}/contract/draft", {"doc": {"fields": list(fields)}})
        assert drafted.status == 201, drafted
        answer = self.me.post(f"/api/datasets/{name}/contract/publish")
        assert answer.status == 200, answer
        return answer.json()["version"]

    def send(self, name, text):
        """Upload; the run's id."""
        answer = self.me.request("PUT", f"/api/uploads/f.csv?dataset={name}", text.encode())
        assert answer.status == 201, answer
        return answer.json()["run_id"]

    def ended(self, run):
        """The run's document once it ended."""
        def look():
            doc = self.me.get(f"/api/runs/{run}").json()
            return doc if doc["state"] in ENDED else None
        return self.suite.wait(look, 60, f"end of run {run}")

    def psql(self, sql):
        return self.suite.psql(sql)


@pytest.fixture(scope="session")
def catalog():
    where = pathlib.Path(tempfile.mkdtemp(prefix="millrace-validation-"))
    where.chmod(0o755)
    with Suite(where / "run", settings=SETTINGS, build=os.environ.get("MILLRACE_BUILD")) as suite:
        yield Catalog(suite)
    shutil.rmtree(where)
