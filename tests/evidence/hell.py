#!/usr/bin/env python3
"""A slow network and servers from hell: a matrix of misbehaviours, each against an install on a store of its own.

After each: a documented exit code, an error that names the place, nothing installed but what was verified, nothing
left but a download to be resumed, `go` as before, and the next install from a good server succeeds. Two controls
show that the checks can fail.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import figures
import releases
from home import Home

OLD, NEW = "1.22.1", "1.22.2"
LARGEST_PEAK = 40 << 10
SERVERS = pathlib.Path(__file__).with_name("servers.py")


class Hell:
    def __init__(self, args, scratch, report):
        self.args, self.scratch, self.report = args, scratch, report
        filler = [("go/src/filler", 0o644, releases.noise(150_000))]
        self.offer = releases.Offer(scratch / "dl")
        self.offer.add(NEW, releases.packed(releases.entries(NEW, filler)))
        self.old = releases.Offer(scratch / "old").add(OLD, releases.packed(releases.entries(OLD)))
        os.symlink(self.old.directory / releases.file_name(OLD), self.offer.directory / releases.file_name(OLD))
        self.template = scratch / "template"
        home = Home(args.binary, self.template, self.old.url())
        home.ok("use", OLD)
        self.codes = home.exit_codes()
        self.configs = {}
        for retries in (1, 3):
            self.configs[retries] = scratch / ("config%d.toml" % retries)
            self.configs[retries].write_text("retries = %d\nretry_delay_ms = 2\n" % retries)
        self.server = subprocess.Popen([sys.executable, str(SERVERS), str(self.offer.directory), NEW],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cases = json.loads(self.server.stdout.readline())
        self.good = next(case["port"] for case in cases if case["name"] == "archive: honest")
        self.cases = [case for case in cases if not (args.bounded and case["slow"] > 20)]
        self.left_out = len(cases) - len(self.cases)
        self.peak = self.installed = self.refused = self.resumed = 0

    def home(self, name, port):
        base = "http://127.0.0.1:%d/dl" % port
        root = self.scratch / re.sub(r"\W+", "-", name)
        if not root.exists():
            shutil.copytree(self.template, root, symlinks=True)
        return Home(self.args.binary, root, base, base + "/index.json", GVM_RS_CONFIG=self.configs[3])

    def run(self, case):
        """One misbehaviour, and the good server afterwards."""
        home = self.home(case["name"], case["port"])
        # Waiting for nothing is long enough once.
        impatient = case["slow"] and case["ends"] == "refuses"
        asking = home.with_env(GVM_RS_CONFIG=self.configs[1]) if impatient else home
        run = asking.gvm("install", NEW, limit=max(60, case["slow"] * 2 + 30))
        faults = self.judge(case, home, run)
        resumable = sum(path.stat().st_size for path in (home.root / "cache").glob("*.part"))
        good = self.home(case["name"], self.good)
        after = good.gvm("use", NEW)
        if after.code != 0 or good.says() != NEW:
            faults.append("the good server afterwards: %s" % after)
        faults += good.faults(self.offer.directory)
        figures.remove(home.root)
        return case, run, faults, resumable

    def judge(self, case, home, run):
        """What is wrong after an install; an empty list is good."""
        faults = []
        if run.code is None:
            faults.append("it did not end")
        elif run.is_broken or run.code not in self.codes:
            faults.append("its exit code is not documented")
        installed = NEW in home.installed()
        if (run.code == 0) != installed:
            faults.append("exit code %s and installed %s" % (run.code, installed))
        if case["ends"] != "either" and (case["ends"] == "installs") != installed:
            faults.append("this %s, and it should not have" % ("was installed" if installed else "was refused"))
        error = next((line for line in run.err.splitlines() if line.startswith("error: ")), "")
        places = (":%d" % case["port"], str(home.root), releases.file_name(NEW))
        if run.code != 0 and not any(place in error for place in places):
            faults.append("the error names no place")
        if re.search(r"[\x00-\x09\x0b-\x1f\x7f]|hunter2", run.err + run.out):
            faults.append("it printed what it was told to")
        if run.peak > LARGEST_PEAK:
            faults.append("%d MiB of memory" % (run.peak >> 10))
        faults += home.faults(self.offer.directory, resumable=True)
        if home.says() != OLD:
            faults.append("go says %s" % home.says())
        return ["%s\n%s" % (fault, run) for fault in faults]

    def all(self):
        # The slow ones first: they wait, and the others work meanwhile.
        order = sorted(self.cases, key=lambda case: -case["slow"])
        slow = sum(case["slow"] > 0 for case in order)
        with concurrent.futures.ThreadPoolExecutor(3 + slow) as pool:
            for case, run, faults, resumable in pool.map(self.run, order):
                self.peak = max(self.peak, run.peak)
                self.installed += run.code == 0
                self.refused += run.code != 0
                self.resumed += resumable > 0
                for fault in faults:
                    self.report.fail(case["name"], fault)
                error = next((line[7:] for line in run.err.splitlines() if line.startswith("error: ")), "")
                self.report.row(case["name"][:46], exit=run.code, ms=round(run.seconds * 1000), peak_MiB=run.peak >> 10,
                                error=error.replace("cannot install go%s: " % NEW, "")[:90] or "none")

    def controls(self):
        """A program that believes its server, and one that leaves half a tree: both must be found out."""
        believer = self.scratch / "believer"
        believer.write_text('#!/bin/sh\ncp -r "$GVM_RS_HOME/versions/go%s" "$GVM_RS_HOME/versions/go%s"\n' % (OLD, NEW))
        leaver = self.scratch / "leaver"
        leaver.write_text('#!/bin/sh\nmkdir -p "$GVM_RS_HOME/staging/half"\necho "error: it broke" >&2\nexit 101\n')
        for program, case in ((believer, "archive: one bit is wrong"), (leaver, "archive: closes at once")):
            program.chmod(0o755)
            case = next(known for known in self.cases if known["name"] == case)
            home = self.home("control %s" % program.name, case["port"])
            home.binary = program
            run = home.gvm("install", NEW)
            faults = self.judge(case, home, run)
            self.report.row("control: %s" % program.name, exit=run.code, faults=len(faults))
            self.report.expect(len(faults) >= 3, "control", "the %s was not found out: %s" % (program.name, faults))
            figures.remove(home.root)


def main():
    args = figures.arguments(__doc__.splitlines()[0]).parse_args()
    report = figures.Figures("hell", args)
    with figures.Scratch(args, "hell") as scratch:
        hell = Hell(args, scratch, report)
        try:
            hell.all()
            hell.controls()
        finally:
            hell.server.stdin.close()
            hell.server.wait()
        report.end("%d misbehaviours (%d slow ones left out), %d installed in spite of them, %d refused, %d left a "
                   "download to resume, largest peak %.1f MiB" % (len(hell.cases), hell.left_out, hell.installed,
                                                                 hell.refused, hell.resumed, hell.peak / 1024))


if __name__ == "__main__":
    main()
