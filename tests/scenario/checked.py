# SPDX-License-Identifier: Apache-2.0
"""checked - a person whose every answer is held against docs/api/openapi.yaml."""
import json
import pathlib

from apidoc import ApiDoc
from session import Session

DOC = ApiDoc(pathlib.Path(__file__).resolve().parents[2] / "docs/api/openapi.yaml")


class Checked(Session):
    """A Session that raises AssertionError for an answer the document does not allow."""

    @classmethod
    def of(cls, person):
        """The same sign-in, from now on checked."""
        checked = cls(person.port)
        checked.cookie, checked.csrf, checked.user = person.cookie, person.csrf, person.user
        return checked

    def request(self, method, path, body=None, headers=None, json=None):  # noqa: A002
        answer = super().request(method, path, body, headers, json)
        check(method, path, answer)
        return answer


def check(method, path, answer):
    kind = answer.headers.get("Content-Type")
    is_json = kind is not None and "json" in kind and answer.body
    DOC.check(method, path.split("?")[0], answer.status, kind, json.loads(answer.body) if is_json else None)
