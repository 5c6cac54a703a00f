"""An engine in a temporary directory and a client of it, with stock ZeroMQ and MessagePack only."""

import atexit
import functools
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import msgpack
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_MS = 20000  # a failure, not a pace
REPLY, ERROR, DUP = 1, 2, 4

_ROW = re.compile(r"^(?:KIND|ERROR)\((0x[0-9a-f]+|\d+),\s*(\w+),")


def registry(name):
    """Numbers by name, from the registry that the engine is built from."""
    text = (ROOT / "engine/include/placet" / name).read_text()
    rows = (_ROW.match(line) for line in text.splitlines())
    return {row.group(2): int(row.group(1), 0) for row in rows if row}


KIND = registry("messages.def")
CODE = registry("errors.def")
NAME = {number: name for name, number in KIND.items()}


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
         "null": type(None)}


@functools.lru_cache(None)
def schema(name):
    path = ROOT / "schemas" / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def violations(value, rule, where=""):
    """What is wrong with a value, by the keywords that the schemas of messages use."""
    if "$ref" in rule:
        rule = schema(rule["$ref"].removeprefix("../"))
    names = rule.get("type", [])
    names = [names] if isinstance(names, str) else names
    fits = [n for n in names if isinstance(value, TYPES[n])
            and not (n == "integer" and isinstance(value, bool))]
    if names and not fits:
        yield f"{where or '/'} is {type(value).__name__}, not {' or '.join(names)}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{where} is {value!r}, not one of {rule['enum']}"
    if isinstance(value, int) and not rule.get("minimum", value) <= value <= rule.get("maximum",
                                                                                       value):
        yield f"{where} is {value}, out of range"
    if isinstance(value, dict):
        properties = rule.get("properties", {})
        yield from (f"{where}/{key} is missing" for key in rule.get("required", [])
                    if key not in value)
        if properties and where.count("/") < 1:
            yield from (f"{where}/{key} is not in the schema" for key in value
                        if key not in properties)
        for key in value.keys() & properties.keys():
            yield from violations(value[key], properties[key], f"{where}/{key}")
    if isinstance(value, list) and "items" in rule:
        for number, item in enumerate(value):
            yield from violations(item, rule["items"], f"{where}/{number}")


def check_body(name, body):
    rule = schema(f"messages/{name}.json")
    found = list(violations(body, rule)) if rule else [f"no schema of {name}"]
    if found:
        raise AssertionError(f"{name} is not as its schema says: {found[0]}")


class Refused(Exception):
    def __init__(self, body):
        super().__init__(f"{body.get('name')}: {body.get('message')} {body.get('detail', '')}")
        self.body = body
        self.name = body.get("name")


class Message:
    """A message from the engine; its body is checked against its schema."""

    def __init__(self, frames, asked=None):
        head, body = frames
        magic, self.version, kind, self.flags, self.correlation = struct.unpack(">3sBHHQ", head)
        assert magic == b"PLC"
        self.kind = NAME.get(kind)
        self.body = msgpack.unpackb(body)
        if self.flags & ERROR:
            check_body("error", self.body)
        elif self.flags & REPLY:
            name = (asked or {}).get(self.correlation, self.kind.lower())
            check_body(f"{name}.reply", self.body)
        else:
            check_body(self.kind.lower(), self.body)


class Peer:
    """One DEALER. Requests wait for their reply; whatever else comes is kept in `inbox`."""

    def __init__(self, engine, endpoint, role=None, name="test", **hello):
        self.engine = engine
        self.socket = engine.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(engine.endpoints[endpoint][0])
        self.ids = itertools.count(1)
        self.inbox = []
        self.asked = {}  # by correlation: which schema the reply has
        self.welcome = self.ask("HELLO", role=role, name=name, **hello) if role else None

    def send_raw(self, *frames):
        self.socket.send_multipart(frames)

    def send(self, kind, correlation=None, **body):
        correlation = correlation or next(self.ids)
        name = kind.lower()
        self.asked[correlation] = f"get_{body.get('what')}" if kind == "GET" else name
        head = struct.pack(">3sBHHQ", b"PLC", 1, KIND[kind], 0, correlation)
        self.send_raw(head, msgpack.packb(body))
        return correlation

    def receive(self, timeout_ms=PATIENCE_MS):
        deadline = time.monotonic() + timeout_ms / 1000
        while not self.socket.poll(max(0, min(200, (deadline - time.monotonic()) * 1000))):
            if self.engine.process and self.engine.process.poll() is not None:
                raise ConnectionError("the engine ended: " + self.engine.read_log()[-500:])
            if time.monotonic() >= deadline:
                raise TimeoutError("no message")
        return Message(self.socket.recv_multipart(), self.asked)

    def reply_to(self, correlation):
        while True:
            message = self.receive()
            if message.flags & REPLY and message.correlation == correlation:
                if message.flags & ERROR:
                    raise Refused(message.body)
                self.dup = bool(message.flags & DUP)
                return message.body
            self.inbox.append(message)

    def ask(self, kind, **body):
        answer = self.reply_to(self.send(kind, **body))
        check_body(kind.lower(), body)  # what was accepted is as its schema says
        return answer

    def next(self, kind):
        """The next message of this kind, kept or new."""
        for i, message in enumerate(self.inbox):
            if message.kind == kind:
                return self.inbox.pop(i).body
        while True:
            message = self.receive()
            if message.kind == kind and not message.flags & REPLY:
                return message.body
            self.inbox.append(message)

    def silent(self, milliseconds):
        """Nothing comes for so long; what came is kept."""
        if self.socket.poll(milliseconds):
            self.inbox.append(self.receive())
            return False
        return True

    def close(self):
        self.socket.close()


class Engine:
    def __init__(self, build, *options):
        self.directory = tempfile.mkdtemp(prefix="placet-e2e-")
        self.program = str(pathlib.Path(build) / "placetd")
        self.options = options
        self.keep = False  # the directory, for whoever looks for a fault
        self.context = zmq.Context()
        self.process = None
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        self.log = open(os.path.join(self.directory, "log"), "ab")
        atexit.register(lambda: self.process and self.process.kill())
        self.start()

    def start(self):
        self.spawn()
        self.wait_ready()
        with open(os.path.join(self.directory, "run", "endpoints"), encoding="utf-8") as file:
            self.endpoints = json.load(file)

    def spawn(self):
        """Starts the process; it may be killed before it is ready."""
        self.log_begin = os.path.getsize(self.log.name)
        self.process = subprocess.Popen(
            [self.program, "--data", os.path.join(self.directory, "data"), "--run",
             os.path.join(self.directory, "run"), "--create", *self.options],
            stderr=self.log, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def wait_ready(self):
        """The log says so; it is read from where this process began to write."""
        begin = self.log_begin
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < deadline:
            text = self.read_log(begin)
            if " ready: " in text:
                return
            if self.process.poll() is not None:
                raise RuntimeError(f"the engine ended: {text}")
            time.sleep(0.005)
        raise TimeoutError("the engine is not ready")

    def read_log(self, begin=0):
        with open(os.path.join(self.directory, "log"), "rb") as file:
            file.seek(begin)
            return file.read().decode()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def peer(self, endpoint, role=None, name="test", **hello):
        return Peer(self, endpoint, role, name, **hello)

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.context.destroy(0)
        self.log.close()
        if not self.keep:
            shutil.rmtree(self.directory)


def bundle(workflow):
    """The files of a definition as PUBLISH takes them, found by the names that it uses."""
    folder = ROOT / "workflows"
    text = (folder / workflow).read_text(encoding="utf-8")
    names = [workflow]
    for key, pattern in (("calendar", "calendars/{}.yaml"),
                         ("form", "../schemas/forms/{}.schema.json")):
        found = re.search(rf"^{key}: *(\w+)", text, re.MULTILINE)
        if found:
            names.append(pattern.format(found.group(1)))
    names += ["departments.yaml", "documents.yaml"]
    return [[name, (folder / name).read_text(encoding="utf-8")] for name in names]


def application(name="construction_permit.json"):
    return json.loads((ROOT / "workflows/examples" / name).read_text(encoding="utf-8"))


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(call, name):
    """The call is refused with this error; gives the error's body."""
    try:
        answer = call()
    except Refused as error:
        check(error.name == name, f"refused with {error} instead of {name}")
        return error.body
    raise AssertionError(f"accepted, {name} was expected: {answer}")


def run(tests):
    """Each test gets the build folder; the first argument of the program."""
    build = sys.argv[1]
    only = sys.argv[2:]
    failed = 0
    for test in tests:
        if only and test.__name__ not in only:
            continue
        try:
            test(build)
            print(f"ok   {test.__name__}")
        except Exception as error:  # report every test, then fail
            failed += 1
            print(f"FAIL {test.__name__}: {type(error).__name__}: {error}")
            if only:
                raise
    sys.exit(1 if failed else 0)
