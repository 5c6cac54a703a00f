"""The workflow patterns: each definition loads, each of its cases goes as pinned.

ctest: timeout 300

`PLACET_ACCEPT=1 python3 tests/patterns/patterns_test.py build` writes the pinned events and the
table of workflows/README.md anew, to be read as a diff (README.md says what stands where).
"""

import datetime
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACET = pathlib.Path(sys.argv[1]).resolve() / "placet"
ACCEPT = os.environ.get("PLACET_ACCEPT") == "1"
PATTERNS = 43

# How a task travels is the same in every pattern.
TECHNICAL = {"task_readied", "task_offered", "task_taken", "task_parked", "task_released"}
SHOWN = ("decision", "result", "name", "by_step", "to_step", "behind", "card", "code", "message",
         "command", "rejection", "reason", "law")
BEGIN = "<!-- patterns: written by tests/patterns/patterns_test.py -->"
END = "<!-- end of patterns -->"


def run(*words):
    done = subprocess.run([PLACET, *words], cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
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
    return f"{local(event['time'])}  {case}{step}  {event['type']}  {' '.join(said)}".rstrip()


def told(workflow, answers):
    """The story of one case, and how it ended."""
    trace = run("simulate", workflow, "--answers", answers, "--trace", "-o", "jsonl")
    events = [json.loads(x) for x in trace.stdout.splitlines()]
    many = {(e["key"], e["step"]) for e in events if e["item"]}
    key = events[0]["key"]
    lines = [line_of(e, key, many) for e in events if e["type"] not in TECHNICAL]
    ending = json.loads(run("simulate", workflow, "--answers", answers, "-o", "json").stdout)
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


def check_folder(folder):
    """(differences, cases) of one pattern."""
    workflow = f"{folder.name}/{folder.name[3:]}.yaml"
    checked = run("check", folder.name)
    if checked.returncode:
        print(checked.stdout)
        return 1, 0
    answers = sorted(folder.glob("*.answers.yaml"))
    wrong = 0
    for path in answers:
        pinned = path.with_name(path.name.removesuffix(".answers.yaml") + ".events.txt")
        wrong += check_pinned(pinned, told(workflow, f"{folder.name}/{path.name}"))
    return wrong, len(answers)


def row_of(folder):
    """A line of the table, from the page of the pattern."""
    page = (folder / "README.md").read_text(encoding="utf-8")
    title = re.match(r"# (\d+) (.+)\n", page)
    said = re.search(r"^Said with: (.+(?:\n.+)*)", page, flags=re.M)
    if not title or not said or int(title[1]) != int(folder.name[:2]):
        sys.exit(f"{folder.name}/README.md: wants `# number name` and a line `Said with: ...`")
    text = " ".join(said[1].split()).rstrip(".").replace("|", "\\|")
    return f"| {title[1]} | [{title[2]}](../tests/patterns/{folder.name}/README.md) | {text} |"


def check_table(folders):
    page = ROOT / "workflows" / "README.md"
    text = page.read_text(encoding="utf-8")
    rows = "\n".join(["| | pattern | said with |", "|--:|---|---|", *map(row_of, folders)])
    table = f"{BEGIN}\n{rows}\n{END}"
    if BEGIN not in text or END not in text:
        sys.exit("workflows/README.md: no place for the table of patterns")
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return check_pinned(page, text[:start] + table + text[end:])


def main():
    folders = sorted(f for f in HERE.iterdir() if re.match(r"\d\d_", f.name))
    wrong = cases = 0
    for folder in folders:
        differences, told_cases = check_folder(folder)
        wrong += differences
        cases += told_cases
        if not told_cases:
            print(f"error: {folder.name}: no case")
            wrong += 1
    wrong += check_table(folders)
    numbers = [int(f.name[:2]) for f in folders]
    if numbers != sorted(set(numbers)) or numbers[-1] > PATTERNS:
        print(f"error: numbers {numbers}")
        wrong += 1
    print(f"{len(folders)} of {PATTERNS} patterns, {cases} cases, {wrong} wrong")
    sys.exit(1 if wrong or not cases else 0)


main()
