"""An independent check of a store: everything that has to be true of the disk, read from the disk alone.

It shares no code with the program. The names in the root come from ARCHITECTURE.md ("On disk"), so that a
name which is not documented is a finding; manifests, links and records are read as that page describes them,
and every file of every toolchain is hashed. Other harnesses of this directory use it too:

    seen = store_check.look(root)                 what may be there at any time, whatever was killed
    seen = store_check.look(root, is_tidy=True)   what is there after the next writer: no leftovers
    assert not seen.problems
    store_check.grew(before, after)               what two looks tell of the history

and by hand: python3 tests/evidence/store_check.py [--tidy] ROOT
"""

import hashlib
import json
import os
import pathlib
import re
import stat
import subprocess
import sys

ARCHITECTURE = pathlib.Path(__file__).resolve().parents[2] / "ARCHITECTURE.md"
GO_NAME = re.compile(r"go1\.\d+(\.\d+)?((rc|beta)\d+)?$")
MANIFEST = re.compile(r"(go1\.[0-9a-z.]+?)(\.unofficial)?\.jsonl$")
NUMBER = re.compile(r"[1-9]\d*$")
PLATFORM = re.compile(r"[a-z0-9]+-[a-z0-9]+$")
CACHED = re.compile(r"[0-9a-f]{64}\.(tar\.gz|part)$")
COMMANDS = ("go", "gofmt")
# So many of the newest generations are never pruned.
KEPT_GENERATIONS = 10
TEMPORARY = (".current.new", ".previous.new")
MOVED_ASIDE = re.compile(r"\.old(\.\d+)?$")  # by a repair
CLEAN_ENV = {"PATH": "/usr/bin:/bin", "GOTOOLCHAIN": "local", "GOENV": "off"}


class Seen:
    """What a look at a store found."""

    def __init__(self):
        self.problems = []
        self.go = None           # the version that `bin/go` is, as it says itself; None: nothing is current
        self.current = None      # number of the current generation
        self.previous = None
        self.installed = set()   # versions whose tree has its name
        self.generations = {}    # number -> (version, what its record says was before)
        self.kept = set()        # archives in the cache
        self.batches = {}        # number of a batch of the trash -> versions whose tree is in it
        self.leftovers = []      # what the next writer sweeps

    @property
    def trash(self):
        """The versions that can be brought back."""
        return set().union(*self.batches.values())

    def wrong(self, text, *values):
        self.problems.append(text % values)


def documented_names():
    """Returns the names in a root, and those in its cache, that ARCHITECTURE.md lists."""
    block = ARCHITECTURE.read_text().split("## On disk", 1)[1].split("\n## ", 1)[0]
    names, cached = set(), set()
    for line in block.splitlines():
        found = re.match(r" {6}([a-z<.][^\s]*)", line)
        if found:
            first, _, rest = found.group(1).partition("/")
            names.add(first)
            if first == "cache":
                cached.add(rest)
    if not {"layout", "lock", "current", "versions", "staging"} <= names:
        raise SystemExit("%s: the list of names below `On disk` cannot be read" % ARCHITECTURE)
    return names, cached


NAMES, CACHE_NAMES = documented_names()


def look(root, is_tidy=False, runs=True, may_resume=False):
    """Checks a store; a root that does not exist is an empty one.

    `runs`: whether `bin/go` is started. `may_resume`: whether a tidy store may hold half a download.
    """
    root, seen = str(root), Seen()
    if not os.path.lexists(root):
        return seen
    _look_at_root(root, seen, is_tidy)
    manifests = _manifests(os.path.join(root, "manifests"), seen)
    _look_at_versions(root, seen, manifests)
    _look_at_trash(root, seen, manifests, is_tidy)
    for name in manifests if is_tidy else ():
        seen.wrong("the manifest of %s has no tree", name)
    _look_at_generations(root, seen)
    _look_at_links(root, seen)
    _look_at_bin(root, seen, is_tidy)
    _look_at_cache(root, seen, is_tidy, may_resume)
    _look_at_projects(root, seen)
    _look_at_foreign(root, seen)
    if runs and seen.current is not None:
        _run_go(root, seen)
    return seen


def _names(*parts):
    try:
        return sorted(os.listdir(os.path.join(*parts)))
    except FileNotFoundError:
        return []


def _look_at_root(root, seen, is_tidy):
    names = _names(root)
    for name in names:
        if name in TEMPORARY:
            seen.leftovers.append(name)
        elif name not in NAMES and not MOVED_ASIDE.search(name):
            seen.wrong("%s is not a name of a store", name)
    if "layout" in names:
        with open(os.path.join(root, "layout"), "rb") as file:
            found = file.read()
        if found.strip() != b"1":
            seen.wrong("layout says %r", found)
    elif "current" in names or _names(root, "versions") or _names(root, "generations"):
        seen.wrong("there is something in the store, and no layout")
    if "lock" in names and not stat.S_ISREG(os.lstat(os.path.join(root, "lock")).st_mode):
        seen.wrong("lock is not a file")
    seen.leftovers += ["staging/" + name for name in _names(root, "staging")]
    if is_tidy:
        for leftover in seen.leftovers:
            seen.wrong("%s is left over", leftover)
        missing = {"layout", "lock", "staging", "cache", "versions", "manifests", "generations", "bin"} - set(names)
        if missing:
            seen.wrong("%s missing", sorted(missing))


def _manifests(directory, seen):
    """The manifests in a directory, by toolchain; other names there are left to the caller."""
    found = {}
    for name in _names(directory):
        match = MANIFEST.match(name)
        if match and match.group(1) in found:
            seen.wrong("%s has two manifests", match.group(1))
        elif match:
            found[match.group(1)] = os.path.join(directory, name)
        elif os.path.basename(directory) == "manifests":
            seen.wrong("manifests/%s is not a name of a manifest", name)
    return found


def _look_at_versions(root, seen, manifests):
    """Checks what is installed, and takes its manifests out of `manifests`."""
    for name in _names(root, "versions"):
        tree = os.path.join(root, "versions", name)
        if not _is_toolchain(tree):
            seen.wrong("versions/%s is not a toolchain", name)
            continue
        seen.installed.add(name[2:])
        check_tree(tree, manifests.pop(name, None), seen)


def _is_toolchain(tree):
    return GO_NAME.match(os.path.basename(tree)) and stat.S_ISDIR(os.lstat(tree).st_mode)


def _look_at_trash(root, seen, manifests, is_tidy):
    """Checks what was removed; on its way there or back a tree may be without its manifest, which is in `manifests`."""
    for number in _names(root, "trash"):
        batch = os.path.join(root, "trash", number)
        if not NUMBER.match(number) or not os.path.isdir(batch):
            seen.wrong("trash/%s is not a batch", number)
            continue
        own = _manifests(batch, seen)
        trees = {name for name in _names(batch) if name != "record.json" and not MANIFEST.match(name)}
        seen.batches[int(number)] = {name[2:] for name in trees}
        if trees or is_tidy:  # an empty one is on its way out, and may be without its record already
            _check_batch_record(batch, seen)
        for name in sorted(trees):
            if not _is_toolchain(os.path.join(batch, name)):
                seen.wrong("trash/%s/%s is not a toolchain", number, name)
                continue
            if name not in own and not is_tidy and name in manifests:
                own[name] = manifests.pop(name)
            check_tree(os.path.join(batch, name), own.pop(name, None), seen)
        if is_tidy and not trees:
            seen.wrong("trash/%s is empty", number)
        for name in own if is_tidy else ():
            seen.wrong("trash/%s: the manifest of %s has no tree", number, name)


def _check_batch_record(batch, seen):
    try:
        _check_record(os.path.join(batch, "record.json"), "generation")
    except (ValueError, KeyError, OSError) as problem:
        seen.wrong("trash/%s: its record: %s", os.path.basename(batch), problem)


def _check_record(path, number_key):
    """Reads a record, and raises ValueError if it has other types than it should."""
    with open(path, "rb") as file:
        record = json.load(file)
    number = record[number_key]
    if not (isinstance(record["at"], int) and isinstance(record["command"], str)):
        raise ValueError("it has other types: %s" % record)
    if number is not None and not (isinstance(number, int) and number > 0):
        raise ValueError("%s is %r" % (number_key, number))
    return number


def check_tree(tree, manifest, seen):
    """Holds every file of a toolchain against its manifest."""
    where = "%s/%s" % (os.path.basename(os.path.dirname(tree)), os.path.basename(tree))
    if manifest is None:
        seen.wrong("%s has no manifest", where)
        return
    try:
        with open(manifest, encoding="utf-8") as lines:
            header, *files, end = [json.loads(line) for line in lines]
        wanted = {file["path"]: file for file in files}
        counted = {"files": len(wanted), "bytes": sum(file["size"] for file in files)}
        if "go" + header["version"] != os.path.basename(tree) or not re.match(r"[0-9a-f]{64}$", header["sha256"]):
            seen.wrong("%s: its manifest is of another", where)
        if len(files) != len(wanted) or end != counted:
            seen.wrong("%s: its manifest does not hold what its last line says", where)
    except (ValueError, KeyError, OSError) as problem:
        seen.wrong("%s: its manifest cannot be read: %s", where, problem)
        return
    for directory, _, names in os.walk(tree, onerror=lambda problem: seen.wrong("%s: %s", where, problem)):
        mode = stat.S_IMODE(os.lstat(directory).st_mode)
        if mode != (0o755 if directory == tree else 0o555):
            seen.wrong("%s: mode %o", os.path.relpath(directory, tree), mode)
        for name in names:
            path = os.path.join(directory, name)
            below = os.path.relpath(path, tree)
            file = wanted.pop(below, None)
            if file is None:
                seen.wrong("%s: %s is not in the manifest", where, below)
            else:
                _check_file(path, file, "%s: %s" % (where, below), seen)
    for path in wanted:
        seen.wrong("%s: %s is missing", where, path)


def _check_file(path, file, where, seen):
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != file["mode"]:
        seen.wrong("%s: mode %o, not %o", where, status.st_mode, file["mode"])
        return
    with open(path, "rb") as content:
        found = hashlib.sha256(content.read()).hexdigest()
    if status.st_size != file["size"] or found != file["sha256"]:
        seen.wrong("%s: %d bytes with the hash %s, not as in the manifest", where, status.st_size, found)


def _look_at_generations(root, seen):
    for name in _names(root, "generations"):
        path = os.path.join(root, "generations", name)
        try:
            if not NUMBER.match(name) or _names(path) != ["go", "record.json"]:
                raise ValueError("it is not a generation: %s" % _names(path))
            target = os.readlink(os.path.join(path, "go"))
            version = target.removeprefix("../../versions/go")
            if "go" + version != os.path.basename(target) or not GO_NAME.match("go" + version):
                raise ValueError("it leads to %s" % target)
            before = _check_record(os.path.join(path, "record.json"), "from")
            if before is not None and before >= int(name):
                raise ValueError("it comes from %s" % before)
            seen.generations[int(name)] = (version, before)
        except (ValueError, KeyError, OSError) as problem:
            seen.wrong("generations/%s: %s", name, problem)


def _look_at_links(root, seen):
    for name in ("current", "previous"):
        path = os.path.join(root, name)
        if not os.path.lexists(path):
            continue
        if not os.path.islink(path):
            seen.wrong("%s is not a link", name)
            continue
        directory, _, number = os.readlink(path).partition("/")
        if directory != "generations" or not NUMBER.match(number) or int(number) not in seen.generations:
            seen.wrong("%s -> %s, which is no generation", name, os.readlink(path))
        else:
            setattr(seen, name, int(number))
    if seen.current is not None and seen.generations[seen.current][0] not in seen.installed:
        seen.wrong("current is go%s, which is not installed", seen.generations[seen.current][0])
    # One line of numbers; only a prune leaves gaps, and only far below.
    newest = sorted(seen.generations)[-KEPT_GENERATIONS:]
    if newest and newest != list(range(newest[-1] - len(newest) + 1, newest[-1] + 1)):
        seen.wrong("the last generations are %s", newest)
    elif len(seen.generations) < KEPT_GENERATIONS and newest[:1] not in ([], [1]):
        seen.wrong("the first generation is %d", newest[0])


def _look_at_bin(root, seen, is_tidy):
    if not is_tidy and not os.path.exists(os.path.join(root, "layout")):
        return
    names = set(_names(root, "bin"))
    wanted = {*COMMANDS, *("go" + version for version in seen.installed)}
    for name in names:
        path = os.path.join(root, "bin", name)
        target = os.readlink(path) if os.path.islink(path) else "not a link"
        if target != ("../current/go/bin/%s" if name in COMMANDS else "../versions/%s/bin/go") % name:
            seen.wrong("bin/%s -> %s", name, target)
    # A crash may come between a tree and its name.
    surplus = {name for name in names - wanted if is_tidy or not GO_NAME.match(name)}
    missing = {name for name in wanted - names if is_tidy or name in COMMANDS}
    for text, wrong in (("bin lacks %s", missing), ("bin has %s", surplus)):
        if wrong:
            seen.wrong(text, sorted(wrong))


def _look_at_cache(root, seen, is_tidy, may_resume):
    for name in _names(root, "cache"):
        if name.endswith(".tar.gz"):
            seen.kept.add(name)
        if name not in CACHE_NAMES and not CACHED.match(name):
            seen.wrong("cache/%s is not a name of the cache", name)
        elif is_tidy and name.endswith(".part"):
            if not (may_resume and os.path.getsize(os.path.join(root, "cache", name))):
                seen.wrong("cache/%s is left over", name)


def _look_at_projects(root, seen):
    for directory in ("projects", "edited"):
        for name in _names(root, directory):
            path = os.path.join(root, directory, name)
            target = os.readlink(path) if os.path.islink(path) else ""
            if not os.path.isabs(target) or hashlib.sha256(os.fsencode(target)).hexdigest() != name:
                seen.wrong("%s/%s -> %r", directory, name, target)


def _look_at_foreign(root, seen):
    for platform in _names(root, "foreign"):
        for name in _names(root, "foreign", platform):
            if not PLATFORM.match(platform) or not _is_toolchain(os.path.join(root, "foreign", platform, name)):
                seen.wrong("foreign/%s/%s is not a toolchain", platform, name)


def _run_go(root, seen):
    try:
        ended = subprocess.run([os.path.join(root, "bin/go"), "version"], env=CLEAN_ENV, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as problem:
        seen.wrong("go does not run: %s", problem)
        return
    words = ended.stdout.split()
    if ended.returncode != 0 or words[:2] != ["go", "version"] or not GO_NAME.match("".join(words[2:3])):
        seen.wrong("go version: %d %s%s", ended.returncode, ended.stdout, ended.stderr)
        return
    seen.go = words[2][2:]
    if seen.go != seen.generations[seen.current][0]:
        seen.wrong("go is %s, and current is %s", seen.go, seen.generations[seen.current][0])


def grew(before, after, may_forget=False):
    """Returns what is wrong with a history: a number used twice, or gone, or added below another."""
    newest = max(before.generations, default=0)
    for number, generation in after.generations.items():
        if before.generations.get(number, generation) != generation:
            yield "generation %d was rewritten" % number
        if number not in before.generations and number <= newest:
            yield "generation %d came after %d" % (number, newest)
    gone = sorted(set(before.generations) - set(after.generations))
    if gone and not may_forget:
        yield "generations %s are gone" % gone


def main(arguments):
    is_tidy = "--tidy" in arguments
    roots = [argument for argument in arguments if argument != "--tidy"]
    failed = False
    for root in roots:
        seen = look(root, is_tidy)
        for problem in seen.problems:
            print("%s: %s" % (root, problem))
        failed |= bool(seen.problems)
        print("%s: go %s, %d toolchains, %d generations, current %s, %d leftovers, %d problems" % (
            root, seen.go, len(seen.installed), len(seen.generations), seen.current, len(seen.leftovers),
            len(seen.problems)))
    return 1 if failed or not roots else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
