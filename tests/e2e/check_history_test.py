# ctest: timeout 300
"""A short run of the kill test, also for the sanitizers; then its history is spoilt in every way
that the checker must notice, one way at a time."""

import sys

import check_history
import kill_run
from engine import check

KILLS = 25
SEED = 7


class Spoiler:
    """A history to be changed; the original stays as it is."""

    def __init__(self, logs):
        self.logs = [list(log) for log in logs]
        self.events = sorted((line for line in self.log("monitor:plain")
                              if line["do"] == "event"), key=lambda event: event["seq"])

    def log(self, who, nth=0):
        return [log for log in self.logs if log[0]["who"].startswith(who)][nth]

    def event(self, type_, after=0, **like):
        """The first such event behind a sequence; `like` are fields that it has."""
        for event in self.events:
            if event["seq"] > after and event["type"] == type_ and like.items() <= event.items():
                return event
        raise LookupError(f"no {type_} {like}")

    def pair(self, first, second):
        """The first such event that is followed by such another one in its case."""
        for event in self.events[100:]:
            if event["type"] == first:
                for later in self.events[event["seq"]:]:
                    if later["type"] == second and later["case"] == event["case"]:
                        return event, later
        raise LookupError(f"no {first} before {second}")

    def find(self, who, **like):
        """A log and the place in it of a line with these fields."""
        for log in self.logs:
            if log[0]["who"].startswith(who):
                for i, line in enumerate(log):
                    if like.items() <= line.items():
                        return log, i
        raise LookupError(f"no line of {who} like {like}")

    def rewrite(self, event, **changes):
        """The same lie for every watcher."""
        for log in self.logs:
            for i, line in enumerate(log):
                if line["do"] == "event" and line["seq"] == event["seq"]:
                    log[i] = {**line, **changes}

    def remove(self, event):
        for log in self.logs:
            log[:] = [line for line in log if line.get("seq") != event["seq"]]

    def place(self, who, event):
        log = self.log(who)
        return log, next(i for i, line in enumerate(log) if line.get("seq") == event["seq"])


def task_fields(event):
    return {key: event[key] for key in ("case", "step", "item", "department", "service")}


def an_event_is_dropped(s):
    log, i = s.place("monitor:plain", s.event("step_done", 100))
    del log[i]


def an_event_is_dropped_everywhere(s):
    s.remove(s.event("step_done", 100))


def an_event_is_dropped_and_the_chain_mended(s):
    log, i = s.place("monitor:types", s.event("task_completed", 100))
    gone = log.pop(i)
    log[i] = {**log[i], "prev": gone["prev"]}


def an_event_is_doubled(s):
    log, i = s.place("monitor:slow", s.event("task_taken", 100))
    log.insert(i, log[i])


def two_events_are_swapped(s):
    log, i = s.place("monitor:plain", s.event("task_taken", 100))
    log[i], log[i + 1] = log[i + 1], log[i]


def an_event_is_different_for_one(s):
    event = s.event("task_completed", 100)
    log, i = s.place("monitor:slow", event)
    log[i] = {**event, "data": {**event["data"], "decision": "reject"}}


def a_filter_lets_a_stranger_through(s):
    log, i = s.place("monitor:types", s.event("task_completed", 100))
    log[i] = {**log[i], "type": "task_taken"}


def the_end_is_cut_off(s):
    log = s.log("monitor:types")
    del log[-1]


def a_completion_is_doubled(s):
    done, later = s.pair("task_completed", "task_taken")
    s.rewrite(later, type="task_completed", data=done["data"], **task_fields(done))


def a_step_is_done_twice(s):
    done, later = s.pair("step_done", "step_done")
    s.rewrite(later, step=done["step"])


def a_task_has_two_leases(s):
    s.rewrite(s.event("task_taken", 100), type="task_offered")


def a_task_is_taken_without_an_offer(s):
    s.rewrite(s.event("task_offered", 100), type="task_taken")


def a_case_never_ends(s):
    s.rewrite(s.event("case_finished"), type="step_late")


def a_case_ends_too_early(s):
    s.rewrite(s.event("step_done", 100), type="case_finished")


def a_case_starts_twice(s):
    _, later = s.pair("step_done", "task_taken")
    s.rewrite(later, type="case_started")


def time_runs_backwards(s):
    event = s.event("step_done", 100)
    s.rewrite(event, time=event["time"] - 100000)


def a_task_times_out_too_early(s):
    event = next(e for e in s.events if e["type"] == "task_timed_out"
                 and e["data"]["what"] == "accept")
    offered = [e for e in s.events if e["seq"] < event["seq"] and e["type"] == "task_offered"
               and task_fields(e) == task_fields(event)][-1]
    s.rewrite(offered, data={**offered["data"], "accept_by_ms": event["time"] + 1})


def a_card_comes_too_early(s):
    event = s.event("step_done", 100)
    s.rewrite(event, type="step_late", data={"rung": 0, "due_ms": event["time"] + 1})


def an_acknowledged_command_is_lost(s):
    accepted = s.event("command_accepted", 100)
    s.rewrite(accepted, type="task_refused")


def a_command_is_carried_out_twice(s):
    first = s.event("command_accepted", 100)
    s.rewrite(s.event("command_accepted", first["seq"]), data=first["data"])


def nobody_asked_for_a_command(s):
    event = s.event("command_accepted", 100)
    s.rewrite(event, data={**event["data"], "idem": "from-nowhere"})


def a_command_has_two_answers(s):
    log, i = s.find("portal:", do="ok", op="START")
    log.append({**log[i], "case": "C1"})


def a_command_is_refused_and_done(s):
    log, i = s.find("portal:", do="ok", op="START")
    idem = log[i]["idem"]
    for k, line in enumerate(log):
        if line.get("idem") == idem and line["do"] == "ok":
            log[k] = {**line, "do": "fail", "name": "ALREADY_EXISTS", "rejection": "KEY_EXISTS"}


def a_command_is_never_answered(s):
    log, i = s.find("portal:", do="ok", op="START")
    idem = log[i]["idem"]
    log[:] = [line for line in log if line.get("idem") != idem or line["do"] == "invoke"]


def an_acknowledged_answer_is_lost(s):
    log, i = s.find("adapter:honest", do="ok", op="COMPLETE")
    log[i] = {**log[i], "sequence": log[i]["sequence"] + 1}


def another_decision_is_recorded(s):
    event = s.event("task_completed", 100)
    s.rewrite(event, data={**event["data"], "decision": "reject"})


def a_stranger_decides(s):
    event = s.event("task_completed", 100)
    s.rewrite(event, data={**event["data"], "by": "adapter:nobody"})


def a_made_up_lease_is_accepted(s):
    log, i = s.find("adapter:stranger", do="fail", name="SUPERSEDED", op="COMPLETE")
    log[i] = {**log[i], "do": "ok", "sequence": 1, "case": log[i]["task"].split(".")[0]}


def one_lease_goes_to_two(s):
    log, i = s.find("adapter:honest", do="offer")
    s.log("adapter:late").append(log[i])


def a_task_is_completed_by_two_leases(s):
    log, i = s.find("adapter:honest", do="ok", op="COMPLETE")
    log.append({**log[i], "lease": "00" * 16})


SPOILT = [
    (an_event_is_dropped, "a gap between"),
    (an_event_is_dropped_everywhere, "nobody saw"),
    (an_event_is_dropped_and_the_chain_mended, "is missing"),
    (an_event_is_doubled, "is doubled or out of order"),
    (two_events_are_swapped, "out of order"),
    (an_event_is_different_for_one, "differs from what another watcher saw"),
    (a_filter_lets_a_stranger_through, "not in the same order or form"),
    (the_end_is_cut_off, "is missing"),
    (a_completion_is_doubled, "which was done"),
    (a_step_is_done_twice, "is done twice"),
    (a_task_has_two_leases, "which was offered"),
    (a_task_is_taken_without_an_offer, "which was ready"),
    (a_case_never_ends, "never ended"),
    (a_case_ends_too_early, "after its end"),
    (a_case_starts_twice, "was started 2 times"),
    (time_runs_backwards, "time runs backwards"),
    (a_task_times_out_too_early, "timed out too early"),
    (a_card_comes_too_early, "came too early"),
    (an_acknowledged_command_is_lost, "but not in the journal"),
    (a_command_is_carried_out_twice, "carried out 2 times"),
    (nobody_asked_for_a_command, "nobody asked"),
    (a_command_has_two_answers, "different answers"),
    (a_command_is_refused_and_done, "carried out all the same"),
    (a_command_is_never_answered, "was never answered"),
    (an_acknowledged_answer_is_lost, "acknowledged at"),
    (another_decision_is_recorded, "stands in the journal"),
    (a_stranger_decides, "was never said"),
    (a_made_up_lease_is_accepted, "was never given out"),
    (one_lease_goes_to_two, "given out twice"),
    (a_task_is_completed_by_two_leases, "completed more than once"),
]


def main():
    logs = kill_run.run(sys.argv[1], KILLS, SEED, lambda history, _: check_history.load(history))
    complaints, sums = check_history.judge(logs)
    print(sums)
    check(not complaints, complaints[:10])
    failed = 0
    for spoil, expected in SPOILT:
        spoiler = Spoiler(logs)
        spoil(spoiler)
        complaints, _ = check_history.judge(spoiler.logs)
        noticed = any(expected in complaint for complaint in complaints)
        failed += not noticed
        print(f"{'ok  ' if noticed else 'FAIL'} {spoil.__name__}"
              + ("" if noticed else f": no \"{expected}\" in {complaints[:5]}"))
    check(failed == 0, f"{failed} of {len(SPOILT)} went unnoticed")


main()
