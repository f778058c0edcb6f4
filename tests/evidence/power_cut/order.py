"""The order of syncs and renames: a small machine that refuses any which a power cut could tear.

It knows no file system but what POSIX promises: a file's bytes and mode are on the disk after its own sync, a name
after the sync of its directory, everything after a sync of the file system. What real journals order besides
does not count. Paths are below the root of the store.
"""

import os
import re

from . import trace

# What readers look up, and what stands for it until it is published.
PUBLISHED = re.compile(r"((versions|generations|manifests)/[^/]+|layout|current)$")
# What may be lost: each follows from what is published, and the next writer makes it again.
ANCHORS = ("bin/go", "bin/gofmt")


class Refused(Exception):
    """A sequence that a power cut could tear, and why."""


class Machine:
    """Follows the calls of one command on one file system."""

    def __init__(self, root, is_btrfs):
        self.root, self.is_btrfs = root, is_btrfs
        self.bytes = set()   # files whose bytes or mode are not on the disk yet
        self.added = set()   # names that are not there yet
        self.removed = set()
        self.links = {}      # symbolic links made by this command: path -> [target, whether a sync came since]
        self.files = set()
        self.counted = {"syncs": 0, "renames": 0}

    def follow(self, calls):
        """Refused where a call is out of order, or where something is not durable at the end."""
        for call in calls:
            paths = [self._below(path) for path in call.paths]
            if call.name == "sync" or any(path is not None for path in paths):
                self._step(call, [path for path in paths if path is not None])
        self._end()
        return self.counted

    def _below(self, path):
        """The path below the root, `.` for the root itself, `..` for its parent; None for any other."""
        path = os.path.relpath(path, self.root)
        return path if path == ".." or not path.startswith("..") else None

    def _step(self, call, paths):
        name = call.name
        if name in trace.SYNCS:
            self._sync(name, paths[0] if paths else "..")
        elif name in trace.RENAMES:
            self._rename(*paths, "EXCHANGE" in call.text)
        elif name.startswith("symlink"):
            self.links[paths[0]] = [call.target, False]
            self._add(paths[0])
        elif name.startswith(("unlink", "rmdir")):
            self._forget(paths[0])
            self.removed.add(paths[0])
        elif name.startswith(("mkdir", "link")):
            self._add(paths[-1])
        elif name.startswith(("open", "creat")):
            if "O_CREAT" in call.text or name == "creat":
                self.files.add(paths[0])
                self._add(paths[0])
        else:
            self.bytes.update(paths)

    def _add(self, path):
        self.removed.discard(path)
        self.added.add(path)

    def _forget(self, path):
        below = path + "/"
        for known in (self.bytes, self.added, self.files, self.removed):
            known -= {p for p in known if p == path or p.startswith(below)}
        self.links = {p: link for p, link in self.links.items() if p != path and not p.startswith(below)}

    def _sync(self, name, path):
        self.counted["syncs"] += 1
        if name in ("syncfs", "sync"):
            self.bytes.clear()
            self.added.clear()
            self.removed.clear()
            for link in self.links.values():
                link[1] = True
            return
        self.bytes.discard(path)
        if path in self.files:
            return
        if self.is_btrfs:
            raise Refused("%s of the directory %s: on btrfs that can lose a link, only syncfs cannot" % (name, path))
        for names in (self.added, self.removed):
            names -= {p for p in names if (os.path.dirname(p) or ".") == path}
        for link, seen in self.links.items():
            seen[1] = seen[1] or (os.path.dirname(link) or ".") == path

    def _rename(self, source, target, exchanges=False):
        self.counted["renames"] += 1
        if source in self.links and self.links[source][1]:
            raise Refused("a sync stands between the symlink %s and its rename to %s" % (source, target))
        for path, other in [(source, target), (target, source)][:1 + exchanges]:
            if PUBLISHED.match(other):
                self._check_whole(path, other)
        moved = self._taken(source)
        other = self._taken(target)
        self._give(moved, target)
        if exchanges:
            self._give(other, source)
            self.added.add(source)
        else:
            self.removed.add(source)
        self._add(target)

    def _taken(self, path):
        """Takes away what is known of a path and below it; returns it by the rest of the path."""
        def rest(p):
            return p[len(path):] if p == path or p.startswith(path + "/") else None
        sets = [{rest(p) for p in known if rest(p) is not None} for known in (self.bytes, self.added, self.files)]
        links = {rest(p): link for p, link in self.links.items() if rest(p) is not None}
        self._forget(path)
        return sets, links

    def _give(self, taken, path):
        sets, links = taken
        for known, rests in zip((self.bytes, self.added, self.files), sets):
            known |= {path + rest for rest in rests}
        self.links.update({path + rest: link for rest, link in links.items()})

    def _check_whole(self, path, published):
        """What gets a public name must be on the disk, and so must everything that it leads to."""
        unsynced = [p for p in self.bytes if p == path or p.startswith(path + "/")]
        unsynced += [p for p in self.added if p.startswith(path + "/")]
        if unsynced:
            raise Refused("%s is published, and %s is not on the disk" % (published, min(unsynced)))
        if published == "current":
            target = self.links.get(path, [None])[0]
            if target is not None and target in self.added:
                raise Refused("`current` leads to %s, which is not on the disk" % target)
        if published == "current" or published.startswith("versions/"):
            late = [p for p in self.added if PUBLISHED.match(p) and p != "current" and p != path]
            if late:
                raise Refused("%s is published before %s is on the disk" % (published, min(late)))

    def _end(self):
        """Exit 0 says that it lasts."""
        for name in sorted(self.added):
            leads = any(anchor.startswith(name + "/") for anchor in ANCHORS)
            if PUBLISHED.match(name) or name in ANCHORS or leads or name == ".":
                raise Refused("exit 0, and the name %s is not on the disk" % name)
        for path in sorted(self.removed):
            if re.match(r"versions/[^/]+$", path):
                raise Refused("exit 0, and it is not on the disk that %s is gone" % path)
        for path in sorted(self.bytes):
            if re.match(r"(versions|generations|manifests)/|layout$", path):
                raise Refused("exit 0, and %s is not on the disk" % path)


def _calls(root, *lines):
    """Calls as text: `rename a b`, `symlink target path`, `fsync path`, `write path`, below the root."""
    calls = []
    for line in lines:
        name, *words = line.split()
        target = words.pop(0) if name == "symlink" else None
        flags = "O_CREAT" if name == "open" else "RENAME_EXCHANGE" if name == "exchange" else ""
        name = "renameat2" if name == "exchange" else name
        paths = [os.path.normpath(os.path.join(root, word)) for word in words]
        calls.append(trace.Call(name, paths, flags, target))
    return calls


STAGED = ("mkdir staging/g", "open staging/g/record.json", "write staging/g/record.json", "symlink ../../x staging/g/go")
SYNCED = STAGED + ("fsync staging/g/record.json", "fsync staging/g")
PUBLISHED_GENERATION = SYNCED + ("rename staging/g generations/2", "fsync generations")
LINK = ("symlink generations/2 .current.new", "rename .current.new current")
# What the machine must refuse, each with a word of why; (file system is btrfs, calls, word).
CONTROLS = {
    "fsync between the symlink and its rename (Debian 12's btrfs loses `current`)":
        (False, (*PUBLISHED_GENERATION, LINK[0], "fsync .", LINK[1], "fsync ."), "between"),
    "the same with syncfs": (False, (*PUBLISHED_GENERATION, LINK[0], "syncfs .", LINK[1], "fsync ."), "between"),
    "fsync of a directory on btrfs": (True, (*STAGED, "syncfs .", "rename staging/g generations/2", "fsync generations"),
                                      "btrfs"),
    "no sync of the bytes": (False, (*STAGED, "fsync staging/g", "rename staging/g generations/2", "fsync generations"),
                             "record.json"),
    "no sync of the directory that is renamed":
        (False, (*STAGED, "fsync staging/g/record.json", "rename staging/g generations/2", "fsync generations"), "staging/g/"),
    "`current` before its generation lasts": (False, (*SYNCED, "rename staging/g generations/2", *LINK, "fsync ."),
                                              "generations/2"),
    "no sync of the root at the end": (False, (*PUBLISHED_GENERATION, *LINK), "current"),
    "a tree published before its manifest lasts":
        (False, ("syncfs .", "rename staging/m manifests/go1", "rename staging/t versions/go1", "syncfs ."), "manifests/go1"),
    "a removal that nothing syncs": (False, ("rename versions/go1 staging/t",), "gone"),
    "an exchange that nothing syncs": (False, ("exchange current previous",), "current"),
}
GOOD = (False, (*PUBLISHED_GENERATION, *LINK, "fsync ."))


def check_controls():
    """Raises AssertionError unless every bad sequence is refused for its reason, and the good one is not."""
    Machine("/s", GOOD[0]).follow(_calls("/s", *GOOD[1]))
    for name, (is_btrfs, lines, word) in CONTROLS.items():
        try:
            Machine("/s", is_btrfs).follow(_calls("/s", *lines))
        except Refused as refused:
            if word in str(refused):
                continue
            raise AssertionError("control `%s` is refused for another reason: %s" % (name, refused)) from refused
        raise AssertionError("control `%s` is not refused" % name)
    return len(CONTROLS)
