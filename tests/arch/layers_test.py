"""A room includes only what tests/arch/layers.txt allows; adapters and tools see public headers."""

import re

import tree

INCLUDE = re.compile(r'\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
PUBLIC_MAY_USE = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}


def read_layers():
    layers = {}
    for line in tree.lines("tests/arch/layers.txt"):
        words = line.split("#")[0].split()
        if words:
            layers[words[0]] = set(words)
    return layers


def includes(path):
    for number, line in enumerate(tree.lines(path), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check_room(path, room, layers, report):
    for number, own, _ in includes(path):
        if own is None:
            continue
        target = own.split("/")[0]
        if "/" not in own or ".." in own:
            report(path, number, f'"{own}" must be written "room/file.h"')
        elif target not in layers[room]:
            report(path, number, f"{room} may not include {target}")


def check_public(path, report):
    for number, own, system in includes(path):
        if own is not None or not (system.startswith("placet/") or system in PUBLIC_MAY_USE):
            report(path, number, f"a public header may not include {own or system}")


def check_guest(path, report):
    """Adapters and tools: <placet/x.h>, libraries, and files of their own folder."""
    for number, own, _ in includes(path):
        if own is not None and not (tree.ROOT / path.parent / own).is_file():
            report(path, number, f'"{own}" is not in this folder; the engine is <placet/...> here')


def main():
    layers = read_layers()
    findings = []

    def report(path, number, text):
        findings.append(f"{path}:{number}: error: {text}")

    looked_at = 0
    for path in tree.files(".c", ".h", ".def", under="engine"):
        looked_at += 1
        room = path.parts[1]
        if room == "include":
            check_public(path, report)
        elif room in layers:
            check_room(path, room, layers, report)
        else:
            report(path, 1, f"room {room} has no floor in tests/arch/layers.txt")
    for folder in ("adapters", "tools"):
        for path in tree.files(".c", ".h", under=folder):
            looked_at += 1
            check_guest(path, report)
    tree.finish(findings, looked_at)


main()
