"""Broken definitions that differ from the good files in a line or two: reading and making them."""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PLACET = pathlib.Path(sys.argv[1]).resolve() / "placet"


class Case:
    """Read from a text: `case`, `in`, pairs of `-` and `+`, and `?` for what is expected."""

    def __init__(self, name):
        self.name = name
        self.where = []
        self.edits = []  # [old, new]
        self.expected = []

    def take(self, line, before):
        sign, text = line[0], line[2:]
        if sign == "-" and before != "-":
            self.edits.append([[], []])
        if sign in "-+":
            self.edits[-1][sign == "+"].append(text)
        else:
            self.expected.append(text)


def read_cases(path):
    """The cases of a file, and its lines without what is expected."""
    cases, kept, before = [], [], ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("case "):
            cases.append(Case(line[5:]))
        elif line.startswith("in "):
            cases[-1].where = line[3:].split()
        elif line[:2] in ("- ", "+ ", "? ") or line in ("-", "+"):
            cases[-1].take(line + "  ", before) if len(line) == 1 else cases[-1].take(line, before)
        elif line and not line.startswith("#"):
            sys.exit(f"{path.name}: cannot read: {line}")
        before = line[:1]
        if not line.startswith("? "):
            kept.append(line)
    return cases, kept


def edited(text, case):
    for old, new in case.edits:
        old, new = "\n".join(old), "\n".join(new)
        if text.count(old) != 1:
            sys.exit(f"{case.name}: {text.count(old)} times in the good file: {old!r}")
        text = text.replace(old, new)
    if "noend" in case.where:
        text = text.rstrip("\n")
    if "crlf" in case.where:
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if "bom" in case.where else "") + text


@contextlib.contextmanager
def office(case):
    """A folder with the good files, one of them edited; gives it and the path of that one."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder, "workflows")
        shutil.copytree(HERE / "good", work)
        shutil.copytree(HERE / "good" / "forms", pathlib.Path(folder, "schemas", "forms"))
        name = case.where[0]
        path = pathlib.Path(folder, "schemas", name) if name.startswith("forms/") else work / name
        good = path.read_text(encoding="utf-8")
        path.write_bytes(edited(good, case).encode("utf-8"))
        yield folder, path


def placet(folder, *words):
    done = subprocess.run([PLACET, *words], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    if done.stderr or done.returncode < 0:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return done.stdout
