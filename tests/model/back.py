"""Going back, taking back, and the end of a case (language page: Decisions, Undo, Results)."""

from records import SETTLED, is_open


class Back:
    # ---- going back -----------------------------------------------------------------------

    def send_back(self, step, rule, decision):
        s = self.s[step.id]
        s.returns[decision] = s.returns.get(decision, 0) + 1
        self.emit("step_sent_back", step.id, None, decision)
        for other in self.d.steps:
            to = rule.back_to
            affected = other.id in (to, step.id) or (
                other.id not in rule.keep and (to == "apply" or to in other.before))
            if affected and not (rule.waits and other.id == to == step.id):
                self.reopen(other, step, rule)
        if rule.waits:
            for other in self.d.steps:
                if other.id == rule.back_to or (rule.back_to == "apply" and not other.join.arcs and
                                                self.s[other.id].state == "waiting"):
                    self.return_to_applicant(other, step, rule)
        if rule.waits:
            self.world.file_is_back(self)
        if rule.undo:
            self.undo_next()

    def reopen(self, step, by, rule):
        s = self.s[step.id]
        self.cancel_tasks(step, True)
        if s.state == "waiting":
            return
        if rule is not None and rule.undo and s.state == "done" and step.undo:
            s.undo = s.settled
        self.reset(step)
        s.state = "waiting"
        if step is not by or rule is None or rule.back_to != step.id or rule.clock == "restarts":
            self.clear_clock(step)
        s.late -= step.deciding()
        self.emit("step_reopened", step.id)

    def reset(self, step):
        s = self.s[step.id]
        s.decision, s.signalled, s.supplemented, s.deemed = None, False, False, None
        if step.origin == "intake":
            self.accepted = None
        s.answer = None if step.table is None else s.answer
        for task in s.tasks.values():
            task.state, task.held = "none", False
        if step.set and step.set.kind == "items":
            for item in self.own(step):
                if item >= 1:
                    del s.tasks[item]
            s.items = 0

    def return_to_applicant(self, step, by, rule):
        s = self.s[step.id]
        own = step is by and rule.back_to == step.id
        if s.state == "active" or s.state == "ready":
            self.cancel_tasks(step, True)
        self.reset(step)
        if own and rule.clock == "stops":
            self.stop_clock(step, "applicant")
        elif not own or rule.clock == "restarts":
            self.clear_clock(step)
        s.late -= step.deciding()
        s.state = "returned"
        self.emit("step_returned", step.id)

    # ---- undo, and the end ----------------------------------------------------------------

    def is_undoing(self):
        return any(s.undo for s in self.s.values())

    def undo_next(self):
        """What was done last is taken back first, one at a time; nothing in a pause."""
        if self.paused is not None:
            return
        if self.is_undoing():
            owed = [step for step in self.d.steps if self.s[step.id].undo]
            if not any(is_open(self.s[step.id].tasks["undo"]) for step in owed):
                step = max(owed, key=lambda each: self.s[each.id].undo)
                self.ready(step, "undo")
        elif self.undoing:
            self.close(self.undoing)

    def finish(self, result):
        for step in self.d.steps:
            self.cancel_tasks(step)
            if self.s[step.id].state not in SETTLED:
                self.settle_as(step, "cancelled")
                self.emit("step_cancelled", step.id)
        if self.d.results.get(result) and self.d.results[result].undo:
            for step in self.d.steps:
                s = self.s[step.id]
                if s.state == "done" and step.undo:
                    s.undo = s.settled
            if self.is_undoing():
                self.undoing = result
                self.emit("case_undoing", None, None, result)
                self.undo_next()
                return
        self.close(result)

    def close(self, result):
        self.finished = result
        for step in self.d.steps:
            self.cancel_tasks(step, True)
        self.emit("case_finished", None, None, result)
        self.world.case_ended(self)
