#!/usr/bin/env python3
"""Copy of a calibration file in which some laws stand at an end of their own confidence interval.

    python3 inputs/strip/vary_calibration.py CALIBRATION.h5 OUT.h5 [--set NAME=low|high|NUMBER]...

NAME is a group of the file with value, low and high, such as stz/laws/barrier_mean_at_chi_0. `low`
and `high` are the ends of its bootstrap interval; a number may lie anywhere, for experiments with the
model (chi_gain = 0: events leave the disorder as it is). What was changed, and from what, is appended
to the provenance of the copy. Such a copy shows what the uncertainty of a calibration leaves open. It
is no better a calibration than the original.
"""

import argparse
import os
import shutil
import sys

import h5py
import numpy as np


def change(file, assignment):
    """Applies NAME=WHAT; returns the line that records it."""
    name, _, what = assignment.partition("=")
    group = file.get(name)
    if not isinstance(group, h5py.Group) or "value" not in group:
        raise ValueError(f"{name}: expected a group with value, low and high, such as "
                         "stz/laws/barrier_mean_at_chi_0")
    before = group["value"][()]
    low, high = group["low"][()], group["high"][()]
    group["value"][...] = group[what][()] if what in ("low", "high") else float(what)
    after = group["value"][()]
    outside = "" if np.all((low <= after) & (after <= high)) else ", outside of its interval"
    return f"{name}: {{value: {after}, was: {before}, interval: [{low}, {high}]}}  # {what}{outside}"


def record(file, source, lines):
    group = file["provenance"]
    before = group.attrs["yaml"]
    before = before.decode() if isinstance(before, bytes) else str(before)
    note = [] if "varied_by_hand:" in before else ["varied_by_hand:  # by vary_calibration.py"]
    note += [f"  {line}, in a copy of {os.path.basename(source)}" for line in lines]
    text = before.rstrip("\n") + "\n" + "\n".join(note) + "\n"
    group.attrs.create("yaml", np.bytes_(text.encode()))


def main():
    parser = argparse.ArgumentParser(description="Calibration with laws at the ends of their intervals.")
    parser.add_argument("calibration", metavar="CALIBRATION.h5")
    parser.add_argument("out", metavar="OUT.h5")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=low|high|NUMBER")
    arguments = parser.parse_args()
    partial = arguments.out + ".part"
    try:
        shutil.copyfile(arguments.calibration, partial)
        with h5py.File(partial, "r+") as file:
            lines = [change(file, assignment) for assignment in arguments.set]
            if lines:
                record(file, arguments.calibration, lines)
        os.replace(partial, arguments.out)
    except (OSError, KeyError, ValueError) as error:
        print(f"vary_calibration: {error}", file=sys.stderr)
        if os.path.exists(partial):
            os.remove(partial)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
