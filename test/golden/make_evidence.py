#!/usr/bin/env python3
"""Makes the golden vectors of notes, checkpoints, tiles, proofs and heads: a second implementation, from the specifications.

    python3 make_evidence.py [directory]      (default: the directory of this file)

Standard library and make_vectors.py only. C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof; RFC 6962; RFC 8032.

    note       = text "\\n" { "\\u2014 " name " " base64(key id || signature) "\\n" }
    key id     = SHA-256(name "\\n" 0x01 key)[:4]
    vkey       = name "+" hex(key id) "+" base64(0x01 || key)
    checkpoint = origin "\\n" size "\\n" base64(root) "\\n"
    head       = origin " " size " " base64(root)          a leaf of the tree of heads
"""

import base64
import hashlib
import json
import os
import sys

from make_vectors import (
    T0, body_fields, body_text, commitment, leaf_hash, leaf_of, node_hash, pseudo_random, salt, sha256, timestamp, tree_hash,
)

# --- Ed25519, as in RFC 8032, section 6: slow, and meant to be read -------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def sha512_number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        s >>= 1
    return q


def recover_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    assert (x * x - square) % P == 0
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def compress(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Key:
    """A private key, and what it does under a name."""

    def __init__(self, label):
        self.seed = pseudo_random("seed " + label, 32)
        expanded = hashlib.sha512(self.seed).digest()
        self.scalar = int.from_bytes(expanded[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self.prefix = expanded[32:]
        self.public = compress(point_mul(self.scalar, BASE))

    def sign(self, message):
        r = sha512_number(self.prefix, message) % L
        point = compress(point_mul(r, BASE))
        k = sha512_number(point, self.public, message) % L
        return point + ((r + k * self.scalar) % L).to_bytes(32, "little")

    def key_id(self, name):
        return sha256(name.encode() + b"\n\x01" + self.public)[:4]

    def vkey(self, name):
        return "%s+%s+%s" % (name, self.key_id(name).hex(), b64(b"\x01" + self.public))

    def line(self, name, text):
        return "\u2014 %s %s\n" % (name, b64(self.key_id(name) + self.sign(text.encode())))

    def note(self, name, text):
        return text + "\n" + self.line(name, text)


def b64(data):
    return base64.b64encode(data).decode()


# --- vkeys and notes ------------------------------------------------------------------------------------------------

NAMES = ("audit.example/production/registry", "audit.example/production/1", "a", "0123456789abcdef/7", "z~._-/0", "n" * 255)
FIRST, SECOND = Key("first"), Key("second")


def with_plus():
    """A key whose base64 has a plus sign: whoever splits a vkey at every plus is found."""
    number = 0
    while True:
        key = Key("plus %d" % number)
        if "+" in b64(b"\x01" + key.public):
            return key
        number += 1


PLUS = with_plus()


def vkeys():
    keys = [("first", FIRST), ("second", SECOND), ("plus", PLUS)]
    taken = [
        {"name": name, "seed": key.seed.hex(), "key": key.public.hex(), "id": key.key_id(name).hex(), "vkey": key.vkey(name)}
        for _, key in keys for name in NAMES
    ]
    right = FIRST.vkey("a")
    _, key_id, encoded = right.split("+", 2)
    assert key_id != key_id.upper()
    raw = b"\x01" + FIRST.public

    def hashed(of, data):
        return "%s+%s+%s" % (of, sha256(of.encode() + b"\n" + data)[:4].hex(), b64(data))

    refused = [
        ("nothing", ""), ("a name alone", "a"), ("no key", "a+" + key_id), ("an empty key", "a+%s+" % key_id), ("the id of another name", "b+%s+%s" % (key_id, encoded)),
        ("an id in capitals", "a+%s+%s" % (key_id.upper(), encoded)),
        ("an id that is short", "a+%s+%s" % (key_id[:7], encoded)), ("another kind of key", hashed("a", b"\x04" + FIRST.public)), ("a key that is short", hashed("a", raw[:-1])),
        ("a key that is long", hashed("a", raw + b"\x00")), ("an empty name", hashed("", raw)), ("a name in capitals", hashed("A", raw)), ("a name with a scheme", hashed("https://a", raw)),
        ("a name with a slash behind", hashed("a/", raw)), ("a name with two slashes", hashed("a//b", raw)), ("a name with a blank", hashed("a b", raw)),
        ("a name that is too long", hashed("n" * 256, raw)), ("a line feed behind", right + "\n"), ("a blank before", " " + right), ("base64 for addresses", "a+%s+%s" % (PLUS.key_id("a").hex(), b64(b"\x01" + PLUS.public).replace("+", "-"))),
    ]
    return {"vkeys": taken, "refused": [{"name": name, "vkey": vkey} for name, vkey in refused]}


TEXTS = ("one\n", "\n", "one\n\ntwo\n", "\u00fc \U0001f9fe \u2014 not a signature\n", "ends in an empty line\n\n", "\u2014 a AAAAAAE=\n", "\ufeffmark\n", "del \x7f\n")


def notes():
    a, b = FIRST.vkey("a"), SECOND.vkey("b.example/1")
    out = [{"text": text, "note": FIRST.note("a", text), "vkeys": [a], "signers": [a]} for text in TEXTS]
    text = "one\n"
    first, second, stranger = FIRST.line("a", text), SECOND.line("b.example/1", text), SECOND.line("stranger", text)
    wrong = FIRST.line("a", "two\n")
    for lines, known, signers in (
        (first + second, [a, b], [a, b]), (second + first, [a, b], [b, a]), (stranger + first + stranger, [a], [a]), (first + first, [a], [a]),
        (first + second, [b], [b]), (first + "\u2014 Some.One/\u00e9\u4e2d AAAAAAE=\n", [a], [a]),
        (first + "\u2014 b.example/1 %s\n" % b64(b"\0" * 68), [a, b], [a]), (first + "\u2014 b %s\n" % b64(FIRST.key_id("a") + b"\0" * 64), [a], [a]),
    ):
        out.append({"text": text, "note": text + "\n" + lines, "vkeys": known, "signers": signers})
    refused = []
    for name, reason, note, known in (
        ("nobody is known", "unsigned", text + "\n" + first, []), ("another key of the name", "unsigned", text + "\n" + first, [SECOND.vkey("a")]), ("the key under another name", "unsigned", text + "\n" + first, [FIRST.vkey("b")]),
        ("a signature of another text", "signature", text + "\n" + wrong, [a]), ("a second line that is wrong", "signature", text + "\n" + first + wrong, [a]), ("a first line that is wrong", "signature", text + "\n" + wrong + first, [a]),
        ("a second key that is wrong", "signature", text + "\n" + first + SECOND.line("b.example/1", "two\n"), [a, b]), ("a signature that is short", "signature", text + "\n\u2014 a %s\n" % b64(FIRST.key_id("a") + FIRST.sign(b"one\n")[:-1]), [a]),
        ("S that is too large by L", "signature", text + "\n\u2014 a %s\n" % b64(FIRST.key_id("a") + malleable(FIRST.sign(b"one\n"))), [a]),
        ("a text that was changed", "signature", "One\n\n" + first, [a]), ("a line feed that was added", "signature", "one\n\n\n" + first, [a]),
        ("nothing", "form", "", [a]), ("no signature", "form", text + "\n", [a]), ("no empty line", "form", text + first, [a]), ("no line feed at the end", "form", (text + "\n" + first)[:-1], [a]), ("an empty line at the end", "form", text + "\n" + first + "\n", [a]),
        ("a hyphen for the dash", "form", text + "\n" + first.replace("\u2014", "-"), [a]), ("two blanks", "form", text + "\n" + first.replace(" a ", " a  "), [a]), ("a line without a name", "form", text + "\n" + first + "\u2014  AAAAAAE=\n", [a]),
        ("a plus in a name", "form", text + "\n" + first + "\u2014 a+b AAAAAAE=\n", [a]), ("a blank of another kind in a name", "form", text + "\n" + first + "\u2014 a\u00a0b AAAAAAE=\n", [a]), ("a signature of four bytes", "form", text + "\n" + first + "\u2014 x AAAAAA==\n", [a]),
        ("slack bits", "form", text + "\n" + first + "\u2014 x AAAAAAF=\n", [a]), ("no padding", "form", text + "\n" + first + "\u2014 x AAAAAAE\n", [a]), ("a carriage return", "form", text + "\n" + first.replace("\n", "\r\n"), [a]), ("a tab in the text", "form", FIRST.note("a", "a\tb\n"), [a]),
        ("101 signatures", "form", text + "\n" + first + "\u2014 x AAAAAAE=\n" * 100, [a]), ("too long", "form", FIRST.note("a", "x" * 131_072 + "\n"), [a]),
    ):
        data = note.encode()
        refused.append({"name": name, "reason": reason, "vkeys": known, "hex": data.hex()} if len(data) < 10_000 else {"name": name, "reason": reason, "vkeys": known, "fill": {"byte": 0x78, "count": 131_072}, "hex": note[131_072:].encode().hex()})
    for name, data in (("bytes that are no UTF-8", b"\xff"), ("an overlong form", b"\xc0\x80"), ("a surrogate", b"\xed\xa0\x80"), ("NUL", b"\0")):
        refused.append({"name": name, "reason": "form", "vkeys": [a], "hex": (data + b"\n\n" + first.encode()).hex()})
    return {"notes": out, "refused": refused}


def malleable(signature):
    return signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")


# --- the tree of `leaf <i>` -----------------------------------------------------------------------------------------

class Tree:
    """Leaf i is the text `leaf <i>`; hashes of ranges are kept, since the same ones are asked for over and over."""

    def __init__(self, leaves):
        self.leaves = leaves
        self.kept = {}

    def root(self, begin, end):
        if end - begin < 2:
            return self.leaves[begin] if end > begin else sha256(b"")
        if (begin, end) not in self.kept:
            k = split(end - begin)
            self.kept[begin, end] = node_hash(self.root(begin, begin + k), self.root(begin + k, end))
        return self.kept[begin, end]

    def path(self, index, begin, end):
        """RFC 6962, section 2.1.1."""
        if end - begin == 1:
            return []
        middle = begin + split(end - begin)
        if index < middle:
            return self.path(index, begin, middle) + [self.root(middle, end)]
        return self.path(index, middle, end) + [self.root(begin, middle)]

    def proof(self, old, begin, end, whole=True):
        """RFC 6962, section 2.1.2; `old` counts from 0."""
        if old == end:
            return [] if whole else [self.root(begin, end)]
        middle = begin + split(end - begin)
        if old <= middle:
            return self.proof(old, begin, middle, whole) + [self.root(middle, end)]
        return self.proof(old, middle, end, False) + [self.root(begin, middle)]


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def text_tree(size):
    return Tree([leaf_hash(b"leaf %d" % i) for i in range(size)])


SMALL = text_tree(300)


def lines(hashes):
    return "".join(b64(node) + "\n" for node in hashes)


def proofs():
    roots = [SMALL.root(0, size).hex() for size in range(301)]
    inclusion = []
    for size in (1, 2, 3, 4, 5, 7, 8, 13, 255, 256, 257, 300):
        for index in sorted({0, 1, size // 2, size - 2, size - 1, min(size - 1, 255)} & set(range(size))):
            inclusion.append({"index": index, "size": size, "hashes": [node.hex() for node in SMALL.path(index, 0, size)]})
    consistency = []
    for to in (1, 2, 3, 4, 5, 7, 8, 13, 255, 256, 257, 300):
        for old in sorted({1, 2, 3, to // 2, to - 1, to, 128, 256} & set(range(1, to + 1))):
            consistency.append({"from": old, "to": to, "hashes": [node.hex() for node in SMALL.proof(old, 0, to)]})
    # All there are, in the order of sizes: one digest over the hashes of all of them.
    every = {"inclusion": hashlib.sha256(), "consistency": hashlib.sha256()}
    for size in range(1, 301):
        for index in range(size):
            every["inclusion"].update(b"".join(SMALL.path(index, 0, size)))
        for old in range(1, size + 1):
            every["consistency"].update(b"".join(SMALL.proof(old, 0, size)))
    return {"roots": roots, "inclusion": inclusion, "consistency": consistency, "every": {name: hashed.hexdigest() for name, hashed in every.items()}}


# --- checkpoints and the texts of proofs ----------------------------------------------------------------------------

def checkpoint_text(origin, size, root):
    return "%s\n%d\n%s\n" % (origin, size, b64(root))


def checkpoints():
    cases = [(NAMES[i % len(NAMES)], size, SMALL.root(0, size)) for i, size in enumerate((1, 2, 3, 10, 255, 256, 257, 300))]
    cases += [("a", 2**53 - 1, b"\xff" * 32), ("a", 10**15, b"\x00" * 32)]
    out = []
    for origin, size, root in cases:
        text = checkpoint_text(origin, size, root)
        out.append({"origin": origin, "size": size, "root": root.hex(), "text": text, "vkey": FIRST.vkey(origin), "note": FIRST.note(origin, text)})
    root = b64(SMALL.root(0, 3))
    refused = [
        ("nothing", ""), ("two lines", "a\n3\n"), ("no end", "a\n3\n" + root), ("an extension", "a\n3\n%s\nmore\n" % root), ("an empty line", "a\n3\n%s\n\n" % root), ("an empty log", "a\n0\n%s\n" % b64(sha256(b""))),
        ("a zero in front", "a\n03\n%s\n" % root), ("a sign", "a\n+3\n%s\n" % root), ("a blank", "a\n 3\n%s\n" % root), ("a size in hex", "a\n0x3\n%s\n" % root), ("a size with an exponent", "a\n3e0\n%s\n" % root), ("2^53", "a\n9007199254740992\n%s\n" % root),
        ("a size that never ends", "a\n%s\n%s\n" % ("9" * 300, root)), ("digits of another script", "a\n\u0663\n%s\n" % root), ("a short root", "a\n3\n%s\n" % b64(b"\0" * 31)), ("a long root", "a\n3\n%s\n" % b64(b"\0" * 33)), ("a root in hex", "a\n3\n%s\n" % SMALL.root(0, 3).hex()),
        ("slack bits", "a\n3\n%s\n" % (b64(b"\0" * 32)[:-2] + "B=")), ("an origin in capitals", "A\n3\n%s\n" % root), ("an origin with a scheme", "https://a\n3\n%s\n" % root), ("an origin with a slash behind", "a/\n3\n%s\n" % root), ("no origin", "\n3\n%s\n" % root), ("a carriage return", "a\r\n3\r\n%s\r\n" % root),
    ]
    text = checkpoint_text("a", 300, SMALL.root(0, 300))
    note = FIRST.note("a", text)
    proof_texts = []
    for index in (0, 7, 255, 256, 299):
        hashes = SMALL.path(index, 0, 300)
        proof_texts.append({
            "index": index, "hashes": [node.hex() for node in hashes], "checkpoint": note,
            "proof": "audit-proof/v1\nindex %d\n%s" % (index, lines(hashes)), "tlogProof": "c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s" % (index, lines(hashes), note),
        })
    body = lines(SMALL.path(7, 0, 300))
    proofs_refused = [
        ("nothing", ""), ("another version", "c2sp.org/tlog-proof@v2\nindex 7\n%s\n%s" % (body, note)), ("extra data", "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 7\n%s\n%s" % (body, note)), ("no index", "c2sp.org/tlog-proof@v1\n%s\n%s" % (body, note)),
        ("an index with a zero in front", "c2sp.org/tlog-proof@v1\nindex 07\n%s\n%s" % (body, note)), ("an index below 0", "c2sp.org/tlog-proof@v1\nindex -7\n%s\n%s" % (body, note)), ("a hash in hex", "c2sp.org/tlog-proof@v1\nindex 7\n%s\n\n%s" % ("0" * 64, note)),
        ("a short hash", "c2sp.org/tlog-proof@v1\nindex 7\n%s\n\n%s" % (b64(b"\0" * 31), note)), ("no empty line", "c2sp.org/tlog-proof@v1\nindex 7\n%s%s" % (body, note)), ("54 hashes", "c2sp.org/tlog-proof@v1\nindex 7\n%s\n%s" % (lines([b"\0" * 32] * 54), note)),
        ("no signature", "c2sp.org/tlog-proof@v1\nindex 7\n%s\n%s" % (body, text)), ("a note that is no checkpoint", "c2sp.org/tlog-proof@v1\nindex 7\n%s\n%s" % (body, FIRST.note("a", "hello\n"))), ("carriage returns", "c2sp.org/tlog-proof@v1\r\nindex 7\r\n%s\n%s" % (body, note)),
    ]
    return {
        "checkpoints": out, "refused": [{"name": name, "text": said} for name, said in refused], "proofs": proof_texts,
        "proofsRefused": [{"name": name, "text": said} for name, said in proofs_refused],
    }


# --- tiles ----------------------------------------------------------------------------------------------------------

def tile_path(level, index, width):
    digits = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        digits = "x%03d/%s" % (index % 1000, digits)
    return "tile/%s/%s%s" % (level, digits, "" if width == 256 else ".p/%d" % width)


def bundle(leaves):
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def files_of(leaves):
    """Path and bytes of every tile and bundle of a log."""
    out, level, hashes = {}, 0, [leaf_hash(leaf) for leaf in leaves]
    while hashes:
        for index in range(0, len(hashes), 256):
            part = hashes[index : index + 256]
            out[tile_path(level, index // 256, len(part))] = b"".join(part)
        hashes = [tree_hash(hashes[index : index + 256]) for index in range(0, len(hashes) - 255, 256)]
        level += 1
    for index in range(0, len(leaves), 256):
        part = leaves[index : index + 256]
        out[tile_path("entries", index // 256, len(part))] = bundle(part)
    return out


def tiles():
    paths = [(0, 0, 256), (0, 0, 1), (0, 1, 255), (1, 999, 256), (1, 1000, 17), (2, 1234067, 256), (2, 1234067, 3), ("entries", 0, 256), ("entries", 123456789, 256), ("entries", 1000, 9), (6, 31, 256), (0, 2**45 - 1, 255)]
    bad = [
        "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/000/", "/tile/0/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/", "tile/0/x000/000", "tile/0/x001",
        "tile/0/001/000", "tile/0/X001/000", "tile/00/000", "tile/01/000", "tile/-1/000", "tile/7/000", "tile/64/000", "tile/8/0/000", "tile/data/000", "tile/Entries/000", "tile/0/000\n", "tile/0/../000", "tile/0/x999/x999/x999/x999/x999/999", "tile/0/\u0660\u0660\u0660",
    ]
    logs = []
    for size in (1, 2, 255, 256, 257, 300, 512, 70_000):
        leaves = [b"leaf %d" % i for i in range(size)]
        files = sorted(files_of(leaves).items())
        every = hashlib.sha256(b"".join(path.encode() + b"\n" + data for path, data in files)).hexdigest()
        log = {"size": size, "root": tree_hash([leaf_hash(leaf) for leaf in leaves]).hex(), "count": len(files), "every": every}
        if size < 1000:
            log["files"] = [{"path": path, "sha256": hashlib.sha256(data).hexdigest()} for path, data in files]
        logs.append(log)
    bundles = [[b"a"], [b"leaf 0", b"\0", b"\xff" * 3], [b"x" * 256, b"y" * 255]]
    wrong = [("nothing", 1, b""), ("no leaf", 0, b""), ("half a length", 1, b"\0"), ("an empty leaf", 1, b"\0\0"), ("a leaf that is cut off", 1, b"\0\x02a"), ("one leaf more", 1, b"\0\x01a\0\x01b"), ("one leaf less", 2, b"\0\x01a"), ("a byte behind", 1, b"\0\x01a\0"), ("the lesser byte first", 1, b"\x01\0a")]
    return {
        "paths": [{"level": level, "index": index, "width": width, "path": tile_path(level, index, width)} for level, index, width in paths], "refused": bad, "logs": logs,
        "bundles": [{"leaves": [leaf.hex() for leaf in leaves], "bundle": bundle(leaves).hex()} for leaves in bundles],
        "bundlesRefused": [{"name": name, "width": width, "bundle": data.hex()} for name, width, data in wrong],
    }


# --- heads, and the folder that proves one entry ---------------------------------------------------------------------

def head_line(origin, size, root):
    return "%s %d %s" % (origin, size, b64(root))


def heads_of(entries):
    """Lines in the order of their bytes, and the tree over them."""
    encoded = sorted(head_line(*entry).encode() for entry in entries)
    return encoded, Tree([leaf_hash(line) for line in encoded])


def heads():
    odd = ("a", "a-b", "a.b", "a/1", "a/10", "a/2", "a0", "a_", "a~")
    lists = [[]] + [[("audit.example/%d" % (i + 1), i + 1, SMALL.root(0, i + 1)) for i in range(count)] for count in (1, 2, 3, 5, 8, 40)]
    lists.append([(origin, 9, sha256(origin.encode())) for origin in reversed(odd)])
    out = []
    for entries in lists:
        encoded, tree = heads_of(entries)
        out.append({
            "heads": [{"origin": origin, "size": size, "root": root.hex()} for origin, size, root in entries], "lines": [line.decode() for line in encoded],
            "member": {"count": len(encoded), "root": tree.root(0, len(encoded)).hex()},
            "proofs": [{"index": index, "hashes": [node.hex() for node in tree.path(index, 0, len(encoded))]} for index in sorted({0, 3, len(encoded) - 1} & set(range(len(encoded))))],
        })
    root = b64(SMALL.root(0, 3))
    refused = ["", "a", "a 3", "a 3 ", "a 0 " + root, "a 03 " + root, "a  3 " + root, " a 3 " + root, "a 3 %s " % root, "a 3 %s\n" % root, "a\t3\t" + root, "A 3 " + root, "a/ 3 " + root, "a 3 " + SMALL.root(0, 3).hex(), "a 3 %s more" % root, "a 9007199254740992 " + root]
    return {"heads": out, "refused": refused, "folders": folders()}


ORIGIN = "audit.example/production"


def chain(origin, count, sections=()):
    """Leaves of a chain. Only its form is that of a log: nothing was captured."""
    prev, leaves = "0" * 64, []
    for seq in range(count):
        commit = {name: commitment(name, salt_of, data).hex() for at, name, salt_of, data in sections if at == seq}
        fields = body_fields("%s %d" % (origin, seq), action="chain.open" if seq == 0 else "invoice.approve", source="control" if seq == 0 else "record", commit=dict({"actor": None, "data": None}, **commit))
        leaf = leaf_of(origin, seq, timestamp(T0 + seq * 1_000_000, 3), prev, body_text(fields)).encode()
        leaves.append(leaf)
        prev = leaf_hash(leaf).hex()
    return leaves


def folders():
    salt_actor, salt_data = salt("folder actor"), salt("folder data")
    actor, data = b'{"id":"ann","type":"user"}', '{"id":"1","new":{"n":"J\u00fcrgen"}}'.encode()
    sections = [(5, "actor", salt_actor, actor), (5, "data", salt_data, data)]
    origin, registry = ORIGIN + "/2", ORIGIN + "/registry"
    mine = chain(origin, 9, sections)
    tree = Tree([leaf_hash(leaf) for leaf in mine])
    others = [(ORIGIN + "/%d" % number, number, sha256(b"other %d" % number)) for number in (1, 3, 10)]
    encoded, head_tree = heads_of(others + [(origin, 8, tree.root(0, 8))])
    line = head_line(origin, 8, tree.root(0, 8)).encode()
    at = encoded.index(line)
    entries = chain(registry, 3)
    told = body_fields("told", source="control", action="heads", commit={"actor": None, "data": None}, heads={"count": len(encoded), "root": head_tree.root(0, len(encoded)).hex()})
    entries.append(leaf_of(registry, 3, timestamp(T0 + 3_000_000, 3), leaf_hash(entries[2]).hex(), body_text(told)).encode())
    more = leaf_of(registry, 4, timestamp(T0 + 4_000_000, 3), leaf_hash(entries[3]).hex(), body_text(body_fields("more", source="control", action="key.rotated"))).encode()
    entries.append(more)
    top = Tree([leaf_hash(leaf) for leaf in entries])
    note = FIRST.note(registry, checkpoint_text(registry, 5, top.root(0, 5)))

    def tlog_proof(index):
        return "c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s" % (index, lines(top.path(index, 0, 5)), note)

    def proof(index, hashes):
        return "audit-proof/v1\nindex %d\n%s" % (index, lines(hashes))

    steps = {
        "entry.leaf": mine[5].decode(), "entry.proof": proof(5, tree.path(5, 0, 8)), "head.leaf": line.decode(), "head.proof": proof(at, head_tree.path(at, 0, len(encoded))), "registry.leaf": entries[3].decode(), "registry.tlog-proof": tlog_proof(3),
    }
    opened = {"actor.salt": salt_actor, "actor.bytes": actor.decode(), "data.salt": salt_data, "data.bytes": data.decode()}
    return [
        {"name": "an entry with both openings", "vkey": FIRST.vkey(registry), "files": dict(steps, **opened)},
        {"name": "an entry without openings", "vkey": FIRST.vkey(registry), "files": steps},
        {"name": "an entry of the registry itself", "vkey": FIRST.vkey(registry), "files": {"entry.leaf": more.decode(), "registry.tlog-proof": tlog_proof(4)}},
    ]


FILES = {"vkeys.json": vkeys, "notes.json": notes, "checkpoints.json": checkpoints, "proofs.json": proofs, "tiles.json": tiles, "heads.json": heads}


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name, make in FILES.items():
        with open(os.path.join(directory, name), "w", encoding="ascii", newline="\n") as file:
            file.write(json.dumps(make(), ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
