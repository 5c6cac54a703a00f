# ctest: timeout 200
"""Too much of everything: sessions, services, watches, credit, connections, peers that speak
another protocol or none, a watcher that never reads. The engine refuses in time, forgets what is
gone, and serves everybody else meanwhile."""

import os
import pathlib
import resource
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import zmq

from engine import Engine, Peer, Refused, application, bundle, check, refused, run

FORM = application()
SERVICES_MAX = 1024
WATCHES_OF_ONE = 16
DEAF_KIB = 65536  # what peers that never read may cost here
GREETING = b"\xff" + b"\0" * 8 + b"\x7f" + b"\x03\x01" + b"NULL".ljust(20, b"\0") + b"\0" * 32
READY = b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x06DEALER"


def publish(engine):
    officer = engine.peer("api", "officer", "ops")
    officer.ask("PUBLISH", files=bundle("construction_permit.yaml"))
    return officer


def start(portal, key):
    return portal.ask("START", workflow="construction_permit", key=key, form=FORM,
                      idem=f"start-{key}")["case"]


def open_files(engine):
    return len(os.listdir(f"/proc/{engine.process.pid}/fd"))


def resident_kib(engine):
    with open(f"/proc/{engine.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def is_sanitized(build):
    cache = (pathlib.Path(build) / "CMakeCache.txt").read_text(encoding="utf-8")
    return "PLACET_SANITIZE:STRING=\n" not in cache and "PLACET_SANITIZE" in cache


def eventually(what, true):
    deadline = time.monotonic() + 20
    while not true():
        check(time.monotonic() < deadline, what)
        time.sleep(0.02)


def one_correlation_for_everything(build):
    engine = Engine(build)
    try:
        peer = engine.peer("api", "portal", "counter")
        for _ in range(500):
            peer.send("PING", correlation=7)
        answers = [peer.receive() for _ in range(500)]
        check(all(a.correlation == 7 and a.kind == "PING" for a in answers), "each is answered")
        for _ in range(100):
            peer.send("PING", correlation=0xffffffffffffffff)
            check(peer.receive().correlation == 0xffffffffffffffff, "it comes back as it was")
    finally:
        engine.close()


def a_peer_that_greets_without_end_has_one_session(build):
    engine = Engine(build)
    try:
        monitor = engine.peer("api", "monitor", "wall")
        peer = engine.peer("api", "portal", "counter")
        for n in range(5000):
            peer.send("HELLO", role="portal", name=f"counter{n % 50}")
            peer.receive()
        check(monitor.ask("STATS")["sessions"] == 2, "one session each")
        crowd = [engine.peer("api", "portal", f"p{n}") for n in range(300)]
        check(monitor.ask("STATS")["sessions"] == 302, "300 more")
        for one in crowd:
            one.send("BYE")
        eventually("sessions that said BYE are gone",
                   lambda: monitor.ask("STATS")["sessions"] == 2)
        for one in crowd:
            one.close()
    finally:
        engine.close()


def a_silent_session_ends(build):
    engine = Engine(build, "--session-dead", "1")
    try:
        monitor = engine.peer("api", "monitor", "wall")
        crowd = [engine.peer("api", "portal", f"p{n}") for n in range(100)]
        eventually("silent sessions end", lambda: monitor.ask("STATS")["sessions"] == 1)
        refused(lambda: crowd[0].ask("PING"), "NO_SESSION")
    finally:
        engine.close()


def services_that_nobody_defined_leave_room(build):
    engine = Engine(build)
    try:
        adapter = engine.peer("work", "adapter", "greedy")
        names = set()
        for n in range(2 * SERVICES_MAX):
            adapter.send("SUBSCRIBE", service=f"none.s{n}", subscription=n + 1, max=4096)
            answer = adapter.receive().body
            names.add(answer.get("name"))
        check(names == {None, "RESOURCE_EXHAUSTED"}, names)
        for n in range(2 * SERVICES_MAX):
            adapter.send("SUBSCRIBE", service="none.s0", subscription=10000 + n, max=4096)
            adapter.receive()
        officer = publish(engine)
        sessions = officer.ask("LIST", what="sessions")["items"]
        check(max(len(s["services"]) for s in sessions) == SERVICES_MAX, "as many as there may be")
        case = start(engine.peer("api", "portal", "counter"), "K1")
        adapter.ask("BYE")
        honest = engine.peer("work", "adapter", "drc")
        honest.ask("SUBSCRIBE", service="drc.project_filing", max=1)
        check(honest.next("TASK")["case"] == case, "who comes after is served")
        engine.kill()
        engine.start()
        officer.ask("HELLO", role="officer", name="ops")
        check(officer.ask("GET", what="case", case=case)["state"] == "open", "it recovers")
    finally:
        engine.close()


def watches_are_bounded_and_given_back(build):
    engine = Engine(build)
    try:
        officer = publish(engine)
        watcher = engine.peer("api", "monitor", "wall")
        names = {}
        for n in range(2 * WATCHES_OF_ONE):
            try:
                watcher.ask("WATCH", watch=n + 1, credit=0, **{"from": "oldest"})
                names["fine"] = names.get("fine", 0) + 1
            except Refused as error:
                names[error.name] = names.get(error.name, 0) + 1
        check(set(names) == {"fine", "RESOURCE_EXHAUSTED"}, names)
        check(names["fine"] == WATCHES_OF_ONE, names)
        other = engine.peer("api", "monitor", "other")
        watcher.ask("BYE")
        other.ask("WATCH", **{"from": "oldest"})
        check(other.next("EVENTS")["events"][0]["seq"] == 1, "who comes after is served")
        check(officer.ask("HEALTH")["status"] == "ok", "healthy")
    finally:
        engine.close()


def credit_without_measure_buys_no_more_than_max(build):
    engine = Engine(build)
    try:
        publish(engine)
        portal = engine.peer("api", "portal", "counter")
        for n in range(20):
            start(portal, f"K{n}")
        adapter = engine.peer("work", "adapter", "drc")
        adapter.ask("SUBSCRIBE", service="drc.project_filing", max=3)
        for _ in range(2000):
            adapter.send("CREDIT", n=4096)
        adapter.ask("PING")
        tasks = [m for m in adapter.inbox if m.kind == "TASK"]
        check(len(tasks) == 3, f"{len(tasks)} tasks for three hands")
    finally:
        engine.close()


def a_task_that_changes_connections_leaves_its_hand_behind(build):
    """The connection that was offered it ends later; whoever has its place must not suffer."""
    engine = Engine(build)
    try:
        publish(engine)
        portal = engine.peer("api", "portal", "counter")
        start(portal, "K1")
        first = engine.peer("work", "adapter", "drc")
        first.ask("SUBSCRIBE", service="drc.project_filing", max=1)
        task = first.next("TASK")
        second = engine.peer("work", "adapter", "drc")
        second.ask("TAKEN", task=task["task"], lease=task["lease"])
        first.ask("BYE")
        third = engine.peer("work", "adapter", "drc")
        third.ask("SUBSCRIBE", service="drc.project_filing", max=1)
        second.ask("COMPLETE", task=task["task"], lease=task["lease"], decision="filed")
        for n in range(2, 5):
            case = start(portal, f"K{n}")
            task = third.next("TASK")
            check(task["case"] == case, "the successor still gets tasks")
            third.ask("COMPLETE", task=task["task"], lease=task["lease"], decision="filed")
    finally:
        engine.close()


def speak(address, data):
    """Bytes to a socket that expects ZMTP; gives the connection."""
    kind, _, place = address.partition("://")
    if kind == "ipc":
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(place)
    else:
        host, _, port = place.rpartition(":")
        peer = socket.create_connection((host, int(port)))
    try:
        peer.sendall(data)
    except OSError:
        pass  # it hung up on us: as good an answer as any
    return peer


def peers_that_speak_something_else_are_hung_up_on(build):
    engine = Engine(build, "--tcp", "127.0.0.1")
    try:
        portal = engine.peer("api", "portal", "counter")
        portal.ask("PING")
        files = open_files(engine)
        speeches = [
            b"", b"\n", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            os.urandom(64), os.urandom(100000), b"\0" * 100000, b"\xff" * 100000,
            GREETING[:10], GREETING[:33], GREETING, GREETING.replace(b"NULL", b"CURV"),
            GREETING.replace(b"NULL", b"\xff" * 4), GREETING + READY,
            GREETING + b"\x04\xff" + b"\0" * 255, GREETING + b"\x06" + b"\x7f" * 8 + b"x" * 1000,
            GREETING + READY.replace(b"DEALER", b"SPREAD"), GREETING + READY[:10],
            GREETING + READY + b"\x02" + b"\xff" * 8, GREETING + READY + b"\x02" + b"\x7f" * 8,
            GREETING + READY + b"\x02" + struct.pack(">Q", 1 << 40) + b"x" * 100000,
            GREETING + READY + b"\x01\x05hello" * 2000, GREETING + READY + b"\x00\x00" * 2000,
            GREETING + READY + b"\x04\x05\x04PING" * 100, GREETING + READY + os.urandom(50000),
        ]
        addresses = [address for places in engine.endpoints.values() for address in places]
        check(any(a.startswith("tcp:") for a in addresses), addresses)
        for address in addresses:
            for speech in speeches * 3:
                speak(address, speech).close()
                check(portal.ask("PING")["now"] > 0, "everybody else is served")
        half_open = [speak(address, GREETING[:20]) for address in addresses for _ in range(50)]
        check(portal.ask("PING")["now"] > 0, "everybody else is served")
        for peer in half_open:
            peer.close()
        eventually(f"connections are closed: {files} files at first, {open_files(engine)} now",
                   lambda: portal.ask("PING") and open_files(engine) <= files + 2)
    finally:
        engine.close()


def a_flood_of_noise_from_strangers_costs_little(build):
    engine = Engine(build)
    try:
        portal = engine.peer("api", "portal", "counter")
        strangers = [engine.peer("api") for _ in range(20)]
        before = 0
        for turn in range(100):
            for stranger in strangers:
                for _ in range(20):
                    stranger.send_raw(os.urandom(16), os.urandom(200))
                    stranger.send("PING")
                while stranger.socket.poll(0):
                    stranger.socket.recv_multipart()
            portal.ask("PING")
            if turn == 50:
                before = resident_kib(engine)
        growth = resident_kib(engine) - before
        check(is_sanitized(build) or growth < 4096, f"grew by {growth} KiB")
    finally:
        engine.close()


def few_file_descriptors_turn_peers_away(build):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        engine = Engine(build)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        portal = engine.peer("api", "portal", "counter")
        crowd = [speak(engine.endpoints["api"][0], GREETING) for _ in range(200)]
        check(portal.ask("PING")["now"] > 0, "who was there is served")
        for peer in crowd:
            peer.close()
        check(portal.ask("PING")["now"] > 0, "who was there is served")
        late = engine.peer("api", "portal", "late")
        check(late.ask("PING")["now"] > 0, "who comes afterwards too")
        check(engine.process.poll() is None, "it lives")
    finally:
        engine.close()


def a_watcher_that_never_reads_costs_a_bounded_queue(build):
    engine = Engine(build)
    try:
        publish(engine)
        portal = engine.peer("api", "portal", "counter")
        deaf = Peer(engine, "api")
        deaf.socket.close()
        deaf.socket = engine.context.socket(zmq.DEALER)
        deaf.socket.linger = 0
        deaf.socket.rcvhwm = 1
        deaf.socket.connect(engine.endpoints["api"][0])
        deaf.ask("HELLO", role="monitor", name="deaf")
        refused(lambda: deaf.ask("WATCH", credit=2 ** 32 - 1), "INVALID_ARGUMENT")
        before = resident_kib(engine)
        for n in range(WATCHES_OF_ONE):
            deaf.send("WATCH", watch=n + 1, batch=1, credit=4096, **{"from": "oldest"})
            for _ in range(20):
                deaf.send("CREDIT", watch=n + 1, n=4096)
        for n in range(1500):
            start(portal, f"K{n}")
        live = engine.peer("api", "monitor", "live")
        live.ask("WATCH", **{"from": "oldest", "credit": 10})
        check(live.next("EVENTS")["events"][0]["seq"] == 1, "another one is served")
        growth = resident_kib(engine) - before
        check(is_sanitized(build) or growth < DEAF_KIB, f"grew by {growth} KiB")
    finally:
        engine.close()


run([
    one_correlation_for_everything,
    a_peer_that_greets_without_end_has_one_session,
    a_silent_session_ends,
    services_that_nobody_defined_leave_room,
    watches_are_bounded_and_given_back,
    credit_without_measure_buys_no_more_than_max,
    a_task_that_changes_connections_leaves_its_hand_behind,
    peers_that_speak_something_else_are_hung_up_on,
    a_flood_of_noise_from_strangers_costs_little,
    few_file_descriptors_turn_peers_away,
    a_watcher_that_never_reads_costs_a_bounded_queue,
])
