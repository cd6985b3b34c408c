#!/usr/bin/env python3
"""Makes the golden vectors: a second implementation of the record format, from its description alone.

    python3 make_vectors.py [directory]      (default: the directory of this file)

Standard library only, and nothing of this project is imported: where these files and the sources disagree, one of the
two has misread the format. The output is the same to the byte on every run and every Python from 3.8 on.

    leaf   = "audit-entry/v1\\n" origin "\\n" seq "\\n" sealedAt "\\n" prev "\\n" body
    hash   = SHA-256(0x00 || leaf)                  RFC 6962, section 2.1
    node   = SHA-256(0x01 || left || right)         RFC 6962, section 2.1
    commit = SHA-256("audit-section/v1\\n" section "\\n" salt "\\n" bytes)
    body   = JSON, keys sorted, no white space, safe integers only (RFC 8785, restricted)
"""

import hashlib
import json
import os
import re
import sys

MAX_SAFE = 2**53 - 1
MAX_BYTES = 16 * 1024
MAX_DEPTH = 8


# --- canonical JSON -------------------------------------------------------------------------------------------------

class Refused(Exception):
    """Has no canonical form; `path` is where."""

    def __init__(self, path, code="AUDIT_NOT_PLAIN_JSON"):
        super().__init__(path)
        self.path = path
        self.code = code


SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def quote(text):
    """RFC 8785, section 3.2.2.2: the short escapes, \\u00xx for other controls, everything else as it is."""
    out = []
    for character in text:
        if character in SHORT:
            out.append(SHORT[character])
        elif ord(character) < 0x20:
            out.append("\\u%04x" % ord(character))
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def is_well_formed(text):
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in text)


def encode(value, path, depth):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        if not is_well_formed(value):
            raise Refused(path)
        return quote(value)
    if isinstance(value, int):
        if abs(value) > MAX_SAFE:
            raise Refused(path)
        return str(value)
    if isinstance(value, (list, dict)):
        if depth >= MAX_DEPTH:
            raise Refused(path)
        if isinstance(value, list):
            return "[" + ",".join(encode(item, "%s[%d]" % (path, i), depth + 1) for i, item in enumerate(value)) + "]"
        for key in sorted(value):
            if not all(0x20 <= ord(character) <= 0x7E for character in key):
                raise Refused(path)
        return "{" + ",".join(quote(key) + ":" + encode(value[key], path + "." + key, depth + 1) for key in sorted(value)) + "}"
    raise Refused(path)  # a float: none has a canonical form here


def canonical(value):
    text = encode(value, "$", 0)
    if len(text.encode()) > MAX_BYTES:
        raise Refused("$", "AUDIT_EVENT_TOO_LARGE")
    return text


# --- time and ids ---------------------------------------------------------------------------------------------------

def days_to_date(days):
    """Civil date of a day number; no library, since they differ at the edges."""
    days += 719468
    era, day_of_era = divmod(days, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_index + 2) // 5 + 1
    month = month_index + 3 if month_index < 10 else month_index - 9
    return year_of_era + era * 400 + (1 if month <= 2 else 0), month, day


def timestamp(micros, digits):
    seconds, fraction = divmod(micros, 1_000_000)
    days, rest = divmod(seconds, 86400)
    year, month, day = days_to_date(days)
    fraction = ("%06d" % fraction)[:digits]
    return "%04d-%02d-%02dT%02d:%02d:%02d.%sZ" % (year, month, day, rest // 3600, rest // 60 % 60, rest % 60, fraction)


def uuid_v7(micros, counter, random):
    """48 bits of milliseconds, version, 12 bits of sub-millisecond, variant, 20 bits of counter, 42 random bits."""
    milliseconds, sub = divmod(micros, 1000)
    bits = milliseconds
    bits = bits << 4 | 7
    bits = bits << 12 | sub * 4096 // 1000
    bits = bits << 2 | 2
    bits = bits << 20 | counter
    bits = bits << 42 | int.from_bytes(random, "big") & (1 << 42) - 1
    digits = "%032x" % bits
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# --- hashes ---------------------------------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_of(origin, seq, sealed_at, prev, body):
    return "audit-entry/v1\n%s\n%d\n%s\n%s\n%s" % (origin, seq, sealed_at, prev, body)


def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def commitment(section, salt, data):
    return sha256(b"audit-section/v1\n" + section.encode() + b"\n" + salt.encode() + b"\n" + data)


def tree_hash(leaves):
    """RFC 6962, section 2.1, word for word: k is the largest power of two smaller than n."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def frontier(leaves):
    """Roots of the complete subtrees from left to right, so the largest first."""
    nodes = []
    while leaves:
        k = 1
        while k * 2 <= len(leaves):
            k *= 2
        nodes.append(tree_hash(leaves[:k]))
        leaves = leaves[k:]
    return nodes


# --- ids of records -------------------------------------------------------------------------------------------------

def resource_id(key):
    """A simple key as its text, a composite one as a JSON array of texts."""
    def text(part):
        return "true" if part is True else "false" if part is False else str(part)

    return "[" + ",".join(quote(text(part)) for part in key) + "]" if isinstance(key, list) else text(key)


def projected(text):
    if is_well_formed(text) and "\0" not in text and len(text.encode()) <= 512:
        return text
    # Each lone surrogate becomes U+FFFD, as wherever ill-formed text becomes UTF-8.
    utf8 = "".join("\ufffd" if 0xD800 <= ord(character) <= 0xDFFF else character for character in text).encode()
    return "sha256:" + hashlib.sha256(utf8).hexdigest()


# --- vectors --------------------------------------------------------------------------------------------------------

def pseudo_random(label, size):
    """Bytes that look random and are the same everywhere."""
    out = b""
    while len(out) < size:
        out += sha256(("%s/%d" % (label, len(out))).encode())
    return out[:size]


def digest(label):
    return pseudo_random(label, 32).hex()


def salt(label):
    return pseudo_random(label, 16).hex()


T0 = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


def body_fields(name, **members):
    fields = {
        "id": uuid_v7(members.get("occurredAtMicros", T0), 0, pseudo_random("id " + name, 6)),
        "occurredAtMicros": T0,
        "source": "record",
        "action": "invoice.approve",
        "outcome": "success",
        "commit": {"actor": digest(name + " actor"), "data": digest(name + " data")},
    }
    fields.update(members)
    return fields


def body_text(fields):
    body = {key: value for key, value in fields.items() if key != "occurredAtMicros"}
    body["v"] = 1
    body["occurredAt"] = timestamp(fields["occurredAtMicros"], 6)
    if "flags" in body:
        body["flags"] = sorted(set(body["flags"]))
        if not body["flags"]:
            del body["flags"]
    return canonical(body)


GROUP = "0199f3a0-5b6c-4d7e-8f90-a1b2c3d4e5f6"
ODD_TEXTS = [
    ("quotes and backslashes", 'say "no\\yes" /*x*/ \'y\''),
    ("every control character", "".join(chr(i) for i in range(0x20)) + "\x7f\x80\x9f"),
    ("line and paragraph separators", "a\u2028b\u2029c\u0085d"),
    ("umlauts, composed and decomposed", "\u00fc\u0075\u0308\u00df\u0130\u0131"),
    ("Chinese, Arabic, Hindi", "\u53d1\u7968 \u0641\u0627\u062a\u0648\u0631\u0629 \u091a\u093e\u0932\u093e\u0928"),
    ("astral characters", "\U0001f9fe\U0001d11e\U0010ffff\U00010000"),
    ("joined emoji and direction marks", "\U0001f469\u200d\U0001f4bb\u202e\ufeff\ufffd\ufffe\uffff"),
]
OPTIONAL = {
    "resource": "Invoice",
    "group": GROUP,
    "tx": "9f8e7d6c.12345678901234567890",
    "durationMs": 17,
    "severity": "notice",
    "flags": ["truncated", "no-context"],
}


def body_cases():
    cases = [("nothing optional", body_fields("minimal"))]
    cases.append(("all that is optional", body_fields("maximal", **OPTIONAL)))
    for name in OPTIONAL:
        cases.append(("only " + name, body_fields("only " + name, **{name: OPTIONAL[name]})))
        rest = {other: value for other, value in OPTIONAL.items() if other != name}
        cases.append(("all but " + name, body_fields("without " + name, **rest)))
    for source in ("request", "record", "change", "change.client", "read", "control"):
        cases.append(("source " + source, body_fields(source, source=source)))
    for outcome in ("success", "failure", "denied", "partial"):
        cases.append(("outcome " + outcome, body_fields(outcome, outcome=outcome)))
    for severity in ("info", "notice", "warning", "critical"):
        cases.append(("severity " + severity, body_fields(severity, severity=severity)))
    flags = ["truncated", "replayed", "redacted", "no-context", "malformed", "gap", "estimated", "deferred"]
    cases.append(("every flag, given backwards", body_fields("flags", flags=flags)))
    cases.append(("a flag given twice", body_fields("twice", flags=["gap", "deferred", "gap"])))
    cases.append(("an empty list of flags", body_fields("no flags", flags=[])))
    commits = [
        ("no actor section", {"actor": None, "data": digest("x")}),
        ("no data section", {"actor": digest("x"), "data": None}),
        ("no section at all", {"actor": None, "data": None}),
    ]
    for name, commit in commits:
        cases.append((name, body_fields(name, commit=commit)))
    for duration in (0, 1, 2**31, 2**32, MAX_SAFE):
        cases.append(("a duration of %d ms" % duration, body_fields("ms %d" % duration, durationMs=duration)))
    moments = [0, 1, 999, 1_000, 999_999, 951_782_400_000_000, 951_868_799_999_999, T0 + 123_456, T0 + 100_000, T0 + 10]
    moments += [1_709_164_800_000_001, 4_102_444_799_999_999, MAX_SAFE]
    for micros in moments:
        name = "at " + timestamp(micros, 6)
        cases.append((name, body_fields(name, occurredAtMicros=micros)))
    for name, text in ODD_TEXTS:
        cases.append((name, body_fields(name, action=text, resource=text)))
    return cases


def heads_cases():
    """Entries of a registry: what they say of other chains is the root of a tree of lines."""
    for count in (0, 1, 2, 10_000, MAX_SAFE):
        name = "heads of %d chains" % count
        yield name, body_fields(name, source="control", action="heads", heads={"root": digest("root %d" % count), "count": count})
    name = "heads with all else that is optional"
    yield name, body_fields(name, heads={"count": 3, "root": digest("root 3")}, **OPTIONAL)


def bodies():
    cases = body_cases() + list(heads_cases())
    return [{"name": name, "fields": fields, "body": body_text(fields)} for name, fields in cases]


def canonical_values():
    values = [
        ("an empty object", {}),
        ("keys in the order of their bytes", {"b": 1, "a": 2, "B": 3, "_": 4, "aa": 5, "10": 6, "9": 7, "": 8, "~": 9, " ": 10}),
        ("keys with quotes and backslashes", {'"': 1, "\\": 2, "/": 3, "'": 4}),
        ("keys of Object.prototype", {"__proto__": 1, "constructor": 2, "toString": {"valueOf": None}}),
        ("nested empty things", {"a": [], "b": {}, "c": [[], {}, [[]]]}),
        ("the edges of safe integers", {"max": MAX_SAFE, "min": -MAX_SAFE, "zero": 0, "negative": -1}),
        ("literals", {"f": False, "n": None, "t": True}),
        ("text that looks like something else", {"n": "1", "t": "true", "z": "null", "e": "1e5", "empty": ""}),
        ("eight levels", {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}),
        ("eight levels of lists", {"a": [[[[[[[1, 2]]]]]]]}),
    ]
    values += [(name, {"text": text, "list": [text, text]}) for name, text in ODD_TEXTS]
    return [{"name": name, "value": value, "canonical": canonical(value)} for name, value in values]


def sizes():
    """Bodies of one long text, given as character and count; `{"a":""}` takes 8 bytes."""
    cases = [("x", 16376), ("x", 16377), ("\u00fc", 8188), ("\u00fc", 8189), ("\u20ac", 5458), ("\u20ac", 5459)]
    cases += [("\U0001f9fe", 4094), ("\U0001f9fe", 4095), ("\n", 8188), ("\n", 8189), ("\x01", 2729), ("\x01", 2730)]
    out = []
    for character, count in cases:
        case = {"character": character, "count": count}
        try:
            case["sha256"] = hashlib.sha256(canonical({"a": character * count}).encode()).hexdigest()
        except Refused as refused:
            case["refused"] = {"code": refused.code}
        out.append(case)
    return out


def refusals():
    """`json` is read by any JSON parser. `host` names a value that JSON does not have, under the member `a.b[1]`."""
    texts = [
        ("a fraction", '{"a":{"b":[0,1.5]}}'),
        ("a small fraction", '{"a":1e-7}'),
        ("minus zero", '{"a":-0}'),
        ("minus zero as a fraction", '{"a":[-0.0]}'),
        ("2^53", '{"a":9007199254740992}'),
        ("-2^53", '{"a":-9007199254740992}'),
        ("a number past the largest double", '{"a":1e400}'),
        ("a lone high surrogate", '{"a":"x\\ud83d"}'),
        ("a lone low surrogate", '{"a":["\\udcbbx"]}'),
        ("surrogates in the wrong order", '{"a":"\\udcbb\\ud83d"}'),
        ("a key with an umlaut", '{"a":{"\u00fc":1}}'),
        ("a key with a line feed", '{"a\\nb":1}'),
        ("a key with DEL", '{"\\u007f":1}'),
        ("a key with a lone surrogate", '{"\\ud800":1}'),
        ("nine levels", '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}'),
        ("nine levels of lists", '{"a":[[[[[[[[1]]]]]]]]}'),
    ]
    out = []
    for name, text in texts:
        # `-0` is an integer zero to Python and has no sign: read it as a float, which the encoder refuses like JavaScript's.
        value = json.loads(text, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))
        try:
            canonical(value)
        except Refused as refused:
            out.append({"name": name, "json": text, "code": refused.code, "path": refused.path})
        else:
            raise AssertionError("not refused: " + name)
    hosts = ["undefined", "NaN", "Infinity", "bigint", "symbol", "function", "Date", "Map", "Set", "RegExp", "Error"]
    hosts += ["Uint8Array", "class instance", "boxed string", "Promise", "object with toJSON", "cycle"]
    for host in hosts:
        # toJSON is a member like any other, and a function; a cycle is found when it is too deep.
        path = {"object with toJSON": "$.a.b[1].toJSON", "cycle": "$.a.b[1].a.b[1].a.b"}.get(host, "$.a.b[1]")
        out.append({"name": host, "host": host, "code": "AUDIT_NOT_PLAIN_JSON", "path": path})
    return out


def entries():
    chains = []
    bodies_of_chain = [body_text(fields) for _, fields in body_cases()]
    for origin, count in (("audit.example/production", len(bodies_of_chain)), ("a", 1), ("0123456789abcdef/7", 3)):
        prev = "0" * 64
        rows = []
        hashes = []
        for seq in range(count):
            sealed_at = timestamp((T0 // 1000 + seq * 37 + (5_000_000_000 if seq > 4 else 0)) * 1000, 3)
            body = bodies_of_chain[seq]
            leaf = leaf_of(origin, seq, sealed_at, prev, body).encode()
            hashes.append(leaf_hash(leaf))
            row = {"seq": seq, "sealedAt": sealed_at, "prev": prev, "body": body, "hash": hashes[-1].hex()}
            if seq < 3:
                row["leafHex"] = leaf.hex()
            rows.append(row)
            prev = hashes[-1].hex()
        chains.append({
            "origin": origin,
            "entries": rows,
            "root": tree_hash(hashes).hex(),
            "frontier": "".join(node.hex() for node in frontier(hashes)),
        })
    alone = []
    for seq in (10, 99, 4_294_967_296, MAX_SAFE):
        header = ("z~._-/0", seq, "9999-12-31T23:59:59.999Z", "f" * 64)
        leaf = leaf_of(*header, "{}").encode()
        alone.append({
            "origin": header[0], "seq": seq, "sealedAt": header[2], "prev": header[3], "body": "{}",
            "leafHex": leaf.hex(), "hash": leaf_hash(leaf).hex(),
        })
    return {"chains": chains, "alone": alone}


def commitments():
    texts = [
        ("nothing", b""),
        ("an empty object", b"{}"),
        ("an actor", b'{"id":"42","type":"user","ip":"203.0.113.9"}'),
        ("unicode", '{"name":"J\u00fcrgen \U0001f9fe \u2028"}'.encode()),
        ("a line feed in front", b"\n{}"),
        ("a line feed behind", b"{}\n"),
        ("every byte", bytes(range(256))),
        ("not UTF-8", b"\xff\xfe\xc0\x80\xed\xa0\x80"),
        ("NUL", b"\x00"),
    ]
    out = []
    for name, data in texts:
        for section in ("actor", "data"):
            for which in ("s", "t"):
                salted = salt("%s %s %s" % (name, section, which))
                case = {"name": name, "section": section, "salt": salted, "hex": data.hex()}
                case["commit"] = commitment(section, salted, data).hex()
                out.append(case)
    for byte, count in ((0x61, 55), (0x61, 56), (0x61, 64), (0x00, 65_536), (0xFF, 1_000_000)):
        salted = salt("long %d" % count)
        case = {"name": "%d bytes" % count, "section": "data", "salt": salted, "repeat": {"byte": byte, "count": count}}
        case["commit"] = commitment("data", salted, bytes([byte]) * count).hex()
        out.append(case)
    return out


def merkle():
    """Leaf i of these trees is the text `leaf <i>`."""
    sizes_ = list(range(21)) + [31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 255, 256, 257, 1000, 1023, 1024, 1025]
    hashes = [leaf_hash(("leaf %d" % i).encode()) for i in range(max(sizes_))]
    trees = []
    for size in sizes_:
        nodes = frontier(hashes[:size])
        trees.append({"size": size, "root": tree_hash(hashes[:size]).hex(), "frontier": "".join(node.hex() for node in nodes)})
    return {"leaves": [node.hex() for node in hashes[:21]], "trees": trees}


def uuids():
    out = []
    moments = [0, 1, 2, 499, 500, 999, 1_000, T0, T0 + 1, T0 + 123_456, T0 + 999_999, MAX_SAFE]
    for micros in moments:
        for counter, random in ((0, b"\x00" * 6), (0, b"\xff" * 6), (1, pseudo_random("uuid %d" % micros, 6))):
            out.append((micros, counter, random))
    for counter in (2, 63, 64, 255, 256, 4_095, 4_096, 16_383, 16_384, 65_535, 65_536):
        out.append((T0, counter, pseudo_random("counter %d" % counter, 6)))
    return [
        {"micros": micros, "counter": counter, "random": random.hex(), "id": uuid_v7(micros, counter, random)}
        for micros, counter, random in out
    ]


def ids():
    texts = [
        ("", 1), ("42", 1), ("0199f3a0-5b6c-4d7e-8f90-a1b2c3d4e5f6", 1), ("J\u00fcrgen", 1), ("\U0001f9fe", 1), ("a\nb", 1),
        ("x", 511), ("x", 512), ("x", 513), ("\u00fc", 256), ("\u00fc", 257), ("\u20ac", 170), ("\u20ac", 171),
        ("\U0001f9fe", 128), ("\U0001f9fe", 129), ("x", 100_000),
        ("a\0b", 1), ("\0", 1), ("\ud83d", 1), ("a\udcbbb", 1), ("\udcbb\ud83d", 1), ("\ud800\ud800", 1), ("\ud83d", 600),
        ("sha256:", 1),
    ]
    keys = [
        "42", 42, -7, 0, MAX_SAFE, True, False, "a b", ["a"], ["a", 1], [1, 2, 3], ["a,b", "c"], ["a", "b,c"], ['"', "\\"],
        ["\n\t\x01\x7f\u2028", "\u00fc\U0001f9fe"], [True, False], ["", ""], ["x", "\u00fc", "\U0001f9fe"],
    ]
    return {
        "projections": [{"text": text, "count": count, "projected": projected(text * count)} for text, count in texts],
        "resourceIds": [{"key": key, "id": resource_id(key)} for key in keys],
    }


# --- the rules, number 1: what an entry says of a captured row --------------------------------------------------------

FLAGS = ("deferred", "estimated", "gap", "malformed", "no-context", "redacted", "replayed", "truncated")
SOURCES = ("request", "record", "change", "change.client", "read", "control")
OUTCOMES = ("success", "failure", "denied", "partial")
SEVERITIES = ("info", "notice", "warning", "critical")
ABSENT = object()


def refuse_constant(name):
    raise ValueError(name)  # NaN and Infinity are no JSON


def parse_object(text):
    """The JSON object (RFC 8259) that the text holds, or None. Of two members with one name the last counts."""
    try:
        value = json.loads(text, parse_constant=refuse_constant, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def decode_actor(data):
    """UTF-8 without errors; a byte order mark at the beginning is skipped."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text[1:] if text.startswith("\ufeff") else text


def utf16(text):
    return text.encode("utf-16-le", "surrogatepass")


def cut(text, limit):
    """The first units of UTF-16, then every lone surrogate and every NUL as U+FFFD."""
    units = utf16(text)[: 2 * limit].decode("utf-16-le", "surrogatepass")
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF or c == "\0" else c for c in units)


def safe_count(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")) or value != int(value) or str(value) == "-0.0":
            return None
        value = int(value)
    return value if 0 <= value <= MAX_SAFE else None


def filled(value):
    return value if isinstance(value, str) and value != "" else None


def finish(row, incarnation):
    flags = set()

    def malformed():
        flags.add("malformed")

    def name(value, limit):
        if value is ABSENT or value is None:
            return None
        if not isinstance(value, str) or value == "":
            return malformed()
        value = utf16(value).decode("utf-16-le", "surrogatepass")  # a pair of surrogates that were escaped is one character
        if len(utf16(value)) > 2 * limit or not is_well_formed(value) or "\0" in value:
            malformed()
        return cut(value, limit)

    if row["tooLarge"]:
        malformed()
    listed = row["flags"] if row["flags"] is None or len(utf16(row["flags"])) <= 2 * 1_024 else "?"
    for flag in listed.split(",") if listed is not None else []:
        flags.add(flag if flag in FLAGS else "malformed")
    actor = {}
    if row["actor"] is not None:
        data = bytes.fromhex(row["actor"])
        text = decode_actor(data) if len(data) <= 65_536 else None
        actor = parse_object(text) if text is not None else None
        if actor is None:
            malformed()
            actor = {}
    if "truncated" in actor:
        flags.add("truncated")
    if "malformed" in actor:
        malformed()
    header = {}
    if row["header"] is not None:
        header = parse_object(row["header"]) if len(utf16(row["header"])) <= 2 * 16_384 else None
        if header is None:
            malformed()
            header = {}

    resource = name(row["model"], 128)
    said = name(row["op"] if row["source"] == "control" else header.get("action", ABSENT), 128)
    source = row["source"]
    if source not in SOURCES:
        malformed()
        source = "record"
    if row["source"] == "change":
        verb = {"insert": "create", "create": "create", "update": "update", "delete": "delete", "truncate": "truncate"}.get(row["op"])
        action = resource + "." + verb if resource is not None and verb is not None else None
    else:
        action = said
    if action is None:
        malformed()
        action = "audit.malformed"

    def member(key, known, otherwise):
        value = header.get(key, ABSENT)
        if value is ABSENT:
            return None
        if isinstance(value, str) and value in known:
            return value
        malformed()
        return otherwise

    outcome = member("outcome", OUTCOMES, "failure") or "success"
    severity = member("severity", SEVERITIES, None)
    duration = None
    if "durationMs" in header:
        duration = safe_count(header["durationMs"])
        if duration is None:
            malformed()
    if row["at"] is None:
        malformed()
    body = {
        "v": 1, "id": row["id"], "occurredAt": timestamp(row["at"] if row["at"] is not None else row["sealed"], 6), "source": source,
        "action": action, "outcome": outcome, "tx": incarnation + "." + row["xid"],
        "commit": {"actor": row["commitActor"], "data": row["commitData"]},
    }
    optional = {"resource": resource, "group": row["group"], "durationMs": duration, "severity": severity, "flags": sorted(flags) or None}
    body.update({key: value for key, value in optional.items() if value is not None})
    tenant = filled(actor.get("tenant"))
    tenant = tenant if tenant is not None else (row["tenant"] or "")
    email = filled(actor.get("email"))
    email = email if email is None else re.sub("[A-Z]", lambda letter: chr(ord(letter[0]) + 32), email)
    ids = {"actorId": filled(actor.get("id")), "actorEmail": email, "address": filled(actor.get("ip")), "requestId": filled(actor.get("requestId")), "resourceId": row["resourceId"]}
    joined = {key: value if value is None else projected(utf16(value).decode("utf-16-le", "surrogatepass")) for key, value in ids.items()}
    tenant = projected(utf16(tenant).decode("utf-16-le", "surrogatepass"))
    joined.update(access_keys(row, action))
    return dict(joined, body=canonical(body), tenant=tenant, source=source, action=action, outcome=outcome, resourceType=resource, group=row["group"])


SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # as ECMAScript has it


def plate_key(plate):
    plate = re.sub("[" + SPACE + "\u00ad\\-\u2010-\u2015\u2212]+", "", plate)
    return re.sub("[a-z\u00e0-\u00f6\u00f8-\u00fe\u03b1-\u03c9\u0430-\u044f\u0450-\u045f]", lambda letter: letter[0].upper(), plate)


def access_keys(row, action):
    none = {"plate": None, "subject": None}
    known = action in ("access.entry", "access.exit", "access.denied", "access.visitor") and row["source"] != "change"
    data = row["access"]
    if not known or '"access.' not in (row["header"] or "") or data is None or len(data.encode("utf-8")) > 16_384:
        return none
    details = (parse_object(data) or {}).get("details")
    details = details if isinstance(details, dict) else {}
    vehicle = details.get("vehicle")
    plate = filled(vehicle.get("plate")) if isinstance(vehicle, dict) else None
    keys = {"plate": filled(plate_key(text_of(plate))) if plate is not None else None, "subject": filled(details.get("subject"))}
    return {key: value if value is None else projected(text_of(value)) for key, value in keys.items()}


def text_of(value):
    return utf16(value).decode("utf-16-le", "surrogatepass")  # a pair of surrogates that were escaped is one character


def captured_rows():
    def header(**members):
        return json.dumps(members)

    def actor(text):
        return (text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")).hex()

    change, event = {"source": "change", "op": "update", "model": "Invoice"}, {"source": "record", "op": None, "header": header(action="invoice.approve")}
    cases = [("a change, %s" % op, dict(change, op=op)) for op in ("insert", "create", "update", "delete", "truncate")]
    cases += [("a change, %s" % json.dumps(op), dict(change, op=op)) for op in (None, "", "explode", "UPDATE", "insert ")]
    for model in (None, "", "M", "x" * 128, "x" * 129, "\U0001f9fe" * 64, "\U0001f9fe" * 65, "x" * 127 + "\U0001f9fe", "public.Invoice", "\u00dc b\n\x01"):
        cases.append(("a change of %d times a model" % len(model or ""), dict(change, model=model)))
    cases += [("source %s" % json.dumps(source), dict(event, source=source)) for source in SOURCES + ("elsewhere", "", "RECORD")]
    cases += [("a control row, %s" % json.dumps(op), {"source": "control", "op": op}) for op in (None, "", "coverage.changed", "chain.open", "x" * 129)]
    for action in (None, "", 5, [], {}, True, "a", "x" * 128, "x" * 129, "a\0b", "\ud800", "\udc00a", "\U0001f9fe", "\ud83e\uddfe", "\x01" * 128, "x" * 127 + "\U0001f9fe"):
        cases.append(("an event, action %s" % json.dumps(action)[:24], dict(event, header=header(action=action))))
        cases.append(("a change with a header, action %s" % json.dumps(action)[:24], dict(change, header=header(action=action))))
    for text in ("", "{", "[]", "null", "5", '"a"', "\ufeff{}", " \t\r\n{\"action\":\"a.b\"} ", '{"action":"a","action":"b"}', '{"action":"a",}', '{"action":"a\x01"}', "{'a':1}", '{"action":"a.b","x":NaN}', '{"action":"a.b","x":1e999}', '{"action":"a.b"}x', '{"__proto__":{"action":"a.b"}}'):
        cases.append(("a header %s" % json.dumps(text)[:40], dict(event, header=text)))
    cases.append(("no header", dict(event, header=None)))
    for outcome in OUTCOMES + (None, "", "maybe", 1, ["success"], "Success"):
        cases.append(("outcome %s" % json.dumps(outcome), dict(event, header=header(action="a.b", outcome=outcome))))
    for severity in SEVERITIES + (None, "", "error", 0, {}):
        cases.append(("severity %s" % json.dumps(severity), dict(event, header=header(action="a.b", severity=severity))))
    for number in ("0", "1", "-1", "-0", "0.0", "-0.0", "1.5", "1e3", "1E+2", "9007199254740991", "9007199254740992", "9007199254740992.0", "1e300", "1e999", "null", '"5"', "true", "[]"):
        cases.append(("a duration of %s" % number, dict(event, header='{"action":"a.b","durationMs":%s}' % number)))
    for flags in ("", "gap", "truncated,deferred", "gap,gap", "strange", "strange,,no-context", ",", " gap", ",".join(FLAGS)):
        cases.append(("flags %s" % json.dumps(flags), dict(event, flags=flags)))
    for text in (
        '{"id":"ann","requestId":"r","tenant":"acme"}', '{"id":"","requestId":"","tenant":""}', '{"id":5,"requestId":null,"tenant":{"a":1}}', "[]", "nonsense", "",
        '\ufeff{"id":"ann"}', '\ufeff\ufeff{"id":"ann"}', '{"id":"a\\u0000b"}', '{"id":"\\ud800"}', '{"id":"\\ud83e\\uddfe"}', '{"id":"%s"}' % ("x" * 513), '{"tenant":"%s"}' % ("t" * 600),
        '{"id":"a","id":"b"}', '{"id":"ann","truncated":["userAgent"]}', '{"id":"ann","truncated":null}', '{"id":"ann","malformed":["role"]}', '{"id":"ann","malformed":false}',
        '{"id":"\u00fc\ufffd"}', '{"id":"ann",}', ' {"id":"ann"}\n', b'{"id":"ann\xff"}', b'{"id":"\xed\xa0\x80"}', b"\xff\xfe{\x00}\x00", '{"constructor":"x"}',
        '{"email":"Ann@Example.COM","ip":"2001:DB8::1"}', '{"email":"","ip":""}', '{"email":5,"ip":["203.0.113.7"]}', '{"email":"\u00c4NN\u0130@x.test"}', '{"email":"a\\u0000B","ip":"\\ud800"}',
        '{"email":"%s","ip":"%s"}' % ("E" * 512, "f" * 512), '{"email":"%s","ip":"%s"}' % ("E" * 513, "f" * 513),
    ):
        cases.append(("an actor %s" % (repr(text)[:40]), dict(change, actor=actor(text), tenant="of the row")))
    for kind in ("entry", "exit", "denied", "visitor", "granted", ""):
        cases.append(("an access, %s" % kind, dict(event, header=header(action="access." + kind), access='{"details":{"subject":"ann","vehicle":{"plate":"b-ab 123e"}}}')))
    for text in (
        '{"details":{"vehicle":{"plate":" b\u2013\u00fc\u00df \u00a0 \u0431\u03c2 "}}}', '{"details":{"vehicle":{"plate":"- -"},"subject":""}}', '{"details":{"vehicle":"B-AB 1","subject":5}}', '{"details":[1]}', "[]", "nonsense", "",
        '{"details":{"subject":"a\\u0000b","vehicle":{"plate":"\\ud800"}}}', '{"details":{"subject":"%s","vehicle":{"plate":"%s"}}}' % ("s" * 513, "p" * 513), '{"details":{"subject":"ann"}}'.ljust(16_384), '{"details":{"subject":"ann"}}'.ljust(16_385),
    ):
        cases.append(("an access with %s" % repr(text)[:60], dict(event, header=header(action="access.entry"), access=text)))
    cases.append(("an access, its action escaped", dict(event, header='{"action":"\\u0061ccess.entry"}', access='{"details":{"subject":"ann"}}')))
    cases.append(("an access without its data", dict(event, header=header(action="access.entry"))))
    cases.append(("a change with the header of an access", dict(change, header=header(action="access.entry"), access='{"details":{"subject":"ann"}}')))
    cases.append(("no tenant anywhere", dict(change, actor=actor("{}"))))
    cases += [("a tenant of the row, %d" % len(tenant), dict(change, tenant=tenant)) for tenant in ("", "acme", "t" * 513, "\u00fc" * 256)]
    cases += [("a resource id of %d" % len(key), dict(change, resourceId=key)) for key in ("", "1", "k" * 512, "k" * 513, '["a","1"]')]
    cases.append(("a group", dict(change, group="0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00")))
    cases.append(("no time", dict(change, at=None)))
    cases.append(("the last time", dict(change, at=MAX_SAFE)))
    cases.append(("no section", dict(change, commitActor=None, commitData=None)))
    for size in (16_384, 16_385):
        cases.append(("a header of %d" % size, dict(event, header=header(action="a.b").ljust(size))))
    cases.append(("a header of pairs of surrogates, 16,386 units", dict(event, header=json.dumps({"action": "a.b", "x": "\U0001f9fe" * 8_181}, ensure_ascii=False).ljust(24))))
    for size in (1_024, 1_025):
        cases.append(("flags of %d" % size, dict(event, flags="gap," * (size // 4 - 1) + "gap".ljust(4 + size % 4, ","))))
    for size in (65_536, 65_537):
        cases.append(("an actor of %d bytes" % size, dict(change, actor=actor('{"id":"ann"}'.ljust(size)))))
    cases.append(("a section that is too large", dict(change, tooLarge=True, commitData=None)))
    out = []
    for label, fields in cases:
        row = {
            "xid": "4711", "at": T0 + 123_456, "sealed": T0 + 999_000, "source": "record", "op": None, "model": None, "resourceId": None, "group": None, "tenant": None,
            "header": None, "flags": None, "actor": None, "access": None, "tooLarge": False, "commitActor": digest(label + " actor"), "commitData": digest(label + " data"),
        }
        row.update(fields)
        row["id"] = uuid_v7(row["at"] if row["at"] is not None else row["sealed"], 0, pseudo_random("row " + label, 6))
        out.append({"name": label, "row": row, "incarnation": "0a1b2c3d", "entry": finish(row, "0a1b2c3d")})
    return {"rules": 1, "captured": out}


FILES = {
    "bodies.json": lambda: {"bodies": bodies(), "canonical": canonical_values()},
    "refused.json": lambda: {"refused": refusals(), "sizes": sizes()},
    "entries.json": entries,
    "commitments.json": lambda: {"commitments": commitments()},
    "finish.json": captured_rows,
    "merkle.json": merkle,
    "ids.json": lambda: dict(ids(), uuids=uuids()),
}


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name, make in FILES.items():
        # ASCII with \u escapes: no editor, font or line-ending setting can change what a vector says.
        text = json.dumps(make(), ensure_ascii=True, indent=1) + "\n"
        assert re.fullmatch(r"[\x20-\x7e\n]*", text)
        with open(os.path.join(directory, name), "w", encoding="ascii", newline="\n") as file:
            file.write(text)


if __name__ == "__main__":
    main()
