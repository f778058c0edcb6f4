"""Reads what strace wrote: the calls that change a file system, in order, with whole paths."""

import os
import re

SYNCS = ("fsync", "fdatasync", "syncfs", "sync")
WRITES = ("write", "writev", "pwrite64", "pwritev", "ftruncate", "truncate", "fallocate", "copy_file_range", "sendfile")
MODES = ("chmod", "fchmod", "fchmodat", "fchmodat2")
RENAMES = ("rename", "renameat", "renameat2")
NAMES = ("open", "openat", "creat", "mkdir", "mkdirat", "symlink", "symlinkat", "link", "linkat",
         "unlink", "unlinkat", "rmdir")
CALLS = SYNCS + WRITES + MODES + RENAMES + NAMES

LINE = re.compile(r"(\d+) +(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$")
ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(?:AT_FDCWD|\d+)<([^>]*)>(\(deleted\))?')


def command(output, calls=CALLS):
    """What to put before a program to have its calls written to `output`."""
    return ["strace", "-f", "-qq", "-y", "-s", "0", "-o", output, "-e", "trace=" + ",".join("?" + call for call in calls)]


class Call:
    """A call that succeeded: its name, the paths it is about, and its arguments as text."""

    def __init__(self, name, paths, text, target=None):
        self.name, self.paths, self.text, self.target = name, paths, text, target

    @property
    def path(self):
        return self.paths[0] if self.paths else ""

    def __str__(self):
        return "%s %s" % (self.name, " -> ".join(self.paths))


def read(output):
    """Returns the calls. One that took a while counts where it ended, a sync where it began: it may have missed the rest."""
    calls, begun = [], {}
    with open(output) as lines:
        for line in lines:
            found = LINE.match(line)
            if not found:
                continue
            pid, name, rest, resumed, end = found.groups()
            if name and rest.endswith("<unfinished ...>"):
                rest = rest.removesuffix("<unfinished ...>")
                begun[pid] = rest
                if name in SYNCS:
                    calls.append(_call(name, rest))
                continue
            if resumed:
                name, rest = resumed, begun.pop(pid, "") + end
                if name in SYNCS:
                    continue
            if not re.search(r"= -1 E\w+ |= \?", rest):
                calls.append(_call(name, rest))
    return calls


def _call(name, rest):
    text = rest.rsplit(" = ", 1)[0]
    paths, base, target = [], None, None
    for quoted, opened, deleted in ARGUMENT.findall(text):
        if opened:
            base = None if deleted else opened
            continue
        if name.startswith("symlink") and target is None:
            target = quoted
            continue
        paths.append(os.path.normpath(os.path.join(base or "/", quoted)))
        base = None
    if not paths or name in WRITES:
        # A descriptor alone: the file is where the kernel says it is by then.
        paths = [opened for _, opened, deleted in ARGUMENT.findall(text) if opened and not deleted]
    return Call(name, paths, text, target)
