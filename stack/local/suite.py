# SPDX-License-Identifier: Apache-2.0
"""suite - a whole Millrace on this machine: private PostgreSQL, Redis and nginx, two of each daemon,
restarted when they die. `make run` and the scenario tests use the same class.

    with Suite("/tmp/x", settings={"MILLRACE_LEASE": "2s"}) as suite:
        person = suite.session()                    # the first administrator, through nginx
        person.get("/api/datasets").json()
        suite.kill("validation", 0, signal.SIGKILL)
"""
import ctypes
import fcntl
import http.client
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from places import SERVICES, Places, Ports, StartError, is_free  # noqa: E402
from process import Process  # noqa: E402
from servers import CLEAN_ENV, Nginx, Postgres, Redis, until  # noqa: E402
from session import Session  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_S = 30
SIGN_IN_S = 30  # nginx lets through a few a second from one address
DRAIN_S = 5


class Suite:
    """dir        everything it writes (created; found again by the next run)
    port       base: nginx HTTP here, TLS at the next, all others behind; None = any free ones
    settings   environment for every daemon, over the defaults below; a value None takes one away
    build      directory of binaries
    instances  how many of each daemon
    services   names of daemons to start; all that are built by default
    page       directory of the built frontend, None = no page
    rate       requests a second nginx takes from one address; of sign-ins a hundredth, at least 10
    postgres   further lines of postgresql.conf
    note       called with a sentence when something happens
    """

    def __init__(self, dir, port=None, settings=None, build=None, instances=2, services=None, page=None,
                 rate=1000, postgres="", note=None):
        self.places = Places(dir)
        self.build = pathlib.Path(build or ROOT / "build/release/bin")
        self.settings = dict(settings or {})
        self.instances = instances
        self.page = page
        self.note = note or (lambda text: None)
        self.ports = Ports(port)
        self.http_port = self.ports.take()
        self.https_port = self.ports.take()
        self.services = [s for s in SERVICES if (services is None or s in services)
                         and (self.build / f"millrace-{s}").exists()]
        self.postgres = Postgres(self.places, self.ports.take(), postgres)
        self.redis = Redis(self.places, self.ports.take())
        self.listen = {s: [self.ports.take() for _ in range(instances)] for s in SERVICES}
        self.internal = {s: [self.ports.take() for _ in range(instances)] for s in SERVICES}
        self.nginx = Nginx(self.places, self.http_port, self.https_port, self.listen, rate)
        self.daemons = {}
        self.processes = []
        self.watcher = None
        self.stopping = threading.Event()
        self.held = None

    # ---- life ----

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.lock()
        self.places.make_secrets()
        self.install()
        for server in (self.postgres, self.redis, self.nginx):
            server.init()
        self.processes = [self.postgres.process, self.redis.process]
        self.postgres.start()
        self.redis.start()
        self.postgres.bootstrap()
        self.migrate()
        self.start_daemons()
        self.processes.append(self.nginx.process)
        self.nginx.start()
        self.watch()

    def lock(self):
        """One suite at a time in a directory."""
        self.held = open(self.places.root / "lock", "a", encoding="utf-8")
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError("directory", f"{self.places.root} is in use by another run") from None

    def install(self):
        for service in self.services:
            self.places.install(self.build / f"millrace-{service}")
        if (self.build / "millrace-task").exists():
            self.places.install(self.build / "millrace-task")
            self.places.install(ROOT / "build/vendor/duckdb/libduckdb.so")
        if self.page is not None:
            self.places.install_tree(self.page, self.places.www / "page")

    def migrate(self):
        for service in self.services:
            env = dict(self.env(service, 0),
                       MILLRACE_MIGRATE_PASSWORD_FILE=str(self.places.secrets / "db-millrace_migrate"))
            self.places.run(service, [self.places.bin / f"millrace-{service}", "--migrate"], env,
                            self.places.logs / f"{service}-migrate.log")

    def start_daemons(self):
        for service in self.services:
            for i in range(self.instances):
                self.start_daemon(service, i)
        for (service, i), process in self.daemons.items():
            if not until(lambda s=service, n=i: self.is_ready(s, n), READY_S, process):
                why = "\n  ".join(process.tail(3)) or "said nothing"
                raise StartError(process.name, f"did not get ready: {why}", process.log)

    def start_daemon(self, service, i):
        name = f"{service}-{i + 1}"
        process = Process(name, [self.places.bin / f"millrace-{service}"], self.env(service, i),
                          self.places.logs / f"{name}.log", self.places.user)
        self.daemons[service, i] = process
        self.processes.append(process)
        process.start()

    def env(self, service, i):
        p = self.places
        prefix, schema = SERVICES[service]
        mine = f"MILLRACE_{prefix}"
        env = dict(CLEAN_ENV, **{
            "MILLRACE_DB": f"host={self.postgres.socket_dir} port={self.postgres.port} dbname=millrace",
            "MILLRACE_REDIS": f"127.0.0.1:{self.redis_port}",
            "MILLRACE_REDIS_USER": "millrace",
            "MILLRACE_REDIS_PASSWORD_FILE": p.secrets / "redis-millrace",
            "MILLRACE_OBJECT_DIR": p.objects,
            "MILLRACE_SILVER_DIR": p.silver,
            "MILLRACE_SCRATCH_DIR": p.scratch,
            "MILLRACE_TASK_PATH": p.bin / "millrace-task",
            "MILLRACE_DUCKDB_LIB": p.bin / "libduckdb.so",
            f"{mine}_LISTEN": f"127.0.0.1:{self.listen[service][i]}",
            f"{mine}_INTERNAL_LISTEN": f"127.0.0.1:{self.internal[service][i]}",
            f"{mine}_INSTANCE": f"{service}-{i + 1}",
            f"{mine}_DB_PASSWORD_FILE": p.secrets / f"db-millrace_{schema}",
            f"{mine}_TOKEN_KEY_FILE": p.keys / f"{service}.key",
            f"{mine}_DRAIN": f"{DRAIN_S}s",
        })
        if service == "auth-gateway":
            env[f"{mine}_KEYS_DIR"] = p.keys
            env[f"{mine}_ADMIN_PASSWORD_FILE"] = p.secrets / "admin-password"
        if service == "transform":
            env[f"{mine}_LOADER_PASSWORD_FILE"] = p.secrets / "db-millrace_loader"
        env.update({k: v for k, v in self.settings.items() if self.concerns(k, mine)})
        return {k: str(v) for k, v in env.items() if v is not None}

    @staticmethod
    def concerns(name, mine):
        """A setting of another daemon would be a fault in this one's start."""
        others = [f"MILLRACE_{prefix}_" for prefix, _ in SERVICES.values() if f"MILLRACE_{prefix}" != mine]
        return not any(name.startswith(o) for o in others)

    @property
    def redis_port(self):
        return self.redis.port

    def watch(self):
        self.stopping.clear()
        self.watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self.watcher.start()

    def _watch(self):
        while not self.stopping.wait(0.05):
            for process in list(self.processes):
                process.look(self.note)

    def stop(self):
        """End all that was started, in reverse; the data stays."""
        self.stopping.set()
        if self.watcher is not None:
            self.watcher.join()
            self.watcher = None
        self.nginx.process.stop(5)
        for process in self.daemons.values():
            process.ask_to_end()
        for process in self.daemons.values():
            process.finish(DRAIN_S + 3)
        self.redis.process.stop()
        self.postgres.stop("fast")
        if self.held is not None:
            self.held.close()
            self.held = None

    # ---- for tests ----

    def process(self, service, i=0):
        return {"postgres": self.postgres.process, "redis": self.redis.process,
                "nginx": self.nginx.process}.get(service) or self.daemons[service, i]

    def pid(self, service, i=0):
        return self.process(service, i).pid()

    def kill(self, service, i=0, sig=9):
        """A signal to one process; the supervisor starts it again when it dies of it."""
        return self.process(service, i).kill(sig)

    def stop_service(self, service, i=None):
        """End a daemon (all instances when i is None) and keep it ended until start_service."""
        for n in range(self.instances) if i is None else [i]:
            self.daemons[service, n].stop(DRAIN_S + 3)

    def start_service(self, service, i=None):
        numbers = range(self.instances) if i is None else [i]
        for n in numbers:
            self.daemons[service, n].start()
        for n in numbers:
            if not until(lambda k=n: self.is_ready(service, k), READY_S):
                raise StartError(service, "did not get ready again", self.daemons[service, n].log)

    def is_ready(self, service, i=0):
        return self.ask_internal(service, i, "/readyz")[0] == 200

    def ask_internal(self, service, i, path):
        """Status and text of a page on a daemon's internal port (/healthz /readyz /metrics)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.internal[service][i], timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def wait_ready(self, timeout_s=READY_S):
        """All daemons answer ready and nginx listens."""
        return until(lambda: all(self.is_ready(s, i) for s, i in self.daemons), timeout_s)

    def restart_postgres(self, mode="fast"):
        """mode: fast, immediate (as a crash), smart."""
        self.postgres.stop(mode)
        self.postgres.start()

    def stop_redis(self):
        self.redis.process.stop()

    def restart_redis(self, wipe=False):
        """wipe: it comes back empty."""
        if wipe:
            self.redis.command("FLUSHALL")
        self.redis.process.stop()
        self.redis.start()

    def psql(self, sql, database="millrace", user="postgres"):
        return self.postgres.psql(sql, database, user)

    def dsn(self, user="postgres", database="millrace"):
        """A libpq connection string with password, for psycopg2."""
        return (f"host=127.0.0.1 port={self.postgres.port} dbname={database} user={user} "
                f"password={self.places.secret(f'db-{user}')}")

    @property
    def url(self):
        return f"http://localhost:{self.http_port}"

    @property
    def admin_password(self):
        return self.places.secret("admin-password")

    def anonymous(self):
        return Session(self.http_port)

    def session(self, name="admin", password=None):
        """A signed-in person, who comes again where too many sign in at once; raises when it is refused."""
        person = Session(self.http_port)
        deadline = time.monotonic() + SIGN_IN_S
        answer = person.sign_in(name, password or self.admin_password)
        while answer.status == 429 and time.monotonic() < deadline:
            time.sleep(0.2)
            answer = person.sign_in(name, password or self.admin_password)
        if answer.status != 200:
            raise StartError("sign-in", f"{name}: {answer!r}")
        return person

    def add_user(self, name, password, domains=None, administrator=False):
        """A person with roles ({"default": ["analyst"]}), straight into the user store."""
        crypt = ctypes.CDLL("libcrypt.so.1").crypt
        crypt.restype = ctypes.c_char_p
        digest = crypt(password.encode(), b"$y$j9T$" + os.urandom(10).hex().encode()).decode()
        roles = "".join(f"insert into auth.domain_roles select id, '{d}', '{r}', now(), 'test' from auth.users"
                        f" where name = '{name}';" for d, held in (domains or {}).items() for r in held)
        self.psql(f"insert into auth.users (id, name, display_name, password_hash, is_administrator) values"
                  f" (gen_random_uuid(), '{name}', '{name}', '{digest}', {administrator}); {roles}")
        return name

    def wait(self, condition, timeout_s=60, what="condition"):
        """Poll until condition() is truthy and give its value back."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come within {timeout_s} s")
            time.sleep(0.05)


__all__ = ["Session", "StartError", "Suite", "is_free"]
