"""Days and limits, counted one day at a time as the language page says (Time).

Nothing here is clever: a limit is found by walking. Times are integers, milliseconds since 1970
UTC; days are dates in the zone of the calendar.
"""

import datetime
import re

from files import read

MS = {"h": 3600000, "min": 60000, "s": 1000}
ONE = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNITS = [("working day", "wd"), ("day", "d"), ("month", "mon"), ("year", "y"), ("hour", "h"),
         ("minute", "min"), ("second", "s")]
DAY_MS = 86400000


def parse_span(text):
    """"20 working days" -> (20, "wd")"""
    count, unit = re.fullmatch(r"(\d+)\s*(.+)", str(text).strip()).groups()
    for word, short in UNITS:
        if unit in (word, word + "s", short):
            return int(count), short
    raise ValueError(text)


class Calendar:
    def __init__(self, path):
        content = read(path)
        sign, hours, minutes = re.fullmatch(r"([+-])(\d\d):(\d\d)", content["zone"]).groups()
        offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        self.zone = datetime.timezone(offset if sign == "+" else -offset)
        self.weekend = {WEEKDAYS.index(name) for name in content["weekend"]}
        self.off, self.work = set(), set()
        for year, lists in content["years"].items():
            self.off.update(self._days(year, lists.get("holidays", [])))
            self.work.update(self._days(year, lists.get("work", [])))

    @staticmethod
    def _days(year, entries):
        for entry in entries:
            first, _, last = str(entry).partition("..")
            day = datetime.date.fromisoformat(f"{year}-{first}")
            end = datetime.date.fromisoformat(f"{year}-{last or first}")
            while day <= end:
                yield day
                day += ONE

    def works(self, day):
        return day in self.work or (day not in self.off and day.weekday() not in self.weekend)

    def day_of(self, ms):
        return (EPOCH + datetime.timedelta(milliseconds=ms)).astimezone(self.zone).date()

    def start_of(self, day):
        moment = datetime.datetime.combine(day, datetime.time(), self.zone)
        return (moment - EPOCH) // datetime.timedelta(milliseconds=1)

    def end_of(self, day):
        return self.start_of(day + ONE)

    def moment(self, text):
        """A time of an answers file: local, nine in the morning where it names a day only."""
        text = str(text).replace(" ", "T")
        local = datetime.datetime.fromisoformat(text if "T" in text else text + "T09:00")
        return (local.replace(tzinfo=self.zone) - EPOCH) // datetime.timedelta(milliseconds=1)

    def add_working(self, day, count):
        while count > 0:
            day += ONE
            count -= self.works(day)
        return day

    def working_between(self, first, last):
        """Working days in (first, last]."""
        count = 0
        while first < last:
            first += ONE
            count += self.works(first)
        return count

    @staticmethod
    def add_months(day, months):
        month = day.year * 12 + day.month - 1 + months
        for number in range(day.day, 0, -1):
            try:
                return datetime.date(month // 12, month % 12 + 1, number)
            except ValueError:
                continue
        raise ValueError(day)

    def last_day(self, day, span, extra_days=0):
        """The last day of a limit in days, months or years; `extra_days` were left out."""
        count, unit = span
        if unit == "wd":
            return self.add_working(day, count)
        last = {"d": lambda: day + ONE * count, "mon": lambda: self.add_months(day, count),
                "y": lambda: self.add_months(day, 12 * count)}[unit]()
        if count == 0 and extra_days == 0:
            return day
        last += ONE * extra_days
        while not self.works(last):
            last += ONE
        return last

    def after(self, ms, span):
        """When somebody has let so much time pass: the same hour of a later day, or exactly."""
        count, unit = span
        if unit in MS:
            return ms + count * MS[unit]
        return ms + (self.later_day(self.day_of(ms), span) - self.day_of(ms)).days * DAY_MS

    def later_day(self, day, span):
        count, unit = span
        if unit == "wd":
            return self.add_working(day, count)
        if unit == "d":
            return day + ONE * count
        return self.add_months(day, count * (12 if unit == "y" else 1))
