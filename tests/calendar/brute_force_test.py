"""Counts every limit of the calendar cn day by day and compares with the engine.

Takes the program calendar_table (or the build folder that holds tests/bin/calendar_table).
"""

import datetime
import pathlib
import subprocess
import sys
import threading

import law
import yaml

COUNT_MAX = 60
SEED = 20150101
COURSE_LIMITS = [("w", 60), ("d", 60), ("m", 12), ("y", 3)]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "workflows" / "calendars" / "cn.yaml"
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
ONE_DAY = datetime.timedelta(days=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def days_of(year, entries):
    for entry in entries:
        first, _, last = entry.partition("..")
        day = datetime.date.fromisoformat(f"{year}-{first}")
        end = datetime.date.fromisoformat(f"{year}-{last or first}")
        while day <= end:
            yield day
            day += ONE_DAY


class Calendar:
    def __init__(self, source):
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        self.weekend = {WEEKDAYS.index(name) for name in content["weekend"]}
        self.off, self.work = set(), set()
        for year, lists in content["years"].items():
            self.off.update(days_of(year, lists["holidays"]))
            self.work.update(days_of(year, lists["work"]))
        assert not self.off & self.work, self.off & self.work
        self.first = datetime.date(min(content["years"]), 1, 1)
        self.last = datetime.date(max(content["years"]), 12, 31)

    def is_working(self, day):
        if day in self.work:
            return True
        return day.weekday() not in self.weekend and day not in self.off

    def all_days(self):
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY


def end_of(day):
    midnight = datetime.datetime.combine(day + ONE_DAY, datetime.time(), SHANGHAI)
    return int(midnight.timestamp()) * 1000


def working_limits(calendar, event):
    """Civil Code art. 201: the day of the event does not count."""
    day, count = event, 0
    while count < COUNT_MAX:
        day += ONE_DAY
        if calendar.is_working(day):
            count += 1
            yield day


def plain_limits(calendar, event):
    """Art. 203: a last day that is not worked moves to the next one that is."""
    for count in range(1, COUNT_MAX + 1):
        day = event + count * ONE_DAY
        while not calendar.is_working(day):
            day += ONE_DAY
        yield day


def engine_rows(program, unit):
    command = [program, unit, str(SOURCE), str(COUNT_MAX)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}calendar_table ended with {done.returncode}")
    return [line.split(" ") for line in done.stdout.splitlines()]


def compare(program, unit, limits, calendar):
    rows = engine_rows(program, unit)
    events = list(calendar.all_days())
    if len(rows) != len(events):
        sys.exit(f"{unit}: {len(rows)} rows for {len(events)} days")
    differences = 0
    for event, row in zip(events, rows):
        expected = [f"{end_of(day)}{'+' if day > calendar.last else ''}"
                    for day in limits(calendar, event)]
        if row != expected:
            differences += 1
            first = next(i for i, pair in enumerate(zip(expected, row)) if len(set(pair)) > 1)
            print(f"{event}, {first + 1} {unit} days: {expected[first]} expected,"
                  f" {row[first]} given")
    print(f"{unit}: {len(events) * COUNT_MAX} limits, {differences} start days differ")
    return differences


def epoch_ms(day, ms_of_day):
    midnight = datetime.datetime.combine(datetime.date.fromordinal(day), datetime.time(), SHANGHAI)
    return int(midnight.timestamp()) * 1000 + ms_of_day


def course_ends(days, course):
    for unit, count_max in COURSE_LIMITS:
        for count in range(1, count_max + 1):
            yield law.Limit(days, course, unit, count).run()


def compare_courses(program, calendar):
    """Every start day with stops that overlap and an extension, drawn anew for each."""
    days = law.Days(calendar, margin=2000)
    courses = [law.Course(day.toordinal(), SEED + i) for i, day in enumerate(calendar.all_days())]
    text = "".join(course.line(epoch_ms) + "\n" for course in courses)
    with subprocess.Popen([program, "law", str(SOURCE)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as engine:
        threading.Thread(target=feed, args=(engine, text)).start()
        differences = 0
        for course in courses:
            given = [int(word) for word in engine.stdout.readline().split()]
            expected = [epoch_ms(day + 1, 0) for day in course_ends(days, course)]
            if given != expected:
                differences += 1
                wrong = [row for row in enumerate(zip(expected, given)) if row[1][0] != row[1][1]]
                print(f"course {course.line(epoch_ms)}: {len(given)} limits,"
                      f" of which (number, expected, given) {wrong[:1]}")
    overlapping = sum(course.overlaps() for course in courses)
    limits = sum(count for _, count in COURSE_LIMITS) * len(courses)
    print(f"law: {limits} limits in {len(courses)} courses, {overlapping} with stops that overlap,"
          f" {differences} courses differ")
    assert overlapping > 500, "the courses drawn prove too little"
    return differences + (engine.returncode != 0)


def feed(engine, text):
    engine.stdin.write(text)
    engine.stdin.close()


def main():
    program = pathlib.Path(sys.argv[1])
    if program.is_dir():
        program = program / "tests" / "bin" / "calendar_table"
    calendar = Calendar(SOURCE)
    different = compare(program, "working", working_limits, calendar)
    different += compare(program, "plain", plain_limits, calendar)
    different += compare_courses(program, calendar)
    sys.exit(1 if different else 0)


main()
