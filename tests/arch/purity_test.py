"""The core is pure: nothing that any of its functions can reach, in whatever room, is a function
outside the project, but for the names in pure.txt. No clock, no memory, no files, no sockets.

Every function and object has a section of its own (-ffunction-sections), so the relocations of
the object files are the graph of who can reach whom. A call through a pointer is seen where the
pointer's value is taken."""

import pathlib
import re
import subprocess
import sys

import tree

ROOMS = ("core", "base", "value", "model")
SANITIZERS = re.compile(r"__(asan|ubsan|tsan|gcov|sanitizer)_|_GLOBAL_OFFSET_TABLE_$|__odr_asan")


def readelf(option, path):
    done = subprocess.run(["readelf", "-W", option, str(path)], check=True, capture_output=True,
                          text=True)
    return done.stdout.splitlines()


class Graph:
    """Nodes are (object, section); edges lead to nodes or to names that no room defines."""

    def __init__(self):
        self.globals = {}
        self.edges = {}

    def add(self, path):
        sections = self._sections(path)
        local = {}
        for line in readelf("-s", path):
            words = line.split()
            if len(words) < 8 or not words[6].isdigit():
                continue
            node = (path, sections[int(words[6])])
            if words[3] == "SECTION":
                local[node[1]] = node
            elif words[4] == "LOCAL":
                local[words[7]] = node
            else:
                self.globals[words[7]] = node
        self._relocations(path, local)

    @staticmethod
    def _sections(path):
        names = {}
        for line in readelf("-S", path):
            match = re.match(r"\s*\[\s*(\d+)\]\s+(\S+)", line)
            if match:
                names[int(match.group(1))] = match.group(2)
        return names

    def _relocations(self, path, local):
        node = None
        for line in readelf("-r", path):
            header = re.match(r"Relocation section '\.rela?(\.[^']+)'", line)
            if header:
                node = (path, header.group(1))
                self.edges.setdefault(node, set())
                continue
            words = line.split()
            if node and len(words) >= 5 and re.fullmatch(r"[0-9a-f]{16}", words[0]):
                self.edges[node].add(local.get(words[4], words[4]))

    def impure(self, roots, allowed, walls):
        """Yields (name, the way to it) for everything reachable that is not allowed."""
        todo = [(root, (root,)) for root in roots]
        seen = set(roots)
        while todo:
            node, way = todo.pop()
            for target in self.edges.get(node, ()):
                if target in walls:
                    continue
                if isinstance(target, str):
                    if target not in self.globals:
                        if target not in allowed and not SANITIZERS.match(target):
                            yield target, way
                        continue
                    target = self.globals[target]
                if target not in seen:
                    seen.add(target)
                    todo.append((target, way + (target,)))


def read_allowed():
    allowed, walls = set(), set()
    for line in tree.lines("tests/arch/pure.txt"):
        for word in line.split("#")[0].split():
            (walls if word.startswith("(") else allowed).add(word.strip("()"))
    return allowed, walls


def show(way):
    return " -> ".join(f"{pathlib.Path(path).name[:-4]}:{section}" for path, section in way)


def main():
    build = pathlib.Path(sys.argv[1])
    graph = Graph()
    roots = []
    for room in ROOMS:
        for path in sorted((build / f"engine/CMakeFiles/pl_{room}.dir").rglob("*.o")):
            graph.add(path)
            if room == "core":
                roots += [n for n in graph.edges if n[0] == path and ".text" in n[1]]
    allowed, walls = read_allowed()
    findings = [f"error: the core is not pure, it can reach {name}: {show(way)}"
                for name, way in graph.impure(roots, allowed, walls)]
    tree.finish(sorted(set(findings)), len(roots))


main()
