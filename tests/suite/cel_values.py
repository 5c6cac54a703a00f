"""Values of CEL for the suite: from the messages of the suite, and to and from the encoding that
the engine uses inside (value/cel_run.h). In Python a value is a pair of its type and its content,
so that 1, 1u and 1.0 stay apart."""

import math
import struct

import textproto

TIMES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}


class Foreign(Exception):
    """A value that only protocol buffers have."""


def of_message(message):
    (kind, content), = message
    if kind in ("int64_value", "uint64_value"):
        return kind[:-6], int(content)
    if kind == "double_value":
        return "double", float(content.replace("infinity", "inf"))
    if kind == "string_value":
        return "string", content.decode()
    if kind == "bytes_value":
        return "bytes", content
    if kind == "bool_value":
        return "bool", content == "true"
    if kind == "null_value":
        return "null", None
    if kind == "type_value":
        return "type", content.decode()
    if kind == "list_value":
        return "list", [of_message(value) for value in textproto.every(content, "values")]
    if kind == "map_value":
        return "map", [(of_message(textproto.first(entry, "key")),
                        of_message(textproto.first(entry, "value")))
                       for entry in textproto.every(content, "entries")]
    if kind == "object_value":
        (name, fields), = content
        name = name.strip("[]").rpartition("/")[2]
        if name in TIMES:
            return TIMES[name], (int(textproto.first(fields, "seconds", "0")),
                                 int(textproto.first(fields, "nanos", "0")))
    raise Foreign(kind)


def encode(value):
    kind, content = value
    if kind == "null":
        return b"\xc0"
    if kind == "bool":
        return b"\xc3" if content else b"\xc2"
    if kind == "int64":
        return struct.pack(">Bq", 0xD3, content)
    if kind == "uint64":
        return struct.pack(">BBQ", 0xD7, 1, content)
    if kind == "double":
        return struct.pack(">Bd", 0xCB, content)
    if kind == "string":
        return struct.pack(">BI", 0xDB, len(content.encode())) + content.encode()
    if kind == "bytes":
        return struct.pack(">BI", 0xC6, len(content)) + content
    if kind == "list":
        return struct.pack(">BI", 0xDD, len(content)) + b"".join(map(encode, content))
    if kind == "map":
        return struct.pack(">BI", 0xDF, len(content)) + b"".join(
            encode(part) for entry in content for part in entry)
    if kind == "type":
        return struct.pack(">BIB", 0xC9, len(content), 3) + content.encode()
    mark = 0xFF if kind == "timestamp" else 2
    return struct.pack(">BBBIq", 0xC7, 12, mark, content[1], content[0])


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, shape):
        values = struct.unpack_from(">" + shape, self.data, self.at)
        self.at += struct.calcsize(">" + shape)
        return values[0]

    def raw(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def list(self, count):
        return "list", [self.value() for _ in range(count)]

    def map(self, count):
        return "map", [(self.value(), self.value()) for _ in range(count)]

    def extension(self, size):
        kind = self.take("B")
        if kind == 1:
            return "uint64", self.take("Q")
        if kind in (0xFF, 2):
            nanos = self.take("I")
            return "timestamp" if kind == 0xFF else "duration", (self.take("q"), nanos)
        if kind == 3:
            return "type", self.raw(size).decode()
        return "optional", Reader(self.raw(size)).value() if size else None

    def value(self):
        lead = self.take("B")
        if lead < 0x80 or lead >= 0xE0:
            return "int64", lead if lead < 0x80 else lead - 256
        if lead < 0x90:
            return self.map(lead & 15)
        if lead < 0xA0:
            return self.list(lead & 15)
        if lead < 0xC0:
            return "string", self.raw(lead & 31).decode()
        simple = {0xC0: ("null", None), 0xC2: ("bool", False), 0xC3: ("bool", True)}
        if lead in simple:
            return simple[lead]
        numbers = {0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i",
                   0xD3: "q"}
        if lead in numbers:
            return "int64", self.take(numbers[lead])
        sizes = {0xC4: "B", 0xC5: "H", 0xC6: "I", 0xC7: "B", 0xC8: "H", 0xC9: "I", 0xD9: "B",
                 0xDA: "H", 0xDB: "I", 0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"}
        if lead == 0xCB:
            return "double", self.take("d")
        size = 8 if lead == 0xD7 else self.take(sizes[lead])
        if lead <= 0xC6:
            return "bytes", self.raw(size)
        if lead <= 0xC9 or lead == 0xD7:
            return self.extension(size)
        if lead <= 0xDB:
            return "string", self.raw(size).decode()
        return self.list(size) if lead <= 0xDD else self.map(size)


def decode(data):
    reader = Reader(data)
    value = reader.value()
    assert reader.at == len(data)
    return value


def same(a, b):
    """Of the same type and the same; NaN is NaN; maps in any order."""
    if a is None or b is None or a[0] != b[0]:
        return a == b
    kind = a[0]
    if kind == "double":
        return (math.isnan(a[1]) and math.isnan(b[1])) or (
            a[1] == b[1] and math.copysign(1, a[1]) == math.copysign(1, b[1]))
    if kind == "list":
        return len(a[1]) == len(b[1]) and all(map(same, a[1], b[1]))
    if kind == "map":
        return len(a[1]) == len(b[1]) and all(
            any(same(key, other) and same(value, its) for other, its in b[1])
            for key, value in a[1])
    return a[1] == b[1]
