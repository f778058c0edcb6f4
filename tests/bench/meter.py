"""Runs programs and measures them: time, peak memory, bytes written, system calls. Knows nothing of Go."""

import collections
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

DEVNULL = os.open(os.devnull, os.O_RDWR)


class Failed(Exception):
    """A measured program failed; its figures would mean nothing."""


class Run:
    """One finished command: seconds of wall time, of processor time, bytes written by it and its children."""

    def __init__(self, argv, env=None):
        begin = time.perf_counter()
        self.child = subprocess.Popen(argv, env=env, stdin=DEVNULL, stdout=DEVNULL, stderr=subprocess.PIPE)
        told = self.child.stderr.read()
        os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOWAIT)  # it can still be looked at
        self.wall = time.perf_counter() - begin
        self.written = written(self.child.pid)
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        if status:
            raise Failed("%s: status %d: %s" % (" ".join(argv), status, told.decode(errors="replace")[-800:]))


def written(pid):
    """What a process and the children that it waited for gave to write(2), in bytes."""
    try:
        fields = dict(line.split(": ") for line in pathlib.Path("/proc/%d/io" % pid).read_text().splitlines())
        return int(fields["wchar"])
    except OSError:
        return None


def peak_memory(argv, env=None):
    """The largest resident set in bytes, by program name, of a command's processes.

    Sampled from VmHWM, which only grows: ru_maxrss of a short-lived child begins with the memory of
    whoever forked it, which would be this interpreter's.
    """
    peaks = collections.Counter()
    ended = threading.Event()

    def watch(pid):
        while not ended.is_set():
            for member in family(pid):
                try:
                    status = pathlib.Path("/proc/%d/status" % member).read_text()
                    name = re.search(r"^Name:\t(.*)$", status, re.M).group(1)
                    peaks[name] = max(peaks[name], int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M).group(1)) * 1024)
                except (OSError, AttributeError):
                    pass  # it has ended meanwhile
            ended.wait(0.002)

    child = subprocess.Popen(argv, env=env, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    watcher = threading.Thread(target=watch, args=(child.pid,))
    watcher.start()
    child.wait()
    ended.set()
    watcher.join()
    if child.returncode:
        raise Failed("%s: status %d" % (" ".join(argv), child.returncode))
    return peaks


def family(pid):
    yield pid
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            for child in pathlib.Path("/proc/%d/task/%s/children" % (pid, task)).read_text().split():
                yield from family(int(child))
    except OSError:
        pass


def spawn_time(argv, env):
    """Seconds from posix_spawn to the end of a program: the cheapest start there is, the same for all."""
    quiet = [(os.POSIX_SPAWN_DUP2, DEVNULL, number) for number in (0, 1, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, env, file_actions=quiet)
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        raise Failed("%s: status %d" % (" ".join(argv), status))
    return seconds


def script_time(argv, env):
    """Seconds to run a program and read what it prints, as a script does."""
    begin = time.perf_counter()
    subprocess.run(argv, env=env, stdin=DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - begin


def trace(argv, env):
    """The system calls of a command and its threads and children, as (name, arguments and result)."""
    with tempfile.NamedTemporaryFile("r", prefix="gvm-rs-bench.") as log:
        subprocess.run(["strace", "-f", "-y", "-qq", "-s", "0", "-o", log.name] + argv, env=env, check=True,
                       stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        calls, unfinished = [], {}
        for line in log:
            pid, line = line.split(None, 1)
            if line.endswith("<unfinished ...>\n"):
                unfinished[pid] = line[:-len("<unfinished ...>\n")]
                continue
            if line.startswith("<... "):
                line = unfinished.pop(pid, "") + line.split("resumed>", 1)[-1]
            match = re.match(r"(\w+)\((.*)", line)
            if match:
                calls.append(match.groups())
        return calls


class Scratch:
    """A directory for each run, on the disk that is measured; emptied and flushed between the runs."""

    def __init__(self, parent):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gvm-rs-bench.", dir=parent))

    def fresh(self):
        remove(self.path / "run")
        (self.path / "run").mkdir()
        self.settle()
        return self.path / "run"

    def settle(self):
        subprocess.run(["sync", "-f", self.path], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        remove(self.path)


def remove(path):
    """Removes a tree with read-only directories in it."""
    if path.exists():
        subprocess.run(["chmod", "-R", "u+w", path], check=True)
        shutil.rmtree(path)


class Server:
    """`make-mirror serve` in the background."""

    def __init__(self, script, directory, *options):
        self.port_file = pathlib.Path(tempfile.mkdtemp(prefix="gvm-rs-bench."), "port")
        command = [sys.executable, script, "serve", directory, "--port-file", self.port_file, *options]
        self.child = subprocess.Popen([str(word) for word in command], stderr=subprocess.PIPE, text=True)
        self.child.stderr.readline()  # says that it listens
        while not self.port_file.exists():
            if self.child.poll() is not None:
                raise Failed("the server ended")
            time.sleep(0.01)
        self.base = "http://127.0.0.1:%d/dl" % int(self.port_file.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()
        shutil.rmtree(self.port_file.parent)


def interleaved(rounds, jobs):
    """Calls each job once a round, in an order that turns; returns each job's results."""
    results = {name: [] for name in jobs}
    names = list(jobs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            results[name].append(jobs[name]())
    return results


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "rounds": len(values)}


def sync_time(place):
    """Seconds of one fsync of an open file or a directory."""
    handle = place if isinstance(place, int) else os.open(place, os.O_RDONLY)
    begin = time.perf_counter()
    os.fsync(handle)
    spent = time.perf_counter() - begin
    if handle is not place:
        os.close(handle)
    return spent
