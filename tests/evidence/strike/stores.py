"""Small stores that are prepared once with the program under test, and copied for each point.

The releases in them are fakes of some fifteen files; they lie in a directory with an index of their own, so that no
network is needed. Copies live in memory (/dev/shm): what is on the disk does not matter here, only what the calls
did. The files of toolchains are hard links to those of the template, which nothing may write to; `is_untouched`
tells if something did.
"""

import functools
import hashlib
import http.server
import os
import pathlib
import shutil
import threading

import figures
import releases
import store_check
import user_files
from home import Home

CURRENT = "1.22.5"      # current in a full store
PREVIOUS = "1.21.13"    # what a rollback goes back to there
SUPERSEDED = "1.22.4"   # installed there, needed by nobody, and superseded
NEW = "1.23.1"          # not installed there
NEWER = "1.22.6"        # not installed there; what an upgrade of the current line installs
SWITCHES = 13           # more than a prune keeps


def offer(directory):
    """The releases."""
    made = releases.Offer(directory)
    for version in (NEW, NEWER, CURRENT, SUPERSEDED, PREVIOUS):
        # What is to be unpacked has a file that takes several writes.
        large = 300_000 if version in (NEW, NEWER) else 5_000
        sizes = {"go/pkg/include/a.h": 0, "go/src/large.go": large}
        sizes.update(("go/src/p%d/f%d.go" % (number // 3, number), 100 * number) for number in range(8))
        extra = [(name, 0o644, releases.noise(size, version + name)) for name, size in sizes.items()]
        made.add(version, releases.packed(releases.entries(version, extra)))
    return made


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Serves a directory on the loopback, from a thread of this process, as long as that lives."""
    request_queue_size = 128

    def __init__(self, directory):
        super().__init__(("127.0.0.1", 0), functools.partial(Quiet, directory=str(directory)))
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # a killed client is no news


class Template:
    """A store as a command finds it."""

    def __init__(self, home, commands, change=None):
        self.root = home.root
        self.root.parent.mkdir(parents=True, exist_ok=True)
        user_files.furnish(self.root.parent)
        for words in commands:
            home.ok(*words)
        if change:
            change(home)
        self.seen = store_check.look(self.root)

    def copy(self, to):
        """Makes a store like this one; the directory above is emptied first, and holds a project."""
        figures.remove(to.parent)
        (to.parent / "project").mkdir(parents=True)
        (to.parent / "project/.go-version").write_text(SUPERSEDED + "\n")
        for name in user_files.OLD:
            if (self.root.parent / name).exists():
                (to.parent / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.root.parent / name, to.parent / name)
        if self.root.exists():
            _copy(str(self.root), str(to), False)

    def is_untouched(self):
        """Whether nothing wrote through the links of a copy."""
        return self.seen.problems == store_check.look(self.root).problems


def _copy(source, target, is_toolchain):
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            to = os.path.join(target, entry.name)
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), to)
            elif entry.is_dir():
                _copy(entry.path, to, is_toolchain or entry.name in ("versions", "trash"))
            elif is_toolchain:
                os.link(entry.path, to)
            else:
                shutil.copy(entry.path, to)
    os.chmod(target, os.stat(source).st_mode & 0o7777)


def _crash(home):
    """Leaves what crashes leave: one of each kind that ARCHITECTURE.md lists."""
    root, archive = home.root, pathlib.Path(home.mirror) / releases.file_name(NEW)
    (root / "staging/half/go/bin").mkdir(parents=True)
    (root / "staging/half/go/bin/go").write_text("half a")
    for name in ("staging/half.lock", "staging/lonely.lock", "manifests/go%s.unofficial.jsonl" % NEW):
        (root / name).touch()
    content = archive.read_bytes()
    (root / "cache" / (hashlib.sha256(content).hexdigest() + ".part")).write_bytes(content[:len(content) // 2])
    newest = home.current() + 1
    shutil.copytree(root / "generations" / str(newest - 1), root / "generations" / str(newest), symlinks=True)
    for name in (".current.new", ".previous.new"):
        os.symlink("generations/%d" % newest, root / name)
    batch = root / "trash/1"
    batch.mkdir(parents=True)
    (batch / "record.json").write_text('{"format":1,"at":1,"command":"uninstall","generation":1}')
    # Not of the release whose manifest is there: both without a tree would be a toolchain that somebody lost.
    os.symlink("../versions/go%s/bin/go" % NEWER, root / "bin" / ("go" + NEWER))
    (root / "bin" / ("go" + SUPERSEDED)).unlink()


def _flip_a_byte(home):
    """Damages a toolchain that is current."""
    path = home.tree(CURRENT) / "src/p1/f4.go"
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:100] + b"?" + content[101:])
    path.chmod(0o444)


_INSTALLING = ["install", CURRENT, PREVIOUS, SUPERSEDED]
_SWITCHING = [["use", CURRENT if switch % 2 == 0 else PREVIOUS] for switch in range(SWITCHES)]
_FULL = [_INSTALLING, *_SWITCHING]

# What each template is made with: commands, then a change by hand.
RECIPES = {
    "empty": ([],),
    "full": (_FULL,),
    "kept": ([[*_INSTALLING, "--keep-archives"], *_SWITCHING],),
    "removed": ([*_FULL, ["uninstall", SUPERSEDED]],),
    "set up": ([*_FULL, user_files.SETUP],),
    "crashed": (_FULL, _crash),
    "damaged": ([[*_INSTALLING, "--keep-archives"], *_SWITCHING], _flip_a_byte),
}


def prepared(name, home):
    """Makes the template of this name where the home is."""
    return Template(home, *RECIPES[name])
