# SPDX-License-Identifier: Apache-2.0
"""frontend - the built page, kept by the hash of its sources in build/frontend/<hash>: the same sources
need neither npm nor network again."""
import hashlib
import os
import pathlib
import json
import shutil
import subprocess

from places import StartError

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "services/frontend"
BUILT = ROOT / "build/frontend"
SKIPPED = {"node_modules", "dist", "coverage", "test-results"}
KEPT = 3  # builds that stay


def page(note):
    """Directory of the built page; built now when there is none for these sources."""
    target = BUILT / source_hash()
    if not (target / "index.html").exists():
        note("building the page (npm, only when its sources change)")
        build(target)
        forget_old(target)
    return target


def source_hash():
    digest = hashlib.sha256()
    for path in sources(SOURCE):
        digest.update(f"{path.relative_to(SOURCE)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    # The page's types come from the API document; the sample is what it offers to a newcomer.
    for other in ("docs/api/openapi.yaml", "docs/examples/retail/messy.csv"):
        path = ROOT / other
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def sources(folder):
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in SKIPPED:
            yield from sources(path)
        elif path.is_file():
            yield path


def build(target):
    log = ROOT / "build/logs/frontend.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    work = target.with_name(target.name + ".part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    run(log, [ROOT / "stack/local/vendor", "--node"], os.environ)
    node = ROOT / "build/vendor/node/bin"
    env = dict(os.environ, MILLRACE_FRONTEND_OUT=str(work),
               PATH=f"{SOURCE / 'node_modules/.bin'}:{node}:{os.environ['PATH']}")
    if not installed():
        run(log, [node / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], env)
        (SOURCE / "node_modules/.millrace-lock").write_bytes((SOURCE / "package-lock.json").read_bytes())
    script = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))["scripts"]["build"]
    run(log, ["sh", "-c", script], env)
    if not (work / "index.html").exists():
        raise StartError("frontend", "the build gave no index.html", log)
    shutil.rmtree(target, ignore_errors=True)
    work.replace(target)


def installed():
    mark = SOURCE / "node_modules/.millrace-lock"
    return mark.exists() and mark.read_bytes() == (SOURCE / "package-lock.json").read_bytes()


def run(log, argv, env):
    with open(log, "ab") as out:
        done = subprocess.run([str(a) for a in argv], cwd=SOURCE, env=env, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=out, check=False)
    if done.returncode != 0:
        last = "\n  ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-6:])
        raise StartError("frontend", f"{pathlib.Path(argv[0]).name} failed\n  {last}", log)


def forget_old(current):
    builds = sorted((p for p in BUILT.iterdir() if p.is_dir() and p != current), key=lambda p: p.stat().st_mtime)
    for path in builds[:-(KEPT - 1)]:
        shutil.rmtree(path, ignore_errors=True)
