"""The bugs that are planted to show that the harness can fail: where they show, and the program that has them."""

import collections
import pathlib
import sys

from .trial import KILL

PLANTED = pathlib.Path(__file__).with_name("planted.py")
Bug = collections.namedtuple("Bug", "name operations strikes")

# `none` is the control of the controls: the harness must find nothing wrong with it.
BUGS = [
    Bug("none", ["use", "use, install", "purge", "rollback"], [KILL, "EIO"]),
    Bug("unlinks first", ["use"], [KILL]),
    Bug("unpacks in place", ["install"], [KILL]),
    Bug("switches early", ["use, install"], [KILL]),
    Bug("deletes in place", ["purge"], [KILL]),
    Bug("swallows errors", ["use"], ["EIO"]),
    Bug("syncs again", ["use"], ["EIO"]),
]


def program_with(bug, directory):
    """Writes a program that has the bug."""
    path = pathlib.Path(directory) / ("planted-" + bug.name.replace(" ", "-"))
    path.write_text("#!/bin/sh\nexec %s -I -S %s '%s' \"$@\"\n" % (sys.executable, PLANTED, bug.name))
    path.chmod(0o755)
    return path
