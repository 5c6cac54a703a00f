"""The page that teaches the language: its blocks are the files, its commands print what it shows.

ctest: timeout 300

`PLACET_ACCEPT=1 python3 tests/lessons/lessons_test.py build` writes workflows/lessons/ and the
output in the page anew, to be read as a diff (README.md says how the page is marked).
"""

import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
PAGE = ROOT / "workflows" / "README.md"
LESSONS = ROOT / "workflows" / "lessons"
ACCEPT = os.environ.get("PLACET_ACCEPT") == "1"
BY_HAND = {"README.md", "departments.yaml", "documents.yaml", "noodle_shop.json"}

FILE = re.compile(r"<!-- file: (\S+?)(?: from (\S+))? -->\n```yaml\n(.*?)```\n", re.S)
EDIT = re.compile(r"<!-- edit: (\S+): (.+?) -> (.+?) -->\n")
COMMAND = re.compile(r"```console\n\$ (.+)\n((?:.*\n)*?)```\n")

# The order in which a reader meets the keys of a file; those with entries that merge one by one.
ORDER = ["workflow", "title", "calendar", "form", "late", "intake", "decisions", "steps", "finish"]
MERGED = {"decisions", "steps"}


def parts(text, indent):
    """{key: its lines} of a block map at that indent, in order."""
    found = {}
    key = None
    for line in text.splitlines(keepends=True):
        start = re.match(rf" {{{indent}}}([a-z]\w*):", line)
        if start:
            key = start[1]
            if key in found:
                sys.exit(f"workflows/README.md: {key} twice in a block")
            found[key] = ""
        if key is None:
            sys.exit(f"workflows/README.md: a block begins with {line!r}")
        found[key] += line
    return {k: v.rstrip("\n") + "\n" for k, v in found.items()}


def merged(key, old, new):
    """The entries of `new` in the place of those of `old` with the same id, or after the last."""
    entries = {**parts(old.split("\n", 1)[1], 2), **parts(new.split("\n", 1)[1], 2)}
    return f"{key}:\n" + ("\n" if key == "steps" else "").join(entries.values())


def grown(name, base, block):
    """The file that a block makes of the one before it."""
    modeline, rest = base.split("\n", 1)
    sections = parts(rest, 0)
    for key, text in parts(block, 0).items():
        if key not in ORDER:
            sys.exit(f"workflows/README.md: {name}: {key} has no place in a lesson yet")
        old = sections.get(key)
        sections[key] = merged(key, old, text) if key in MERGED and old else text
    sections["workflow"] = f"workflow: {name.removesuffix('.yaml')}\n"
    head = "".join(sections[k] for k in ORDER if k in sections and sections[k].count("\n") == 1)
    rest = [sections[k] for k in ORDER if k in sections and sections[k].count("\n") > 1]
    return "\n".join([f"{modeline}\n{head}", *rest])


def files_of(page):
    """{name: text} of all blocks that are files."""
    files = {}
    for name, base, block in FILE.findall(page):
        if name in files or base and base not in files:
            sys.exit(f"workflows/README.md: {name}: twice, or {base} does not come before it")
        files[name] = grown(name, files[base], block) if base else block
    return files


def differs(what, old, new):
    """1 when they do, after showing how."""
    if old == new:
        return 0
    print(f"error: workflows/{what}")
    print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "is", "wanted")))
    return 1


def check_files(files):
    """How many files of workflows/lessons/ are not what the page says."""
    wrong = 0
    for name, text in files.items():
        path = LESSONS / name
        if ACCEPT:
            path.write_text(text, encoding="utf-8")
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        wrong += differs(f"lessons/{name}: not as in the page", old, text)
    for path in sorted(LESSONS.iterdir()):
        if path.name not in BY_HAND and path.name not in files:
            print(f"error: workflows/lessons/{path.name}: no block of the page makes it")
            wrong += 1
    return wrong


def run(tree, command):
    """A command of the page, as its reader types it; what comes to the terminal."""
    keep = {k: v for k, v in os.environ.items() if "SAN_OPTIONS" in k}
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tree, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          env={**keep, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    return done.returncode, done.stdout


def edited(tree, name, old, new):
    path = tree / "workflows" / "lessons" / name
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        sys.exit(f"workflows/README.md: {name} has {text.count(old)} times {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def check_commands(page, tree):
    """(the page with what its commands print, how many there are), in the order of a reader."""
    commands = 0

    def shown(match):
        nonlocal commands
        if match.re is EDIT:
            edited(tree, *match.groups())
            return match[0]
        commands += 1
        _, output = run(tree, match[1])
        return f"```console\n$ {match[1]}\n{output}```\n"

    text = ""
    at = 0
    while True:
        found = [m for m in (EDIT.search(page, at), COMMAND.search(page, at)) if m]
        if not found:
            return text + page[at:], commands
        first = min(found, key=lambda m: m.start())
        text += page[at:first.start()] + shown(first)
        at = first.end()


def check_each(files, tree):
    """How many workflows of the lessons the loader refuses, or have no case that is shown."""
    wrong = 0
    for name in sorted(n for n in files if not n.endswith(".answers.yaml")):
        code, output = run(tree, f"build/placet check workflows/lessons/{name}")
        if code != 0 or output != f"ok  workflows/lessons/{name}\n":
            print(f"error: workflows/lessons/{name}: refused\n{output}")
            wrong += 1
    return wrong


def main():
    page = PAGE.read_text(encoding="utf-8")
    files = files_of(page)
    wrong = check_files(files)
    for name in files:
        if page.count(f"workflows/lessons/{name}") == 0:
            print(f"error: workflows/README.md: no command uses {name}")
            wrong += 1
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        shutil.copytree(ROOT / "workflows", tree / "workflows")
        shutil.copytree(ROOT / "schemas", tree / "schemas")
        (tree / "build").symlink_to(BUILD)
        wrong += check_each(files, tree)
        text, commands = check_commands(page, tree)
        for name, want in files.items():  # whoever follows the page to its end has its files again
            now = (tree / "workflows" / "lessons" / name).read_text(encoding="utf-8")
            wrong += differs(f"lessons/{name}: not mended at the end of the page", now, want)
    if ACCEPT:
        PAGE.write_text(text, encoding="utf-8")
    else:
        wrong += differs(f"{PAGE.name}: not what the commands print", page, text)
    blocks = page.count("\n```yaml\n")
    if blocks != len(files) or page.count("\n```console\n") != commands or not commands:
        print(f"error: {blocks} blocks of YAML, {len(files)} files; {commands} commands")
        wrong += 1
    print(f"{len(files)} files, {commands} commands, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
