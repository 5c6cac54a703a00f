"""A connection that outlives the engine: it says HELLO again and sends again what was not answered.

Everything that is sent or comes is written to a log first, as one JSON line in one write, so that a
reader finds whole lines even of a process that was killed."""

import collections
import heapq
import itertools
import json
import os
import random
import struct
import time

import msgpack
import zmq
from zmq.utils.monitor import recv_monitor_message

from engine import ERROR, DUP, KIND, NAME, REPLY

SILENCE_S = 2.0  # an answer that takes longer is lost: the engine answers within milliseconds
PING_S = 0.5


class Log:
    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *records):
        text = "".join(json.dumps(r, separators=(",", ":"), default=bytes.hex) + "\n"
                       for r in records)
        os.write(self.fd, text.encode())


Sent = collections.namedtuple("Sent", "kind body then log time")


class Line:
    """Subclasses have on_open(), on_message(kind, body) and tick(); `run` ends when it says so."""

    def __init__(self, context, address, role, name, log, seed):
        self.context = context
        self.address = address
        self.hello = {"role": role, "name": name}
        self.principal = f"{role}:{name}"
        self.log = log
        self.random = random.Random(seed)
        self.ids = itertools.count(1)
        self.waiting = {}
        self.timers = []
        self.timer_ids = itertools.count()
        self.open = False
        self.socket = None
        self.monitor = None
        self.hello_id = 0
        self.hello_time = 0.0
        self.heard = 0.0
        self.connect()

    # ---- the connection

    def connect(self):
        self.disconnect()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.reconnect_ivl = 5
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.socket.connect(self.address)
        self.greet()

    def disconnect(self):
        if self.socket is not None:
            self.socket.disable_monitor()
            self.monitor.close()
            self.socket.close()

    def greet(self):
        """Whatever waits for an answer may or may not have happened."""
        if self.open:
            self.log.write(*({**sent.log, "do": "unknown"} for sent in self.waiting.values()
                             if sent.log))
        self.open = False
        self.hello_id = next(self.ids)
        self.hello_time = time.monotonic()
        self.post("HELLO", self.hello_id, msgpack.packb(self.hello))

    def post(self, kind, correlation, body):
        head = struct.pack(">3sBHHQ", b"PLC", 1, KIND[kind], 0, correlation)
        try:
            self.socket.send_multipart((head, body), zmq.DONTWAIT)
        except zmq.Again:
            pass  # full: silence will be noticed

    def ask(self, kind, body, then=None, log=None):
        """Asks until it is answered; `then(flags, body)` gets the answer, once."""
        packed = body if isinstance(body, bytes) else msgpack.packb(body)
        correlation = next(self.ids)
        self.waiting[correlation] = Sent(kind, packed, then, log, time.monotonic())
        if log:
            self.log.write({**log, "do": "invoke"})
        if self.open:
            self.post(kind, correlation, packed)

    def tell(self, kind, **body):
        """Without an answer."""
        if self.open:
            self.post(kind, next(self.ids), msgpack.packb(body))

    # ---- time

    def after(self, seconds, call):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.timer_ids), call))

    def run_timers(self):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heapq.heappop(self.timers)[2]()

    def watch_silence(self):
        now = time.monotonic()
        if not self.open:
            if now - self.hello_time > SILENCE_S:
                self.connect()
        elif any(now - sent.time > SILENCE_S for sent in self.waiting.values()):
            self.connect()
        elif now - self.heard > PING_S and not any(s.kind == "PING" for s in self.waiting.values()):
            self.ask("PING", {})

    # ---- messages

    def welcome(self):
        self.open = True
        now = time.monotonic()
        self.on_open()
        for correlation, sent in list(self.waiting.items()):
            if sent.time < now:
                self.waiting[correlation] = sent._replace(time=now)
                self.post(sent.kind, correlation, sent.body)

    def answered(self, correlation, flags, body):
        if correlation == self.hello_id:
            if flags & ERROR:
                raise RuntimeError(f"HELLO: {body}")
            self.welcome()
            return
        if flags & ERROR and body["name"] == "NO_SESSION":
            if self.open:
                self.greet()
            return
        sent = self.waiting.get(correlation)
        if sent is None:
            return
        if flags & ERROR and body["retry"] == "same":
            self.after(body.get("after", 100) / 1000, lambda: self.again(correlation))
            return
        del self.waiting[correlation]
        if sent.log:
            self.log.write(self.outcome(sent.log, flags, body))
        if sent.then:
            sent.then(flags, body)

    def again(self, correlation):
        sent = self.waiting.get(correlation)
        if sent is not None and self.open:
            self.post(sent.kind, correlation, sent.body)

    @staticmethod
    def outcome(log, flags, body):
        if flags & ERROR:
            detail = body.get("detail") or {}
            return {**log, "do": "fail", "name": body["name"], "dup": bool(flags & DUP),
                    "rejection": detail.get("rejection"), "sequence": detail.get("sequence")}
        return {**log, "do": "ok", "dup": bool(flags & DUP), "sequence": body.get("sequence"),
                "case": body.get("case")}

    def receive(self):
        for _ in range(200):
            try:
                head, packed = self.socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self.heard = time.monotonic()
            _, _, kind, flags, correlation = struct.unpack(">3sBHHQ", head)
            body = msgpack.unpackb(packed)
            if flags & REPLY:
                self.answered(correlation, flags, body)
            else:
                self.on_message(NAME[kind], body)

    def receive_monitor(self):
        lost = False
        while self.monitor.poll(0):
            lost |= recv_monitor_message(self.monitor)["event"] == zmq.EVENT_DISCONNECTED
        if lost:
            self.greet()

    def run(self):
        while not self.tick():
            wait = 0.05 if not self.timers else self.timers[0][0] - time.monotonic()
            poller = zmq.Poller()
            poller.register(self.socket, zmq.POLLIN)
            poller.register(self.monitor, zmq.POLLIN)
            poller.poll(max(0, min(wait, 0.05)) * 1000)
            self.receive_monitor()
            self.receive()
            self.run_timers()
            self.watch_silence()
        self.disconnect()
