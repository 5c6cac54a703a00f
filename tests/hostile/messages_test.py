# ctest: timeout 120
"""Bodies that are MessagePack but not what the engine wants, of every kind, from a fixed seed: each
is answered, none is accepted by mistake for another, and the engine stays as it was."""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from engine import ERROR, REPLY, Engine, bundle, check, run, schema  # noqa: E402

WORK = ["SUBSCRIBE", "CREDIT", "TAKEN", "PROGRESS", "PARK", "COMPLETE", "FAIL", "THROW", "RELEASE"]
API = ["START", "SIGNAL", "CANCEL_CASE", "PAUSE_CASE", "RESUME_CASE", "RETRY", "SUPPLEMENT",
       "PUBLISH", "WITHDRAW", "SKIP", "BACK", "DECIDE", "GET", "LIST", "HISTORY", "STATS", "HEALTH",
       "WHY", "WATCH", "CREDIT"]
ODD = [None, True, 0, -1, 1 << 52, -(1 << 52), 1.5, "", "x", "C1", "C3", "C3.0.0.1",
       "C3.65535.65535.65535", "C18446744073709551615", "C-1", "a" * 300, "你好", b"", b"\0" * 16,
       [], [1], [["a"]], {}, {"0": 5}, {"a": {"b": None}}, [["a.yaml", "x: 1"]],
       "construction_permit", "project_filing", "case", "tasks", "oldest"]


def bodies(draw, kind, count):
    """Bodies with the keys of the schema and values of any type; some keys are left out."""
    keys = list(schema(f"messages/{kind.lower()}.json")["properties"])
    for _ in range(count):
        body = {key: draw.choice(ODD) for key in keys if draw.random() < 0.8}
        if draw.random() < 0.1:
            body["unknown"] = draw.choice(ODD)
        yield body


def wrong_bodies_are_answered(build):
    draw = random.Random(20160420)
    engine = Engine(build)
    officer = engine.peer("api", "officer", "ops")
    officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    adapter = engine.peer("work", "adapter", "x")
    before = officer.ask("STATS")
    for peer, kinds in ((adapter, WORK), (officer, API)):
        for kind in kinds:
            asked = {peer.send(kind, **body): body for body in bodies(draw, kind, 150)}
            last = peer.send("PING")
            while True:
                message = peer.receive()
                if message.correlation == last:
                    break
                if message.flags & REPLY:
                    body = asked.pop(message.correlation)
                    check(kind != "START" or message.flags & ERROR, f"started {body}")
            check(kind == "CREDIT" or not asked, f"{kind} is not answered: {list(asked)[:1]}")
    check(engine.process.poll() is None, "the engine lives")
    after = officer.ask("STATS")
    check(after["open_cases"] == 0, "nothing was started")
    check(after["rss_bytes"] - before["rss_bytes"] < 64 << 20, "memory is flat")
    check(engine.terminate() == 0, "an orderly stop")
    engine.close()


def strangers_learn_little_and_cost_little(build):
    engine = Engine(build)
    stranger = engine.peer("api")
    portal = engine.peer("api", "portal", "counter")
    for _ in range(20000):
        stranger.send("PING")
    answers = 0
    portal.ask("PING")
    while stranger.socket.poll(200):
        check(stranger.receive().body["name"] == "NO_SESSION", "refused")
        answers += 1
    check(0 < answers <= 20000, answers)
    check(portal.ask("HEALTH")["status"] == "ok", "the engine lives")
    engine.close()


run([wrong_bodies_are_answered, strangers_learn_little_and_cost_little])
