"""Cases played by `placet simulate` and what happens in them, pinned.

A folder has a definition of its name, `<case>.answers.yaml`, and `<case>.events.txt` beside each.
With PLACET_ACCEPT=1 the events are written anew, to be read as a diff.
"""

import datetime
import difflib
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACET = pathlib.Path(sys.argv[1]).resolve() / "placet"
ACCEPT = os.environ.get("PLACET_ACCEPT") == "1"
SCHEMA = json.loads((ROOT / "schemas" / "answers.schema.json").read_text(encoding="utf-8"))

# How a task travels is the same in every case.
TECHNICAL = {"task_readied", "task_offered", "task_taken", "task_parked", "task_released"}
SHOWN = ("decision", "result", "name", "by_step", "to_step", "behind", "card", "code", "message",
         "command", "rejection", "service", "role", "reason", "law")


def run(folder, *words):
    """In the folder; exit codes but 0 and 1 end the test."""
    done = subprocess.run([PLACET, *words], cwd=folder, stdin=subprocess.DEVNULL, timeout=60,
                          capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}")
    return done


def local(utc):
    """2025-03-03T01:00:00.000Z as 03-03 09:00, in the zone of the calendar."""
    at = datetime.datetime.strptime(utc[:16], "%Y-%m-%dT%H:%M") + datetime.timedelta(hours=8)
    return at.strftime("%m-%d %H:%M")


def line_of(event, key, many):
    """`many`: the steps with more tasks than one, which are numbered from 1 as the answers do."""
    step = event["step"] or "-"
    if event["item"] is not None and (event["key"], event["step"]) in many:
        step += f".{event['item'] + 1}"
    case = "" if event["key"] == key else event["key"].removeprefix(key + "/") + "/"
    data = event["data"]
    said = [str(data[k]) for k in SHOWN if data.get(k) not in (None, "", 0)]
    said += [f"due {local(data['due'])}"] if data.get("due") else []
    return f"{local(event['time'])}  {case}{step}  {event['type']}  {' '.join(said)}".rstrip()


def told(folder, workflow, answers):
    """The story of one case, and how it ended."""
    words = ["simulate", workflow, "--answers", answers]
    trace = run(folder, *words, "--trace", "-o", "jsonl")
    events = [json.loads(x) for x in trace.stdout.splitlines()]
    many = {(e["key"], e["step"]) for e in events if e["item"]}
    key = events[0]["key"]
    lines = [line_of(e, key, many) for e in events if e["type"] not in TECHNICAL]
    ending = json.loads(run(folder, *words, "-o", "json").stdout)
    waits = "".join(f", {w['step']} {w['kind']}" for w in ending["waits"])
    result = ending["result"]["id"] if ending["result"] else ending["state"]
    lines.append(f"= {result}{waits}")
    if len(events) != ending["events"]:
        sys.exit(f"{answers}: {len(events)} events in the trace, {ending['events']} in the ending")
    return "\n".join(lines) + "\n"


def check_pinned(path, text):
    """How many differences."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if old == text:
        return 0
    if ACCEPT:
        path.write_text(text, encoding="utf-8")
        return 0
    print(f"error: {path.relative_to(ROOT)}: not as pinned")
    difference = difflib.unified_diff(old.splitlines(True), text.splitlines(True), "pinned", "now")
    print("".join(difference))
    return 1


class Loader(yaml.SafeLoader):
    """Without days: in YAML 1.2 they are texts."""


Loader.yaml_implicit_resolvers = {
    first: [r for r in resolvers if r[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def text_keys(value):
    """As JSON has it: keys are texts."""
    if isinstance(value, dict):
        return {str(k): text_keys(v) for k, v in value.items()}
    return [text_keys(v) for v in value] if isinstance(value, list) else value


def check_shape(path):
    """How many mistakes an editor would show."""
    value = text_keys(yaml.load(path.read_text(encoding="utf-8"), Loader=Loader))
    mistakes = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(value))
    for m in mistakes:
        print(f"error: {path.relative_to(ROOT)}: {m.json_path}: {m.message}")
    return len(mistakes)


def check_folder(folder, workflow):
    """(differences, cases) of one definition."""
    checked = run(folder, "check", ".")
    if checked.returncode:
        print(checked.stdout)
        return 1, 0
    answers = sorted(folder.glob("*.answers.yaml"))
    wrong = 0
    for path in answers:
        pinned = path.with_name(path.name.removesuffix(".answers.yaml") + ".events.txt")
        wrong += check_shape(path) + check_pinned(pinned, told(folder, workflow, path.name))
    return wrong, len(answers)


def check_folders(folders, workflow_of):
    """The same of many; a folder without a case is wrong."""
    wrong = cases = 0
    for folder in folders:
        differences, told_cases = check_folder(folder, workflow_of(folder))
        wrong += differences + (told_cases == 0)
        cases += told_cases
        if not told_cases:
            print(f"error: {folder.name}: no case")
    return wrong, cases
