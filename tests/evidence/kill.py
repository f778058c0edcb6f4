#!/usr/bin/env python3
"""Kills gvm-rs at every system call that changes something, and fails each of them, and looks at what is left.

For each operation (strike/operations.py) the calls of one undisturbed run are listed. Then, for each of them, a fresh
copy of the store is made, and the command is run again and struck at that call: killed with SIGKILL before it (all
threads; dying after a call is dying before the next), or given EIO, ENOSPC, EINTR or EDQUOT in place of it, but for
the few that the kernel cannot return there (strike/syscalls.py: can_fail). Meanwhile a reader runs `go` in a loop.
After that (strike/trial.py, store_check.py):

  - `go` runs, and what is there is the state before, the one after, or one documented between; all files of all
    toolchains have their hashes; links, records and history are as ARCHITECTURE.md says; no reader ever failed;
  - exit 0 means that it is done, and no failed sync is taken for one; any other code is a documented one, with a
    message that says where; a call that a signal can interrupt is made again;
  - the same command then succeeds, the next writer leaves nothing over, and `rollback` leads to what was before.

A call that a run did not come to (threads take turns differently) is counted as not reached. --bounded tries a
sample of the points, another one for each seed. Part of each run are planted bugs (strike/planted.py): a harness that
does not catch them fails. Needs Linux on x86_64 and the right to trace one's own children, but neither root nor strace.
"""

import concurrent.futures
import itertools
import math
import multiprocessing
import os
import random
import sys
import time
from collections import Counter

import figures
from home import Home
from strike import bugs, syscalls, tracer
from strike.operations import OPERATIONS
from strike.reader import Reader
from strike.stores import Server, offer, prepared
from strike.trial import ERRORS, KILL, Point, Source, Stand, home_for, traced

# Of each operation in the bounded form: calls to be killed at, and calls to fail with each error.
SAMPLE = {KILL: 6, **dict.fromkeys(ERRORS, 2)}
# For which there are so many seconds in all, however busy the machine is; what remains goes to the planted bugs.
BOUNDED = 32


class Experiment:
    """What every process that tries points needs to know; inherited when it is forked."""

    def __init__(self, args, directory, report):
        self.args, self.directory, self.report = args, directory, report
        files = offer(directory / "dl").url()
        self.real = Source(args.binary.resolve(), files, Server(files).url)
        self.planted = {bug.name: Source(bugs.program_with(bug, directory), files, None) for bug in bugs.BUGS}
        probe = Home(self.real.binary, directory / "none/home", files)
        self.codes = probe.exit_codes()
        wanted = [OPERATIONS[name] for name in args.operation or OPERATIONS]
        self.operations = [operation for operation in wanted if probe.knows(operation.words[0])]
        for operation in wanted:
            if operation not in self.operations:
                print("  skipped: this build has no `%s`" % operation.words[0])
        needed = self.operations + [OPERATIONS[name] for bug in bugs.BUGS for name in bug.operations]
        self.templates = {name: prepared(name, Home(self.real.binary, directory / name / "home", files))
                          for name in {operation.template for operation in needed}}
        self.pool = concurrent.futures.ProcessPoolExecutor(
            args.jobs, multiprocessing.get_context("fork"), begin_worker, (self,))

    def calls(self, source, operation):
        """The calls of one undisturbed run that change something."""
        root = self.directory / "listed/home"
        self.templates[operation.template].copy(root)
        command = traced(home_for(source, root, operation), operation, str(self.directory / "output"))
        return [call for call in tracer.trace(command) if call.is_change]

    def points(self, operation, calls):
        """Where to strike an operation; a sample comes in any order, as it may be cut short."""
        points = list(self._points(operation, calls))
        if self.args.bounded:
            random.Random("%s %s" % (self.args.seed, operation.name)).shuffle(points)
        return points

    def _points(self, operation, calls):
        for strike, number in SAMPLE.items():
            possible = [call for call in calls if strike == KILL or syscalls.can_fail(call, strike)]
            chosen = sample(possible, number, "%s %s" % (self.args.seed, operation.name)) if self.args.bounded else possible
            yield from (Point(operation, call, strike) for call in chosen)

    def try_all(self, source, points):
        """Tries points in several processes; yields the results as they come, and tries no more when it is closed."""
        points = list(points)
        yield from self.pool.map(work, [source] * len(points), points)


def sample(calls, number, seed):
    """Some calls: half of them from those that matter most."""
    chance = random.Random(seed)
    critical = [call for call in calls if call.name in syscalls.CRITICAL]
    half = chance.sample(critical, min(number // 2, len(critical)))
    rest = [call for call in calls if call not in half]
    return half + chance.sample(rest, min(number - len(half), len(rest)))


def begin_worker(experiment):
    """Gives a process a store and a reader of its own."""
    global STAND, TEMPLATES
    directory = experiment.directory / ("worker-%d" % os.getpid())
    directory.mkdir()
    STAND, TEMPLATES = Stand(directory, Reader(), experiment.codes), experiment.templates


def work(source, point):
    return STAND.try_point(source, TEMPLATES[point.operation.template], point)


def told(result):
    operation, call, strike = result.point
    return "%s at %s #%d of thread %d, `%s`: %s" % (
        strike, call.name, call.number, call.thread, call.subject, "; ".join(result.problems))


class Tally:
    """The figures of one operation."""

    def __init__(self, operation):
        self.tried, self.survived = Counter(), Counter()
        self.stages = [0] * len(operation.states)
        self.missed = self.reads = 0

    def add(self, result):
        strike = result.point.strike
        self.reads += result.reads
        if not result.reached and not result.problems:
            self.missed += 1
            return
        self.tried[strike] += 1
        self.survived[strike] += not result.problems
        if strike == KILL and result.stage is not None:
            self.stages[result.stage] += 1

    def figures(self):
        """Each strike as survived/tried, and what the kills left: states from the one before to the one after."""
        row = {strike: "%d/%d" % (self.survived[strike], self.tried[strike]) for strike in (KILL, *ERRORS)}
        return {**row, "left_by_kills": "..".join(map(str, self.stages)), "not_reached": self.missed, "reads": self.reads}


def strike_everything(experiment):
    """Tries all points of all operations; returns the tallies."""
    tallies, end = {}, time.monotonic() + BOUNDED
    for place, operation in enumerate(experiment.operations):
        share = (end - time.monotonic()) / (len(experiment.operations) - place)
        until = time.monotonic() + (share if experiment.args.bounded else math.inf)
        calls = experiment.calls(experiment.real, operation)
        tally = tallies[operation.name] = Tally(operation)
        for result in experiment.try_all(experiment.real, experiment.points(operation, calls)):
            tally.add(result)
            if result.problems:
                experiment.report.fail(operation.name, told(result))
            if time.monotonic() > until:
                break
        experiment.report.row(operation.name, calls=len(calls), **tally.figures())
    return tallies


def strike_planted(experiment):
    """Strikes the planted bugs until each is caught, and the program without one; returns how many were caught."""
    caught = 0
    for bug in bugs.BUGS:
        source, tried, broken = experiment.planted[bug.name], 0, []
        for result in experiment.try_all(source, planted_points(experiment, source, bug)):
            tried += 1
            broken += [told(result)] if result.problems else []
            if broken:
                break
        experiment.report.row("planted: " + bug.name, points=tried, caught=bool(broken))
        if bug.name == "none":
            experiment.report.expect(not broken, "planted: none", broken)
        else:
            experiment.report.expect(broken, "planted: " + bug.name, "it was not caught")
            caught += bool(broken)
    return caught


def planted_points(experiment, source, bug):
    is_sample = experiment.args.bounded and bug.name == "none"
    for name, strike in itertools.product(bug.operations, bug.strikes):
        operation = OPERATIONS[name]
        calls = [call for call in experiment.calls(source, operation) if syscalls.can_fail(call, "EIO")]
        if is_sample:
            calls = sample(calls, 1, "%s %s %s" % (experiment.args.seed, name, strike))
        else:
            # Backwards, as most of what is wrong shows late.
            calls = [call for call in reversed(calls) if call.name in syscalls.CRITICAL]
        yield from (Point(operation, call, strike) for call in calls)


def arguments():
    parser = figures.arguments(__doc__.splitlines()[0])
    parser.add_argument("--operation", action="append", choices=list(OPERATIONS), help="only this one; may be given again")
    parser.add_argument("--jobs", type=int, default=2, help="processes that try points")
    if os.access("/dev/shm", os.W_OK):
        parser.set_defaults(dir="/dev/shm")
    return parser.parse_args()


def main():
    args = arguments()
    try:
        tracer.check_machine()
    except tracer.Refused as problem:
        sys.exit("kill: %s" % problem)
    report = figures.Figures("kill", args)
    with figures.Scratch(args, "kill") as scratch:
        experiment = Experiment(args, scratch, report)
        with experiment.pool:
            tallies = strike_everything(experiment)
            caught = strike_planted(experiment)
        for name, template in experiment.templates.items():
            report.expect(template.is_untouched(), name, "this template was written to")
    tried, survived = (sum(sum(counts.values()) for counts in both) for both in zip(
        *((tally.tried, tally.survived) for tally in tallies.values())))
    report.end("%d points of %d operations, %d survived, %d not reached, %d reads, %d of %d planted bugs caught" % (
        tried, len(tallies), survived, sum(tally.missed for tally in tallies.values()),
        sum(tally.reads for tally in tallies.values()), caught, len(bugs.BUGS) - 1))


if __name__ == "__main__":
    main()
