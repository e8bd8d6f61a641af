# SPDX-License-Identifier: Apache-2.0
"""fragments - read roles.yaml and every services/*/api.yaml, and refuse what is not in the format of
docs/api/README.md."""
import pathlib
import re
from dataclasses import dataclass, field

import yaml

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
SAFE = ("get", "head", "options")
MODES = ("pool", "loop", "stream", "sse")
SIZES = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20}
BODY_DEFAULT = "64KiB"
ALWAYS = ("public", "session")


class Faults(Exception):
    """Every fault found, not just the first."""


@dataclass
class Operation:
    service: str
    method: str
    path: str
    doc: dict
    id: str
    permission: str
    mode: str
    handler: str
    body_max: int
    internal: bool
    audit: bool


@dataclass
class Api:
    permissions: dict = field(default_factory=dict)  # name -> meaning
    roles: dict = field(default_factory=dict)  # name -> {scope, permissions}
    operations: list = field(default_factory=list)
    schemas: dict = field(default_factory=dict)
    shared: dict = field(default_factory=dict)
    services: list = field(default_factory=list)


def load(root: pathlib.Path) -> Api:
    api = Api()
    faults = []
    api.shared = read_yaml(root / "stack/api/shared.yaml")
    api.schemas.update(api.shared["components"]["schemas"])
    load_roles(api, read_yaml(root / "services/auth-gateway/roles.yaml"), faults)
    for path in sorted(root.glob("services/*/api.yaml")):
        load_fragment(api, path, faults)
    check_whole(api, faults)
    if faults:
        raise Faults("\n".join(faults))
    api.operations.sort(key=route_order)
    return api


class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: `no` is a word here (the number of a run), as OpenAPI's readers take it."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, rx) for tag, rx in rows if tag != "tag:yaml.org,2002:bool"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def read_yaml(path):
    with open(path, encoding="utf-8") as f:
        return yaml.load(f, Loader=Loader)


def route_order(op):
    """Literal segments before parameters, so that the first match is the right one."""
    key = [(1, "") if s.startswith("{") else (0, s) for s in op.path.split("/")]
    return (key, METHODS.index(op.method))


def load_roles(api, doc, faults):
    api.permissions = doc["permissions"]
    api.roles = doc["roles"]
    for name, role in api.roles.items():
        if role.get("scope") not in ("domain", "installation"):
            faults.append(f"roles.yaml: role {name}: scope must be domain or installation")
        for p in role["permissions"]:
            if p not in api.permissions:
                faults.append(f"roles.yaml: role {name}: unknown permission {p}")


def load_fragment(api, path, faults):
    service = path.parent.name
    doc = read_yaml(path) or {}
    api.services.append(service)
    where = f"services/{service}/api.yaml"
    for key in doc:
        if key not in ("paths", "components"):
            faults.append(f"{where}: only paths and components belong here, not {key}")
    for name, schema in (doc.get("components") or {}).get("schemas", {}).items():
        if api.schemas.get(name, schema) != schema:
            faults.append(f"{where}: schema {name} is defined differently elsewhere")
        api.schemas[name] = schema
    for route, item in (doc.get("paths") or {}).items():
        common = item.get("parameters", [])
        for method, op in item.items():
            if method == "parameters":
                continue
            if method not in METHODS:
                faults.append(f"{where}: {route}: {method} is no method we know")
                continue
            load_operation(api, service, route, method, op, common, faults)


def load_operation(api, service, route, method, doc, common, faults):
    where = f"services/{service}/api.yaml: {method.upper()} {route}"
    say = lambda text: faults.append(f"{where}: {text}")
    if not re.fullmatch(r"(/([a-z0-9_.-]+|\{[a-z_]+\}))+", route):
        say("a path is lower-case segments or {snake_case} parameters")
    for key in ("operationId", "x-permission", "x-mode", "x-handler", "responses", "summary"):
        if key not in doc:
            say(f"{key} is missing")
    if doc.get("x-permission") not in (*ALWAYS, *api.permissions):
        say(f"x-permission {doc.get('x-permission')} is not in roles.yaml")
    if doc.get("x-mode") not in MODES:
        say(f"x-mode must be one of {', '.join(MODES)}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(doc.get("x-handler"))):
        say("x-handler must be a C name")
    check_responses(doc, method, say)
    api.operations.append(Operation(
        service=service, method=method, path=route,
        doc=with_parameters(doc, route, common), id=str(doc.get("operationId")),
        permission=str(doc.get("x-permission")), mode=str(doc.get("x-mode")),
        handler=str(doc.get("x-handler")), body_max=body_max(doc, method, say),
        internal=bool(doc.get("x-internal", False)),
        audit=bool(doc.get("x-audit", method not in SAFE))))


def body_max(doc, method, say):
    if doc.get("x-mode") in ("stream", "sse"):
        return 0
    text = doc.get("x-body-max", BODY_DEFAULT if "requestBody" in doc else "0")
    m = re.fullmatch(r"(\d+)(KiB|MiB|)", str(text))
    if not m:
        say(f"x-body-max {text} is no size (64KiB, 1MiB, 0)")
        return 0
    if method in SAFE and int(m[1]):
        say("a safe method has no body")
    return int(m[1]) * SIZES[m[2]]


def check_responses(doc, method, say):
    responses = doc.get("responses") or {}
    if not any(str(code).startswith("2") for code in responses):
        say("no 2xx response")
    for code, r in responses.items():
        if not re.fullmatch(r"[1-5]\d\d|default", str(code)):
            say(f"response {code} is no status")
            continue
        if str(code)[0] in "45d" and method != "head" and "Problem" not in r.get("$ref", ""):
            if "application/problem+json" not in r.get("content", {}):
                say(f"response {code} must be {{$ref: '#/components/responses/Problem'}}")


def with_parameters(doc, route, common):
    """The operation with its path parameters declared, those of the path item and missing ones too."""
    params = list(common) + list(doc.get("parameters", []))
    known = {p.get("name") for p in params}
    for name in re.findall(r"\{([a-z_]+)\}", route):
        if name not in known:
            params.append({"name": name, "in": "path", "required": True,
                           "schema": {"type": "string", "minLength": 1, "maxLength": 255}})
    out = dict(doc)
    if params:
        out["parameters"] = params
    return out


def check_whole(api, faults):
    seen = {}
    for op in api.operations:
        for key in (op.id, f"{op.method.upper()} {shape(op.path)}"):
            if key in seen:
                faults.append(f"{key}: in {seen[key]} and in {op.service}")
            seen[key] = op.service
    for ref in refs([op.doc for op in api.operations]) | refs(api.schemas):
        kind, name = ref.removeprefix("#/components/").split("/", 1)
        known = api.schemas if kind == "schemas" else api.shared["components"].get(kind, {})
        if name not in known:
            faults.append(f"$ref {ref} names nothing")
    owner = {}
    for op in api.operations:
        first = owner.setdefault(prefix(op.path), op.service)
        if first != op.service:
            faults.append(f"{prefix(op.path)}: {first} and {op.service} both claim it")


def prefix(path):
    """The part of a path that decides which service answers: /api/runs."""
    return "/".join(path.split("/")[:3])


def shape(path):
    return re.sub(r"\{[a-z_]+\}", "{}", path)


def refs(node):
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(refs(v) for v in node.values())) if node else found
    if isinstance(node, list):
        return set().union(*(refs(v) for v in node)) if node else set()
    return set()
