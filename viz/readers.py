"""Reads the outputs of a run into plain arrays. Formats: docs/file-formats.md."""

import csv
import glob
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


def table(path, words=(), empty=None):
    """Columns of a CSV file by name: arrays of numbers (an empty cell is NaN), but for those in
    `words` arrays of text. empty: what a table of a head alone means, if more is known of it."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        head, rows = reader.fieldnames, list(reader)
    if not head:
        raise ValueError(f"{path} is empty, without even a head")
    if not rows:
        raise Missing(empty or f"{os.path.basename(path)} has no rows")
    return {name: np.array([row[name] for row in rows]) if name in words else
            np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


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


def unfinished(run):
    """Why a run has not all its outputs, or None; None too where nothing tells of a whole run."""
    try:
        found = summary(run)
    except Missing:
        there = os.path.exists(os.path.join(run, "input.yaml"))
        return "it has not ended yet, or was killed" if there else None
    if found.get("status") == "done":
        return None
    if found.get("status") == "running":
        return "it has not ended yet, or was killed"
    return f"{found.get('status', 'unknown status')}: {found.get('message', 'no reason was given')}"


def reloading(run):
    """hardness/reload.csv."""
    return table(find(run, "hardness", "reload.csv"), words=("phase",))


def tension(run):
    """atomistic/tension/tension.csv: strain, stress_GPa, temperature_K, potential_eV."""
    return table(find(run, "atomistic", "tension", "tension.csv"))


def strained_states(run):
    """The thermally cycled states of atomistic/atomistic.h5."""
    states = []
    with h5py.File(find(run, "atomistic", "atomistic.h5"), "r") as file:
        for index in range(int(file["cycling/states"][()])):
            group = file[f"cycling/state_{index}"]
            states.append({
                "index": index,
                "cycles": int(file["cycling/cycles"][()]),
                "strain": float(group["strain"][()]),
                "kind": text(group["kind"].attrs["meaning"]),
                "atoms": group["count"][()],
                "fraction": group["fraction"][()],
            })
    return states


def snapshot(run, *names):
    """A snapshot of the test piece in extended XYZ, folded into its box."""
    atoms = xyz(find(run, "atomistic", *names))
    for axis in range(3):
        if atoms["periodic"][axis]:
            away = atoms["pos"][:, axis] - atoms["origin"][axis]
            atoms["pos"][:, axis] = away % atoms["length"][axis]
    return atoms


def mesoscale_table(run, name):
    """mesoscale/NAME.csv. A run whose only prior strain is 0 loads nothing."""
    return table(find(run, "mesoscale", f"{name}.csv"), words=("phase", "kind"),
                 empty="the samples were not loaded" if name == "stress_strain" else None)


def mesoscale_fields(run, sample, names):
    """States of one sample by strain: list of strain in percent, phase, {name: field[nz, nx]} with
    NaN in voids; and the extent (x, z) of the fields in nm."""
    folder = f"sample_{sample:02d}"
    states, phases = [], ("before", "after")
    with h5py.File(find(run, "mesoscale", folder, "fields.h5"), "r") as file:
        for group, item in file.items():
            strain, phase = group.removeprefix("strain_").rsplit("_", 1)
            states.append((float(strain), phase, {name: layer(item[name][()]) for name in names}))
    states.sort(key=lambda state: (state[0], phases.index(state[1])))
    first = f"state_{round(10 * states[0][0]):03d}_before.h5"
    with h5py.File(find(run, "mesoscale", folder, first), "r") as file:
        edge, solid = file["grid/edge"][()], layer(file["fields/solid"][()]) != 0
    for _, _, fields in states:
        for field in fields.values():
            field[~solid] = np.nan
    return states, (solid.shape[1] * edge, solid.shape[0] * edge)


def shear_bands(run):
    """mesoscale/shear_bands.csv: one row per band."""
    return table(find(run, "mesoscale", "shear_bands.csv"), words=("when", "kind"),
                 empty="no shear band was found")


def avalanches(run):
    """Of each sample with mesoscale/sample_SS/avalanches.csv: its label and table."""
    files = sorted(glob.glob(os.path.join(glob.escape(run), "mesoscale", "sample_*", "avalanches.csv")))
    if not files:
        raise Missing("mesoscale/sample_SS/avalanches.csv is not there")
    found = []
    for path in files:
        try:
            rows = table(path, empty="there was no avalanche of several events")
        except Missing as missing:
            reason = missing
            continue
        found.append((os.path.basename(os.path.dirname(path)).replace("_", " "), rows))
    if not found:
        raise reason
    return found


def loading_fields(run, sample):
    """States of one sample during loading, mesoscale/sample_SS/loading.h5: list of strain, {chi,
    shear, and band if it is there: field[nz, nx]}, the middle layer of a field in space, with NaN in
    voids; and the edge of a voxel in nm (1 if neither this file nor a state tells)."""
    folder = f"sample_{sample:02d}"
    states = []
    with h5py.File(find(run, "mesoscale", folder, "loading.h5"), "r") as file:
        for name, group in file.items():
            if name.startswith("strain_"):
                fields = {key: layer(group[key][()]) for key in ("chi", "shear", "band") if key in group}
                states.append((float(name.removeprefix("strain_")), fields))
        edge, solid = voxels(file)
    if not states:
        raise ValueError(f"mesoscale/{folder}/loading.h5 holds no state")
    if edge is None:
        for path in sorted(glob.glob(os.path.join(glob.escape(run), "mesoscale", folder, "state_*.h5")))[:1]:
            with h5py.File(path, "r") as file:
                edge, solid = voxels(file)
    states.sort(key=lambda state: state[0])
    if solid is not None:
        for _, fields in states:
            for key in ("chi", "shear"):
                fields[key][~solid] = np.nan
    return states, edge or 1.0


def voxels(file):
    """Edge of a voxel, and which of the middle layer are solid; None for what the file lacks."""
    return (float(file["grid/edge"][()]) if "grid/edge" in file else None,
            layer(file["fields/solid"][()]) != 0 if "fields/solid" in file else None)


def stress_strain(run):
    """mesoscale/stress_strain.csv, which comes at the end of the stage; before, what the finished
    samples and the last checkpoints of the others hold of it. And whether it is the whole."""
    try:
        return mesoscale_table(run, "stress_strain"), True
    except Missing as missing:
        reason = missing
    parts = []
    for folder in sorted(glob.glob(os.path.join(glob.escape(run), "mesoscale", "sample_*"))):
        for name in ("sample.h5", "checkpoint.h5"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with h5py.File(path, "r") as file:
                    parts.append(columns(file["stress_strain"]))
                break
    if not sum(len(part["strain"]) for part in parts):
        raise reason
    return {name: np.concatenate([part[name] for part in parts]).astype(float)
            for name in parts[0]}, False


def loading_curve(run, sample):
    """Strain and stress in GPa of one sample, compression positive."""
    rows, _ = stress_strain(run)
    chosen = rows["sample"] == sample
    return rows["strain"][chosen], rows["stress_GPa"][chosen]


def layer(field):
    """A field [nz, nx], or the middle layer of [nz, ny, nx], as floating-point numbers."""
    return np.asarray(field[:, field.shape[1] // 2] if field.ndim == 3 else field, dtype=float)


def spread(items, most):
    """At most so many of a list, evenly, with the last."""
    if len(items) <= most:
        return items
    return [items[round((number + 1) * (len(items) - 1) / most)] for number in range(most)]


def calibration(run):
    """calibrate/calibration.h5: the parts that are shown, as arrays under their names in the file."""
    with h5py.File(find(run, "calibrate", "calibration.h5"), "r") as file:
        estimates = {}

        def collect(name, item):
            if isinstance(item, h5py.Group) and {"value", "low", "high", "count"} <= set(item):
                estimates[name] = {part: item[part][()] for part in ("value", "low", "high", "count")}
                estimates[name]["units"] = text(item["value"].attrs["units"])

        file.visititems(collect)
        return {
            "estimates": estimates,
            "temperature_K": file["material/temperature"][()],
            "chi_states": [file[f"material/{state}/chi"][()] for state in ("relaxed", "flowed")],
            "events": columns(file["stz/events"]),
            "barriers": columns(file["stz/barriers"]),
            "attempt_frequency_Hz": file["stz/laws/attempt_frequency"][()],
            "energy_J_per_g": file["state/energy"][()],
            "provenance": text(file["provenance"].attrs["yaml"]),
        }


def columns(group):
    """All datasets of a group."""
    return {name: item[()] for name, item in group.items()}


def text(attribute):
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)


def xyz(path):
    """An extended XYZ snapshot: positions (angstrom) and extra columns by name, box, periodicity."""
    with open(path, encoding="utf-8") as file:
        count = int(file.readline())
        comment = file.readline()
        rows = [file.readline().split() for _ in range(count)]
    lattice = np.array(quoted(comment, "Lattice").split(), dtype=float).reshape(3, 3).diagonal()
    properties = comment.split("Properties=")[1].split()[0].split(":")
    atoms, column = {"length": lattice,
                     "origin": np.array(quoted(comment, "Origin").split(), dtype=float),
                     "periodic": [word == "T" for word in quoted(comment, "pbc").split()]}, 0
    for name, kind, width in zip(*[iter(properties)] * 3):
        if kind != "S":
            values = np.array([row[column:column + int(width)] for row in rows], dtype=float)
            atoms[name] = values if int(width) > 1 else values[:, 0]
        column += int(width)
    return atoms


def quoted(comment, key):
    return comment.split(f'{key}="')[1].split('"')[0]
