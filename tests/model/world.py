"""Time and people around a case, as an answers file says (language page: One case by hand)."""

import heapq
import itertools

from case import Case
from records import is_open
from definition import GOES_ON
from days import parse_span

EVENTS_MAX = 3000


class World:
    def __init__(self, calendar, definitions, answers):
        self.calendar, self.definitions, self.answers = calendar, definitions, answers
        self.events, self.cases, self.queue, self.errands = [], [], [], []
        self.numbers, self.put_down = itertools.count(1), itertools.count()
        self.now = calendar.moment(answers["start"])
        self.until = calendar.moment(answers["until"]) if "until" in answers else None
        self.came = {}

    # ---- what cases ask of the world ----------------------------------------------------------

    def expect(self, at, act):
        heapq.heappush(self.queue, (at, next(self.put_down), act))

    def later(self, after):
        return self.now if after is None else self.calendar.after(self.now, parse_span(after))

    def task_is_ready(self, case, step, item):
        if step.kind == "run" and item != "undo":
            ready = case.s[step.id].tasks[item].ready
            self.errands.append(lambda: self.start_child(case, step, item, ready))
        else:
            self.errands.append(lambda: self.offer(case, step, item))

    def offer(self, case, step, item):
        task = case.s[step.id].tasks.get(item)
        if case.finished or case.paused is not None or task is None or task.state != "ready":
            return
        ready = task.ready
        if step.kind == "tell":
            case.answer(step, item, "approve")
            return
        answer = self.answer_to(case, step, item)
        if answer is None:
            return
        decision, after, data = answer

        def give():
            same = case.s[step.id].tasks.get(item) is task and task.ready == ready
            if not case.finished and same and is_open(task):
                case.answer(step, item, decision, data)

        self.expect(self.later(after), give)

    def answer_to(self, case, step, item):
        """(decision, after, data), or None for silence; another each time that a task comes."""
        if item == "undo":
            return "approve", None, None
        given = self.answers.get("answers", {}).get(step.id) if case.parent is None else None
        if given is None:
            given = self.answers.get("default", "approve")
        times = self.came.setdefault((case, step.id, item), 0)
        self.came[case, step.id, item] += 1
        if isinstance(given, list):
            given = given[min(times, len(given) - 1)]
        if isinstance(given, dict) and "members" in given:
            member = step.members[item] if not step.set or step.set.kind == "signers" else None
            name = member.name if member else item + 1
            own = given["members"].get(name)
            if own is not None:
                given = own[min(times, len(own) - 1)] if isinstance(own, list) else own
            elif member and item > 0 and not step.set:
                given = self.answers.get("default", "approve")
        if given == "silence":
            return None
        given = given if isinstance(given, dict) else {"decision": given}
        decision = given.get("decision")
        opinion = not step.set and item > 0 and step.members[item].role == "opinion"
        if opinion and decision in (None, "approve"):
            decision = "no_objection"
        if decision is None or (decision == "approve" and decision not in step.rules):
            decision = next(name for name, rule in step.rules.items() if rule.effect == GOES_ON)
        return decision, given.get("after"), given.get("answer")

    def file_is_back(self, case):
        answer = self.answers.get("supplement")

        def supplement():
            away = [s for s in case.s.values() if s.state == "returned" and not s.supplemented]
            if away and not case.finished:
                case.supplement(answer.get("answer", case.form))

        if answer is not None:
            self.errands.append(lambda: self.expect(self.later(answer.get("after")), supplement))

    # ---- children -----------------------------------------------------------------------------

    def start_child(self, case, step, item, ready):
        task = case.s[step.id].tasks.get(item)
        if case.finished or case.paused is not None:
            return
        if task is None or not is_open(task) or task.ready != ready:
            return
        if task.child is not None and not task.child.finished and not step.run.get("detached"):
            return
        child = Case(self, self.definitions[step.run["workflow"]], case.form, (case, step, item))
        self.cases.append(child)
        child.emit("case_started")
        child.advance()
        task.child = child
        case.emit("child_started", step.id, item)
        if step.run.get("detached"):
            self.child_finished(case, step, item, "approve")

    def child_finished(self, case, step, item, decision):
        task = case.s[step.id].tasks[item]
        task.state, task.decision = "answered", decision
        case.emit("child_finished", step.id, item, decision)
        case.advance()

    def case_ended(self, case):
        if case.parent is not None:
            self.errands.append(lambda: self.tell_parent(case))

    def goes_on(self, case):
        """A case that was paused hears of children that ended, and starts those that wait."""
        for step in case.d.steps:
            for item, task in case.s[step.id].tasks.items():
                if step.kind == "run" and item != "undo" and is_open(task):
                    if task.child is None:
                        self.task_is_ready(case, step, item)
                    elif task.child.finished:
                        self.case_ended(task.child)

    def tell_parent(self, child):
        case, step, item = child.parent
        task = case.s[step.id].tasks.get(item)
        waits = task is not None and is_open(task) and task.child is child
        if waits and not case.finished and case.paused is None:
            self.child_finished(case, step, item, child.finished)

    def cancel_child(self, child):
        self.errands.append(lambda: child.finished or child.withdraw("case_cancelled", "cancelled"))

    # ---- the run ------------------------------------------------------------------------------

    def do(self, act):
        act()
        while self.errands:
            self.errands.pop(0)()

    def play(self, definition, form):
        case = Case(self, definition, form)
        self.cases.append(case)
        self.script(case)
        case.emit("case_started")
        self.do(case.advance)
        while len(self.events) < EVENTS_MAX and not all(each.finished for each in self.cases):
            if not self.step():
                break
        return case

    def step(self):
        wakes = [(each.next_wake(), number) for number, each in enumerate(self.cases)]
        wake = min((each for each in wakes if each[0] is not None), default=None)
        if wake is None and not self.queue:
            return False
        timer = wake is not None and (not self.queue or wake[0] <= self.queue[0][0])
        at = wake[0] if timer else self.queue[0][0]
        if self.until is not None and at > self.until:
            return False
        self.now = max(self.now, at)
        self.do(self.cases[wake[1]].fire if timer else heapq.heappop(self.queue)[2])
        return True

    def script(self, case):
        for signal in self.answers.get("signals", []):
            self.expect(self.at(signal["at"]), lambda signal=signal: case.finished or
                        case.signal(signal["name"], signal.get("data")))
        for act in self.answers.get("acts", []):
            self.expect(self.at(act["at"]), lambda act=act: case.finished or self.act(case, act))

    def at(self, text):
        text = str(text)
        if text[4:5] == "-":
            return self.calendar.moment(text)
        return self.calendar.after(self.now, parse_span(text))

    def act(self, case, act):
        if "withdraw" in act and not case.undoing:
            case.withdraw()
        elif "cancel" in act and not case.undoing:
            case.withdraw("case_cancelled", "cancelled")
        elif "pause" in act and case.paused is None:
            case.pause()
        elif "resume_case" in act and case.paused is not None:
            case.resume()
        elif "stop" in act:
            step = case.d.by_id[act["stop"]]
            s = case.s[step.id]
            if s.state == "active" and act["reason"] not in s.stops:
                case.stop(step, act["reason"])
        elif "resume" in act:
            step = case.d.by_id[act["resume"]]
            s = case.s[step.id]
            if s.state in ("active", "returned") and act["reason"] in s.stops:
                case.go_on(step, act["reason"])
        elif "extend" in act:
            step = case.d.by_id[act["extend"]]
            s = case.s[step.id]
            runs = s.state in ("active", "returned") and s.started is not None
            if runs and not s.extended and s.due > (self.now if s.stopped is None else s.stopped):
                case.extend(step)
