"""placet check -o sarif: the structure of SARIF 2.1.0, and places that are where they say."""

import json
import pathlib
import shutil
import tempfile
import urllib.parse

import jsonschema

import cli

SAMPLE = cli.ROOT / "tests" / "explain" / "sample"
SCHEMA = cli.HERE / "sarif.schema.json"


def office(folder, name, change):
    work = pathlib.Path(folder, "workflows")
    shutil.copytree(SAMPLE, work, dirs_exist_ok=True)
    shutil.copytree(SAMPLE / "forms", pathlib.Path(folder, "schemas", "forms"), dirs_exist_ok=True)
    text = (SAMPLE / "sample.yaml").read_text(encoding="utf-8")
    work.joinpath("sample.yaml").unlink()
    for old, new in change:
        assert old in text, old
        text = text.replace(old, new, 1)
    work.joinpath(name).write_text(text, encoding="utf-8")


def run(folder, *words):
    done = cli.run("check", *words, "-o", "sarif", cwd=folder)
    assert done.stderr == "", done.stderr
    log = json.loads(done.stdout)
    jsonschema.validate(log, json.loads(SCHEMA.read_text()), cls=jsonschema.Draft202012Validator)
    return done.returncode, log["runs"][0]


def cut(folder, location, region):
    """The text of a region, counted as SARIF counts: lines and code units of UTF-16 from 1."""
    path = pathlib.Path(folder, urllib.parse.unquote(location["uri"]))
    line = path.read_text(encoding="utf-8").splitlines()[region["startLine"] - 1]
    units = line.encode("utf-16-le")[2 * (region["startColumn"] - 1):2 * (region["endColumn"] - 1)]
    return units.decode("utf-16-le")


def places(findings):
    """Behind Chinese and behind a character of two code units."""
    change = [("{zh: 方案审查, en: Scheme review}", "{zh: 方案审查𠮷, en: Scheme, act: x}"),
              ("{zh: 退回补正, en: Returned, back_to: this_step",
               "{zh: 退回补正𠮷, en: Returned, back_to: this-step"),
              ("after: filing", "after: 备案")]
    with tempfile.TemporaryDirectory() as folder:
        office(folder, "sample.yaml", change)
        code, found = run(folder, "workflows/sample.yaml")
        findings.expect(code == 1, f"exit {code}")
        shown = [(r["ruleId"], cut(folder, **at(r))) for r in found["results"]]
        findings.expect(shown == [("P0301", "this-step"), ("P0201", "act"), ("P0301", "备案")],
                        f"places: {shown}")
        fixed = [replaced(folder, r) for r in found["results"] if "fixes" in r]
        findings.expect(fixed == [("this-step", "this_step"), ("备案", "filing")], f"fixes: {fixed}")


def at(result):
    place = result["locations"][0]["physicalLocation"]
    return {"location": place["artifactLocation"], "region": place["region"]}


def replaced(folder, result):
    change = result["fixes"][0]["artifactChanges"][0]
    edit = change["replacements"][0]
    old = cut(folder, change["artifactLocation"], edit["deletedRegion"])
    return old, edit["insertedContent"]["text"]


def rules(findings):
    """Each result names its rule, which explains itself; the second place is told."""
    change = [("needs: filing_cert", "needs: filing_cert\n    issues: filing_cert"),
              ("limit: 20 working days", "limit: 30 working days\n    statutory: 20 working days")]
    with tempfile.TemporaryDirectory() as folder:
        office(folder, "sample.yaml", change)
        _, found = run(folder, "workflows/sample.yaml")
    listed = found["tool"]["driver"]["rules"]
    for result in found["results"]:
        rule = listed[result["ruleIndex"]]
        findings.expect(rule["id"] == result["ruleId"], f"{result['ruleId']}: {rule['id']}")
        findings.expect("```yaml" in rule["help"]["markdown"], f"{rule['id']}: no example")
        related = result.get("relatedLocations", [])
        findings.expect(len(related) == 1, f"{rule['id']}: no second place")
    findings.expect(len(found["results"]) == 2, f"results: {found['results']}")


def names(findings):
    """Names are percent-encoded; the mistakes of a catalogue are told once for two workflows."""
    with tempfile.TemporaryDirectory() as folder:
        office(folder, "许可 a.yaml", [("after: filing", "after: flling")])
        shutil.copy(f"{folder}/workflows/许可 a.yaml", f"{folder}/workflows/b.yaml")
        other = pathlib.Path(folder, "workflows", "departments.yaml")
        text = other.read_text(encoding="utf-8")
        other.write_text(text.replace("level: district", "level: town", 1), encoding="utf-8")
        _, found = run(folder, "workflows")
        uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                for r in found["results"]]
        encoded = "workflows/%E8%AE%B8%E5%8F%AF%20a.yaml"
        findings.expect(uris.count("workflows/departments.yaml") == 1, f"{uris}")
        findings.expect(encoded in uris, f"{uris}")


def clean(findings):
    with tempfile.TemporaryDirectory() as folder:
        office(folder, "sample.yaml", [])
        code, found = run(folder, "workflows/sample.yaml")
        findings.expect(code == 0 and found["results"] == [], f"{code} {found}")
    findings.expect(cli.run("version", "-o", "sarif").returncode == 2, "version -o sarif")


def main():
    findings = cli.Findings()
    places(findings)
    rules(findings)
    names(findings)
    clean(findings)
    findings.finish()


main()
