"""placet check --fix over every small broken definition: it helps, or it changes nothing.

ctest: timeout 300
"""

import json
import re
import sys

import edits


def comments(text):
    return sorted(re.findall("#.*", text))


def line_ends(text):
    return {end for end in re.findall("\r\n|\n|\r", text)}


def check(folder, *words):
    told = json.loads(edits.placet(folder, "check", "workflows/permit.yaml", "-o", "json", *words))
    return told["files"][0]


def try_case(case):
    """What is wrong with mending this one, and whether it was mended."""
    wrong = []
    with edits.office(case) as (folder, path):
        before = path.read_bytes()
        told = check(folder, "--fix")
        after = path.read_bytes()
        if told["fixed"] == 0:
            return (["changed without an edit"] if after != before else []), False
        old, new = before.decode("utf-8"), after.decode("utf-8")
        left = {f"{d['code']} {d['file']}:{d['line']}" for d in told["diagnostics"]}
        unread = any(line.startswith("P0101") for line in case.expected)
        if len(left) >= len(case.expected) and not unread:
            wrong.append(f"no fewer mistakes: {left}")
        if after == before:
            wrong.append("nothing changed")
        if comments(old) != comments(new):
            wrong.append("comments changed")
        if line_ends(old) != line_ends(new) or old.startswith("\ufeff") != new.startswith("\ufeff"):
            wrong.append("line ends or byte order mark changed")
        again = check(folder, "--fix")
        if again["fixed"] != 0 or path.read_bytes() != after:
            wrong.append("mended twice")
    return wrong, True


def main():
    count, mended, failures = 0, 0, []
    for path in sorted((edits.HERE / "edits").glob("*.txt")):
        for case in edits.read_cases(path)[0]:
            wrong, done = try_case(case)
            count += 1
            mended += done
            failures += [f"{path.name}: {case.name}: {line}" for line in wrong]
    for line in failures:
        print(f"error: {line}")
    print(f"{count} tried, {mended} mended, {len(failures)} wrong")
    sys.exit(1 if failures or mended < 60 else 0)


main()
