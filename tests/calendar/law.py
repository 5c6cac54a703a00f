"""What the law says a limit becomes when its clock stands still and is extended, a day at a time.

Days are numbers here (date.toordinal), times (day, millisecond of the day): a clerk's wall
calendar. Nothing is shared with the engine.
"""

import calendar as months_of
import datetime
import random

REASONS = 9
DAY_MS = 86400000


class Days:
    """Which days are worked, beyond the years of the calendar too."""

    def __init__(self, calendar, margin):
        self.first = calendar.first.toordinal()
        count = calendar.last.toordinal() - self.first + margin
        self.works = [calendar.is_working(datetime.date.fromordinal(self.first + i))
                      for i in range(count)]

    def on(self, day, count):
        """So many working days after the day."""
        works, first = self.works, self.first
        while count > 0:
            day += 1
            if works[day - first]:
                count -= 1
        return day

    def worked(self, after, until):
        return sum(self.works[after + 1 - self.first:until + 1 - self.first])

    def moved(self, day):
        """Art. 203: a last day that is not worked moves to the next one that is."""
        while not self.works[day - self.first]:
            day += 1
        return day


def months_later(day, count):
    date = datetime.date.fromordinal(day)
    year, month = divmod(date.year * 12 + date.month - 1 + count, 12)
    last = months_of.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(date.day, last)).toordinal()


def limit_end(days, start, unit, count):
    """The last day of a limit, and the day before it moves off a holiday."""
    if unit == "w":
        return days.on(start, count), None
    if unit == "d":
        raw = start + count
    else:
        raw = months_later(start, count * 12 if unit == "y" else count)
    return days.moved(raw), raw


class Course:
    """What happens to one step: stops that may overlap, and one extension."""

    def __init__(self, start, seed):
        draw = random.Random(seed)
        self.start = (start, draw.randrange(DAY_MS))
        self.extension = (draw.randrange(1, 20), draw.choice("wwwdm"))
        if self.extension[1] == "m":
            self.extension = (draw.randrange(1, 3), "m")
        self.events = []
        for reason in draw.sample(range(-1, REASONS), draw.randrange(0, 4)):
            begins = start + draw.randrange(0, 60)
            ends = begins + draw.randrange(0, 30)
            times = sorted([(begins, draw.randrange(DAY_MS)), (ends, draw.randrange(DAY_MS))])
            if times[0] > self.start:
                self.events.append((times[0], "stop", reason))
                self.events.append((times[1], "go on", reason))
        if draw.randrange(3) > 0:
            at = (start + draw.randrange(1, 60), draw.randrange(DAY_MS))
            self.events.append((at, "extend", None))
        self.events.sort()

    def overlaps(self):
        standing = most = 0
        for _, what, _ in self.events:
            standing += {"stop": 1, "go on": -1, "extend": 0}[what]
            most = max(most, standing)
        return most > 1

    def line(self, epoch_ms):
        count, unit = self.extension
        words = [f"{epoch_ms(*self.start)} {count} {unit}"]
        for at, what, reason in self.events:
            if what == "extend":
                word = "e"
            elif reason < 0:
                word = "p" if what == "stop" else "r"
            else:
                word = f"{'s' if what == 'stop' else 'g'}{reason}"
            words.append(f"{epoch_ms(*at)} {word}")
        return " ".join(words)


class Limit:
    """One limit on its way through a course."""

    def __init__(self, days, course, unit, count):
        self.days, self.course, self.unit, self.count = days, course, unit, count
        self.last, self.raw = limit_end(days, course.start[0], unit, count)
        self.granted = False

    def leave_out(self, begins, ends):
        if self.unit == "w":
            self.last = self.days.on(self.last, self.days.worked(begins, ends))
        else:
            self.raw += ends - begins
            self.last = self.days.moved(self.raw)

    def extend(self):
        """In the same unit both are one limit, which later stops make longer as a whole."""
        count, unit = self.course.extension
        self.granted = True
        if unit != self.unit:
            return
        if unit == "w":
            self.last = self.days.on(self.last, count)
        else:
            left_out = self.raw - limit_end(self.days, self.course.start[0], unit, self.count)[1]
            self.raw = limit_end(self.days, self.course.start[0], unit,
                                 self.count + count)[1] + left_out
            self.last = self.days.moved(self.raw)

    def end(self):
        """The last day, with an extension in another unit counted after it."""
        count, unit = self.course.extension
        if not self.granted or unit == self.unit:
            return self.last
        return limit_end(self.days, self.last, unit, count)[0]

    def run(self):
        standing, stopped, over = set(), None, False
        for at, what, reason in self.course.events:
            if what == "stop":
                if not standing:
                    stopped, over = at, self.end() < at[0]
                standing.add(reason)
            elif what == "go on":
                standing.discard(reason)
                if not standing and not over:
                    self.leave_out(stopped[0], at[0])
            elif self.end() >= (stopped[0] if standing else at[0]):
                self.extend()
        return self.end()
