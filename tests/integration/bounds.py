"""Checks that the results of a whole run lie within physical bounds for Cu-Zr metallic glass.

    python3 bounds.py RUN_DIR

The bounds are wide: they hold for any sensible size and rate of the simulation, and catch lost
units, signs, factors and NaN. Sources: density and moduli of Cu64Zr36 (about 7.6 g/cm^3, shear modulus
34 GPa, bulk modulus 104-128 GPa), expansion of metallic glasses (1.0-1.5e-5 /K), heat capacity 3R
(339 J/(kg K) at 73.5 g/mol), Vickers hardness of Cu-Zr glasses (about 500-600 kgf/mm^2; a nanoscale
sample at high rate may be twice as strong).
"""

import csv
import json
import math
import os
import sys

import h5py

problems = []


def within(name, value, low, high):
    good = math.isfinite(value) and low <= value <= high
    print(f"{'ok    ' if good else 'FAILED'} {name} = {value:.6g}, expected {low:g} to {high:g}")
    if not good:
        problems.append(name)


def check_calibration(path):
    with h5py.File(path, "r") as file:
        for state in ("relaxed", "flowed"):
            group = file["material"][state]
            within(f"{state} density", group["density/value"][()], 6500, 8200)
            within(f"{state} expansion", group["thermal_expansion/value"][()], 3e-6, 6e-5)
            for i, temperature in enumerate(file["material/temperature"][()]):
                within(f"{state} shear modulus at {temperature:g} K",
                       group["shear_modulus/value"][i], 5, 50)
                within(f"{state} bulk modulus at {temperature:g} K",
                       group["bulk_modulus/value"][i], 70, 160)
        within("heat capacity", file["material/heat_capacity/value"][()], 250, 500)
        within("atomic volume", file["material/atomic_volume"][()], 0.014, 0.019)
        laws = file["stz/laws"]
        within("events", len(file["stz/events/gamma"]), 3, math.inf)
        within("barriers", len(file["stz/barriers/barrier"]), 3, math.inf)
        within("mean barrier, relaxed", laws["barrier_mean_at_chi_0/value"][()], 0.05, 5)
        within("event volume", laws["event_volume/value"][()], 0.05, 20)
        within("event shear", laws["event_shear/value"][()], 0.005, 0.6)
        within("activation volume", laws["activation_volume/value"][()], 0.001, 2)
        within("stored enthalpy", file["state/energy"][()], 0.1, 100)
        within("peak stress of the test piece", max(file["stress_strain/stress"][()]), 0.5, 8)


def check_hardness(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    within("rows of hardness.csv", len(rows), 2, 64)
    for row in rows:
        for phase in ("before", "after"):
            within(f"HV {phase} at {row['strain_percent']} %", float(row[f"hv_{phase}"]), 100, 1500)
            within(f"yield strength {phase} at {row['strain_percent']} %",
                   float(row[f"yield_{phase}_GPa"]), 0.2, 6)


def check_summary(path):
    with open(path, encoding="utf-8") as file:
        summary = json.load(file)
    done = [stage["name"] for stage in summary["stages"] if stage["status"] == "done"]
    if summary["status"] != "done" or done != ["atomistic", "calibrate", "mesoscale", "hardness"]:
        problems.append(f"summary.json: status {summary['status']}, stages {done}")


def main():
    run = sys.argv[1]
    check_summary(os.path.join(run, "summary.json"))
    check_calibration(os.path.join(run, "calibrate", "calibration.h5"))
    check_hardness(os.path.join(run, "hardness", "hardness.csv"))
    for name in ("index.html", "hardness.png"):
        if not os.path.exists(os.path.join(run, "report", name)):
            problems.append(f"report/{name} is missing")
    if problems:
        sys.exit("FAILED: " + "; ".join(problems))


main()
