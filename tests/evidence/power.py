#!/usr/bin/env python3
"""Power cuts: each command on a recording disk, cut at every write and flush, with unsynced writes lost and reordered.

    sudo bash tests/evidence/run.sh power [--binary PATH] [--bounded] [--fs ext4,xfs] [--operations use,first] [--json FILE]

For ext4, xfs and btrfs (and ext4 with everything off that covers for a forgotten sync) every state of the disk that a
cut could leave is mounted, so that the journal is replayed. Then the store is checked from outside, the program must
open it, and the same command must succeed. Before exit 0 old or new is right, after it only new.

It can fail: each sync of the commands is left out in turn (strace makes it a no-op), and the harness must notice; and
the recorded order of syncs and renames goes through a machine that must refuse the sequences known to lose data.
Needs root, /dev/fuse and loop devices. Without these it fails and says what is missing, unless that is excused
(`--excuse root,fuse,loop,btrfs`).
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from home import Home
from power_cut import linux, order, scenes, trace, volume
from power_cut.experiment import Experiment, Scene, workplace

REPO = pathlib.Path(__file__).resolve().parents[2]
# A sync whose loss has to be noticed on one file system at least: (operation, what is synced).
MUST_NOTICE = [("install+use", "staging/*"), ("use", "."), ("purge", "versions")]
MUTATED = ["install+use", "use", "uninstall", "purge", "setup"]
EVERY = "every sync"
BOUNDED = {"install+use": 24, "use": 16, "rollback": 12, "uninstall": 12, "purge": 12, "prune": 12, "upgrade": 12,
           "repair": 12, "setup": 12}
Options = collections.namedtuple("Options", "limit seed again_every")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=REPO / "target/release/gvm-rs")
    parser.add_argument("--bounded", action="store_true", help="a sample of the states, in less than a minute")
    parser.add_argument("--fs", default=",".join(volume.FILE_SYSTEMS), help="default: %(default)s")
    parser.add_argument("--operations", default="", help="default: all that the binary has")
    parser.add_argument("--excuse", default="", help="what may be missing: root, fuse, loop, or a file system")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="experiments at a time; each takes one loop device")
    parser.add_argument("--no-mutations", action="store_true", help="only look for what is broken")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there")
    return parser.parse_args()


def missing(file_systems):
    """What this machine lacks, by the name under which it can be excused."""
    lacks = {}
    if os.geteuid() != 0:
        lacks["root"] = "not root"
    for name, path in [("fuse", "/dev/fuse"), ("loop", "/dev/loop-control")]:
        if not os.path.exists(path):
            lacks[name] = "no " + path
    if not shutil.which("strace"):
        lacks["strace"] = "no strace"
    for name in file_systems:
        if what := volume.FILE_SYSTEMS[name].missing():
            lacks[volume.FILE_SYSTEMS[name].kind] = "no " + what
    return lacks


def wanted(args, home):
    """The operations to run; what the binary does not have is named."""
    names = [name for name in args.operations.split(",") if name] or list(BOUNDED if args.bounded else scenes.OPERATIONS)
    absent = [name for name in names if not home.knows(scenes.OPERATIONS[name].command)]
    if absent:
        print("this build has not: " + ", ".join(absent))
    return [name for name in names if name not in absent]


def mutants(scene, bounded):
    """Which syncs to leave out: each in turn, all of a kind, all; as (name, injections)."""
    syncs, name = scene.syncs(), scene.operation.name
    single = [(what, ["%s:retval=0:when=%d" % (call, which)]) for call, which, what in syncs]
    if bounded:
        single = [mutant for mutant in single if (name, mutant[0]) in MUST_NOTICE]
    kinds = sorted({call for call, _, _ in syncs})
    every = [("every " + call, [call + ":retval=0"]) for call in kinds] if len(kinds) > 1 and not bounded else []
    return single + every + [(EVERY, [call + ":retval=0" for call in kinds])]


def mutated(args, fs_name):
    """The operations of which syncs are left out on this file system."""
    if args.no_mutations or (args.bounded and fs_name == "ext4-writeback"):
        return []
    return [name for name, _ in MUST_NOTICE] if args.bounded else MUTATED


def leaving_out(injections):
    inject = [word for injection in injections for word in ("-e", "inject=" + injection)]
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + ",".join(trace.SYNCS), *inject]


def experiment(fs_name, name, source, work, args):
    """One command on one file system: plain, beside a program that flushes all the time, and with syncs left out."""
    began = time.monotonic()
    row = {"fs": fs_name, "operation": name, "mutations": {}}
    options = Options(BOUNDED.get(name, 12) if args.bounded else 0, args.seed, 4 if args.bounded else 1)
    with workplace(work, "%s %s" % (fs_name, name)) as place:
        scene = Scene(volume.FILE_SYSTEMS[fs_name], scenes.OPERATIONS[name], source, place)
        try:
            row["order"], row["order_blind"] = scene.check_order()
        except order.Refused as refused:
            row["refused"] = str(refused)
        row["plain"] = vars(Experiment(scene, options).run())
        if not args.bounded:
            # That program makes some thousand states of what is few calls; they differ little.
            row["neighbour"] = vars(Experiment(scene, options._replace(limit=250)).run(neighbour=True))
        if name in mutated(args, fs_name):
            options = Options(40 if args.bounded else 100, args.seed, 1 << 30)
            for what, injections in mutants(scene, args.bounded):
                result = Experiment(scene, options).run(leaving_out(injections), stop_early=True)
                row["mutations"][what] = row["mutations"].get(what) or (result.broken or [None])[0]
    row["seconds"] = round(time.monotonic() - began, 1)
    return row


def verdict(rows):
    """Everything that makes the run a failure, as lines."""
    for row in rows:
        where = "%s on %s" % (row["operation"], row["fs"])
        if "refused" in row:
            yield "%s: out of order: %s" % (where, row["refused"])
        for kind in ("plain", "neighbour"):
            for text in row.get(kind, {}).get("broken", []):
                yield "%s (%s): %s" % (where, kind, text)
        for what in row.get("order_blind", []):
            if (row["operation"], what) in MUST_NOTICE:
                yield "%s: the order of the calls is the same without the sync of %s" % (where, what)
        if EVERY in row["mutations"] and not row["mutations"][EVERY]:
            yield "%s: nothing was noticed with every sync left out" % where
    for name, what in MUST_NOTICE:
        seen = [row["mutations"][what] for row in rows if row["operation"] == name and what in row["mutations"]]
        if seen and not any(seen):
            yield "%s: it is noticed nowhere that the sync of %s is left out" % (name, what)


def print_tables(rows, file_systems):
    operations = list(dict.fromkeys(row["operation"] for row in rows))
    cells = {(row["operation"], row["fs"]): row for row in rows}

    def table(title, names, cell):
        print("\n%-34s" % title + "".join("%20s" % fs for fs in file_systems))
        for name in names:
            print("%-34s" % ("  ".join(name) if isinstance(name, tuple) else name)
                  + "".join("%20s" % cell(name, fs) for fs in file_systems))

    for kind, title in [("plain", "states / broken"), ("neighbour", "beside a program that flushes")]:
        def counted(name, fs, kind=kind):
            result = cells.get((name, fs), {}).get(kind)
            return "%d / %d" % (result["states"], len(result["broken"])) if result else "-"
        if any(kind in row for row in rows):
            table(title, operations, counted)
    left_out = list(dict.fromkeys((row["operation"], what) for row in rows for what in row["mutations"]))
    if left_out:
        def noticed(name, fs):
            found = cells.get((name[0], fs), {}).get("mutations", {})
            return "-" if name[1] not in found else "noticed" if found[name[1]] else "not noticed"
        table("sync left out", left_out, noticed)


def run(args, file_systems, work):
    controls = order.check_controls()
    print("order: %d bad sequences are refused, the good one is not" % controls)
    source = scenes.Source(args.binary.resolve(strict=True), scenes.offer(os.path.join(work, "dl")).url())
    names, rows = wanted(args, Home(source.binary, os.path.join(work, "none"), source.mirror)), []
    with concurrent.futures.ProcessPoolExecutor(args.jobs, initializer=linux.die_with_parent) as pool:
        begun = [pool.submit(experiment, fs, name, source, work, args) for name in names for fs in file_systems]
        try:
            for done in concurrent.futures.as_completed(begun):
                row = done.result()
                rows.append(row)
                print("%(operation)s on %(fs)s: %(seconds)s s" % row, file=sys.stderr, flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(rows, key=lambda row: (names.index(row["operation"]), file_systems.index(row["fs"])))


def main():
    args = arguments()
    file_systems, excused = args.fs.split(","), set(args.excuse.split(","))
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    lacks = missing(file_systems)
    for name, what in lacks.items():
        print("power: %s: %s" % ("excused" if name in excused else "cannot run", what), file=sys.stderr)
    if lacks.keys() - excused:
        return 1
    file_systems = [fs for fs in file_systems if volume.FILE_SYSTEMS[fs].kind not in lacks]
    if not file_systems or lacks.keys() & {"root", "fuse", "loop", "strace"}:
        print("power: nothing was tried")
        return 0
    return guarded(args, file_systems)


def guarded(args, file_systems):
    """Runs everything in a group of processes whose mounts are its own: whatever ends it, they vanish with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(dir="/dev/shm", prefix="gvm-rs-power-")
    sys.stdout.flush()
    group = os.fork()
    if group == 0:
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.setsid()
            linux.die_with_parent()
            linux.private_mounts()
            code = report(args, file_systems, work)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    try:
        _, status = os.waitpid(group, 0)
        group = None
        return os.waitstatus_to_exitcode(status)
    finally:
        if group:
            os.killpg(group, signal.SIGKILL)
            os.waitpid(group, 0)
        shutil.rmtree(work)


def report(args, file_systems, work):
    """Runs all experiments, and prints what came of them; returns the exit code."""
    began = time.monotonic()
    rows = run(args, file_systems, work)
    print_tables(rows, file_systems)
    failures = list(verdict(rows))
    for failure in failures:
        print("FAILED %s" % failure)
    checked = [row for row in rows if "order" in row]
    syncs, blind = sum(row["order"]["syncs"] for row in checked), [what for row in checked for what in row["order_blind"]]
    print("\norder: %d syncs in %d records; %d are refused if one is left out, not so %s" % (
        syncs, len(checked), syncs - len(blind), ", ".join(sorted(set(blind))) or "none"))
    figures = [row[kind] for row in rows for kind in ("plain", "neighbour") if kind in row]
    left_out = [found for row in rows for found in row["mutations"].values()]
    summary = ("power: %d states on %s (kernel %s), %d broken, %d times done again; %d of %d left-out syncs noticed; "
               "%d failures; %d s" % (
                   sum(f["states"] for f in figures), ", ".join(file_systems), platform.release().split("-")[0],
                   sum(len(f["broken"]) for f in figures), sum(f["again"] for f in figures),
                   sum(map(bool, left_out)), len(left_out), len(failures), time.monotonic() - began))
    if args.json:
        args.json.write_text(json.dumps({"summary": summary, "failures": failures, "rows": rows}, indent=1) + "\n")
    print("\n" + summary)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
