#!/usr/bin/env python3
"""Servers from hell: one raw socket for each misbehaviour, all in one process. Prints their ports and waits.

A misbehaviour is a function of a connection. It answers for the archive or for the index; the other is served well.
"""

import json
import re
import socket
import struct
import sys
import threading
import time

import releases


class Stop(Exception):
    """The misbehaviour is done with this connection."""


class Connection:
    """One connection, with one request on it after another."""

    def __init__(self, case, peer):
        self.case, self.peer, self.request = case, peer, b""
        self.number = 0

    def serve(self):
        try:
            while self.read_request():
                self.answer()
        except (Stop, OSError):
            pass
        finally:
            self.peer.close()

    def read_request(self):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.peer.recv(65536)
            if not piece:
                return False
            data += piece
            if not data[:1].isalpha():  # TLS, say
                self.reply("400 Bad Request")
                return False
        self.request = data
        return True

    def answer(self):
        path = self.request.split(b" ", 2)[1].decode()
        is_index = "index.json" in path
        offer = self.case.offer
        self.body = offer.index_bytes() if is_index else offer.archive(self.case.version)
        if is_index == (self.case.about == "index"):
            with self.case.lock:
                self.number = self.case.requests
                self.case.requests += 1
            self.case.behave(self)
        else:
            self.honest()

    def header(self, name):
        found = re.search(rb"(?im)^%s: *(.*?)\r$" % name.encode(), self.request)
        return found.group(1).decode() if found else None

    @property
    def start(self):
        """Where the client wants to go on."""
        found = re.fullmatch(r"bytes=(\d+)-", self.header("Range") or "")
        return int(found.group(1)) if found else 0

    def send(self, data):
        self.peer.sendall(data)

    def head(self, status="200 OK", length=None, more=()):
        """Sends a status line and headers; `length` as it is said, not as it is."""
        lines = ["HTTP/1.1 " + status, "Content-Type: application/octet-stream", *more]
        if length is not None:
            lines.append("Content-Length: %s" % length)
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def reply(self, status="200 OK", body=b"", more=()):
        self.head(status, len(body), more)
        self.send(body)

    def honest(self, body=None, tag='"a"'):
        """What a good server does, ranges included."""
        body = self.body if body is None else body
        more = ["ETag: " + tag, "Accept-Ranges: bytes"]
        valid = self.header("If-Range") in (None, tag)
        if self.start and valid and self.start >= len(body):
            self.reply("416 Range Not Satisfiable", b"", [*more, "Content-Range: bytes */%d" % len(body)])
        elif self.start and valid:
            span = "Content-Range: bytes %d-%d/%d" % (self.start, len(body) - 1, len(body))
            self.reply("206 Partial Content", body[self.start:], [*more, span])
        else:
            self.reply(body=body, more=more)

    def part(self, end, tag='"a"'):
        """An honest beginning that breaks off after the byte `end`."""
        self.head(length=len(self.body), more=["ETag: " + tag])
        self.send(self.body[:end])

    def close(self):
        """A polite end."""
        self.peer.shutdown(socket.SHUT_WR)
        raise Stop

    def reset(self):
        """An end without manners: RST."""
        time.sleep(0.005)  # a reset takes back what was sent and not yet read
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Stop

    def forever(self, piece, pause=0.0):
        """Sends the same until the client has had enough."""
        while True:
            self.send(piece)
            time.sleep(pause)

    def hang(self):
        """Says nothing more until the client goes."""
        while self.peer.recv(65536):
            pass
        raise Stop


class Case:
    """A misbehaviour: what it is called, whether an install may succeed in spite of it, and how slow it is."""

    def __init__(self, name, about, ends, behave, slow):
        self.name, self.about, self.ends, self.behave, self.slow = name, about, ends, behave, slow
        self.requests, self.lock = 0, threading.Lock()

    def listen(self, offer, version):
        self.offer, self.version = offer, version
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = listener.getsockname()[1]
        if self.behave is None:  # nobody is there
            listener.close()
            return
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            peer, _ = listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Connection(self, peer).serve, daemon=True).start()


class Register:
    """Collects misbehaviours by decoration."""

    def __init__(self, about):
        self.about, self.cases = about, []

    def __call__(self, name, ends, slow=0):
        """`ends`: "installs", "refuses" or "either"; `slow`: seconds that the program's own patience takes."""
        def add(behave):
            self.cases.append(Case(name, self.about, ends, behave, slow))
            return behave
        return add


def main():
    import hell_archives
    import hell_indexes
    directory, version = sys.argv[1:3]
    offer = releases.Offer(directory)
    offer.rows = {row["version"][2:]: row["files"][0] for row in json.loads(offer.index.read_bytes())}
    cases = [*hell_archives.CASES, *hell_indexes.CASES, Case("honest", "archive", "installs", Connection.honest, 0)]
    for case in cases:
        case.listen(offer, version)
    print(json.dumps([{"name": "%s: %s" % (case.about, case.name), "port": case.port, "ends": case.ends,
                       "slow": case.slow} for case in cases]), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    # The misbehaviours import this module by its name.
    sys.modules["servers"] = sys.modules["__main__"]
    main()
