#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""up - starts a whole suite with the retail example and the built page, and runs the stories on it."""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "stack/local"), str(HERE)]
sys.dont_write_bytecode = True

import control  # noqa: E402
import example  # noqa: E402
import frontend  # noqa: E402
from suite import StartError, Suite  # noqa: E402


def say(text):
    print(text, flush=True)


def stories(suite):
    env = dict(os.environ, MILLRACE_URL=suite.url, MILLRACE_PASSWORD=suite.admin_password,
               MILLRACE_CONTROL=control.serve(suite), MILLRACE_SHOTS=str(ROOT / "build/browser"))
    return subprocess.run(["node", HERE / "stories.mjs"], env=env, check=False).returncode


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-browser-") as place:
        os.chmod(place, 0o755)
        try:
            with Suite(place, page=frontend.page(say)) as suite:
                example.load(suite, say)
                return stories(suite)
        except StartError as error:
            say(f"suite: {error}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
