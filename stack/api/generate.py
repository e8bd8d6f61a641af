#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""generate - one source of routes, permissions and types: from services/*/api.yaml and roles.yaml to
the tables of the daemons, the gateway, nginx and the page, and the OpenAPI document.

usage: generate.py [--check]     --check writes nothing and fails when a file is not fresh
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import fragments  # noqa: E402
import writers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def outputs(api):
    files = {
        "libcommon/api/permissions.h": writers.permissions_h(api),
        "services/auth-gateway/gateway_routes.h": writers.gateway_routes(api),
        "stack/nginx/routes.conf": writers.nginx_routes(api),
        "docs/api/openapi.yaml": writers.openapi(api),
        "services/frontend/src/api/permissions.gen.ts": writers.permissions_ts(api),
    }
    for service in api.services:
        name = f"services/{service}/{writers.c_name(service)}_routes.h"
        files[name] = writers.service_routes(api, service)
    return files


def write_if_changed(path, text):
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    args = parser.parse_args()
    try:
        files = outputs(fragments.load(ROOT))
    except fragments.Faults as faults:
        print(faults, file=sys.stderr)
        return 1
    if args.check:
        stale = [n for n, text in files.items()
                 if not (ROOT / n).exists() or (ROOT / n).read_text(encoding="utf-8") != text]
        for name in stale:
            print(f"{name}: not fresh, run stack/api/generate.py", file=sys.stderr)
        return 1 if stale else 0
    for name, text in files.items():
        if write_if_changed(ROOT / name, text):
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
