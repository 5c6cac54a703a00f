"""`placet bench` runs real processes, reports what its schema says, and leaves nothing behind.

ctest: serial
ctest: timeout 120
"""

import json
import os
import tempfile

import cli


def bench(findings, folder, *words):
    done = cli.run("bench", "--folder", folder, "-o", "json", *words)
    findings.expect(done.returncode == 0, f"bench {words}: exit {done.returncode} {done.stderr}")
    value = json.loads(done.stdout)
    cli.validate(value, "bench")
    findings.expect(os.listdir(folder) == [], f"bench {words} left {os.listdir(folder)}")
    return value


def main():
    findings = cli.Findings()
    with tempfile.TemporaryDirectory() as folder:
        load = bench(findings, folder, "--seconds", "1", "--rate", "800", "--adapters", "2")
        findings.expect(load["refused"] == 0, f"{load['refused']} refused")
        findings.expect(load["steps_per_second"] > 0, "no step was completed")
        findings.expect(0 < load["p50_ms"] <= load["p99_ms"] <= load["p999_ms"], f"order {load}")
        findings.expect("half_load" not in load, "half of a given rate")

        cases = bench(findings, folder, "--open-cases", "3000")
        findings.expect(cases["open_cases"] == 3000, f"{cases['open_cases']} open cases")
        findings.expect(cases["recovery_ms"] > 0, "no recovery")

    wrong = cli.run("bench", "--rate", "0")
    findings.expect(wrong.returncode == 2 and "--rate" in wrong.stderr, f"--rate 0: {wrong.stderr}")
    missing = cli.run("bench", "--folder", "/nowhere")
    findings.expect(missing.returncode != 0 and "/nowhere" in missing.stderr,
                    f"no folder: {missing.stderr}")
    findings.finish()


main()
