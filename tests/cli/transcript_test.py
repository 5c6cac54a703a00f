"""Commands and what they print, byte for byte (transcripts/README.md)."""

import difflib
import os
import re
import subprocess
import sys

import cli

ACCEPT = os.environ.get("PLACET_ACCEPT") == "1"


def run_command(line, folder):
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, env=cli.environment(), timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    out = done.stdout
    if out and not out.endswith("\n"):
        out += "\n"
    return out + (f"[exit {done.returncode}]\n" if done.returncode else "")


def replay(text, folder):
    """The transcript with the answers of today; what stands before the first command is kept."""
    head, *commands = re.split(r"^\$ ", text, flags=re.M)
    parts = [head]
    for command in commands:
        line = command.split("\n", 1)[0]
        # A blank line after an answer belongs to the transcript.
        gap = "\n" if command.endswith("\n\n") else ""
        parts.append(f"$ {line}\n{run_command(line, folder)}{gap}")
    return "".join(parts), len(commands)


def main():
    findings = 0
    commands = 0
    with cli.workspace() as folder:
        for path in sorted((cli.HERE / "transcripts").glob("*.txt")):
            before = path.read_text(encoding="utf-8")
            after, count = replay(before, folder)
            commands += count
            if before == after:
                continue
            if ACCEPT:
                path.write_text(after, encoding="utf-8")
                continue
            findings += 1
            sys.stdout.writelines(difflib.unified_diff(
                before.splitlines(True), after.splitlines(True), f"{path.name} expected",
                f"{path.name} found"))
    print(f"{commands} commands, {findings} transcripts differ")
    sys.exit(1 if findings or not commands else 0)


main()
