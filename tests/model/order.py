"""When steps start: joins, turns, what is read at the start (language page: after, exclusive)."""

import expression
from records import SETTLED, is_open
import tables


class Order:
    # ---- joins ----------------------------------------------------------------------------

    def arc(self, arc):
        name, decision = arc
        s = self.s[name]
        if s.state == "done":
            return "satisfied" if decision in (None, s.decision) else "dead"
        if s.state == "skipped":
            return "passes" if decision is None else "dead"
        return "dead" if s.state in ("unreached", "cancelled") else "open"

    def join(self, join):
        arcs = [self.arc(arc) for arc in join.arcs]
        if not arcs:
            return "starts"
        n = {kind: arcs.count(kind) for kind in ("satisfied", "passes", "open", "dead")}
        if join.kind == "all":
            return "dead" if n["dead"] else "open" if n["open"] else "starts"
        if join.kind == "any":
            if n["satisfied"]:
                return "starts"
            return "open" if n["open"] else "starts" if n["passes"] else "dead"
        if join.kind == "some":
            return "open" if n["open"] else "starts" if n["satisfied"] or n["passes"] else "dead"
        if join.kind == "each":
            return "starts" if n["satisfied"] else "open" if n["open"] else "dead"
        need = min(join.need, len(arcs) - n["passes"])
        if n["satisfied"] >= need and (need > 0 or not n["open"]):
            return "starts"
        return "open" if n["satisfied"] + n["open"] >= need else "dead"

    # ---- steps, in the order of the file ---------------------------------------------------

    def advance(self):
        changed = self.paused is None
        while changed and not self.finished:
            changed = False
            for step in self.d.steps:
                if not self.finished:
                    changed = self.examine(step) or changed
        if self.paused is None and not self.finished and not self.undoing and self.is_complete():
            self.finish(self.find_result())

    def is_complete(self):
        return all(s.state in SETTLED for s in self.s.values()) and \
            not any(is_open(task) for s in self.s.values() for task in s.tasks.values())

    def find_result(self):
        for result in self.d.finish:
            if self.join(result.join) == "starts" and self.holds(result.when):
                return result.id
        return "completed"

    def examine(self, step):
        s = self.s[step.id]
        under_way = s.state in ("ready", "active", "returned")
        if under_way and not self.holds(step.while_true):
            self.cancel_step(step)
            return True
        starts = s.state == "waiting" or (s.state == "returned" and s.supplemented)
        if self.is_undoing() and s.state in ("waiting", "ready", "returned"):
            if not (starts and self.join(step.join) == "dead"):
                return False
        if starts:
            return self.examine_start(step)
        if s.state == "ready":
            if self.file_is_away(step) or not self.has_turn(step):
                return False
            self.begin(step)
            return True
        return s.state == "active" and self.settle(step)

    def examine_start(self, step):
        join = self.join(step.join)
        if join == "open":
            return False
        if join == "dead":
            self.settle_as(step, "unreached")
            self.emit("step_unreached", step.id)
            return True
        blocked = any(self.s[other].state not in SETTLED for other in step.blocked_by)
        if blocked or self.file_is_away(step):
            return False
        self.start(step)
        return True

    def file_is_away(self, step):
        away = {name for name, s in self.s.items() if s.state == "returned"}
        return any(other in away or self.d.by_id[other].before & away
                   for other in step.decide_after)

    # ---- starting -------------------------------------------------------------------------

    def start(self, step):
        made = step.origin in ("delivery", "obligation")
        if made and self.s[step.join.arcs[0][0]].state == "skipped":
            self.skip(step)
        elif not self.holds(step.when) or not self.holds(step.while_true):
            self.skip(step)
        elif self.has_turn(step):
            self.begin(step)
        else:
            s = self.s[step.id]
            s.state, s.queued = "ready", self.order()
            self.emit("step_queued", step.id)

    def skip(self, step):
        self.settle_as(step, "skipped")
        self.emit("step_skipped", step.id)

    def begin(self, step):
        s = self.s[step.id]
        asked = [item for item, member in enumerate(step.members) if self.holds(member.when)]
        values = []
        if step.set and step.set.kind == "items":
            values = expression.evaluate(step.set.items, self.names(step))
        self.start_clock(step)
        s.state, s.decision, s.supplemented, s.deemed = "active", None, False, None
        s.round += 1
        self.emit("step_started", step.id, None, (s.round, s.due))
        if step.transient:
            s.signalled = False
        if step.set:
            s.items, s.closed = 0, False
            for value in values:
                self.add_item(step, value)
            self.settle_set(step)
        else:
            for item in asked:
                self.ready(step, item)
        if step.table:
            self.decide_by_table(step)
        elif step.kind == "tell" and not step.set:
            self.goes_on(step, "approve")

    def decide_by_table(self, step):
        s = self.s[step.id]
        rule, s.answer = tables.read(step.table, self.names(step))
        self.emit("step_evaluated", step.id, None, rule)
        collected = isinstance(s.answer, list)
        decision = "approve" if collected else s.answer.get("decision", "approve")
        self.take_effect(step, self.rule(step, decision), decision)

    def ready(self, step, item):
        s = self.s[step.id]
        task = s.tasks[item]
        task.state, task.decision, task.held, task.late = "ready", None, False, set()
        task.ready += 1
        due = s.due
        if item == "undo":
            due = None
        elif item > 0 and not step.set and step.members[item].limit:
            due = self.end(step, step.members[item].limit, False)
        self.emit("task_readied", step.id, item, due)
        self.world.task_is_ready(self, step, item)

    # ---- turns ----------------------------------------------------------------------------

    def occupies(self, step):
        """Whether a step has its exclusive name: while something of it is under way."""
        s = self.s[step.id]
        if s.state != "active":
            return False
        if step.kind != "ask" or any(is_open(task) for task in s.tasks.values()):
            return True
        if step.set and step.set.kind == "arcs":
            return False
        if not self.is_held(step):
            return True
        return step.set is not None and self.progress(step, self.tally(step)) is None

    def rivals(self, step):
        """Steps that share its exclusive name."""
        return [other for other in self.d.steps
                if step.exclusive is not None and other is not step
                and other.exclusive == step.exclusive]

    def name_is_free(self, step):
        return not any(self.occupies(other) for other in self.rivals(step))

    def has_turn(self, step):
        mine = self.s[step.id].queued if self.s[step.id].state == "ready" else float("inf")
        if not self.name_is_free(step):
            return False
        for other in self.rivals(step):
            theirs = self.s[other.id]
            if theirs.state == "ready" and theirs.queued < mine and not self.file_is_away(other):
                return False
        return True
