"""What clang-format and clang-tidy do not look at: ASCII, width, left-over notes, banned calls."""

import re

import tree

NOTES = re.compile(r"\b(TODO|FIXME)\b")
BANNED = {
    "strcpy": "pl_text or memcpy with a known size",
    "strcat": "a writer with a maximum",
    "strncpy": "memcpy with a known size",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "strtok": "a reader over borrowed text",
    "gets": "fgets",
    "atoi": "a parser that can fail",
    "atol": "a parser that can fail",
    "localtime": "base/time.h, with an explicit zone",
    "gmtime": "base/time.h",
    "localtime_r": "base/time.h, with an explicit zone",
    "mktime": "base/time.h",
    "rand": "the random port",
    "srand": "the random port",
    "random": "the random port",
    "system": "posix_spawn with an argument list",
    "popen": "posix_spawn with an argument list",
    "tmpnam": "mkdtemp",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
QUIET = re.compile(r'"(?:[^"\\]|\\.)*"|//.*|/\*.*?\*/')


WIDTH = 100
WIDTH_OF_TABLES = 160  # a registry is read by column: a row is one line


def check_file(path, findings):
    in_comment = False
    width = WIDTH_OF_TABLES if path.suffix == ".def" else WIDTH
    for number, line in enumerate(tree.lines(path), 1):
        where = f"{path}:{number}: error:"
        if len(line) > width:
            findings.append(f"{where} {len(line)} columns, at most {width}")
        if line != line.rstrip():
            findings.append(f"{where} blank at the end of the line")
        if "\t" in line:
            findings.append(f"{where} tab")
        if NOTES.search(line):
            findings.append(f"{where} finish it or open an issue")
        if path.suffix in (".c", ".h", ".def") and not code_is_ascii(line):
            findings.append(f"{where} identifiers and comments are ASCII")
        code = QUIET.sub("", line)
        if in_comment:
            in_comment = "*/" not in code
            continue
        in_comment = "/*" in code
        match = CALL.search(code) if path.suffix in (".c", ".h") else None
        if match:
            findings.append(f"{where} {match.group(1)} is banned: use {BANNED[match.group(1)]}")


def code_is_ascii(line):
    """Chinese stands in string literals only: message catalogues and the data of tests."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', "", line).isascii()


def main():
    findings = []
    paths = [p for p in tree.files(".c", ".h", ".def", ".py", ".sh", ".cmake", "CMakeLists.txt")
             if p.name != "style_test.py"]
    for path in paths:
        check_file(path, findings)
    tree.finish(findings, len(paths))


main()
