"""Somebody who uses `go` all the time, while it is switched, killed and repaired.

A process of its own runs `bin/go version` and follows `current` in a loop. Each answer has to be that of a
complete toolchain; where there never was one, `go` may be missing, but once it is there it stays.
"""

import json
import os
import select
import time

import store_check

# Between two reads, in seconds, so that two readers do not take both processors.
PAUSE = 0.001


class Reader:
    """The handle of a reading process."""

    def __init__(self):
        to_child, self._ask = os.pipe()
        self._answers, from_child = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._ask)
            os.close(self._answers)
            try:
                _serve(Lines(to_child), from_child)
            finally:
                os._exit(0)
        os.close(to_child)
        os.close(from_child)
        self._answers = os.fdopen(self._answers)

    def watch(self, root, versions):
        """Begins to read a store where `go` may be each of these versions."""
        self._send(json.dumps([str(root), sorted(versions)]))

    def stop(self):
        """Stops reading; returns how often it read, and what went wrong."""
        self._send("")
        line = self._answers.readline()
        if not line:
            return 0, ["the reader died"]
        reads, problems = json.loads(line)
        return reads, problems

    def end(self):
        os.close(self._ask)

    def _send(self, line):
        os.write(self._ask, (line + "\n").encode())


class Lines:
    """Lines from a pipe. Unlike a buffered file it can tell whether one is there."""

    def __init__(self, pipe):
        self.pipe, self.held = pipe, b""

    def is_there(self):
        return b"\n" in self.held or bool(select.select([self.pipe], [], [], 0)[0])

    def next(self):
        while b"\n" not in self.held:
            piece = os.read(self.pipe, 4096)
            if not piece:
                return None
            self.held += piece
        line, _, self.held = self.held.partition(b"\n")
        return line.decode()


def _serve(orders, answers):
    while (line := orders.next()) is not None:
        root, versions = json.loads(line)
        reads, problems, was_there = 0, [], os.path.lexists(root + "/current")
        while not orders.is_there():
            time.sleep(PAUSE)
            reads += 1
            try:
                was_there = _read(root, versions, was_there)
            except (OSError, AssertionError) as problem:
                if len(problems) < 5:
                    problems.append("a reader saw: %s" % problem)
        orders.next()
        os.write(answers, (json.dumps([reads, problems]) + "\n").encode())


def _read(root, versions, was_there):
    try:
        generation = os.readlink(root + "/current")
    except FileNotFoundError:
        assert not was_there, "current is gone"
        return False
    os.stat(os.path.join(root, generation, "go", "bin", "go"))
    output, ours = os.pipe()
    try:
        pid = os.posix_spawn(root + "/bin/go", ["go", "version"], store_check.CLEAN_ENV, file_actions=[
            (os.POSIX_SPAWN_DUP2, ours, 1), (os.POSIX_SPAWN_DUP2, ours, 2)])
        os.close(ours)
        ours = None
        answer = os.read(output, 4096).decode(errors="replace")
        _, status = os.waitpid(pid, 0)
    finally:
        os.close(output)
        if ours is not None:
            os.close(ours)
    words = answer.split()
    assert status == 0 and words[:2] == ["go", "version"] and words[2][2:] in versions, "%d %r" % (status, answer)
    return True
