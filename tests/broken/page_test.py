"""The keys that people read about (workflows/LANGUAGE.md) are those that the loader takes
(engine/definition): a table of the page has the same rows as the table of the loader, and no key
goes without a word. The schemas are compared in keys_test.py."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "workflows/LANGUAGE.md").read_text(encoding="utf-8")

# What a table of the loader is for, and the heading of its table on the page; None: it is described
# in words.
TABLES = [
    ("a workflow", "## The file"),
    ("a step", "## A step"),
    ("a rung", "### late"),
    ("a member", "## Joint steps: `for_each`"),
    ("a set of items", "## Items: one task for each"),
    ("a decision", "## Decisions"),
    ("a result", None),
    ("the intake", None),
    ("an obligation", None),
    ("a decision table", None),
    ("a choice", None),
    ("`run`", None),
    ("a signal that is waited for", None),
    ("a day that is waited for", None),
    ("`retry`", None),
    ("`extension`", None),
    ("`clock`", None),
    ("a limit that ends with a day", None),
    ("`targets`", None),
    ("a document", None),
    ("a department", None),
    ("a table", None),
    ("a calendar", None),
]


def loader_tables():
    """{what it is for: its keys}"""
    found = {}
    for path in sorted((ROOT / "engine/definition").glob("*.c")):
        text = path.read_text(encoding="utf-8")
        arrays = {}
        for match in re.finditer(r"static const struct pl_key (\w+)\[\] = \{(.*?)\};", text, re.S):
            keys = re.findall(r'\{"(\w+)",', match[2])
            arrays.setdefault(match[1], []).append((match.start(), keys))
        for use in re.finditer(r'PL_KEYS\(\s*"([^"]*)",\s*(\w+)\)', text):
            before = [keys for start, keys in arrays.get(use[2], []) if start < use.start()]
            if before:
                found[use[1]] = set(before[-1])
    return found


def page_table(heading):
    """The keys in the first column of the tables below a heading."""
    start = PAGE.index("\n" + heading + "\n")
    end = re.compile(r"^#{2,3} ", re.M).search(PAGE, start + len(heading) + 2)
    keys = set()
    for line in PAGE[start:end.start() if end else len(PAGE)].splitlines():
        row = re.match(r"\| ((?:`\w+`(?:, )?)+) \|", line)
        if row:
            keys.update(re.findall(r"`(\w+)`", row[1]))
    return keys


def differ(what, one, keys, other, others):
    pairs = [(key, one, other) for key in sorted(keys - others)]
    pairs += [(key, other, one) for key in sorted(others - keys)]
    return [f"{what}: `{key}` is in {here}, but not in {there}" for key, here, there in pairs]


def main():
    tables = loader_tables()
    findings = []
    count = 0
    for what, heading in TABLES:
        if what not in tables:
            findings.append(f"{what}: the loader has no table of this name")
            continue
        keys = tables[what]
        count += len(keys)
        if heading:
            findings += differ(what, "the loader", keys, "LANGUAGE.md", page_table(heading))
        findings += [f"{what}: LANGUAGE.md never speaks of `{key}`" for key in sorted(keys)
                     if not re.search(rf"\b{key}\b", PAGE)]
    for finding in findings:
        print(f"error: {finding}")
    print(f"{count} keys in {len(TABLES)} tables, {len(findings)} wrong")
    return 1 if findings or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
