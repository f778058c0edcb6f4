"""The commands that are struck: where each starts, what it may leave, and what doing it again comes to.

One entry is one operation. What the program under test does not have yet (`gvm-rs help NAME` fails) is reported as
such. `setup` writes to the files of the user's shells too (user_files.py): each is the old one or the new one.
"""

import collections

import user_files

from .stores import CURRENT, NEW, NEWER, PREVIOUS, SUPERSEDED

# What `go` is, what is installed, what can be brought back, how many archives are kept (None: that is not asked),
# whether all of it is as it should be, and how many files of the user's are set up (None: that is not asked).
State = collections.namedtuple("State", "go installed trash kept is_whole files", defaults=(frozenset(), None, True, None))
# `template`: the store it starts from (stores.py). `states`: from the one before to the one after; between them lie
# those that a crash may show. `again`: what the same command comes to when it was done before, (exit code, state or
# None for the same), where that is not (0, the last state). `full_disk`: the states in which it is done too, by the
# other way that it takes where there is no room.
Operation = collections.namedtuple(
    "Operation", "name template words states again full_disk by_http in_project may_forget",
    defaults=(None, (), False, False, False))

THREE = frozenset({CURRENT, PREVIOUS, SUPERSEDED})
TWO = THREE - {SUPERSEDED}
NEW_TOO, NEWER_TOO, ONLY_NEW = THREE | {NEW}, THREE | {NEWER}, frozenset({NEW})
NOTHING, BEFORE, BACK = State(None, frozenset()), State(CURRENT, THREE), State(PREVIOUS, THREE)
REMOVED, PURGED = State(CURRENT, TWO, frozenset({SUPERSEDED})), State(CURRENT, TWO)
INSTALLED, USED = State(CURRENT, NEW_TOO), State(NEW, NEW_TOO)

OPERATIONS = {operation.name: operation for operation in [
    Operation("first install", "empty", ["install", NEW], [NOTHING, State(None, ONLY_NEW)]),
    Operation("first use", "empty", ["use", NEW], [NOTHING, State(None, ONLY_NEW), State(NEW, ONLY_NEW)]),
    Operation("install", "full", ["install", NEW], [BEFORE, INSTALLED]),
    Operation("install, kept", "full", ["install", "--keep-archives", NEW], [BEFORE, INSTALLED]),
    Operation("install, http", "full", ["install", NEW], [BEFORE, INSTALLED], by_http=True),
    Operation("install, resumed", "crashed", ["install", NEW], [BEFORE, INSTALLED]),
    Operation("use", "full", ["use", SUPERSEDED], [BEFORE, State(SUPERSEDED, THREE)]),
    Operation("use, project", "full", ["use"], [BEFORE, State(SUPERSEDED, THREE)], in_project=True),
    Operation("use, install", "full", ["use", NEW], [BEFORE, INSTALLED, USED]),
    Operation("use, swept", "crashed", ["use", SUPERSEDED], [BEFORE, State(SUPERSEDED, THREE)]),
    # Without room for a generation, `current` and `previous` are exchanged.
    Operation("rollback", "full", ["rollback"], [BEFORE, BACK], again=(0, BEFORE), full_disk=(BACK,)),
    Operation("undo a switch", "full", ["undo"], [BEFORE, BACK], again=(0, BEFORE), full_disk=(BACK,)),
    Operation("undo a removal", "removed", ["undo"], [REMOVED, BEFORE], again=(0, BACK)),
    # Without room for a batch of the trash, what is removed is deleted.
    Operation("uninstall", "full", ["uninstall", SUPERSEDED], [BEFORE, REMOVED], again=(4, None), full_disk=(PURGED,)),
    Operation("purge", "full", ["uninstall", "--purge", SUPERSEDED], [BEFORE, PURGED], again=(4, None)),
    Operation("prune", "full", ["prune"], [BEFORE, REMOVED], again=(0, None), full_disk=(PURGED,), may_forget=True),
    Operation("prune --trash", "removed", ["prune", "--trash"], [REMOVED, PURGED]),
    Operation("cache clean", "kept", ["cache", "clean"], [
        State(CURRENT, THREE, kept=kept) for kept in (3, 2, 1, 0)]),
    Operation("upgrade", "full", ["upgrade"], [BEFORE, State(CURRENT, NEWER_TOO), State(NEWER, NEWER_TOO)]),
    Operation("setup", "full", user_files.SETUP, [
        State(CURRENT, THREE, files=number) for number in range(len(user_files.OLD) + 1)]),
    Operation("teardown", "set up", ["teardown", "--yes", "-q"], [
        State(CURRENT, THREE, files=number) for number in range(len(user_files.OLD), -1, -1)]),
    Operation("repair", "damaged", ["repair", CURRENT], [BEFORE._replace(is_whole=False), BEFORE]),
]}


def state_of(operation, seen):
    """The state of a store as this operation's states tell it."""
    kept = len(seen.kept) if operation.states[0].kept is not None else None
    files = seen.files if operation.states[0].files is not None else None
    return State(seen.go, frozenset(seen.installed), frozenset(seen.trash), kept, not seen.problems, files)


def is_done(operation, state):
    """Whether the operation has nothing left to do."""
    return state == operation.states[-1] or state in operation.full_disk


def after_again(operation, state):
    """How the same command ends after this state, as (exit code, state)."""
    if is_done(operation, state) and operation.again:
        code, expected = operation.again
        return code, expected or state
    return 0, operation.states[-1]
