# SPDX-License-Identifier: Apache-2.0
"""session - HTTP to a suite as a person: cookie and CSRF token are taken care of."""
import http.client
import json as json_module
import urllib.parse

# A run in one of these states stays in it (jobs.transitions has no edge out).
ENDED = ("done", "done_with_rejects", "failed", "cancelled", "needs_person")


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json_module.loads(self.body)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Session:
    """One person at one address; a connection for each request, so it may be used by several threads."""

    def __init__(self, port, host="localhost", timeout_s=60):
        self.port, self.host, self.timeout_s = port, host, timeout_s
        self.cookie = None
        self.csrf = None
        self.user = None

    def sign_in(self, name, password):
        answer = self.request("POST", "/auth/signin", json={"name": name, "password": password})
        if answer.status == 200:
            self.user = answer.json()
            self.csrf = self.user["csrf_token"]
        return answer

    def sign_out(self):
        answer = self.request("POST", "/auth/signout")
        self.cookie = self.csrf = self.user = None
        return answer

    def request(self, method, path, body=None, headers=None, json=None):
        """body: bytes, a file or an iterable of bytes (sent chunked); json: a document."""
        sent = {"Host": f"{self.host}:{self.port}", "Accept": "application/json"}
        if json is not None:
            body = json_module.dumps(json).encode()
            sent["Content-Type"] = "application/json"
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD", "OPTIONS"):
            sent["X-CSRF-Token"] = self.csrf
        sent.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
            answer = connection.getresponse()
            self.keep_cookie(answer)
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def keep_cookie(self, answer):
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            if name == "millrace_session":
                value = rest.split(";")[0]
                self.cookie = f"{name}={value}" if value else None

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        return self.request("GET", path)

    def post(self, path, json=None, **kw):
        return self.request("POST", path, json=json, **kw)

    def put(self, path, json=None, **kw):
        return self.request("PUT", path, json=json, **kw)

    def events(self, path="/api/events"):
        """Server-sent events as (name, document), until the stream ends; the caller closes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        connection.request("GET", path, headers={"Host": f"{self.host}:{self.port}", "Cookie": self.cookie or "",
                                                 "Accept": "text/event-stream"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(f"{path}: {answer.status}")
        try:
            yield from parse_events(answer)
        finally:
            connection.close()


def parse_events(lines):
    name, data = "message", []
    for raw in lines:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())
        elif not line and data:
            yield name, json_module.loads("\n".join(data))
            name, data = "message", []
