"""What the architecture tests share: the files of the tree, and how a finding is reported."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*suffixes, under="."):
    """Source files below `under`, as paths relative to the root; no builds, no dot-folders."""
    found = []
    for folder, names, leaves in os.walk(ROOT / under):
        top = pathlib.Path(folder) == ROOT
        names[:] = sorted(
            n for n in names
            if not n.startswith(".") and n != "__pycache__" and not (top and n.startswith("build"))
        )
        for leaf in sorted(leaves):
            if not suffixes or leaf.endswith(suffixes):
                found.append((pathlib.Path(folder) / leaf).relative_to(ROOT))
    return found


def lines(path):
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def finish(findings, looked_at):
    """Prints the findings, compiler style, and ends the test. Looking at nothing is a failure."""
    for finding in findings:
        print(finding)
    if looked_at == 0:
        print("error: the test found nothing to look at")
    sys.exit(1 if findings or looked_at == 0 else 0)
