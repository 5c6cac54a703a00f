"""placet check --fix: edits of text that mend, and nothing else of the file."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

import cli

SAMPLE = cli.ROOT / "tests" / "explain" / "sample"

# What an author wrote, what was meant (None: nobody can be sure), the number of edits.
MENDED = [
    ("    limit: 20 working days", "    limt: 20 working days", 1),
    ("    limit: 20 working days", "    limit: 20 workdays", 1),
    ("    limit: 20 working days", "    limit: 20 wroking days  # by law", 1),
    ("    limit: 20 working days", "    limit: 20 Working-Days", 1),
    ("    limit: 20 working days", "    limit: 20个工作日", 1),
    ("    limit: 20 working days", "    limit: '20 business days'", 1),
    ("    limit: 20 working days", "    limit:20 working days", 1),
    ("    limit: 20 working days", "    limit：20 working days", 1),
    ("    limit: 20 working days", "\tlimit: 20 working days", 1),
    ("    after: filing", "    after: flling", 1),
    ("    after: filing", "    after: Filing", 1),
    ("    after: filing", "    after: 备案", 1),
    ("    after: filing", "    after: filing2", None),
    ("    after: filing", "    after: xyz", None),
    ("    after: filing", '    after: "fling" # 先备案', 1),
    ("    needs: filing_cert", "    needs: [filing_cert, filing_cert]", 1),
    ("    needs: filing_cert", "    needs: [filing_cert , filing_cert,scheme_design]", 1),
    ("    needs: filing_cert",
     "    needs:\n    - filing_cert\n    - filing_cert\n    - scheme_design", 1),
    ("    needs: filing_cert", "    needs: [filing_crt, 设计方案]", 2),
    ("    needs: filing_cert", "    needs: filing_cert\n    visit: \"1\"", 1),
    ("    needs: filing_cert", "    needs: filing_cert\n    counts: no", 1),
    ("    needs: filing_cert", "    needs: filing_cert\n    counts: off # 不计", 1),
    ("    needs: filing_cert",
     "    needs: filing_cert\n    sees: [Project, design.special-fire]", 2),
    ("    ask: planning.scheme_review", "    ask: planing.scheme_review", 1),
    ("    ask: planning.scheme_review", "    ask: 规划局.scheme_review", 1),
    ("    ask: planning.scheme_review", "    ask: planning.设计方案审查", 1),
    ("ends: rejected", "ends: Rejected", 1),
    ("back_to: this_step", "back_to: this-step", 1),
    ("en: Returned", "en:Returned", 1),
    ("calendar: cn", "calender: cn", 1),
    ("form: sample", "from: sample", 1),
]


def office(folder, text):
    work = pathlib.Path(folder, "workflows")
    shutil.copytree(SAMPLE, work)
    shutil.copytree(SAMPLE / "forms", pathlib.Path(folder, "schemas", "forms"))
    path = work / "sample.yaml"
    path.write_bytes(text.encode("utf-8"))
    return path


def check(path, *words):
    done = cli.run("check", str(path), "-o", "json", *words)
    assert done.stderr == "", done.stderr
    value = json.loads(done.stdout)
    cli.validate(value, "check")
    return done.returncode, value["files"][0]


def count(findings, path):
    return len(check(path)[1]["diagnostics"])


def mends(findings, good, meant, written, edits):
    """One slip: mended to what was meant, with the rest of the file untouched, once and for all."""
    bad = good.replace(meant, written, 1)
    assert bad != good, meant
    with tempfile.TemporaryDirectory() as folder:
        path = office(folder, bad)
        before = count(findings, path)
        findings.expect(before > 0, f"{written!r} is no mistake")
        code, plan = check(path, "--fix", "--dry-run")
        findings.expect(path.read_bytes() == bad.encode(), f"{written!r}: --dry-run wrote")
        findings.expect(code == 1, f"{written!r}: --dry-run ends with {code}")
        code, told = check(path, "--fix")
        after = path.read_bytes().decode("utf-8")
        findings.expect(told["fixed"] == plan["fixed"] == (edits or 0),
                        f"{written!r}: {told['fixed']} edits, planned {plan['fixed']}: {after}")
        if edits is None:
            findings.expect(after == bad and plan["diff"] == "" and code == 1,
                            f"{written!r}: {plan}")
            return
        findings.expect(told["ok"] and code == 0, f"{written!r}: {told['diagnostics']}")
        mine, theirs = bad.splitlines(), after.splitlines()
        same = [line for line in theirs if line in mine]
        findings.expect(len(theirs) - len(same) <= edits, f"{written!r}: changed {theirs}")
        for comment in ("# by law", "# 先备案", "# 不计"):
            findings.expect((comment in bad) == (comment in after), f"{written!r}: comment lost")
        code, again = check(path, "--fix")
        findings.expect(again["fixed"] == 0 and path.read_bytes().decode("utf-8") == after,
                        f"{written!r}: mended twice")
        applies(findings, bad, after, plan["diff"])


def applies(findings, bad, after, diff):
    """patch(1) makes of the file what --fix makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "sample.yaml")
        path.write_bytes(bad.encode("utf-8"))
        done = subprocess.run(["patch", "-s", str(path)], input=diff.encode("utf-8"),
                              capture_output=True, timeout=60, check=False)
        findings.expect(done.returncode == 0 and path.read_bytes().decode("utf-8") == after,
                        f"the diff does not apply: {done.stdout} {diff}")


def whole_files(findings, good):
    """Tabs, line ends and a byte order mark: the file keeps its own."""
    cases = {
        "tabs": (good.replace("  ", "\t"), good),
        "CRLF": (good.replace("after: filing", "after: flling").replace("\n", "\r\n"),
                 good.replace("\n", "\r\n")),
        "BOM": ("\ufeff" + good.replace("after: filing", "after: flling"), "\ufeff" + good),
        "no last line end": (good.replace("after: filing", "after: flling").rstrip("\n"),
                             good.rstrip("\n")),
    }
    for name, (bad, wanted) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            path = office(folder, bad)
            code, _ = check(path, "--fix")
            findings.expect(code == 0 and path.read_bytes().decode("utf-8") == wanted,
                            f"{name}: {code} {path.read_bytes()!r}")


def files(findings, good):
    """Permission bits and links stay; nothing is left beside the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = office(folder, good.replace("after: filing", "after: flling"))
        os.chmod(path, 0o640)
        link = path.with_name("link.yaml")
        real = path.rename(path.with_name("real.yml"))
        path.symlink_to(real.name)
        link.unlink(missing_ok=True)
        code, _ = check(path, "--fix")
        findings.expect(code == 0 and path.is_symlink(), "the link is gone")
        findings.expect(stat.S_IMODE(real.stat().st_mode) == 0o640, "the permission bits changed")
        findings.expect(real.read_text(encoding="utf-8") == good, "the file behind the link")
        left = sorted(p.name for p in path.parent.iterdir() if p.name.startswith("real"))
        findings.expect(left == ["real.yml"], f"left behind: {left}")


def catalogues(findings, good):
    """A mistake in departments.yaml is mended there; it is offered with byte and UTF-16 places."""
    with tempfile.TemporaryDirectory() as folder:
        path = office(folder, good)
        other = path.with_name("departments.yaml")
        wanted = other.read_bytes()
        other.write_bytes(wanted.replace(b"level: district\n    services:\n      scheme",
                                         b"level: District\n    services:\n      scheme"))
        broken = other.read_bytes()
        assert broken != wanted
        _, told = check(path)
        fix = told["diagnostics"][0]["fix"]
        made = broken[:fix["from"]] + fix["text"].encode() + broken[fix["to"]:]
        findings.expect(made == wanted, f"the fix of the JSON: {fix}")
        check(path, "--fix")
        findings.expect(other.read_bytes() == wanted, "departments.yaml")


def refuses(findings, good):
    """Edits that would bring to light more than they mend are not made."""
    hidden = good.replace("decisions:\n", "decsions:\n").replace("this_step", "nowhere")
    hidden = hidden.replace(", reason: required}\nsteps", "}\nsteps")
    with tempfile.TemporaryDirectory() as folder:
        path = office(folder, hidden)
        before = count(findings, path)
        _, told = check(path, "--fix")
        kept = path.read_text(encoding="utf-8") == hidden
        findings.expect(kept == (told["fixed"] == 0), "written without an edit, or the reverse")
        findings.expect(kept or len(told["diagnostics"]) < before, f"no fewer: {told}")
        done = cli.run("check", str(path), "--dry-run")
        findings.expect(done.returncode == 2, f"--dry-run alone: {done.returncode}")


def main():
    good = (SAMPLE / "sample.yaml").read_text(encoding="utf-8")
    findings = cli.Findings()
    for meant, written, edits in MENDED:
        mends(findings, good, meant, written, edits)
    whole_files(findings, good)
    files(findings, good)
    catalogues(findings, good)
    refuses(findings, good)
    findings.finish()


main()
