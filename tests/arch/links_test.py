"""What a document or a comment points at is there: relative links, decisions by number, files in
the tree that a README names in code quotes. Nothing is left over from a merge."""

import re

import tree

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DECISION = re.compile(r"decisions/(\d{4})")
QUOTED = re.compile(r"`((?:engine|tests|tools|adapters|schemas|workflows)/[\w./-]+\.\w+)`")


def links(path, line):
    for target in LINK.findall(line):
        if "://" not in target and not (tree.ROOT / path.parent / target).exists():
            yield f"links to {target}, which is not there"
    for target in QUOTED.findall(line):
        if not (tree.ROOT / target).exists():
            yield f"names {target}, which is not there"


def decisions(line):
    for number in DECISION.findall(line):
        if not list((tree.ROOT / "engine/decisions").glob(f"{number}-*.md")):
            yield f"decision {number} has not been recorded"


def main():
    findings = []
    paths = tree.files(".md", ".c", ".h", ".def", ".sh")
    for path in paths:
        for number, line in enumerate(tree.lines(path), 1):
            found = list(decisions(line))
            if path.suffix == ".md":
                found += links(path, line)
            if line.startswith(("<<<<<<< ", ">>>>>>> ")):
                found.append("is left over from a merge")
            findings += [f"{path}:{number}: error: {text}" for text in found]
    tree.finish(findings, len(paths))


main()
