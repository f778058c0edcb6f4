"""What an experiment found: rows of a table, failures, one last line. Prints and writes them, and never measures."""

import argparse
import json
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

REPO = pathlib.Path(__file__).resolve().parents[2]


def arguments(description):
    """The options that every experiment has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", type=pathlib.Path, default=REPO / "target/release/gvm-rs")
    parser.add_argument("--bounded", action="store_true", help="less of everything, in under 45 seconds")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here as well")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()),
                        help="where to work; needs a file system that programs can run from")
    parser.add_argument("--real", type=pathlib.Path, default=REPO / "target/real-mirror",
                        help="real toolchains, as tests/real/make-mirror makes them")
    return parser


class Figures:
    """Collects; safe to use from several threads."""

    def __init__(self, name, args):
        self.name = name
        self.args = args
        self.began = time.monotonic()
        self.rows = []
        self.failures = []
        self.lock = threading.Lock()
        print("%s: %s%s, seed %d" % (name, args.binary, ", bounded" if args.bounded else "", args.seed), flush=True)

    def row(self, what, **figures):
        """Adds a line to the table and shows it at once."""
        with self.lock:
            self.rows.append({"what": what, **figures})
            said = "  ".join("%s %s" % (value, key.replace("_", " ")) for key, value in figures.items())
            print("%4d s  %-46s %s" % (time.monotonic() - self.began, what, said), flush=True)

    def fail(self, what, why):
        """Notes that something is not as it must be."""
        with self.lock:
            self.failures.append({"what": what, "why": str(why)[:2000]})
            if len(self.failures) <= 20:
                print("  FAILED %s: %s" % (what, str(why)[:2000]), flush=True)

    def expect(self, condition, what, why=""):
        """Notes a failure unless the condition holds."""
        if not condition:
            self.fail(what, why() if callable(why) else why)
        return condition

    def end(self, summary):
        """Prints the last line, writes the JSON, and ends the process: 1 if anything failed."""
        seconds = round(time.monotonic() - self.began, 1)
        if self.args.json:
            self.args.json.write_text(json.dumps({
                "experiment": self.name, "bounded": self.args.bounded, "seed": self.args.seed, "seconds": seconds,
                "rows": self.rows, "failures": self.failures, "summary": summary}, indent=1) + "\n")
        print("%s: %s; %d failures; %s s" % (self.name, summary, len(self.failures), seconds))
        sys.stdout.flush()
        sys.exit(1 if self.failures else 0)


class Scratch:
    """A directory that is gone afterwards, read-only trees and all."""

    def __init__(self, args, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gvm-rs-%s." % name, dir=args.dir))

    def __enter__(self):
        # Being ended is no reason to leave it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self.path

    def __exit__(self, *_):
        remove(self.path)


def remove(tree):
    """Deletes a tree whose directories may be read-only."""
    tree = pathlib.Path(tree)
    for path in tree.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(tree, ignore_errors=True)
