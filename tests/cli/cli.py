"""What the tests of the command line share: running `placet`, and judging its machine output."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "cli"
BUILD = pathlib.Path(sys.argv[1]).resolve()
PLACET = BUILD / "placet"


def environment(**more):
    """Nothing of the machine that could change an answer."""
    keep = {k: v for k, v in os.environ.items() if "SAN_OPTIONS" in k}
    return {**keep, "PATH": f"{BUILD}:/usr/bin:/bin", "TERM": "dumb", "LANG": "C.UTF-8",
            "COLUMNS": "80", **more}


def run(*words, cwd=None, **more):
    return subprocess.run([PLACET, *words], cwd=cwd or ROOT, env=environment(**more),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@contextlib.contextmanager
def workspace():
    """A folder with `workflows`, `patterns`, `language`, and `definitions` with mistakes."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "workflows", f"{folder}/workflows")
        shutil.copytree(ROOT / "schemas", f"{folder}/schemas")
        shutil.copytree(HERE / "definitions", f"{folder}/definitions")
        shutil.copytree(ROOT / "workflows" / "calendars", f"{folder}/definitions/calendars")
        for name in ("patterns", "language"):
            shutil.copytree(ROOT / "tests" / name, f"{folder}/{name}")
        for name in ("departments.yaml", "documents.yaml"):
            shutil.copy(ROOT / "workflows" / name, f"{folder}/definitions/{name}")
        yield folder


def strict(schema):
    """The same schema, closed: output may have only the keys that it describes."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {k: strict(v) for k, v in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


def validate(value, name):
    schema = json.loads((ROOT / "schemas" / "cli" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, strict(schema), cls=jsonschema.Draft202012Validator)


class Findings:
    """Counts what was looked at; a test that looked at nothing fails."""

    def __init__(self):
        self.looked_at = 0
        self.wrong = 0

    def expect(self, holds, what):
        self.looked_at += 1
        if not holds:
            self.wrong += 1
            print(f"error: {what}")

    def finish(self):
        print(f"{self.looked_at} looked at, {self.wrong} wrong")
        sys.exit(0 if self.looked_at and not self.wrong else 1)
