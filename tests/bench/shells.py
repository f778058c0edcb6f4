#!/usr/bin/env python3
"""Measures what gvm-rs costs a shell: reading `init` against reading nothing, and `go` on PATH against the binary itself.

    python3 tests/bench/shells.py --program target/release/gvm-rs --mirror target/real-mirror/dl [--peers DIR] [--rounds N]

For bash, zsh, fish and dash, in a home that `gvm-rs setup` made: the processor time to read the code within one shell
(many times, less that to read an empty file), the time to start a shell with the home as it was made and with an empty
one, and the processes that each starts. Then the line that stands in the user's file, by turns with that of goup-rs and mise, as
far as --peers holds those programs. Then `go version` by its name on PATH and by the path of the tree, by turns. Asserts nothing.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

# A loop that reads the file named by F as often as N says; the flags that keep other files away.
LOOPS = {
    "bash": (["bash", "--norc", "-c"], 'for ((i = 0; i < N; i++)); do . "$F"; done'),
    "zsh": (["zsh", "-f", "-c"], 'for ((i = 0; i < N; i++)); do . "$F"; done'),
    "dash": (["dash", "-c"], 'i=0; while [ "$i" -lt "$N" ]; do . "$F"; i=$((i + 1)); done'),
    "fish": (["fish", "--no-config", "-c"], "for i in (seq $N); source $F; end"),
}
# How each is started so that it reads the user's files.
STARTS = {"bash": ["bash", "-ic", ":"], "zsh": ["zsh", "-ic", ":"], "dash": ["dash", "-lc", ":"],
          "fish": ["fish", "-c", "true"]}
FILES = {"bash": "init.bash", "zsh": "init.zsh", "dash": "init.sh", "fish": "init.fish"}
READS = 2000


def seconds(words, env):
    began = time.perf_counter()
    subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def processor_seconds(words, env):
    child = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit("%s failed" % words)
    return usage.ru_utime + usage.ru_stime


def by_turns(one, other, rounds):
    """The medians of two measurements, in seconds."""
    pairs = [(one(), other()) for _ in range(rounds)]
    return [statistics.median(values) for values in zip(*pairs)]


def processes(words, env):
    """How many processes a command starts besides itself."""
    with tempfile.NamedTemporaryFile() as log:
        trace = ["strace", "-f", "-qq", "-o", log.name, "-e", "trace=clone,clone3,fork,vfork,execve"]
        subprocess.run([*trace, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        lines = pathlib.Path(log.name).read_text().splitlines()
    starts = [line for line in lines if "fork(" in line or ("clone" in line and "CLONE_THREAD" not in line)]
    return len([line for line in starts if "resumed" not in line])


def measure_shells(home, empty, env, rounds):
    print("%-5s %16s %14s %14s %10s %10s" % ("", "reading, us", "start, ms", "empty, ms", "processes", "empty"))
    nothing = home / "nothing"
    nothing.touch()
    for shell, (words, loop) in LOOPS.items():
        file = home / ".gvm-rs/shell" / FILES[shell]
        def read(path):
            return lambda: processor_seconds([*words, loop], {**env, "F": str(path), "N": str(READS)})
        with_init, without = by_turns(read(file), read(nothing), max(3, rounds // 10))
        start = [lambda where=where: seconds(STARTS[shell], {**env, "HOME": str(where)}) for where in (home, empty)]
        made, bare = by_turns(*start, rounds)
        counts = [processes(STARTS[shell], {**env, "HOME": str(where)}) for where in (home, empty)]
        print("%-5s %16.1f %14.2f %14.2f %10d %10d" % (
            shell, (with_init - without) / READS * 1e6, made * 1e3, bare * 1e3, *counts))


def lines(program, peers, home):
    """The line in the user's file, by who asks for it; {} is the shell."""
    found = {"nothing": ":", "gvm-rs setup": '. "%s/init.{}"' % (home / ".gvm-rs/shell"),
             "gvm-rs init": 'eval "$(%s init {})"' % program, "gvm-rs init --hook": 'eval "$(%s init {} --hook)"' % program}
    if peers and (peers / "goup").exists():
        found["goup-rs"] = '. "%s/.goup/env"' % home
    if peers and (peers / "mise").exists():
        found["mise"] = 'eval "$(%s activate {})"' % (peers / "mise")
    return found


def measure_lines(program, peers, home, env, rounds):
    print("%-5s %-20s %10s %12s %10s" % ("", "line", "ms", "more, ms", "processes"))
    if peers and (peers / "goup").exists():
        subprocess.run([peers / "goup", "init", "bash"], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for shell, alone in (("bash", ["bash", "--norc", "-c"]), ("zsh", ["zsh", "-f", "-c"])):
        ways = {name: [*alone, line.format(shell)] for name, line in lines(program, peers, home).items()}
        times = {name: [] for name in ways}
        for _ in range(rounds):
            for name, words in ways.items():
                times[name].append(seconds(words, env))
        base = statistics.median(times["nothing"])
        for name, words in ways.items():
            median = statistics.median(times[name])
            print("%-5s %-20s %10.2f %12.2f %10d" % (shell, name, median * 1e3, (median - base) * 1e3, processes(words, env)))


def measure_go(home, env, program, rounds):
    tree = subprocess.run([program, "where"], env=env, capture_output=True, text=True, check=True).stdout.strip()
    env = {**env, "PATH": "%s:%s" % (home / ".gvm-rs/bin", env["PATH"]), "GOTOOLCHAIN": "local"}
    on_path = ["/usr/bin/env", "go", "version"]
    itself = ["/usr/bin/env", tree + "/bin/go", "version"]
    by_name, by_path = by_turns(lambda: seconds(on_path, env), lambda: seconds(itself, env), 2 * rounds)
    print("go version: %.2f ms by its name on PATH, %.2f ms by its path: %.3f" % (
        by_name * 1e3, by_path * 1e3, by_name / by_path))
    print("processes of it: %d and %d" % (processes(on_path, env), processes(itself, env)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--mirror", type=pathlib.Path, required=True, help="a directory with archives and index.json")
    parser.add_argument("--peers", type=pathlib.Path, help="a directory with goup and mise, as run.sh makes target/bench-peers/bin")
    parser.add_argument("--version", default="1.27.3")
    parser.add_argument("--rounds", type=int, default=100)
    args = parser.parse_args()
    program = str(args.program.resolve())
    with tempfile.TemporaryDirectory() as scratch:
        home, empty = pathlib.Path(scratch, "home"), pathlib.Path(scratch, "empty")
        home.mkdir(), empty.mkdir()
        mirror = args.mirror.resolve()
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TERM": "dumb", "GVM_RS_MIRROR": str(mirror),
               "GVM_RS_INDEX": str(mirror / "index.json"), "GVM_RS_PROOF": "version"}
        shells = [word for shell in ("bash", "zsh", "fish", "sh") for word in ("--shell", shell)]
        for words in (["use", args.version], ["setup", "--yes", "-q", *shells]):
            subprocess.run([program, *words], env=env, check=True, stderr=subprocess.DEVNULL)
        print("load %.1f, %d rounds; medians" % (os.getloadavg()[0], args.rounds))
        measure_shells(home, empty, env, args.rounds)
        measure_lines(program, args.peers and args.peers.resolve(), home, env, args.rounds)
        measure_go(home, env, program, args.rounds)
        subprocess.run(["chmod", "-R", "u+w", scratch], check=True)


if __name__ == "__main__":
    main()
