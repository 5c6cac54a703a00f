"""Clocks of steps and members: ladders, stops, extension (language page: late, Stops)."""

from days import DAY_MS, MS
from records import LIVE, is_open

CARD_NAMES = {"warn": "warning", "yellow card": "yellow", "red card": "red", "remind": "reminder",
              "announcement": "announcement", "none": "none"}


class Clocks:
    # ---- when -----------------------------------------------------------------------------

    def runs(self, step):
        s = self.s[step.id]
        return s.state in LIVE and s.started is not None and s.stopped is None

    def end(self, step, span, extended=True):
        """When a span of the clock of a step ends."""
        s = self.s[step.id]
        extension = step.extension[1] if s.extended and extended else None
        count, unit = span
        if extension and extension[1] == unit:
            count, extension = count + extension[0], None
        if unit in MS:
            end = s.started + s.left_ms + count * MS[unit]
        else:
            extra = s.left_wd if unit == "wd" else 0
            day = self.calendar.last_day(self.calendar.day_of(s.started), (count + extra, unit),
                                         0 if unit == "wd" else s.left_days)
            end = self.calendar.end_of(day)
        if extension:
            last = self.calendar.day_of(end - 1)
            if extension[1] in MS:
                return end + extension[0] * MS[extension[1]]
            return self.calendar.end_of(self.calendar.last_day(last, extension))
        return end

    def rung_end(self, step, rung):
        if not rung.before:
            return self.end(step, rung.at)
        s = self.s[step.id]
        count, unit = rung.at
        if unit in MS:
            return s.due - count * MS[unit]
        day = self.calendar.day_of(s.due - 1)
        if unit == "wd":
            while count > 0:
                count -= self.calendar.works(day)
                day -= (self.calendar.day_of(DAY_MS) - self.calendar.day_of(0))
            while not self.calendar.works(day):
                day -= (self.calendar.day_of(DAY_MS) - self.calendar.day_of(0))
        elif unit in ("mon", "y"):
            day = self.calendar.add_months(day, -count * (12 if unit == "y" else 1))
        else:
            day = self.calendar.day_of(s.due - 1 - count * DAY_MS)
        return self.calendar.end_of(day)

    def next_rung(self, step):
        """The ladder of a step: (time, rung) of what comes next."""
        s = self.s[step.id]
        if not self.runs(step) or not step.limit:
            return None
        answered = step.kind == "ask" and s.state == "active" and self.nobody_is_asked(step)
        if answered or s.deemed:
            return None
        times = [(self.rung_end(step, rung), rung.decide is not None, number)
                 for number, rung in enumerate(step.rungs)
                 if number not in s.late and not (rung.decide and s.state == "returned")]
        return (min(times)[0], min(times)[2]) if times else None

    def next_late(self, step, item):
        """The ladder of a member, and after it its silence, if that speaks: (time, number)."""
        member, task = step.members[item], self.s[step.id].tasks[item]
        if item == 0 or not member.limit or not self.runs(step) or not is_open(task):
            return None
        times = [(self.end(step, rung.at, False), number)
                 for number, rung in enumerate(member.rungs) if number not in task.late]
        if member.silence:
            times.append((self.end(step, member.limit, False), len(member.rungs)))
        return min(times) if times else None

    def wait_end(self, step):
        s = self.s[step.id]
        if step.kind == "wait_for" and step.span and self.runs(step) and s.state == "active":
            return self.end(step, step.span)
        return None

    def next_wake(self):
        if self.paused is not None or self.finished:
            return None
        times = []
        for step in self.d.steps:
            if self.s[step.id].state not in LIVE:
                continue
            rung = self.next_rung(step)
            times += [rung[0]] if rung else []
            times += [self.wait_end(step)] if self.wait_end(step) is not None else []
            if not step.set:
                late = [self.next_late(step, item) for item in range(1, len(step.members))]
                times += [each[0] for each in late if each]
        return min(times) if times else None

    # ---- stops ----------------------------------------------------------------------------

    def stop_clock(self, step, why):
        s = self.s[step.id]
        s.stops.add(why)
        if self.runs(step):
            s.stopped = self.world.now

    def clock_may_go(self, step, why):
        s = self.s[step.id]
        s.stops.discard(why)
        if s.stops or s.stopped is None:
            return False
        first, last = self.calendar.day_of(s.stopped), self.calendar.day_of(self.world.now)
        s.left_wd += self.calendar.working_between(first, last)
        s.left_days += (last - first).days
        s.left_ms += self.world.now - s.stopped
        over = step.limit and s.due is not None and s.due <= s.stopped
        s.stopped = None
        if step.limit and not over:
            s.due = self.end(step, step.limit)
        self.emit("step_resumed", step.id, None, s.due)
        return True

    def start_clock(self, step):
        """The clock begins with the step, of a step behind the intake alone with the receipt."""
        s = self.s[step.id]
        if "applicant" in s.stops:
            self.clock_may_go(step, "applicant")
        if s.started is None:
            direct = step.join.arcs and all(name == "intake" for name, _ in step.join.arcs)
            received = direct and s.round == 0 and self.accepted
            s.started = self.accepted if received else self.world.now
            s.due = self.end(step, step.limit) if step.limit else None

    def clear_clock(self, step):
        s = self.s[step.id]
        s.started = s.stopped = s.due = None
        s.left_wd = s.left_days = s.left_ms = 0
        s.late, s.extended, s.stops = set(), False, s.stops & {"pause"}

    # ---- what falls -----------------------------------------------------------------------

    def fire(self):
        """Everything that time did by now: a step that starts here may be late already."""
        count = -1
        while count != self.count and not self.finished and self.is_due():
            count = self.count
            self.fire_once()

    def is_due(self):
        wake = self.next_wake()
        return wake is not None and wake <= self.world.now

    def fire_once(self):
        now = self.world.now
        for step in self.d.steps:
            s = self.s[step.id]
            if not step.set:
                for item in range(1, len(step.members)):
                    while (late := self.next_late(step, item)) and late[0] <= now:
                        self.fire_member(step, item, late[1])
            while (rung := self.next_rung(step)) and rung[0] <= now:
                self.fire_rung(step, rung[1])
        self.advance()

    def fire_member(self, step, item, number):
        member, task = step.members[item], self.s[step.id].tasks[item]
        if number < len(member.rungs):
            task.late.add(number)
            self.emit("step_late", step.id, item, CARD_NAMES[member.rungs[number].card])
            return
        task.state, task.decision = "deemed", "no_objection"
        self.emit("task_deemed", step.id, item, "no_objection")

    def fire_rung(self, step, number):
        s, rung = self.s[step.id], step.rungs[number]
        s.late.add(number)
        if rung.card != "none":
            self.emit("step_late", step.id, None, CARD_NAMES[rung.card])
        if rung.decide:
            self.cancel_tasks(step)
            s.deemed = rung.decide
            self.emit("step_deemed", step.id, None, rung.decide)
