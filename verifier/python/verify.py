#!/usr/bin/env python3
"""Checks an audit log without trusting whoever keeps it: standard library only, nothing of the product's, Python 3.9 or later.

    verify.py log DIR... --vkey VKEY [--vkey VKEY] [--origin ORIGIN]... [--sections FILE]
        DIR is the published directory of one chain (it holds `checkpoint` and `tile/`), or one that has such directories in it.
        A directory says itself of which chain it is: with --origin those chains must be there
    verify.py proof DIR --vkey VKEY
        DIR is a folder that proves one entry
    verify.py vectors DIR
        DIR holds the golden vectors (test/golden)

The keys are all that you must have from somewhere else than from whoever gave you the rest.

Exit code: 0 verified, 1 tampered, 2 could not run, 3 incomplete: something is missing, unknown or not signed by a key that you gave.

    leaf   = "audit-entry/v1\\n" origin "\\n" seq "\\n" sealedAt "\\n" prev "\\n" body
    hash   = SHA-256(0x00 || leaf)              the link of the chain, and the leaf of its tree
    node   = SHA-256(0x01 || left || right)     RFC 6962
    commit = SHA-256("audit-section/v1\\n" section "\\n" salt "\\n" bytes)
    head   = origin " " size " " base64(root)   a leaf of the tree that an entry of the registry has the root of

The formats are those of C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof) and of docs/record-format.md.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys

MAX_SAFE = 2**53 - 1
NOTE_BYTES, NOTE_SIGNATURES, SIGNATURE_BYTES = 128 * 1024, 100, 8 * 1024
PROOF_HASHES = 53
LEAF_BYTES = 65_535
BODY_BYTES, BODY_DEPTH = 16 * 1024, 8
NO_PREVIOUS = "0" * 64


class Refused(Exception):
    """Something is not written as it has to be (`form`), not signed by that key (`signature`), or by none that is known (`unsigned`)."""

    def __init__(self, why, reason="form"):
        super().__init__(why)
        self.reason = reason


class Unknown(Exception):
    """Written by a later version: nothing can be said about it."""


class Report:
    """Goes on after each finding, and ends with what was found."""

    def __init__(self):
        self.tampered = self.incomplete = self.verified = 0

    def say(self, text):
        # What a file holds is shown, never obeyed: nothing but ASCII reaches the terminal.
        print("".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text))

    def altered(self, where, what):
        self.tampered += 1
        self.say("TAMPERED    %s: %s" % (where, what))

    def missing(self, where, what):
        self.incomplete += 1
        self.say("INCOMPLETE  %s: %s" % (where, what))

    def refused(self, where, refused):
        (self.missing if refused.reason == "unsigned" else self.altered)(where, str(refused))

    def end(self):
        if self.tampered:
            verdict, code = "TAMPERED", 1
        elif self.incomplete:
            verdict, code = "INCOMPLETE", 3
        else:
            verdict, code = ("VERIFIED", 0) if self.verified else ("UNVERIFIABLE", 3)  # never valid of nothing
        self.say("%s: %d checked, %d altered, %d missing or unknown" % (verdict, self.verified, self.tampered, self.incomplete))
        return code


# --- Ed25519: verification as in RFC 8032, section 5.1.7 --------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_of(data):
    """A point out of its 32 bytes, as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z; None if it is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, p):
    q = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = add(q, p)
        p = add(p, p)
        scalar >>= 1
    return q


def bytes_of(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key, message, signature):
    if len(signature) != 64:
        return False
    a, s = point_of(key), int.from_bytes(signature[32:], "little")
    if a is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], 1, P - a[3])
    return bytes_of(add(times(s, BASE), times(k, minus_a))) == signature[:32]


# --- small things -----------------------------------------------------------------------------------------------------

def exact_base64(text):
    """The bytes; None for any text that encoding them would not give."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode() == text else None


def exact_digest(text):
    data = exact_base64(text) if len(text) == 44 else None
    return data if data is not None and len(data) == 32 else None


def exact_count(text):
    if not re.fullmatch("0|[1-9][0-9]{0,15}", text) or int(text) > MAX_SAFE:
        return None
    return int(text)


def is_origin(text):
    return len(text) <= 255 and re.fullmatch("[a-z0-9._~-]+(/[a-z0-9._~-]+)*", text) is not None


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


# --- trees (RFC 6962) and proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2) -----------------------------------------------

class Tree:
    """Takes leaf hashes one after the other and keeps the roots of the complete subtrees, the largest first."""

    def __init__(self, hashes=()):
        self.size, self.nodes = 0, []
        for node in hashes:
            self.append(node)

    def append(self, node):
        size = self.size
        while size & 1:
            node = node_hash(self.nodes.pop(), node)
            size >>= 1
        self.nodes.append(node)
        self.size += 1

    def root(self):
        if not self.nodes:
            return sha256(b"")
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = node_hash(left, node)
        return node


def is_included(leaf, index, size, root, hashes):
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old_size, old_root, size, root, hashes):
    if not 1 <= old_size <= size:
        return False
    if old_size == size:
        return not hashes and old_root == root
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    path = ([old_root] if place == 0 else []) + list(hashes)
    if not path:
        return False
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == root


# --- keys, notes, checkpoints -------------------------------------------------------------------------------------------

def parse_vkey(text):
    """Name, key id and key. The base64 may have plus signs of its own, so only the first two divide."""
    parts = text.split("+", 2)
    if len(parts) != 3 or len(text) > 400:
        raise Refused("a vkey is name, id and key with a plus sign between them")
    name, key_id, data = parts[0], parts[1], exact_base64(parts[2])
    if not is_origin(name) or data is None or len(data) != 33 or data[0] != 1:
        raise Refused("this is not the vkey of an Ed25519 key")
    if key_id != sha256(name.encode() + b"\n" + data)[:4].hex():
        raise Refused("the id of this vkey is not that of its name and key")
    return name, key_id, data[1:]


def format_vkey(vkey):
    return "%s+%s+%s" % (vkey[0], vkey[1], base64.b64encode(b"\x01" + vkey[2]).decode())


def with_chain(vkeys, note):
    """These, and the registry's keys under the name of the chain that the note is about: a log signs its chains by the key of its registry."""
    origin = note.split(b"\n", 1)[0].decode("utf-8", "replace")
    registry = origin.rpartition("/")[0] + "/registry"
    keys = [key for name, _, key in vkeys if name == registry and name != origin]
    return vkeys + [(origin, sha256(origin.encode() + b"\n\x01" + key)[:4].hex(), key) for key in keys]


SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def open_note(data, vkeys):
    """Text and those of the keys that signed it. Each line of a key that is known must be right; others are passed over."""
    if len(data) > NOTE_BYTES:
        raise Refused("the note is too long")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the note is not UTF-8") from None
    if any(c < " " and c != "\n" for c in note):
        raise Refused("the note has a control character")
    end = note.rfind("\n\n")
    if end < 0 or not note.endswith("\n"):
        raise Refused("the note has no signatures")
    text, lines = note[: end + 1], note[end + 2 : -1].split("\n")
    if len(lines) > NOTE_SIGNATURES:
        raise Refused("the note has too many signatures")
    signatures = [parse_signature(line) for line in lines]
    signers = []
    for name, key_id, signature in signatures:
        for vkey in vkeys:
            if vkey[:2] == (name, key_id):
                if not is_signed(vkey[2], text.encode(), signature):
                    raise Refused("%s+%s did not sign this note" % (name, key_id), "signature")
                if vkey not in signers:
                    signers.append(vkey)
    if not signers:
        raise Refused("no key that you gave signed this note; it names %s" % names_in(signatures), "unsigned")
    return text, signers


def names_in(signatures):
    names = ["%s+%s" % (name, key_id) for name, key_id, _ in signatures[:4] if is_origin(name)]
    return ", ".join(names) or "no log"


def parse_signature(line):
    parts = line.split(" ", 2)
    if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or any(c in SPACES or c == "+" for c in parts[1]):
        raise Refused("a line of the note is no signature")
    data = exact_base64(parts[2])
    if data is None or not 5 <= len(data) <= SIGNATURE_BYTES:
        raise Refused("a line of the note is no signature")
    return parts[1], data[:4].hex(), data[4:]


def parse_checkpoint(text):
    lines = text.split("\n")
    if len(text) > 400 or len(lines) != 4 or lines[3] != "" or not is_origin(lines[0]):
        raise Refused("the checkpoint is not an origin, a size and a root")
    size, root = exact_count(lines[1]), exact_digest(lines[2])
    if not size or root is None:
        raise Refused("the checkpoint is not an origin, a size and a root")
    return lines[0], size, root


def open_checkpoint(data, vkeys):
    """A checkpoint counts if a key signed it whose name is its origin: the same key under another name says nothing."""
    text, signers = open_note(data, vkeys)
    origin, size, root = parse_checkpoint(text)
    if origin not in [name for name, _, _ in signers]:
        raise Refused("no key that you gave for %s signed this checkpoint" % origin, "unsigned")
    return origin, size, root


def parse_inclusion(title, text):
    """Index and hashes of a proof."""
    lines = text.split("\n")
    if len(lines) > PROOF_HASHES + 3 or len(lines) < 3 or lines[0] != title or lines[-1] != "" or not lines[1].startswith("index "):
        raise Refused("this is no proof of the form %s" % title)
    index, hashes = exact_count(lines[1][6:]), [exact_digest(line) for line in lines[2:-1]]
    if index is None or None in hashes:
        raise Refused("this is no proof of the form %s" % title)
    return index, hashes


def parse_proof(data):
    return parse_inclusion("audit-proof/v1", data.decode("latin-1"))


def parse_tlog_proof(data):
    """Index, hashes, and the checkpoint as it is."""
    proof, divided, note = data.partition(b"\n\n")
    if not divided:
        raise Refused("this proof has no checkpoint")
    return parse_inclusion("c2sp.org/tlog-proof@v1", proof.decode("latin-1") + "\n") + (note,)


def parse_head(line):
    parts = line.decode("latin-1").split(" ")
    if len(line) > 400 or len(parts) != 3 or not is_origin(parts[0]):
        raise Refused("this line is not an origin, a size and a root")
    size, root = exact_count(parts[1]), exact_digest(parts[2])
    if not size or root is None:
        raise Refused("this line is not an origin, a size and a root")
    return parts[0], size, root


# --- entries and sections -----------------------------------------------------------------------------------------------

LEAF = re.compile(rb"audit-entry/v1\n([^\n]+)\n(0|[1-9][0-9]*)\n([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)\n([0-9a-f]{64})\n([^\n]+)")
ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
DIGEST = re.compile("[0-9a-f]{64}")


def no_float(text):
    raise ValueError("not a safe integer: " + text)


def is_plain(value, depth=0):
    if isinstance(value, dict):
        return depth < BODY_DEPTH and all(re.fullmatch("[ -~]*", key) and is_plain(member, depth + 1) for key, member in value.items())
    if isinstance(value, list):
        return depth < BODY_DEPTH and all(is_plain(item, depth + 1) for item in value)
    return not isinstance(value, int) or abs(value) <= MAX_SAFE


def parse_canonical(data):
    """The JSON object of these bytes, if they are the one way to write it (RFC 8785, restricted); else None."""
    try:
        value = json.loads(data.decode("utf-8"), parse_float=no_float, parse_constant=no_float)
        if not isinstance(value, dict) or not is_plain(value):
            return None
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return value if len(data) <= BODY_BYTES and text.encode("utf-8") == data else None
    except (ValueError, RecursionError):
        return None


def is_digest(value):
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


class Entry:
    """The bytes of an entry, taken apart."""

    def __init__(self, leaf):
        if len(leaf) > LEAF_BYTES:
            raise Refused("the entry is too long")
        match = LEAF.fullmatch(leaf)
        if match is None:
            if re.match(rb"audit-entry/v(?!1\n)", leaf):
                raise Unknown("the entry has a version that this program does not know")
            raise Refused("the entry is not written as one")
        self.hash = leaf_hash(leaf)
        self.origin, self.seq, self.sealed_at, self.prev = (match[1].decode("latin-1"), exact_count(match[2].decode()), match[3].decode(), match[4].decode())
        if self.seq is None:
            raise Refused("the entry has a number that none can have")
        body = parse_canonical(match[5])
        if body is None:
            raise Refused("the body is not canonical JSON")
        for member, known in (("v", 1), ("rules", 1)):
            if type(body.get(member)) is int and body[member] > known:
                raise Unknown("the body has %s %d, which this program does not know" % (member, body[member]))
        commit = body.get("commit")
        is_commit = isinstance(commit, dict) and sorted(commit) == ["actor", "data"] and all(c is None or is_digest(c) for c in commit.values())
        texts = all(isinstance(body.get(name), str) for name in ("id", "occurredAt", "action", "outcome", "source"))
        if body.get("v") is not True and body.get("v") == 1 and is_commit and texts and ID.fullmatch(body["id"]) and TIME.fullmatch(body["occurredAt"]):
            self.body, self.commit = body, commit
        else:
            raise Refused("the body is not one of version 1")

    def heads(self):
        """What an entry of a registry says of other chains: count and root."""
        member = self.body.get("heads")
        if not isinstance(member, dict) or sorted(member) != ["count", "root"] or type(member["count"]) is not int or not is_digest(member["root"]):
            raise Refused("the entry of the registry has no heads")
        return member["count"], bytes.fromhex(member["root"])


def commitment(section, salt, data):
    return sha256(b"audit-section/v1\n%s\n%s\n" % (section.encode(), salt.encode()) + data).hex()


def is_salt(text):
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{32}", text) is not None


class Sections:
    """Reads a section file beside its chain: lines `{seq, id, section, salt, bytes}` in the order of the entries."""

    def __init__(self, path):
        self.file = open(path, "rb") if path else None
        self.opened = self.erased = self.number = 0
        self.next = None
        self.advance()

    def advance(self):
        line = self.file.readline() if self.file else b""
        self.number += 1
        self.next = self.parse(line) if line else None

    def parse(self, line):
        try:
            value = json.loads(line.decode("ascii"), parse_float=no_float, parse_constant=no_float)
            again = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        except (ValueError, RecursionError):
            raise Refused("line %d of the section file is not JSON" % self.number) from None
        if again != line or not isinstance(value, dict) or list(value) != ["seq", "id", "section", "salt", "bytes"] or type(value["seq"]) is not int:
            raise Refused("line %d of the section file is not seq, id, section, salt and bytes" % self.number)
        return value

    def check(self, entry, report):
        """All lines of one entry."""
        where, seen = "%s %d" % (entry.origin, entry.seq), set()
        while self.next is not None and self.next["seq"] <= entry.seq:
            line = self.next
            section, salt, encoded = line["section"], line["salt"], line["bytes"]
            commit = entry.commit.get(section) if isinstance(section, str) else None
            if line["seq"] < entry.seq or line["id"] != entry.body["id"] or commit is None or section in seen:
                report.altered(where, "line %d of the section file belongs to no section of this entry" % self.number)
            elif salt is None and encoded is None:
                self.erased += 1
            else:
                data = exact_base64(encoded) if isinstance(encoded, str) else None
                if data is None or not is_salt(salt) or commitment(section, salt, data) != commit:
                    report.altered(where, "the section %s is not the one that was committed to" % section)
                self.opened += 1
            seen.add(section)
            self.advance()
        for section in sorted(name for name, commit in entry.commit.items() if self.file and commit is not None and name not in seen):
            report.missing(where, "the section %s is not in the section file" % section)

    def skip(self, seq):
        """Passes over the lines up to an entry that could not be read."""
        while self.next is not None and self.next["seq"] <= seq:
            self.advance()

    def end(self, report):
        if self.next is not None:
            report.altered("line %d of the section file" % self.number, "it belongs to no entry")
        if self.file:
            self.file.close()
            report.say("sections: %d opened, %d said to be erased (that an erasure was sealed is not checked here)" % (self.opened, self.erased))


# --- a published directory (tlog-tiles) -----------------------------------------------------------------------------------

def tile_path(level, index, width):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    return "tile/%s/%s%s" % (level, "/".join(groups), "" if width == 256 else ".p/%d" % width)


def parse_tile_path(path):
    match = re.fullmatch(r"tile/([0-6]|entries)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", path)
    if match is None:
        raise Refused("this is not the path of a tile")
    level, index, width = match[1], int(match[2].replace("x", "").replace("/", "")), int(match[3] or 256)
    if match[3] == "256" or width > 256 or index > MAX_SAFE or tile_path(level, index, width) != path:
        raise Refused("this is not the path of a tile")
    return level, index, width


def parse_bundle(data, width, is_whole=True):
    """The leaves of an entry bundle; of one that may hold more (not `is_whole`), the first."""
    leaves, at = [], 0
    while at < len(data) and (is_whole or len(leaves) < width):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 >= end or end > len(data) or len(leaves) == width:
            raise Refused("the bundle is not %d leaves with their lengths" % width)
        leaves.append(data[at + 2 : end])
        at = end
    if len(leaves) != width or width < 1:
        raise Refused("the bundle is not %d leaves with their lengths" % width)
    return leaves


def read(directory, path, limit):
    """The bytes of a file, None if there is none. Never more than a right one can have."""
    full = os.path.join(directory, *path.split("/"))
    if not os.path.isfile(full):
        return None
    with open(full, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Refused("%s is longer than it can be" % path)
    return data


class Log:
    """One published chain: every entry, every tile, and the signed root."""

    def __init__(self, directory, vkeys, sections, report):
        self.directory, self.vkeys, self.sections, self.report = directory, vkeys, sections, report
        self.origin = None
        self.levels = []  # of each level the hashes since its last full tile
        self.tree = Tree()

    def check(self):
        note = read(self.directory, "checkpoint", NOTE_BYTES)
        if note is None:
            return self.report.missing(self.directory, "there is no checkpoint")
        try:
            self.origin, self.size, root = open_checkpoint(note, with_chain(self.vkeys, note))
        except Refused as refused:
            return self.report.refused(self.directory + "/checkpoint", refused)
        prev, sealed_at = NO_PREVIOUS, ""
        for index in range((self.size + 255) // 256):
            width = min(256, self.size - index * 256)
            hashes, prev, sealed_at = self.check_bundle(index, width, prev, sealed_at)
            if hashes is None:
                return self.report.missing(self.origin, "neither entries nor hashes from %d on are there, so the root cannot be made" % (index * 256))
            for node in hashes:
                self.append(0, node)
        for level, hashes in enumerate(self.levels):
            if hashes:
                self.check_tile(level, self.size // 256 ** (level + 1), hashes)
        self.sections.end(self.report)
        if self.tree.root() != root:
            return self.report.altered(self.origin, "the entries do not have the root that was signed")
        self.report.say("%s: %d entries, root %s, signed, in %s" % (self.origin, self.size, base64.b64encode(root).decode(), self.directory))

    def append(self, level, node):
        if level == 0:
            self.tree.append(node)
        if level == len(self.levels):
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(node)
        if len(hashes) == 256:
            index = self.tree.size // 256 ** (level + 1) - 1
            self.check_tile(level, index, hashes)
            self.levels[level] = []
            self.append(level + 1, Tree(hashes).root())

    def read_partial(self, level, index, width, limit):
        """A tile, or a wider one: a partial one may be deleted once the full one is there."""
        data = read(self.directory, tile_path(level, index, width), limit)
        if data is not None or width == 256:
            return data, True
        return read(self.directory, tile_path(level, index, 256), limit), False

    def check_tile(self, level, index, hashes):
        path = tile_path(level, index, len(hashes))
        data, is_whole = self.read_partial(level, index, len(hashes), 256 * 32)
        right = b"".join(hashes)
        if data is None:
            self.report.missing(self.origin, "%s is not there" % path)
        elif data != right if is_whole else data[: len(right)] != right:
            self.report.altered(self.origin, "%s does not hold the hashes of the entries" % path)

    def check_bundle(self, index, width, prev, sealed_at):
        """The hashes of its entries, and what the next one is linked to. Without the bundle the hashes are those of the tile."""
        path, leaves = tile_path("entries", index, width), None
        data, is_whole = self.read_partial("entries", index, width, 256 * (LEAF_BYTES + 2))
        if data is None:
            self.report.missing(self.origin, "%s is not there" % path)
        else:
            try:
                leaves = parse_bundle(data, width, is_whole)
            except Refused as refused:
                self.report.refused("%s %s" % (self.origin, path), refused)
        if leaves is None:
            data, _ = self.read_partial(0, index, width, 256 * 32)
            if data is None or len(data) < width * 32:
                return None, prev, sealed_at
            hashes = [data[i * 32 : i * 32 + 32] for i in range(width)]
            self.sections.skip(index * 256 + width - 1)
            return hashes, hashes[-1].hex(), sealed_at
        for i, leaf in enumerate(leaves):
            sealed_at = self.check_entry(leaf, index * 256 + i, prev, sealed_at)
            prev = leaf_hash(leaf).hex()
        return [leaf_hash(leaf) for leaf in leaves], prev, sealed_at

    def check_entry(self, leaf, seq, prev, sealed_at):
        where = "%s %d" % (self.origin, seq)
        try:
            entry = Entry(leaf)
        except Unknown as unknown:
            self.report.missing(where, str(unknown))
            self.sections.skip(seq)
            return sealed_at
        except Refused as refused:
            self.report.refused(where, refused)
            self.sections.skip(seq)
            return sealed_at
        is_opening = entry.body["action"] == "chain.open" and entry.body["source"] == "control"
        for is_right, what in (
            (entry.origin == self.origin, "it is an entry of %s" % entry.origin),
            (entry.seq == seq, "it has the number %d" % entry.seq),
            (entry.prev == prev, "it is not linked to the entry before it"),
            (entry.sealed_at >= sealed_at, "it was sealed before the entry in front of it"),
            (is_opening == (seq == 0), "the first entry, and no other, opens a chain"),
        ):
            if not is_right:
                self.report.altered(where, what)
        self.sections.check(entry, self.report)
        self.report.verified += 1
        return entry.sealed_at


def check_place(directory, origin, seen, report):
    """That a directory of a tree as `publish` makes it, under the deployment's name, holds the chain that it is called after."""
    parts, wanted = os.path.realpath(directory).split(os.sep), origin.split("/")
    is_place = len(parts) > len(wanted) and parts[-len(wanted) : -1] == wanted[:-1] and re.fullmatch("[1-9][0-9]*|registry", parts[-1])
    if is_place and parts[-1] != wanted[-1]:
        report.altered(directory, "this is the place of the chain %s, and it holds %s" % ("/".join(parts[-len(wanted) :]), origin))
    if origin in seen:
        report.say("%s and %s hold the same chain, %s" % (seen[origin], directory, origin))
    seen.setdefault(origin, directory)


def check_logs(paths, vkeys, sections, origins, report):
    logs = []
    for path in paths:
        if not os.path.isdir(path):
            raise OSError("%s is not a directory" % path)
        for directory, names, files in os.walk(path):
            if "checkpoint" in files or "tile" in names:
                logs.append(directory)
                names[:] = []
            names.sort()
    if not logs:
        report.missing(", ".join(paths), "there is no log")
    if sections and len(logs) != 1:
        raise OSError("a section file belongs to one chain, and here are %d" % len(logs))
    seen = {}
    for directory in logs:
        log = Log(directory, vkeys, Sections(sections), report)
        try:
            log.check()
        except Refused as refused:
            report.refused(directory, refused)
        if log.origin is not None:
            check_place(directory, log.origin, seen, report)
    for origin in origins:
        if origin not in seen:
            report.missing(origin, "this chain is not there; those that are: %s" % (", ".join(sorted(seen)) or "none"))


# --- the folder that proves one entry ------------------------------------------------------------------------------------

STEPS = ("entry.proof", "head.leaf", "head.proof", "registry.leaf")


def check_proof(directory, vkeys, report):
    """Entry → root of its chain → line of heads → root of the lines in an entry of the registry → root that is signed."""
    if not os.path.isdir(directory):
        raise OSError("%s is not a directory" % directory)
    files = {name: read(directory, name, NOTE_BYTES + 4096) for name in ("entry.leaf", "registry.tlog-proof") + STEPS}
    is_short = not any(files[name] is not None for name in STEPS)  # an entry of the registry itself
    gone = [name for name, data in files.items() if data is None and not (is_short and name in STEPS)]
    if gone:
        return report.missing(directory, "without %s nothing is proven" % ", ".join(gone))
    entry = Entry(files["entry.leaf"])
    index, hashes, note = parse_tlog_proof(files["registry.tlog-proof"])
    origin, size, root = open_checkpoint(note, vkeys)
    if is_short:
        last = entry
    else:
        last = Entry(files["registry.leaf"])
        head_origin, head_size, head_root = parse_head(files["head.leaf"])
        count, heads_root = last.heads()
        at, to_head = parse_proof(files["entry.proof"])
        line_at, to_heads = parse_proof(files["head.proof"])
        expect(last.body["source"] == "control" and last.body["action"] == "heads", "the entry of the registry is not one that tells heads")
        # Whoever seals can write the like into a tenant's chain, whose key its reader trusts too.
        expect(origin.endswith("/registry"), "the checkpoint is one of %s, which is no registry" % origin)
        expect(head_origin == entry.origin, "the line is about %s, and the entry one of %s" % (head_origin, entry.origin))
        expect(origin.rpartition("/")[0] == entry.origin.rpartition("/")[0], "the chain and the registry are not of one deployment")
        expect(at == entry.seq and is_included(entry.hash, at, head_size, head_root, to_head), "the entry is not in its chain")
        expect(is_included(leaf_hash(files["head.leaf"]), line_at, count, heads_root, to_heads), "the chain's line is not in the heads")
    expect(last.origin == origin, "the checkpoint is one of %s, and the entry one of %s" % (origin, last.origin))
    expect(index == last.seq and is_included(last.hash, index, size, root, hashes), "the entry of the registry is not under the root that was signed")
    for section in ("actor", "data"):
        check_opening(directory, section, entry, report)
    report.verified += 1
    report.say("%s %d: %s, id %s, occurred %s, sealed %s" % (entry.origin, entry.seq, entry.body["action"], entry.body["id"], entry.body["occurredAt"], entry.sealed_at))
    report.say("signed by %s at %d entries" % (origin, size))


def expect(is_right, otherwise):
    if not is_right:
        raise Refused(otherwise)


def check_opening(directory, section, entry, report):
    salt, data = (read(directory, "%s.%s" % (section, part), limit) for part, limit in (("salt", 32), ("bytes", 512 * 1024 * 1024)))
    if salt is None and data is None:
        return report.say("section %s: %s" % (section, "never was" if entry.commit[section] is None else "not shown"))
    if salt is None or data is None:
        return report.missing(directory, "of the section %s either salt or bytes are not there" % section)
    salt = salt.decode("latin-1")
    expect(is_salt(salt) and commitment(section, salt, data) == entry.commit[section], "the section %s is not the one that was committed to" % section)
    report.say("section %s: %d bytes, as they were committed to" % (section, len(data)))


# --- the golden vectors -----------------------------------------------------------------------------------------------------

def refuses(function, *arguments, reason="form"):
    try:
        function(*arguments)
    except Refused as refused:
        return refused.reason == reason
    return False


def check_vectors(directory, report):
    def vectors(name):
        with open(os.path.join(directory, name), encoding="ascii") as file:
            return json.load(file)

    def holds(what, is_right):
        report.verified += 1
        if not is_right:
            report.altered("vector", what)

    unhex = bytes.fromhex
    for case in vectors("bodies.json")["bodies"]:
        body = parse_canonical(case["body"].encode())
        holds("body, " + case["name"], body is not None and body["id"] == case["fields"]["id"] and body.get("heads") == case["fields"].get("heads"))
    for case in vectors("entries.json")["chains"]:
        tree, prev = Tree(), NO_PREVIOUS
        for seq, row in enumerate(case["entries"]):
            entry = Entry("\n".join(("audit-entry/v1", case["origin"], str(seq), row["sealedAt"], prev, row["body"])).encode())
            holds("entry %d of %s" % (seq, case["origin"]), entry.hash.hex() == row["hash"] and entry.seq == seq)
            prev = row["hash"]
            tree.append(entry.hash)
        holds("chain " + case["origin"], tree.root().hex() == case["root"] and "".join(node.hex() for node in tree.nodes) == case["frontier"])
    for case in vectors("commitments.json")["commitments"]:
        data = bytes([case["repeat"]["byte"]]) * case["repeat"]["count"] if "repeat" in case else unhex(case["hex"])
        holds("commitment, " + case["name"], commitment(case["section"], case["salt"], data) == case["commit"])

    keys = vectors("vkeys.json")
    for case in keys["vkeys"]:
        vkey = parse_vkey(case["vkey"])
        holds("vkey " + case["vkey"], vkey == (case["name"], case["id"], unhex(case["key"])) and format_vkey(vkey) == case["vkey"])
    for case in keys["refused"]:
        holds("vkey, " + case["name"], refuses(parse_vkey, case["vkey"]))
    notes = vectors("notes.json")
    for case in notes["notes"]:
        text, signers = open_note(case["note"].encode(), [parse_vkey(vkey) for vkey in case["vkeys"]])
        holds("note " + case["note"], text == case["text"] and [format_vkey(vkey) for vkey in signers] == case["signers"])
    for case in notes["refused"]:
        data = bytes([case["fill"]["byte"]]) * case["fill"]["count"] if "fill" in case else b""
        holds("note, " + case["name"], refuses(open_note, data + unhex(case["hex"]), [parse_vkey(vkey) for vkey in case["vkeys"]], reason=case["reason"]))
    checkpoints = vectors("checkpoints.json")
    for case in checkpoints["checkpoints"]:
        holds("checkpoint " + case["note"], open_checkpoint(case["note"].encode(), [parse_vkey(case["vkey"])]) == (case["origin"], case["size"], unhex(case["root"])))
    for case in checkpoints["refused"]:
        holds("checkpoint, " + case["name"], refuses(parse_checkpoint, case["text"]))
    for case in checkpoints["proofs"]:
        hashes = [unhex(node) for node in case["hashes"]]
        holds("proof %d" % case["index"], parse_proof(case["proof"].encode()) == (case["index"], hashes) and parse_tlog_proof(case["tlogProof"].encode()) == (case["index"], hashes, case["checkpoint"].encode()))
    known = [parse_vkey(case["vkey"]) for case in keys["vkeys"]]
    for case in checkpoints["proofsRefused"]:
        holds("proof, " + case["name"], refuses(lambda text: open_checkpoint(parse_tlog_proof(text.encode())[2], known), case["text"]))

    leaves = [leaf_hash(b"leaf %d" % i) for i in range(1025)]
    for case in vectors("merkle.json")["trees"]:
        tree = Tree(leaves[: case["size"]])
        holds("tree of %d" % case["size"], tree.root().hex() == case["root"])
    proofs = vectors("proofs.json")
    roots = [unhex(root) for root in proofs["roots"]]
    tree = Tree()
    for size, root in enumerate(roots):
        holds("root of %d" % size, tree.root() == root)
        tree.append(leaves[size])
    for case in proofs["inclusion"]:
        hashes, index, size = [unhex(node) for node in case["hashes"]], case["index"], case["size"]
        holds("leaf %d of %d" % (index, size), is_included(leaves[index], index, size, roots[size], hashes))
        holds("not leaf %d of %d" % (index, size), not is_included(leaves[index + 1], index, size, roots[size], hashes) and not is_included(leaves[index], index, size, roots[size], hashes + [roots[1]]))
    for case in proofs["consistency"]:
        hashes, old, size = [unhex(node) for node in case["hashes"]], case["from"], case["to"]
        holds("from %d to %d" % (old, size), is_consistent(old, roots[old], size, roots[size], hashes))
        holds("not from %d to %d" % (old, size), not is_consistent(old, roots[old - 1], size, roots[size], hashes) and not is_consistent(old, roots[old], size, roots[size], hashes + [roots[1]]))

    tiles = vectors("tiles.json")
    for case in tiles["paths"]:
        holds(case["path"], parse_tile_path(case["path"]) == (str(case["level"]), case["index"], case["width"]) and tile_path(case["level"], case["index"], case["width"]) == case["path"])
    for path in tiles["refused"]:
        holds("path " + path, refuses(parse_tile_path, path))
    for case in tiles["bundles"]:
        holds("bundle " + case["bundle"], parse_bundle(unhex(case["bundle"]), len(case["leaves"])) == [unhex(leaf) for leaf in case["leaves"]])
    for case in tiles["bundlesRefused"]:
        holds("bundle, " + case["name"], refuses(parse_bundle, unhex(case["bundle"]), case["width"]))
    heads = vectors("heads.json")
    for case in heads["heads"]:
        lines, member = [line.encode() for line in case["lines"]], case["member"]
        root = Tree(leaf_hash(line) for line in lines).root()
        told = sorted((head["origin"], head["size"], head["root"]) for head in case["heads"])
        holds("heads of %d" % len(lines), lines == sorted(lines) and {"count": len(lines), "root": root.hex()} == member and told == [(o, s, r.hex()) for o, s, r in map(parse_head, lines)])
        for proof in case["proofs"]:
            holds("line %d" % proof["index"], is_included(leaf_hash(lines[proof["index"]]), proof["index"], len(lines), root, [unhex(node) for node in proof["hashes"]]))
    for line in heads["refused"]:
        holds("line " + line, refuses(parse_head, line.encode()))


# --- the command ------------------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(description="Checks an audit log without trusting whoever keeps it.", epilog="Exit code: 0 verified, 1 tampered, 2 could not run, 3 incomplete.")
    commands = parser.add_subparsers(dest="command", required=True)
    log = commands.add_parser("log", help="a published directory")
    log.add_argument("directory", nargs="+")
    log.add_argument("--vkey", action="append", required=True, help="name+id+key; may be given more than once")
    log.add_argument("--origin", action="append", default=[], help="a chain that must be there; may be given more than once")
    log.add_argument("--sections", help="a section file of the one chain")
    proof = commands.add_parser("proof", help="a folder that proves one entry")
    proof.add_argument("directory")
    proof.add_argument("--vkey", action="append", required=True)
    commands.add_parser("vectors", help="the golden vectors").add_argument("directory")
    given = parser.parse_args()
    report = Report()
    try:
        vkeys = [parse_vkey(text) for text in getattr(given, "vkey", [])]
    except Refused as refused:
        print("could not run: %s" % refused, file=sys.stderr)
        return 2
    try:
        if given.command == "log":
            check_logs(given.directory, vkeys, given.sections, given.origin, report)
        elif given.command == "proof":
            check_proof(given.directory, vkeys, report)
        else:
            check_vectors(given.directory, report)
    except Refused as refused:
        report.refused("this " + given.command, refused)
    except Unknown as unknown:
        report.missing("this " + given.command, str(unknown))
    except (Exception, KeyboardInterrupt) as error:  # a fault of this program or machine is no finding
        print("could not run: %s: %s" % (type(error).__name__, error), file=sys.stderr)
        return 2
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
