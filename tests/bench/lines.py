# SPDX-License-Identifier: Apache-2.0
"""lines - what is measured: one function for each line of the bench; each returns its results."""
import pathlib
import re
import signal
import subprocess
import sys
import time

import stage
from data import write_clean_sales
from servers import CLEAN_ENV, PG_BIN

ROOT = stage.ROOT


def load(suite, person, options):
    """Finished upload to committed rows, against psql \\copy csv of the same file into the same columns."""
    path = suite.places.root / "sales.csv"
    write_clean_sales(path, options.rows)
    results = []
    for mode in ("append", "replace"):
        name = f"bench_{mode}"
        stage.make_dataset(person, name, mode)
        stage.put_file(person, path, name)  # makes the tables, warms the cache
        ratios = stage.Ratios(f"load {mode}, {options.rows:,} rows, against \\copy csv", 1.0)
        for n in range(options.rounds):
            stage.calm(suite)
            theirs = copy_csv(suite, path, name)
            stage.calm(suite)
            run = stage.put_file(person, path, name)
            same_answer(suite, run, name, options.rows)
            ratios.add(stage.seconds_of(suite, run["id"]), theirs)
            print(f"  {name} round {n + 1}: {ratios.pairs[-1][0]:.2f} s, \\copy {theirs:.2f} s",
                  file=sys.stderr)
        results.append(ratios.result())
    return results


def copy_csv(suite, path, name):
    """Seconds of one \\copy into a fresh table with gold's column types."""
    types = suite.psql(
        "select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)"
        f" from pg_attribute where attrelid = 'gold_default.{name}'::regclass and attnum > 0"
        " and attname not in ('_load', '_row')").strip()
    suite.psql(f"drop table if exists peer; create table peer ({types})")
    env = dict(CLEAN_ENV, PGPASSWORD=suite.places.secret("db-postgres"))
    start = time.monotonic()
    subprocess.run([PG_BIN / "psql", "-X", "-q", "-h", suite.postgres.socket_dir, "-p", str(suite.postgres.port), "-U", "postgres",
                    "-d", "millrace", "-c", f"\\copy peer from '{path}' with (format csv, header)"],
                   env=env, check=True)
    return time.monotonic() - start


def same_answer(suite, run, name, rows):
    """Both tables hold the same rows before a figure counts."""
    if run["state"] != "done" or run["account"]["load"]["inserted"] != rows:
        raise SystemExit(f"bench: {run['headline']}")
    digest = "select count(*), sum(order_id), sum(units), sum(revenue), count(note), min(ordered_at) from"
    where = f" where _load = {run['load_no']}"
    if suite.psql(f"{digest} gold_default.{name}{where}") != suite.psql(f"{digest} peer"):
        raise SystemExit(f"bench: {name} differs from what \\copy made")


def upload(suite, person, options):
    """tus PATCHes of 64 MiB straight to the daemon against a C loop that hashes and syncs as often."""
    size, piece = options.upload_bytes, 64 << 20
    raw = build(suite, "raw_upload", "-lcrypto")
    stage.make_dataset(person, "bench_upload", "append")
    direct = stage.Ratios(f"upload {size >> 20} MiB to the daemon, bytes/s of the raw loop", 0.7, "B/s", True)
    through = stage.Ratios(f"upload {size >> 20} MiB through nginx, bytes/s of the raw loop", 0, "B/s", True)
    target = suite.places.objects / "raw.bin"
    for _ in range(options.rounds):
        limit = size / float(subprocess.run([raw, target, str(size)], capture_output=True, check=True).stdout)
        target.unlink()
        direct.add(size / send_pieces(suite, person, size, piece, suite.listen["upload"][0]), limit)
        through.add(size / send_pieces(suite, person, size, piece, suite.http_port), limit)
    return [direct.result(), through.result()]


def send_pieces(suite, person, size, piece, port):
    """Seconds of one upload's PATCHes, the finishing one left out: it would start a run of zeros."""
    place = stage.begin(person, "bench_upload", "zeros.bin", size + 1)
    sender = build(suite, "send_pieces", "")
    token = internal_token(suite, person) if port != suite.http_port else ""
    start = time.monotonic()
    subprocess.run([sender, str(port), place, str(size), str(piece)], check=True, input="\n".join(
        (f"X-Millrace-Token: {token}" if token else f"Cookie: {person.cookie}",
         f"X-CSRF-Token: {person.csrf}", f"Host: localhost:{suite.http_port}")), text=True)
    seconds = time.monotonic() - start
    suite.psql(f"update upload.uploads set expires_at = now() where id = '{place.rsplit('/', 1)[1]}'")
    return seconds


def internal_token(suite, person):
    """What nginx would pass on: the gateway's answer to its question."""
    import http.client  # pylint: disable=import-outside-toplevel
    asked = http.client.HTTPConnection("127.0.0.1", suite.listen["auth-gateway"][0])
    asked.request("GET", "/auth/check", headers={
        "Host": "localhost", "Cookie": person.cookie, "X-CSRF-Token": person.csrf,
        "X-Original-Method": "PATCH", "X-Original-URI": "/api/uploads/00000000-0000-7000-8000-000000000000",
        "X-Original-Host": f"localhost:{suite.http_port}"})
    return asked.getresponse().headers["X-Millrace-Token"]


def build(suite, name, libraries):
    program = suite.places.root / name
    if not program.exists():
        subprocess.run(["gcc", "-O2", str(pathlib.Path(__file__).parent / f"{name}.c"), "-o", str(program),
                        *libraries.split()], check=True)
    return program


def auth(suite, person, options):
    """A route behind auth_request with a live session, against the same behind a daemon that says 204."""
    yes = build(suite, "always_204", "-levent")
    port = suite.ports.take()
    daemon = subprocess.Popen([yes, str(port)])
    ratios = stage.Ratios("auth_request with a live session, requests/s of always-204", 0.85, "1/s", True)
    conf = suite.nginx.conf
    ours = conf.read_text(encoding="utf-8")
    try:
        add_routes(suite, ours, port)
        for _ in range(options.rounds):
            theirs = wrk(suite, person, "/bench/yes")
            ratios.add(wrk(suite, person, "/bench/gateway"), theirs)
    finally:
        daemon.terminate()
        conf.write_text(ours, encoding="utf-8")
        suite.kill("nginx", 0, signal.SIGHUP)
    return [ratios.result(), {"line": "revocation seen", "ours": round(revoked_after(suite), 3), "goal": 1.0,
                              "unit": "s"}]


def add_routes(suite, ours, port):
    """Two routes that differ only in whom auth_request asks."""
    gateway = re.search(r"location = /_check \{.*?\n\t\t\}", ours, re.S).group(0)
    asks_yes = gateway.replace("/_check", "/_check_yes").replace("http://auth-gateway/auth/check", "http://yes/")
    page = suite.places.www / "bench.txt"
    page.write_text("ok\n", encoding="utf-8")
    routes = asks_yes
    for name, check in (("yes", "/_check_yes"), ("gateway", "/_check_bench")):
        routes += f"\n\t\tlocation = /bench/{name} {{ auth_request {check}; alias {page}; }}"
    # The gateway decides by the address asked for; the bench's own is not in its table.
    routes += "\n\t\t" + gateway.replace("/_check", "/_check_bench").replace("$request_uri", "/api/runs")
    text = ours.replace(gateway, gateway + "\n\t\t" + routes, 1)
    text = text.replace("\tupstream ", f"\tupstream yes {{\n\t\tserver 127.0.0.1:{port};\n\t\tkeepalive 64;\n"
                        "\t\tkeepalive_requests 1000000;\n\t}\n\tupstream ", 1)
    suite.nginx.conf.write_text(text, encoding="utf-8")
    suite.kill("nginx", 0, signal.SIGHUP)
    person = suite.session()
    suite.wait(lambda: person.get("/bench/gateway").status == 200 and person.get("/bench/yes").status == 200, 10,
               "nginx with the bench's routes")


def wrk(suite, person, path):
    """Requests a second; anything but 200 voids the figure."""
    done = subprocess.run(["wrk", "-t1", "-c16", "-d3s", "-H", f"Host: localhost:{suite.http_port}",
                           "-H", f"Cookie: {person.cookie}", f"http://127.0.0.1:{suite.http_port}{path}"],
                          capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        raise SystemExit(f"bench: {path}: {done}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done).group(1))


def revoked_after(suite):
    """Seconds from the end of a session in its table, unheard by any gateway, until none lets it pass."""
    person, other = suite.session(), suite.session()
    person.get("/api/runs")
    other.cookie = person.cookie
    start = time.monotonic()
    suite.psql("delete from auth.sessions")
    last_yes = start
    while time.monotonic() - last_yes < 1.5:
        if other.get("/api/runs").status == 200:
            last_yes = time.monotonic()
    return last_yes - start


def footprint(suite, _person, options):
    """Idle memory of each daemon, cold start to ready."""
    results = []
    for (service, i), process in suite.daemons.items():
        if i:
            continue
        status = pathlib.Path(f"/proc/{process.pid()}/status").read_text(encoding="ascii")
        kib = {k: int(re.search(rf"{k}:\s+(\d+)", status).group(1)) for k in ("RssAnon", "VmRSS")}
        starts = [cold_start(suite, service) for _ in range(options.rounds)]
        results += [
            {"line": f"{service} RssAnon idle", "ours": kib["RssAnon"] << 10, "goal": 4 << 20, "unit": "B"},
            {"line": f"{service} RSS idle", "ours": kib["VmRSS"] << 10, "goal": 13 << 20, "unit": "B"},
            {"line": f"{service} cold start to ready", "ours": round(sorted(starts)[len(starts) // 2], 4),
             "goal": 0.1, "unit": "s"}]
    return results


def cold_start(suite, service):
    suite.stop_service(service, 1)
    start = time.monotonic()
    suite.daemons[service, 1].start()
    while not suite.is_ready(service, 1):
        if time.monotonic() - start > 10:
            raise SystemExit(f"bench: {service} did not get ready")
        time.sleep(0.002)
    return time.monotonic() - start


def small(suite, person, options):
    """A file of 10 rows from the first request to rows in the table."""
    path = suite.places.root / "small.csv"
    write_clean_sales(path, 10)
    stage.make_dataset(person, "bench_small", "append")
    times = []
    for _ in range(options.rounds + 1):
        start = time.monotonic()
        run = stage.put_file(person, path, "bench_small", look_s=0.02)
        times.append(time.monotonic() - start)
        if run["state"] != "done":
            raise SystemExit(f"bench: {run['headline']}")
    times = sorted(times[1:])
    return [{"line": "10 rows from drop to rows", "ours": round(times[len(times) // 2], 3), "goal": 1.0, "unit": "s"}]


LINES = {"load": load, "upload": upload, "auth": auth, "footprint": footprint, "small": small}
