# SPDX-License-Identifier: Apache-2.0
"""bare - PostgreSQL and Redis for the tests of one part: no passwords, nothing synced, gone at close().

A whole suite with its passwords and its configuration is suite.py."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg2

from places import PG_BIN, SERVICES, Ports

ROOT = pathlib.Path(__file__).resolve().parents[2]
free_port = Ports().take  # none of those the kernel gives to outgoing connections


def connect(port, user="postgres", database="millrace", autocommit=True):
    c = psycopg2.connect(host="127.0.0.1", port=port, user=user, dbname=database)
    c.autocommit = autocommit
    return c


def run_script(port, script, database="millrace"):
    with contextlib.closing(connect(port, database=database)) as c:
        c.cursor().execute(script)


def migrate(port, service, *names):
    """A service's migrations as their owner, all of them or those named ("0001_gold")."""
    owner = f"millrace_{SERVICES[service][1]}_owner"
    directory = ROOT / "services" / service / "migrations"
    for path in [directory / f"{name}.sql" for name in names] or sorted(directory.glob("*.sql")):
        run_script(port, f"set role {owner};\n" + path.read_text(encoding="utf-8"))


class BarePostgres:
    """With the database millrace, its roles and schemas. PostgreSQL refuses root, so root becomes postgres."""

    def __init__(self, options=""):
        self.port = free_port()
        self.dir = tempfile.mkdtemp(prefix="millrace-pg-")
        self.options = f"-p {self.port} -k {self.dir} -c listen_addresses=127.0.0.1 -c fsync=off {options}"
        if os.getuid() == 0:
            shutil.chown(self.dir, "postgres", "postgres")
        self.tool("initdb", "-A", "trust", "-U", "postgres", "--no-sync")
        self.start()
        run_script(self.port, "create database millrace", "postgres")
        run_script(self.port, (ROOT / "stack/postgres/bootstrap.sql").read_text(encoding="utf-8"))

    def tool(self, name, *args):
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        subprocess.run([*as_user, PG_BIN / name, "-D", f"{self.dir}/data", *args], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)

    def start(self):
        self.tool("pg_ctl", "-w", "-o", self.options, "-l", f"{self.dir}/log", "start")

    def stop(self):
        self.tool("pg_ctl", "-w", "-m", "immediate", "stop")

    def connect(self, user="postgres", autocommit=True):
        return connect(self.port, user, autocommit=autocommit)

    def close(self):
        self.stop()
        shutil.rmtree(self.dir)


class BareRedis:
    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL, cwd="/")

    def close(self):
        self.process.kill()
        self.process.wait()
