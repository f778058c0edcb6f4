"""One point of the experiment: a fresh store, a program that is struck at one call, and what has to be true then."""

import collections
import errno
import os
import re
import signal

import store_check
import user_files
from home import Home

from . import syscalls, tracer
from .operations import after_again, is_done, state_of
from .stores import CURRENT, NEW, PREVIOUS

KILL = "KILL"
ERRORS = ("EIO", "ENOSPC", "EINTR", "EDQUOT")
NAMES_A_PLACE = re.compile(r"`[^`]*/[^`]*`|go1\.\d+")
IS_OPEN = re.compile(r"\S+: mode 755$")
LOADER = "error while loading shared libraries"

# Where to strike: an operation, a call of it, and how.
Point = collections.namedtuple("Point", "operation call strike")
# `stage`: how far the operation had come, as an index into its states; None: it left something else.
Result = collections.namedtuple("Result", "point reached stage reads problems")
# What to strike: the program, and where its releases come from, as files and by HTTP.
Source = collections.namedtuple("Source", "binary files http")


class Wrong(Exception):
    """What went wrong at a point; the check of it ends there."""


def home_for(source, root, operation):
    """The home in which an operation is run."""
    index = os.path.join(source.files, "index.json")
    home = Home(source.binary, root, source.http if operation.by_http else source.files, index)
    home.cwd = str(home.root.parent / "project") if operation.in_project else "/"
    return home


def traced(home, operation, output):
    """How the tracer is to run an operation."""
    return tracer.Command([str(home.binary), *operation.words], home.env, home.cwd, output)


class Stand:
    """Where one process tries points: a directory for a store, and a reader."""

    def __init__(self, directory, reader, codes):
        self.root, self.output = directory / "slot/home", str(directory / "output")
        self.reader, self.codes = reader, codes

    def try_point(self, source, template, point):
        """Strikes once and returns what came of it."""
        template.copy(self.root)
        known = {state.go for state in point.operation.states} - {None} | {CURRENT, PREVIOUS, NEW}
        self.reader.watch(self.root, known)
        trial = _Trial(self, source, template, point)
        try:
            trial.run()
        except (Wrong, OSError) as problem:
            trial.problems.append(str(problem))
        reads, seen_by_reader = self.reader.stop()
        return Result(point, trial.reached, trial.stage, reads, trial.problems + seen_by_reader)


class _Trial:
    def __init__(self, stand, source, template, point):
        self.stand, self.template, self.operation, self.point = stand, template, point.operation, point
        self.home = home_for(source, stand.root, point.operation)
        self.problems, self.reached, self.stage = [], False, None

    def run(self):
        _, call, strike = self.point
        number = None if strike == KILL else getattr(errno, strike)
        outcome = tracer.strike(traced(self.home, self.operation, self.stand.output), tuple(call[:3]), number)
        self.reached = outcome.reached
        seen = self.look()
        state = state_of(self.operation, seen)
        if state not in self.operation.states and not is_done(self.operation, state):
            raise Wrong("it left %s %s" % (state, seen.problems))
        self.stage = len(self.operation.states) - 1
        if not is_done(self.operation, state):
            self.stage = self.operation.states.index(state)
        # What was damaged before may still be, and what holds it may be open to be mended; nothing else.
        self.problems += [problem for problem in seen.problems if problem not in self.template.seen.problems
                          and not (self.template.seen.problems and IS_OPEN.match(problem))]
        self.problems += store_check.grew(self.template.seen, seen, self.operation.may_forget)
        if outcome.reached and strike == KILL:
            if outcome.code != -signal.SIGKILL:
                raise Wrong("it was killed, and ended with %d" % outcome.code)
        else:
            self.problems += self.dishonesty(outcome, state)
        self.recover(state, seen)

    def dishonesty(self, outcome, state):
        """What a program that met an error, or none, told wrongly of what it did."""
        _, call, strike = self.point
        if outcome.code < 0:
            yield "it died of %s: %s" % (signal.Signals(-outcome.code).name, outcome.output)
        elif not outcome.reached:
            if outcome.code != 0:
                yield "nothing was struck, and it ended with %d: %s" % (outcome.code, outcome.output)
        elif outcome.code == 0:
            if not is_done(self.operation, state):
                yield "it said that all is well, and left %s: %s" % (state, outcome.output)
            if call.name in syscalls.SYNCS and strike != "EINTR" and not self._went_another_way(outcome, state):
                yield "a failed %s of %s was taken for success" % (call.name, outcome.subject)
        elif LOADER not in outcome.output and not outcome.subject.startswith(self.stand.output):
            if outcome.code not in self.stand.codes:
                yield "it ended with %d: %s" % (outcome.code, outcome.output)
            if "error: " not in outcome.output or not NAMES_A_PLACE.search(outcome.output):
                yield "it says too little: %r" % outcome.output
            if strike == "EINTR" and call.name in syscalls.INTERRUPTED:
                yield "an interrupted %s of %s ended it: %s" % (call.name, outcome.subject, outcome.output)

    def _went_another_way(self, outcome, state):
        """Whether what was to be synced was given up for want of room: anything but a `current` that was renamed."""
        is_current = outcome.subject == str(self.stand.root) and state.go != self.operation.states[0].go
        return self.point.strike in ("ENOSPC", "EDQUOT") and state in self.operation.full_disk and not is_current

    def recover(self, state, left):
        """The same command, the next writer, no leftover, and still a way back."""
        lock = self._lock()
        code, expected = after_again(self.operation, state)
        self.must(self.operation.words, code)
        seen = self.look()
        found = state_of(self.operation, seen)
        if found != expected:
            raise Wrong("done again, it left %s %s" % (found, seen.problems))
        go = expected.go or NEW
        self.must(["use", go])  # the next writer, whatever the command was
        # A download that a crash cut short stays until somebody wants the same release.
        tidy = self.look(is_tidy=True, may_resume=NEW not in expected.installed)
        if tidy.problems or tidy.go != go:
            raise Wrong("in the end go is %s, and %s" % (tidy.go, tidy.problems))
        if lock is not None and lock != self._lock():
            raise Wrong("the lock file is another one")
        self.problems += store_check.grew(left, tidy, self.operation.may_forget)
        if CURRENT in expected.installed:
            self._go_back(go)

    def _go_back(self, go):
        """What a rollback goes back to is what was in use before, whatever link was not renewed."""
        before = PREVIOUS if go == CURRENT else CURRENT
        self.must(["rollback"])
        found = self.look()
        if found.problems or found.go != before:
            raise Wrong("from %s a rollback leads to %s, not %s %s" % (go, found.go, before, found.problems))

    def _lock(self):
        try:
            return os.stat(self.stand.root / "lock").st_ino
        except FileNotFoundError:
            return None

    def look(self, is_tidy=False, may_resume=False):
        seen = store_check.look(self.stand.root, is_tidy, may_resume=may_resume)
        seen.files, wrong = user_files.look(self.stand.root.parent, is_tidy)
        seen.problems += wrong
        return seen

    def must(self, words, code=0):
        run = self.home.gvm(*words)
        if run.code != code:
            raise Wrong("after it %s" % run)
