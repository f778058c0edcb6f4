"""The system calls of Linux on x86_64 that change something, by number; reads are only counted.

A call is named as it is told to people: `openat(w)` is an open for writing or creating, plain `openat`
one for reading. Two calls of one name are told apart by thread and number (see tracer.py).
"""

import ctypes
import os

# Those that change files, locks or processes. `close` is not one of them: dying before it is dying after
# the call before.
CHANGES = {
    1: "write", 18: "pwrite64", 20: "writev", 40: "sendfile", 326: "copy_file_range", 296: "pwritev",
    76: "truncate", 77: "ftruncate", 285: "fallocate",
    83: "mkdir", 258: "mkdirat", 84: "rmdir", 87: "unlink", 263: "unlinkat",
    82: "rename", 264: "renameat", 316: "renameat2",
    86: "link", 265: "linkat", 88: "symlink", 266: "symlinkat",
    90: "chmod", 91: "fchmod", 268: "fchmodat", 452: "fchmodat2",
    92: "chown", 93: "fchown", 94: "lchown", 260: "fchownat",
    132: "utime", 235: "utimes", 261: "futimesat", 280: "utimensat",
    188: "setxattr", 190: "fsetxattr", 133: "mknod", 259: "mknodat", 85: "creat",
    74: "fsync", 75: "fdatasync", 306: "syncfs", 277: "sync_file_range", 162: "sync", 26: "msync",
    73: "flock", 56: "clone", 57: "fork", 58: "vfork", 435: "clone3", 62: "kill",
}
READS = {
    0: "read", 3: "close", 4: "stat", 5: "fstat", 6: "lstat", 7: "poll", 8: "lseek", 9: "mmap", 10: "mprotect",
    11: "munmap", 12: "brk", 13: "rt_sigaction", 14: "rt_sigprocmask", 16: "ioctl", 17: "pread64", 19: "readv",
    21: "access", 24: "sched_yield", 28: "madvise", 33: "dup2", 35: "nanosleep", 39: "getpid", 41: "socket",
    42: "connect", 44: "sendto", 45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 48: "shutdown", 49: "bind",
    51: "getsockname", 52: "getpeername", 53: "socketpair", 54: "setsockopt", 55: "getsockopt", 61: "wait4",
    63: "uname", 72: "fcntl", 78: "getdents", 79: "getcwd", 80: "chdir", 89: "readlink", 95: "umask",
    99: "sysinfo", 102: "getuid", 107: "geteuid", 121: "getpgid", 131: "sigaltstack", 137: "statfs",
    138: "fstatfs", 157: "prctl", 158: "arch_prctl", 186: "gettid", 200: "tkill", 202: "futex",
    203: "sched_setaffinity", 204: "sched_getaffinity", 213: "epoll_create", 217: "getdents64",
    218: "set_tid_address", 221: "fadvise64", 228: "clock_gettime", 230: "clock_nanosleep", 232: "epoll_wait",
    233: "epoll_ctl", 234: "tgkill", 247: "waitid", 262: "newfstatat", 267: "readlinkat", 269: "faccessat",
    270: "pselect6", 271: "ppoll", 273: "set_robust_list", 281: "epoll_pwait", 288: "accept4", 290: "eventfd2",
    291: "epoll_create1", 292: "dup3", 293: "pipe2", 302: "prlimit64", 318: "getrandom", 332: "statx",
    334: "rseq", 434: "pidfd_open", 439: "faccessat2",
}
OPEN, OPENAT, OPENAT2 = 2, 257, 437
# Killed or failed, these end the program as asked; there is nothing to try.
ENDS = {59: "execve", 60: "exit", 231: "exit_group", 322: "execveat", 15: "rt_sigreturn"}
SYNCS = {"fsync", "fdatasync", "syncfs"}
# Those that publish, remove, lock or make durable: what matters most.
CRITICAL = SYNCS | {"rename", "renameat", "renameat2", "symlink", "symlinkat", "link", "linkat", "unlink", "unlinkat",
                    "rmdir", "flock", "ftruncate", "mkdir", "mkdirat"}
# Where a signal can interrupt a call on any file system, it has to be made again.
INTERRUPTED = SYNCS | {"openat(w)", "write", "flock", "ftruncate"}
# The kernel has other errors for what starts or ends processes; such a call is only died at.
OF_PROCESSES = {"clone", "clone3", "fork", "vfork", "kill"}
TAKES_NO_ROOM = {"flock"}
# What threads wake each other with, and servers: no disk is behind it.
NO_FILES = ("anon_inode:", "pipe:", "socket:")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

# Which argument is the path that the call is about: the new name, where there are two.
PATH_AT = {
    "open": 0, "open(w)": 0, "openat": 1, "openat(w)": 1, "mkdir": 0, "mkdirat": 1, "rmdir": 0, "unlink": 0,
    "unlinkat": 1, "rename": 1, "renameat": 3, "renameat2": 3, "symlink": 1, "symlinkat": 2, "link": 1,
    "linkat": 3, "chmod": 0, "fchmodat": 1, "readlink": 0, "readlinkat": 1, "statx": 1, "newfstatat": 1,
}
DESCRIPTOR_AT_0 = {"write", "ftruncate", "fallocate", "fchmod", "fsync", "fdatasync", "syncfs", "flock", "read", "close"}


def can_fail(call, error):
    """Whether the kernel can return this error from a call.

    All errors that are tried can come from any other call: a disk that dies says EIO anywhere, btrfs needs room (or
    quota) for whatever changes metadata, a deletion too, and on FUSE and NFS everything can be interrupted.
    """
    if call.name in OF_PROCESSES or call.subject.startswith(NO_FILES):
        return False
    return not (call.name in TAKES_NO_ROOM and error in ("ENOSPC", "EDQUOT"))


def name(number, args):
    """Returns what a call is called here, and whether it changes anything."""
    if number == OPENAT:
        writes = bool(args[2] & WRITING)
        return ("openat(w)" if writes else "openat"), writes
    if number == OPEN:
        writes = bool(args[1] & WRITING)
        return ("open(w)" if writes else "open"), writes
    if number == OPENAT2:
        return "openat2", True
    if number in CHANGES:
        return CHANGES[number], True
    return READS.get(number) or ENDS.get(number) or "call-%d" % number, False


def subject(pid, call, args):
    """Returns the path that a stopped call is about, for people; nothing where that cannot be told."""
    try:
        if call in PATH_AT:
            with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
                # A path seldom crosses into a page that is not there.
                memory.seek(args[PATH_AT[call]])
                return memory.read(200).split(b"\0")[0].decode(errors="replace")
        if call in DESCRIPTOR_AT_0:
            return os.readlink("/proc/%d/fd/%d" % (pid, ctypes.c_int(args[0]).value))
    except OSError:
        pass
    return ""
