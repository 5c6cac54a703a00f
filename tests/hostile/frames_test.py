# ctest: timeout 300
"""Hostile messages, one row each: who sends it, what, and how the protocol says it is answered.
After every row the engine must live and answer; after thousands of them it must not have grown."""

import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import msgpack

from engine import (CODE, ERROR, KIND, NAME, REPLY, Engine, application, bundle, check)

ROUNDS = 25
GROWTH_KIB = 4096  # of resident memory, from the fifth round to the last
DROPPED = None     # not answered at all
FINE = "fine"      # odd, but good


def head(kind="PING", flags=0, magic=b"PLC", version=1):
    number = KIND[kind] if isinstance(kind, str) else kind
    return struct.pack(">3sBHHQ", magic, version, number, flags, 1 << 60)


def nested(depth, inner=b"\xc0"):
    """{"a": [[[...]]]}"""
    return b"\x81\xa1a" + b"\x91" * depth + inner


def with_field(packed):
    return b"\x81\xa1a" + packed


def frames():
    """(name, frames, answer): what is no message at all, or no message of this place."""
    ping = head()
    return [
        ("one empty frame", [b""], "BAD_FRAME"),
        ("two empty frames", [b"", b""], "BAD_FRAME"),
        ("a header alone", [ping], "BAD_FRAME"),
        ("a body alone", [b"\x80"], "BAD_FRAME"),
        ("header of 15 bytes", [ping[:15], b"\x80"], "BAD_FRAME"),
        ("header of 17 bytes", [ping + b"\0", b"\x80"], "BAD_FRAME"),
        ("header of 100 KiB", [ping * 6400, b"\x80"], "BAD_FRAME"),
        ("another magic", [head(magic=b"XYZ"), b"\x80"], "BAD_FRAME"),
        ("small letters", [head(magic=b"plc"), b"\x80"], "BAD_FRAME"),
        ("version 0", [head(version=0), b"\x80"], "BAD_VERSION"),
        ("version 2", [head(version=2), b"\x80"], "BAD_VERSION"),
        ("version 255", [head(version=255), b"\x80"], "BAD_VERSION"),
        ("version 2 with no body", [head(version=2)], "BAD_VERSION"),
        ("three frames", [ping, b"\x80", b"\x80"], "BAD_FRAME"),
        ("a thousand frames", [ping, *[b"\x80"] * 999], "BAD_FRAME"),
        ("ten thousand empty frames", [b""] * 10000, "BAD_FRAME"),
        ("an envelope as REQ sends it", [b"", ping, b"\x80"], "BAD_FRAME"),
        ("the swapped frames", [b"\x80", ping], "BAD_FRAME"),
        ("HTTP", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"], "BAD_FRAME"),
        ("a reply", [head(flags=REPLY), b"\x80"], DROPPED),
        ("a reply that is an error", [head(flags=REPLY | ERROR), b"\x80"], DROPPED),
        ("flags that nobody knows", [head(flags=0xfff0), b"\x80"], FINE),
        ("kind 0", [head(0), b"\x80"], "UNKNOWN_KIND"),
        ("kind 0xffff", [head(0xffff), b"\x80"], "UNKNOWN_KIND"),
        ("a kind between two kinds", [head(0x0002), b"\x80"], "UNKNOWN_KIND"),
        ("a task from a peer", [head("TASK"), b"\x80"], "UNKNOWN_KIND"),
        ("events from a peer", [head("EVENTS"), b"\x80"], "UNKNOWN_KIND"),
        ("the head of the tail", [head("HEAD"), b"\x80"], "UNKNOWN_KIND"),
        ("COMPLETE at the portal's door", [head("COMPLETE"), b"\x80"], "UNKNOWN_KIND"),
    ]


def bodies():
    """(name, body of a PING, answer): what is no map of the strict profile."""
    return [
        ("no bytes", b"", "BAD_BODY"),
        ("nil", b"\xc0", "BAD_BODY"),
        ("an array", b"\x90", "BAD_BODY"),
        ("a number", b"\x01", "BAD_BODY"),
        ("text", b"\xa5hello", "BAD_BODY"),
        ("JSON", b'{"a": 1}', "BAD_BODY"),
        ("the byte that is nothing", b"\xc1", "BAD_BODY"),
        ("the same in a map", with_field(b"\xc1"), "BAD_BODY"),
        ("two maps", b"\x80\x80", "BAD_BODY"),
        ("a byte too much", b"\x80\x00", "BAD_BODY"),
        ("a map cut off", b"\x81\xa1a", "BAD_BODY"),
        ("a key cut off", b"\x81\xa9abc", "BAD_BODY"),
        ("a length cut off", with_field(b"\xdb\x00\x00"), "BAD_BODY"),
        ("a number cut off", with_field(b"\xcf\x00\x00"), "BAD_BODY"),
        ("map of 65535 that is empty", b"\xde\xff\xff", "BAD_BODY"),
        ("map of 2^32-1 that is empty", b"\xdf\xff\xff\xff\xff", "BAD_BODY"),
        ("array of 2^32-1", with_field(b"\xdd\xff\xff\xff\xff"), "BAD_BODY"),
        ("text of 2^32-1", with_field(b"\xdb\xff\xff\xff\xff"), "BAD_BODY"),
        ("bytes of 2^32-1", with_field(b"\xc6\xff\xff\xff\xff"), "BAD_BODY"),
        ("text one byte short", with_field(b"\xa3ab"), "BAD_BODY"),
        ("depth 17", nested(16), "BAD_BODY"),
        ("depth 60000", nested(60000), "BAD_BODY"),
        ("maps of depth 60000", b"\x81\xa1a" * 60000 + b"\xc0", "BAD_BODY"),
        ("a million brackets", nested(1000000), "BAD_BODY"),
        ("70000 nodes", with_field(b"\xdd\x00\x01\x11\x70" + b"\xc0" * 70000), "BAD_BODY"),
        ("one key twice", b"\x82\xa1a\x01\xa1a\x02", "BAD_BODY"),
        ("one key twice, spelt longer", b"\x82\xa1a\x01\xd9\x01a\x02", "BAD_BODY"),
        ("one key twice inside", with_field(b"\x82\xa1b\x01\xa1b\x01"), "BAD_BODY"),
        ("a number as key", b"\x81\x01\x01", "BAD_BODY"),
        ("nil as key", b"\x81\xc0\x01", "BAD_BODY"),
        ("bytes as key", b"\x81\xc4\x01a\x01", "BAD_BODY"),
        ("a map as key", b"\x81\x80\x01", "BAD_BODY"),
        ("text that is not UTF-8", with_field(b"\xa1\xff"), "BAD_BODY"),
        ("a key that is not UTF-8", b"\x81\xa1\xc3\x01", "BAD_BODY"),
        ("overlong UTF-8", with_field(b"\xa2\xc0\xaf"), "BAD_BODY"),
        ("a surrogate in UTF-8", with_field(b"\xa3\xed\xa0\x80"), "BAD_BODY"),
        ("beyond Unicode", with_field(b"\xa4\xf5\x80\x80\x80"), "BAD_BODY"),
        ("extension of one byte", with_field(b"\xd4\x01\x00"), "BAD_BODY"),
        ("extension of 2^32-1", with_field(b"\xc9\xff\xff\xff\xff\x01"), "BAD_BODY"),
        ("a timestamp extension", with_field(b"\xd6\xff\x00\x00\x00\x00"), "BAD_BODY"),
        ("not a number", with_field(b"\xcb\x7f\xf8\0\0\0\0\0\0"), "BAD_BODY"),
        ("infinity", with_field(b"\xcb\x7f\xf0\0\0\0\0\0\0"), "BAD_BODY"),
        ("minus infinity, short", with_field(b"\xca\xff\x80\x00\x00"), "BAD_BODY"),
        ("2^53", with_field(msgpack.packb(2 ** 53)), "BAD_BODY"),
        ("2^64-1", with_field(msgpack.packb(2 ** 64 - 1)), "BAD_BODY"),
        ("-2^63", with_field(msgpack.packb(-2 ** 63)), "BAD_BODY"),
        ("a body of 1 MiB and a bit", with_field(msgpack.packb(b"x" * (1 << 20))), "TOO_LARGE"),
        ("noise of 64 KiB", b"\x8f" + os.urandom(65536), "BAD_BODY"),
        ("keys that nobody knows", msgpack.packb({"x" * 300: {"deep": [1, 2, {}]}}), FINE),
        ("a key with NUL", msgpack.packb({"a\0b": 1}), "BAD_BODY"),
    ]


FORM = application()
START = {"workflow": "construction_permit", "key": "K9", "idem": "x", "form": FORM}
LONG = "k" * 129
NAMES_17 = [f"w{i}" for i in range(17)]


def without(fields, *keys, **more):
    return {key: value for key, value in {**fields, **more}.items() if key not in keys}


def wrong_form(**changes):
    form = application()
    for path, value in changes.items():
        section, _, field = path.partition("__")
        if field:
            form[section][field] = value
        else:
            form[section] = value
    return {**START, "form": form}


def portal_rows():
    """(kind, body, answer) as a portal."""
    return [
        ("PUBLISH", {"files": []}, "PERMISSION_DENIED"),
        ("CANCEL_CASE", {"case": "C3"}, "PERMISSION_DENIED"),
        ("DECIDE", {"case": "C3"}, "PERMISSION_DENIED"),
        ("SKIP", {"case": "C3"}, "PERMISSION_DENIED"),
        ("START", {}, "INVALID_ARGUMENT"),
        ("START", without(START, "workflow"), "INVALID_ARGUMENT"),
        ("START", without(START, "key"), "INVALID_ARGUMENT"),
        ("START", without(START, "idem"), "INVALID_ARGUMENT"),
        ("START", without(START, "form"), "INVALID_ARGUMENT"),
        ("START", {**START, "workflow": 7}, "INVALID_ARGUMENT"),
        ("START", {**START, "workflow": ["construction_permit"]}, "INVALID_ARGUMENT"),
        ("START", {**START, "workflow": "no_such"}, "NOT_FOUND"),
        ("START", {**START, "workflow": "w" * 65}, "INVALID_ARGUMENT"),
        ("START", {**START, "revision": 99}, "NOT_FOUND"),
        ("START", {**START, "revision": -1}, "INVALID_ARGUMENT"),
        ("START", {**START, "revision": 1.5}, "INVALID_ARGUMENT"),
        ("START", {**START, "key": ""}, "INVALID_ARGUMENT"),
        ("START", {**START, "key": LONG}, "INVALID_ARGUMENT"),
        ("START", {**START, "idem": LONG}, "INVALID_ARGUMENT"),
        ("START", {**START, "idem": b"bytes"}, "INVALID_ARGUMENT"),
        ("START", {**START, "on_existing": "sometimes"}, "INVALID_ARGUMENT"),
        ("START", {**START, "form": []}, "INVALID_ARGUMENT"),
        ("START", {**START, "form": "all of it"}, "INVALID_ARGUMENT"),
        ("START", {**START, "form": {}}, "SCHEMA_VIOLATION"),
        ("START", {**START, "form": {"x" * 100000: 1}}, "SCHEMA_VIOLATION"),
        ("START", wrong_form(project=None), "SCHEMA_VIOLATION"),
        ("START", wrong_form(project=[1, 2, 3]), "SCHEMA_VIOLATION"),
        ("START", wrong_form(nobody="asked"), "SCHEMA_VIOLATION"),
        ("START", wrong_form(project__investment_cny="a lot"), "SCHEMA_VIOLATION"),
        ("START", wrong_form(project__investment_cny=-1), "SCHEMA_VIOLATION"),
        ("START", wrong_form(project__investment_cny=True), "SCHEMA_VIOLATION"),
        ("START", wrong_form(project__planned_start="2016-02-30"), "SCHEMA_VIOLATION"),
        ("START", wrong_form(applicant__name="n" * 200000), "SCHEMA_VIOLATION"),
        ("START", wrong_form(applicant__name={"a": {"b": {"c": {}}}}), "SCHEMA_VIOLATION"),
        ("START", wrong_form(applicant__contact_phone="1" * 100000), "SCHEMA_VIOLATION"),
        ("START", {**START, "key": "K1"}, "ALREADY_EXISTS"),
        ("WITHDRAW", {"idem": "w"}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "C0"}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "C03"}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "c3"}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "C3 "}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "C3@300"}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w", "case": "C" + "9" * 20}, "INVALID_ARGUMENT"),
        ("WITHDRAW", {"idem": "w1", "case": "C72057594037927935"}, "NOT_FOUND"),
        ("WITHDRAW", {"idem": "w2", "case": "C3@255"}, "NOT_FOUND"),
        ("WITHDRAW", {"idem": "w3", "case": "C1"}, "NOT_FOUND"),
        ("WITHDRAW", {"idem": "w", "case": "C3", "reason": "r" * 4097}, "INVALID_ARGUMENT"),
        ("SIGNAL", {"idem": "s1", "case": "C3", "name": "nobody_waits"}, "NOT_FOUND"),
        ("SIGNAL", {"idem": "s", "case": "C3"}, "INVALID_ARGUMENT"),
        ("SUPPLEMENT", {"idem": "u", "case": "C3"}, "INVALID_ARGUMENT"),
        ("SUPPLEMENT", {"idem": "u1", "case": "C3", "changes": {}}, "INVALID_STATE"),
        ("SUPPLEMENT", {"idem": "u", "case": "C3", "changes": {"project": 5}},
         "SCHEMA_VIOLATION"),
        ("GET", {}, "INVALID_ARGUMENT"),
        ("GET", {"what": "everything"}, "INVALID_ARGUMENT"),
        ("GET", {"what": "case", "case": "C4"}, "NOT_FOUND"),
        ("GET", {"what": "task", "task": "C3.65535.65535.65535"}, "NOT_FOUND"),
        ("GET", {"what": "task", "task": "C3.65536.0.1"}, "INVALID_ARGUMENT"),
        ("GET", {"what": "task", "task": "C3.1.1"}, "INVALID_ARGUMENT"),
        ("GET", {"what": "definition", "workflow": "../../etc/passwd"}, "NOT_FOUND"),
        ("LIST", {"what": "secrets"}, "INVALID_ARGUMENT"),
        ("LIST", {"what": "cases", "limit": 0}, "INVALID_ARGUMENT"),
        ("LIST", {"what": "cases", "limit": 501}, "INVALID_ARGUMENT"),
        ("LIST", {"what": "cases", "after": -1}, "INVALID_ARGUMENT"),
        ("LIST", {"what": "sessions", "after": 2 ** 53 - 1}, FINE),
        ("LIST", {"what": "services", "after": 2 ** 53 - 1}, FINE),
        ("LIST", {"what": "cases", "after": 2 ** 53 - 1}, FINE),
        ("LIST", {"what": "definitions", "after": 2 ** 53 - 1}, FINE),
        ("LIST", {"what": "departments", "after": 2 ** 53 - 1}, FINE),
        ("HISTORY", {"case": "C4"}, "NOT_FOUND"),
        ("HISTORY", {"case": "C3", "after": 2 ** 53 - 1}, FINE),
        ("HISTORY", {"case": "C3", "limit": 0}, "INVALID_ARGUMENT"),
        ("WHY", {"case": "C4"}, "NOT_FOUND"),
        ("WHY", {}, "INVALID_ARGUMENT"),
        ("CREDIT", {}, "INVALID_ARGUMENT"),
        ("CREDIT", {"n": 5}, "NOT_FOUND"),
        ("CREDIT", {"n": 5, "watch": 9}, "NOT_FOUND"),
        ("BYE", {"drain": "yes"}, "INVALID_ARGUMENT"),
    ]


def watch_rows():
    """(kind, body, answer) as a monitor."""
    rows = [({"from": place}, "INVALID_ARGUMENT") for place in (
        "yesterday", {"0": -1}, {"0": "1"}, {"0": 2 ** 53 - 1}, {"1": 1}, [], 7, b"oldest")]
    rows += [({"filter": filter_}, "INVALID_ARGUMENT") for filter_ in (
        [], "all", {"types": "no_such_event"}, {"types": [7]}, {"types": {"a": 1}},
        {"workflow": NAMES_17}, {"department": ["d"] * 10000}, {"workflow": ""},
        {"workflow": "w" * 65}, {"case": "nonsense"}, {"case": [f"C{i}" for i in range(1, 60000)]},
        {"types": [["task_taken"]]})]
    rows += [({key: value}, "INVALID_ARGUMENT") for key, value in (
        ("credit", -1), ("credit", 2 ** 40), ("credit", 4097), ("credit", "all"),
        ("batch", 0), ("batch", 1001),
        ("watch", 0), ("watch", 2 ** 40), ("values", "no"), ("close", 1))]
    rows += [({"from": "now", "filter": {"types": ["task_taken"] * 60000}, "close": True}, FINE),
             ({"from": "now", "close": True, "watch": 77}, FINE)]
    return [("WATCH", *row) for row in rows] + [
        ("START", START, "PERMISSION_DENIED"),
        ("SUPPLEMENT", {}, "PERMISSION_DENIED"),
        ("PUBLISH", {}, "PERMISSION_DENIED"),
        ("CREDIT", {"watch": 1, "n": 0}, "INVALID_ARGUMENT"),
    ]


def adapter_rows(task):
    """(kind, body, answer) as the adapter that holds the task."""
    work = {"task": task["task"], "lease": task["lease"]}
    foreign = {**work, "lease": os.urandom(16)}
    approve = {"decision": task["decisions"][0]}
    at = task["task"].split(".")

    def other(case=at[0], step=at[1], item=at[2], round_=at[3]):
        return {**work, **approve, "task": f"{case}.{step}.{item}.{round_}"}

    rows = [(kind, body, "SUPERSEDED") for kind, more in (
        ("TAKEN", {}), ("PROGRESS", {}), ("PARK", {}), ("RELEASE", {}), ("COMPLETE", approve),
        ("FAIL", {"code": "x"}), ("THROW", {"code": "x"})) for body in (
            {**foreign, **more}, {**foreign, **more, "lease": b"\0" * 16})]
    rows += [(kind, without({**work, **approve, "code": "x"}, key), "INVALID_ARGUMENT")
             for kind in ("TAKEN", "PROGRESS", "PARK", "RELEASE", "COMPLETE", "FAIL", "THROW")
             for key in ("task", "lease")]
    return rows + [
        ("COMPLETE", other(case="C99999"), "NOT_FOUND"),
        ("COMPLETE", other(case="C1"), "NOT_FOUND"),
        ("COMPLETE", other(step="255"), "NOT_FOUND"),
        ("COMPLETE", other(step="65535"), "NOT_FOUND"),
        ("COMPLETE", other(item="31"), "NOT_FOUND"),
        ("COMPLETE", other(item="65535"), "NOT_FOUND"),
        ("COMPLETE", other(round_="2"), "SUPERSEDED"),
        ("COMPLETE", other(round_="65536"), "INVALID_ARGUMENT"),
        ("TAKEN", other(step="65535"), "NOT_FOUND"),
        ("PARK", other(item="65535"), "NOT_FOUND"),
        ("COMPLETE", {**work, **approve, "lease": "as text"}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "lease": b"\0" * 15}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "lease": b"\0" * 100000}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "task": "C" * 100000}, "INVALID_ARGUMENT"),
        ("COMPLETE", work, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, "decision": "whatever"}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, "decision": 1}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, "decision": "d" * 65}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, "decision": "supplement"}, "INVALID_ARGUMENT"),  # needs a reason
        ("COMPLETE", {**work, **approve, "answer": [1]}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "documents": {}}, "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "documents": [1], "answer": {"documents": []}},
         "INVALID_ARGUMENT"),
        ("COMPLETE", {**work, **approve, "reason": "r" * 4097}, "INVALID_ARGUMENT"),
        ("PROGRESS", {**work, "percent": 101}, "INVALID_ARGUMENT"),
        ("PROGRESS", {**work, "extend": -1}, "INVALID_ARGUMENT"),
        ("PROGRESS", {**work, "extend": 2 ** 53 - 1}, "INVALID_ARGUMENT"),
        ("PROGRESS", {**work, "note": "n" * 4097}, "INVALID_ARGUMENT"),
        ("PARK", {**work, "until": -1}, "INVALID_ARGUMENT"),
        ("PARK", {**work, "until": 2 ** 53 - 1}, "INVALID_ARGUMENT"),
        ("PARK", {**work, "reference": LONG}, "INVALID_ARGUMENT"),
        ("FAIL", work, "INVALID_ARGUMENT"),
        ("FAIL", {**work, "code": "x", "retryable": "maybe"}, "INVALID_ARGUMENT"),
        ("FAIL", {**work, "code": "x", "backoff": 2 ** 53 - 1}, "INVALID_ARGUMENT"),
        ("THROW", work, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "drc.project_filing"}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "no dot", "max": 1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": ".", "max": 1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "drc.", "max": 1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "drc.\n\x1b[31mred", "max": 1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "s." + "t" * 200, "max": 1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "a.b", "max": 0}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "a.b", "max": 2 ** 40}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "a.b", "max": 1, "credit": -1}, "INVALID_ARGUMENT"),
        ("SUBSCRIBE", {"service": "a.b", "max": 1, "subscription": 1}, "CONFLICT"),
        ("CREDIT", {"n": 0}, "INVALID_ARGUMENT"),
        ("CREDIT", {"n": -5}, "INVALID_ARGUMENT"),
        ("CREDIT", {"n": 4097}, "INVALID_ARGUMENT"),
        ("CREDIT", {"n": "many"}, "INVALID_ARGUMENT"),
        ("CREDIT", {"n": 1, "subscription": 99}, "NOT_FOUND"),
        ("START", START, "UNKNOWN_KIND"),
        ("WATCH", {"from": "oldest"}, "UNKNOWN_KIND"),
        ("PUBLISH", {"files": []}, "UNKNOWN_KIND"),
    ]


def bombs():
    """(name, files of a PUBLISH, answer)"""
    good = bundle("construction_permit.yaml")
    laughs = "a0: &a0 [lol, lol]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    return [
        ("no list", "files", "INVALID_ARGUMENT"),
        ("an empty list", [], "INVALID_ARGUMENT"),
        ("a list of names", ["a.yaml"], "INVALID_ARGUMENT"),
        ("pairs of one", [["a.yaml"]], "INVALID_ARGUMENT"),
        ("bytes for text", [["a.yaml", b"workflow: a"]], "INVALID_ARGUMENT"),
        ("ten thousand files", [["a.yaml", ""]] * 10000, "INVALID_ARGUMENT"),
        ("an empty file", [["a.yaml", ""]], "DEFINITION_INVALID"),
        ("64000 brackets", [["a.yaml", "[" * 64000]], "DEFINITION_INVALID"),
        ("64000 braces", [["a.yaml", "{" * 64000]], "DEFINITION_INVALID"),
        ("64000 dashes", [["a.yaml", "- " * 64000]], "DEFINITION_INVALID"),
        ("64000 questions", [["a.yaml", "? " * 64000]], "DEFINITION_INVALID"),
        ("a billion laughs", [["a.yaml", laughs]], "DEFINITION_INVALID"),
        ("an alias to itself", [["a.yaml", "a: &a [*a]"]], "DEFINITION_INVALID"),
        ("a tag", [["a.yaml", "workflow: !!python/object:os.system id"]], "DEFINITION_INVALID"),
        ("a merge key", [["a.yaml", "<<: {workflow: a}"]], "DEFINITION_INVALID"),
        ("tabs", [["a.yaml", "workflow: a\n\tsteps: b"]], "DEFINITION_INVALID"),
        ("NUL", [["a.yaml", "workflow: a\0b"]], "BAD_BODY"),
        ("two documents", [["a.yaml", "workflow: a\n---\nworkflow: b\n"]], "DEFINITION_INVALID"),
        ("a million letters", [["a.yaml", "a" * 1000000]], "DEFINITION_INVALID"),
        ("a hundred thousand keys",
         [["a.yaml", "".join(f"k{i}: 1\n" for i in range(100000))]], "DEFINITION_INVALID"),
        ("steps without end",
         [["a.yaml", "workflow: a\nsteps:\n"
           + "".join(f"  s{i}: {{ask: d.s}}\n" for i in range(20000))]], "DEFINITION_INVALID"),
        ("a deep condition", [[good[0][0], good[0][1].replace(
            "when: design.civil_defence_required", "when: " + "(" * 20000, 1)], *good[1:]],
         "DEFINITION_INVALID"),
        ("a form of 64000 brackets",
         [*good[:2], [good[2][0], "[" * 64000], *good[3:]], "DEFINITION_INVALID"),
        ("a path to elsewhere", [["../../../../etc/passwd", "workflow: a"]],
         "DEFINITION_INVALID"),
    ]


def hello_rows():
    """(endpoint, body, answer) of peers without a session."""
    good = {"role": "portal", "name": "p"}
    return [
        ("api", {}, "INVALID_ARGUMENT"),
        ("api", without(good, "role"), "INVALID_ARGUMENT"),
        ("api", without(good, "name"), "INVALID_ARGUMENT"),
        ("api", {**good, "role": "king"}, "INVALID_ARGUMENT"),
        ("api", {**good, "role": 7}, "INVALID_ARGUMENT"),
        ("api", {**good, "role": "r" * 100000}, "INVALID_ARGUMENT"),
        ("api", {**good, "name": ""}, "INVALID_ARGUMENT"),
        ("api", {**good, "name": "n" * 49}, "INVALID_ARGUMENT"),
        ("api", {**good, "name": "two words"}, "INVALID_ARGUMENT"),
        ("api", {**good, "name": "a\0b"}, "BAD_BODY"),
        ("api", {**good, "name": "\u202eevil"}, "INVALID_ARGUMENT"),
        ("api", {**good, "name": "officer:root"}, "INVALID_ARGUMENT"),
        ("api", {**good, "version_min": 2, "version_max": 9}, "BAD_VERSION"),
        ("api", {**good, "version_min": 0, "version_max": 0}, "BAD_VERSION"),
        ("api", {**good, "version_min": "1"}, "INVALID_ARGUMENT"),
        ("api", {**good, "version_max": 300}, "INVALID_ARGUMENT"),
        ("work", good, "PERMISSION_DENIED"),
        ("work", {**good, "role": "officer"}, "PERMISSION_DENIED"),
    ]


class Scene:
    """An engine with one case, and one peer of each role."""

    def __init__(self, build):
        self.engine = Engine(build)
        self.officer = self.engine.peer("api", "officer", "ops")
        self.officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
        self.portal = self.engine.peer("api", "portal", "counter")
        started = self.portal.ask("START", workflow="construction_permit", key="K1",
                                  form=FORM, idem="k1")
        check(started["case"] == "C3", started)
        self.adapter = self.engine.peer("work", "adapter", "office")
        self.adapter.ask("SUBSCRIBE", service="drc.project_filing", subscription=1, max=1)
        self.task = self.adapter.next("TASK")
        self.adapter.ask("TAKEN", task=self.task["task"], lease=self.task["lease"])
        self.monitor = self.engine.peer("api", "monitor", "wall")
        self.stranger = {name: self.engine.peer(name) for name in ("api", "work")}
        self.count = 0
        self.wrong = []  # rows answered otherwise than the table says

    def expect(self, peer, what, frames_, answer):
        """Sends it and compares the answer; then a good message must be answered as ever."""
        self.count += 1
        peer.send_raw(*frames_)
        if answer is not DROPPED:
            message = peer.receive()
            check(message.flags & REPLY, f"{what}: {message.kind} came")
            name = message.body.get("name") if message.flags & ERROR else FINE
            if name != answer:
                self.wrong.append(f"{what}: answered {name} ({message.body.get('message')}), "
                                  f"not {answer}")
            if message.flags & ERROR:
                check(message.body["code"] == CODE[name] and message.body["message"]
                      and message.body["retry"] in ("never", "fix", "same", "hello"),
                      f"{what}: {message.body}")
            if name == "SCHEMA_VIOLATION":
                check_schema_violation(what, message.body["detail"])
        # What was dropped would have been answered before this.
        witness = self.portal if peer in self.stranger.values() else peer
        number = witness.send("PING")
        message = witness.receive()
        check(message.kind == "PING" and message.correlation == number,
              f"{what}: {message.kind} came before the answer of PING")
        check(self.engine.process.poll() is None, f"{what}: the engine ended")

    def ask(self, peer, kind, body, answer):
        packed = msgpack.packb(body)
        self.expect(peer, f"{kind} {str(body)[:200]}", [head(kind), packed], answer)

    def round(self):
        for name, frames_, answer in frames():
            self.expect(self.portal, name, frames_, answer)
        for name, body, answer in bodies():
            self.expect(self.portal, name, [head(), body], answer)
        for kind, body, answer in portal_rows():
            self.ask(self.portal, kind, body, answer)
        for kind, body, answer in watch_rows():
            self.ask(self.monitor, kind, body, answer)
        for kind, body, answer in adapter_rows(self.task):
            self.ask(self.adapter, kind, body, answer)
        for endpoint, body, answer in hello_rows():
            self.ask(self.stranger[endpoint], "HELLO", body, answer)
        for endpoint, kind in (("api", "PING"), ("api", "START"), ("api", "WATCH"),
                               ("work", "COMPLETE"), ("work", "SUBSCRIBE")):
            self.ask(self.stranger[endpoint], kind, {}, "NO_SESSION")
        for name, frames_, answer in frames():
            if answer in ("BAD_FRAME", DROPPED):
                self.expect(self.stranger["api"], "stranger: " + name, frames_, answer)

    def bomb(self):
        for name, files, answer in bombs():
            packed = msgpack.packb({"files": files})
            self.expect(self.officer, "PUBLISH " + name, [head("PUBLISH"), packed], answer)
        huge = msgpack.packb({"files": [["a.yaml", "#" * (4 << 20)]]})
        self.expect(self.officer, "PUBLISH of 4 MiB and a bit", [head("PUBLISH"), huge],
                    "TOO_LARGE")

    def resident_kib(self):
        with open(f"/proc/{self.engine.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def check_schema_violation(what, detail):
    check(detail["count"] >= 1 and detail["errors"], f"{what}: {detail}")
    for error in detail["errors"]:
        check(set(error) == {"path", "rule", "message", "message_zh", "title"}
              and set(error["title"]) == {"zh", "en"}, f"{what}: {error}")


def is_sanitized(build):
    cache = (pathlib.Path(build) / "CMakeCache.txt").read_text(encoding="utf-8")
    return "PLACET_SANITIZE:STRING=\n" not in cache and "PLACET_SANITIZE" in cache


def main():
    build = sys.argv[1]
    scene = Scene(build)
    try:
        scene.round()
        scene.bomb()
        rows = scene.count
        check(not scene.wrong, f"{len(scene.wrong)} rows:\n" + "\n".join(scene.wrong[:50]))
        sanitized = is_sanitized(build)
        for _ in range(0 if sanitized else 3):
            scene.round()
            scene.bomb()
        before = scene.resident_kib()
        for _ in range(2 if sanitized else ROUNDS):
            scene.round()
        scene.bomb()
        growth = scene.resident_kib() - before
        # The task is still in the hands that took it, and its answer counts.
        done = scene.adapter.ask("COMPLETE", task=scene.task["task"], lease=scene.task["lease"],
                                 decision=scene.task["decisions"][0])
        check(done["case"] == "C3", done)
        check(scene.engine.terminate() == 0, "an orderly stop")
        print(f"{rows} rows, {scene.count} hostile messages, "
              f"resident memory grew by {growth} KiB")
        check(sanitized or growth < GROWTH_KIB, f"resident memory grew by {growth} KiB")
    finally:
        scene.engine.close()


main()
