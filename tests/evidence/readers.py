"""Those who only use Go: they run it in loops and watch the links, and none of it may ever fail."""

import json
import os
import re
import threading
import time

from home import ran

MAIN = "package main\n\nimport (\"fmt\"; \"runtime\")\n\nfunc main() { fmt.Println(%d, runtime.Version()) }\n"


class Readers:
    """`go version` and `go build` in loops, in threads, until told to stop."""

    def __init__(self, home, scratch, versions, builders=3, askers=2):
        self.home, self.scratch, self.versions = home, scratch, set(versions)
        self.done = threading.Event()
        self.lock = threading.Lock()
        self.asked = self.fake_builds = self.real_builds = 0
        self.failures, self.slowest = [], 0.0
        self.threads = [threading.Thread(target=self.ask) for _ in range(askers)]
        self.threads += [threading.Thread(target=self.build, args=(number,)) for number in range(builders)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def failed(self, what):
        with self.lock:
            self.failures.append(str(what))

    def ask(self):
        while not self.done.is_set():
            try:
                run = self.home.go("version")
            except OSError as error:
                self.failed("no go: %s" % error)
                continue
            found = re.match(r"go version go(\S+) ", run.out)
            if run.code != 0 or not found or found.group(1) not in self.versions:
                self.failed(run)
            with self.lock:
                self.asked += 1
                self.slowest = max(self.slowest, run.seconds)

    def build(self, number):
        """Builds a program that is new each time; a fake Go checks its own tools, a real one's program says who built it."""
        module = self.scratch / ("module%d" % number)
        module.mkdir()
        (module / "go.mod").write_text("module example\n\ngo 1.21\n")
        for count in range(1 << 30):
            if self.done.is_set():
                return
            (module / "main.go").write_text(MAIN % count)
            try:
                run = self.home.go("build", "-o", "program", ".", cwd=module, limit=300,
                                   GOCACHE=self.scratch / "gocache", GOPATH=self.scratch / "gopath")
            except OSError as error:
                self.failed("no go: %s" % error)
                continue
            if run.code != 0:
                self.failed(run)
            elif run.out.startswith("fake build by go"):
                self.fake_builds += 1
            else:
                said = ran([module / "program"], {})
                number, _, version = said.out.strip().partition(" go")
                if said.code != 0 or number != str(count) or version not in self.versions:
                    self.failed(said)
                self.real_builds += 1


class Watcher:
    """Follows `current` and reads each generation as it appears: the whole line, whatever is pruned later."""

    def __init__(self, home):
        self.home = home
        self.done = threading.Event()
        self.records, self.failures, self.highest, self.looks = {}, [], home.current() or 0, 0
        self.first = self.highest
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.look()

    def watch(self):
        while not self.done.is_set():
            self.look()
            time.sleep(0.002)

    def look(self):
        self.looks += 1
        try:
            current = self.home.current()
        except OSError as error:
            return self.failures.append("current: %s" % error)
        if current is None or current < self.highest:
            self.failures.append("current went from %s to %s" % (self.highest, current))
        self.highest = max(self.highest, current or 0)
        for name in os.listdir(self.home.root / "generations"):
            if int(name) not in self.records:
                self.records[int(name)] = self.read(name)

    def read(self, name):
        """The generation before this one, and its toolchain; None if it is pruned under our eyes."""
        directory = self.home.root / "generations" / name
        try:
            return json.loads((directory / "record.json").read_text())["from"], os.readlink(directory / "go")
        except FileNotFoundError:
            return None

    def faults(self, dead_ends=0):
        """What is wrong with the line; `dead_ends` numbers may belong to switches that were killed.

        A generation that came and was pruned between two looks is in no pair, and so not judged.
        """
        wrong, dead = list(self.failures), []
        for name in os.listdir(self.home.root / "generations"):
            if self.records.get(int(name)) not in (None, self.read(name)):
                wrong.append("generation %s was %s and is %s" % (name, self.records[int(name)], self.read(name)))
        pairs = [(self.records[number - 1], number, record) for number, record in self.records.items()
                 if record and self.records.get(number - 1)]
        self.pairs = len(pairs)
        for last, number, (before, toolchain) in pairs:
            if before != number - 1:
                dead.append(number - 1)
            elif toolchain == last[1]:
                wrong.append("generation %d is the toolchain before it" % number)
            if before is not None and before >= number:
                wrong.append("generation %d comes from %d" % (number, before))
        if len(dead) > dead_ends:
            wrong.append("%d generations never were current, at most %d were killed: %s" % (len(dead), dead_ends, dead[:20]))
        if max(self.records) - self.highest > dead_ends:
            wrong.append("current is %d and there is a %d" % (self.highest, max(self.records)))
        return wrong
