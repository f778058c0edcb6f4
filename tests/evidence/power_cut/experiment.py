"""One experiment: a command on a recording disk, then every state that a power cut could have left, each looked at."""

import contextlib
import os
import re
import shutil
import threading

import store_check
import user_files
from home import Home

from . import linux, order, states, trace, volume
from .recorder import Recorder


class Broken(Exception):
    """What a look at a state found wrong."""


class Result:
    """What became of the states of one experiment."""

    def __init__(self):
        self.states = self.again = self.flushes = self.writes = self.outcome = 0
        self.broken = []


class Scene:
    """A file system with a store on it, as it is when the command starts."""

    def __init__(self, fs, operation, source, work):
        self.fs, self.operation, self.work = fs, operation, work
        self.template = os.path.join(work, "template")
        self.mountpoint = os.path.join(work, "mnt")
        self.root = os.path.join(self.mountpoint, "store")
        self.home = Home(source.binary, self.root, source.mirror)
        volume.make_image(fs, self.template)
        with volume.mounted(fs, self.template, self.mountpoint):
            operation.prepare(self.home)

    @contextlib.contextmanager
    def copy(self):
        """A copy of it, mounted, to be thrown away."""
        image = os.path.join(self.work, "copy")
        volume.write_image(image, self.fs.size, volume.extents(self.template), [])
        try:
            with volume.mounted(self.fs, image, self.mountpoint):
                yield
        finally:
            os.unlink(image)

    def trace(self, calls=trace.CALLS):
        """The calls of the command that change the disk, in order."""
        log = os.path.join(self.work, "calls")
        with self.copy():
            self._run(trace.command(log, calls))
        return trace.read(log)

    def syncs(self):
        """The syncs of the command, in order, as (system call, which of that name, what it is of)."""
        found, count = [], {}
        for call in self.trace(trace.SYNCS):
            count[call.name] = count.get(call.name, 0) + 1
            found.append((call.name, count[call.name], self.shown(call.path)))
        return found

    def check_order(self):
        """Returns how many syncs and renames there were, and which syncs could be left out of them unnoticed."""
        calls, is_btrfs = self.trace(), self.fs.kind == "btrfs"
        counted = order.Machine(self.root, is_btrfs).follow(calls)
        unnoticed = []
        syncs = [at for at, call in enumerate(calls) if call.name in trace.SYNCS]
        # Those of files outside the store too, of which the machine keeps no count.
        counted["syncs"] = len(syncs)
        for at in syncs:
            try:
                order.Machine(self.root, is_btrfs).follow(calls[:at] + calls[at + 1:])
                unnoticed.append(self.shown(calls[at].path))
            except order.Refused:
                pass
        return counted, unnoticed

    def shown(self, path):
        """A path below the root, without what is random in it."""
        path = os.path.relpath(path, self.root) if path else "everything"
        return re.sub(r"^staging/(?!generation|layout|index|link)[^/]+", "staging/*", path)

    def record(self, before=(), neighbour=False):
        """Runs the command on a recording disk; returns its exit code and everything the disk was told."""
        image = os.path.join(self.work, "recorded")
        base = volume.extents(self.template)
        volume.write_image(image, self.fs.size, base, [])
        with Recorder(self.work, image) as recorder:
            with volume.mounted(self.fs, recorder.disk, self.mountpoint):
                linux.sync_file_system(self.mountpoint)
                recorder.mark("start")
                with _neighbour(self.mountpoint) if neighbour else contextlib.nullcontext():
                    self._run(before)
                recorder.mark("acked")
        os.unlink(image)
        return base, recorder.events()

    def _run(self, before):
        done = self.home.gvm(*self.operation.words, limit=120, before=before)
        if done.code != 0:
            raise RuntimeError(str(done))


@contextlib.contextmanager
def _neighbour(mountpoint):
    """Another program that flushes the file system all the time: more becomes durable half done."""
    over = threading.Event()

    def flush():
        while not over.wait(0.001):
            linux.sync_file_system(mountpoint)

    thread = threading.Thread(target=flush)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Experiment:
    """Looks at the crash states of a scene."""

    def __init__(self, scene, options):
        self.scene = scene
        self.limit, self.seed, self.again_every = options.limit, options.seed, options.again_every

    def run(self, before=(), neighbour=False, stop_early=False):
        """Records once and checks each state; with `stop_early` no further than the first that is broken."""
        result = Result()
        base, events = self.scene.record(before, neighbour)
        result.flushes, result.writes = states.flushes_and_writes(events)
        every = list(states.crash_states(events, self.seed))
        chosen = states.sample(every, self.limit)
        # A missing sync shows soonest where the program had said that all was done.
        for number, state in enumerate(sorted(chosen, key=lambda s: not s.acked) if stop_early else chosen):
            result.states += 1
            again = number % self.again_every == 0
            try:
                self.look(base, state, again)
                result.again += again
            except Broken as error:
                result.broken.append("%s: %s" % (state, self._local(str(error))))
                if stop_early:
                    break
        return result

    def look(self, base, state, again):
        """Mounts one state, which replays the journal, and looks at the store; Broken says what is wrong."""
        image = os.path.join(self.scene.work, "state")
        volume.write_image(image, self.scene.fs.size, base, state.writes)
        try:
            with volume.mounted(self.scene.fs, image, self.scene.mountpoint):
                self._look_at_store(state, again)
        except OSError as error:
            raise Broken("%s" % error) from error
        finally:
            os.unlink(image)

    def _look_at_store(self, state, again):
        operation = self.scene.operation
        damaged = None if state.acked else operation.damaged
        seen = self._seen(damaged, is_done=state.acked)
        if seen not in operation.states:
            raise Broken("neither old nor new: go%s is current, installed are %s" % (seen[0], sorted(seen[1])))
        if state.acked and seen != operation.states[-1]:
            raise Broken("lost after exit 0: go%s is current, installed are %s" % (seen[0], sorted(seen[1])))
        self._must(("list",), 0)
        self._must(("history",), 0)
        if again:
            done = seen == operation.states[-1] and not damaged and operation.files is None
            self._must(*(operation.after if done else (operation.words, 0)))
            # A command that finds nothing to do does not write; the next writer sweeps.
            self._must(("cache", "clean"), 0)
            if self._seen(is_tidy=True, is_done=True) != operation.states[-1]:
                raise Broken("the same command again did not do it")

    def _seen(self, damaged=None, is_tidy=False, is_done=False):
        """The state of the store: what `go` says it is, and what is installed."""
        seen = store_check.look(self.scene.root, is_tidy)
        problems = [p for p in seen.problems if not damaged or not p.startswith("versions/go%s:" % damaged)]
        if self.scene.operation.files is not None:
            number, wrong = user_files.look(os.path.dirname(self.scene.root), is_tidy)
            problems += wrong
            if is_done and number != self.scene.operation.files:
                problems.append("%d files of the user's are set up" % number)
        if problems:
            raise Broken("; ".join(problems[:3]))
        return seen.go, frozenset(seen.installed)

    def _must(self, words, code):
        done = self.scene.home.gvm(*words, limit=120)
        if done.code != code:
            raise Broken(str(done))

    def _local(self, text):
        return text.replace(self.scene.root + "/", "")


@contextlib.contextmanager
def workplace(parent, name):
    """A directory in memory for one experiment's images, removed whatever happens."""
    path = os.path.join(parent, re.sub(r"\W", "-", name))
    os.makedirs(path)
    try:
        yield path
    finally:
        shutil.rmtree(path)
