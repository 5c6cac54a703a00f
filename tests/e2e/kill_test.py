# ctest: slow
# ctest: serial
# ctest: timeout 400
"""The engine is killed again and again under load; nothing may be lost, doubled or out of order.

PLACET_KILLS is the number of kills, 200 without it; PLACET_SEED makes the moments; PLACET_OPTIONS
are more options of the engine, such as "--clock-rate 200000"."""

import json
import os
import pathlib
import subprocess
import sys
import time

import check_history
import kill_run
from engine import check


def verify(build, store):
    """The hash chain, every page, and the state folded anew, by the tool that an operator has."""
    tool = pathlib.Path(build) / "placet"
    for command in (["verify"], ["rebuild", "--check"]):
        done = subprocess.run([tool, "store", *command, store], capture_output=True, text=True,
                              check=False)
        check(done.returncode == 0, f"store {command[0]}: {done.stdout}{done.stderr}")
    return "good"


def main():
    build = sys.argv[1]
    kills = int(os.environ.get("PLACET_KILLS", "200"))
    seed = int(os.environ.get("PLACET_SEED", "1"))
    begin = time.monotonic()

    def judge(history, store):
        complaints, sums = check_history.judge(check_history.load(history))
        sums["verify"] = verify(build, store)
        return complaints, sums

    complaints, sums = kill_run.run(build, kills, seed, judge)
    sums["seconds"] = round(time.monotonic() - begin, 1)
    print(json.dumps({"seed": seed, **sums}))
    for complaint in complaints[:50]:
        print(complaint)
    check(not complaints, f"{len(complaints)} complaints")
    check(sums["kills"] >= kills, "the engine was killed as often as it was to be")
    # Without these the run would have proved less than it says.
    for what in ("unknown", "timed_out", "repeated"):
        check(sums[what] > 0, f"no {what}")
    for name in ("CONFLICT", "SUPERSEDED", "INVALID_STATE", "NOT_FOUND"):
        check(sums["refused"].get(name), f"no {name}")


main()
