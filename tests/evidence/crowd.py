#!/usr/bin/env python3
"""A crowd on one root: 32 processes install, use, roll back, uninstall and prune at random, while others use Go.

No reader may ever fail, no build may mix toolchains, the history must be one line, nothing may be left over; also
with killed and frozen processes, and over two containers' worth of namespaces. Two controls show that it can fail.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import figures
import releases
from home import Home, ran
from readers import Readers, Watcher

FAKES = ["1.22.1", "1.22.2", "1.22.3", "1.23.1", "1.23.2"]
# Seldom in use, so that there is something to remove that no history needs.
SPARE = ["1.24.1", "1.24.2", "1.24.3"]
REAL = ["1.26.6", "1.27.3"]
NO_ANSWER = '{"codes": {}, "failures": ["a group said nothing"], "killed": 0, "stopped": 0, "slowest": 0}'
GROUP = pathlib.Path(__file__).with_name("group.py")


class Crowd:
    def __init__(self, args, scratch, report):
        self.args, self.scratch, self.report = args, scratch, report
        self.offer = releases.Offer(scratch / "dl")
        program = releases.compiled(scratch)
        for version in FAKES + SPARE:
            self.offer.add(version, releases.packed(releases.entries(version, program=program)))
        real = [version for version in REAL if (args.real / "dl" / releases.file_name(version)).is_file()]
        real = [] if args.bounded else real
        for version in real:
            self.offer.add(version, (args.real / "dl" / releases.file_name(version)).resolve())
        if not real:
            print("  without real toolchains: %s" % ("bounded" if args.bounded else "none in %s" % args.real))
        self.versions = FAKES + SPARE + real
        self.home = Home(args.binary, scratch / "root", self.offer.url())
        self.home.ok("install", *self.versions)
        self.home.ok("use", "1.22.1")
        self.home.ok("use", "1.23.1")
        self.extra = [command for command in ("verify", "repair", "upgrade") if self.home.knows(command)]
        self.extra += [option for command, option in (("uninstall", "--purge"), ("prune", "--trash"))
                       if self.home.knows_option(command, option)]
        self.totals = {"operations": 0, "reads": 0, "builds": 0}
        for version in real:  # what a user's cache holds after the first build
            self.home.ok("use", version)
            module = scratch / "warm"
            module.mkdir(exist_ok=True)
            (module / "go.mod").write_text("module example\n\ngo 1.21\n")
            (module / "main.go").write_text('package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n')
            run = self.home.go("build", "-o", "program", ".", cwd=module, limit=300, GOCACHE=scratch / "gocache",
                               GOPATH=scratch / "gopath")
            self.report.expect(run.code == 0, "warm the build cache", run)

    def phase(self, name, seconds, disturbed=0.0, wrap=((), ())):
        """32 workers in two groups, each in its own namespaces where `wrap` says so, with readers and a watcher."""
        plan = {"binary": str(self.home.binary), "root": str(self.home.root), "mirror": self.home.mirror,
                "used": [v for v in self.versions if v not in SPARE], "removed": FAKES + SPARE * 2, "extra": self.extra, "workers": 16, "seconds": seconds,
                "keep": ["1", "2"], "seldom": 0.1, "disturbed": disturbed}
        if any(wrap):
            # Who runs a toolchain in another container cannot be seen, so only others are removed there.
            plan.update(removed=SPARE, seldom=0, keep=["9"])
        scratch = self.scratch / name.replace(" ", "-")
        scratch.mkdir()
        os.symlink(self.scratch / "gocache", scratch / "gocache")
        with Watcher(self.home) as watcher, Readers(self.home, scratch, self.versions) as readers:
            groups = [subprocess.Popen([*prefix, sys.executable, str(GROUP),
                                        json.dumps({**plan, "seed": "%s %s %s" % (self.args.seed, name, number)})],
                                       stdout=subprocess.PIPE, text=True)
                      for number, prefix in enumerate(wrap)]
            results = [json.loads(group.communicate()[0] or NO_ANSWER) for group in groups]
        killed = sum(result["killed"] for result in results)
        stopped = sum(result["stopped"] for result in results)
        codes = [(key, count) for result in results for key, count in result["codes"].items()]
        operations = sum(count for _, count in codes)
        for failure in [failure for result in results for failure in result["failures"]]:
            self.report.fail(name, failure)
        for failure in readers.failures:
            self.report.fail(name + ", a reader", failure)
        self.settle(name)
        for fault in watcher.faults(dead_ends=killed):
            self.report.fail(name + ", history", fault)
        self.totals["operations"] += operations
        self.totals["reads"] += readers.asked
        self.totals["builds"] += readers.fake_builds + readers.real_builds
        self.report.row(name, operations=operations, refused=sum(c for k, c in codes if k.endswith(" 9")),
                        killed=killed, frozen=stopped, switches=watcher.highest - watcher.first,
                        seen_in_line=watcher.pairs, go_version=readers.asked,
                        fake_builds=readers.fake_builds, real_builds=readers.real_builds,
                        reader_failures=len(readers.failures), slowest_s=max(result["slowest"] for result in results))

    def settle(self, name):
        """The next writer sweeps; then nothing may be left and every tree must be its archive."""
        for words in (["prune", "--keep", "9"], *([["prune", "--trash"]] if "--trash" in self.extra else [])):
            run = self.home.gvm(*words)
            self.report.expect(run.code == 0, name, run)
        self.home.gvm("cache", "clean")
        for fault in self.home.faults(self.offer.directory):
            self.report.fail(name + ", at rest", fault)
        left = list((self.home.root / "cache").iterdir())
        self.report.expect(not left, name + ", cache", left)
        processes = [pid for pid in os.listdir("/proc") if pid.isdigit() and self.is_ours(pid)]
        self.report.expect(not processes, name + ", processes", processes)
        self.home.ok("install", *self.versions)

    def is_ours(self, pid):
        try:
            return pid != str(os.getpid()) and str(self.home.root).encode() in pathlib.Path("/proc", pid, "environ").read_bytes()
        except OSError:
            return False

    def catch_holder(self):
        """Starts switches until one is frozen while the kernel says that it holds the lock."""
        for attempt in range(400):
            version = FAKES[attempt % 2]
            child = subprocess.Popen([self.home.binary, "use", version], env=self.home.env, stderr=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL)
            while child.poll() is None:
                # Between taking the lock and leaving the note there is a moment in which nobody is named.
                if child.pid in self.home.holders() and "process %d:" % child.pid in self.note():
                    child.send_signal(signal.SIGSTOP)
                    time.sleep(0.005)
                    if child.pid in self.home.holders():
                        return child
                    child.send_signal(signal.SIGCONT)
                    child.wait()
        raise SystemExit("no process could be frozen while it held the lock")

    def note(self):
        return (self.home.root / "lock").read_text()

    def frozen_holder(self, end):
        """A holder that is frozen delays writers and nobody else; one that dies delays nobody."""
        self.home.ok("use", FAKES[0])
        self.home.ok("uninstall", "--force", FAKES[4])
        holder = self.catch_holder()
        name = "a lock holder frozen, then %s" % ("continued" if end == signal.SIGCONT else "killed")
        writers = [threading.Thread(target=lambda words=words: codes.append(self.home.gvm(*words)))
                   for words in (["use", "1.22.3"], ["rollback"], ["install", FAKES[4]], ["uninstall", FAKES[3]],
                                 ["prune"], ["use", "1.23.2"])]
        codes, waits = [], []
        for writer in writers:
            writer.start()
        for _ in range(10):
            asked = [["list"], ["which"], ["current"], ["history"], ["exec", FAKES[0], "--", "go", "version"]]
            for run in (self.home.go("version"), self.home.go("build"), *(self.home.gvm(*words) for words in asked)):
                waits.append(run.seconds)
                self.report.expect(run.code == 0, name + ": a reader", run)
        busy = self.home.gvm("--lock-timeout", "1", "use", FAKES[2])
        self.report.expect(busy.code == 75 and "process %d: use" % holder.pid in busy.err, name, busy)
        self.report.expect(not codes, name + ": a writer did not wait", lambda: codes[0])
        began = time.monotonic()
        holder.send_signal(end)
        for writer in writers:
            writer.join()
        waited = time.monotonic() - began
        holder.wait()
        for run in codes:
            self.report.expect(run.code in (0, 4, 9), name, run)
        self.settle(name)
        self.totals["reads"] += len(waits)
        self.report.row(name, readers=len(waits), slowest_reader_ms=round(max(waits) * 1000),
                        writers=len(codes), all_done_after_s=round(waited, 2), lock_timeout_exit=busy.code)

    def in_use_across_containers(self, wrap):
        """A long build here; somebody here or in a container switches away and uninstalls. Says what protects it.

        Across containers /proc does not tell who runs: then only what `rollback` needs is refused, and a build that
        is two switches old is not protected. That is shown and not judged.
        """
        outcomes = {}
        for far, theirs in (("same namespaces", ()), ("other namespaces", wrap)):
            for switches in (["1.22.2"], ["1.22.2", "1.22.3"]):
                self.home.ok("install", *FAKES)
                self.home.ok("use", "1.22.1")
                build = subprocess.Popen([self.home.root / "bin/go", "build"], stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, env={**self.home.env, "FAKE_ROUNDS": "150"})
                time.sleep(0.3)
                codes = [ran([*theirs, self.home.binary, "use", version], self.home.env).code for version in switches]
                removed = ran([*theirs, self.home.binary, "uninstall", "1.22.1"], self.home.env)
                build.communicate()
                self.report.expect(codes == [0] * len(switches), "in use across containers", codes)
                self.report.expect(self.home.says() in switches, "in use across containers", self.home.says())
                outcomes[far, len(switches)] = build.returncode
                self.report.row("uninstall from %s, switches: %d" % (far, len(switches)), uninstall_exit=removed.code,
                                build_exit=build.returncode)
        for case in (("same namespaces", 1), ("same namespaces", 2), ("other namespaces", 1)):
            self.report.expect(outcomes[case] == 0, "in use, uninstalled from %s" % case[0], "the build was broken")

    def controls(self):
        """Two wrong designs, on a copy of the root: both must be caught."""
        copy = self.scratch / "wrong"
        shutil.copytree(self.home.root, copy, symlinks=True)
        home = Home(self.args.binary, copy, self.offer.url())
        wanted = [copy / "generations" / name for name in sorted(os.listdir(copy / "generations"), key=int)[-2:]]
        with Readers(home, self.empty("wrong-switch"), self.versions) as readers:
            until = time.monotonic() + (2 if self.args.bounded else 5)
            while time.monotonic() < until:
                for generation in wanted:
                    os.unlink(copy / "current")  # planted: for a moment there is no go
                    os.symlink("generations/" + generation.name, copy / "current")
        self.report.row("control: unlink + symlink instead of a rename", go_version=readers.asked,
                        reader_failures=len(readers.failures))
        self.report.expect(readers.failures, "control", "the wrong switch was not caught")
        figures.remove(copy)
        self.home.ok("install", *FAKES)
        exported = self.home.with_env(GOROOT=self.home.root / "current/go")
        with Readers(exported, self.empty("wrong-goroot"), self.versions, builders=3, askers=0) as readers:
            until = time.monotonic() + (2 if self.args.bounded else 5)
            while time.monotonic() < until:
                self.home.ok("use", "1.22.1")
                self.home.ok("use", "1.22.2")
        self.report.row("control: GOROOT exported through `current`", fake_builds=readers.fake_builds,
                        reader_failures=len(readers.failures))
        self.report.expect(readers.failures, "control", "the exported GOROOT was not caught")

    def empty(self, name):
        (self.scratch / name).mkdir()
        return self.scratch / name


def namespaces():
    """How to start something in namespaces of its own, or None where the system forbids it."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    prefix = ["unshare", *user, "--mount", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--uts"]
    try:
        return prefix if ran([*prefix, "true"], dict(os.environ)).code == 0 else None
    except OSError:
        return None


def main():
    args = figures.arguments(__doc__.splitlines()[0]).parse_args()
    report = figures.Figures("crowd", args)
    whole = 5 if args.bounded else 60
    with figures.Scratch(args, "crowd") as scratch:
        crowd = Crowd(args, scratch, report)
        crowd.phase("32 processes", whole)
        wrap = namespaces()
        if wrap:
            crowd.phase("32 processes in 2 containers", whole / 2, wrap=(wrap, wrap))
        else:
            print("  skipped: no namespaces here, so no containers")
        crowd.phase("32 processes, killed and frozen at random", whole / 2, disturbed=0.4)
        for end in (signal.SIGCONT, signal.SIGKILL) * (1 if args.bounded else 5):
            crowd.frozen_holder(end)
        if wrap:
            crowd.in_use_across_containers(wrap)
        crowd.controls()
        report.end("32 processes, %(operations)d operations, %(reads)d go version, %(builds)d builds under them" % crowd.totals)


if __name__ == "__main__":
    main()
