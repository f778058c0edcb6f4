"""Some of the crowd: a process whose threads run random commands on one root until the time is up.

It is a process of its own so that it can be put into namespaces of its own. Prints what happened as JSON.
"""

import collections
import json
import random
import signal
import subprocess
import sys
import threading
import time

from home import Home

# Codes: 4 not installed (somebody else removed it), 9 refused (in use), 127 gone just before it was to run.
DONE, GONE, REFUSED = 0, 4, 9


def menu(rng, plan):
    """A random command and the codes it may end with."""
    one, other = rng.sample(plan["used"], 2)
    fake = rng.choice(plan["removed"])
    if rng.random() < plan["seldom"]:
        one = fake
    commands = [
        (8, ["use", one], {DONE, GONE}), (5, ["rollback"], {DONE, GONE}), (1, ["undo"], {DONE, GONE, REFUSED}),
        (5, ["install", fake], {DONE}), (2, ["install", one, other], {DONE}),
        (1, ["install", "--use", one], {DONE, GONE}), (1, ["install", "--keep-archives", fake], {DONE}),
        (6, ["uninstall", fake], {DONE, GONE, REFUSED}),
        (2, ["prune", "--keep", rng.choice(plan["keep"])], {DONE}), (1, ["cache", "clean"], {DONE}),
        (1, ["list"], {DONE}), (1, ["current"], {DONE}), (1, ["history"], {DONE}), (1, ["which"], {DONE}),
        (1, ["exec", fake, "--", "go", "version"], {DONE, GONE, 127}),
    ]
    if "verify" in plan["extra"]:
        commands.append((2, ["verify", rng.choice(["--all", one])], {DONE, GONE}))
    if "repair" in plan["extra"]:
        commands.append((1, ["repair", one], {DONE, GONE}))
    if "--purge" in plan["extra"]:
        commands.append((2, ["uninstall", "--purge", fake], {DONE, GONE, REFUSED}))
    if "--trash" in plan["extra"]:
        commands.append((1, ["prune", "--trash"], {DONE}))
    if "upgrade" in plan["extra"]:
        commands.append((1, ["upgrade", "--dry-run"], {DONE, GONE}))
    weights = [weight for weight, _, _ in commands]
    return rng.choices(commands, weights)[0][1:]


class Group:
    def __init__(self, plan):
        self.plan = plan
        self.home = Home(plan["binary"], plan["root"], plan["mirror"])
        self.until = time.monotonic() + plan["seconds"]
        self.lock = threading.Lock()
        self.codes = collections.Counter()
        self.failures, self.killed, self.stopped, self.slowest = [], 0, 0, 0.0

    def run(self):
        threads = [threading.Thread(target=self.work, args=(number,)) for number in range(self.plan["workers"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {"codes": {"%s %s" % key: count for key, count in self.codes.items()}, "failures": self.failures,
                "killed": self.killed, "stopped": self.stopped, "slowest": round(self.slowest, 2)}

    def work(self, number):
        rng = random.Random("%s %s" % (self.plan["seed"], number))
        while time.monotonic() < self.until:
            words, allowed = menu(rng, self.plan)
            began = time.monotonic()
            child = subprocess.Popen([str(self.home.binary), *words], env=self.home.env, cwd="/", text=True,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            fate = self.disturb(rng, child)
            try:
                out, err = child.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
                out, err = child.communicate()
                err += "\nit did not end within 60 s"
            with self.lock:
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.killed += child.returncode == -signal.SIGKILL
                self.stopped += fate == "stop"
                self.codes[words[0], child.returncode] += 1
                if child.returncode not in allowed and not (fate == "kill" and child.returncode == -signal.SIGKILL):
                    self.failures.append("`%s` ended with %s: %s%s" % (" ".join(words), child.returncode, out, err))

    def disturb(self, rng, child):
        """Kills or freezes the process at a random moment, where the plan says so."""
        if rng.random() >= self.plan["disturbed"]:
            return None
        time.sleep(rng.random() * 0.08)
        if rng.random() < 0.6:
            child.kill()
            return "kill"
        child.send_signal(signal.SIGSTOP)
        time.sleep(rng.random() * 0.1)
        child.send_signal(signal.SIGCONT)
        return "stop"


if __name__ == "__main__":
    print(json.dumps(Group(json.loads(sys.argv[1])).run()))
