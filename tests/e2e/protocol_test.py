# ctest: timeout 120
"""The protocol against a real engine, one small case at a time."""

import os

import msgpack

from engine import (CODE, KIND, Engine, application, bundle, check, refused, run)


def publish(engine):
    officer = engine.peer("api", "officer", "ops")
    answer = officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    check(answer["workflow"] == "construction_permit" and answer["revision"] == 1, answer)
    return officer


def start(portal, key="K1", **more):
    return portal.ask("START", workflow="construction_permit", key=key, form=application(),
                      idem=f"start-{key}", **more)


def first_task(engine):
    """A published definition, one case, and an adapter that was offered its first task."""
    officer = publish(engine)
    adapter = engine.peer("work", "adapter", "planning_land")
    portal = engine.peer("api", "portal", "counter")
    case = start(portal)["case"]
    services = officer.ask("LIST", what="services")["items"]
    for number, service in enumerate((s for s in services if s["queued"]), 1):
        adapter.ask("SUBSCRIBE", service=service["service"], subscription=number, max=4)
    return officer, portal, adapter, case, adapter.next("TASK")


def session_opens_and_ends(build):
    engine = Engine(build)
    peer = engine.peer("api", "portal", "counter")
    check(peer.welcome["principal"] == "portal:counter", peer.welcome)
    check(peer.welcome["version"] == 1 and peer.welcome["rate"] == 1, peer.welcome)
    check(peer.ask("PING")["sequence"] == 0, "an empty store")
    peer.ask("BYE")
    refused(lambda: peer.ask("PING"), "NO_SESSION")
    engine.close()


def a_task_goes_to_its_department_and_back(build):
    engine = Engine(build)
    officer, portal, adapter, case, task = first_task(engine)
    check(task["case"] == case and task["key"] == "K1", task)
    check(task["attempt"] == 1 and len(task["lease"]) == 16, task)
    check(set(task["data"]) <= set(application()), "only what the step sees")
    work = {"task": task["task"], "lease": task["lease"]}
    taken = adapter.ask("TAKEN", **work)
    check(taken["until"] > taken["now"], taken)
    adapter.ask("PROGRESS", percent=50, note="half", **work)
    done = adapter.ask("COMPLETE", decision=task["decisions"][0], answer={"ok": True}, **work)
    check(done["case"] == case and not adapter.dup, done)
    again = adapter.ask("COMPLETE", decision=task["decisions"][0], answer={"ok": True}, **work)
    check(adapter.dup and again["sequence"] == done["sequence"], again)
    refused(lambda: adapter.ask("COMPLETE", decision=task["decisions"][0], answer={"ok": False},
                                **work), "CONFLICT")
    history = officer.ask("HISTORY", case=case)
    types = [event["type"] for event in history["events"]]
    check(types.count("task_completed") == 1, types)
    check(history["next"] is None, history["next"])
    engine.close()


def start_is_idempotent(build):
    engine = Engine(build)
    publish(engine)
    portal = engine.peer("api", "portal", "counter")
    one = start(portal)
    two = start(portal)
    check(portal.dup and one["case"] == two["case"], two)
    body = {"workflow": "construction_permit", "key": "K2", "form": application()}
    refused(lambda: portal.ask("START", idem="start-K1", **body), "CONFLICT")
    refused(lambda: portal.ask("START", workflow="construction_permit", key="K1",
                               form=application(), idem="other"), "ALREADY_EXISTS")
    three = portal.ask("START", workflow="construction_permit", key="K1", form=application(),
                       idem="third", on_existing="use")
    check(three["existing"] and three["case"] == one["case"], three)
    engine.close()


def a_wrong_form_is_refused_with_places(build):
    engine = Engine(build)
    publish(engine)
    portal = engine.peer("api", "portal", "counter")
    form = application()
    form["project"]["investment_cny"] = "a lot"
    error = refused(lambda: portal.ask("START", workflow="construction_permit", key="K1",
                                       form=form, idem="1"), "SCHEMA_VIOLATION")
    first = error["detail"]["errors"][0]
    check(first["path"] == "/project/investment_cny" and first["title"]["zh"], error)
    engine.close()


def a_broken_definition_is_refused_with_places(build):
    engine = Engine(build)
    officer = engine.peer("api", "officer", "ops")
    files = bundle("construction_permit.yaml")
    files[0][1] = files[0][1].replace("\n    ask: ", "\n    aks: ", 1)
    error = refused(lambda: officer.ask("PUBLISH", files=files), "DEFINITION_INVALID")
    first = error["detail"]["diagnostics"][0]
    check(first["file"] == "construction_permit.yaml" and first["line"] > 0, first)
    check(officer.ask("LIST", what="definitions")["items"] == [], "nothing was published")
    dry = officer.ask("PUBLISH", files=bundle("construction_permit.yaml"), dry_run=True)
    check(dry["dry_run"], dry)
    check(officer.ask("LIST", what="definitions")["items"] == [], "a dry run publishes nothing")
    engine.close()


def why_names_the_department_that_is_missing(build):
    engine = Engine(build)
    officer = publish(engine)
    portal = engine.peer("api", "portal", "counter")
    case = start(portal)["case"]
    waits = officer.ask("WHY", case=case)["waits"]
    check(waits and not waits[0]["connected"], waits)
    check("no adapter is connected" in waits[0]["text"]["en"], waits[0])
    check("没有适配器在线" in waits[0]["text"]["zh"], waits[0])
    engine.close()


def a_watch_has_no_gap(build):
    engine = Engine(build)
    officer, portal, adapter, case, task = first_task(engine)
    watcher = engine.peer("api", "monitor", "wall")
    opened = watcher.ask("WATCH", **{"from": "oldest", "credit": 5, "batch": 3})
    check(opened["from"] == 1, opened)
    head = officer.ask("PING")["sequence"]
    seen = []
    while not seen or seen[-1]["seq"] < head:
        events = watcher.next("EVENTS")["events"]
        check(len(events) <= 3, len(events))
        seen += events
        watcher.send("CREDIT", watch=1, n=len(events))
    check([e["seq"] for e in seen] == list(range(1, head + 1)), "every event once, in order")
    check([e["prev"] for e in seen] == list(range(head)), "each names the one before")
    adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
    event = watcher.next("EVENTS")["events"][0]
    check(event["type"] == "task_taken" and event["prev"] == head, event)
    check(event["case"] == case and event["step"] == task["step"], event)
    filtered = engine.peer("api", "monitor", "one")
    filtered.ask("WATCH", **{"from": {"0": 0}, "filter": {"types": ["task_offered"], "case": case}})
    events = filtered.next("EVENTS")["events"]
    check(all(e["type"] == "task_offered" for e in events), events)
    check(all("lease" not in e["data"] for e in events), "the lease is nobody's business")
    for before, after in zip(events, events[1:]):
        check(after["prev"] == before["seq"], "the chain of this filter")
    engine.close()


def the_session_ends_with_the_engine_and_the_work_goes_on(build):
    engine = Engine(build)
    officer, portal, adapter, case, task = first_task(engine)
    adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
    engine.kill()
    engine.start()
    refused(lambda: adapter.ask("PING"), "NO_SESSION")
    adapter.ask("HELLO", role="adapter", name="planning_land")
    done = adapter.ask("COMPLETE", task=task["task"], lease=task["lease"],
                       decision=task["decisions"][0])
    check(done["case"] == case, done)
    portal.ask("HELLO", role="portal", name="counter")
    check(start(portal)["case"] == case and portal.dup, "the stored reply outlives the engine")
    check(engine.terminate() == 0, "an orderly stop")
    engine.close()


def a_released_task_comes_again_with_another_lease(build):
    engine = Engine(build)
    officer, portal, adapter, case, task = first_task(engine)
    adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
    adapter.ask("RELEASE", task=task["task"], lease=task["lease"])
    second = next(t for t in iter(lambda: adapter.next("TASK"), None) if t["task"] == task["task"])
    check(second["lease"] != task["lease"] and second["attempt"] == 1, second)
    refused(lambda: adapter.ask("COMPLETE", task=task["task"], lease=task["lease"],
                                decision=task["decisions"][0]), "SUPERSEDED")
    engine.close()


def an_offer_that_nobody_takes_comes_again(build):
    engine = Engine(build, "--accept", "0.2")
    officer, portal, adapter, case, task = first_task(engine)
    second = next(t for t in iter(lambda: adapter.next("TASK"), None) if t["task"] == task["task"])
    check(second["lease"] != task["lease"] and second["attempt"] == 1, second)
    engine.close()


def withdrawal_cancels_the_work(build):
    engine = Engine(build)
    officer, portal, adapter, case, task = first_task(engine)
    adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
    portal.ask("WITHDRAW", case=case, reason="changed my mind", idem="w1")
    cancelled = {adapter.next("CANCEL")["task"]}
    check(task["task"] in cancelled or adapter.next("CANCEL"), cancelled)
    closed = officer.ask("GET", what="case", case=case)
    check(closed["state"] == "closed" and closed["result"] == "withdrawn", closed["result"])
    check(officer.ask("LIST", what="cases", state="closed")["items"][0]["case"] == case, "listed")
    check(officer.ask("WHY", case=case)["waits"] == [], "a closed case waits for nothing")
    engine.close()


def credit_is_never_exceeded(build):
    engine = Engine(build)
    officer = publish(engine)
    portal = engine.peer("api", "portal", "counter")
    for i in range(5):
        start(portal, f"K{i}")
    service = next(s for s in officer.ask("LIST", what="services")["items"] if s["queued"] == 5)
    adapter = engine.peer("work", "adapter", "one")
    adapter.ask("SUBSCRIBE", service=service["service"], max=2)
    tasks = [adapter.next("TASK"), adapter.next("TASK")]
    adapter.ask("PING")
    check(not any(m.kind == "TASK" for m in adapter.inbox), "two hands, two tasks")
    for task in tasks:
        adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
    adapter.ask("PARK", task=tasks[0]["task"], lease=tasks[0]["lease"], reference="F-1")
    third = adapter.next("TASK")
    check(third["case"] not in {t["case"] for t in tasks}, "parking frees a hand")
    engine.close()


def a_task_from_before_occupies_a_hand(build):
    """An adapter that comes again says what it has, and is not given more than its hands hold."""
    engine = Engine(build)
    officer = publish(engine)
    portal = engine.peer("api", "portal", "counter")
    start(portal, "K1")
    start(portal, "K2")
    service = next(s for s in officer.ask("LIST", what="services")["items"] if s["queued"] == 2)
    service = service["service"]
    adapter = engine.peer("work", "adapter", "before")
    adapter.ask("SUBSCRIBE", service=service, max=1)
    task = adapter.next("TASK")
    adapter.ask("BYE")
    again = engine.peer("work", "adapter", "again")
    again.ask("SUBSCRIBE", service=service, max=1, credit=0)
    again.ask("PROGRESS", task=task["task"], lease=task["lease"])
    again.send("CREDIT", n=1)
    check(again.silent(100), "a second task for one hand")
    again.ask("COMPLETE", task=task["task"], lease=task["lease"], decision=task["decisions"][0])
    check(again.next("TASK")["case"] != task["case"], "the hand is free again")
    engine.close()


def permissions_are_by_role(build):
    engine = Engine(build)
    portal = engine.peer("api", "portal", "counter")
    refused(lambda: portal.ask("PUBLISH", files=[]), "PERMISSION_DENIED")
    refused(lambda: engine.peer("work", "portal", "counter"), "PERMISSION_DENIED")
    adapter = engine.peer("work", "adapter", "x")
    refused(lambda: adapter.ask("START", workflow="w"), "UNKNOWN_KIND")
    refused(lambda: engine.peer("api", "king", "me"), "INVALID_ARGUMENT")
    refused(lambda: engine.peer("api", "portal", "no such name!"), "INVALID_ARGUMENT")
    engine.close()


def hostile_frames_are_answered_or_dropped(build):
    engine = Engine(build)
    peer = engine.peer("api", "portal", "counter")
    head = b"PLC\x01" + KIND["PING"].to_bytes(2, "big") + b"\0\0" + (7).to_bytes(8, "big")
    cases = [
        ((b"",), "BAD_FRAME"), ((b"PLC", b"\x80"), "BAD_FRAME"), ((head,), "BAD_FRAME"),
        ((head, b"\x80", b"x"), "BAD_FRAME"), ((b"XXX" + head[3:], b"\x80"), "BAD_FRAME"),
        ((b"PLC\x02" + head[4:], b"\x80"), "BAD_VERSION"),
        ((head[:4] + b"\xff\xff" + head[6:], b"\x80"), "UNKNOWN_KIND"),
        ((head, b""), "BAD_BODY"), ((head, b"\x90"), "BAD_BODY"), ((head, b"\xc1"), "BAD_BODY"),
        ((head, b"\xdd\xff\xff\xff\xff"), "BAD_BODY"), ((head, b"\x81\xa1a"), "BAD_BODY"),
        ((head, b"\x82\xa1a\x01\xa1a\x02"), "BAD_BODY"),
        ((head, b"\x81\xa1a" + b"\x91" * 40 + b"\xc0"), "BAD_BODY"),
        ((head, b"\x81\xa1a\xa1\xff"), "BAD_BODY"),
        ((head, b"\x81\xa1a" + msgpack.packb(b"x" * (1 << 20))), "TOO_LARGE"),
    ]
    for frames, name in cases:
        peer.send_raw(*frames)
        message = peer.receive()
        check(message.body["code"] == CODE[name], f"{frames[0][:8]}: {message.body}, not {name}")
    stranger = engine.peer("api")
    for _ in range(3000):
        stranger.send_raw(os.urandom(16), os.urandom(20))
    check(peer.ask("PING")["now"] > 0, "the engine lives")
    check(engine.process.poll() is None, "the engine lives")
    engine.close()


run([
    session_opens_and_ends,
    a_task_goes_to_its_department_and_back,
    start_is_idempotent,
    a_wrong_form_is_refused_with_places,
    a_broken_definition_is_refused_with_places,
    why_names_the_department_that_is_missing,
    a_watch_has_no_gap,
    the_session_ends_with_the_engine_and_the_work_goes_on,
    a_released_task_comes_again_with_another_lease,
    an_offer_that_nobody_takes_comes_again,
    withdrawal_cancels_the_work,
    credit_is_never_exceeded,
    a_task_from_before_occupies_a_hand,
    permissions_are_by_role,
    hostile_frames_are_answered_or_dropped,
])
