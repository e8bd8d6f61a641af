# SPDX-License-Identifier: Apache-2.0
"""faults - what can be done to a running suite: SIGKILL to a daemon, to a task's engine or loader, and
SIGKILL at the k-th call of one kind (strace's injection)."""
import os
import pathlib
import signal
import subprocess
import time

DAEMONS = ("auth-gateway", "job-orchestrator", "validation", "upload", "transform")
VICTIMS = DAEMONS + ("engine", "loader")
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "sendto")


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
    """While it stands, every process of a daemon (and its tasks) dies at its k-th call of one kind."""

    def __init__(self, suite, service, call, k):
        self.tracers = []
        self.pids = [suite.pid(service, i) for i in range(suite.instances)]
        self.suite, self.service, self.call, self.k = suite, service, call, k

    def __enter__(self):
        for pid in self.pids:
            if pid is None:
                continue
            self.tracers.append(subprocess.Popen(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={self.call}",
                 "-e", f"inject={self.call}:signal=KILL:when={self.k}", "-p", str(pid)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for pid in self.pids:
            deadline = time.monotonic() + 5
            while pid and not traced(pid) and time.monotonic() < deadline:
                time.sleep(0.01)
        return self

    def __exit__(self, *_):
        for tracer in self.tracers:
            tracer.terminate()
            tracer.wait()

    def struck(self):
        """Did it kill anybody? A daemon is another process now, or a task was ended by SIGKILL."""
        return any(self.suite.pid(self.service, i) != pid for i, pid in enumerate(self.pids))


def traced(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return True
    return "TracerPid:\t0" not in status
