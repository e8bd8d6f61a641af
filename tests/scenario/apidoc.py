# SPDX-License-Identifier: Apache-2.0
"""apidoc - hold every answer of the running suite against docs/api/openapi.yaml.

A client hands each answer to ApiDoc.check; it finds the operation by method and path, and the answer's
status and body must be as the document says, with no member it does not know. What was called is
remembered, so that a test can ask which operations nobody called.
"""
import copy
import re

import jsonschema
import yaml


class ApiDoc:
    """One OpenAPI 3.0 document, ready for matching and checking."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.doc = yaml.safe_load(f)
        self.called = set()
        named = self.doc["components"]["schemas"]
        self.schemas = {name: _to_json_schema(schema, named) for name, schema in named.items()}
        self.operations = []
        for path_text, item in self.doc["paths"].items():
            for method, op in item.items():
                if method in ("get", "put", "post", "patch", "delete", "head", "options"):
                    self.operations.append(_Operation(method.upper(), path_text, op))
        # A literal segment wins over a parameter.
        self.operations.sort(key=lambda o: o.path.count("{"))

    def find(self, method, path):
        """The operation of a request, or None."""
        for op in self.operations:
            if op.method == method and op.pattern.fullmatch(path):
                return op
        return None

    def check(self, method, path, status, content_type, body):
        """Raise AssertionError when the answer is not what the document says.

        body is the parsed JSON, or None for an answer that is not JSON.
        """
        op = self.find(method, path)
        assert op is not None, f"{method} {path} is not in the document"
        self.called.add(op.operation_id)
        response = op.response(status, self.doc)
        assert response is not None, f"{op.operation_id} answered {status}, which the document lacks"
        content = response.get("content", {})
        kind = (content_type or "").split(";")[0].strip()
        if not content:
            return
        assert kind in content, f"{op.operation_id} {status} answered {kind!r}, not {sorted(content)}"
        if body is not None:
            self._check_body(op, status, content[kind]["schema"], body)

    def check_schema(self, name, body):
        """The same for a document that is no whole answer: one event of a stream."""
        self._check_body(None, name, {"$ref": f"#/components/schemas/{name}"}, body)

    def _check_body(self, op, status, schema, body):
        root = dict(_to_json_schema(schema, self.doc["components"]["schemas"]))
        root["definitions"] = self.schemas
        errors = list(jsonschema.Draft7Validator(root).iter_errors(body))
        text = "; ".join(f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in errors[:5])
        assert not errors, f"{op.operation_id if op else 'event'} {status}: {text}"

    def never_called(self):
        """Operation ids that no answer was checked for."""
        return sorted({op.operation_id for op in self.operations} - self.called)


class _Operation:
    def __init__(self, method, path, op):
        self.method = method
        self.path = path
        self.operation_id = op["operationId"]
        self.responses = op["responses"]
        self.pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))

    def response(self, status, doc):
        """The response object of a status: exact, then class (4XX), then default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                found = self.responses[key]
                if "$ref" in found:
                    found = doc["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
                return found if key != "default" or status >= 400 else None
        return None


def _to_json_schema(schema, named):
    """OpenAPI 3.0 -> JSON Schema draft 7: references, nullable, and no unknown members."""
    if "$ref" in schema:
        return {"$ref": "#/definitions/" + _name(schema)}
    schema = _merged(copy.deepcopy(schema), named)
    if "$ref" in schema:
        inner = {"$ref": "#/definitions/" + _name(schema)}
        return {"anyOf": [{"type": "null"}, inner]} if schema.get("nullable") else inner
    nullable = schema.pop("nullable", False)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            schema[key] = [_to_json_schema(s, named) for s in schema[key]]
    if "items" in schema:
        schema["items"] = _to_json_schema(schema["items"], named)
    if "properties" in schema:
        schema["properties"] = {k: _to_json_schema(v, named) for k, v in schema["properties"].items()}
        schema.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, schema]} if nullable else schema


def _name(ref):
    return ref["$ref"].rsplit("/", 1)[1]


def _merged(schema, named):
    """An allOf of objects as one object, so that unknown members can be refused."""
    parts = schema.pop("allOf", [])
    if len(parts) == 1 and "$ref" in parts[0]:
        return {**schema, **parts[0]}
    for part in parts:
        part = _merged(copy.deepcopy(named[_name(part)] if "$ref" in part else part), named)
        schema.setdefault("type", "object")
        schema["required"] = schema.get("required", []) + part.get("required", [])
        schema["properties"] = {**part.get("properties", {}), **schema.get("properties", {})}
    return schema
