# SPDX-License-Identifier: Apache-2.0
"""places - directories, ports, passwords and keys of one private suite."""
import os
import pathlib
import pwd
import random
import secrets
import shutil
import socket
import subprocess

from process import command

SERVICES = {  # daemon: (environment prefix, schema = runtime role without millrace_)
    "auth-gateway": ("AUTH_GATEWAY", "auth"),
    "job-orchestrator": ("JOB_ORCHESTRATOR", "jobs"),
    "validation": ("VALIDATION", "catalog"),
    "upload": ("UPLOAD", "upload"),
    "transform": ("TRANSFORM", "transform"),
}
DATABASE_ROLES = ("postgres", "millrace_migrate", "millrace_loader",
                  *(f"millrace_{schema}" for _, schema in SERVICES.values()))
LINKED_BYTES = 32 << 20
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


class StartError(Exception):
    """Which part did not start, why, and where its log is."""

    def __init__(self, part, why, log=None):
        self.part, self.why, self.log = part, why, log
        text = f"{part}: {why}"
        super().__init__(text + (f"\n  log: {log}" if log else ""))


class Ports:
    """Ports on loopback: from a base when one is given and free, else any free one below the range
    from which the kernel takes outgoing ports (a daemon that restarts must get its own again)."""

    def __init__(self, base=None):
        self.next = base
        self.taken = set()

    def take(self):
        if self.next is not None:
            port, self.next = self.next, self.next + 1
            if is_free(port):
                self.taken.add(port)
                return port
        for _ in range(1000):
            port = random.randrange(20000, 32000)
            if port not in self.taken and is_free(port):
                self.taken.add(port)
                return port
        raise StartError("ports", "no free port found on 127.0.0.1")


def linked(source, target):
    """A second name for a big file that is never changed in place; False when it must be copied."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def run_user():
    """Under whom the processes run: `millrace` when root starts them, else ourselves."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("millrace")
    except KeyError:
        raise StartError("user", "no system user millrace: run stack/local/install run") from None


class Places:
    """The directory of a suite. Everything in it belongs to the user the processes run as."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.user = run_user()
        self.dir("")
        self.own(self.root)
        self.check_reachable()
        self.bin = self.dir("bin", 0o755)
        self.logs = self.dir("logs")
        self.secrets = self.dir("secrets")
        self.keys = self.dir("secrets/keys")
        self.redis = self.dir("redis")
        self.nginx = self.dir("nginx")
        self.www = self.dir("www", 0o755)
        self.objects = self.dir("data/objects")
        self.silver = self.dir("data/silver")
        self.scratch = self.dir("data/scratch")
        self.pg = self.root / "pg"

    def check_reachable(self):
        """Root may make a directory where its processes, being somebody else, cannot get to."""
        done = subprocess.run(command(["test", "-x", self.root], self.user), check=False)
        if done.returncode != 0:
            raise StartError("directory", f"{self.root} cannot be reached by the user {self.user.pw_name}")

    def dir(self, name, mode=0o700):
        path = self.root
        for part in ("", *pathlib.PurePath(name).parts):
            path = path / part
            if not path.exists():
                path.mkdir(mode=mode, parents=part == "")
                self.own(path)
        return path

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def write(self, path, text, mode=0o600):
        """A file that appears whole."""
        path = pathlib.Path(path)
        part = path.with_name(path.name + ".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(part, mode)
        self.own(part)
        part.replace(path)
        return path

    def secret(self, name, make=lambda: secrets.token_urlsafe(24)):
        """Made once, kept in a file that only we read."""
        path = self.secrets / name
        if not path.exists():
            self.write(path, make() + "\n")
        return path.read_text(encoding="utf-8").strip()

    def make_secrets(self):
        for role in DATABASE_ROLES:
            self.secret(f"db-{role}")
        for user in ("operator", "millrace"):
            self.secret(f"redis-{user}")
        for service in SERVICES:
            self.secret(f"keys/{service}.key", lambda: secrets.token_hex(32))
        self.secret("admin-password", lambda: "-".join(secrets.token_hex(3) for _ in range(3)))

    def install(self, source, name=None, mode=0o755):
        """A copy of a program in bin/, made anew when it changed; the checkout may be unreadable for us."""
        source = pathlib.Path(source)
        target = self.bin / (name or source.name)
        old = target.stat() if target.exists() else None
        new = source.stat()
        if old is None or (old.st_size, old.st_mtime_ns) != (new.st_size, new.st_mtime_ns):
            part = target.with_name(target.name + ".part")
            part.unlink(missing_ok=True)
            if new.st_size < LINKED_BYTES or not linked(source, part):
                shutil.copy2(source, part)
                os.chmod(part, mode)
                self.own(part)
            part.replace(target)
        return target

    def install_tree(self, source, target):
        """A copy of a directory, swapped in whole."""
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source, part)
        for path in (part, *part.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
            self.own(path)
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)

    def run(self, part, argv, env=None, log=None, stdin=None):
        """A command to its end as the suite's user; StartError with its last words when it fails."""
        done = subprocess.run(command(argv, self.user), env=env, cwd="/", input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if log:
            with open(log, "a", encoding="utf-8") as f:
                f.write(done.stdout)
        if done.returncode != 0:
            words = "\n  ".join(done.stdout.strip().splitlines()[-6:])
            raise StartError(part, f"{pathlib.Path(argv[0]).name} exited with {done.returncode}\n  {words}", log)
        return done.stdout
