#!/usr/bin/env python3
"""Verifies an export of a Strongroom audit trail: the second implementation, written from docs/audit-format.md.

    python3 verify.py export.jsonl public-key.txt [--since earlier-checkpoint.txt]...

Exit code 0: intact. 1: not intact. 2: could not be checked (usage, unreadable or malformed key or kept checkpoint).
Needs Python 3.11 or later and nothing outside its standard library.
SPDX-License-Identifier: AGPL-3.0-or-later
"""

import base64
import binascii
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field

LONGEST_LINE = 64 * 1024 * 1024


class Unusable(Exception):
    """The key or a kept checkpoint cannot be used, so nothing was learnt about the export."""


class NotIntact(Exception):
    """The export is not what was sealed. `bad` is the range of event indices (first, last) if it is known."""

    def __init__(self, why, bad=None):
        super().__init__(why)
        self.bad = bad


# ---- Ed25519 (RFC 8032), verification only, so nothing here is secret ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(one, other):
    """Sum of two points in extended coordinates (RFC 8032, 5.1.4)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * D * t1 * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decompress(data):
    """The point that 32 bytes encode, or None (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if len(data) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(point):
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


class Multiples:
    """A point prepared for many multiplications: 64 additions each, once d * 16**i times the point is tabled."""

    def __init__(self, point):
        self.table = []
        for _ in range(64):
            row = [NEUTRAL]
            for _ in range(15):
                row.append(add(row[-1], point))
            self.table.append(row)
            point = add(row[-1], point)

    def times(self, scalar):
        total = NEUTRAL
        for row in self.table:
            total = add(total, row[scalar & 15])
            scalar >>= 4
        return total


BASE_BYTES = (4 * pow(5, -1, P) % P).to_bytes(32, "little")
BASE = Multiples(decompress(BASE_BYTES))


class PublicKey:
    def __init__(self, data):
        point = decompress(data)
        if point is None:
            raise Unusable("the public key is not a point of the curve")
        self.data = data
        x, y, z, t = point
        self.minus = Multiples((P - x, y, z, P - t))

    def accepts(self, message, signature):
        """Whether the signature is this key's (RFC 8032, 5.1.7, without the cofactor). S of L or more is refused."""
        if len(signature) != 64:
            return False
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        if s >= L:
            return False
        k = int.from_bytes(hashlib.sha512(r + self.data + message).digest(), "little") % L
        return compress(add(BASE.times(s), self.minus.times(k))) == r


# ---- Signed notes and checkpoints ----


def base64_bytes(text):
    """Bytes of base64 text in its only canonical spelling, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def read_keys(text):
    """{(name, key id): PublicKey} from the lines of a public key file."""
    keys = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        parts = line.split("+", 2)
        data = base64_bytes(parts[2]) if len(parts) == 3 else None
        if data is None or len(data) != 33 or data[0] != 1 or not parts[0]:
            raise Unusable("a line of the public key file is not an Ed25519 verifier key")
        name, key_id = parts[0], parts[1]
        if hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8] != key_id:
            raise Unusable(f"the id of the key {name} is not the one of its bytes")
        keys[name, bytes.fromhex(key_id)] = PublicKey(data[1:])
    if not keys:
        raise Unusable("the public key file has no key in it")
    return keys


@dataclass
class Checkpoint:
    text: str
    origin: str
    size: int
    root: bytes
    signatures: list


def parse_checkpoint(note):
    """The parts of a checkpoint, its signatures unchecked. Raises ValueError."""
    if any(c < " " and c != "\n" for c in note) or not note.endswith("\n"):
        raise ValueError("control characters, or no newline at the end")
    body, gap, tail = note.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) != 3 or not lines[0]:
        raise ValueError("a checkpoint has three lines, an empty line and signatures")
    if not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1], re.ASCII) or int(lines[1]) >= 2**53:
        raise ValueError("the size is not a plain number")
    root = base64_bytes(lines[2])
    if root is None or len(root) != 32:
        raise ValueError("the root is not 32 bytes of base64")
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        data = base64_bytes(encoded)
        if dash != "\N{EM DASH}" or not name or "+" in name or any(c.isspace() for c in name) or data is None or len(data) < 5:
            raise ValueError("a signature line is malformed")
        signatures.append((name, data[:4], data[4:]))
    if len(signatures) > 64:
        raise ValueError("more than 64 signatures")
    return Checkpoint(body + "\n", lines[0], int(lines[1]), root, signatures)


def signed_by(keys, checkpoint):
    """Whether one of the keys, under the trail's own name, signed; a wrong signature in such a key's name spoils all."""
    found = False
    for name, key_id, signature in checkpoint.signatures:
        key = keys.get((name, key_id))
        if key is None or name != checkpoint.origin:
            continue
        if not key.accepts(checkpoint.text.encode(), signature):
            return False
        found = True
    return found


def read_kept(texts):
    """The checkpoints that witnesses kept: each text is one signed note, or lines of {"checkpoint": "..."}."""
    kept = []
    for text in texts:
        try:
            notes = [json.loads(line)["checkpoint"] for line in text.split("\n") if line] if text.startswith("{") else [text]
            kept += [parse_checkpoint(note) for note in notes]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unusable(f"a --since file does not hold a checkpoint: {error}") from error
    return sorted(kept, key=lambda checkpoint: checkpoint.size)


# ---- Canonical JSON (RFC 8785), for what an export may hold ----

_encode_string = json.JSONEncoder(ensure_ascii=False).encode


def canonical(value):
    if value is None:
        return "null"
    if isinstance(value, str):
        return _encode_string(value)
    if isinstance(value, dict):
        keys = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_encode_string(key)}:{canonical(value[key])}" for key in keys) + "}"
    raise ValueError("neither text, null nor an object")


def is_text(value):
    return isinstance(value, str)


def is_text_or_null(value):
    return value is None or isinstance(value, str)


_time = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)


def is_time(value):
    return isinstance(value, str) and _time.fullmatch(value) is not None


EVENT = {
    "id": is_text,
    "organisationId": is_text,
    "at": is_time,
    "actorKind": lambda value: value in ("user", "system", "anonymous"),
    "actorId": is_text_or_null,
    "actorName": is_text,
    "action": is_text,
    "objectKind": is_text,
    "objectId": is_text_or_null,
    "objectName": is_text_or_null,
    "outcome": lambda value: value in ("done", "refused", "failed"),
    "reason": is_text_or_null,
    "ticket": is_text_or_null,
    "requestId": is_text_or_null,
    "address": is_text_or_null,
    "client": is_text_or_null,
    "details": lambda value: isinstance(value, dict) and all(map(is_text, value.values())),
}


def event_bytes(event):
    """The canonical bytes of an event. Raises ValueError when it is not one."""
    if not isinstance(event, dict) or event.keys() != EVENT.keys():
        raise ValueError("its keys are not those of an event")
    for key, allowed in EVENT.items():
        if not allowed(event[key]):
            raise ValueError(f"its {key} is not what it may be")
    return canonical(event).encode()


# ---- The tree (RFC 9162, 2.1) ----


class Tree:
    """A binary counter of subtree roots: slot k is the root over 2**k leaves where the size has that bit, else None."""

    def __init__(self):
        self.size = 0
        self.slots = []

    def add(self, leaf):
        carry = hashlib.sha256(b"\0" + leaf).digest()
        height = 0
        while height < len(self.slots) and self.slots[height] is not None:
            carry = hashlib.sha256(b"\1" + self.slots[height] + carry).digest()
            self.slots[height] = None
            height += 1
        if height == len(self.slots):
            self.slots.append(None)
        self.slots[height] = carry
        self.size += 1

    def root(self):
        whole = None
        for part in self.slots:
            if part is not None:
                whole = part if whole is None else hashlib.sha256(b"\1" + part + whole).digest()
        return hashlib.sha256(b"").digest() if whole is None else whole


# ---- The export ----


@dataclass
class Findings:
    """What was learnt. `problem` is None when the export is intact; `bad` is a range (first, last) of event indices."""

    problem: str | None = None
    bad: tuple | None = None
    line: int = 0
    header: dict = field(default_factory=dict)
    events: int = 0
    checkpoints: int = 0
    proven: int = 0
    kept: int = 0


def lines_of(stream):
    """Lines of a binary stream, without their newline; the last must have one too."""
    while line := stream.readline(LONGEST_LINE + 1):
        if not line.endswith(b"\n"):
            raise NotIntact("a line is far too long" if len(line) > LONGEST_LINE else "the file stops in the middle of a line")
        yield line[:-1]


def parse_line(line):
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise NotIntact("a line is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise NotIntact("a line is not a JSON object")
    return value


def same_bytes(line, *parts):
    """Whether the line is exactly these parts, each bytes or a value to write canonically."""
    try:
        return line == b"".join(part if isinstance(part, bytes) else canonical(part).encode() for part in parts)
    except ValueError:
        return False


def read_header(line):
    header = parse_line(line)
    names = ["format", "organisationId", "organisationName", "exportedAt"]
    if list(header) != names or header["format"] != "strongroom-audit-export/1":
        raise NotIntact("the first line is not the header of a strongroom-audit-export/1")
    if not same_bytes(line, b"{", *[part for name in names for part in (name, b":", header[name], b",")][:-1], b"}"):
        raise NotIntact("the header is not written the only way it may be")
    organisation = header["organisationId"]
    if not is_text(organisation) or not re.fullmatch(r"[A-Za-z0-9._-]+", organisation) or not is_time(header["exportedAt"]) or not is_text(header["organisationName"]):
        raise NotIntact("a value of the header is not what it may be")
    return header


class Reading:
    def __init__(self, keys, kept, findings):
        self.keys = keys
        self.findings = findings
        self.tree = Tree()
        self.waiting = list(kept)
        self.confirmed = 0
        self.contradicted = None

    def run(self, stream):
        findings = self.findings
        ended = False
        for line in lines_of(stream):
            findings.line += 1
            if findings.line == 1:
                self.start(read_header(line))
                continue
            if ended:
                raise NotIntact("there is more after the end line")
            value = parse_line(line)
            if "event" in value:
                self.event(line, value)
            elif "checkpoint" in value:
                self.checkpoint(line, value["checkpoint"])
            elif "end" in value:
                self.end(line, value)
                ended = True
            else:
                raise NotIntact("a line is neither event, checkpoint nor end", self.here())
        if not ended:
            raise NotIntact("the end line is missing: the file was cut short", self.here())
        if self.waiting:
            size = self.waiting[0].size
            raise NotIntact(f"a checkpoint kept elsewhere covers {size} events, the export has {self.tree.size}: the end was cut off", (self.tree.size, size - 1))

    def start(self, header):
        self.findings.header = header
        self.origin = "strongroom/" + header["organisationId"]
        for checkpoint in self.waiting:
            if checkpoint.origin != self.origin:
                raise NotIntact(f"a kept checkpoint is about {checkpoint.origin}")
            if not signed_by(self.keys, checkpoint):
                raise NotIntact("a kept checkpoint is not signed by the given key")
        self.meet_kept()

    def event(self, line, value):
        index, due = value.get("index"), self.tree.size
        if type(index) is not int or index < 0:
            raise NotIntact("an event has no proper index", self.here())
        try:
            data = event_bytes(value["event"])
        except (ValueError, RecursionError) as error:
            raise NotIntact(f"event {index} is no event: {error}", (index, index)) from None
        if line != b'{"index":%d,"event":%s}' % (index, data):
            raise NotIntact(f"event {index} is not in canonical form", (index, index))
        if index != due:
            raise NotIntact(f"event {index} is found where event {due} belongs", (due, max(due, index - 1)))
        if value["event"]["organisationId"] != self.findings.header["organisationId"]:
            raise NotIntact(f"event {index} belongs to another organisation", (index, index))
        self.tree.add(data)
        self.findings.events = self.tree.size
        self.meet_kept()

    def checkpoint(self, line, note):
        here, findings = self.tree.size, self.findings
        if not is_text(note) or not same_bytes(line, b'{"checkpoint":', note, b"}"):
            raise NotIntact("a checkpoint is not written the only way it may be", self.here())
        try:
            checkpoint = parse_checkpoint(note)
        except ValueError as error:
            raise NotIntact(f"a checkpoint is malformed: {error}", self.here()) from None
        if checkpoint.origin != self.origin or not signed_by(self.keys, checkpoint):
            raise NotIntact(f"a checkpoint for {checkpoint.size} events of {checkpoint.origin} is not signed by this trail's key", self.here())
        if checkpoint.size != here:
            raise NotIntact(f"a checkpoint for {checkpoint.size} events comes after {here} events", (min(findings.proven, checkpoint.size), max(here, checkpoint.size) - 1))
        if findings.checkpoints and checkpoint.size <= findings.proven:
            raise NotIntact("the same checkpoint is there twice")
        if checkpoint.root != self.tree.root():
            raise NotIntact(f"the checkpoint for {here} events was signed over other events", (findings.proven, here - 1))
        if self.contradicted is not None:
            findings.proven = self.confirmed
            raise NotIntact(f"a kept checkpoint for {self.contradicted} events was signed over another history", (self.confirmed, self.contradicted - 1))
        findings.checkpoints += 1
        findings.proven = here

    def end(self, line, value):
        here, count = self.tree.size, value.get("events")
        if type(count) is not int or line != b'{"end":true,"events":%d}' % count:
            raise NotIntact("the end line is not written the only way it may be", self.here())
        if count != here:
            raise NotIntact(f"the end line counts {count} events, there are {here}", self.here())
        if not self.findings.checkpoints or self.findings.proven != here:
            raise NotIntact("the last events are covered by no checkpoint", (self.findings.proven, here - 1))

    def meet_kept(self):
        """Settles the kept checkpoints whose size has been reached."""
        while self.waiting and self.waiting[0].size == self.tree.size:
            kept = self.waiting.pop(0)
            if self.contradicted is None:
                if kept.root == self.tree.root():
                    self.confirmed = kept.size
                else:
                    self.contradicted = kept.size

    def here(self):
        return self.tree.size, self.tree.size


def verify(stream, key_text, kept_texts=()):
    """Findings about the export in a binary stream. Raises Unusable when the key or a kept checkpoint is malformed."""
    keys, kept = read_keys(key_text), read_kept(kept_texts)
    findings = Findings(kept=len(kept))
    try:
        Reading(keys, kept, findings).run(stream)
    except NotIntact as fault:
        findings.problem, findings.bad = str(fault), fault.bad
    return findings


def report(findings):
    if findings.problem is None:
        text = f"INTACT: {findings.events} events of {findings.header['organisationId']}, {findings.checkpoints} checkpoints checked."
        if not findings.kept:
            text += "\nWithout a checkpoint kept elsewhere, a common cut of events and checkpoints cannot be seen."
        return text + "\nThe organisation's name and the time of export are not signed."
    text = f"NOT INTACT, line {findings.line}: {findings.problem}."
    if findings.bad is not None:
        first, last = findings.bad
        text += f"\nLook at event {first}." if first == last else f"\nThe first bad event is one of {first} to {last}."
    if findings.proven:
        text += f"\nEvents 0 to {findings.proven - 1} are as they were sealed."
    return text


def main(arguments):
    usage = "usage: python3 verify.py export.jsonl public-key.txt [--since earlier-checkpoint.txt]..."
    files, kept_files = [], []
    arguments = iter(arguments)
    for argument in arguments:
        if argument == "--since":
            kept_files.append(next(arguments, None))
        else:
            files.append(argument)
    if len(files) != 2 or None in kept_files or any(name.startswith("--") for name in files):
        raise Unusable(usage)
    texts = []
    for name in [files[1], *kept_files]:
        # newline="": a carriage return in a kept checkpoint is not ours to take away.
        with open(name, encoding="utf-8", newline="") as file:
            texts.append(file.read())
    with open(files[0], "rb") as stream:
        findings = verify(stream, texts[0], texts[1:])
    print(report(findings))
    return 0 if findings.problem is None else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception as error:  # Whatever stops the check must not look like a verdict, and Python's own exit code is 1.
        print(error if isinstance(error, (Unusable, OSError)) else f"could not check: {error!r}", file=sys.stderr)
        sys.exit(2)
