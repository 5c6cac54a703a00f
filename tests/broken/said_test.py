"""Whatever the loader says is said in Chinese, too, with the same arguments: said_zh.def."""

import pathlib
import re
import sys

ROOM = pathlib.Path(__file__).resolve().parents[2] / "engine" / "definition"
LITERALS = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*'

# Put together from parts that are translated by themselves, or shown by the meaning of their code.
IN_PARTS = {"%s", ""}
NO_SENTENCES = {"issues", "steps"}  # names of keys among the arguments


def joined(literals):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))


def arguments(source, start):
    """The text between the parentheses that open before `start`."""
    depth, at, quoted = 1, start, False
    while depth:
        c = source[at]
        if quoted:
            at += c == "\\"
            quoted = c != '"'
        else:
            quoted = c == '"'
            depth += (c == "(") - (c == ")")
        at += 1
    return source[start:at - 1]


def said_in(path):
    source = path.read_text(encoding="utf-8")
    calls = r"\bpl_(diag_(add|say|hint|other)|names_suggest)\("
    for call in re.finditer(calls, source):
        for literals in re.findall(LITERALS, arguments(source, call.end())):
            yield joined(literals)


# What expressions say is shown by the loader as it is: in Chinese when a row is like it.
CEL_CALLS = r"\bpl_cel_(refuse|limit|parse_refuse|parse_expect)\("
CEL_WORDS = {"%s", "nothing", "method", "function", "no %s `%s`"}  # parts of sentences


def said_by_expressions():
    for path in sorted((ROOM.parent / "value").glob("cel*.c")):
        source = path.read_text(encoding="utf-8")
        for call in re.finditer(CEL_CALLS, source):
            for literals in re.findall(LITERALS, arguments(source, call.end())):
                text = joined(literals)
                if re.search("[a-z]", text) and text not in CEL_WORDS:
                    yield path.name, text


def is_like(text, patterns):
    shown = re.sub(r"%(\.\*)?(ll)?[a-z]", "X", text)
    return any(re.fullmatch(".+".join(map(re.escape, pattern.split("*"))), shown)
               for pattern in patterns)


def conversions(text):
    """The arguments that a format takes: {number: kind}."""
    found, number = {}, 1
    for m in re.finditer(r"%(?:(\d+)\$)?(?:\.(?:(\*)(?:(\d+)\$)?|\d+))?([lz]*[a-zA-Z%])", text):
        if m.group(4) == "%":
            continue
        if m.group(2):
            found[int(m.group(3) or number)] = "int"
            number += 1
        found[int(m.group(1) or number)] = m.group(4)
        number += 1
    return found


def main():
    rows = (ROOM / "said_zh.def").read_text(encoding="utf-8")
    catalogue = {}
    patterns = []
    wrong = []
    for m in re.finditer(rf"^SAID\(({LITERALS}),\s*({LITERALS})\)", rows, flags=re.M):
        en, zh = joined(m.group(1)), joined(m.group(2))
        if en in catalogue:
            wrong.append(f"said_zh.def: twice: {en}")
        catalogue[en] = zh
    for m in re.finditer(rf"^LIKE\(({LITERALS}),\s*({LITERALS})\)", rows, flags=re.M):
        en, zh = joined(m.group(1)), joined(m.group(2))
        patterns.append(en)
        if en.count("*") != zh.count("*") or zh.isascii():
            wrong.append(f"said_zh.def: other parts: {en} | {zh}")
    if len(catalogue) != len(re.findall(r"^SAID\(", rows, flags=re.M)):
        wrong.append("said_zh.def: a row that cannot be read")
    for en, zh in catalogue.items():
        have, used = conversions(en), conversions(zh)
        if any(have.get(number) != kind for number, kind in used.items()):
            wrong.append(f"said_zh.def: other arguments: {en} | {zh}")
        if "$" in zh and sorted(used) != list(range(1, max(used, default=0) + 1)):
            wrong.append(f"said_zh.def: an argument is left out between others: {zh}")
        if zh.isascii():
            wrong.append(f"said_zh.def: no Chinese: {en}")
    said = {(path.name, text) for path in sorted(ROOM.glob("*.c")) for text in said_in(path)}
    for name, text in sorted(said):
        if text not in catalogue and text not in IN_PARTS | NO_SENTENCES:
            wrong.append(f"{name}: not in said_zh.def: {text}")
    for name, text in sorted(set(said_by_expressions())):
        if text not in catalogue and not is_like(text, patterns):
            wrong.append(f"{name}: not in said_zh.def: {text}")
    for line in wrong:
        print(f"error: {line}")
    print(f"{len(said)} said, {len(catalogue)} in the catalogue, {len(wrong)} wrong")
    sys.exit(1 if wrong or len(said) < 100 else 0)


main()
