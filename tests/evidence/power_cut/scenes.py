"""What is done before and during the cut: toolchains to install, the commands, and what each may leave behind."""

import collections
import os

import releases
import user_files

OLD, NEW, NEWER = "1.21.13", "1.22.4", "1.22.5"
# The program under test, and where its releases come from.
Source = collections.namedtuple("Source", "binary mirror")


def offer(directory):
    """Releases of some 50 files each, in small directories and one large file."""
    made = releases.Offer(directory)
    for version in (NEWER, NEW, OLD):
        sizes = {"go/lib/padding.bin": 200_000}
        sizes.update(("go/src/p%d/q%d/file.go" % (number % 7, number), 400 * (number % 30)) for number in range(45))
        extra = [(name, 0o644, releases.noise(size, version + name)) for name, size in sizes.items()]
        made.add(version, releases.packed(releases.entries(version, extra), 1))
    return made


class Operation:
    """A command, what went before it, and the states of the store that it leads through, first to last.

    A state is (current, installed); commands may stop at any of them before exit 0, and only at the last after.
    """

    def __init__(self, name, words, setup, states, after=None, damaged=None, files=None):
        self.name, self.words, self.setup, self.states = name, words, setup, states
        # What to run where a cut came after all was done, and its exit code: a rollback goes back only once.
        self.after = after or (words, 0)
        # A toolchain that is not whole before.
        self.damaged = damaged
        # How many files of the user's are set up in the end; None: that is not looked at.
        self.files = files

    @property
    def command(self):
        return self.words[0]

    def prepare(self, home):
        if self.files is not None:
            user_files.furnish(home.root.parent)
        for words in self.setup:
            home.ok(*words)
        if self.damaged:
            _damage(home.root, self.damaged)


def _states(*steps):
    return [(current, frozenset(installed)) for current, installed in steps]


def _damage(root, version):
    victim = os.path.join(root, "versions", "go" + version, "VERSION")
    os.chmod(victim, 0o644)
    with open(victim, "w") as file:
        file.write("not what it was\n")


HAS_OLD = [("use", OLD)]
HAS_BOTH = [("use", OLD), ("install", NEW)]
SWITCHED = [("use", OLD), ("use", NEW)]
OPERATIONS = {operation.name: operation for operation in [
    Operation("first", ("use", NEW), [],
              _states((None, []), (None, [NEW]), (NEW, [NEW]))),
    Operation("install", ("install", NEW), HAS_OLD,
              _states((OLD, [OLD]), (OLD, [OLD, NEW]))),
    Operation("install+use", ("use", NEW), HAS_OLD,
              _states((OLD, [OLD]), (OLD, [OLD, NEW]), (NEW, [OLD, NEW]))),
    Operation("use", ("use", NEW), HAS_BOTH,
              _states((OLD, [OLD, NEW]), (NEW, [OLD, NEW]))),
    Operation("rollback", ("rollback",), SWITCHED,
              _states((NEW, [OLD, NEW]), (OLD, [OLD, NEW])), after=(("use", OLD), 0)),
    Operation("undo", ("undo",), SWITCHED,
              _states((NEW, [OLD, NEW]), (OLD, [OLD, NEW])), after=(("use", OLD), 0)),
    Operation("uninstall", ("uninstall", NEW), HAS_BOTH,
              _states((OLD, [OLD, NEW]), (OLD, [OLD])), after=(("uninstall", NEW), 4)),
    Operation("purge", ("uninstall", "--purge", NEW), HAS_BOTH,
              _states((OLD, [OLD, NEW]), (OLD, [OLD])), after=(("uninstall", NEW), 4)),
    Operation("undo a removal", ("undo",), [*HAS_BOTH, ("uninstall", NEW)],
              _states((OLD, [OLD]), (OLD, [OLD, NEW])), after=(("install", NEW), 0)),
    Operation("prune", ("prune",), [("install", NEW), ("use", NEWER), ("use", OLD), ("use", NEWER)],
              _states((NEWER, [OLD, NEW, NEWER]), (NEWER, [OLD, NEWER]))),
    Operation("upgrade", ("upgrade",), [("use", NEW)],
              _states((NEW, [NEW]), (NEW, [NEW, NEWER]), (NEWER, [NEW, NEWER]))),
    Operation("repair", ("repair", NEW), HAS_BOTH,
              _states((OLD, [OLD, NEW])), damaged=NEW),
    Operation("setup", tuple(user_files.SETUP), HAS_OLD, _states((OLD, [OLD])), files=len(user_files.OLD)),
    Operation("teardown", ("teardown", "--yes", "-q"), [*HAS_OLD, user_files.SETUP], _states((OLD, [OLD])), files=0),
]}
