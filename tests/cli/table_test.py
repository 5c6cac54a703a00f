"""One table of commands, many shapes: the manual, the completion, the examples, the sources."""

import json
import pathlib
import re
import shlex
import subprocess
import tempfile

import cli


def manual(findings, table):
    with tempfile.TemporaryDirectory() as folder:
        done = cli.run("help", "--man", folder)
        findings.expect(done.returncode == 0, f"help --man: {done.stderr}")
        pages = {p.name: p.read_text() for p in pathlib.Path(folder).glob("man*/*")}
    names = {"placet-" + c["name"].replace(" ", "-") + ".1" for c in table["commands"]}
    findings.expect(set(pages) == names | {"placet.1", "placetd.8"},
                    f"pages {set(pages) ^ (names | {'placet.1', 'placetd.8'})}")
    for name, page in pages.items():
        findings.expect(page.startswith(".TH ") and ".SH EXIT STATUS" in page, f"{name}: {page}")
    for command in table["commands"]:
        page = pages["placet-" + command["name"].replace(" ", "-") + ".1"]
        for option in command["options"]:
            written = "\\-\\-" + option["name"].replace("-", "\\-")
            findings.expect(written in page, f"{command['name']}: no --{option['name']}")


def daemon(findings):
    """placetd(8) names the options and exit codes that placetd has."""
    with tempfile.TemporaryDirectory() as folder:
        cli.run("help", "--man", folder)
        page = pathlib.Path(f"{folder}/man8/placetd.8").read_text().replace("\\-", "-")
    told = subprocess.run([cli.BUILD / "placetd", "--help"], capture_output=True, text=True,
                          timeout=60).stdout
    options = set(re.findall(r"^  --([a-z-]+)", told, flags=re.M))
    written = set(re.findall(r"^\.B --([a-z-]+)", page, flags=re.M))
    findings.expect(options and options == written, f"placetd(8): {options ^ written}")
    codes = set(re.findall(r"(\d+) [a-z]", told.split("exit codes:")[1]))
    written = set(re.findall(r"^\.B (\d+)$", page, flags=re.M))
    findings.expect(codes == written, f"placetd(8) exit codes: {codes ^ written}")


def complete(script, *words):
    ask = (f"{script}\nCOMP_WORDS=({' '.join(map(shlex.quote, words))})\n"
           f"COMP_CWORD={len(words) - 1}\n_placet\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["/bin/bash", "--norc", "-c", ask], capture_output=True, text=True,
                          timeout=60)
    assert done.stderr == "", done.stderr
    return set(done.stdout.split())


def completion(findings, table):
    script = cli.run("completion", "bash").stdout
    first = {c["name"].split()[0] for c in table["commands"]}
    findings.expect(complete(script, "placet", "") == first, "first words")
    findings.expect(complete(script, "placet", "calendar", "") == {"count", "amend"},
                    "second words")
    findings.expect("--from" in complete(script, "placet", "analyse", "--f"), "options")
    findings.expect(complete(script, "placet", "check", "-o", "j") == {"json", "jsonl"}, "values")
    for command in table["commands"]:
        own = {"--" + o["name"] for o in command["options"] + table["options"]}
        found = complete(script, "placet", *command["name"].split(), "--")
        findings.expect(found == own, f"{command['name']}: completes {found ^ own}")


def examples(findings, table):
    for command in table["commands"]:
        findings.expect(command["examples"], f"{command['name']}: no example")
        for example in command["examples"]:
            words = shlex.split(example["line"])
            at = words.index("placet") + 1
            name = command["name"].split()
            findings.expect(words[at:at + len(name)] == name,
                            f"{command['name']}: the example is {example['line']}")


def sources(findings, table):
    """An option that no source asks for would be dead."""
    text = "\n".join(p.read_text() for p in (cli.ROOT / "tools/placet").glob("*.c"))
    asked = set(
        re.findall(r"pl_cli_(?:option|given|option_number)\([\w>-]+,\s*\"([a-z-]+)\"", text))
    named = {o["name"] for c in table["commands"] for o in c["options"] + table["options"]}
    findings.expect(asked == named, f"options asked for but not named, or the other way: "
                                    f"{asked ^ named}")


def main():
    findings = cli.Findings()
    table = json.loads(cli.run("help", "--json").stdout)
    manual(findings, table)
    daemon(findings)
    completion(findings, table)
    examples(findings, table)
    sources(findings, table)
    readme = (cli.ROOT / "tools/placet/README.md").read_text()
    for command in table["commands"]:
        findings.expect(f"`{command['name']}`" in readme,
                        f"tools/placet/README.md does not name {command['name']}")
    findings.finish()


main()
