"""One store and the program that works on it: runs it, measures it, and looks at the store without its help."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time

import releases
import store_check

# A panic of the program, or the end that a fault in it brings.
BROKEN = {101, 132, 134, 135, 136, 139, -signal.SIGILL, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGSEGV}


class Run:
    """What one run came to; `peak` in KiB, its own or that of the harness before the exec, whichever is more."""

    def __init__(self, words, code, out, err, seconds, peak):
        self.words, self.code, self.out, self.err = words, code, out, err
        self.seconds, self.peak = seconds, peak

    def __str__(self):
        return "`%s` ended with %s after %.2f s\n%s%s" % (
            " ".join(map(str, self.words)), self.code, self.seconds, self.out[-600:], self.err[-1200:])

    @property
    def is_broken(self):
        return self.code in BROKEN or "panicked at" in self.err


def ran(words, env, limit=60, preexec=None, cwd="/"):
    """Runs a program to its end, at most `limit` seconds; then it is killed and its code is None."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env,
                                 cwd=cwd, preexec_fn=preexec)
        late = threading.Event()
        guard = threading.Timer(limit, lambda: (late.set(), child.send_signal(signal.SIGKILL)))
        guard.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        guard.cancel()
        out.seek(0), err.seek(0)
        code = None if late.is_set() else child.returncode
        return Run(words, code, out.read().decode(errors="replace"), err.read().decode(errors="replace"),
                   seconds, usage.ru_maxrss)


class Home:
    """A root, where its releases come from, and an environment with nothing else in it."""

    cwd = "/"

    def __init__(self, binary, root, mirror, index=None, **extra):
        self.binary, self.root = pathlib.Path(binary).resolve(), pathlib.Path(root)
        self.mirror = str(mirror)
        self.env = {
            "PATH": "%s:/usr/bin:/bin" % (self.root / "bin"), "HOME": str(self.root.parent), "LC_ALL": "C",
            "GVM_RS_HOME": str(self.root), "GVM_RS_MIRROR": self.mirror,
            "GVM_RS_INDEX": str(index or pathlib.Path(self.mirror) / "index.json"),
            # Fake releases build nothing.
            "GVM_RS_PROOF": "version",
            "GVM_RS_CONFIG": "/dev/null", "GOTOOLCHAIN": "local", "GOENV": "off", "GOFLAGS": "", "GOPROXY": "off",
            "CGO_ENABLED": "0", **{key: str(value) for key, value in extra.items()}}

    def with_env(self, **extra):
        """The same store in a changed environment."""
        other = Home.__new__(Home)
        other.__dict__.update(self.__dict__)
        other.env = {**self.env, **{key: str(value) for key, value in extra.items()}}
        return other

    def gvm(self, *words, limit=60, preexec=None, before=()):
        """Runs the program; `before` is put in front of it."""
        return ran([*before, self.binary, *words], self.env, limit, preexec, self.cwd)

    def ok(self, *words):
        """A run that must succeed for the experiment to make sense."""
        run = self.gvm(*words)
        if run.code != 0:
            raise SystemExit("cannot set the scene: %s" % run)
        return run

    def go(self, *words, limit=60, cwd="/", **env):
        """Runs the `go` on PATH."""
        return ran([self.root / "bin/go", *words], {**self.env, **env}, limit, cwd=cwd)

    def says(self):
        """The version that `go version` says, or what went wrong instead."""
        try:
            run = self.go("version")
        except OSError as error:
            return "no go: %s" % error
        found = re.match(r"go version go(\S+) ", run.out)
        return found.group(1) if run.code == 0 and found else str(run)

    def current(self):
        """The number that `current` leads to."""
        try:
            return int(os.readlink(self.root / "current").rsplit("/", 1)[1])
        except FileNotFoundError:
            return None

    def installed(self):
        names = os.listdir(self.root / "versions") if (self.root / "versions").is_dir() else []
        return sorted(name[2:] for name in names)

    def faults(self, offers, resumable=False):
        """Everything that is wrong with a store at rest: as a whole, and held against the archives."""
        seen = store_check.look(self.root, is_tidy=True, runs=False, may_resume=resumable)
        wrong = seen.problems
        for version in sorted(seen.installed):
            archive = offers / releases.file_name(version)
            wrong += ["go%s: %s" % (version, fault) for fault in releases.differences(self.tree(version), archive)]
        wrong += ["lock held by %d" % pid for pid in self.holders()]
        if seen.current is not None and self.says() not in seen.installed:
            wrong.append("go says %s" % self.says())
        return wrong

    def tree(self, version):
        return self.root / "versions" / ("go" + version)

    def holders(self):
        """The processes that hold the store's lock, as the kernel tells."""
        lock = os.stat(self.root / "lock")
        named = "%02x:%02x:%d" % (os.major(lock.st_dev), os.minor(lock.st_dev), lock.st_ino)
        with open("/proc/locks") as file:
            rows = [line.split() for line in file]
        return [int(row[4]) for row in rows if row[1] == "FLOCK" and row[5] == named]

    def knows(self, command):
        """Whether the program has this command yet."""
        return self.gvm("help", command).code == 0

    def knows_option(self, command, option):
        return option in self.gvm("help", command).out

    def exit_codes(self):
        """The exit codes that the program's help documents."""
        text = self.gvm("--help").out.split("Exit codes:", 1)[1]
        return {int(code) for code in re.findall(r"(?:^|[\s,])(\d+)\s[a-z]", text)}
