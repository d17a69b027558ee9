"""Checks what `glassband bench atomistic --json` wrote on one and on two ranks.

    python3 bench.py ONE.json TWO.json
"""

import json
import math
import sys

POSITIVE = """
atoms steps warmup_steps repeat ranks threads_per_rank temperature_K skin_angstrom
atom_steps_per_s atom_steps_per_s_median atom_steps_per_s_worst atom_steps_per_s_per_core
ns_per_atom_step processor_share pairs_in_list pairs_within_cutoff pairs_of_density force_bytes_per_atom
atom_bytes_per_atom peak_resident_bytes float_flops_per_s double_flops_per_s loads_per_s
bandwidth_bytes_per_s flops_per_atom_step loads_per_atom_step bytes_per_atom_step
fraction_of_arithmetic fraction_of_loads fraction_of_bandwidth
""".split()
PARTS = ["neighbour list", "pruning", "density", "forces", "ghosts", "integration", "other", "step"]

problems = []


def expect(true, text):
    if not true:
        problems.append(text)


def check(path, ranks):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    for key in POSITIVE:
        value = result.get(key)
        expect(isinstance(value, (int, float)) and math.isfinite(value) and value > 0,
               f"{path}: {key} = {value}, expected a number above zero")
    for key in ("benchmark", "ensemble", "kernel", "precision", "vectors", "nearest_bound"):
        expect(isinstance(result.get(key), str) and result[key], f"{path}: no text for {key}")
    for key in ("temperature_K", "potential_eV_per_atom", "pressure_GPa", "volume_A3_per_atom"):
        expect(math.isfinite(result["end"][key]), f"{path}: end.{key} is not finite")
    parts = result["ms_per_step"]
    expect(list(parts) == PARTS, f"{path}: parts {list(parts)}, expected {PARTS}")
    total = sum(parts[name] for name in PARTS[:-1])
    expect(abs(total - parts["step"]) < 1e-9 * parts["step"], f"{path}: the parts miss the step")
    expect(result["ranks"] == ranks, f"{path}: {result['ranks']} ranks, expected {ranks}")
    expect(result["atoms"] == 500 and result["steps"] == 5, f"{path}: another size was run")
    expect(len(result["seconds"]) == 2, f"{path}: expected the times of 2 repetitions")
    return result


one, two = check(sys.argv[1], 1), check(sys.argv[2], 2)
expect(one["end"] == two["end"], f"the end depends on the ranks: {one['end']} and {two['end']}")
expect(one["pairs_in_list"] == two["pairs_in_list"], "the pairs depend on the ranks")
if problems:
    sys.exit("FAILED: " + "; ".join(problems))
print("both results are complete, finite and end alike")
