"""What comes to a case from outside: answers, signals, the applicant, officers."""

from records import SETTLED


class Outside:
    def answer(self, step, item, decision, answer=None):
        s = self.s[step.id]
        task = s.tasks[item]
        task.state, task.decision = "answered", decision
        self.emit("task_completed", step.id, item, decision)
        if item == "undo":
            s.undo = 0
            task.state = "none"
            self.undo_next()
        if item == 0 and answer is not None:
            s.answer = answer
        self.advance()

    def signal(self, name, data=None):
        taken = False
        for step in self.d.steps:
            s = self.s[step.id]
            lost = step.transient and s.state != "active"
            if step.signal == name and s.state not in SETTLED and not lost:
                s.signalled, s.answer, taken = True, data, True
                self.emit("signal_received", step.id)
            if step.set and step.set.open and s.state == "active" and not s.closed:
                if name == step.id + ".add":
                    taken = True
                    self.add_item(step, data)
                elif name == step.id + ".close":
                    s.closed = taken = True
                    self.emit("set_closed", step.id)
        if taken:
            self.advance()
        return taken

    def supplement(self, form):
        if not any(s.state == "returned" for s in self.s.values()):
            return False
        self.form = form
        self.emit("case_supplemented")
        for s in self.s.values():
            s.supplemented = s.supplemented or s.state == "returned"
        self.advance()
        return True

    def withdraw(self, kind="case_withdrawn", result="withdrawn"):
        self.emit(kind)
        self.finish(result)

    def pause(self):
        self.paused = self.world.now
        self.emit("case_paused")
        for step in self.d.steps:
            self.stop_clock(step, "pause")

    def resume(self):
        self.paused = None
        self.emit("case_resumed")
        for step in self.d.steps:
            self.clock_may_go(step, "pause")
        self.undo_next()
        self.advance()
        self.world.goes_on(self)

    def stop(self, step, reason):
        self.emit("clock_stopped", step.id, None, reason)
        self.stop_clock(step, reason)

    def go_on(self, step, reason):
        self.emit("clock_resumed", step.id, None, reason)
        self.clock_may_go(step, reason)
        self.advance()

    def extend(self, step):
        s = self.s[step.id]
        s.extended = True
        s.due = self.end(step, step.limit)
        self.emit("step_extended", step.id, None, s.due)
        self.advance()
