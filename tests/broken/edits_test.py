"""Small edits of the good files, each with the mistakes that it makes: code, place, what is marked.

With PLACET_ACCEPT=1 the expected lines are written anew; look at the difference before you keep it.
"""

import json
import os
import pathlib
import re
import sys

import edits

ROOM = edits.HERE.parents[1] / "engine" / "definition"
CASES_MIN = 300

# Made in ../unit/definition_limits_test.c: too large to stand here.
LARGE = {"P0102", "P0105", "P0406"}


def marked(folder, found):
    """What the caret stands under, as the mistake counts it: line and code units of UTF-16."""
    if found["line"] == 0:
        return ""
    text = pathlib.Path(folder, found["file"]).read_bytes().decode("utf-8").removeprefix("\ufeff")
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    if found["line"] > len(lines):
        return ""  # behind the last line
    units = lines[found["line"] - 1].encode("utf-16-le")
    start, end = found["utf16"]["start"], found["utf16"]["end"]
    shown = units[2 * start:2 * end].decode("utf-16-le")
    column = len(units[:2 * start].decode("utf-16-le")) + 1
    if column != found["column"] and shown:
        sys.exit(f"column {found['column']} is not utf16 {start}: {found}")
    return shown


def mistakes(case):
    """`P0301 workflows/permit.yaml:49:12 <marked> message`, one for each mistake."""
    with edits.office(case) as (folder, _):
        told = json.loads(edits.placet(folder, "check", "workflows/permit.yaml", "-o", "json"))
        return [f"{d['code']} {d['file']}:{d['line']}:{d['column']} <{marked(folder, d)}> "
                f"{d['message']}" for d in told["files"][0]["diagnostics"]]


def try_case(case, wrong):
    try:
        return mistakes(case)
    except RuntimeError as error:
        wrong.append(f"{case.name}: {error}")
        return ["crash"]


def every_kind(seen):
    """Every code of diagnostics.def is shown by some broken definition."""
    rows = (ROOM / "diagnostics.def").read_text(encoding="utf-8")
    codes = {f"P{int(n):04}" for n in re.findall(r"^DIAGNOSTIC\((\d+),", rows, flags=re.M)}
    for pinned in edits.HERE.glob("*/*.txt"):
        seen |= set(re.findall(r"^error\[(P\d{4})\]", pinned.read_text(encoding="utf-8"), re.M))
    return [f"no broken definition shows {code}" for code in sorted(codes - seen - LARGE)]


def main():
    accept = os.environ.get("PLACET_ACCEPT")
    count, wrong, seen = 0, [], set()
    for path in sorted((edits.HERE / "edits").glob("*.txt")):
        cases, kept = edits.read_cases(path)
        found = {}
        for case in cases:
            count += 1
            found[case.name] = try_case(case, wrong)
            seen |= {line[:5] for line in found[case.name]}
            if not found[case.name]:
                wrong.append(f"{path.name}: {case.name}: nothing is wrong with it")
            elif found[case.name] != case.expected and not accept:
                wrong.append("\n  ".join([f"{path.name}: {case.name}:"] + found[case.name]))
        if accept:
            write(path, cases, kept, found)
        if len({c.name for c in cases}) != len(cases):
            wrong.append(f"{path.name}: two cases have the same name")
    wrong += every_kind(seen)
    for line in wrong:
        print(f"error: {line}")
    print(f"{count} edits, {len(wrong)} wrong")
    sys.exit(1 if wrong or count < CASES_MIN else 0)


def write(path, cases, kept, found):
    """The file again, with what is found behind each case."""
    out, current = [], None
    for line in kept + ["case "]:
        if line.startswith("case ") and current:
            while out and out[-1] == "":
                out.pop()
            out += [f"? {told}" for told in found[current]] + [""]
        current = line[5:] if line.startswith("case ") else current
        out.append(line)
    path.write_text("\n".join(out[:-1]).rstrip("\n") + "\n", encoding="utf-8")


main()
