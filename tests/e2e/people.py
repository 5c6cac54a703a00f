"""The people of the kill test, each a process of its own: applicants, departments, an officer,
watchers. `people.py DIRECTORY ROLE NUMBER MANNER SEED`; the directory holds `setup.json`, and the
files `calm` (no new trouble: finish) and `end` (with the head of the journal: read up to it)."""

import hashlib
import json
import os
import sys

import msgpack
import zmq

from line import ERROR, Line, Log


class Person(Line):
    def __init__(self, directory, role, name, endpoint, seed):
        with open(os.path.join(directory, "setup.json"), encoding="utf-8") as file:
            self.setup = json.load(file)
        self.directory = directory
        log = Log(os.path.join(directory, "history", f"{role}-{name}-{os.getpid()}.jsonl"))
        log.write({"do": "begin", "who": f"{role}:{name}", "pid": os.getpid(), "seed": seed})
        self.is_calm = False
        super().__init__(zmq.Context(), self.setup["endpoints"][endpoint], role, name, log, seed)

    def calm(self):
        self.is_calm = self.is_calm or os.path.exists(os.path.join(self.directory, "calm"))
        return self.is_calm

    def end(self):
        """The newest sequence when everything is over; None before."""
        try:
            with open(os.path.join(self.directory, "end"), encoding="ascii") as file:
                return int(file.read())
        except FileNotFoundError:
            return None

    def chance(self, probability):
        return self.random.random() < probability

    def follow(self, types):
        self.cursor = getattr(self, "cursor", 0)
        self.ask("WATCH", {"from": {"0": self.cursor}, "filter": {"types": types}, "values": False,
                           "credit": 1000, "batch": 100}, self.begin_following)

    def begin_following(self, flags, body):
        if flags & ERROR:
            raise RuntimeError(f"WATCH: {body}")

    def on_message(self, kind, body):
        if kind == "EVENTS":
            for event in body["events"]:
                self.cursor = event["seq"]
                self.on_event(event)
            self.tell("CREDIT", watch=1, n=len(body["events"]))

    def command(self, kind, then=None, **body):
        packed = msgpack.packb(body)
        self.ask(kind, packed, then,
                 {"op": kind, "by": self.principal, "idem": body["idem"],
                  "body": hashlib.sha256(packed).hexdigest()[:16]})


class Applicant(Person):
    """Keeps some cases open, supplements what is returned, withdraws now and then, asks twice."""

    def __init__(self, directory, name, seed):
        super().__init__(directory, "portal", name, "api", seed)
        self.name = name
        self.count = 0
        self.starting = 0
        self.mine = {}
        self.over = set()

    def on_open(self):
        self.follow(["case_finished", "step_returned", "step_incident"])

    def start(self):
        key = f"{self.name}-{self.count}"
        self.count += 1
        self.starting += 1
        body = {"workflow": self.setup["workflow"], "key": key, "form": self.setup["form"],
                "idem": f"start-{key}"}
        self.command("START", lambda flags, answer: self.started(body, flags, answer), **body)

    def started(self, body, flags, answer):
        self.starting -= 1
        if flags & ERROR:
            raise RuntimeError(f"START: {answer}")
        case = answer["case"]
        if case not in self.over:
            self.mine[case] = body["key"]
        if self.chance(0.1):
            self.command("START", **body)
        if self.chance(0.05):
            self.command("START", **{**body, "key": body["key"] + "-other"})
        if self.chance(0.05):
            self.command("START", **{**body, "idem": f"other-{body['key']}"}, revision=99)
        if self.chance(0.05):
            self.after(self.random.random(), lambda: self.command(
                "WITHDRAW", case=case, reason="changed plans", idem=f"withdraw-{body['key']}"))

    def on_event(self, event):
        case = event["case"]
        if event["type"] == "case_finished":
            self.over.add(case)
            self.mine.pop(case, None)
        elif event["type"] == "step_returned" and event["key"].startswith(self.name + "-"):
            self.command("SUPPLEMENT", case=case, changes={}, idem=f"supplement-{event['seq']}")

    def tick(self):
        if not self.calm():
            while len(self.mine) + self.starting < self.setup["open_cases"]:
                self.start()
            return False
        return not self.waiting and not self.mine and not self.timers


class Officer(Person):
    """Ends incidents; lets some cases rest for a while."""

    def __init__(self, directory, name, seed):
        super().__init__(directory, "officer", name, "api", seed)
        self.resting = 0

    def on_open(self):
        self.follow(["case_started", "task_thrown", "task_failed", "step_incident"])

    def on_event(self, event):
        case = event["case"]
        if event["type"] == "case_started":
            if not self.calm() and self.chance(0.1):
                self.after(self.random.random(), lambda: self.pause(case))
        elif event["type"] != "task_failed" or event["data"]["retry_at_ms"] == 0:
            more = {"item": event["item"]} if "item" in event else {}
            self.command("RETRY", case=case, step=event["step"], idem=f"retry-{event['seq']}",
                         reason="look again", **more)

    def pause(self, case):
        self.resting += 1

        def paused(flags, _):
            self.after(0.2, resume)

        def resume():
            self.command("RESUME_CASE", resumed, case=case, idem=f"resume-{case}")

        def resumed(flags, _):
            self.resting -= 1

        self.command("PAUSE_CASE", paused, case=case, reason="under review", idem=f"pause-{case}")

    def tick(self):
        return self.end() is not None and not self.resting


class Department(Person):
    """Works on every service, in one of these manners:
    honest   answers in time, sometimes reports, parks, fails, throws or gives back
    double   answers twice, and then with another body
    late     answers after its lease was given to somebody else
    mute     takes an offer now and then and says nothing more
    stranger answers tasks with leases that it made up"""

    def __init__(self, directory, name, seed, manner):
        super().__init__(directory, "adapter", name, "work", seed)
        self.manner = manner

    def on_open(self):
        for number, service in enumerate(self.setup["services"], 1):
            self.ask("SUBSCRIBE", {"service": service, "subscription": number,
                                   "max": 2 if self.manner == "mute" else 8})

    def speak(self, kind, task, then=None, **more):
        body = {"task": task["task"], "lease": task["lease"], **more}
        packed = msgpack.packb(body)
        self.ask(kind, packed, then,
                 {"op": kind, "by": self.principal, "task": task["task"], "lease": task["lease"],
                  "decision": more.get("decision"),
                  "body": hashlib.sha256(packed).hexdigest()[:16]})

    def on_message(self, kind, body):
        if kind == "CANCEL":
            self.log.write({"do": "cancel", "task": body["task"], "lease": body["lease"]})
        if kind != "TASK":
            return
        self.log.write({"do": "offer", **{key: body[key] for key in
                                          ("task", "lease", "case", "step", "item", "round")}})
        if self.calm():
            self.take(body)
        elif self.manner == "mute":
            if self.chance(0.5):
                self.speak("TAKEN", body)
        elif self.manner == "late":
            self.after(self.random.uniform(0.1, 2.0), lambda: self.answer(body))
        elif self.manner == "stranger" and self.chance(0.3):
            self.speak("COMPLETE", {**body, "lease": self.random.randbytes(16)},
                       lambda *_: self.take(body), decision=body["decisions"][0])
        elif self.manner == "honest" and self.chance(0.02):
            self.speak("RELEASE", body)
        elif self.manner == "honest" and self.chance(0.1):
            self.answer(body)  # without TAKEN
        else:
            self.take(body)

    def take(self, task):
        def taken(flags, _):
            if not flags & ERROR:
                self.after(self.random.uniform(0, self.setup["work_s"]), lambda: self.work(task))
        self.speak("TAKEN", task, taken)

    def work(self, task):
        dice = 1.0 if self.calm() or self.manner != "honest" else self.random.random()
        if dice < 0.03:
            self.speak("FAIL", task, code="printer_on_fire", message="out of paper")
        elif dice < 0.04:
            self.speak("THROW", task, code="not_ours", message="ask elsewhere")
        elif dice < 0.14:
            self.speak("PROGRESS", task, lambda *_: self.answer(task), percent=50)
        elif dice < 0.24:
            self.speak("PARK", task, lambda *_: self.after(
                self.random.random(), lambda: self.answer(task)), reference="F-7")
        else:
            self.answer(task)

    def decision(self, task):
        known = task["decisions"]
        if task["role"] == "opinion":
            return "objection" if self.chance(0.1) else "no_objection"
        if not self.calm() and self.chance(0.02) and task["role"] == "lead":
            return self.random.choice(known)
        return known[0]

    def answer(self, task):
        decision = self.decision(task)
        more = {"decision": decision, "reason": "as the file says",
                "answer": {"by": self.principal}}

        def answered(flags, body):
            if flags & ERROR and body["name"] == "INVALID_ARGUMENT":
                raise RuntimeError(f"COMPLETE {decision}: {body}")
            if self.manner == "double":
                self.speak("COMPLETE", task, **more)
                self.speak("COMPLETE", task, **{**more, "reason": "on second thoughts"})

        if self.manner == "double":
            self.speak("COMPLETE", task, **more)
        self.speak("COMPLETE", task, answered, **more)

    def tick(self):
        return self.end() is not None


class Watcher(Person):
    """Writes down every event. Manners: plain; again, which comes back to an older cursor; slow,
    with credit for one event; and filtered by types or by a department."""

    FILTERS = {"types": {"types": ["case_started", "task_offered", "task_completed", "step_done"]},
               "department": {"department": "planning_land"}}

    def __init__(self, directory, name, seed, manner):
        super().__init__(directory, "monitor", name, "api", seed)
        self.manner = manner
        self.filter = self.FILTERS.get(manner)
        self.cursor = 0
        self.upto = 0
        self.told = 0
        self.number = 0

    def on_open(self):
        self.number += 1
        self.told = 0
        self.upto = self.cursor
        credit = 1 if self.manner == "slow" else 500
        oldest = self.cursor == 0
        body = {"watch": self.number, "from": "oldest" if oldest else {"0": self.cursor},
                "values": False, "credit": credit, "batch": self.random.choice((1, 7, 100, 1000))}
        if self.filter:
            body["filter"] = self.filter
        self.log.write({"do": "watch", "from": self.cursor, "filter": self.filter})
        self.ask("WATCH", body, self.begin_following)

    def on_message(self, kind, body):
        if body.get("watch") != self.number:
            return
        if kind == "END":
            raise RuntimeError(f"the watch ended: {body}")
        self.upto = body["upto"]
        if kind != "EVENTS":
            return
        for event in body["events"]:
            event.pop("title", None)
        self.log.write(*({"do": "event", **event} for event in body["events"]))
        count = len(body["events"])
        self.cursor = body["events"][-1]["seq"]
        self.told += count
        self.tell("CREDIT", watch=self.number, n=count)
        if self.manner == "again" and self.told > 300 and not self.calm():
            self.cursor = self.random.randint(max(1, self.cursor - 3000), self.cursor)
            self.connect()

    def tick(self):
        """Done when an EVENTS or MARK has said so much about the journal as there is."""
        end = self.end()
        return end is not None and self.upto >= end


def main():
    directory, role, number, manner, seed = sys.argv[1:6]
    name = f"{manner}.{number}"
    person = {"applicant": lambda: Applicant(directory, name, seed),
              "officer": lambda: Officer(directory, name, seed),
              "department": lambda: Department(directory, name, seed, manner),
              "watcher": lambda: Watcher(directory, name, seed, manner)}[role]()
    person.run()


main()
