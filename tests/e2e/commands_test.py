# ctest: timeout 120
"""Every command and query of the api, each with a good and a bad body, against a real engine."""

import datetime
import struct

import msgpack
import zmq

from engine import Engine, NAME, application, bundle, check, check_body, refused, run


class Office:
    """An engine with the construction permit, one case, and an adapter for every service."""

    def __init__(self, build, *options, workflow="construction_permit", serve=True):
        self.engine = Engine(build, *options)
        self.workflow = workflow
        self.officer = self.engine.peer("api", "officer", "ops")
        self.officer.ask("PUBLISH", files=bundle(f"{workflow}.yaml"))
        self.portal = self.engine.peer("api", "portal", "counter")
        self.adapter = self.engine.peer("work", "adapter", "all")
        if serve:
            self.subscribe()
        self.count = 0
        self.case = self.start("K1")

    def subscribe(self):
        services = self.officer.ask("LIST", what="services")["items"]
        for number, service in enumerate(services, 1):
            self.adapter.ask("SUBSCRIBE", service=service["service"], subscription=number, max=8)

    def idem(self):
        self.count += 1
        return f"id-{self.count}"

    def start(self, key):
        return self.portal.ask("START", workflow=self.workflow, key=key, form=application(),
                               idem=self.idem())["case"]

    def command(self, kind, **body):
        return self.officer.ask(kind, idem=self.idem(), **body)

    def task(self, step=None):
        while True:
            task = self.adapter.next("TASK")
            if step is None or task["step"] == step:
                return task

    def answer(self, task, kind="COMPLETE", **body):
        return self.adapter.ask(kind, task=task["task"], lease=task["lease"], **body)

    def approve(self, task):
        word = "approve" if "approve" in task["decisions"] else task["decisions"][0]
        return self.answer(task, decision=word)

    def step(self, name):
        case = self.officer.ask("GET", what="case", case=self.case)
        return next(step for step in case["all_steps"] if step["step"] == name)

    def close(self):
        self.engine.close()


def queries_say_what_is_there(build):
    office = Office(build)
    task = office.task()
    ask = office.officer.ask
    case = ask("GET", what="case", case=office.case, form=True)
    check(case["form"] == application(), "the form comes back")
    check(case["state"] == "open" and task["step"] in case["at"], case["at"])
    by_key = ask("GET", what="case", workflow="construction_permit", key="K1")
    check(by_key["case"] == office.case, by_key["case"])
    one = ask("GET", what="task", task=task["task"])
    check(one["state"] == "offered" and one["step"] == task["step"], one)
    definition = ask("GET", what="definition", workflow="construction_permit", source=True)
    check(definition["files"] == bundle("construction_permit.yaml"), "the source comes back")
    check(len(definition["steps"]) == len(case["all_steps"]), "steps")
    departments = ask("LIST", what="departments")["items"]
    check(any(d["connected"] and d["title"]["zh"] for d in departments), departments)
    sessions = ask("LIST", what="sessions", text="adapter:")["items"]
    check(len(sessions) == 1 and sessions[0]["in_hand"] >= 1, sessions)
    tasks = ask("LIST", what="tasks", department=task["department"])["items"]
    check(any(t["task"] == task["task"] for t in tasks), tasks)
    check(ask("LIST", what="tasks", department="nobody")["items"] == [], "filtered")
    check(ask("STATS")["open_cases"] == 1 and ask("HEALTH")["status"] == "ok", "figures")
    refused(lambda: ask("GET", what="case", case="C999999"), "NOT_FOUND")
    refused(lambda: ask("GET", what="case", case="X1"), "INVALID_ARGUMENT")
    refused(lambda: ask("GET", what="task", task="C3.400.0.1"), "NOT_FOUND")
    refused(lambda: ask("GET", what="definition", workflow="none"), "NOT_FOUND")
    refused(lambda: ask("GET", what="weather"), "INVALID_ARGUMENT")
    refused(lambda: ask("LIST", what="cases", limit=501), "INVALID_ARGUMENT")
    refused(lambda: ask("WHY", case="C999999"), "NOT_FOUND")
    office.close()


def lists_go_on_page_by_page(build):
    office = Office(build, serve=False)
    cases = {office.case} | {office.start(f"P{i}") for i in range(9)}
    seen, after = [], 0
    while after is not None:
        page = office.officer.ask("LIST", what="cases", limit=3, after=after)
        seen += [item["case"] for item in page["items"]]
        after = page["next"]
    check(len(seen) == 10 and set(seen) == cases, "every case once")
    found = office.officer.ask("LIST", what="cases", text="P7")["items"]
    check([c["key"] for c in found] == ["P7"], found)
    check(not office.officer.ask("LIST", what="cases", late=True)["items"], "none is late")
    events, after = [], 0
    while after is not None:
        page = office.officer.ask("HISTORY", case=office.case, limit=2, after=after)
        check(len(page["events"]) <= 2, "a page")
        events += page["events"]
        after = page["next"]
    whole = office.officer.ask("HISTORY", case=office.case)["events"]
    check([e["seq"] for e in events] == [e["seq"] for e in whole], "pages and whole agree")
    check(whole[0]["type"] == "command_accepted" and whole[1]["type"] == "case_started", whole[0])
    refused(lambda: office.officer.ask("HISTORY", case="C1000000"), "NOT_FOUND")
    office.close()


def a_pause_rests_the_case(build):
    office = Office(build)
    office.task()
    office.command("PAUSE_CASE", case=office.case, reason="the court asks")
    refused(lambda: office.command("PAUSE_CASE", case=office.case, reason="again"),
            "INVALID_STATE")
    waits = office.officer.ask("WHY", case=office.case)["waits"]
    check(any(w["kind"] == "resume" for w in waits), waits)
    paused = office.officer.ask("LIST", what="cases", state="paused")["items"]
    check([c["case"] for c in paused] == [office.case], paused)
    office.command("RESUME_CASE", case=office.case)
    refused(lambda: office.command("RESUME_CASE", case=office.case), "INVALID_STATE")
    refused(lambda: office.command("PAUSE_CASE", case=office.case), "INVALID_ARGUMENT")
    office.close()


def a_failure_waits_for_an_officer(build):
    office = Office(build)
    task = office.task()
    office.answer(task, "TAKEN")
    office.answer(task, "FAIL", code="db_down", message="no database", retryable=False)
    waits = office.officer.ask("WHY", case=office.case)["waits"]
    check(any(w["kind"] == "incident" for w in waits), waits)
    refused(lambda: office.command("RETRY", task="C1.1.1"), "INVALID_ARGUMENT")
    office.command("RETRY", task=task["task"])
    again = office.task(task["step"])
    check(again["lease"] != task["lease"], again)
    office.answer(again, "THROW", code="not_ours", message="another city")
    check(office.step(task["step"])["tasks"][0]["state"] == "failed", "an incident")
    office.command("RETRY", case=office.case, step=task["step"])
    office.task(task["step"])
    office.close()


def a_retryable_failure_comes_again_by_itself(build):
    office = Office(build, "--backoff", "0.05")
    task = office.task()
    office.answer(task, "FAIL", code="busy", backoff=50)
    again = office.task(task["step"])
    check(again["attempt"] == 2, again)
    office.close()


def an_officer_decides_skips_and_goes_back(build):
    office = Office(build)
    task = office.task("project_filing")
    refused(lambda: office.command("DECIDE", task=task["task"], decision="perhaps"),
            "INVALID_ARGUMENT")
    office.answer(task, "TAKEN")
    office.command("DECIDE", task=task["task"], decision="filed", reason="by paper")
    check(office.adapter.next("CANCEL")["task"] == task["task"], "the adapter is told")
    check(office.step("project_filing")["decision"] == "filed", "decided")
    refused(lambda: office.answer(task, decision="filed"), "SUPERSEDED")
    refused(lambda: office.command("SKIP", case=office.case, step="no_such", reason="x"),
            "INVALID_ARGUMENT")
    office.command("SKIP", case=office.case, step="land_transfer_contract", reason="signed before")
    check(office.step("land_transfer_contract")["state"] == "skipped", "skipped")
    office.command("BACK", case=office.case, step="project_filing", reason="wrong file")
    again = office.task("project_filing")
    check(again["round"] == 2, again)
    refused(lambda: office.command("BACK", case=office.case, step="project_filing"),
            "INVALID_ARGUMENT")
    office.close()


def a_supplement_changes_the_form(build):
    office = Office(build)
    task = office.task("project_filing")
    refused(lambda: office.portal.ask("SUPPLEMENT", case=office.case, changes={}, idem="s0"),
            "INVALID_STATE")
    office.answer(task, decision="supplement", reason="the code is missing")
    waits = office.officer.ask("WHY", case=office.case)["waits"]
    check(any(w["kind"] == "supplement" for w in waits), waits)
    refused(lambda: office.portal.ask("SUPPLEMENT", case=office.case, idem="s1",
                                      changes={"project": {"investment_cny": "x"}}),
            "SCHEMA_VIOLATION")
    refused(lambda: office.portal.ask("SUPPLEMENT", case=office.case, idem="s2",
                                      changes={"project": None}), "SCHEMA_VIOLATION")
    office.portal.ask("SUPPLEMENT", case=office.case, idem="s3",
                      changes={"project": {"name": "another name"}})
    again = office.task("project_filing")
    check(again["data"]["project"]["name"] == "another name", again["data"])
    check(again["data"]["project"]["code"] == application()["project"]["code"], "the rest stays")
    office.close()


def a_signal_needs_somebody_who_waits(build):
    office = Office(build, serve=False)
    refused(lambda: office.portal.ask("SIGNAL", case=office.case, name="nothing", idem="1"),
            "NOT_FOUND")
    refused(lambda: office.portal.ask("SIGNAL", case=office.case, idem="2"), "INVALID_ARGUMENT")
    refused(lambda: office.portal.ask("SIGNAL", case=office.case, name="nothing"),
            "INVALID_ARGUMENT")
    office.close()


def a_closed_key_may_be_used_again(build):
    office = Office(build, serve=False)
    office.command("CANCEL_CASE", case=office.case, reason="by order")
    refused(lambda: office.command("CANCEL_CASE", case=office.case, reason="twice"),
            "INVALID_STATE")
    body = {"workflow": "construction_permit", "key": "K1", "form": application()}
    error = refused(lambda: office.portal.ask("START", idem="a", **body), "ALREADY_EXISTS")
    check(error["detail"]["case"] == office.case, error)
    used = office.portal.ask("START", idem="b", on_existing="use", **body)
    check(used["existing"] and used["case"] == office.case, used)
    new = office.portal.ask("START", idem="c", on_existing="allow_if_closed", **body)
    check(not new["existing"] and new["case"] != office.case, new)
    refused(lambda: office.portal.ask("START", idem="d", on_existing="maybe", **body),
            "INVALID_ARGUMENT")
    refused(lambda: office.portal.ask("START", idem="e", **{**body, "workflow": "none"}),
            "NOT_FOUND")
    office.close()


def an_answer_stands_whatever_came_after(build):
    """A retry gets the first answer, also when the case is closed or its definition replaced."""
    office = Office(build, serve=False)
    by_key = {"workflow": "construction_permit", "key": "K1"}
    first = office.portal.ask("WITHDRAW", idem="w", **by_key)
    again = office.portal.ask("WITHDRAW", idem="w", **by_key)
    check(office.portal.dup and again == first, again)
    refused(lambda: office.portal.ask("WITHDRAW", idem="new", **by_key), "INVALID_ARGUMENT")

    start = {"workflow": "construction_permit", "key": "K2", "form": application()}
    first = office.portal.ask("START", idem="s", **start)
    files = [[name, text.replace("limit: 10 working days", "limit: 9 working days")]
             for name, text in bundle("construction_permit.yaml")]
    second = office.officer.ask("PUBLISH", files=files)
    check(second["revision"] == 2, second)
    again = office.portal.ask("START", idem="s", **start)
    check(office.portal.dup and again == first, again)
    used = office.portal.ask("START", idem="u", on_existing="use", **start)
    check(used["existing"] and used["revision"] == 1, used)

    body = {"case": first["case"], "reason": "by order", "idem": "kind"}
    office.officer.ask("PAUSE_CASE", **body)
    refused(lambda: office.officer.ask("CANCEL_CASE", **body), "CONFLICT")
    office.close()


def publishing_again_says_unchanged(build):
    office = Office(build, serve=False)
    again = office.officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    check(again["unchanged"] and again["revision"] == 1, again)
    files = bundle("construction_permit.yaml")
    files[0][1] = files[0][1].replace('en: "', 'en: "The ', 1)
    new = office.officer.ask("PUBLISH", files=files)
    check(not new["unchanged"] and new["revision"] == 2, new)
    refused(lambda: office.officer.ask("PUBLISH", files=[1, 2]), "INVALID_ARGUMENT")
    refused(lambda: office.officer.ask("PUBLISH"), "INVALID_ARGUMENT")
    office.close()


def work_is_fenced(build):
    office = Office(build)
    task = office.task()
    wrong = {**task, "lease": bytes(16)}
    refused(lambda: office.answer(wrong, "TAKEN"), "SUPERSEDED")
    refused(lambda: office.answer({**task, "lease": b"short"}, "TAKEN"), "INVALID_ARGUMENT")
    refused(lambda: office.answer({**task, "task": "C3"}, "TAKEN"), "INVALID_ARGUMENT")
    refused(lambda: office.answer(task, decision="no_such"), "INVALID_ARGUMENT")
    refused(lambda: office.answer(task, "PROGRESS", percent=101), "INVALID_ARGUMENT")
    refused(lambda: office.answer(task, decision=task["decisions"][0], documents={"a": 1}),
            "INVALID_ARGUMENT")
    refused(lambda: office.adapter.ask("SUBSCRIBE", service="nodot", max=1), "INVALID_ARGUMENT")
    refused(lambda: office.adapter.ask("SUBSCRIBE", service="a.b", subscription=1, max=1),
            "CONFLICT")
    refused(lambda: office.adapter.ask("CREDIT", subscription=4000, n=1), "NOT_FOUND")
    office.close()


def documents_travel_to_the_steps_that_need_them(build):
    office = Office(build)
    filing = office.task("project_filing")
    office.answer(filing, decision="filed", answer={"number": "F-1"}, documents=[
        {"id": "project_filing_cert", "number": "C-7", "sha256": "0" * 64}])
    while True:
        task = office.task()
        found = [d for d in task["documents"] if d["id"] == "project_filing_cert"]
        if found:
            break
        office.approve(task)
    check(found[0]["from"] == "project_filing", found)
    check(found[0]["content"]["number"] == "C-7" and found[0]["title"]["zh"], found)
    office.close()


def the_tail_is_cheap_and_has_a_head(build):
    office = Office(build, serve=False)
    tail = office.engine.context.socket(zmq.SUB)
    tail.linger = 0
    tail.connect(office.engine.endpoints["tail"][0])
    tail.subscribe(b"h/")
    tail.subscribe(b"e/case_started/")

    def next_message():
        check(tail.poll(20000), "nothing on the tail")
        topic, head, body = tail.recv_multipart()
        kind = NAME[struct.unpack(">3sBHHQ", head)[2]]
        return topic, kind, msgpack.unpackb(body)

    topic, kind, head = next_message()
    check(topic == b"h/" and kind == "HEAD", topic)
    check_body("head", head)
    office.start("K2")
    while kind != "EVENT":
        topic, kind, body = next_message()
    check(topic == b"e/case_started//" and body["seq"] > head["seq"], topic)
    check("form" not in body["data"], "no personal data on the tail")
    tail.close()
    office.close()


def watches_filter_mark_and_end(build):
    office = Office(build, serve=False)
    watcher = office.engine.peer("api", "monitor", "wall")
    watch = {"from": "now", "filter": {"types": "case_finished"}}
    watcher.ask("WATCH", watch=7, **watch)
    office.start("K2")
    mark = watcher.next("MARK")
    check(mark["watch"] == 7 and mark["upto"] > 0, mark)
    office.command("CANCEL_CASE", case=office.case, reason="by order")
    event = watcher.next("EVENTS")["events"][0]
    check(event["type"] == "case_finished" and event["data"]["result"] == "cancelled", event)
    check(watcher.ask("WATCH", watch=7, close=True)["open"] is False, "closed")
    refused(lambda: watcher.ask("CREDIT", watch=7, n=1), "NOT_FOUND")
    refused(lambda: watcher.ask("WATCH", **{"from": {"0": 10 ** 9}}), "INVALID_ARGUMENT")
    refused(lambda: watcher.ask("WATCH", filter={"types": ["no_such"]}), "INVALID_ARGUMENT")
    by_department = {"from": "oldest", "filter": {"department": "drc"}}
    watcher.ask("WATCH", watch=8, **by_department)
    events = watcher.next("EVENTS")["events"]
    check(events and {e["department"] for e in events} == {"drc"}, events)
    office.close()


def day(ms):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms + 8 * 3600000)
            ).date().isoformat()


def a_fast_clock_gives_exact_dates(build):
    """Each task is parked to the end of its limit; the engine dies twice on the way."""
    office = Office(build, "--clock-rate", "10000000", "--clock-start", "2016-04-20")
    deaths = [5, 12]
    parked, done = {}, 0
    while office.officer.ask("GET", what="case", case=office.case)["state"] != "closed":
        if deaths and done >= deaths[0]:
            deaths.pop(0)
            office.engine.kill()
            office.engine.start()
            for peer, role, name in ((office.officer, "officer", "ops"),
                                     (office.adapter, "adapter", "all")):
                refused(lambda p=peer: p.ask("PING"), "NO_SESSION")
                peer.ask("HELLO", role=role, name=name)
            office.subscribe()
        office.adapter.silent(5)
        for message in [m for m in office.adapter.inbox if m.kind == "TASK"]:
            task = message.body
            office.adapter.inbox.remove(message)
            if task["due"] is None:
                office.approve(task)
                continue
            office.answer(task, "TAKEN")
            office.answer(task, "PARK", reference="desk", until=task["due"] - 1)
            parked[task["task"]] = task
        now = office.adapter.ask("PING")["now"]
        for task in [t for t in parked.values() if t["due"] - 1 <= now]:
            check(now == task["due"] - 1, f"{task['step']}: {now} is not {task['due']} - 1")
            office.approve(parked.pop(task["task"]))
            done += 1
    case = office.officer.ask("GET", what="case", case=office.case)
    check(case["result"] == "completed", case["result"])
    check(day(case["started"]) == "2016-04-20", case["started"])
    check(day(case["finished"]) == "2016-09-07", day(case["finished"]))
    office.close()


run([
    queries_say_what_is_there,
    lists_go_on_page_by_page,
    a_pause_rests_the_case,
    a_failure_waits_for_an_officer,
    a_retryable_failure_comes_again_by_itself,
    an_officer_decides_skips_and_goes_back,
    a_supplement_changes_the_form,
    a_signal_needs_somebody_who_waits,
    a_closed_key_may_be_used_again,
    an_answer_stands_whatever_came_after,
    publishing_again_says_unchanged,
    work_is_fenced,
    documents_travel_to_the_steps_that_need_them,
    the_tail_is_cheap_and_has_a_head,
    watches_filter_mark_and_end,
    a_fast_clock_gives_exact_dates,
])
