"""Releases to install: small fake ones, real ones, and the directory with the index that offers them."""

import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import subprocess
import tarfile

ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
FAKE_C = pathlib.Path(__file__).with_name("fakego.c")
SCRIPT = """#!/bin/sh
case $1 in
  version) echo "go version go%s linux/%s" ;;
  env) dirname "$(dirname "$(readlink -f "$0")")" ;;
  *) echo "fake build by go%s" ;;
esac
"""


def file_name(version):
    """The name of a release's archive."""
    return "go%s.linux-%s.tar.gz" % (version, ARCH)


def compiled(directory):
    """Compiles the fake Go, whose processes can be told by their executable, as those of the real one."""
    program = pathlib.Path(directory) / "fakego"
    subprocess.run(["cc", "-O1", "-o", str(program), str(FAKE_C)], check=True)
    return program.read_bytes()


def packed(entries, level=6):
    """A tar.gz of (name, mode, bytes), always the same for the same entries."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, mode, data in entries:
            info = tarfile.TarInfo(name)
            info.mode, info.size, info.mtime = mode, len(data), 1700000000
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue(), level, mtime=0)


def entries(version, extra=(), program=None):
    """What a fake release holds; with a compiled program a complete one, else a shell script."""
    stamp = ("\nFAKE go%s" % version).encode().ljust(64, b"\0")
    if program:
        tools = [("go/pkg/tool/" + tool, 0o755, program + stamp) for tool in ("compile", "asm", "link")]
        return [("go/VERSION", 0o644, b"go%s\n" % version.encode()), ("go/bin/go", 0o755, program + stamp),
                ("go/bin/gofmt", 0o755, program + stamp), *tools,
                *(("go/src/%d.go" % number, 0o644, b"package fake" + stamp) for number in range(8)), *extra]
    script = (SCRIPT % (version, ARCH, version)).encode()
    return [("go/VERSION", 0o644, b"go%s\n" % version.encode()), ("go/bin/go", 0o755, script),
            ("go/bin/gofmt", 0o755, script), ("go/src/fmt/print.go", 0o644, b"package fmt\n"), *extra]


def noise(size, seed=1):
    """Bytes that do not compress, always the same."""
    out = bytearray()
    block = str(seed).encode()
    while len(out) < size:
        block = hashlib.sha512(block).digest()
        out += block
    return bytes(out[:size])


class Offer:
    """A directory with archives and their index."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.rows = {}

    def add(self, version, archive):
        """Offers an archive; it may be bytes, or a path that is linked to."""
        path = self.directory / file_name(version)
        if isinstance(archive, bytes):
            path.write_bytes(archive)
        else:
            os.symlink(archive, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.rows[version] = {
            "filename": path.name, "os": "linux", "arch": ARCH, "version": "go" + version,
            "sha256": digest, "size": path.stat().st_size, "kind": "archive"}
        self.index.write_bytes(self.index_bytes())
        return self

    def index_bytes(self, **changes):
        """The index; `changes` are put into each row, None takes a key away."""
        rows = []
        for version, row in self.rows.items():
            row = {key: value for key, value in {**row, **changes}.items() if value is not None}
            rows.append({"version": "go" + version, "stable": True, "files": [row]})
        return json.dumps(rows).encode()

    @property
    def index(self):
        return self.directory / "index.json"

    def archive(self, version):
        return (self.directory / file_name(version)).read_bytes()

    def url(self):
        return str(self.directory)


def differences(tree, archive):
    """What in an installed tree is not as in its archive: missing, other bytes, not executable, added."""
    tree, wrong, seen = pathlib.Path(tree), [], set()
    with tarfile.open(archive) as tar:
        for info in tar:
            if not info.isfile():
                continue
            name = info.name.split("/", 1)[1]
            path = tree / name
            seen.add(name)
            try:
                same = path.read_bytes() == tar.extractfile(info).read()
                modes = bool(path.stat().st_mode & 0o100) == bool(info.mode & 0o100)
                wrong += [] if same and modes else [name]
            except OSError as error:
                wrong.append("%s: %s" % (name, error.strerror))
    for path in tree.rglob("*"):
        if not path.is_dir() and str(path.relative_to(tree)) not in seen:
            wrong.append("%s was added" % path.relative_to(tree))
    return wrong
