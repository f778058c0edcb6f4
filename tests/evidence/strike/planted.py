"""A tiny version manager that does one thing wrong, to show that the harness would see it.

    python3 -I -S planted.py BUG install|use|uninstall|rollback [OPTION] [VERSION]

It keeps the layout of ARCHITECTURE.md and knows no more than the experiment needs. With the bug `none` it does
everything right, and has to survive every point; each of the others has to be caught.
"""

import fcntl
import json
import os
import sys

BUGS = {
    "none": "does everything right",
    "unlinks first": "removes `current`, then makes it anew",
    "unpacks in place": "unpacks under the final name",
    "switches early": "switches before the toolchain has its name",
    "deletes in place": "uninstalls by deleting files under the final name",
    "swallows errors": "ends with 0 though the switch failed",
    "syncs again": "takes a second fsync for an answer to the first",
}
BUG, ROOT = sys.argv[1], os.environ["GVM_RS_HOME"]


def at(*parts):
    return os.path.join(ROOT, *parts)


def sync(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if BUG != "syncs again":
            raise
        os.fsync(handle)
    finally:
        os.close(handle)


def names(*parts):
    return sorted(os.listdir(at(*parts)))


def remove(path):
    if os.path.islink(path) or not os.path.isdir(path):
        if os.path.lexists(path):
            os.unlink(path)
        return
    os.chmod(path, 0o700)
    for name in os.listdir(path):
        remove(os.path.join(path, name))
    os.rmdir(path)


def point(link, target, temporary):
    """Makes a link lead elsewhere, in one step."""
    remove(temporary)
    if BUG == "unlinks first" and link == at("current"):
        os.unlink(link)
        os.symlink(target, link)
        return
    os.symlink(target, temporary)
    try:
        os.rename(temporary, link)
    except OSError:
        if BUG != "swallows errors":
            raise


def sweep():
    for name in names("staging"):
        remove(at("staging", name))
    for name in (".current.new", ".previous.new"):
        remove(at(name))
    installed = names("versions")
    for name in names("bin"):
        if name.startswith("go1") and name not in installed:
            remove(at("bin", name))
    for name in installed:
        if not os.path.islink(at("bin", name)):
            point(at("bin", name), "../versions/%s/bin/go" % name, at("staging", "link"))
    for name in names("manifests"):
        if name.split(".unofficial")[0] not in installed:
            remove(at("manifests", name))


def unpack(archive, tree):
    """Writes the files of an archive; returns the lines of its manifest."""
    import hashlib
    import tarfile
    lines = []
    os.mkdir(tree, 0o755)
    with tarfile.open(archive) as tar:
        for entry in tar:
            path = entry.name[3:]
            directory = os.path.join(tree, os.path.dirname(path))
            os.makedirs(directory, 0o755, exist_ok=True)
            content, mode = tar.extractfile(entry).read(), 0o555 if entry.mode & 0o111 else 0o444
            with open(os.open(os.path.join(tree, path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb", 0) as file:
                file.write(content)
            digest = hashlib.sha256(content).hexdigest()
            lines.append({"path": path, "mode": mode, "size": len(content), "sha256": digest})
    for directory, _, _ in os.walk(tree):
        if directory != tree:
            os.chmod(directory, 0o555)
    return lines


def install(version):
    tree = at("versions", "go" + version)
    if os.path.isdir(tree):
        return
    archive = os.environ["GVM_RS_MIRROR"] + "/go%s.linux-amd64.tar.gz" % version
    staged = at("staging", "go")
    lines = unpack(archive, tree if BUG == "unpacks in place" else staged)
    header = {"format": 1, "version": version, "platform": "linux-amd64", "archive": os.path.basename(archive),
              "url": archive, "sha256": "0" * 64, "size": 0, "verified_by": "named-index", "index": "", "installed_at": 1}
    end = {"files": len(lines), "bytes": sum(line["size"] for line in lines)}
    with open(at("staging", "manifest"), "xb", 0) as file:
        file.write(b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in [header, *lines, end]))
    sync(at("staging"))
    if BUG == "switches early" and sys.argv[2] == "use":
        switch(version)
    os.rename(at("staging", "manifest"), at("manifests", "go%s.unofficial.jsonl" % version))
    if BUG != "unpacks in place":
        os.rename(staged, tree)
    sync(at("versions"))
    sweep()


def current():
    number = os.path.basename(os.readlink(at("current")))
    return int(number), os.path.basename(os.readlink(at("generations", number, "go")))[2:]


def switch(version):
    before, found = current()
    if found == version:
        return
    number = max(map(int, names("generations"))) + 1
    staged = at("staging", "generation")
    os.mkdir(staged)
    with open(os.path.join(staged, "record.json"), "xb", 0) as file:
        file.write(json.dumps({"format": 1, "at": 1, "command": "use", "from": before}).encode())
    os.symlink("../../versions/go" + version, os.path.join(staged, "go"))
    sync(staged)
    os.rename(staged, at("generations", str(number)))
    sync(at("generations"))
    point(at("current"), "generations/%d" % number, at(".current.new"))
    sync(ROOT)
    point(at("previous"), "generations/%d" % before, at(".previous.new"))


def rollback(_):
    number, _ = current()
    with open(at("generations", str(number), "record.json")) as file:
        before = json.load(file)["from"]
    switch(os.path.basename(os.readlink(at("generations", str(before), "go")))[2:])


def use(version):
    install(version)
    switch(version)


def uninstall(version):
    tree = at("versions", "go" + version)
    if not os.path.isdir(tree):
        sys.exit(4)
    remove(at("bin", "go" + version))
    gone = tree
    if BUG != "deletes in place":
        gone = at("staging", "gone")
        os.rename(tree, gone)
        sync(at("versions"))
    remove(at("manifests", "go%s.unofficial.jsonl" % version))
    remove(gone)


def main():
    try:
        lock = os.open(at("lock"), os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        {"install": install, "use": use, "uninstall": uninstall, "rollback": rollback}[sys.argv[2]](sys.argv[-1])
    except OSError as problem:
        print("error: cannot do it: %s `%s/%s`" % (problem.strerror, ROOT, problem.filename), file=sys.stderr)
        sys.exit(8)


main()
