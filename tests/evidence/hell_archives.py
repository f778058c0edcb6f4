"""What a server can do wrong with an archive."""

import gzip
import random
import time

from servers import Register

case = Register("archive")
CASES = case.cases


def add(name, ends, slow=0):
    """For misbehaviours that come in rows, made by a function."""
    return lambda behave: case(name, ends, slow)(behave)


# Statuses

for status in ("204 No Content", "205 Reset Content", "299 Odd", "301 Moved", "304 Not Modified", "400 Bad Request",
               "401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy", "410 Gone", "451 Legal", "500 Oops", "502 Bad Gateway",
               "508 Loop", "599 Odd", "999 Odd"):
    add("status " + status, "refuses")(lambda c, status=status: c.reply(status, b"" if status[0] in "123" else b"no"))

for line in ("HTTP/1.1 abc OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1", "HTTP/9.9 200 OK", "ICY 200 OK",
             "http/1.1 200 OK", "\x1b]0;owned\x07", "SSH-2.0-OpenSSH_9.2", "* OK IMAP4rev1", "\0" * 64):
    add("status line %r" % line[:20], "refuses")(
        lambda c, line=line: (c.send(line.encode("latin-1") + b"\r\n\r\n" + c.body), c.close()))


@case("503 with Retry-After 1, then well", "installs")
def _(c):
    c.reply("503 Busy", b"", ["Retry-After: 1"]) if c.number == 0 else c.honest()


@case("429 with a senseless Retry-After, then well", "installs")
def _(c):
    c.reply("429 Slow down", b"", ["Retry-After: -99999999999999999999"]) if c.number == 0 else c.honest()


@case("503 with Retry-After of 31 years, then well", "installs", slow=35)
def _(c):
    c.reply("503 Busy", b"", ["Retry-After: 999999999"]) if c.number == 0 else c.honest()


@case("206 that nobody asked for", "refuses")
def _(c):
    c.reply("206 Partial Content", c.body, ["Content-Range: bytes 0-%d/%d" % (len(c.body) - 1, len(c.body))])


@case("416 that nobody asked for", "refuses")
def _(c):
    c.reply("416 No", b"", ["Content-Range: bytes */%d" % len(c.body)])


@case("101 Switching Protocols", "refuses")
def _(c):
    c.send(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"), c.send(c.body), c.close()


@case("1,000 times 100 Continue, then well", "installs")
def _(c):
    c.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), c.honest()


@case("103 Early Hints without end", "refuses", slow=32)
def _(c):
    c.forever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50, 0.01)


# No HTTP at all

case("nobody listens", "refuses")(None)


@case("HTTP/0.9: bytes without a head", "refuses")
def _(c):
    c.send(c.body), c.close()


@case("HTTP/2 settings", "refuses")
def _(c):
    c.send(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d\0\x04\0\x10\0\0\0\x06\0\x10\0\0"), c.close()


@case("a TLS alert", "refuses")
def _(c):
    c.send(b"\x15\x03\x03\x00\x02\x02\x28"), c.close()


@case("closes at once", "refuses")
def _(c):
    c.close()


@case("resets at once", "refuses")
def _(c):
    c.reset()


@case("never answers", "refuses", slow=32)
def _(c):
    c.hang()


# Heads

@case("headers without end", "refuses")
def _(c):
    c.send(b"HTTP/1.1 200 OK\r\n"), c.forever(b"X-More: %s\r\n" % (b"y" * 900))


@case("one header without end", "refuses")
def _(c):
    c.send(b"HTTP/1.1 200 OK\r\nX-Long: "), c.forever(b"y" * 65536)


@case("20,000 headers", "refuses")
def _(c):
    c.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20000))), c.honest()


@case("a head of one byte a second", "refuses", slow=32)
def _(c):
    c.send(b"HTTP/1.1 200 OK\r\nX: "), c.forever(b"y", 1.0)


for name, line, ends in (("NUL in a header", b"X-Nul: a\0b", "refuses"), ("no colon", b"nonsense", "refuses"),
                         ("bare CR", b"X: a\rb", "refuses"), ("a folded header", b"X: a\r\n b", "either"),
                         ("an empty name", b": a", "refuses"), ("an escape sequence", b"X: \x1b[2J", "either")):
    add("head with " + name, ends)(lambda c, line=line: (
        c.send(b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Length: %d\r\n\r\n" % len(c.body)), c.send(c.body), c.close()))

# Lengths

for name, length, ends in (("too short", lambda n: n - 1, "refuses"), ("too long", lambda n: n + 1, "refuses"),
                           ("0", lambda n: 0, "refuses"), ("negative", lambda n: -n, "refuses"),
                           ("a word", lambda n: "much", "refuses"), ("2^64", lambda n: 1 << 64, "refuses"),
                           ("1 TB", lambda n: 1 << 40, "refuses"), ("with a sign", lambda n: "+%d" % n, "either"),
                           ("in hex", lambda n: hex(n), "refuses"), ("empty", lambda n: "", "refuses"),
                           ("a list", lambda n: "%d, %d" % (n, n), "either"),
                           ("twice the same", lambda n: "%d\r\nContent-Length: %d" % (n, n), "either"),
                           ("twice different", lambda n: "%d\r\nContent-Length: %d" % (n, n - 5), "refuses")):
    add("Content-Length " + name, ends)(
        lambda c, length=length: (c.head(length=length(len(c.body))), c.send(c.body), c.close()))


@case("no length, ends with the connection", "installs")
def _(c):
    c.head(), c.send(c.body), c.close()


@case("no length, and more than there should be", "refuses")
def _(c):
    c.head(), c.send(c.body + b"x"), c.close()


@case("no length and no end", "refuses")
def _(c):
    c.head(), c.forever(b"\x1f\x8b" * 32768)


@case("trailing bytes after the length", "installs")
def _(c):
    c.reply(body=c.body), c.send(b"HTTP/1.1 200 OK\r\n\r\nmore"), c.close()


for name, offset in (("the head", 0), ("1 byte", 1), ("9 bytes", 9), ("the gzip head", 10), ("a third", 0.33),
                     ("all but 9", -9), ("all but 1", -1)):
    def until(c, offset=offset):
        return int(len(c.body) * offset) if isinstance(offset, float) else offset if offset >= 0 else len(c.body) + offset
    add("always ends after " + name, "refuses")(lambda c, until=until: (c.part(until(c)), c.close()))
    add("always resets after " + name, "refuses")(lambda c, until=until: (c.part(until(c)), c.reset()))
    add("no length, always ends after " + name, "refuses")(
        lambda c, until=until: (c.head(), c.send(c.body[:until(c)]), c.close()))

# Chunks


def chunked(c, body, more=()):
    c.head(more=["Transfer-Encoding: chunked", *more]), c.send(body)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


for name, body, ends in (
        ("well", lambda b: chunk(b) + b"0\r\n\r\n", "installs"),
        ("of 9 bytes each", lambda b: b"".join(chunk(b[n:n + 9]) for n in range(0, len(b), 9)) + b"0\r\n\r\n", "installs"),
        ("without a last one", chunk, "either"), ("garbage", lambda b: b"zz\r\n" + b, "refuses"),
        ("a size beyond all", lambda b: b"FFFFFFFFFFFFFFFFFF\r\n" + b, "refuses"),
        ("a negative size", lambda b: b"-5\r\n" + b, "refuses"), ("no line end", lambda b: b"%x" % len(b) + b, "refuses"),
        ("one too many", lambda b: chunk(b) + chunk(b"x") + b"0\r\n\r\n", "refuses"),
        ("too little", lambda b: chunk(b[:-3]) + b"0\r\n\r\n", "refuses"),
        ("a size that lies", lambda b: b"%x\r\n%s\r\n0\r\n\r\n" % (len(b) - 7, b), "refuses")):
    add("chunks, " + name, ends)(lambda c, body=body: (chunked(c, body(c.body)), c.close()))


@case("chunks, an extension without end", "refuses")
def _(c):
    chunked(c, b"5;"), c.forever(b"x" * 4096)


@case("chunks, trailers without end", "either")
def _(c):
    chunked(c, chunk(c.body) + b"0\r\n"), c.forever(b"X: %s\r\n" % (b"y" * 900))


@case("chunks without end", "refuses")
def _(c):
    chunked(c, b""), c.forever(chunk(b"x" * 65536))


@case("chunks and a length", "either")
def _(c):
    chunked(c, chunk(c.body) + b"0\r\n\r\n", ["Content-Length: 5"]), c.close()

# Bodies


@case("other bytes of the right length", "refuses")
def _(c):
    c.honest(bytes(len(c.body)))


@case("one bit is wrong", "refuses")
def _(c):
    half = len(c.body) // 2
    c.honest(c.body[:half] + bytes([c.body[half] ^ 1]) + c.body[half + 1:])


@case("a bomb of the right length", "refuses")
def _(c):
    bomb = gzip.compress(bytes(120 << 20), 9)
    c.honest((bomb + bytes(len(c.body)))[:len(c.body)])


@case("HTML, said to be HTML", "refuses")
def _(c):
    c.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<html>Hi!"), c.close()


@case("HTML, said to be an archive", "refuses")
def _(c):
    c.reply(body=b"<html>Log in to the hotel</html>")


@case("Content-Encoding gzip, and it is", "refuses")
def _(c):
    c.reply(body=gzip.compress(c.body), more=["Content-Encoding: gzip"])


@case("Content-Encoding gzip, and it is not", "either")
def _(c):
    c.reply(body=c.body, more=["Content-Encoding: gzip"])


@case("Content-Encoding nonsense", "either")
def _(c):
    c.reply(body=c.body, more=["Content-Encoding: \xff\xfe"])

# Ranges: the first answer breaks off in the middle


def broken(name, ends):
    """A misbehaviour at the second attempt."""
    def decorate(behave):
        def both(c):
            if c.start == 0 and c.number == 0:
                c.part(len(c.body) // 2), c.reset()
            behave(c)
        case("resumed, " + name, ends)(both)
    return decorate


def span(c, start, data, total=None, more=()):
    said = "Content-Range: bytes %d-%d/%s" % (start, start + len(data) - 1, total or len(c.body))
    c.reply("206 Partial", data, [said, *more])


broken("well", "installs")(lambda c: c.honest())
broken("from the start (Range ignored)", "installs")(lambda c: c.reply(body=c.body))
broken("off by one", "installs")(
    lambda c: span(c, c.start + 1, c.body[c.start + 1:]) if c.start else c.honest())
broken("the part before", "installs")(lambda c: span(c, 0, c.body[:c.start]) if c.start else c.honest())
broken("without Content-Range", "installs")(
    lambda c: c.reply("206 Partial", c.body[c.start:]) if c.start else c.honest())
broken("as multipart", "installs")(
    lambda c: c.reply("206 Partial", c.body, ["Content-Type: multipart/byteranges; boundary=x"]) if c.start else c.honest())
broken("right range, wrong bytes", "refuses")(
    lambda c: span(c, c.start, bytes(len(c.body) - c.start)) if c.start else c.honest())
broken("right range, wrong bytes, for ever", "refuses")(
    lambda c: span(c, c.start, bytes(len(c.body) - c.start)) if c.start else (c.part(len(c.body) // 2), c.reset()))
broken("another total", "refuses")(lambda c: span(c, c.start, c.body[c.start:], len(c.body) + 9))
broken("another ETag", "installs")(
    lambda c: span(c, c.start, c.body[c.start:], more=['ETag: "b"']) if c.start else c.honest(tag='"b"'))
broken("416 with another size", "refuses")(
    lambda c: c.reply("416 No", b"", ["Content-Range: bytes */5"]) if c.start else c.honest())
broken("404", "refuses")(lambda c: c.reply("404 Gone"))
broken("a web page", "refuses")(lambda c: c.reply(body=b"<html></html>"))
broken("more than the rest", "installs")(lambda c: (span(c, c.start, c.body[c.start:]), c.send(b"more"), c.close()))


@broken("less than promised, again and again", "installs")
def _(c):
    said = "Content-Range: bytes %d-%d/%d" % (c.start, len(c.body) - 1, len(c.body))
    c.head("206 Partial", len(c.body) - c.start, [said]), c.send(c.body[c.start:c.start + 9000]), c.close()


for number in range(12):
    def anywhere(c, number=number):
        end = random.Random("%d %d" % (number, c.number)).randrange(c.start, len(c.body) + 1)
        if c.number > 8:
            return c.honest()
        status = "206 Partial" if c.start else "200 OK"
        more = ['ETag: "a"', "Content-Range: bytes %d-%d/%d" % (c.start, len(c.body) - 1, len(c.body))]
        c.head(status, len(c.body) - c.start, more if c.start else more[:1]), c.send(c.body[c.start:end]), c.reset()
    # Three attempts in a row without a byte would end it; such a seed is not among these.
    case("resets anywhere, seed %d" % number, "installs")(anywhere)

# Redirects


def moved(c, to, status="302 Found"):
    c.reply(status, b"", ["Location: " + to])


for name, to, ends in (
        ("to itself", lambda c: c.request.split(b" ")[1].decode(), "refuses"),
        ("in a circle of two", lambda c: "/b" if b"/b " not in c.request[:40] else "/a", "refuses"),
        ("without end", lambda c: "/%d" % c.number, "refuses"),
        ("to plain http elsewhere", lambda c: "http://192.0.2.1/x", "refuses"),
        ("to a file", lambda c: "file:///etc/passwd", "refuses"), ("to ftp", lambda c: "ftp://127.0.0.1/x", "refuses"),
        ("to data", lambda c: "data:application/gzip;base64,H4sI", "refuses"), ("nowhere", lambda c: "", "refuses"),
        ("to nonsense", lambda c: "http://[::1", "refuses"), ("to a megabyte", lambda c: "/" + "x" * (1 << 20), "refuses"),
        ("to https that is none", lambda c: "https://127.0.0.1:%d/x" % c.case.port, "refuses"),
        ("with a password", lambda c: "http://user:hunter2@192.0.2.1/x", "refuses"),
        ("with an escape sequence", lambda c: "http://192.0.2.1/\x1b[2J", "refuses"),
        ("to port 0", lambda c: "http://127.0.0.1:0/", "refuses"),
        ("five times, then well", lambda c: "/%d" % c.number, "installs")):
    def redirect(c, to=to, name=name):
        c.honest() if name.startswith("five") and c.number >= 5 else moved(c, to(c))
    case("redirects " + name, ends)(redirect)

case("redirects without Location", "refuses")(lambda c: c.reply("302 Found"))
case("redirects with 307 to another name of this machine", "installs")(
    lambda c: moved(c, "http://localhost:%d/x" % c.case.port, "307 Temp") if c.number == 0 else c.honest())

# Slow


def paced(c, rate, piece):
    c.head(length=len(c.body))
    for start in range(0, len(c.body), piece):
        c.send(c.body[start:start + piece])
        time.sleep(piece / rate)


case("10 kB/s", "installs", slow=16)(lambda c: paced(c, 10_000, 1000))
case("1.5 kB/s", "installs", slow=110)(lambda c: paced(c, 1_500, 300))
case("0.3 kB/s", "refuses", slow=70)(lambda c: paced(c, 300, 30))
case("stops in the middle", "refuses", slow=32)(lambda c: (c.part(len(c.body) // 2), c.hang()))
