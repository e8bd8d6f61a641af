# SPDX-License-Identifier: Apache-2.0
"""control - lets the browser tests act on the suite over HTTP on loopback: POST /stop/<service>,
/start/<service>, /analyst/<name> (a person who may only read; the password is the name), and on the
network before it: /net/cut, /net/mend, /net/<bytes a second>, /net/port."""
import http.server
import threading

from net import Net


def serve(suite):
    """Start answering; gives the address back."""
    net = Net(suite.http_port)

    def on_net(what):
        if what == "port":
            return str(net.port)
        {"cut": net.cut, "mend": net.mend}.get(what, lambda: net.slow(what))()
        return "done"

    acts = {
        "stop": suite.stop_service,
        "start": suite.start_service,
        "analyst": lambda name: suite.add_user(name, name, {"default": ["analyst"]}),
        "net": on_net,
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # pylint: disable=invalid-name
            _, act, what = self.path.split("/")
            try:
                self.answer(200, str(acts[act](what)))
            except Exception as error:  # pylint: disable=broad-except
                self.answer(500, str(error))

        def answer(self, status, text):
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
