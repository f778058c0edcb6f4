#!/usr/bin/env python3
"""Full disks: every command with any number of bytes or inodes left, and a rollback on a disk with nothing left.

Then odd surroundings: clocks that jump, masks, other owners, a disk that turns read-only. After each: a documented
exit code, `go` as before or as wanted, nothing left over, and the same command succeeds once there is room.
"""

import os
import sys

import figures
import releases
import surroundings
from disks import Disk, Missing
from home import Home

OLD, NEW, LARGE = "1.22.1", "1.22.2", "1.23.1"
DISK_FULL = 8


class Full:
    def __init__(self, args, scratch, report):
        self.args, self.scratch, self.report = args, scratch, report
        self.offer = releases.Offer(scratch / "dl")
        zeros = [("go/src/zeros/%d" % number, 0o644, bytes(50_000)) for number in range(60)]
        # Small as an archive, so that no look at the free space beforehand refuses it.
        for version, extra in ((OLD, []), (NEW, []), (LARGE, zeros)):
            self.offer.add(version, releases.packed(releases.entries(version, extra), 9))
        self.total = self.refused = 0

    def home(self, disk):
        home = Home(self.args.binary, disk.mount / "root", self.offer.url(), HOME=disk.mount)
        home.ok("install", OLD, NEW)
        home.ok("use", OLD)
        home.ok("use", NEW)
        return home

    def tried(self, home, words, name, says):
        """Runs a command on a disk that may be full; returns whether it was done."""
        run = home.gvm(*words)
        self.total += 1
        self.report.expect(run.code in (0, DISK_FULL) and not run.is_broken, name, run)
        said = home.says()
        self.report.expect(said in says if run.code == 0 else said == NEW, name + ": go", lambda: "%s, %s" % (said, run))
        if run.code == DISK_FULL:
            self.refused += 1
            told = "No space left" in run.err or "not enough space" in run.err
            self.report.expect(told and str(home.root) in run.err and "hint: " in run.err, name, run)
        for fault in home.faults(self.offer.directory):
            self.report.fail(name, "%s after %s" % (fault, run))
        return run.code == 0

    def again(self, home, words, name):
        """There is room again: the same command succeeds, and the scene is set for the next."""
        run = home.gvm(*words)
        # What a full disk did not keep from being removed is not there a second time.
        self.report.expect(run.code in (0, 4 if words[0] == "uninstall" else 0), name + ", with room again", run)
        for fault in home.faults(self.offer.directory):
            self.report.fail(name + ", with room again", fault)
        home.ok("install", OLD, NEW)
        home.ok("use", OLD)
        home.ok("use", NEW)
        home.ok(*(["uninstall", "--force", LARGE] if LARGE in home.installed() else ["list"]))
        if (home.root / "trash").exists():
            home.ok("prune", "--trash")

    def sweep(self, disk, home, leave, amounts, unit):
        """An install and each smaller command, with any amount left."""
        before, refused = self.total, self.refused
        for amount in amounts:
            commands = [(["install", LARGE], {NEW})]
            if amount <= 64:
                commands += [(["rollback"], {OLD}), (["use", OLD], {OLD}), (["uninstall", "--force", OLD], {NEW}),
                             (["prune"], {NEW}), (["cache", "clean"], {NEW}), (["list"], {NEW})]
            if self.args.bounded and amount % 16:
                commands = commands[:2]
            for words, says in commands:
                leave(amount)
                name = "%s, %d %s left: %s" % (disk.kind, amount, unit, " ".join(words))
                self.tried(home, words, name, says)
                disk.empty()
                self.again(home, words, name)
        self.report.row("%s: %d to %d %s left" % (disk.kind, amounts[0], amounts[-1], unit),
                        commands=self.total - before, refused=self.refused - refused)

    def nothing_left(self, disk, home):
        """A completely full disk: reading works, going back works (on btrfs it may be refused), removing makes room."""
        disk.fill()
        name = "%s, nothing left" % disk.kind
        done, now = 0, NEW
        for _ in range(6):
            other = OLD if now == NEW else NEW
            run = home.gvm("rollback")
            self.total += 1
            if run.code == 0:
                done, now = done + 1, other
            else:
                self.refused += 1
                honest = disk.kind == "btrfs" and run.code == DISK_FULL and "No space left" in run.err
                self.report.expect(honest, name + ": rollback", run)
            self.report.expect(home.says() == now, name + ": go", lambda: "%s instead of %s, %s" % (home.says(), now, run))
        for words in (["list"], ["current"], ["which"], ["history"], ["exec", OLD, "--", "go", "version"]):
            run = home.gvm(*words)
            self.report.expect(run.code == 0, name, run)
        run = home.gvm("install", LARGE)
        self.report.expect(run.code == DISK_FULL, name, run)
        faults = home.faults(self.offer.directory)
        self.report.expect(not faults, name, faults)
        removed = home.gvm("uninstall", "--force", OLD if now == NEW else NEW)
        self.report.expect(removed.code in (0, DISK_FULL) and home.says() == now, name, removed)
        disk.empty()
        self.again(home, ["use", NEW], name)
        self.report.row(name, rollbacks_done=done, of=6, uninstall_exit=removed.code)

    def new_store(self, disk):
        """A first install on a full disk is refused, and succeeds once there is room."""
        disk.fill()
        home = Home(self.args.binary, disk.mount / "new", self.offer.url(), HOME=disk.mount)
        run = home.gvm("use", NEW)
        self.report.expect(run.code == DISK_FULL and not run.is_broken, disk.kind + ": a new store", run)
        disk.empty()
        home.ok("use", NEW)
        self.report.expect(home.says() == NEW, disk.kind + ": a new store", home.says())
        figures.remove(home.root)

    def kind(self, kind):
        quick = self.args.bounded
        try:
            with Disk(kind, self.scratch) as disk:
                home = self.home(disk)
                self.nothing_left(disk, home)
                if quick and kind == "xfs":
                    return 1
                amounts = [0, 8, 64, 700, 4000] if quick else [*range(0, 68, 4), *range(100, 1000, 100), *range(1000, 5000, 250)]
                self.sweep(disk, home, disk.leave, amounts, "KiB")
                self.new_store(disk)
        except Missing as reason:
            return self.skip(kind, reason)
        if kind in ("tmpfs", "ext4"):
            with Disk(kind, self.scratch, "24m", 400) as disk:
                home = self.home(disk)
                self.nothing_left(disk, home)
                amounts = [0, 1, 2, 5, 30, 90] if quick else [*range(0, 30), *range(30, 130, 10)]
                self.sweep(disk, home, disk.leave_inodes, amounts, "inodes")
        return 1

    def skip(self, what, reason):
        print("  skipped: %s: %s" % (what, reason))
        return 0

    def control(self):
        """A rollback that makes a new generation, come what may: on a full disk it must be found out."""
        with Disk("tmpfs", self.scratch, "24m", 400) as disk:
            home = self.home(disk)
            wrong = self.scratch / "wrong"
            wrong.write_text('#!/bin/sh\ncd "$GVM_RS_HOME" || exit 1\nrm current\nmkdir generations/99 &&\n'
                             'ln -s ../../versions/go%s generations/99/go && ln -s generations/99 current\n' % OLD)
            wrong.chmod(0o755)
            disk.fill()
            home.binary = wrong
            run = home.gvm("rollback")
            found = run.code not in (0, DISK_FULL) or home.says() not in (OLD, NEW)
            self.report.row("control: a rollback that creates", exit=run.code, found_out=found)
            self.report.expect(found, "control", run)
            disk.empty()


def main():
    args = figures.arguments(__doc__.splitlines()[0]).parse_args()
    if os.geteuid() != 0 and "GVM_RS_UNSHARED" not in os.environ:
        # A user of its own may mount a tmpfs, and no image.
        os.environ["GVM_RS_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", sys.executable, *sys.argv])
    report = figures.Figures("full", args)
    with figures.Scratch(args, "full") as scratch:
        full = Full(args, scratch, report)
        kinds = ["tmpfs", "ext4", "xfs", "btrfs"]
        if args.bounded:
            full.skip(kinds.pop(), "bounded, and its metadata takes long to fill")
        kinds = [kind for kind in kinds if full.kind(kind)]
        full.control()
        odd = surroundings.Surroundings(args, scratch, report)
        odd.all()
        report.end("full disks (%s): %d commands, %d refused, no go lost; %d runs in odd surroundings"
                   % (", ".join(kinds), full.total, full.refused, odd.runs))


if __name__ == "__main__":
    main()
