"""What a server can do wrong with the index."""

import gzip
import json

from servers import Register

case = Register("index")
CASES = case.cases

DEEP = 200_000

for status in ("204 No Content", "206 Partial Content", "304 Not Modified", "403 Forbidden", "404 Not Found", "500 Oops",
               "503 Busy"):
    case("status " + status, "refuses")(lambda c, status=status: c.reply(status, b"" if status[0] in "13" else c.body))

for name, body in (
        ("empty", b""), ("a web page", b"<!doctype html><title>Log in</title>"), ("null", b"null"), ("an object", b"{}"),
        ("a string", b'"go1.22.2"'), ("an empty list", b"[]"), ("a list of lists", b"[[]]"), ("NaN", b"NaN"),
        ("deep", b"[" * DEEP + b"]" * DEEP), ("deep objects", b'{"a":' * DEEP), ("not UTF-8", b'[{"version":"\xff\xfe"}]'),
        ("UTF-16", '[{"version":"go1.22.2"}]'.encode("utf-16")), ("NULs", bytes(100_000)),
        ("escape sequences", b'[{"version":"go\\u001b[2J\\u0007","stable":true,"files":[]}]'),
        ("a huge number", b'[{"version":"go1.22.2","stable":true,"files":[{"size":1e999999}]}]'),
        ("another schema", b'[{"version":{"go":1},"files":"many"}]')):
    case(name, "refuses")(lambda c, body=body: c.reply(body=body))

for name, end in (("1 byte", 1), ("half", 0.5), ("all but 1", -1)):
    def until(c, end=end):
        return int(len(c.body) * end) if isinstance(end, float) else end
    case("always ends after " + name, "refuses")(
        lambda c, until=until: (c.head(length=len(c.body)), c.send(c.body[:until(c)]), c.close()))
    case("no length, always ends after " + name, "refuses")(
        lambda c, until=until: (c.head(), c.send(c.body[:until(c)]), c.close()))
    case("always resets after " + name, "refuses")(
        lambda c, until=until: (c.head(length=len(c.body)), c.send(c.body[:until(c)]), c.reset()))

case("resets once, then well", "installs")(
    lambda c: (c.head(length=len(c.body)), c.send(c.body[:9]), c.reset()) if c.number == 0 else c.honest())
case("gzip, and it is", "installs")(lambda c: c.reply(body=gzip.compress(c.body), more=["Content-Encoding: gzip"]))
case("gzip, and it is not", "refuses")(lambda c: c.reply(body=c.body, more=["Content-Encoding: gzip"]))
case("gzip, cut", "refuses")(lambda c: c.reply(body=gzip.compress(c.body)[:-20], more=["Content-Encoding: gzip"]))
case("gzip bomb", "refuses")(
    lambda c: c.reply(body=gzip.compress(b" " * (256 << 20), 9), more=["Content-Encoding: gzip"]))
case("br", "refuses")(lambda c: c.reply(body=b"\x8b\x02\x80", more=["Content-Encoding: br"]))
case("a length of 1 TB", "refuses")(lambda c: (c.head(length=1 << 40), c.send(c.body), c.close()))
case("no end", "refuses")(lambda c: (c.head(), c.forever(b" " * 65536)))
case("a string without end", "refuses")(lambda c: (c.head(), c.send(b'[{"version":"'), c.forever(b"x" * 65536)))
case("never answers", "refuses", slow=32)(lambda c: c.hang())
case("0.3 kB/s", "refuses", slow=70)(lambda c: (c.head(), c.forever(b" " * 30, 0.1)))
case("redirects to itself", "refuses")(lambda c: c.reply("302 Found", b"", ["Location: " + c.request.split(b" ")[1].decode()]))
case("redirects to a file", "refuses")(lambda c: c.reply("302 Found", b"", ["Location: file:///etc/passwd"]))


@case("30 MB of releases nobody asked for", "either")
def _(c):
    rows = json.loads(c.body)
    row = json.dumps({**rows[0], "version": "go1.5.%d"})
    many = ",".join(row % number for number in range((30 << 20) // len(row)))
    c.reply(body=("[%s,%s]" % (many, json.dumps(rows)[1:-1])).encode())


# Lies about the one release

for name, changes, ends in (
        ("another hash", {"sha256": "0" * 64}, "refuses"), ("half a hash", {"sha256": "ab" * 16}, "refuses"),
        ("a hash of letters", {"sha256": "z" * 64}, "refuses"), ("no hash", {"sha256": None}, "refuses"),
        ("an empty hash", {"sha256": ""}, "refuses"), ("a size of 1", {"size": 1}, "refuses"),
        ("a size of 0, which is none", {"size": 0}, "installs"), ("a negative size", {"size": -5}, "refuses"),
        ("a size beyond all disks", {"size": (1 << 63) - 1}, "refuses"), ("a size as text", {"size": "100"}, "refuses"),
        ("a name above", {"filename": "../../../etc/passwd"}, "either"), ("an absolute name", {"filename": "/etc/passwd"}, "either"),
        ("a name that is a URL", {"filename": "http://192.0.2.1/x.tar.gz"}, "either"),
        ("another version in its files", {"version": "go9.9.9"}, "either"), ("another system", {"os": "plan9"}, "either"),
        ("another kind", {"kind": "installer"}, "refuses")):
    case(name, ends)(lambda c, changes=changes: c.reply(body=c.case.offer.index_bytes(**changes)))


@case("the release twice, with different hashes", "either")
def _(c):
    rows, lies = json.loads(c.body), json.loads(c.case.offer.index_bytes(sha256="0" * 64))
    c.reply(body=json.dumps(rows + lies).encode())
