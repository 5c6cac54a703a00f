"""A whole engine in a temporary folder, used through the command line alone. Every machine output
is checked against its schema on the way.

ctest: timeout 300
"""

import contextlib
import json
import signal
import subprocess
import tempfile
import time

import cli

PERMIT = "construction_permit"
FORM = str(cli.ROOT / "workflows/examples/construction_permit.json")
PATIENCE_S = 60  # a failure, not a pace
NOBODY = "no adapter is connected for department drc 部门drc没有适配器在线"

findings = cli.Findings()


class Engine:
    """placetd on a store of its own; may be killed and started again."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.options = options
        self.run = f"{folder}/run"
        self.data = f"{folder}/data"
        self.children = []
        self.start()

    def start(self):
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [cli.BUILD / "placetd", "--data", self.data, "--run", self.run, "--create",
                 *self.options], stdout=log, stderr=log, env=cli.environment())
        end = time.monotonic() + PATIENCE_S
        while self.ask("doctor").returncode == 3:
            assert self.process.poll() is None, open(f"{self.folder}/log").read()
            assert time.monotonic() < end, "the engine does not answer"

    def offices(self):
        """A demonstration office for each department."""
        listed = self.json("adapter_list", "adapter", "list")
        for department in sorted({x["department"] for x in listed["services"]}):
            with open(f"{self.folder}/log.{department}", "ab") as log:
                self.children.append(subprocess.Popen(
                    [cli.BUILD / "placet-demo", "--department", department, "--at", self.run],
                    stdout=log, stderr=log, env=cli.environment()))
        end = time.monotonic() + PATIENCE_S
        while not all(x["connected"] for x in
                      self.json("adapter_list", "adapter", "list")["services"]):
            assert time.monotonic() < end, "the offices do not come"

    def ask(self, *words):
        return cli.run(*words, PLACET_AT=self.run)

    def fails(self, code, *words):
        """A refusal: its exit code, and one line of JSON that says why."""
        done = self.ask(*words, "-o", "json")
        lines = [json.loads(x) for x in done.stderr.splitlines()]
        error = lines[-1] if lines else {}
        findings.expect(done.returncode == code, f"{words}: exit {done.returncode}, {error}")
        if "error" in error:
            cli.validate(error, "error")
        return error.get("error", {}).get("message", "")

    def json(self, schema, *words, code=0):
        done = self.ask(*words, "-o", "json")
        findings.expect(done.returncode == code, f"{words}: exit {done.returncode} {done.stderr}")
        value = json.loads(done.stdout)
        cli.validate(value, schema)
        for line in done.stderr.splitlines():
            cli.validate(json.loads(line), "warning")
        return value

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE_S)

    def end(self):
        for child in [*self.children, self.process]:
            child.kill()
            child.wait(timeout=PATIENCE_S)


@contextlib.contextmanager
def engine(*options):
    with tempfile.TemporaryDirectory(prefix="placet-cli-") as folder:
        running = Engine(folder, *options)
        try:
            yield running
        finally:
            running.end()


def nobody_there():
    """Without an engine."""
    with tempfile.TemporaryDirectory() as folder:
        for words in (["cases"], ["why", "C1"], ["submit", PERMIT, FORM], ["watch"], ["doctor"],
                      ["publish", "workflows"]):
            done = cli.run(*words, "--at", f"{folder}/run")
            findings.expect(done.returncode == 3 and "placet dev" in done.stderr,
                            f"{words} without an engine: {done.returncode} {done.stderr}")
        for command in ("info", "verify", "rebuild"):
            done = cli.run("store", command, f"{folder}/data", "-o", "json")
            cli.validate(json.loads(done.stderr), "error")
            findings.expect(done.returncode == 4, f"store {command}: {done.returncode}")


def publishing(e):
    first = e.json("publish", "publish", "workflows")["published"]
    findings.expect([x["revision"] for x in first] == [1, 1], f"published {first}")
    again = e.json("publish", "publish", "workflows")["published"]
    findings.expect(all(x["unchanged"] for x in again), f"published again {again}")
    dry = e.json("publish", "publish", "--dry-run", "workflows")["published"]
    findings.expect(all(x["dry_run"] for x in dry), f"dry run {dry}")
    with cli.workspace() as folder:
        e.fails(1, "publish", f"{folder}/definitions/no_such_step.yaml")


def submitting(e):
    """Nobody is connected: that is said everywhere."""
    done = e.ask("submit", PERMIT, FORM, "--key", "K-1")
    said = " ".join(done.stderr.split())  # however wide the terminal is
    findings.expect(done.returncode == 0 and NOBODY in said, f"submit: {done.stderr}")
    again = e.json("submit", "submit", PERMIT, FORM, "--key", "K-1")
    findings.expect(again["existing"], f"the same key again: {again}")
    case = again["case"]
    for words in (["case", case], ["why", case], ["tasks"], ["adapter", "list"], ["doctor"]):
        done = e.ask(*words)
        findings.expect("no adapter is connected for department" in done.stdout + done.stderr
                        and "没有适配器在线" in done.stdout + done.stderr,
                        f"{words} does not say that nobody is there: {done.stdout}{done.stderr}")
    doctor = e.json("doctor", "doctor", code=1)
    findings.expect(not doctor["ok"], "all is well with nobody there")
    e.fails(4, "submit", "no_such_workflow", FORM)
    message = e.fails(1, "submit", PERMIT)
    findings.expect("schema" in message, f"an empty form: {message}")
    with open(FORM, encoding="utf-8") as file:
        wrong = json.load(file)
    wrong["applicant"]["credit_code"] = "91440400MA4P1ACET1"
    del wrong["project"]["name"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(wrong, file)
        file.flush()
        said = " ".join(e.ask("submit", PERMIT, file.name).stderr.split())
    findings.expect("/applicant/credit_code (统一社会信用代码 / Unified social credit code): "
                    "has a check digit that does not fit" in said and "校验码不符" in said
                    and "/project/name" in said, f"two wrong fields: {said}")
    return case


def looking(e, case):
    cases = e.json("cases", "cases")["cases"]
    findings.expect([x["case"] for x in cases] == [case], f"cases: {cases}")
    findings.expect(e.json("cases", "cases", "K-1", "portal")["cases"], "by words")
    findings.expect(not e.json("cases", "cases", "K-1", "nobody")["cases"], "by other words")
    findings.expect(not e.json("cases", "cases", "--state", "closed")["cases"], "none is closed")
    one = e.json("case", "case", case, "--form")
    findings.expect(one["key"] == "K-1" and one["form"]["project"], f"case: {one}")
    why = e.json("why", "why", case)
    findings.expect(why["count"] == len(why["waits"]) == 2, f"why: {why}")
    tasks = e.json("tasks", "tasks")["tasks"]
    findings.expect({x["step"] for x in tasks} == {"project_filing", "land_transfer_contract"},
                    f"tasks: {tasks}")
    mine = e.json("tasks", "tasks", "--department", "drc")["tasks"]
    findings.expect([x["step"] for x in mine] == ["project_filing"], f"tasks of drc: {mine}")
    by_key = e.json("case", "case", "K-1")
    findings.expect(by_key["case"] == case, f"by its key: {by_key}")
    e.fails(4, "case", "C999999")
    e.fails(4, "why", "no-such-key")
    e.fails(2, "cases", "-n", "many")


def acting(e, case):
    done = e.json("done", "decide", case, "project_filing", "filed")
    findings.expect(done["sequence"] > 0, f"decide: {done}")
    steps = {x["step"]: x for x in e.json("case", "case", case)["all_steps"]}
    findings.expect(steps["project_filing"]["decision"] == "filed", "the decision is not there")
    e.fails(5, "decide", case, "project_filing", "filed")
    e.fails(2, "decide", case, "no_such_step", "filed")
    e.fails(2, "decide", case, "land_transfer_contract", "no_such_decision")
    e.fails(4, "decide", "C999999", "project_filing", "filed")
    for words in (["decide", case, "projct_filing", "filed"], ["watch", "--type", "step_dne"],
                  ["decide", case, "land_transfer_contract", "aprove"]):
        done = e.ask(*words)
        findings.expect(done.returncode == 2 and "Did you mean" in done.stderr,
                        f"{words}: {done.stderr}")
    e.fails(2, "watch", "--from", "99999999")
    e.fails(2, "case", "pause", case)
    e.json("done", "case", "pause", case, "--reason", "court order")
    e.fails(5, "case", "pause", case, "--reason", "again")
    e.json("done", "case", "resume", case)
    e.json("done", "case", "skip", case, "land_transfer_contract", "--reason", "exempt")
    e.json("done", "case", "back", case, "land_transfer_contract", "--reason", "wrong")
    e.fails(5, "case", "retry", case, "land_transfer_contract")
    e.fails(4, "signal", case, "nobody_waits")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as changes:
        changes.write('{"applicant": {}}')
        changes.flush()
        e.fails(5, "supplement", case, changes.name)
        changes.write("}")
        changes.flush()
        e.fails(2, "supplement", case, changes.name)
    figures = e.json("case_figures", "case", "figures", "K-1")["cases"][0]
    findings.expect(figures["procedures"] == 1 and figures["finished"] is None
                    and figures["result"] is None and figures["visits"] == 0,
                    f"one step was decided and none ended: {figures}")
    e.fails(4, "case", "figures", "C999999")
    e.fails(2, "case", "figures", case, case, case)
    e.json("done", "withdraw", case, "--reason", "site was sold")
    findings.expect(e.json("case", "case", case)["result"] == "withdrawn", "withdrawn")
    other = e.json("submit", "submit", PERMIT, FORM, "--key", "K-2")["case"]
    e.json("done", "case", "cancel", other, "--reason", "submitted twice")
    done = e.ask("watch", other, "--until-finished", "-o", "json")
    findings.expect(done.returncode == 1, f"a cancelled case ends with {done.returncode}")


def officers(e):
    """Clocks, extension, competence, answers, signals by key, a calendar published again."""
    scripts = cli.HERE.parent / "script"
    e.json("publish", "publish", str(scripts / "workflows/desk.yaml"))
    with tempfile.TemporaryDirectory() as folder:
        def file(name, value):
            path = f"{folder}/{name}.json"
            with open(path, "w", encoding="utf-8") as out:
                json.dump(value, out)
            return path

        shop = file("shop", {"name": "Tea", "area": 40, "kitchen": False})
        case = e.json("submit", "submit", "desk", shop, "--key", "D-1")["case"]
        e.fails(2, "clock", "stop", case, "review", "hearing")
        e.fails(2, "clock", "stop", case, "review", "flood", "--estimate", "20 days")
        e.json("done", "clock", "stop", case, "review", "hearing", "--estimate", "20 days")
        steps = e.json("case", "case", case)["all_steps"]
        findings.expect(steps[0]["stops"] == ["hearing"] and set(steps[0]["clocks"]) == {
            "promised", "statutory", "internal"}, f"a clock that stands still: {steps[0]}")
        findings.expect("stopped: hearing" in e.ask("case", case).stdout, "in the table")
        e.json("done", "clock", "resume", case, "review", "hearing")
        e.fails(6, "step", "extend", case, "review", "--role", "clerk", "--reason", "flood")
        extend = ("step", "extend", case, "review", "--role", "agency_head", "--reason", "flood")
        for count in ("0", "-1", "five", "5 days", "4294967296", ""):
            e.fails(2, *extend, "--count", count)
        e.fails(2, *extend, "--count", "11")  # more than the definition allows
        e.json("done", *extend, "--count", "5")
        granted = e.ask("watch", case, "--type", "step_extended", "-n", "1", "-o", "jsonl").stdout
        findings.expect(json.loads(granted)["data"]["count"] == 5, f"granted: {granted}")
        e.fails(2, "task", "hand-over", case, "review", "planning.review")
        e.json("done", "task", "hand-over", case, "review", "planning.review", "--reason", "large")
        e.fails(1, "decide", case, "review", "approve", "--answer", file("none", {}))
        e.json("done", "decide", case, "review", "approve", "--officer", "officer:wu",
               "--answer", file("grade", {"grade": 3}))
        e.fails(2, "signal", case)
        e.fails(4, "signal", "--key", "Noodles", "payment", file("paid", {"yuan": 5}))
        told = e.json("done", "signal", "--key", "Tea", "payment", file("paid", {"yuan": 5}))
        findings.expect(told["cases"] == [case], f"told: {told}")
        for name in ("child", "children"):
            e.json("publish", "publish", str(scripts / f"workflows/{name}.yaml"))
        parent = e.json("submit", "submit", "children", shop, "--key", "D-2")["case"]
        children = e.json("cases", "cases", "--children-of", "D-2")["cases"]
        findings.expect([x["key"] for x in children] == ["D-2/fire"], f"children: {children}")
        one = e.json("case", "case", parent)
        findings.expect(one["children"] == [children[0]["case"]], f"a parent: {one}")
        findings.expect(f"child of {parent}" in e.ask("case", "D-2/fire").stdout, "a child")
        findings.expect(e.json("why", "why", parent)["waits"][0]["child"] == one["children"][0],
                        "what a parent waits for")
        e.fails(2, "cases", "--children-of", "C999999")
    amended = str(scripts / "amended/calendars/cn.yaml")
    dry = e.json("calendar_amend", "calendar", "amend", amended, "--dry-run")
    findings.expect(dry["dry_run"] and dry["definitions"] == 5, f"dry run: {dry}")
    for unchanged in (False, True):
        done = e.json("calendar_amend", "calendar", "amend", amended)
        findings.expect(done["unchanged"] == unchanged, f"amended: {done}")
    e.fails(5, "calendar", "amend", "workflows/calendars/cn.yaml")


def check_events(events, what):
    for event in events:
        cli.validate(event, "watch")
    sequences = [x["sequence"] for x in events]
    findings.expect(sequences == sorted(set(sequences)), f"{what}: out of order or twice")
    chain = [(a["sequence"], b["previous"]) for a, b in zip(events, events[1:])]
    findings.expect(all(a == b for a, b in chain), f"{what}: a gap in {chain}")


def following(e):
    """A permit to its end, the engine killed on the way."""
    with subprocess.Popen(
            [cli.PLACET, "submit", PERMIT, FORM, "--follow", "-o", "jsonl"], text=True,
            stdout=subprocess.PIPE, env=cli.environment(PLACET_AT=e.run)) as child:
        opened = json.loads(child.stdout.readline())
        cli.validate(opened, "submit")
        events = []
        for line in child.stdout:
            events.append(json.loads(line))
            if len(events) == 30:
                e.stop(signal.SIGKILL)
                e.start()
        child.wait(timeout=PATIENCE_S)
    findings.expect(child.returncode == 0, f"submit --follow: {child.returncode}")
    check_events(events, "followed")
    findings.expect(events[-1]["type"] == "case_finished"
                    and events[-1]["data"]["result"] == "completed", f"the end: {events[-1]}")
    promised = e.json("analyse", "analyse", f"workflows/{PERMIT}.yaml")
    figures = e.json("case_figures", "case", "figures", opened["case"], opened["case"])
    for key in ("procedures", "visits", "cost"):
        findings.expect(figures["cases"][0][key] == promised[key], f"{key}: {figures}")
    findings.expect(figures["cases"][0]["documents"] == promised["documents"]["supplied"],
                    f"documents: {figures}")
    findings.expect(set(figures["difference"].values()) == {0}, f"of a case and itself: {figures}")
    again = e.ask("watch", opened["case"], "--until-finished", "-o", "jsonl")
    findings.expect([json.loads(x) for x in again.stdout.splitlines()] == events,
                    "read again, the events are others")
    everything = e.ask("watch", "--from", "oldest", "--all", "-n", "100", "-o", "jsonl").stdout
    events = [json.loads(x) for x in everything.splitlines()]
    check_events(events, "everything")
    findings.expect([x["sequence"] for x in events] == list(range(1, 101)), "from the oldest")
    late = e.ask("watch", "--from", "2", "--type", "step_done,step_started", "--workflow", PERMIT,
                 "--department", "drc", "-n", "2", "-o", "jsonl").stdout
    events = [json.loads(x) for x in late.splitlines()]
    check_events(events, "filtered")
    findings.expect({x["department"] for x in events} == {"drc"}, f"filtered: {events}")
    return opened["case"]


def storing(e):
    info = e.json("store_info", "store", "info", e.data)
    findings.expect(info["engine_pid"] == e.process.pid, f"info: {info}")
    e.json("store_verify", "store", "verify", e.data)
    e.fails(5, "store", "rebuild", e.data)
    e.stop()
    verified = e.json("store_verify", "store", "verify", e.data)
    findings.expect(verified["ok"] and verified["pages"] > 0, f"verify: {verified}")
    for words in (["--check"], [], ["--check"]):
        rebuilt = e.json("store_rebuild", "store", "rebuild", e.data, *words)
        findings.expect(rebuilt["ok"] and rebuilt["events"] == verified["events"],
                        f"rebuild {words}: {rebuilt}")
    e.start()
    findings.expect(e.json("cases", "cases", "--state", "closed")["cases"], "after the rebuild")


def main():
    nobody_there()
    with engine() as e:
        publishing(e)
        case = submitting(e)
        looking(e, case)
        acting(e, case)
        officers(e)
    with engine("--clock-rate", "3000000", "--clock-start", "2016-04-20") as e:
        e.json("publish", "publish", "workflows")
        e.offices()
        following(e)
        findings.expect(e.json("doctor", "doctor")["ok"], "the doctor is not content")
        storing(e)
    findings.finish()


main()
