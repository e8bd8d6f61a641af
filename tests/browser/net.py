# SPDX-License-Identifier: Apache-2.0
"""net - a network between browser and suite that can be slow or gone: a TCP relay on loopback."""
import socket
import threading
import time

PIECE = 16 * 1024


class Net:
    """rate: bytes a second from the browser to the suite, None = as fast as it goes; cut(): every
    connection ends and new ones are refused until mend()."""

    def __init__(self, port):
        self.target = port
        self.rate = None
        self.down = False
        self.open = set()
        self.listener = socket.socket()
        # Small, so that what the browser has sent has nearly arrived.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self):
        self.down = True
        for s in list(self.open):
            self.end(s)

    def mend(self):
        self.rate = None
        self.down = False

    def slow(self, rate):
        self.rate = int(rate)

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            if self.down:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            self.open |= {client, server}
            threading.Thread(target=self.relay, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.relay, args=(server, client, False), daemon=True).start()

    def relay(self, source, sink, limited):
        try:
            while piece := source.recv(PIECE):
                sink.sendall(piece)
                if limited and self.rate:
                    time.sleep(len(piece) / self.rate)
        except OSError:
            pass
        self.end(source)
        self.end(sink)

    def end(self, s):
        self.open.discard(s)
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        s.close()
