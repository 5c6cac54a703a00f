"""Every header compiles alone: whoever includes it needs nothing before it."""

import os
import subprocess
import sys

import tree

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wstrict-prototypes"]


def check(path, standard, folders):
    command = [os.environ.get("CC", "cc"), f"-std={standard}", *STRICT, "-D_GNU_SOURCE=",
               *(f"-I{tree.ROOT / folder}" for folder in folders), "-fsyntax-only", "-x", "c", "-"]
    # Included rather than compiled itself: a header as main file draws warnings of its own.
    source = f'#include "{tree.ROOT / path}"\nextern int placet_alone;\n'
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    return done.stderr.splitlines() if done.returncode else []


def main():
    findings = []
    headers = tree.files(".h", under="engine")
    for path in headers:
        if path.parts[1] == "include":
            # Adapters are written in older C too, without our flags.
            findings += check(path, "c11", ["engine/include"])
        else:
            findings += check(path, "gnu17", ["engine", "engine/include"])
    tree.finish(findings, len(headers))


main()
