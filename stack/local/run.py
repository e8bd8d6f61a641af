# SPDX-License-Identifier: Apache-2.0
"""run - build, start and fill a private Millrace, say where it is, and stay until Ctrl-C."""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import example  # noqa: E402
import frontend  # noqa: E402
from places import Places  # noqa: E402
from suite import ROOT, StartError, Suite, is_free  # noqa: E402

PORT = 8080


def say(text):
    print(text, flush=True)


def build():
    """Daemons and task, by make; silent but for its faults."""
    log = ROOT / "build/logs/make.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command(log, "vendor", [ROOT / "stack/local/vendor"])
    command(log, "build", ["make", "--no-print-directory", "-s", "-j", str(os.cpu_count() or 1), "MODE=release"])


def command(log, part, argv):
    with open(log, "wb") as out:
        done = subprocess.run([str(a) for a in argv], cwd=ROOT, stdout=out, stderr=out, check=False,
                              env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS")})
    if done.returncode != 0:
        last = "\n  ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        raise StartError(part, f"{argv[0]} failed\n  {last}", log)


def directory():
    wanted = os.environ.get("MILLRACE_RUN_DIR")
    if wanted:
        return pathlib.Path(wanted)
    if os.geteuid() == 0:
        return pathlib.Path("/var/lib/millrace")
    state = os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local/state"
    return pathlib.Path(state) / "millrace"


def port():
    wanted = os.environ.get("MILLRACE_RUN_PORT")
    if not wanted:
        return PORT
    if not wanted.isdigit() or not 1 <= int(wanted) <= 65000:
        raise StartError("MILLRACE_RUN_PORT", f"{wanted} is no port")
    if not is_free(int(wanted)):
        raise StartError("MILLRACE_RUN_PORT", f"port {wanted} is in use")
    return int(wanted)


def tell(suite, rows, seconds):
    page = pathlib.Path("docs/examples/retail/messy.csv")
    say(f"\nMillrace is up ({seconds:.1f} s)")
    say(f"  open       {suite.url}    (TLS, self-signed: https://localhost:{suite.https_port})")
    say(f"  sign in    admin / {suite.admin_password}")
    for name, text in rows:
        say(f"  {name:<15}{text}")
    say(f"  data, logs {suite.places.root}")
    say(f"next: drop {page} on the page. Ctrl-C stops everything; the data stays.\n")


def stay():
    """Until Ctrl-C or TERM."""
    while True:
        time.sleep(3600)


def end(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGINT, end)  # make in the background leaves it ignored
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    place, base = directory(), port()
    Places(place)  # a place that cannot be used is said before the build
    build()
    page = frontend.page(say)
    started = time.monotonic()
    with Suite(place, port=base, page=page, note=say) as suite:
        rows = example.load(suite, say)
        tell(suite, rows, time.monotonic() - started)
        try:
            stay()
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            say("\nstopping")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except StartError as why:
        say(f"make run could not start {why}")
        sys.exit(1)
