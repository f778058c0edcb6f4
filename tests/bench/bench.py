#!/usr/bin/env python3
"""The benchmark itself; run.sh builds what it needs and calls it. Every section prints a table."""

import argparse
import collections
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile

import meter
from meter import Run, Scratch, Server, interleaved, summary

REPO = pathlib.Path(__file__).resolve().parents[2]
MAKE_MIRROR = REPO / "tests/real/make-mirror"
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
VERSION = "1.27.3"
SEVERAL = ["1.21.13", "1.22.10", VERSION]
SLOW = "100mbit"
TRUE = shutil.which("true")


def archive(version):
    return "go%s.linux-%s.tar.gz" % (version, ARCH)


class Peer:
    """A program that installs Go: its name in the tables and how to call it."""

    def __init__(self, name, program):
        self.name = name
        self.program = os.path.abspath(program)
        kind = os.path.basename(program)
        self.kind = kind if kind in ("goup", "mise") else "gvm-rs"

    def env(self, home, base):
        """A clean environment with one home, where everything is, and one mirror."""
        own = {
            "gvm-rs": {"GVM_RS_HOME": home, "GVM_RS_MIRROR": base,
                       "GVM_RS_INDEX": str(mirror_of(base) / "index.json")},
            "goup": {"GOUP_HOME": home, "GOUP_GO_REGISTRY": base, "GOUP_GO_REGISTRY_INDEX": base},
            "mise": {"MISE_DATA_DIR": home, "MISE_CACHE_DIR": home + "/cache", "MISE_CONFIG_DIR": home + "/config",
                     "MISE_STATE_DIR": home + "/state", "MISE_GO_DOWNLOAD_MIRROR": base, "MISE_YES": "1"},
        }[self.kind]
        return {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C", **own}

    def install(self, *versions, options=()):
        return [self.program] + {
            "gvm-rs": ["install", *options, *versions],
            "goup": ["install", "--dry", "--use-raw-version", versions[0]],
            "mise": ["install", *("go@" + version for version in versions)],
        }[self.kind]


SERVED = {}


def mirror_of(base):
    """The directory that a server serves."""
    return SERVED[base]


def serve(directory, *options):
    server = Server(MAKE_MIRROR, directory, *options)
    SERVED[server.base] = directory / "dl"
    return server


class Bench:
    def __init__(self, args):
        self.args = args
        self.mirror = REPO / "target/bench-mirror"
        self.figures = {}
        self.us = Peer("gvm-rs", args.program)
        self.peers = [Peer(name, args.bin / program) for name, program in (("goup-rs", "goup"), ("mise", "mise"))
                      if (args.bin / program).exists()]
        self.peers += [Peer("peer %d: %s" % item, path) for item in enumerate(args.peers, 1) for path in [item[1]]]

    # ------------------------------------------------------------ materials

    def prepare(self):
        """The mirror once more, with the `.sha256` files that goup-rs and mise ask for beside each archive."""
        source, copy = REPO / "target/real-mirror/dl", self.mirror / "dl"
        copy.mkdir(parents=True, exist_ok=True)
        for release in json.loads((source / "index.json").read_text()):
            for file in release["files"]:
                path = copy / file["filename"]
                if not path.exists():
                    shutil.copyfile(source / path.name, path)
                (copy / (path.name + ".sha256")).write_text(file["sha256"])
                path.read_bytes()  # from now on in memory
        shutil.copyfile(source / "index.json", copy / "index.json")

    def padded(self, times):
        """A mirror whose archive holds every file of the real one so many times; made once."""
        root = REPO / "target" / ("bench-mirror-%dx" % times)
        path = root / "dl" / archive(VERSION)
        if path.exists():
            return root
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name("draft")
        with tarfile.open(self.mirror / "dl" / archive(VERSION)) as real, \
                tarfile.open(draft, "w:gz", compresslevel=1, format=tarfile.USTAR_FORMAT) as out:
            for member in real:
                body = real.extractfile(member).read() if member.isfile() else b""
                name = member.name
                for number in range(times):
                    member.name = name if number == 0 else re.sub("^go", "go/copy%d" % number, name)
                    out.addfile(member, io.BytesIO(body))
        draft.rename(path)
        loader = importlib.machinery.SourceFileLoader("make_mirror", str(MAKE_MIRROR))
        maker = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_mirror", loader))
        loader.exec_module(maker)
        maker.write_index(path.parent)
        return root

    # ------------------------------------------------------------ sections

    def install(self, scratch):
        """install go1.27.3 from loopback, unthrottled"""
        with serve(self.mirror) as server:
            ways = self.ways(server.base)
            results = interleaved(self.args.rounds, {name: timed(scratch, way) for name, way in ways.items()})
            peaks = {name: meter.peak_memory(*way(str(scratch.fresh()))) for name, way in ways.items()}
        base = statistics.median(run.wall for run in results["curl | tar xz"])
        table = Table("way", "median s", "min..max", "of curl|tar", "of its min", "cpu s", "peak MB", "written MB")
        least = min(run.wall for run in results["curl | tar xz"])
        for name, runs in results.items():
            wall, cpu = summary([run.wall for run in runs]), summary([run.cpu for run in runs])
            # The staged `go` that gvm-rs runs to prove it is a program of its own.
            peak = max(size for program, size in peaks[name].items() if program != "go")
            bytes_written = None if runs[0].written is None else runs[0].written / 1e6
            table.row(name, seconds(wall["median"]), span(wall), ratio(wall["median"], base), ratio(wall["min"], least),
                      seconds(cpu["median"]), "%.1f" % (peak / 1e6), number(bytes_written))
            self.keep("install", name, wall=wall, cpu=cpu, peak=peak, written=runs[0].written)
        table.show(self.install.__doc__, "gvm-rs (verified, synced) at most 0.55 of curl|tar and 0.7 of the fastest peer;"
                   " peak at most 24 MB")
        for peer in self.peers:
            ours, theirs = (statistics.median(run.wall for run in results[name]) for name in ("gvm-rs", peer.name))
            print("gvm-rs / %s: %s" % (peer.name, ratio(ours, theirs)))

    def ways(self, base):
        """The ways to install one release: each takes a fresh directory and returns argv and environment."""
        url = "%s/%s" % (base, archive(VERSION))
        shell = {
            "curl | tar xz": "curl -sf '%s' | tar xz -C {}",
            "curl | tar xz; sync": "curl -sf '%s' | tar xz -C {} && sync -f {}",
            "curl | tee sha256sum | tar xz": "curl -sf '%s' | tee >(sha256sum >{}/sum) | tar xz -C {}; wait",
        }
        ways = {name: lambda at, script=script % url: (["bash", "-o", "pipefail", "-c", script.replace("{}", at)], None)
                for name, script in shell.items()}
        for peer in self.peers + [self.us]:
            ways[peer.name] = lambda at, peer=peer: (peer.install(VERSION), peer.env(at, base))
        ways["gvm-rs --keep-archives"] = lambda at: (
            self.us.install(VERSION, options=["--keep-archives"]), self.us.env(at, base))
        return ways

    def line(self, scratch):
        """the same on a line of 100 Mbit/s"""
        with serve(self.mirror, "--rate", SLOW) as server:
            ways = {name: way for name, way in self.ways(server.base).items() if "tee" not in name and ";" not in name}
            bare = lambda at: (["curl", "-sf", "-o", at + "/file", "%s/%s" % (server.base, archive(VERSION))], None)
            jobs = {name: timed(scratch, way) for name, way in {"curl -o file": bare, **ways}.items()}
            results = interleaved(max(2, self.args.rounds // 3), jobs)
        base = statistics.median(run.wall for run in results["curl -o file"])
        table = Table("way", "median s", "min..max", "of the bare download")
        for name, runs in results.items():
            wall = summary([run.wall for run in runs])
            table.row(name, seconds(wall["median"]), span(wall), ratio(wall["median"], base))
            self.keep("line", name, wall=wall)
        table.show(self.line.__doc__, "gvm-rs at most 1.03 of the bare download")

    def memory(self, scratch):
        """peak memory by the size of the archive"""
        table = Table("archive", "MB", "files", "gvm-rs peak MB", "with --keep-archives")
        for times in (1, 4):
            root = self.mirror if times == 1 else self.padded(times)
            size = (root / "dl" / archive(VERSION)).stat().st_size
            with serve(root) as server:
                peaks = []
                for options in ([], ["--keep-archives"]):
                    home = str(scratch.fresh())
                    command = self.us.install(VERSION, options=options)
                    peaks.append(meter.peak_memory(command, self.us.env(home, server.base))[
                        os.path.basename(self.us.program)[:15]])
                files = sum(len(names) for _, _, names in os.walk(home + "/versions"))
            table.row("%d x" % times, "%.1f" % (size / 1e6), files, *("%.1f" % (peak / 1e6) for peak in peaks))
            self.keep("memory", "%dx" % times, archive=size, files=files, peak=peaks[0], peak_keeping=peaks[1])
        table.show(self.memory.__doc__, "at most 24 MB, and flat")

    def small(self, scratch):
        """small commands, against /bin/true: started bare, by posix_spawn, and as a script does, which reads the output"""
        stores = {count: self.fake_store(scratch, count) for count in (5, 500)}
        env = {count: {"PATH": os.environ["PATH"], "HOME": home, "GVM_RS_HOME": home, "LC_ALL": "C"}
               for count, home in stores.items()}
        ours = {
            "--version": (5, "--version"),
            "current": (5, "current"),
            "which": (5, "which"),
            "init bash": (5, "init", "bash"),
            "list (5)": (5, "list"),
            "list (500)": (500, "list"),
            "ls-remote --offline": (5, "ls-remote", "--offline"),
        }
        programs = {"true": ([TRUE], env[5])}
        programs.update((name, ([self.us.program, *words], env[count])) for name, (count, *words) in ours.items())
        for peer in self.peers:
            if peer.kind == "goup":
                programs["%s --version" % peer.name] = ([peer.program, "--version"], env[5])
            if peer.kind == "gvm-rs":
                programs["%s list (5)" % peer.name] = ([peer.program, "list"], env[5])
        results = {}
        for how, start in (("bare", meter.spawn_time), ("script", meter.script_time)):
            jobs = {(name, how): lambda start=start, program=program: start(*program)
                    for name, program in programs.items()}
            results.update(interleaved(self.args.rounds * 40, jobs))
        flip = iter(range(10**9))
        gvm = lambda *words: meter.spawn_time([self.us.program, *words], env[5])
        results.update(interleaved(self.args.rounds * 8, {
            ("use", "bare"): lambda: gvm("use", "1.20.%d" % (1 + next(flip) % 2)),
            ("rollback", "bare"): lambda: gvm("rollback"),
            ("the syncs of a switch alone", "bare"): lambda: bare_switch(pathlib.Path(stores[5])),
        }))
        middle = {how: statistics.median(results["true", how]) for how in ("bare", "script")}
        least = min(results["true", "bare"])
        syncs = statistics.median(results["the syncs of a switch alone", "bare"])
        table = Table("command", "min ms", "median ms", "max ms", "min / true", "median / true",
                      "less its syncs / true", "in a script: median ms", "/ true")
        for name, how in results:
            if how != "bare":
                continue
            wall = summary(results[name, how])
            rest = ratio(wall["median"] - syncs, middle[how]) if name in ("use", "rollback") else ""
            scripted = statistics.median(results.get((name, "script"), [0]))
            in_script = ("%.2f" % (1e3 * scripted), ratio(scripted, middle["script"])) if scripted else ("", "")
            table.row(name, *("%.2f" % (1e3 * wall[key]) for key in ("min", "median", "max")),
                      ratio(wall["min"], least), ratio(wall["median"], middle[how]), rest, *in_script)
            self.keep("small", name, wall=wall, scripted=scripted)
        table.show(self.small.__doc__,
                   "each at most 1.5 x true, plus its own syncs")

    def fake_store(self, scratch, count):
        """A store of toolchains that hold nothing but a `bin/go`, on the measured disk."""
        root = pathlib.Path(tempfile.mkdtemp(prefix="store-%d." % count, dir=scratch.path))
        for name in ("staging", "cache", "versions", "manifests", "generations", "bin"):
            (root / name).mkdir(parents=True)
        (root / "layout").write_text("1\n")
        for item in range(count):
            go = root / "versions" / ("go1.%d.%d" % (20 - item // 50, item % 50 + 1)) / "bin/go"
            go.parent.mkdir(parents=True)
            go.write_text("#!/bin/sh\n")
            (root / "manifests" / (go.parts[-3] + ".jsonl")).write_text("{}\n")
        for version in ("1.20.1", "1.20.2"):
            meter.spawn_time([self.us.program, "use", version],
                             {"PATH": os.environ["PATH"], "HOME": str(root), "GVM_RS_HOME": str(root),
                              "GVM_RS_PROOF": "version"})
        return str(root)

    def counts(self, scratch):
        """counts of system calls, which are the same on any machine"""
        with serve(self.mirror) as server:
            home = str(scratch.fresh())
            calls = meter.trace(self.us.install(VERSION, options=["--keep-archives"]), self.us.env(home, server.base))
        files = sum(len(names) for _, _, names in os.walk(home + "/versions"))
        in_tree = [(name, text) for name, text in calls if "/staging/" in text]
        count = collections.Counter(name for name, _ in in_tree)
        others = sum(count.values()) - count["write"]
        everything = collections.Counter(name for name, _ in calls)
        read_back = sum(int(match.group(1)) for name, text in calls if name in ("read", "pread64", "mmap")
                        for match in [re.search(r"\.(?:part|tar\.gz)>.* = (\d+)$", text)] if match)
        figures = {
            "files unpacked": files,
            "calls in the tree per file, without writes": round(others / files, 2),
            "writes in the tree per file": round(count["write"] / files, 2),
            "fsync": everything["fsync"] + everything["fdatasync"],
            "syncfs": everything["syncfs"],
            "bytes read back from the archive": read_back,
            "futex calls": everything["futex"],
            "calls in all": sum(everything.values()),
        }
        table = Table("install --keep-archives", "")
        for name, value in figures.items():
            table.row(name, value)
            self.keep("counts", name, value=value)
        table.show(self.counts.__doc__, "at most 5 calls per file plus writes; nothing read back;"
                   " one syncfs")
        print("in the tree: %s" % ", ".join("%s %d" % item for item in count.most_common(8)))
        self.small_counts(scratch)

    def small_counts(self, scratch):
        home = self.fake_store(scratch, 5)
        env = {"PATH": os.environ["PATH"], "HOME": home, "GVM_RS_HOME": home}
        table = Table("command", "calls", "opened outside the store", "sockets", "certificates", "threads")
        for words in (["--version"], ["current"], ["which"], ["list"], ["init", "bash"], ["ls-remote", "--offline"],
                      ["use", "1.20.1"], ["rollback"]):
            calls = meter.trace([self.us.program, *words], env)
            opened = [text for name, text in calls if name.startswith("open") and home not in text]
            row = (len(calls), len(opened), sum(name == "socket" for name, _ in calls),
                   sum("ssl" in text or "cert" in text for text in opened),
                   sum(name in ("clone", "clone3") for name, _ in calls))
            table.row(" ".join(words), *row)
            self.keep("small counts", " ".join(words), row=row)
        table.show("system calls of small commands", "no socket, no certificate, no thread")

    def several(self, scratch):
        """three releases at once, against one after the other"""
        jobs = {}
        with serve(self.mirror) as fast, serve(self.mirror, "--rate", SLOW) as slow:
            urls = ["-o {}/%s %s/%s" % (name, slow.base, name) for name in map(archive, SEVERAL)]
            bare = lambda at: (["bash", "-c", "curl -sf " + " ".join(urls).replace("{}", at)], None)
            for version in SEVERAL:
                jobs[version] = timed(scratch, lambda at, v=version: (self.us.install(v), self.us.env(at, fast.base)))
            for server, where in ((fast, ""), (slow, " at " + SLOW)):
                for parallel in (1, 2):
                    jobs["-j%d%s" % (parallel, where)] = timed(scratch, lambda at, j=parallel, base=server.base: (
                        self.us.install(*SEVERAL, options=["-j%d" % j]), self.us.env(at, base)))
            jobs["curl -o, all three, at " + SLOW] = timed(scratch, bare)
            results = interleaved(max(2, self.args.rounds // 4), jobs)
            peaks = meter.peak_memory(self.us.install(*SEVERAL, options=["-j2"]),
                                      self.us.env(str(scratch.fresh()), fast.base))
        walls = {name: summary([run.wall for run in runs]) for name, runs in results.items()}
        one_by_one = sum(walls[version]["median"] for version in SEVERAL)
        bare_time = walls["curl -o, all three, at " + SLOW]["median"]
        table = Table("way", "median s", "min..max", "ratio")
        for name, wall in walls.items():
            base, of = (bare_time, " of the bare download") if SLOW in name else (one_by_one, " of one by one")
            table.row(name, seconds(wall["median"]), span(wall), ratio(wall["median"], base) + of)
            self.keep("several", name, wall=wall)
        table.show(self.several.__doc__, "the line is never idle: near 1.03 at %s; peak memory at -j2: %.1f MB" % (
            SLOW, max(size for name, size in peaks.items() if name != "go") / 1e6))

    # ------------------------------------------------------------ figures

    def keep(self, section, name, **values):
        self.figures.setdefault(section, {})[name] = values

    def save(self):
        size = os.path.getsize(self.us.program)
        print("\nbinary: %.2f MB" % (size / 1e6))
        self.figures["machine"] = {"cpus": os.cpu_count(), "machine": platform.machine(), "kernel": platform.release(),
                                   "load": os.getloadavg(), "binary": size}
        (REPO / "target/bench.json").write_text(json.dumps(self.figures, indent=1) + "\n")


def timed(scratch, way):
    """A job that runs one way in a fresh directory; making and flushing that is not timed."""
    return lambda: Run(*way(str(scratch.fresh())))


def bare_switch(root):
    """Seconds that the four syncs of a durable switch take, with the same changes between them."""
    staged, final = root / "staging/bare", root / "generations/0"
    meter.remove(final)
    spent = 0
    staged.mkdir()
    with open(staged / "record.json", "w") as record:
        record.write("{}" * 60)
        record.flush()
        spent += meter.sync_time(record.fileno())
    os.symlink("../../versions/go1.20.1", staged / "go")
    spent += meter.sync_time(staged)
    staged.rename(final)
    spent += meter.sync_time(final.parent)
    os.symlink("generations/0", root / "bare.new")
    os.replace(root / "bare.new", root / "bare")
    return spent + meter.sync_time(root)


class Table:
    """Rows of text, printed with the columns aligned."""

    def __init__(self, *heads):
        self.rows = [heads]

    def row(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def show(self, title, target):
        widths = [max(map(len, column)) for column in zip(*self.rows)]
        print("\n## %s\ntarget: %s" % (title, target))
        for cells in self.rows:
            print("  ".join([cells[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(cells[1:], widths[1:])]), flush=True)


def seconds(value):
    return "%.2f" % value


def span(wall):
    return "[%.2f..%.2f]" % (wall["min"], wall["max"])


def ratio(value, base):
    return "%.2f" % (value / base)


def number(value):
    return "-" if value is None else "%.0f" % value


SECTIONS = ["install", "line", "memory", "small", "counts", "several"]


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--scratch", type=pathlib.Path, help="where to install; default: target/")
    parser.add_argument("--mise", action="store_true", help="build and measure mise too")
    parser.add_argument("--peers", nargs="+", default=[], metavar="PATH")
    args = parser.parse_args()
    bench = Bench(args)
    bench.prepare()
    with Scratch(args.scratch or REPO / "target") as scratch:
        for section in args.only:
            getattr(bench, section)(scratch)
    bench.save()


if __name__ == "__main__":
    try:
        main()
    except (meter.Failed, OSError, subprocess.SubprocessError) as problem:
        sys.exit("bench: %s" % problem)
