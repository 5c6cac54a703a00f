"""Sets of tasks: items, arrivals at a join, signers (language page: Items, Signers, after)."""

import expression
from definition import GOES_ON
from records import Task, is_open


class Sets:
    def own(self, step):
        return [item for item in self.s[step.id].tasks if item != "undo"]

    def add_item(self, step, value):
        s = self.s[step.id]
        s.tasks[s.items] = Task(item=expression.plain(value))
        s.items += 1
        self.emit("item_added", step.id, s.items - 1)

    def tally(self, step):
        s = self.s[step.id]
        t = {"on": [], "against": [], "open": [], "waiting": []}
        arcs = step.set.kind == "arcs"
        numbers = range(s.items) if step.set.kind == "items" else range(len(self.own(step)))
        for number in numbers:
            task = s.tasks[number]
            if task.state in ("answered", "deemed"):
                goes_on = self.rule(step, task.decision).effect == GOES_ON
                t["on" if goes_on else "against"].append(number)
            elif is_open(task):
                t["open"].append(number)
            elif not arcs or self.arc(step.join.arcs[number]) == "satisfied":
                t["waiting"] += [number] if task.state == "none" else []
        t["count"] = len(numbers)
        t["coming"] = step.set.open and not s.closed
        if arcs:
            t["coming"] = any(self.arc(arc) == "open" for arc in step.join.arcs)
        return t

    def weight(self, step, numbers):
        if step.set.kind != "signers":
            return len(numbers)
        return sum(step.members[number].weight for number in numbers)

    def progress(self, step, t):
        """ "reached", "over" or None """
        left = t["coming"] or t["waiting"] or (t["open"] and step.kind != "tell")
        done, signers = step.set.done, step.set.kind == "signers"
        if done == "all":
            return "over" if (signers and t["against"]) or not left else None
        if done == "any":
            return "reached" if t["on"] else None if left else "over"
        if isinstance(done, int):
            need = done if signers or t["coming"] else min(done, t["count"])
            on = self.weight(step, t["on"])
            if on >= need:
                return "reached"
            if not t["coming"] and on + self.weight(step, t["open"] + t["waiting"]) < need:
                return "over"
            return None if left else "over"
        if not left or self.holds(done, step):
            return "over"
        return None

    def ready_set(self, step):
        t = self.tally(step)
        changed, under_way = False, len(t["open"])
        if step.set.kind == "signers" and step.set.at_once and t["against"]:
            return False
        if not self.name_is_free(step):
            return False
        for number in t["waiting"]:
            if step.set.at_once and under_way >= step.set.at_once:
                break
            self.ready(step, number)
            under_way += 1
            changed = True
        return changed

    def settle_set(self, step):
        t = self.tally(step)
        progress = self.progress(step, t)
        if progress is None:
            return self.ready_set(step)
        if self.is_held(step):
            return False
        if step.set.decision:
            decision = expression.evaluate(step.set.decision, self.names(step))
        elif progress == "reached" or not t["against"]:
            decision = "approve"
            if step.set.kind == "signers" and t["on"]:
                decision = self.s[step.id].tasks[t["on"][-1]].decision
        else:
            decision = self.s[step.id].tasks[t["against"][0]].decision
        rule = self.rule(step, decision)
        if step.kind != "tell" and not (step.set.rest_finishes and rule.effect == GOES_ON):
            self.cancel_tasks(step)
        self.take_effect(step, rule, decision)
        return True
