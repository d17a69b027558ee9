"""Reads the outputs of a run into plain arrays. Formats: docs/file-formats.md."""

import csv
import json
import os

import h5py
import numpy as np

REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference")


class Missing(Exception):
    """A file that a part of the report needs is not there."""


def find(run, *names):
    """Path of an output, or Missing with its name relative to the run."""
    path = os.path.join(run, *names)
    if not os.path.exists(path):
        raise Missing(f"{os.path.join(*names)} is not there")
    return path


def table(path):
    """Columns of a CSV file of numbers, by name. An empty cell is NaN."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError(f"{path} holds no rows")
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


# --- Published values ----------------------------------------------------------------------------

def published_hardness():
    """strain_percent, hv_before, hv_after."""
    with open(os.path.join(REFERENCE, "hardness.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {"strain_percent": np.array([float(row["strain_percent"]) for row in rows]),
            "hv_before": np.array([float(row["hv_before_ctc"]) for row in rows]),
            "hv_after": np.array([float(row["hv_after_ctc"]) for row in rows])}


def published_fractions():
    """List of zone, cycle, fraction of atoms with 0.3 < eta_Mises <= 0.7."""
    with open(os.path.join(REFERENCE, "md.csv"), newline="", encoding="utf-8") as file:
        return [{"zone": row["zone"], "cycle": int(row["cycle"]),
                 "fraction": float(row["fraction_0p3_0p7"])} for row in csv.DictReader(file)]


# --- Outputs of the run --------------------------------------------------------------------------

def hardness(run):
    """hardness/hardness.csv."""
    return table(find(run, "hardness", "hardness.csv"))


def summary(run):
    """summary.json as the dictionary that it is."""
    with open(find(run, "summary.json"), encoding="utf-8") as file:
        return json.load(file)
