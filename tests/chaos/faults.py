# SPDX-License-Identifier: Apache-2.0
"""faults - what can be done to a running suite: SIGKILL to a daemon, to a task's engine or loader, and
SIGKILL at the k-th call of one kind (strace's injection)."""
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

DAEMONS = ("auth-gateway", "job-orchestrator", "validation", "upload", "transform")
VICTIMS = DAEMONS + ("engine", "loader")
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "sendto", "sendmsg")


def children(pid):
    """Pids below pid, whole tree."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text(encoding="ascii").split():
                found += [int(child), *children(int(child))]
        except OSError:
            pass
    return found


def task_pids(suite, role):
    """millrace-task processes of a role under any worker."""
    found = []
    for (_, _), process in suite.daemons.items():
        pid = process.pid()
        for child in children(pid) if pid else []:
            try:
                argv = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if argv[0].endswith(b"millrace-task") and role.encode() in argv[1:2]:
                found.append(child)
    return found


def kill(suite, victim, rng, give_up_s=5):
    """SIGKILL one victim; a task process is waited for. Returns a sentence, or None when none came."""
    if victim in DAEMONS:
        i = rng.randrange(suite.instances)
        return f"killed {victim}-{i + 1}" if suite.kill(victim, i, signal.SIGKILL) else None
    deadline = time.monotonic() + give_up_s
    while time.monotonic() < deadline:
        pids = task_pids(suite, victim)
        if pids:
            time.sleep(rng.random() * 0.05)
            try:
                os.kill(pids[0], signal.SIGKILL)
                return f"killed {victim}"
            except ProcessLookupError:
                pass
        time.sleep(0.002)
    return None


class KillAtCall:
    """The first process of a daemon (or of its tasks, each with a count of its own) that makes its k-th
    call of one kind dies at it; after that the trap is gone, else each further attempt would die at the
    same place."""

    def __init__(self, suite, service, call, k):
        self.pids = [pid for i in range(suite.instances) if (pid := suite.pid(service, i))]
        self.what = (f"trace={call}", f"inject={call}:signal=KILL:when={k}")
        self.tracers, self.logs = [], []
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)
        self.struck = False

    def __enter__(self):
        for pid in self.pids:
            log = tempfile.NamedTemporaryFile(prefix="millrace-strace-")
            self.logs.append(log)
            self.tracers.append(subprocess.Popen(
                ["strace", "-f", "-q", "-o", log.name, "-e", self.what[0], "-e", self.what[1], "-p", str(pid)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + 5
        while not all(traced(pid) for pid in self.pids):
            if time.monotonic() > deadline:
                raise RuntimeError("strace cannot attach: the sweep needs root")
            time.sleep(0.01)
        self.watcher.start()
        return self

    def watch(self):
        while not self.struck and not self.over.wait(0.01):
            self.struck = any(b"killed by SIGKILL" in pathlib.Path(log.name).read_bytes() for log in self.logs)
        for tracer in self.tracers:
            tracer.terminate()
            try:
                tracer.wait(2)
            except subprocess.TimeoutExpired:  # it may wait for ever for a process that it killed itself
                tracer.kill()
                tracer.wait()

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join()
        for log in self.logs:
            log.close()


def traced(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return True
    return "TracerPid:\t0" not in status
