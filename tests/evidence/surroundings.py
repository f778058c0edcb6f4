"""Odd surroundings: a clock that jumps, masks, other owners, a disk that turns read-only in the middle."""

import json
import os
import pathlib
import subprocess
import threading
import time

import releases
from disks import Disk, Missing
from home import Home

OLD, NEW, THIRD = "1.22.1", "1.22.2", "1.23.1"
# The time of a program is what the file says, in seconds since 1970, whenever it asks. Preloaded, so for programs
# that are not static; the kernel has no namespace for the time of day.
CLOCK_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *time) {
  long result = syscall(SYS_clock_gettime, id, time);
  FILE *file = id == CLOCK_REALTIME ? fopen(getenv("CLOCK_FILE"), "r") : NULL;
  long long seconds;
  if (file) {
    if (fscanf(file, "%lld", &seconds) == 1) time->tv_sec = seconds;
    fclose(file);
  }
  return result;
}
"""
TIMES = {"1969": -86400, "1970": 0, "2001": 1_000_000_000, "after 32 bits": 1 << 32, "the year 9999": 253_402_300_799,
         "the end of time": (1 << 62), "before time": -(1 << 62)}


class Surroundings:
    def __init__(self, args, scratch, report):
        self.args, self.scratch, self.report = args, scratch, report
        self.offer = releases.Offer(scratch / "odd-dl")
        for version in (OLD, NEW, THIRD):
            filler = [("go/src/filler", 0o644, releases.noise(400_000))] if version == THIRD else []
            self.offer.add(version, releases.packed(releases.entries(version, filler)))
        self.runs = 0

    def home(self, root, **extra):
        return Home(self.args.binary, root, self.offer.url(), **extra)

    def run(self, home, words, codes, name, preexec=None):
        run = home.gvm(*words, preexec=preexec)
        self.runs += 1
        self.report.expect(run.code in codes and not run.is_broken, name, run)
        return run

    def at_rest(self, home, name, says):
        self.report.expect(home.says() == says, name, home.says)
        for fault in home.faults(self.offer.directory):
            self.report.fail(name, fault)

    def all(self):
        self.clocks()
        self.masks()
        if os.geteuid() == 0 and "GVM_RS_UNSHARED" not in os.environ:
            self.owners()
            self.turned_read_only()
        else:
            print("  skipped: other owners and a failing disk need root")
        self.remounted()

    def clocks(self):
        """The main job at odd times, and a clock that jumps between and during commands."""
        (self.scratch / "clock.c").write_text(CLOCK_C)
        shim, clock = self.scratch / "clock.so", self.scratch / "clock"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", str(shim), str(self.scratch / "clock.c")], check=True)
        home = self.home(self.scratch / "clocks", LD_PRELOAD=shim, CLOCK_FILE=clock)
        self.set(clock, 86400)
        home.ok("install", OLD, NEW)
        home.ok("use", OLD)
        at = self.record(home)["at"]
        if not self.report.expect(at == 86400, "clock", "the program does not see the clock, it says %s" % at):
            return
        before = self.runs
        for name, seconds in TIMES.items():
            self.set(clock, seconds)
            for words in (["use", NEW], ["rollback"], ["install", THIRD], ["history"], ["list"], ["outdated"],
                          ["uninstall", THIRD], ["prune"]):
                self.run(home, words, {0}, "clock: %s, %s" % (name, words))
            self.run(home, ["install", THIRD], {0}, "clock: " + name)
            self.at_rest(home, "clock: " + name, OLD)
            self.run(home, ["uninstall", THIRD], {0}, "clock: " + name)
            home.ok("install", NEW)
        done = threading.Event()

        def jump():
            while not done.is_set():
                for seconds in TIMES.values():
                    self.set(clock, seconds)
                    time.sleep(0.003)
        jumper = threading.Thread(target=jump)
        jumper.start()
        for number in range(5 if self.args.bounded else 40):
            for words in (["use", NEW], ["install", THIRD], ["rollback"], ["uninstall", THIRD]):
                self.run(home, words, {0}, "jumping clock: %s" % words)
        done.set()
        jumper.join()
        self.at_rest(home, "jumping clock", OLD)
        self.report.row("clock: 7 times, and jumping among them", runs=self.runs - before)

    @staticmethod
    def set(clock, seconds):
        new = clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(clock)

    @staticmethod
    def record(home):
        return json.loads((home.root / "current/record.json").read_text())

    def masks(self):
        """The modes of a store do not depend on the mask of who made it, and nobody else may write to it."""
        modes, before = {}, self.runs
        for mask in (0o022, 0o000, 0o077, 0o027):
            home = self.home(self.scratch / ("mask%03o" % mask))
            for words in (["install", OLD, THIRD], ["use", OLD], ["use", THIRD], ["rollback"], ["uninstall", "--force", THIRD],
                          ["install", "--keep-archives", NEW], ["use", NEW], ["prune", "--keep", "9"]):
                self.run(home, words, {0}, "umask %03o" % mask, lambda mask=mask: os.umask(mask))
            self.at_rest(home, "umask %03o" % mask, NEW)
            paths = [home.root, *home.root.rglob("*")]
            modes[mask] = {self.named(path, home.root): oct(path.lstat().st_mode) for path in paths if not path.is_symlink()}
            loose = [str(path) for path in paths if not path.is_symlink() and path.lstat().st_mode & 0o022]
            self.report.expect(not loose, "umask %03o: others may write" % mask, loose[:9])
        for mask, found in modes.items():
            # The lock and the cache are for the owner alone, who may keep others from reading them.
            found = {name: mode for name, mode in found.items() if name != "lock" and not name.startswith("cache/")}
            odd = {name: (mode, modes[0o022].get(name)) for name, mode in found.items() if mode != modes[0o022].get(name)}
            self.report.expect(not odd, "umask %03o: other modes than under 022" % mask, odd)
        self.report.row("umask 022, 000, 077, 027", runs=self.runs - before, paths_compared=sum(map(len, modes.values())))

    @staticmethod
    def named(path, root):
        name = str(path.relative_to(root))
        return "trash" if name.startswith("trash/") else name

    def owners(self):
        """A store of somebody else: it can be used, and is not written to."""
        before = self.runs
        self.scratch.chmod(0o755)
        owner, other = 54321, 54322
        place = self.scratch / "owners"
        place.mkdir()
        os.chown(place, owner, owner)
        as_user = lambda user: lambda: (os.setgid(user), os.setuid(user))
        copy = self.scratch / "gvm-rs"
        copy.write_bytes(self.args.binary.read_bytes())
        copy.chmod(0o755)
        home = self.home(place / "root")
        home.binary = copy
        for words in (["install", OLD, NEW], ["use", OLD], ["use", NEW]):
            self.run(home, words, {0}, "the owner", as_user(owner))
        for who, user, codes in (("another user", other, {8, 9}), ("root behind sudo", 0, {9})):
            sudo = home.with_env(SUDO_UID=owner) if user == 0 else home
            for words in (["use", OLD], ["rollback"], ["install", THIRD], ["uninstall", "--force", OLD], ["prune"],
                          ["cache", "clean"]):
                run = self.run(sudo, words, codes, who, as_user(user) if user else None)
                self.report.expect(str(home.root) in run.err, who, run)
            for words in (["list"], ["current"], ["which"], ["history"], ["exec", OLD, "--", "go", "version"]):
                self.run(sudo, words, {0}, who, as_user(user) if user else None)
        strangers = [str(path) for path in home.root.rglob("*") if path.lstat().st_uid != owner]
        self.report.expect(not strangers, "files of others", strangers)
        self.at_rest(home, "owners", NEW)
        os.chown(home.root / "versions" / ("go" + OLD), other, other)  # one tree belongs to somebody else
        self.run(home, ["uninstall", "--force", OLD], {0, 8, 9}, "a tree of somebody else", as_user(owner))
        self.report.expect(home.says() == NEW, "a tree of somebody else", home.says)
        home.root.chmod(0o777)
        self.run(home, ["use", NEW], {9}, "a root that all may write to", as_user(owner))
        self.report.row("other owners", runs=self.runs - before)

    def turned_read_only(self):
        """An ext4 that meets an error in mid-download and turns read-only: what was there still runs."""
        before, codes = self.runs, []
        for delay in ([0.15] if self.args.bounded else [0.01, 0.03, 0.05, 0.1, 0.2, 0.4, 0.6]):
            try:
                with Disk("ext4", self.scratch) as disk, Slow(self.offer, THIRD) as url:
                    home = Home(self.args.binary, disk.mount / "root", self.offer.url(), HOME=disk.mount)
                    home.ok("use", OLD), home.ok("use", NEW)
                    slow = home.with_env(GVM_RS_MIRROR=url)
                    loop = subprocess.run(["findmnt", "-no", "SOURCE", str(disk.mount)], capture_output=True, text=True).stdout.strip()
                    fault = pathlib.Path("/sys/fs/ext4", os.path.basename(loop), "trigger_fs_error")
                    breaker = threading.Timer(delay, lambda: fault.write_text("evidence"))
                    breaker.start()
                    run = self.run(slow, ["install", THIRD], {0, 8}, "turned read-only")
                    breaker.join()
                    codes.append(run.code)
                    self.report.expect(run.code == 0 or str(home.root) in run.err, "turned read-only", run)
                    self.report.expect(home.says() == NEW, "turned read-only", home.says)
                    for words in (["list"], ["current"], ["history"]):
                        self.run(home, words, {0}, "turned read-only")
                    self.run(home, ["rollback"], {8}, "turned read-only")
                    disk.again()
                    self.run(home, ["install", THIRD], {0}, "mounted again")
                    self.at_rest(home, "mounted again", NEW)
            except Missing as reason:
                print("  skipped: turned read-only: %s" % reason)
                return
        self.report.row("ext4 turns read-only in mid-install", runs=self.runs - before, exits=sorted(codes))

    def remounted(self):
        """Read-only and back, again and again, between and during commands."""
        before, refused = self.runs, 0
        with Disk("tmpfs", self.scratch) as disk:
            home = Home(self.args.binary, disk.mount / "root", self.offer.url(), HOME=disk.mount)
            home.ok("install", OLD, NEW), home.ok("use", OLD), home.ok("use", NEW)
            done, flips = threading.Event(), [0]

            def flip():
                while not done.is_set():
                    flips[0] += disk.remount("ro") + disk.remount("rw")
            flipper = threading.Thread(target=flip)
            flipper.start()
            for number in range(10 if self.args.bounded else 100):
                for words in (["rollback"], ["install", THIRD], ["uninstall", "--force", THIRD], ["prune"]):
                    run = self.run(home, words, {0, 4, 8}, "remounted")
                    refused += run.code == 8
                self.report.expect(home.says() in (OLD, NEW), "remounted", home.says)
            done.set()
            flipper.join()
            disk.remount("rw")
            self.run(home, ["use", OLD], {0}, "remounted")
            self.run(home, ["install", THIRD], {0}, "remounted")
            self.at_rest(home, "remounted", OLD)
        self.report.row("remounted read-only and back", runs=self.runs - before, remounts=flips[0], refused=refused)


class Slow:
    """A server that needs about half a second for an archive."""

    def __init__(self, offer, version):
        self.offer, self.version = offer, version

    def __enter__(self):
        from servers import Case, Connection

        def behave(connection: Connection):
            body = connection.body
            connection.head(length=len(body))
            for start in range(0, len(body), 20_000):
                connection.send(body[start:start + 20_000])
                time.sleep(0.025)
        case = Case("slow", "archive", "installs", behave, 0)
        case.listen(self.offer, self.version)
        return "http://127.0.0.1:%d/dl" % case.port

    def __exit__(self, *_):
        pass
