"""What a power cut may leave: every state of the disk that a log of writes and flushes allows, one by one."""

import random

PAGE = 4096
SUBSETS = 6


class State:
    """One state: which writes are on the disk, and whether the command had ended well before the cut."""

    def __init__(self, what, at, writes, acked):
        self.what, self.at, self.writes, self.acked = what, at, writes, acked

    def __str__(self):
        return "%s at event %d%s" % (self.what, self.at, ", after exit 0" if self.acked else "")


def flushes_and_writes(events):
    """How many of either there are from the start mark on."""
    after = events[_start(events):]
    return sum(kind == b"F" for kind, _, _ in after), sum(kind == b"W" for kind, _, _ in after)


def _start(events):
    return next(i for i, (kind, _, text) in enumerate(events) if (kind, text) == (b"M", b"start"))


def crash_states(events, seed):
    """Yields the states that differ, in the order of the log.

    Between two writes: all so far arrived. At a flush: what the flush before kept, and any of the writes since,
    in any order and in pages, since a drive's cache is free to. At exit 0: what the last flush kept. (All that
    arrived before a flush is what is there after it: no state of its own.)
    """
    chance = random.Random(seed)
    durable, pending, acked, started = [], [], False, False
    for at, (kind, offset, data) in enumerate(events):
        if kind == b"M":
            started = started or data == b"start"
            if data == b"acked":
                acked = True
                yield State("cache lost", at, list(durable), acked)
        elif kind == b"W":
            pending.append((offset, data))
            if started:
                yield State("cut after a write", at, durable + pending, acked)
        else:
            if started:
                for some in _subsets(pending, chance):
                    yield State("cut before a flush, some writes kept", at, durable + some, acked)
            durable += pending
            pending = []


def _subsets(pending, chance):
    """Some of the pages that were written, in any order; neither none of them nor all in their order."""
    pages = [(offset + i, data[i:i + PAGE]) for offset, data in pending for i in range(0, len(data), PAGE)]
    seen = {(), tuple(range(len(pages)))}
    for _ in range(SUBSETS):
        kept = [number for number in range(len(pages)) if chance.random() < 0.5]
        chance.shuffle(kept)
        if tuple(kept) not in seen:
            seen.add(tuple(kept))
            yield [pages[number] for number in kept]


def sample(states, limit):
    """At most `limit` of the states, evenly spread, with every one at exit 0 and after it kept that can be."""
    if not limit or len(states) <= limit:
        return states
    first = next((i for i, state in enumerate(states) if state.acked), len(states))
    late = states[first:]
    late = late[:1] + late[1::max(1, len(late) * 3 // limit)]
    room = max(1, limit - len(late))
    early = states[:first]
    return [early[i * len(early) // room] for i in range(min(room, len(early)))] + late
