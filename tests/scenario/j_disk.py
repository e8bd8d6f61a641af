# SPDX-License-Identifier: Apache-2.0
# j_disk - a full disk refuses early and clearly, loses nothing, and is forgotten when there is space again.
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from conftest import SETTINGS
from scene import Scene
from suite import Suite

SIZE_MB = 48


@pytest.fixture
def small_disk(request):
    """A suite of its own whose bronze or silver stands on a disk of 48 MB; (scene, directory)."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    where = pathlib.Path(tempfile.mkdtemp(prefix="millrace-disk-"))
    where.chmod(0o755)
    disk = where / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0777", "millrace-disk", str(disk)], check=True)
    try:
        settings = {**SETTINGS, f"MILLRACE_{request.param}_DIR": str(disk), "MILLRACE_UPLOAD_MIN_FREE": "1MiB"}
        if request.param == "SILVER":
            settings["MILLRACE_SCRATCH_DIR"] = str(disk / "scratch")
            (disk / "scratch").mkdir()
            (disk / "scratch").chmod(0o777)
        with Suite(where / "run", settings=settings) as suite:
            yield Scene(suite, request.node.name), disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        shutil.rmtree(where)


@contextlib.contextmanager
def filled(disk, leave_bytes):
    """All but leave_bytes of the disk taken by somebody else."""
    free = shutil.disk_usage(disk).free
    with open(disk / "ballast", "wb") as f:
        os.posix_fallocate(f.fileno(), 0, free - leave_bytes)
    yield
    os.unlink(disk / "ballast")


@pytest.mark.parametrize("small_disk", ["OBJECT"], indirect=True)
def test_bronze_full(small_disk):
    scene, disk = small_disk
    data = scene.dataset()
    file = scene.file(60_000)
    with filled(disk, 1 << 19):
        answer = scene.person.request("PUT", f"/api/uploads/{file.name}?dataset={data}", file.bytes)
        assert answer.status == 507 and answer.json()["detail"], answer
        assert "Retry-After" in answer.headers
    with filled(disk, (1 << 20) + (len(file.bytes) >> 1)):  # room to begin, not to end
        answer = scene.person.request("PUT", f"/api/uploads/{file.name}?dataset={data}", iter([file.bytes]))
        assert answer.status == 507, answer
    assert scene.rows(data) == {} and scene.sql("select count(*) from jobs.runs")[0][0] == 0
    scene.wait_run(scene.upload(data, file)["run_id"], "done")
    scene.close_books()


@pytest.mark.parametrize("small_disk", ["SILVER"], indirect=True)
def test_silver_full(small_disk):
    scene, disk = small_disk
    data = scene.dataset()
    file = scene.file(60_000)
    with filled(disk, 100_000):
        run = scene.upload(data, file)["run_id"]
        task = scene.wait_task(run, "validate", "waiting")
        assert "space" in task["reason"]["text"], task
        assert task["attempt"] <= 1, "a full disk is not the file's fault"
    scene.wait_run(run, "done")
    scene.close_books()
