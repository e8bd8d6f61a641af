# SPDX-License-Identifier: Apache-2.0
"""process - one supervised process: started as an unprivileged user, restarted with backoff when it
dies, ended by signal. A child dies with the runner (parent-death signal), and Ctrl-C reaches it only
through us (a session of its own)."""
import os
import signal
import subprocess
import threading
import time

BACKOFF_FIRST_S = 0.1
BACKOFF_CAP_S = 5.0
STEADY_S = 10.0  # a process that lived this long starts its backoff afresh


class Process:
    """Thread safe. `wanted` says whether the supervisor starts it again."""

    def __init__(self, name, argv, env, log, user=None, death_signal="TERM", stop_signal=signal.SIGTERM):
        self.name = name
        self.argv = [str(a) for a in argv]
        self.env = {k: str(v) for k, v in env.items()}
        self.log = log
        self.user = user
        self.death_signal = death_signal
        self.stop_signal = stop_signal
        self.wanted = False
        self.restarts = 0
        self.popen = None
        self.lock = threading.RLock()
        self.started_at = 0.0
        self.backoff_s = BACKOFF_FIRST_S
        self.not_before = 0.0

    def start(self):
        with self.lock:
            self.wanted = True
            self._spawn()

    def _spawn(self):
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen(
                command(self.argv, self.user, self.death_signal), env=self.env, cwd="/",
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.started_at = time.monotonic()

    def pid(self):
        with self.lock:
            return self.popen.pid if self.popen and self.popen.poll() is None else None

    def alive(self):
        return self.pid() is not None

    def kill(self, sig=signal.SIGKILL):
        """Send a signal to the process itself; False when it is not there."""
        with self.lock:
            if not self.alive():
                return False
            os.kill(self.popen.pid, sig)
            return True

    def look(self, note):
        """Start it again when it should live and does not; called by the supervisor now and then."""
        with self.lock:
            if not self.wanted or self.popen is None or self.popen.poll() is None:
                return
            now = time.monotonic()
            if self.not_before == 0.0:
                if now - self.started_at > STEADY_S:
                    self.backoff_s = BACKOFF_FIRST_S
                note(f"{self.name} {ended(self.popen.returncode)}, starting again in {self.backoff_s:.1f} s")
                self.not_before = now + self.backoff_s
                self.backoff_s = min(BACKOFF_CAP_S, 2 * self.backoff_s)
            if now >= self.not_before:
                self.not_before = 0.0
                self.restarts += 1
                self._spawn()

    def ask_to_end(self):
        """The first half of stop: say so once and do not start it again."""
        with self.lock:
            self.wanted = False
            self.not_before = 0.0
            if self.alive():
                self.popen.send_signal(signal.SIGCONT)
                self.popen.send_signal(self.stop_signal)

    def finish(self, timeout_s=10.0):
        """The second half: wait for its end; SIGKILL when the time is over."""
        popen = self.popen
        if popen is None:
            return
        try:
            popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()

    def stop(self, timeout_s=10.0):
        """End it and keep it ended."""
        self.ask_to_end()
        self.finish(timeout_s)

    def tail(self, lines=15):
        try:
            with open(self.log, "rb") as f:
                return f.read()[-8192:].decode("utf-8", "replace").splitlines()[-lines:]
        except OSError:
            return []


def command(argv, user, death_signal=None):
    """argv under setpriv: no new privileges, as user when we are root, ended with us."""
    out = ["setpriv", "--no-new-privs"]
    if death_signal:
        out += ["--pdeathsig", death_signal]
    if user is not None and os.geteuid() == 0:
        out += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    return out + ["--"] + [str(a) for a in argv]


def ended(code):
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"exited with {code}"
