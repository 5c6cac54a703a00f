"""One run of the kill test: an engine under load that is killed again and again, and the history
that everybody wrote meanwhile. The moments are random; the numbers that make them come from a
seed."""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

from engine import ROOT, Engine, application, bundle, check
from line import Log

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = ("--accept", "0.5", "--lease", "1", "--backoff", "0.05")
CROWD = [("applicant", "applicant"), ("applicant", "applicant"), ("officer", "officer"),
         ("department", "honest"), ("department", "honest"), ("department", "dying"),
         ("department", "double"), ("department", "late"), ("department", "mute"),
         ("department", "stranger"),
         ("watcher", "plain"), ("watcher", "again"), ("watcher", "slow"), ("watcher", "types"),
         ("watcher", "department")]
OPEN_CASES = 8  # of each applicant, at all times
WORK_S = 0.3    # the longest that a department works on a task
FINISH_S = 120  # a failure, not a pace


class Crowd:
    def __init__(self, directory, seed):
        self.directory = directory
        self.seed = seed
        self.started = 0
        self.people = {}
        for number, (role, manner) in enumerate(CROWD):
            self.start(number, role, manner)

    def start(self, number, role, manner):
        self.started += 1
        errors = open(os.path.join(self.directory, f"{role}-{number}.stderr"), "ab")
        self.people[number] = subprocess.Popen(
            [sys.executable, str(HERE / "people.py"), self.directory, role, str(number), manner,
             f"{self.seed}-{self.started}"], stderr=errors, stdin=subprocess.DEVNULL)
        errors.close()

    def kill_dying(self):
        """The dying department dies, and comes back with nothing in its hands."""
        for number, (role, manner) in enumerate(CROWD):
            if manner == "dying":
                self.people[number].kill()
                self.people[number].wait()
                self.start(number, role, manner)

    def failed(self):
        for number, process in self.people.items():
            if process.poll() not in (None, 0):
                with open(os.path.join(self.directory, f"{CROWD[number][0]}-{number}.stderr"),
                          encoding="utf-8") as file:
                    return f"{CROWD[number]} ended with {process.returncode}: {file.read()[-2000:]}"
        return None

    def wait_for(self, roles, what):
        deadline = time.monotonic() + FINISH_S
        while any(self.people[n].poll() is None for n, (role, _) in enumerate(CROWD)
                  if role in roles):
            check(self.failed() is None, self.failed())
            check(time.monotonic() < deadline, f"{what} took longer than {FINISH_S} s")
            time.sleep(0.02)
        check(self.failed() is None, self.failed())

    def end(self):
        for process in self.people.values():
            if process.poll() is None:
                process.kill()
            process.wait()


def prepare(engine):
    """Publishes the permit and writes down what the people need to know."""
    officer = engine.peer("api", "officer", "setup")
    officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    services = [s["service"] for s in officer.ask("LIST", what="services")["items"]]
    officer.close()
    setup = {"endpoints": {name: at[0] for name, at in engine.endpoints.items()},
             "workflow": "construction_permit", "form": application(), "services": services,
             "open_cases": OPEN_CASES, "work_s": WORK_S}
    os.mkdir(os.path.join(engine.directory, "history"))
    with open(os.path.join(engine.directory, "setup.json"), "w", encoding="utf-8") as file:
        json.dump(setup, file)


def tells():
    """Steps that only tell something: taking such a task is the answer to it."""
    text = (ROOT / "workflows/construction_permit.yaml").read_text(encoding="utf-8")
    steps = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    return [name for name, body in steps if re.search("^    tell:", body, re.MULTILINE)]


def write_file(directory, name, text):
    """All at once: nobody reads half of it."""
    path = os.path.join(directory, name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def wait_for_load(engine, crowd):
    """Everybody is there, and work goes on."""
    deadline = time.monotonic() + FINISH_S
    peer = engine.peer("api", "monitor", "load")
    while True:
        stats = peer.ask("STATS")
        if stats["sessions"] > len(CROWD) and stats["turn"]["steps_completed"] > 10:
            break
        check(crowd.failed() is None, crowd.failed())
        check(time.monotonic() < deadline, f"no load: {stats}")
        time.sleep(0.02)
    peer.close()


def torment(engine, crowd, dice, log, kills):
    for n in range(kills):
        # Mostly while it works; sometimes while it recovers.
        time.sleep(dice.uniform(0, 0.02) if dice.random() < 0.1 else dice.uniform(0.05, 0.45))
        log.write({"do": "kill", "n": n})
        engine.kill()
        if dice.random() < 0.15:
            engine.spawn()
            time.sleep(dice.uniform(0, 0.03))
            engine.kill()
        engine.start()
        if dice.random() < 0.15:
            crowd.kill_dying()
        check(crowd.failed() is None, crowd.failed())


def finish(engine, crowd, log):
    """The faults stop: every case must come to its end, and every watcher must see it."""
    write_file(engine.directory, "calm", "")
    log.write({"do": "calm"})
    crowd.wait_for(("applicant",), "bringing every case to its end")
    peer = engine.peer("api", "monitor", "head")
    head = peer.ask("PING")["sequence"]
    peer.close()
    log.write({"do": "end", "head": head})
    write_file(engine.directory, "end", str(head))
    crowd.wait_for(("watcher", "officer", "department"), "reading to the end")
    check(engine.terminate() == 0, "the engine stops in order")
    return head


def run(build, kills, seed, judge):
    """Calls judge(history, store), two directories, at the end before everything is removed."""
    dice = random.Random(seed)
    more = os.environ.get("PLACET_OPTIONS", "").split()
    engine = Engine(build, *OPTIONS, *more)
    crowd = None
    try:
        prepare(engine)
        log = Log(os.path.join(engine.directory, "history", "nemesis.jsonl"))
        log.write({"do": "begin", "who": "nemesis", "seed": seed, "tells": tells()})
        crowd = Crowd(engine.directory, seed)
        wait_for_load(engine, crowd)
        torment(engine, crowd, dice, log, kills)
        finish(engine, crowd, log)
        return judge(os.path.join(engine.directory, "history"),
                     os.path.join(engine.directory, "data"))
    except BaseException:
        if os.environ.get("PLACET_KEEP"):
            print(f"kept: {engine.directory}", file=sys.stderr)
            engine.keep = True
        raise
    finally:
        if crowd is not None:
            crowd.end()
        engine.close()
