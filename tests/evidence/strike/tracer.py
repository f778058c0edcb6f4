"""Runs a program and kills it, or fails one of its system calls, at one chosen call.

A point is (thread, call, number): the number-th call of that name by the thread that was started as the
thread-th (0 is the first). So every call of every thread can be named, which `strace --inject` cannot do: it
counts each thread alone and strikes whichever comes to its number first. Processes that the program starts
(the `go version` of a proof) are not traced. A struck call is not executed: SIGKILL arrives before it, and
an error is returned in place of it. Dying after call k is dying before call k + 1 of all calls.

Linux on x86_64 only; needs no privilege, but a kernel that lets a parent trace its child.
"""

import collections
import ctypes
import errno
import os
import platform
import signal
import threading

from . import syscalls

TRACEME, POKEUSER, CONT, SYSCALL = 0, 6, 7, 24
SETOPTIONS, GETEVENTMSG, GET_SYSCALL_INFO = 0x4200, 0x4201, 0x420E
OPTIONS = 1 | 8 | 0x100000  # TRACESYSGOOD, TRACECLONE, EXITKILL
EVENT_CLONE = 3
RAX, ORIG_RAX = 80, 120
ENTRY = 1
WALL = 0x40000000
# A run that takes longer, in seconds, hangs, on a busy machine too; it is killed.
LIMIT = 120


class Info(ctypes.Structure):
    _fields_ = [("op", ctypes.c_uint8), ("pad", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32),
                ("ip", ctypes.c_uint64), ("sp", ctypes.c_uint64), ("nr", ctypes.c_uint64),
                ("args", ctypes.c_uint64 * 6)]


# What to run and how; its output goes to a file.
Command = collections.namedtuple("Command", "argv env cwd output")
Call = collections.namedtuple("Call", "thread name number is_change subject")
Outcome = collections.namedtuple("Outcome", "code reached subject output")

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Refused(Exception):
    """This machine does not let one process trace another."""


def _ptrace(request, pid, address=0, data=0):
    if _libc.ptrace(request, pid, address, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, "ptrace: " + os.strerror(number))


def check_machine():
    """Raises Refused with the reason where nothing can be traced."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise Refused("the tracer knows the system calls of Linux on x86_64 only")
    try:
        if not trace(Command(["/bin/true"], {}, "/", "/dev/null")):
            raise Refused("no system call was seen")
    except OSError as problem:
        raise Refused("no process can be traced here (%s); a container needs --cap-add SYS_PTRACE" % problem)


class _Run:
    """One traced run. All of it happens on the thread that made it, as ptrace demands."""

    def __init__(self, command):
        self.counts = {}     # (thread, name) -> how many
        self.threads = {}    # tid -> which thread, in order of their start
        self.failing = {}    # tid -> error to return from the call that is stopped
        self.leader = self._start(command)
        self.is_killed = False
        self.threads[self.leader] = 0
        self.code = None

    def _start(self, command):
        pid = os.fork()
        if pid == 0:
            try:
                target = os.open(command.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
                null = os.open("/dev/null", os.O_RDONLY)
                os.dup2(null, 0)
                os.dup2(target, 1)
                os.dup2(target, 2)
                os.chdir(command.cwd)
                _libc.ptrace(TRACEME, 0, 0, 0)
                os.execve(command.argv[0], command.argv, command.env)
            finally:
                os._exit(126)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            raise OSError(errno.EPERM, "the traced program did not start (status %d)" % status)
        try:
            _ptrace(SETOPTIONS, pid, 0, OPTIONS)
        except OSError:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        return pid

    def go(self, visit):
        """Runs to the end; `visit` is shown each call and says what to do with it: nothing, SIGKILL or an error."""
        resume = SYSCALL
        info = Info()
        pointer, size = ctypes.addressof(info), ctypes.sizeof(info)
        guard = threading.Timer(LIMIT, os.kill, (self.leader, signal.SIGKILL))
        guard.start()
        self._resume(SYSCALL, self.leader, 0)
        while self.code is None:
            tid, status = os.waitpid(-1, WALL)
            if not os.WIFSTOPPED(status):
                if tid == self.leader:
                    self.code = os.waitstatus_to_exitcode(status)
                continue
            if self.is_killed:
                continue  # a stop from before; it is dying
            stop, event = os.WSTOPSIG(status), status >> 16
            signal_to_pass = 0
            if stop == signal.SIGTRAP | 0x80:
                if _libc.ptrace(GET_SYSCALL_INFO, tid, size, pointer) == -1:
                    continue  # it is dying
                if info.op == ENTRY:
                    strike = visit(tid, info)
                    if strike == signal.SIGKILL:
                        os.kill(self.leader, signal.SIGKILL)
                        self.is_killed = True
                        continue
                    if strike:
                        self.failing[tid] = strike
                        self._poke(tid, ORIG_RAX, -1)
                elif tid in self.failing:
                    self._poke(tid, RAX, -self.failing.pop(tid))
                    resume = CONT  # what comes after is its own affair
            elif stop == signal.SIGTRAP and event == EVENT_CLONE:
                born = ctypes.c_ulong()
                if _libc.ptrace(GETEVENTMSG, tid, 0, ctypes.addressof(born)) == -1:
                    continue
                self._know(born.value)
            elif stop == signal.SIGSTOP and self.threads.get(tid) != 0:
                self._know(tid)  # the first stop of a thread, which may come before its parent's
            elif stop != signal.SIGTRAP:
                signal_to_pass = stop
            self._resume(resume, tid, signal_to_pass)
        guard.cancel()

    def _know(self, tid):
        self.threads.setdefault(tid, len(self.threads))

    def _resume(self, request, tid, signal_to_pass):
        # It may have been killed meanwhile; then there is nothing to resume.
        _libc.ptrace(request, tid, 0, signal_to_pass)

    def _poke(self, tid, register, value):
        _ptrace(POKEUSER, tid, register, value & 0xFFFFFFFFFFFFFFFF)

    def count(self, tid, info):
        """Counts a call; returns its point, and whether it changes anything."""
        name, is_change = syscalls.name(info.nr, info.args)
        key = (self.threads[tid], name)
        number = self.counts.get(key, 0) + 1
        self.counts[key] = number
        return (*key, number), is_change


def trace(command):
    """Runs a program to its end; returns its calls in the order in which they were made."""
    run, calls = _Run(command), []

    def visit(tid, info):
        point, is_change = run.count(tid, info)
        if info.nr not in syscalls.ENDS:
            calls.append(Call(*point, is_change, syscalls.subject(tid, point[1], info.args)))

    run.go(visit)
    if run.code != 0:
        with open(command.output, errors="replace") as text:
            raise OSError(errno.ECANCELED, "%s ended with %d: %s" % (command.argv, run.code, text.read()))
    return calls


def strike(command, point, error=None):
    """Runs a program and kills it before the call at `point`, or returns `error` (a number) from it."""
    run, hit = _Run(command), []

    def visit(tid, info):
        found, _ = run.count(tid, info)
        if hit or found != point:
            return None
        hit.append(syscalls.subject(tid, found[1], info.args))
        return error if error else signal.SIGKILL

    run.go(visit)
    with open(command.output, errors="replace") as text:
        return Outcome(run.code, bool(hit), hit[0] if hit else "", text.read())
