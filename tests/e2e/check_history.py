"""Judges what clients, departments and watchers saw. Shares no code with the engine.

    check_history.py DIRECTORY        each file *.jsonl is the log of one process

What must hold, whatever was killed at whatever moment:
    every event reached every watcher once, in order, in an unbroken chain, and the same everywhere
    every command has one outcome, however often it was asked, and no other command was carried out
    what was acknowledged is in the journal, under the sequence that was told
    no task was given to two at one time, none completed twice in a round, none by a stranger
    nothing timed out before its time
    every case that was started reached its end, once, and nothing happened to it afterwards"""

import collections
import json
import pathlib
import sys

# Where a task may be: what happens to it, from which states, and where it is then.
OPEN = {"ready", "offered", "active", "parked", "backoff", "failed"}
HELD = {"offered", "active", "parked"}
TASK = {
    "task_readied": ({"none", "done", "deemed", "cancelled"}, "ready"),
    "task_offered": ({"ready"}, "offered"),
    "task_taken": ({"offered"}, "active"),
    "task_progressed": (HELD, "active"),
    "task_parked": (HELD, "parked"),
    "task_completed": (OPEN, "done"),
    "task_deemed": (OPEN, "deemed"),
    "task_failed": (HELD, "backoff"),
    "task_thrown": (HELD, "failed"),
    "task_released": (HELD, "ready"),
    "task_revoked": (HELD, "ready"),
    "task_retried": ({"failed", "backoff"}, "ready"),
    "task_timed_out": ({"offered", "active", "backoff"}, "ready"),
    "task_cancelled": (OPEN, "cancelled"),
}
# Until when something may wait, by the event that begins the wait.
UNTIL = {"task_offered": "accept_by_ms", "task_taken": "lease_until_ms",
         "task_progressed": "lease_until_ms", "task_failed": "retry_at_ms"}
AFTER_THE_END = {"command_accepted", "command_rejected", "task_refused"}


def load(directory):
    return [read(path) for path in sorted(pathlib.Path(directory).glob("*.jsonl"))]


def read(path):
    """The lines of one process; one that was killed may have left half a line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


class History:
    def __init__(self, logs):
        self.complaints = []
        self.logs = logs

    def complain(self, what):
        self.complaints.append(what)

    def tells(self):
        """Steps that only tell something: taking such a task is the answer to it."""
        return {step for log in self.of("nemesis") for step in log[0]["tells"]}

    def of(self, prefix):
        for log in self.logs:
            if log and log[0]["who"].startswith(prefix):
                yield log

    def head(self):
        ends = [line["head"] for log in self.of("nemesis") for line in log if line["do"] == "end"]
        if len(ends) != 1:
            self.complain("the run has no end")
            return 0
        return ends[0]


# ---- the streams of events


def sections(log):
    """Each WATCH with what came for it."""
    section = None
    for line in log:
        if line["do"] == "watch":
            if section:
                yield section
            section = (line, [])
        elif line["do"] == "event":
            section[1].append(line)
    if section:
        yield section


def matches(filter_, event):
    if "types" in filter_ and event["type"] not in filter_["types"]:
        return False
    return "department" not in filter_ or event.get("department") == filter_["department"]


def check_chain(history, who, watch, events):
    before = watch["from"]
    for event in events:
        seq = event["seq"]
        if event["prev"] != before:
            history.complain(f"{who}: event {seq} names {event['prev']} as the one before, "
                             f"it was {before}")
        if seq <= before:
            history.complain(f"{who}: event {seq} is doubled or out of order after {before}")
        if not watch["filter"] and seq != before + 1:
            history.complain(f"{who}: a gap between {before} and {seq}")
        before = seq


def merge_streams(history, head):
    """All events by sequence, from the watchers without a filter; all must have seen the same."""
    events = {}
    for log in history.of("monitor:"):
        for watch, section in sections(log):
            check_chain(history, log[0]["who"], watch, section)
            for event in section if not watch["filter"] else ():
                if events.setdefault(event["seq"], event) != event:
                    history.complain(f"{log[0]['who']}: event {event['seq']} differs from what "
                                     "another watcher saw")
    missing = [seq for seq in range(1, head + 1) if seq not in events]
    if missing:
        history.complain(f"nobody saw {len(missing)} events, first {missing[0]}")
    return [events[seq] for seq in sorted(events)]


def check_streams(history, events, head):
    """Each section is exactly what its filter lets through of the journal, to the end at last."""
    for log in history.of("monitor:"):
        who = log[0]["who"]
        parts = list(sections(log))
        for (before, seen), (watch, _) in zip(parts, parts[1:]):
            had = seen[-1]["seq"] if seen else before["from"]
            if watch["from"] > had:
                history.complain(f"{who}: event {watch['from']} is missing, it had {had}")
        for number, (watch, section) in enumerate(parts):
            last = number == len(parts) - 1
            upto = head if last else section[-1]["seq"] if section else watch["from"]
            # Sequences are dense in `events`, so places follow from numbers.
            wanted = [event for event in events[watch["from"]:upto]
                      if matches(watch["filter"] or {}, event)]
            if [facts(event) for event in section] != [facts(event) for event in wanted]:
                compare(history, who, wanted, section)
    times = [event["time"] for event in events]
    if any(a > b for a, b in zip(times, times[1:])):
        history.complain("time runs backwards in the journal")


def facts(event):
    """All of it but `prev`, which depends on the filter and is checked as a chain."""
    return {key: value for key, value in event.items() if key != "prev"}


def compare(history, who, wanted, got):
    want = {event["seq"] for event in wanted}
    have = {event["seq"] for event in got}
    for seq in sorted(want - have)[:3]:
        history.complain(f"{who}: event {seq} is missing")
    for seq in sorted(have - want)[:3]:
        history.complain(f"{who}: event {seq} does not belong there")
    if want == have:
        history.complain(f"{who}: the same events, but not in the same order or form")


# ---- what happened to each case


class Case:
    def __init__(self):
        self.tasks = collections.defaultdict(lambda: "none")
        self.until = {}
        self.steps_done = set()
        self.started = 0
        self.finished = 0


def check_cases(history, events):
    cases = collections.defaultdict(Case)
    for event in events:
        if "case" in event:
            follow(history, cases[event["case"]], event)
    for name, case in cases.items():
        if case.started != 1:
            history.complain(f"{name} was started {case.started} times")
        if case.finished == 0:
            history.complain(f"{name} never ended")
    return cases


def follow(history, case, event):
    type_, seq, name = event["type"], event["seq"], event["case"]
    if case.finished and type_ not in AFTER_THE_END:
        history.complain(f"{name}: {type_} at {seq} after its end")
    case.started += type_ == "case_started"
    case.finished += type_ == "case_finished"
    if case.finished > 1:
        history.complain(f"{name} ended twice, again at {seq}")
    step = event.get("step")
    if type_ == "step_late" and event["time"] < event["data"].get("due_ms", 0):
        history.complain(f"{name}: the card of {step} came too early at {seq}")
    if type_ in ("step_started", "step_returned", "step_reopened"):
        case.steps_done.discard(step)
    elif type_ in ("step_done", "step_skipped"):
        if step in case.steps_done:
            history.complain(f"{name}: step {step} is done twice in one round, again at {seq}")
        case.steps_done.add(step)
    elif type_ in TASK:
        task = (step, event.get("item", 0))
        before, after = TASK[type_]
        if case.tasks[task] not in before:
            history.complain(f"{name}: {type_} of {step}.{task[1]} at {seq}, which was "
                             f"{case.tasks[task]}")
        case.tasks[task] = after
        check_timer(history, case, task, event)


def check_timer(history, case, task, event):
    """Nothing times out before its time, and no card comes before the limit."""
    if event["type"] in UNTIL:
        case.until[task] = event["data"].get(UNTIL[event["type"]], 0)
    elif event["type"] == "task_timed_out" and event["time"] < case.until.get(task, 0):
        history.complain(f"{event['case']}: {task[0]}.{task[1]} timed out too early at "
                         f"{event['seq']}")


# ---- commands


def outcome_of(line):
    """What an answer says about the command; a DUP must say the same."""
    if line["do"] == "ok":
        return ("ok", line["sequence"], line.get("case"))
    return ("fail", line["name"], line["rejection"])


def check_commands(history, events):
    """Commands of portals and officers: by idempotency id."""
    accepted = collections.defaultdict(list)
    for event in events:
        if event["type"] in ("command_accepted", "command_rejected"):
            accepted[event["data"]["by"], event["data"]["idem"]].append(event)
    asked = set()
    outcomes = collections.defaultdict(set)
    for role in ("portal:", "officer:"):
        for log in history.of(role):
            collect_commands(log, asked, outcomes)
    for (by, idem), found in accepted.items():
        if len(found) > 1:
            history.complain(f"{by} {idem}: carried out {len(found)} times, at "
                             f"{[event['seq'] for event in found]}")
        if (by, idem) not in asked:
            history.complain(f"{by} {idem}: carried out, but nobody asked")
    for (by, idem), bodies in outcomes.items():
        check_outcomes(history, f"{by} {idem}", bodies, accepted.get((by, idem), []))
    for key in asked - set(outcomes):
        history.complain(f"{key[0]} {key[1]}: was never answered")


def collect_commands(log, asked, outcomes):
    for line in log:
        if "idem" not in line:
            continue
        key = (line["by"], line["idem"])
        asked.add(key)
        if line["do"] in ("ok", "fail"):
            outcomes[key].add((line["body"], *outcome_of(line)))


def check_outcomes(history, who, outcomes, events):
    good = {o for o in outcomes if o[1] == "ok"}
    if len({o[0] for o in good}) > 1:
        history.complain(f"{who}: two bodies were accepted")
    for body in {o[0] for o in outcomes}:
        if len({o for o in outcomes if o[0] == body}) > 1:
            history.complain(f"{who}: different answers to the same question: "
                             f"{sorted(outcomes, key=str)}")
    for _, _, sequence, case in good:
        if not any(event["type"] == "command_accepted" and event["seq"] == sequence
                   and event["case"] == case for event in events):
            history.complain(f"{who}: acknowledged at {sequence}, but not in the journal")
    if not good and any(event["type"] == "command_accepted" for event in events):
        history.complain(f"{who}: refused, and carried out all the same")


# ---- leases


def task_of(event):
    return event["case"], event["step"], event.get("item", 0)


def check_leases(history, events):
    """Offers, and who answered them, as the departments saw it."""
    at = {event["seq"]: event for event in events}
    offers = {}
    places = {}
    tells = history.tells()
    done = collections.defaultdict(set)
    attempts = collections.defaultdict(set)
    for log in history.of("adapter:"):
        for line in log:
            if line["do"] == "offer":
                place = (line["task"], line["case"], line["step"], line["item"])
                places[line["task"]] = place
                if line["lease"] in offers:
                    history.complain(f"{line['task']}: one lease was given out twice")
                offers[line["lease"]] = place
            elif line.get("op") in ("COMPLETE", "TAKEN"):
                take_answer(history, line, offers, at, tells, attempts, done)
    for task, ok in done.items():
        if len(ok) > 1:
            history.complain(f"{task}: completed more than once: {sorted(ok)}")
    check_completed(history, events, places, attempts)


def take_answer(history, line, offers, at, tells, attempts, done):
    place = offers.get(line["lease"])
    told = place is not None and place[2] in tells
    if line["op"] == "COMPLETE" or told:
        attempts[line["task"]].add((line["by"], "approve" if told else line["decision"]))
    if line["do"] != "ok" or line["op"] == "TAKEN":
        return
    # Whatever follows the TAKEN of a step that only tells says the same.
    done[line["task"]].add((line["lease"], "" if told else line["body"], line["sequence"]))
    check_effect(history, line, offers, at)


def check_effect(history, line, offers, at):
    """An acknowledged COMPLETE stands in the journal under the sequence that was told."""
    place = offers.get(line["lease"])
    if place is None or place[0] != line["task"]:
        history.complain(f"{line['task']}: a lease that was never given out was accepted")
        return
    event = at.get(line["sequence"])
    if event is None or event["type"] != "task_completed" or task_of(event) != place[1:]:
        history.complain(f"{line['task']}: acknowledged at {line['sequence']}, but the journal has "
                         f"{event and event['type']} there")
    elif event["data"]["decision"] != line["decision"]:
        history.complain(f"{line['task']}: {line['decision']} was acknowledged, "
                         f"{event['data']['decision']} stands in the journal")


def check_completed(history, events, places, attempts):
    """Whatever is in the journal as completed, somebody really said."""
    by_place = collections.defaultdict(set)
    for task, place in places.items():
        by_place[place[1:]] |= attempts.get(task, set())
    for event in events:
        if event["type"] == "task_completed":
            said = (event["data"]["by"], event["data"]["decision"])
            if said not in by_place[task_of(event)]:
                history.complain(f"{event['case']}: {said} at {event['seq']} was never said")


# ---- all of it


def figures(history, events, cases):
    types = collections.Counter(event["type"] for event in events)
    lines = [line for log in history.logs for line in log]
    does = collections.Counter(line["do"] for line in lines)
    names = collections.Counter(line["name"] for line in lines if line["do"] == "fail")
    return {"kills": does["kill"], "cases": len(cases), "events": len(events),
            "completed": types["task_completed"], "steps": types["step_done"],
            "timed_out": types["task_timed_out"], "offers": does["offer"],
            "unknown": does["unknown"], "refused": dict(names),
            "repeated": sum(1 for line in lines if line.get("dup"))}


def judge(logs):
    """Complaints, and what the history is made of."""
    history = History(logs)
    head = history.head()
    events = merge_streams(history, head)
    if not history.complaints:
        check_streams(history, events, head)
    cases = check_cases(history, events)
    check_commands(history, events)
    check_leases(history, events)
    return history.complaints, figures(history, events, cases)


def main():
    complaints, sums = judge(load(sys.argv[1]))
    for complaint in complaints[:20]:
        print(complaint)
    print(json.dumps(sums))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
