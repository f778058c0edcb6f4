"""What is done before and during the cut: toolchains to install, the commands, and what each may leave behind."""

import hashlib
import io
import json
import os
import platform
import random
import re
import subprocess
import tarfile

ARCH = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
OLD, NEW, NEWER = "1.21.13", "1.22.4", "1.22.5"
GO = """#!/bin/sh
case "$1" in
version) echo "go version go@ linux/%s" ;;
env) root=$(readlink -f "$0"); echo "${root%%/bin/go}" ;;
*) echo "fake go@: $*" ;;
esac
""" % ARCH


class Mirror:
    """A directory with an index and archives of small toolchains, some 50 files each, as the program reads them."""

    def __init__(self, directory, files=50, padding=200_000):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.archives = {version: self._add(version, files, padding) for version in (OLD, NEW, NEWER)}
        with open(self.index, "w") as out:
            json.dump([self._row(version) for version in reversed(list(self.archives))], out)

    @property
    def index(self):
        return os.path.join(self.directory, "index.json")

    def _add(self, version, files, padding):
        noise = random.Random(version)
        contents = {"VERSION": "go%s\ntime 2024-07-02T00:00:00Z\n" % version, "bin/go": GO.replace("@", version),
                    "bin/gofmt": "#!/bin/sh\nexec cat \"$@\"\n", "go.env": "GOTOOLCHAIN=auto\n",
                    "pkg/tool/linux_%s/compile" % ARCH: "#!/bin/sh\nexit 0\n", "lib/padding.bin": padding}
        for number in range(files - len(contents)):
            contents["src/p%d/q%d/file.go" % (number % 7, number)] = 400 * (number % 30)
        path = os.path.join(self.directory, "go%s.linux-%s.tar.gz" % (version, ARCH))
        with tarfile.open(path, "w:gz", compresslevel=1, format=tarfile.USTAR_FORMAT) as archive:
            for name, body in contents.items():
                body = noise.randbytes(body) if isinstance(body, int) else body.encode()
                entry = tarfile.TarInfo("go/" + name)
                entry.size = len(body)
                entry.mode = 0o755 if body.startswith(b"#!") else 0o644
                archive.addfile(entry, io.BytesIO(body))
        return path

    def _row(self, version):
        path = self.archives[version]
        with open(path, "rb") as archive:
            digest = hashlib.sha256(archive.read()).hexdigest()
        return {"version": "go" + version, "stable": True, "files": [
            {"filename": os.path.basename(path), "os": "linux", "arch": ARCH, "version": "go" + version,
             "sha256": digest, "size": os.path.getsize(path), "kind": "archive"}]}


class Program:
    """The binary under test, and how it is called."""

    def __init__(self, binary, mirror, home):
        self.binary, self.mirror, self.home = binary, mirror, home

    def env(self, root):
        # These toolchains build nothing, and what they build would not change the order of syncs.
        return {"PATH": "/usr/bin:/bin", "HOME": self.home, "LC_ALL": "C", "GVM_RS_HOME": root, "GVM_RS_PROOF": "version",
                "GVM_RS_INDEX": self.mirror.index, "GVM_RS_MIRROR": "file://" + self.mirror.directory}

    def run(self, root, words, before=()):
        """Runs a command; `before` is put in front of it. Returns the finished process."""
        return subprocess.run([*before, self.binary, *words], env=self.env(root), text=True, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def must(self, root, *words):
        done = self.run(root, words)
        if done.returncode != 0:
            raise RuntimeError("`%s` failed while the scene was set: %s" % (" ".join(words), done.stderr.strip()))

    def commands(self):
        """The commands that this build has."""
        text = subprocess.run([self.binary, "--help"], text=True, stdout=subprocess.PIPE, check=True).stdout
        return set(re.findall(r"^  ([a-z][a-z-]+)  ", text, re.M))


class Operation:
    """A command, what went before it, and the states of the store that it leads through, first to last.

    A state is (current, installed); commands may stop at any of them before exit 0, and only at the last after.
    """

    def __init__(self, name, words, setup, states, after=None, damaged=None):
        self.name, self.words, self.setup, self.states = name, words, setup, states
        # What to run where a cut came after all was done, and its exit code: a rollback goes back only once.
        self.after = after or (words, 0)
        # A toolchain that is not whole before.
        self.damaged = damaged

    @property
    def command(self):
        return self.words[0]

    def prepare(self, program, root):
        for words in self.setup:
            program.must(root, *words)
        if self.damaged:
            _damage(root, self.damaged)


def _states(*steps):
    return [(current, frozenset(installed)) for current, installed in steps]


def _damage(root, version):
    victim = os.path.join(root, "versions", "go" + version, "go.env")
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
    Operation("prune", ("prune",), [("install", NEW), ("use", NEWER), ("use", OLD), ("use", NEWER)],
              _states((NEWER, [OLD, NEW, NEWER]), (NEWER, [OLD, NEWER]))),
    Operation("upgrade", ("upgrade",), [("use", NEW)],
              _states((NEW, [NEW]), (NEW, [NEW, NEWER]), (NEWER, [NEW, NEWER]))),
    Operation("repair", ("repair", NEW), HAS_BOTH,
              _states((OLD, [OLD, NEW])), damaged=NEW),
]}
