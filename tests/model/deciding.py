"""What a step decides, and what that does (language page: Decisions, decide_after, Joint steps)."""

from definition import BACK, ENDS, GOES_ON, Rule
from records import SETTLED, is_open

APPROVE = Rule()


class Deciding:
    def rule(self, step, decision):
        return step.rules.get(decision, APPROVE)

    def everybody_answered(self, step):
        if step.set:
            t = self.tally(step)
            return not t["open"] and not t["waiting"] and not t["coming"]
        return not self.open_tasks(step)

    def nobody_is_asked(self, step):
        """Who has answered is not late; a set that is still added to has not answered."""
        if step.set and step.set.kind == "items":
            return self.everybody_answered(step)
        return not self.open_tasks(step)

    def open_tasks(self, step):
        tasks = self.s[step.id].tasks
        return [item for item, task in tasks.items() if item != "undo" and is_open(task)]

    def is_held(self, step):
        return any(self.s[other].state not in SETTLED for other in step.decide_after)

    def settle(self, step):
        s = self.s[step.id]
        if s.deemed:
            if self.is_held(step):
                return False
            self.take_effect(step, self.rule(step, s.deemed), s.deemed)
            return True
        if step.kind == "wait_for":
            over = s.signalled if step.signal else self.wait_end(step) is not None and \
                self.wait_end(step) <= self.world.now
            if not over:
                return False
            self.goes_on(step, "approve")
            return True
        if step.set:
            return self.settle_set(step)
        if not self.everybody_answered(step) or self.is_held(step):
            return False
        decision = self.decision_of(step)
        self.take_effect(step, self.rule(step, decision), decision)
        return True

    def decision_of(self, step):
        tasks = [self.s[step.id].tasks[item] for item, member in enumerate(step.members)
                 if member.role != "opinion"]
        binding = [task.decision for task in tasks if task.state in ("answered", "deemed")]
        for effect in (ENDS, BACK):
            for decision in binding:
                if self.rule(step, decision).effect == effect:
                    return decision
        return binding[0]

    def take_effect(self, step, rule, decision):
        if rule.effect == GOES_ON:
            self.goes_on(step, decision)
        elif rule.effect == ENDS:
            self.done(step, decision)
            self.finish(rule.result)
        elif self.s[step.id].returns.get(decision, 0) < rule.at_most:
            self.send_back(step, rule, decision)
        else:
            self.done(step, decision)
            self.finish(rule.then)

    def goes_on(self, step, decision):
        self.done(step, decision)
        for other in self.d.steps:
            if other.id in step.cancels and self.s[other.id].state not in SETTLED:
                self.cancel_step(other)

    def done(self, step, decision):
        s = self.s[step.id]
        self.settle_as(step, "done")
        s.decision = decision
        self.emit("step_done", step.id, None, decision)
        if step.origin == "intake":
            self.accepted = s.started if s.deemed else self.world.now

    def settle_as(self, step, state):
        s = self.s[step.id]
        s.state, s.settled = state, self.order()
        s.stopped, s.signalled, s.supplemented = None, False, False
        s.stops &= {"pause"}
        for task in s.tasks.values():
            task.held = False

    def cancel_tasks(self, step, undo=False):
        for item, task in self.s[step.id].tasks.items():
            if is_open(task) and (item != "undo" or undo):
                task.state = "cancelled"
                self.emit("task_cancelled", step.id, item)
                if task.child is not None and not step.run.get("detached"):
                    self.world.cancel_child(task.child)

    def cancel_step(self, step):
        self.cancel_tasks(step)
        self.settle_as(step, "cancelled")
        self.emit("step_cancelled", step.id)
