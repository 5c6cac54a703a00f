"""A real terminal: nothing is wider than it, and colour is there only."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import cli

COLOR = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS = [
    ["help"],
    ["help", "calendar", "count"],
    ["help", "check"],
    ["help", "bench"],
    ["calendar", "count", "2016-04-20", "98wd"],
    ["check", "workflows"],
    ["analyse", "workflows/construction_permit.yaml"],
    ["compare", "workflows/construction_permit_traditional.yaml",
     "workflows/construction_permit.yaml"],
]


def in_terminal(columns, words, **more):
    """What a command prints to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = cli.environment(TERM="xterm-256color", **more)
    del env["COLUMNS"]
    with subprocess.Popen([cli.PLACET, *words], cwd=cli.ROOT, env=env, stdin=theirs,
                          stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        child.wait(timeout=60)
    os.close(ours)
    return b"".join(parts).decode()


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def main():
    findings = cli.Findings()
    for columns in (80, 120):
        for words in COMMANDS:
            text = COLOR.sub("", in_terminal(columns, words)).replace("\r\n", "\n")
            for line in text.split("\n"):
                findings.expect(width(line) <= columns, f"{words}: {width(line)} columns: {line}")
    colored = in_terminal(80, ["help"])
    findings.expect(COLOR.search(colored), "no colour in a terminal")
    findings.expect(not COLOR.search(in_terminal(80, ["help"], NO_COLOR="1")), "NO_COLOR")
    findings.expect(not COLOR.search(in_terminal(80, ["help", "--color", "never"])), "never")
    findings.expect(COLOR.search(cli.run("help", "--color", "always").stdout), "always")
    findings.expect(not COLOR.search(cli.run("help").stdout), "colour in a file")
    findings.finish()


main()
