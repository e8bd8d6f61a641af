# SPDX-License-Identifier: Apache-2.0
"""servers - private PostgreSQL, Redis and nginx: their files, how they start and how to see that they
are up. Debian's programs, our configuration, loopback only."""
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from places import DATABASE_ROLES, PG_BIN, SERVICES, StartError
from process import Process

STACK = pathlib.Path(__file__).resolve().parents[1]
CLEAN_ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


def until(condition, timeout_s, process=None):
    """Poll a condition; False when the time is over or the process has died."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        if process is not None and not process.alive():
            return False
        time.sleep(0.02)
    return condition()


def answers(port):
    with socket.socket() as s:
        s.settimeout(0.5)
        return s.connect_ex(("127.0.0.1", port)) == 0


def need(program, package):
    path = shutil.which(str(program), path=CLEAN_ENV["PATH"])
    if path is None:
        raise StartError(package, f"{program} is not installed: run stack/local/install run")
    return path


class Postgres:
    def __init__(self, places, port, extra=""):
        self.places, self.port, self.extra = places, port, extra
        self.socket_dir = short(places.dir("run"))
        self.log = places.logs / "postgres.log"
        self.process = Process(
            "postgres", [PG_BIN / "postgres", "-D", places.pg], CLEAN_ENV, self.log, places.user,
            death_signal="INT", stop_signal=signal.SIGINT)

    def init(self):
        """The cluster, once; a half-made one is made again."""
        p = self.places
        need(PG_BIN / "postgres", "postgresql-15")
        if not (p.pg / "made").exists():
            shutil.rmtree(p.pg, ignore_errors=True)
            p.run("postgres", [PG_BIN / "initdb", "-D", p.pg, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                               "-A", "scram-sha-256", f"--pwfile={p.secrets / 'db-postgres'}"],
                  CLEAN_ENV, self.log)
        p.write(p.pg / "postgresql.conf", self.conf())

    def conf(self):
        return (f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
                f"unix_socket_directories = '{self.socket_dir}'\nmax_connections = 100\n"
                "password_encryption = 'scram-sha-256'\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
                "datestyle = 'iso, mdy'\nlc_messages = 'C.UTF-8'\nlog_line_prefix = '%m [%p] %a '\n"
                "shared_buffers = '128MB'\nmax_wal_size = '2GB'\njit = off\n" + self.extra)

    def start(self):
        self.process.start()
        if not until(self.ready, 30, self.process):
            raise StartError("postgres", "did not come up", self.log)

    def ready(self):
        return subprocess.run([PG_BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              env=CLEAN_ENV, check=False).returncode == 0

    def psql(self, sql, database="millrace", user="postgres"):
        """Statements, one transaction each unless they say otherwise; the rows as tab-separated text."""
        env = dict(CLEAN_ENV, PGPASSWORD=self.places.secret(f"db-{user}"), PGCONNECT_TIMEOUT="5")
        done = subprocess.run(
            [PG_BIN / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
             "-p", str(self.port), "-U", user, "-d", database, "-f", "-"],
            env=env, input=sql, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise StartError("postgres", done.stderr.strip(), self.log)
        return done.stdout

    def bootstrap(self):
        """Database, roles, schemas and the roles' passwords; again is harmless."""
        done = self.places.pg / "made"
        script = (STACK / "postgres/bootstrap.sql").read_text(encoding="utf-8")
        stamp = hashlib.sha256(script.encode()).hexdigest()
        if done.exists() and done.read_text(encoding="utf-8").strip() == stamp:
            return
        if not self.psql("select 1 from pg_database where datname = 'millrace'", "postgres").strip():
            self.psql("create database millrace", "postgres")
        self.psql(script)
        for role in DATABASE_ROLES[1:]:
            self.psql(f"alter role {role} password '{self.places.secret(f'db-{role}')}'")
        self.places.write(done, stamp + "\n")

    def stop(self, mode="fast"):
        self.process.stop_signal = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT,
                                    "smart": signal.SIGTERM}[mode]
        self.process.stop(30)


def short(path):
    """A socket's directory: its path must stay under 100 bytes, else the shared temporary one does."""
    return path if len(str(path)) < 80 else "/tmp"


class Redis:
    def __init__(self, places, port):
        self.places, self.port = places, port
        self.log = places.logs / "redis.log"
        self.conf = places.redis / "redis.conf"
        self.process = Process("redis", [need("redis-server", "redis-server"), self.conf], CLEAN_ENV, self.log,
                               places.user)

    def init(self):
        p = self.places
        acl = "user default off\n"
        for user, rights in (("operator", "~* &* +@all"),
                             ("millrace", "~millrace:* &* -@all +@stream +@connection +@transaction +exists +del")):
            digest = hashlib.sha256(p.secret(f"redis-{user}").encode()).hexdigest()
            acl += f"user {user} on #{digest} {rights}\n"
        p.write(p.redis / "users.acl", acl)
        p.write(self.conf, f"bind 127.0.0.1\nport {self.port}\nprotected-mode yes\ndir {p.redis}\n"
                f"aclfile {p.redis / 'users.acl'}\nappendonly yes\nappendfsync everysec\nsave \"\"\n"
                "maxmemory 256mb\nmaxmemory-policy noeviction\ndaemonize no\n")

    def start(self):
        self.process.start()
        if not until(self.ready, 15, self.process):
            raise StartError("redis", "did not come up", self.log)

    def command(self, *words):
        """One command as the operator; the raw first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as s, s.makefile("rb") as answer:
            for args in (("AUTH", "operator", self.places.secret("redis-operator")), words):
                data = [str(a).encode() for a in args]
                s.sendall(b"*%d\r\n" % len(data) + b"".join(b"$%d\r\n%s\r\n" % (len(d), d) for d in data))
                line = answer.readline().decode().strip()
            return line

    def ready(self):
        try:
            return self.command("PING") == "+PONG"
        except OSError:
            return False


class Nginx:
    def __init__(self, places, http_port, https_port, upstreams, rate):
        self.places, self.http_port, self.https_port = places, http_port, https_port
        self.upstreams, self.rate = upstreams, rate
        self.log = places.logs / "nginx.log"
        self.conf = places.nginx / "nginx.conf"
        self.process = Process(
            "nginx", [need("nginx", "nginx"), "-e", "stderr", "-p", places.nginx, "-c", self.conf],
            CLEAN_ENV, self.log, places.user, stop_signal=signal.SIGTERM)

    def init(self):
        p = self.places
        self.certificate()
        for path in (STACK / "nginx").glob("*.conf"):
            p.write(p.nginx / path.name, path.read_text(encoding="utf-8"))
        text = (STACK / "nginx/nginx.conf.in").read_text(encoding="utf-8")
        for name, value in self.values().items():
            text = text.replace(f"@{name}@", str(value))
        p.write(self.conf, text)

    def values(self):
        p = self.places
        hosts = ["127.0.0.1"] + (["[::1]"] if has_ipv6() else [])
        listen = [(f"{h}:{self.http_port}", "") for h in hosts]
        listen += [(f"{h}:{self.https_port}", " ssl http2") for h in hosts]
        return {
            "DIR": p.nginx, "WORKERS": 2, "MIME_TYPES": "/etc/nginx/mime.types",
            "ACCESS_LOG": p.logs / "nginx-access.log", "FRONTEND": p.www / "page",
            "RATE": self.rate, "BURST": 2 * self.rate, "SIGNIN_RATE": max(10, self.rate // 100),
            "NAMES": "localhost 127.0.0.1 [::1]",
            "TLS_CERTIFICATE": p.nginx / "tls.crt", "TLS_KEY": p.secrets / "tls.key",
            "UPSTREAMS": "\n".join(upstream(name, ports) for name, ports in self.upstreams.items()),
            "DEFAULT_LISTEN": "\n".join(f"\t\tlisten {a}{how} default_server;" for a, how in listen),
            "LISTEN": "\n".join(f"\t\tlisten {a}{how};" for a, how in listen),
        }

    def certificate(self):
        """Self-signed for localhost; made again a week before it ends."""
        p = self.places
        certificate, key = p.nginx / "tls.crt", p.secrets / "tls.key"
        if certificate.exists() and key.exists() and subprocess.run(
                ["openssl", "x509", "-noout", "-checkend", "604800", "-in", certificate],
                stdout=subprocess.DEVNULL, env=CLEAN_ENV, check=False).returncode == 0:
            return
        p.run("nginx", ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "90", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1", "-keyout", key, "-out", certificate],
              CLEAN_ENV, self.log)
        os.chmod(key, 0o600)

    def start(self):
        self.process.start()
        if not until(lambda: answers(self.http_port), 15, self.process):
            raise StartError("nginx", "did not come up", self.log)


def upstream(name, ports):
    """A replica that failed is left alone for a second; when all are, each is asked all the same.

    Each nginx process remembers failures by itself and hears of a restart from nobody: without the second
    half, replicas that answer again would be "no live upstreams" until the second is over (decision 0031).
    """
    servers = "".join(f"\t\tserver 127.0.0.1:{port} {how};\n"
                      for how in ("max_fails=1 fail_timeout=1s", "max_fails=0 backup") for port in ports)
    return f"\tupstream {name} {{\n{servers}\t\tkeepalive 64;\n\t\tkeepalive_requests 1000000;\n\t}}"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


__all__ = ["CLEAN_ENV", "Nginx", "Postgres", "Redis", "SERVICES", "StartError", "answers", "until"]
