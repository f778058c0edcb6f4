"""The files of a user's shells beside a store: before `gvm-rs setup` and after it, looked at without its help.

Each is the old one or the new one, whole. What is new is told by what must be true of it: outside of one marked block
it is the old file byte for byte, and the block is one line that reads a file of the store that is there.
"""

import os
import re

# What is there before; `None`: nothing is.
OLD = {
    ".bashrc": b"# mine\ncase $- in\n  *i*) ;;\n  *) return ;;\nesac\nalias ll='ls -l'\n",
    ".bash_profile": b"x=1\n\xff\n. ~/.bashrc",
    ".config/fish/conf.d/gvm-rs.fish": None,
}
# What `setup` is told so that it edits exactly these.
SETUP = ["setup", "--yes", "-q", "--shell", "bash", "--shell", "fish"]
BLOCK = re.compile(rb"# >>> gvm-rs setup(?: \((?P<note>[^)]*)\))? >>>\n(?P<line>[^\n]*)\n# <<< gvm-rs setup <<<\n?")
READS = re.compile(rb'"\$HOME/([^"]*/shell/init\.(?:bash|fish))"')
TEMPORARY = re.compile(r"^\..*\.gvm-rs-(?:new|old)$")


def furnish(home):
    """Makes the files of before."""
    for name, text in OLD.items():
        if text is not None:
            with open(os.path.join(home, name), "wb") as file:
                file.write(text)


def look(home, is_tidy=False):
    """How many of the files are set up, and what is wrong, as (number, list)."""
    number, wrong = 0, []
    for name, old in OLD.items():
        try:
            with open(os.path.join(home, name), "rb") as file:
                text = file.read()
        except FileNotFoundError:
            text = None
        if text == old:
            continue
        number += 1
        problem = "it is gone" if text is None else _problem(home, text, old or b"")
        if problem:
            wrong.append("%s: %s" % (name, problem))
    for directory, names, files in os.walk(home):
        # The store and its neighbours are somebody else's business.
        names[:] = [name for name in names if directory != str(home) or name.startswith(".")]
        left = [name for name in names + files if TEMPORARY.match(name)]
        if is_tidy and left:
            wrong.append("%s has %s" % (directory, left))
        if not is_tidy:
            names[:] = [name for name in names if name not in left]
        if directory != str(home) and not names and not files and not left:
            wrong.append("%s is empty" % directory)
    return number, wrong


def _problem(home, text, old):
    found = list(BLOCK.finditer(text))
    if len(found) != 1:
        return "it has %d blocks: %r" % (len(found), text)
    block = found[0]
    start, end = block.span()
    # What stands in for the end that the line before lacked is the block's own.
    if block["note"] and b"without an end" in block["note"]:
        start -= 1
    if text[:start] + text[end:] != old:
        return "outside of the block it is not the old one: %r" % text
    reads = set(READS.findall(block["line"]))
    if len(reads) != 1 or not os.path.getsize(os.path.join(str(home), reads.pop().decode())):
        return "its block reads nothing that is there: %r" % block["line"]
    return None
