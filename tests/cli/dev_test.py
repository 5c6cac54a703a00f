"""`placet dev` as installed: an engine and its offices in one terminal. The engine is killed and
comes back; Ctrl-C ends everything and leaves nothing behind.

ctest: timeout 300
"""

import os
import pathlib
import re
import signal
import subprocess
import tempfile

import cli


def read_until(stream, pattern, seen):
    """Lines up to the first that matches; ctest's time-out is the bound."""
    for line in stream:
        seen.append(line)
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError(f"no {pattern!r} in:\n" + "".join(seen[-40:]))


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(x) for x in text.split()]


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def check_dev(findings, placet, work):
    seen = []
    keep = f"{work}/kept"
    with subprocess.Popen([placet, "dev", "--rate", "1000000", "--keep", keep], cwd=work,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=cli.environment()) as child:
        engine = int(read_until(child.stdout, r"engine process (\d+)", seen).group(1))
        read_until(child.stdout, r"decided: ", seen)
        os.kill(engine, signal.SIGKILL)
        again = int(read_until(child.stdout, r"started again as process (\d+)", seen).group(1))
        findings.expect(again != engine, "the same process again")
        read_until(child.stdout, r"decided: ", seen)
        started = children_of(child.pid)
        findings.expect(len(started) > 10, f"only {len(started)} programs")
        child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=60)
    findings.expect(child.returncode == 0, f"exit {child.returncode}: {errors} {rest[-500:]}")
    findings.expect("没有适配器" not in errors, errors)
    left = [pid for pid in started if is_alive(pid)]
    findings.expect(not left, f"{left} are still there")
    verified = subprocess.run([placet, "store", "verify", f"{keep}/data"], cwd=work,
                              capture_output=True, text=True, timeout=60, env=cli.environment())
    findings.expect(verified.returncode == 0, f"verify: {verified.stdout} {verified.stderr}")


def check_temporary(findings, placet, work):
    seen = []
    with subprocess.Popen([placet, "dev"], cwd=work, text=True, stdout=subprocess.PIPE,
                          env=cli.environment()) as child:
        folder = read_until(child.stdout, r"^folder (\S+):", seen).group(1)
        read_until(child.stdout, r"begins, due", seen)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
    findings.expect(folder.startswith("/tmp/") and not os.path.exists(folder), f"{folder} is left")


def check_broken_pipe(findings, placet, work):
    """`placet dev | head`: the reader goes away, everything ends."""
    seen = []
    with subprocess.Popen([placet, "dev", "--rate", "1000000"], cwd=work, text=True,
                          stdout=subprocess.PIPE, env=cli.environment()) as child:
        folder = read_until(child.stdout, r"^folder (\S+):", seen).group(1)
        child.stdout.close()
        child.wait(timeout=60)
    findings.expect(not os.path.exists(folder), f"{folder} is left without a reader")


def main():
    findings = cli.Findings()
    with tempfile.TemporaryDirectory(prefix="placet-dev-test-") as work:
        done = subprocess.run(["cmake", "--install", cli.BUILD, "--prefix", f"{work}/usr"],
                              capture_output=True, text=True, timeout=120)
        findings.expect(done.returncode == 0, done.stderr)
        placet = f"{work}/usr/bin/placet"
        counted = subprocess.run([placet, "calendar", "count", "2016-04-20", "98wd"], cwd=work,
                                 capture_output=True, text=True, timeout=60)
        findings.expect("2016-09-07" in counted.stdout, f"the calendar: {counted.stderr}")
        pages = {p.name for p in pathlib.Path(f"{work}/usr").rglob("man*/*.[18]")}
        findings.expect({"placet.1", "placet-why.1", "placetd.8"} <= pages, f"manual: {pages}")
        findings.expect(list(pathlib.Path(f"{work}/usr").rglob("completions/placet")),
                        "no completion")
        check_dev(findings, placet, work)
        check_temporary(findings, placet, work)
        check_broken_pipe(findings, placet, work)
    findings.finish()


main()
