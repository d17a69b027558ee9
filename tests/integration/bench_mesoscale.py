"""Checks what `glassband bench mesoscale --json` wrote.

    python3 bench_mesoscale.py FULL.json THINNING.json FREE.json
"""

import json
import math
import sys

POSITIVE = """
dim size voxels modes ranks threads_per_rank edge_nm temperature_K strain_rate_per_s
intrabasin_time_s seed events seconds events_per_s processor_share share_in_densest_tenth
share_in_densest_tenth_random resident_bytes bandwidth_bytes_per_s bandwidth_bound_events_per_s
""".split()
COUNTS = """
goal_events_per_s candidates_per_event near_blocks_per_event flushes_per_event refreshes_per_event
softening share_in_tenth_slipped_before
""".split()
PARTS = ["draw", "near", "bound", "choice", "elastic", "rates", "other", "event"]

problems = []


def expect(true, text):
    if not true:
        problems.append(text)


def is_number(value, least):
    return isinstance(value, (int, float)) and math.isfinite(value) and value >= least


def check_parts(path, result):
    for table in ("us_per_event", "bytes_per_event"):
        parts = result[table]
        expect(list(parts) == PARTS, f"{path}: parts {list(parts)}, expected {PARTS}")
        total = sum(parts[name] for name in PARTS[:-1])
        expect(abs(total - parts["event"]) < 1e-6 * parts["event"],
               f"{path}: {table} adds up to {total}, not to the event's {parts['event']}")
    us = result["us_per_event"]
    expect(us["other"] > -1e-3 * us["event"], f"{path}: the parts take longer than the event")
    expect(abs(us["event"] * result["events_per_s"] - 1e6) < 1, f"{path}: rate and time disagree")
    for name in PARTS:
        expect(is_number(result["fraction_of_bandwidth"][name], 0), f"{path}: bandwidth of {name}")


def check(path, method, boundary):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    for key in POSITIVE:
        value = result.get(key)
        expect(is_number(value, 0) and value > 0, f"{path}: {key} = {value}, expected above zero")
    for key in COUNTS:
        expect(is_number(result.get(key), 0), f"{path}: {key} = {result.get(key)}")
    expect(result["method"] == method and result["boundary"] == boundary, f"{path}: another run")
    expect(result["voxels"] == 144 and result["events"] == 60, f"{path}: another size was run")
    loading = result["loading"]
    expect(loading["plastic_strain"] >= loading["plastic_strain_asked"] == 0.002,
           f"{path}: plastic strain {loading['plastic_strain']}, expected 0.002")
    expect(loading["strain"] > loading["plastic_strain"] and loading["stress_GPa"] > 0,
           f"{path}: it is not compressed")
    check_parts(path, result)


check(sys.argv[1], "full", "periodic")
check(sys.argv[2], "thinning", "periodic")
check(sys.argv[3], "thinning", "free")
if problems:
    sys.exit("FAILED: " + "; ".join(problems))
print("all results of the event benchmark are complete and add up")
