"""The conformance tests of CEL (cel-spec, tests/simple): every case that needs no protocol buffers
gives the value, or the error, that the suite names. Reported by file; what is left out, with the
reason. Skipped where the suite is not at hand: PLACET_SUITES, by default ../shared/suites."""

import collections
import os
import pathlib
import re
import subprocess
import sys

import cel_values
import textproto

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# What is left out, by name of the file.
FILES = {
    "block_ext": "cel.block is what optimisers write, not people",
    "enums": "enumerations of protocol buffers",
    "network_ext": "no addresses of networks in permits",
    "proto2": "messages of protocol buffers",
    "proto2_ext": "messages of protocol buffers",
    "proto3": "messages of protocol buffers",
    "wrappers": "messages of protocol buffers",
}
MESSAGES = "messages of protocol buffers"
ZONES = "zones by name: they need a data base that changes; offsets are there"
DEDUCED = "types that a checker deduces: ours are shallower"

ZONE = re.compile(r"get\w+\('[A-Z][A-Za-z]+/\w+'\)")
MESSAGE = re.compile(r"\b[A-Z]\w*\s*\{|\bTestAllTypes\b|\bGlobalEnum\b|"
                     r"google\.protobuf\.(?!Timestamp|Duration)")
PRIMITIVES = {"BOOL": "bool", "INT64": "int", "UINT64": "uint", "DOUBLE": "double",
              "STRING": "string", "BYTES": "bytes"}


def type_of(message):
    """The engine's name of a declared type, `dyn` for what it does not go into."""
    (kind, content), = message
    if kind == "primitive":
        return PRIMITIVES[content]
    if kind in ("list_type", "map_type"):
        return kind[:-5]
    if kind == "well_known":
        return {"TIMESTAMP": "google.protobuf.Timestamp",
                "DURATION": "google.protobuf.Duration"}.get(content, "dyn")
    if kind == "message_type":
        name = content.decode()
        if name not in cel_values.TIMES:
            raise cel_values.Foreign(name)
        return name
    return "dyn"


def variables_of(test):
    """{name: (type, encoded value)}"""
    known = {}
    for declared in textproto.every(test, "type_env"):
        name = textproto.first(declared, "name").decode()
        ident = textproto.first(declared, "ident")
        if ident is None:
            continue
        known[name] = (type_of(textproto.first(ident, "type")), b"")
    for bound in textproto.every(test, "bindings"):
        name = textproto.first(bound, "key").decode()
        value = textproto.first(textproto.first(bound, "value"), "value")
        kind = known.get(name, ("dyn",))[0]
        known[name] = (kind, cel_values.encode(cel_values.of_message(value)))
    return known


def left_out(name, expression, test):
    if name in FILES:
        return FILES[name]
    if MESSAGE.search(expression):
        return MESSAGES
    if ZONE.search(expression):
        return ZONES
    if textproto.first(test, "check_only") == "true" or textproto.first(test, "typed_result"):
        return DEDUCED
    return None


class Case:
    def __init__(self, file, section, test):
        self.name = f"{file}/{section}/{textproto.first(test, 'name').decode()}"
        self.expression = textproto.first(test, "expr").decode()
        self.reason = left_out(file, self.expression, test)
        if self.reason:
            return
        try:
            self.variables = variables_of(test)
            value = textproto.first(test, "value")
            self.wants_error = textproto.first(test, "eval_error") is not None
            self.value = None if self.wants_error else (
                cel_values.of_message(value) if value is not None else ("bool", True))
        except cel_values.Foreign:
            self.reason = MESSAGES
            return
        self.checked = textproto.first(test, "disable_check") != "true"
        self.container = textproto.first(test, "container", b"").decode()

    def line(self):
        known = ",".join(f"{name}={kind}={value.hex()}"
                         for name, (kind, value) in self.variables.items())
        return "\t".join(("c" if self.checked else "u", self.container,
                          self.expression.encode().hex(), known)) + "\n"

    def judge(self, answer):
        """None, or what is wrong."""
        kind, _, text = answer.partition(" ")
        if self.wants_error:
            return None if kind in ("fault", "refused") else f"{answer}, not an error"
        if kind != "value":
            return answer
        value = cel_values.decode(bytes.fromhex(text))
        if value[0] == "optional":
            return f"an optional: {value}"
        return None if cel_values.same(value, self.value) else f"{value}, not {self.value}"


def read_cases(folder):
    cases = []
    for path in sorted(folder.glob("*.textproto")):
        suite = textproto.parse(path.read_bytes())
        for section in textproto.every(suite, "section"):
            name = textproto.first(section, "name").decode()
            cases += [Case(path.stem, name, test) for test in textproto.every(section, "test")]
    return cases


def report(cases, wrong):
    table = collections.defaultdict(collections.Counter)
    for case in cases:
        row = table[case.name.split("/")[0]]
        row["left out" if case.reason else "wrong" if case.name in wrong else "passed"] += 1
        if case.reason:
            row[case.reason] += 1
    print("| file | passed | left out | why |\n|---|---|---|---|")
    for name, row in table.items():
        reasons = "; ".join(key for key in row if key not in ("passed", "left out", "wrong"))
        print(f"| {name} | {row['passed']} | {row['left out']} | {reasons} |")
    total = collections.Counter()
    for row in table.values():
        total.update({key: row[key] for key in ("passed", "left out", "wrong")})
    print(f"| all | {total['passed']} | {total['left out']} | |")
    return total


def main():
    folder = pathlib.Path(os.environ.get("PLACET_SUITES", SOURCE.parent / "shared/suites")) / "cel"
    if not folder.is_dir():
        print(f"skipped: no {folder}")
        return 77
    cases = read_cases(folder)
    asked = [case for case in cases if not case.reason]
    driver = pathlib.Path(sys.argv[1]) / "tests/bin/cel_driver"
    done = subprocess.run([str(driver)], input="".join(case.line() for case in asked), text=True,
                          capture_output=True, check=True)
    wrong = {}
    for case, answer in zip(asked, done.stdout.splitlines(), strict=True):
        problem = case.judge(answer)
        if problem:
            wrong[case.name] = problem
            print(f"error: {case.name}: {case.expression}\n    {problem}")
    total = report(cases, wrong)
    return 1 if wrong or total["passed"] < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
