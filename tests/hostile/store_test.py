# ctest: serial
# ctest: timeout 300
"""What can happen to a store and to the processes around it: a restart with many open cases, a
second engine, one flipped byte, a full disk, an adapter that dies, an order to stop."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import zmq

from engine import ERROR, Engine, Refused, application, bundle, check, refused, run

FLIPS = 120
CONFLICT, NO, TRY_AGAIN = 5, 1, 75
FORM = application()
PATIENT = ("--accept", "3600", "--lease", "86400")  # nothing times out while it is looked at


def publish(engine):
    officer = engine.peer("api", "officer", "ops")
    officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    return officer


def start(portal, key):
    return portal.ask("START", workflow="construction_permit", key=key, form=FORM,
                      idem=f"start-{key}")["case"]


def serve_all(engine, officer, name="office", **more):
    adapter = engine.peer("work", "adapter", name)
    for number, service in enumerate(officer.ask("LIST", what="services")["items"], 1):
        adapter.ask("SUBSCRIBE", service=service["service"], subscription=number, max=64, **more)
    return adapter


def answer(adapter, task):
    work = {"task": task["task"], "lease": task["lease"]}
    adapter.ask("TAKEN", **work)
    decision = "no_objection" if task["role"] == "opinion" else task["decisions"][0]
    return adapter.ask("COMPLETE", decision=decision, **work)


def portrait(engine):
    """Everything that one can ask, without what depends on the moment."""
    peer = engine.peer("api", "officer", "painter")
    cases, after = [], 0
    while after is not None:
        page = peer.ask("LIST", what="cases", after=after, limit=500)
        cases += page["items"]
        after = page["next"]
    picture = {"sequence": peer.ask("PING")["sequence"]}
    for case in sorted(cases, key=lambda item: item["case"]):
        picture[case["case"]] = (peer.ask("GET", what="case", case=case["case"], form=True),
                                 peer.ask("HISTORY", case=case["case"], limit=500)["events"])
    peer.close()
    return lasting(picture)


def lasting(value):
    if isinstance(value, dict):
        return {key: lasting(v) for key, v in value.items() if key not in ("now", "connected")}
    if isinstance(value, (list, tuple)):
        return [lasting(v) for v in value]
    return value


def differences(a, b, at=""):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for key in a.keys() | b.keys()
                for d in differences(a.get(key), b.get(key), f"{at}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{at}/{i}")]
    return [] if a == b else [f"{at}: {str(a)[:80]} became {str(b)[:80]}"]


def check_same(before, after, what):
    found = differences(before, after)
    check(not found, f"{what}: {found[:3]}")


def populate(engine, count, steps):
    """So many cases, and so many tasks answered."""
    officer = publish(engine)
    portal = engine.peer("api", "portal", "counter")
    for i in range(count):
        start(portal, f"K{i}")
    adapter = serve_all(engine, officer)
    for _ in range(steps):
        answer(adapter, adapter.next("TASK"))


def a_restart_brings_every_open_case_back(build):
    engine = Engine(build, *PATIENT)
    try:
        populate(engine, 500, 300)
        before = portrait(engine)
        check(len(before) == 501, len(before))
        begin = time.monotonic()
        engine.kill()
        engine.start()
        took = time.monotonic() - begin
        check(took < 5, f"ready after {took:.2f} s")
        check_same(before, portrait(engine), "after a restart")
        check(engine.terminate() == 0, "an orderly stop")
    finally:
        engine.close()


def a_second_engine_is_refused(build):
    engine = Engine(build)
    try:
        data = os.path.join(engine.directory, "data")
        for run_dir in ("run", "run2"):
            second = subprocess.run(
                [engine.program, "--data", data, "--run", os.path.join(engine.directory, run_dir)],
                capture_output=True, text=True, timeout=20, check=False)
            check(second.returncode == CONFLICT, f"{second.returncode} {second.stderr}")
            check(str(engine.process.pid) in second.stderr, f"names its holder: {second.stderr}")
        peer = engine.peer("api", "monitor", "wall")
        check(peer.ask("PING")["sequence"] == 0, "the first works on")
        # The lock is the kernel's: nothing is left behind that keeps the next one out.
        engine.kill()
        engine.start()
    finally:
        engine.close()


def flipped(engine, place, truth):
    """Starts on a store with one byte changed. What it did about it."""
    try:
        engine.start()
    except RuntimeError:
        check(engine.process.returncode in (NO, TRY_AGAIN),
              f"byte {place}: exit code {engine.process.returncode}")
        check("ERROR" in engine.read_log(engine.log_begin)
              or "error" in engine.read_log(engine.log_begin), f"byte {place}: no message")
        return "refused to start"
    try:
        picture = portrait(engine)
    except Refused as error:
        check(error.name == "INTERNAL", f"byte {place}: {error}")
        return "refused to answer"
    except ConnectionError:
        check(engine.process.returncode == TRY_AGAIN,
              f"byte {place}: exit code {engine.process.returncode}")
        return "stopped"
    check_same(truth, picture, f"byte {place}")
    check(engine.process.poll() is None, f"byte {place}: it ended afterwards")
    return "told the truth"


def used_pages(path):
    """Numbers of the pages that are not all zero."""
    with open(path, "rb") as file:
        data = file.read()
    return [i for i in range(0, len(data), 4096) if any(data[i:i + 4096])], len(data)


def a_flipped_byte_is_never_believed(build):
    engine = Engine(build, *PATIENT)
    try:
        populate(engine, 30, 150)
        truth = portrait(engine)
        check(engine.terminate() == 0, "an orderly stop")
        store = os.path.join(engine.directory, "data", "data.mdb")
        pages, size = used_pages(store)
        dice = random.Random(3)
        with open(store, "rb") as file:
            original = file.read()
        sums = {}
        for n in range(FLIPS):
            # Heads of pages, the two meta pages, and anywhere.
            page = pages[n % 2] if n < 20 else dice.choice(pages)
            place = page + (dice.randrange(200) if n % 2 else dice.randrange(4096))
            with open(store, "wb") as file:
                file.write(original[:place] + bytes([original[place] ^ (1 << dice.randrange(8))])
                           + original[place + 1:])
            what = flipped(engine, place, truth)
            sums[what] = sums.get(what, 0) + 1
            if engine.process.poll() is None:
                engine.kill()
            engine.context.destroy(0)
            engine.context = zmq.Context()
        print(f"     {size} bytes, {FLIPS} flips: {sums}")
        check(FLIPS - sums.get("told the truth", 0) > FLIPS // 5, sums)
        with open(store, "wb") as file:
            file.write(original)
        engine.start()
        check_same(truth, portrait(engine), "the original")
    finally:
        engine.close()


class SmallDisk:
    def __init__(self, mib):
        self.at = tempfile.mkdtemp(prefix="placet-disk-")
        self.mounted = False
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "none", self.at],
                              capture_output=True, text=True, check=False)
        self.mounted = done.returncode == 0
        self.reason = done.stderr.strip()

    def resize(self, mib):
        subprocess.run(["mount", "-o", f"remount,size={mib}m", self.at], check=True)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", self.at], check=False)
        shutil.rmtree(self.at, ignore_errors=True)


def fill(portal, limit=20000):
    """Starts cases, many at a time, until one is refused for want of space."""
    for number in range(0, limit, 50):
        asked = [portal.send("START", workflow="construction_permit", key=f"K{n}", form=FORM,
                             idem=f"start-K{n}") for n in range(number, number + 50)]
        names = set()
        for correlation in asked:
            try:
                portal.reply_to(correlation)
            except Refused as error:
                names.add(error.name)
        if names:
            check(names == {"STORAGE_FULL"}, names)
            return number + 50
    raise AssertionError(f"{limit} cases fit")


def a_full_disk_refuses_new_cases_only(build):
    disk = SmallDisk(36)
    engine = None
    try:
        if not disk.mounted:
            print(f"     skipped: cannot mount a small disk ({disk.reason})")
            return
        engine = Engine(build, *PATIENT, "--data", os.path.join(disk.at, "data"))
        officer = publish(engine)
        portal = engine.peer("api", "portal", "counter")
        count = fill(portal)
        error = refused(lambda: start(portal, "one-more"), "STORAGE_FULL")
        check(error["retry"] == "same", error)
        check(officer.ask("HEALTH")["status"] == "full", "HEALTH says so")
        # Work goes on, and so does reading.
        adapter = serve_all(engine, officer)
        for _ in range(300):
            answer(adapter, adapter.next("TASK"))
        check(officer.ask("LIST", what="cases", limit=500)["items"], "LIST")
        watcher = engine.peer("api", "monitor", "wall")
        watcher.ask("WATCH", **{"from": "oldest", "credit": 100})
        check(watcher.next("EVENTS")["events"][0]["seq"] == 1, "WATCH")
        check(engine.process.poll() is None, "it lives")
        refused(lambda: start(portal, "one-more"), "STORAGE_FULL")
        # Space returns: the same command, asked again, is accepted.
        disk.resize(160)
        deadline = time.monotonic() + 10
        case = None
        while case is None:
            try:
                case = start(portal, "one-more")
            except Refused as refusal:
                check(refusal.name == "STORAGE_FULL" and time.monotonic() < deadline, refusal)
                time.sleep(0.05)
        check(officer.ask("HEALTH")["status"] == "ok", "HEALTH says so")
        for _ in range(100):
            answer(adapter, adapter.next("TASK"))
        truth = portrait(engine)
        engine.kill()
        engine.start()
        check_same(truth, portrait(engine), "what was done on a full disk")
        print(f"     refused after {count} cases")
    finally:
        if engine is not None:
            engine.close()
        disk.close()


def an_order_to_stop_is_obeyed_within_a_second(build):
    engine = Engine(build)
    try:
        populate(engine, 100, 100)
        portal = engine.peer("api", "portal", "counter")
        asked = [portal.send("START", workflow="construction_permit", key=f"S{n}", form=FORM,
                             idem=f"start-S{n}") for n in range(200)]
        begin = time.monotonic()
        code = engine.terminate()
        took = time.monotonic() - begin
        check(code == 0, f"exit code {code}")
        check(took < 1.5, f"stopped after {took:.2f} s")  # 1 s, and the machine may be busy
        acknowledged = {}
        while portal.socket.poll(0):
            message = portal.receive()
            if not message.flags & ERROR:
                acknowledged[asked.index(message.correlation)] = message.body["case"]
        engine.start()
        portal.ask("HELLO", role="portal", name="counter")
        for number, case in acknowledged.items():
            check(start(portal, f"S{number}") == case, f"S{number} was acknowledged as {case}")
    finally:
        engine.close()


HOLDER = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from engine import Peer
import zmq
class Engine:
    process = None
engine = Engine()
engine.context = zmq.Context()
engine.endpoints = {"work": [sys.argv[2]]}
adapter = Peer(engine, "work", "adapter", "holder")
adapter.ask("SUBSCRIBE", service="drc.project_filing", max=8)
for _ in range(8):
    task = adapter.next("TASK")
    adapter.ask("TAKEN", task=task["task"], lease=task["lease"])
print("taken", flush=True)
time.sleep(1000)
"""


def tasks_of_a_dead_adapter_are_offered_again(build):
    engine = Engine(build, "--accept", "0.5", "--lease", "1")
    holder = None
    try:
        publish(engine)
        portal = engine.peer("api", "portal", "counter")
        cases = {start(portal, f"K{i}") for i in range(8)}
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(pathlib.Path(__file__).parents[1] / "e2e"),
             engine.endpoints["work"][0]], stdout=subprocess.PIPE, text=True)
        check(holder.stdout.readline() == "taken\n", "the holder took the tasks")
        holder.kill()
        holder.wait()
        adapter = engine.peer("work", "adapter", "heir")
        adapter.ask("SUBSCRIBE", service="drc.project_filing", max=8)
        inherited = set()
        while inherited != cases:
            task = adapter.next("TASK")
            check(task["attempt"] <= 2, task)
            answer(adapter, task)
            inherited.add(task["case"])
    finally:
        if holder is not None:
            holder.kill()
            holder.wait()
        engine.close()


run([
    a_restart_brings_every_open_case_back,
    a_second_engine_is_refused,
    a_flipped_byte_is_never_believed,
    a_full_disk_refuses_new_cases_only,
    an_order_to_stop_is_obeyed_within_a_second,
    tasks_of_a_dead_adapter_are_offered_again,
])
