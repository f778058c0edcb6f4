#!/usr/bin/env python3
"""A running build: a real program is built with an empty cache while the default flips between two releases.

No build may fail or mix the two. The control is the layout of other managers, where GOROOT is exported through the
link that flips: there the same builds have to fail, or this experiment shows nothing.
"""

import os
import re
import sys
import threading
import time

import figures
import releases
from home import Home, ran

VERSIONS = ["1.26.6", "1.27.3"]
# Large enough for a cold build of minutes on one core: HTTP and TLS, templates, Go's own parser and type checker.
LARGE = ["archive/zip", "crypto/tls", "database/sql", "encoding/gob", "encoding/json", "encoding/xml", "go/format",
         "go/types", "html/template", "image/jpeg", "image/png", "net/http", "net/http/httputil", "net/rpc", "os/exec",
         "regexp", "runtime/pprof", "testing/fstest", "text/template"]
SMALL = ["encoding/json"]
MAIN = """package main

import (
	"fmt"
	"runtime"
%s)

func main() { fmt.Println("built by", runtime.Version()) }
"""


class Building:
    def __init__(self, args, scratch, report):
        self.args, self.scratch, self.report = args, scratch, report
        self.home = Home(args.binary, scratch / "root", args.real / "dl", GOPATH=scratch / "gopath")
        self.home.ok("install", *VERSIONS)
        for version in VERSIONS:
            self.home.ok("use", version)
        self.module = scratch / "module"
        self.module.mkdir()
        imports = SMALL if args.bounded else LARGE
        (self.module / "go.mod").write_text("module example\n\ngo 1.21\n")
        (self.module / "main.go").write_text(MAIN % "".join('\t_ "%s"\n' % name for name in imports))
        self.flips = self.packages = 0

    def build(self, name, go, flip, **env):
        """One cold build while `flip` is called over and over; returns the run, and what its program says."""
        cache, program = self.scratch / "cache", self.scratch / ("program-" + name)
        stop, flips, began = threading.Event(), [0], time.monotonic()

        def turn():
            number = 0
            while not stop.is_set():
                number += 1
                # Whichever of the two began the build, it keeps its own until the first flip.
                time.sleep(0.05)
                flip(VERSIONS[number % 2])
                flips[0] = number
        turner = threading.Thread(target=turn)
        turner.start()
        run = ran([go, "build", "-v", "-o", program, "."], {**self.home.env, "GOCACHE": str(cache), **env}, 900,
                  cwd=self.module)
        seconds = time.monotonic() - began
        # All flips are in a running build: what was under way when it ended does not count.
        counted = flips[0]
        stop.set()
        turner.join()
        figures.remove(cache)
        said = ran([program], {}).out.strip() if run.code == 0 else ""
        return run, said, counted, len(run.err.splitlines()), seconds

    def use(self, version):
        run = self.home.gvm("-q", "use", version)
        self.report.expect(run.code == 0, "a flip", run)
        time.sleep(0.2)

    def cold_build(self, number):
        name = "cold build %d" % number
        self.home.ok("use", VERSIONS[number % 2])
        run, said, flips, packages, seconds = self.build(str(number), self.home.root / "bin/go", self.use)
        self.report.expect(run.code == 0, name, run)
        self.report.expect(said in ["built by go" + version for version in VERSIONS], name, "the program says %r" % said)
        self.flips += flips
        self.packages += packages
        self.report.row(name, exit=run.code, packages=packages, flips=flips, s=round(seconds, 1), program=said)
        self.report.expect(packages > 20 and flips >= (10 if self.args.bounded else 100), name,
                           "too little happened: the cache was not cold, or the flips were too slow")

    def control(self, number):
        """GOROOT is the link, PATH leads through it, and a flip removes the link and makes it anew."""
        link = self.scratch / "current"

        def flip(version):
            # As goup-rs does: for a moment there is none, so wait for the build to be on its way.
            link.unlink(missing_ok=True)
            os.symlink(self.home.root / "versions" / ("go" + version), link)
            time.sleep(0.05)
        flip(VERSIONS[0])
        run, said, flips, packages, seconds = self.build("wrong", link / "bin/go", flip, GOROOT=str(link),
                                                         PATH="%s/bin:/usr/bin:/bin" % link)
        telling = re.compile("flag provided|does not match|no such|not found|expected")
        why = next(filter(telling.search, run.err.splitlines()), "")
        self.report.row("control %d: GOROOT exported through the link" % number, exit=run.code, packages=packages,
                        flips=flips, s=round(seconds, 1), error=why.replace(str(self.scratch), "")[:100] or "none")
        return run.code != 0

    def trees(self):
        """The builds wrote nothing into the toolchains."""
        for fault in self.home.faults(self.args.real / "dl"):
            self.report.fail("the trees afterwards", fault)


def main():
    args = figures.arguments(__doc__.splitlines()[0]).parse_args()
    report = figures.Figures("build", args)
    missing = [version for version in VERSIONS if not (args.real / "dl" / releases.file_name(version)).is_file()]
    if missing:
        sys.exit("build: no real toolchains in %s: make them with tests/real/make-mirror" % args.real)
    with figures.Scratch(args, "build") as scratch:
        building = Building(args, scratch, report)
        builds = 1 if args.bounded else 4
        for number in range(1, builds + 1):
            building.cold_build(number)
        building.trees()
        wrong = sum(building.control(number) for number in range(1, builds + 1))
        report.expect(wrong, "control", "GOROOT exported through the link was not found out")
        report.end("%d cold builds of %d packages under %d flips, all right; %d of %d with an exported GOROOT failed"
                   % (builds, building.packages // builds, building.flips, wrong, builds))


if __name__ == "__main__":
    main()
