"""A disk that remembers: a FUSE file under a loop device writes down every write and every flush, in order.

It speaks the kernel's FUSE protocol itself, so nothing need be installed. It never reorders or drops
anything: what a power cut would have left is worked out afterwards, from the log (states.py).
"""

import contextlib
import errno
import os
import signal
import stat
import struct
import sys
import time

from . import linux

ROOT, DISK, MARK = 1, 2, 3
NAMES = {b"disk": DISK, b"mark": MARK}
LARGEST_WRITE = 1 << 17
FUSE_BIG_WRITES = 1 << 5
(LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS, RELEASE, FSYNC, FLUSH, INIT, OPENDIR, RELEASEDIR,
 INTERRUPT, DESTROY, BATCH_FORGET) = (1, 2, 3, 4, 14, 15, 16, 17, 18, 20, 25, 26, 27, 29, 36, 38, 42)


class _Server:
    """The process behind the file: holds the image, answers the kernel, appends to the log."""

    def __init__(self, fuse, image, log):
        self.fuse, self.log = fuse, open(log, "wb")
        self.image = os.open(image, os.O_RDWR)
        self.size = os.fstat(self.image).st_size

    def run(self):
        answers = {INIT: self.init, LOOKUP: self.lookup, GETATTR: self.getattr, SETATTR: self.getattr, READ: self.read,
                   WRITE: self.write, FSYNC: self.fsync, OPEN: self.open, OPENDIR: self.open, STATFS: self.statfs,
                   RELEASE: self.done, RELEASEDIR: self.done, FLUSH: self.done, DESTROY: self.done}
        while True:
            try:
                request = os.read(self.fuse, LARGEST_WRITE + 4096)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                break  # ENODEV: unmounted
            _, code, unique, node = struct.unpack_from("<IIQQ", request)
            if code in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            try:
                answer, failure = answers[code](node, request[40:]), 0
            except KeyError:
                answer, failure = b"", -errno.ENOSYS
            except OSError as error:
                answer, failure = b"", -error.errno
            os.write(self.fuse, struct.pack("<IiQ", 16 + len(answer), failure, unique) + answer)
        self.log.close()

    def note(self, kind, offset=0, data=b""):
        self.log.write(struct.pack("<cQI", kind, offset, len(data)) + data)

    def init(self, _node, body):
        _, minor, ahead, _ = struct.unpack_from("<IIII", body)
        return struct.pack("<IIIIHHIIHHII24x", 7, min(minor, 31), ahead, FUSE_BIG_WRITES, 16, 12,
                           LARGEST_WRITE, 1, 0, 0, 0, 0)

    def attr(self, node):
        mode, size = (stat.S_IFDIR | 0o755, 0) if node == ROOT else (stat.S_IFREG | 0o600, self.size if node == DISK else 0)
        return struct.pack("<QQQQQQIIIIIIIIII", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def lookup(self, _node, body):
        node = NAMES.get(body.rstrip(b"\0"))
        if node is None:
            raise OSError(errno.ENOENT, "no such name")
        return struct.pack("<QQQQII", node, 0, 3600, 3600, 0, 0) + self.attr(node)

    def getattr(self, node, _body):
        return struct.pack("<QII", 3600, 0, 0) + self.attr(node)

    def open(self, _node, _body):
        return struct.pack("<QII", 0, 0, 0)

    def read(self, node, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(self.image, size, offset) if node == DISK else b""

    def write(self, node, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        data = body[40:40 + size]
        if node == DISK:
            os.pwrite(self.image, data, offset)
            self.note(b"W", offset, data)
        else:
            self.note(b"M", 0, data)
        return struct.pack("<II", size, 0)

    def fsync(self, node, _body):
        if node == DISK:
            self.note(b"F")
        return b""

    def statfs(self, _node, _body):
        return struct.pack("<QQQQQIII", 0, 0, 0, 0, 0, 4096, 255, 4096) + bytes(28)

    def done(self, _node, _body):
        return b""


class Recorder:
    """A recording disk whose first contents are those of `image`, which changes with it."""

    def __init__(self, directory, image):
        self.directory = os.path.join(directory, "recorder")
        self.log = os.path.join(directory, "log")
        self.image, self.server = image, None

    def __enter__(self):
        os.makedirs(self.directory, exist_ok=True)
        fuse = os.open("/dev/fuse", os.O_RDWR)
        linux.mount("recorder", self.directory, "fuse",
                    "fd=%d,rootmode=40000,user_id=0,group_id=0" % fuse)
        sys.stdout.flush()
        self.server = os.fork()
        if self.server == 0:
            _serve(fuse, self.image, self.log)
        os.close(fuse)
        return self

    @property
    def disk(self):
        """The file to attach to a loop device."""
        return os.path.join(self.directory, "disk")

    def mark(self, text):
        """Puts a word between the writes before it and those after."""
        fd = os.open(os.path.join(self.directory, "mark"), os.O_WRONLY)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def __exit__(self, *_):
        try:
            linux.unmount(self.directory)
        finally:
            end = time.monotonic() + 20
            while os.waitpid(self.server, os.WNOHANG) == (0, 0):
                if time.monotonic() > end:
                    os.kill(self.server, signal.SIGKILL)
                    os.waitpid(self.server, 0)
                    raise TimeoutError("the recorder does not end")
                time.sleep(0.002)

    def events(self):
        """Everything that happened: (b"W", offset, data), (b"F", 0, b"") or (b"M", 0, text), after the end."""
        events = []
        with open(self.log, "rb") as log:
            while head := log.read(13):
                kind, offset, length = struct.unpack("<cQI", head)
                events.append((kind, offset, log.read(length)))
        return events


def _serve(fuse, image, log):
    """The child's whole life; it never returns into the parent's program."""
    code = 1
    with contextlib.suppress(BaseException):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        linux.die_with_parent()
        _Server(fuse, image, log).run()
        code = 0
    os._exit(code)
