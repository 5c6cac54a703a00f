"""Every machine output against its schema, in each of its three shapes."""

import json

import yaml

import cli

PERMIT = "workflows/construction_permit.yaml"
OLD = "workflows/construction_permit_traditional.yaml"
SIMULATED = "patterns/01_sequence/sequence.yaml"
ANSWERS = "patterns/01_sequence/both.answers.yaml"
SILENT = "definitions/silent.answers.yaml"
MISTAKEN = "definitions/mistaken.answers.yaml"
BROKEN = "definitions/no_such_step.yaml"

# (schema, list that jsonl goes through, exit code, command)
CASES = [
    ("check", "files", 0, ["check", "workflows"]),
    ("check", "files", 1, ["check", BROKEN]),
    ("analyse", None, 0, ["analyse", PERMIT, "--from", "2016-04-20"]),
    ("compare", None, 0, ["compare", OLD, PERMIT, "--from", "2016-04-20"]),
    ("calendar_count", None, 0, ["calendar", "count", "2016-04-20", "98wd"]),
    ("eval", None, 0, ["eval", "[1.5, {'a': now}]"]),
    ("explain", None, 0, ["explain", "P0301"]),
    ("explain", None, 0, ["explain", "SUPERSEDED"]),
    ("simulate", None, 0, ["simulate", SIMULATED, "--answers", ANSWERS]),
    ("simulate", None, 1, ["simulate", SIMULATED, "--answers", SILENT]),
    ("version", None, 0, ["version"]),
    ("help", "commands", 0, ["help"]),
]

# (exit code, command): a failure is one line of JSON on standard error.
FAILURES = [
    (2, ["chekc"]),
    (2, ["check"]),
    (2, ["calendar", "count", "2016-02-30", "1wd"]),
    (4, ["check", "nothing.yaml"]),
    (4, ["explain", "P9999"]),
    (1, ["analyse", BROKEN]),
    (1, ["eval", "1 +"]),
    (1, ["eval", "1 / 0"]),
    (2, ["eval", "1", "--type", "number"]),
    (2, ["simulate", SIMULATED]),
    (2, ["simulate", SIMULATED, "--answers", MISTAKEN]),
    (4, ["simulate", SIMULATED, "--answers", "nothing.yaml"]),
]


def check_output(findings, folder, schema, key, code, words):
    what = " ".join(words)
    done = cli.run(*words, "-o", "json", cwd=folder)
    findings.expect(done.returncode == code, f"{what}: exit {done.returncode}, not {code}")
    findings.expect(done.stderr == "", f"{what}: standard error: {done.stderr}")
    value = json.loads(done.stdout)
    cli.validate(value, schema)

    shapes = {shape: cli.run(*words, "-o", shape, cwd=folder).stdout for shape in ("yaml", "jsonl")}
    findings.expect(yaml.safe_load(shapes["yaml"]) == value, f"{what}: YAML and JSON differ")
    lines = [json.loads(x) for x in shapes["jsonl"].splitlines()]
    findings.expect(lines == (value[key] if key else [value]), f"{what}: jsonl")

    fields = list((value[key][0] if key else value).keys())[:2]
    words = [*words, "-o", "json", "--fields", ",".join(fields)]
    picked = json.loads(cli.run(*words, cwd=folder).stdout)
    found = picked[key][0] if key else picked
    findings.expect(list(found.keys()) == fields, f"{what}: --fields {fields} gave {found}")


def check_trace(findings, folder):
    """A trace is what `placet watch` prints."""
    words = ["simulate", SIMULATED, "--answers", ANSWERS, "--trace", "-o", "jsonl"]
    done = cli.run(*words, cwd=folder)
    events = [json.loads(x) for x in done.stdout.splitlines()]
    for event in events:
        cli.validate(event, "watch")
    findings.expect(len(events) > 10 and events[-1]["type"] == "case_finished",
                    f"simulate --trace: {len(events)} events")


def main():
    findings = cli.Findings()
    with cli.workspace() as folder:
        check_trace(findings, folder)
        for case in CASES:
            check_output(findings, folder, *case)
        for code, words in FAILURES:
            done = cli.run(*words, "-o", "json", cwd=folder)
            error = json.loads(done.stderr)
            cli.validate(error, "error")
            findings.expect(done.returncode == code == error["error"]["exit"],
                            f"{words}: exit {done.returncode}, {error}")
            findings.expect(done.stdout == "", f"{words}: printed {done.stdout}")
    findings.finish()


main()
