#!/usr/bin/env python3
"""Does a strip localise? Numbers from the snapshots that runs wrote while loading.

    python3 viz/localisation.py RUN_DIR... [--window PERCENT] [--csv FILE]

One line per run and strain: means over its samples, from slip, the accumulated |shear| of events in
each voxel. Reads mesoscale/sample_SS/loading.h5 and mesoscale/stress_strain.csv. The columns, of
which docs/localisation.md tells more:

    strain, stress   compressive strain in percent, stress in GPa
    slip, chi        means over the voxels
    held     share of the slip that the tenth of the voxels which slipped most holds (0.1 if even)
    persist  share of the slip of the last --window percent of strain in the tenth of the voxels
             that had slipped most before (0.1 if where slip was makes no difference)
    peak     largest mean over 3 x 3 voxels, over the mean
    fano     variance of a voxel's slip over that of independent events (Poisson: 1)
    fano9    the same of means over 3 x 3 voxels
    rate9    ... for the slip of the last --window percent
    band     the same of means along lines at +-45 degrees from surface to surface, of which only
             waves across the lines of at least 32 lines (23 voxels) count
    wave     rms of these waves over the mean slip, percent
    growth   d ln(wave) / d(slip), from how the slip of the last window went with that before it
    notch    only with a notch on each side: mean over the band 5 voxels wide between the notches,
             over the mean of the strip: of slip; of slip of the last window; and chi there
"""

import argparse
import csv
import glob
import os
import sys

import h5py
import numpy as np
import readers

LEAST_PERIOD = 32  # lines
HALF_WIDTH = 2    # voxels, of the band between notches


def snapshots(run, sample):
    """strains, slip[n, nz, nx] and chi with NaN in voids, and solid[nz, nx]."""
    path = readers.find(run, "mesoscale", f"sample_{sample:02d}", "loading.h5")
    with h5py.File(path, "r") as file:
        states = sorted((float(group["strain"][()]), name) for name, group in file.items()
                        if name.startswith("strain_"))
        solid = readers.layer(file["fields/solid"][()]) != 0
        slip, chi = (np.array([readers.layer(file[name][key][()]) for _, name in states])
                     for key in ("slip", "chi"))
    slip[:, ~solid] = np.nan
    chi[:, ~solid] = np.nan
    return np.array([strain for strain, _ in states]), slip, chi, solid


def samples_of(run):
    folders = glob.glob(os.path.join(glob.escape(run), "mesoscale", "sample_*", "loading.h5"))
    return sorted(int(os.path.basename(os.path.dirname(path)).split("_")[1]) for path in folders)


def quantum(slip):
    """Shear of one event: the smallest slip that any voxel has; NaN without any."""
    return slip[slip > 0].min() if (slip > 0).any() else np.nan


def smoothed(field):
    """Mean over 3 x 3 voxels that are there, periodic in z; NaN where a voxel has no eight others."""
    padded = np.pad(np.pad(field, ((1, 1), (0, 0)), mode="wrap"), ((0, 0), (1, 1)),
                    constant_values=np.nan)
    nz, nx = field.shape
    return np.mean([padded[k:k + nz, i:i + nx] for k in range(3) for i in range(3)], axis=0)


def share(of, by, part=0.1):
    """Share of `of` that the voxels with the largest `by` hold, a tenth of all."""
    there = np.isfinite(of)
    values, order = of[there], np.argsort(by[there], kind="stable")[::-1]
    return values[order[:round(part * len(order))]].sum() / values.sum()


def lines(field, sign):
    """Mean along each line at 45 degrees, z = z0 + sign x, that crosses the strip."""
    nz, nx = field.shape
    x = np.arange(nx)
    return np.array([field[(z + sign * x) % nz, x].mean() for z in range(nz)])


def waves(field):
    """Long waves across both sets of lines: complex amplitudes, [2, number of wave numbers]."""
    nz = field.shape[0]
    return np.array([np.fft.fft(lines(field, sign))[1:nz // LEAST_PERIOD + 1] / nz
                     for sign in (1, -1)])


def between_notches(field, solid):
    """Mean over the band that joins the middles of the two notches; None without these."""
    left, right = np.flatnonzero(~solid[:, 0]), np.flatnonzero(~solid[:, -1])
    if not len(left) or not len(right):
        return None
    nz, nx = field.shape
    x, slope = np.arange(nx), (right.mean() - left.mean()) / (nx - 1)
    z = left.mean() + slope * x
    inside = np.abs(np.arange(nz)[:, None] - z[None, :]) / np.sqrt(1 + slope ** 2) <= HALF_WIDTH + 0.5
    return np.nanmean(field[inside & solid])


def measure(now, before, chi, solid, event):
    """All columns but strain and stress, for one sample at one strain."""
    mean, step = np.nanmean(now), now - before
    nz, nx = now.shape
    row = {"slip": mean, "chi": np.nanmean(chi), "held": share(now, now),
           "persist": share(step, before) if np.nansum(before) > 0 else np.nan,
           "peak": np.nanmax(smoothed(now)) / mean,
           "fano": np.nanvar(now) / (event * mean),
           "fano9": np.nanvar(smoothed(now)) * 9 / (event * mean),
           "rate9": np.nanvar(smoothed(step)) * 9 / (event * np.nanmean(step))}
    if solid.all():
        amplitude, old = waves(now), waves(before)
        # of independent events the mean square of one wave is event * mean / (nx nz)
        row["band"] = np.mean(np.abs(amplitude) ** 2) * nx * nz / (event * mean)
        row["wave"] = 100 * np.sqrt(np.mean(np.sum(2 * np.abs(amplitude) ** 2, axis=1))) / mean
        if np.nansum(before) > 0:
            row["growth"] = (np.sum(np.real((amplitude - old) * old.conj())) /
                             np.sum(np.abs(old) ** 2) / np.nanmean(step))
    elif between_notches(now, solid) is not None:
        row["notch"] = between_notches(now, solid) / mean
        row["notch_rate"] = between_notches(step, solid) / np.nanmean(step)
        row["notch_chi"] = between_notches(chi, solid)
    return row


def rows_of(run, window):
    """{strain in percent: {column: values of all samples}}."""
    table = {}
    for sample in samples_of(run):
        strains, slip, chi, solid = snapshots(run, sample)
        curve = readers.loading_curve(run, sample) if has_curve(run) else None
        event = quantum(slip)
        for number, strain in enumerate(strains):
            earlier = np.flatnonzero(strains <= strain - window / 100 + 1e-6)
            before = slip[earlier[-1]] if len(earlier) else np.zeros_like(slip[0])
            row = measure(slip[number], before, chi[number], solid, event)
            row["stress"] = np.interp(strain, *curve) if curve is not None else np.nan
            for name, value in row.items():
                table.setdefault(round(100 * strain, 1), {}).setdefault(name, []).append(value)
    return table


def has_curve(run):
    return os.path.exists(os.path.join(run, "mesoscale", "stress_strain.csv"))


COLUMNS = ("stress", "slip", "chi", "held", "persist", "peak", "fano", "fano9", "rate9", "band", "wave",
           "growth", "notch", "notch_rate", "notch_chi")


def main():
    parser = argparse.ArgumentParser(description="Localisation of slip in strips, in numbers.")
    parser.add_argument("runs", metavar="RUN_DIR", nargs="+")
    parser.add_argument("--window", type=float, default=2, help="percent of strain; default 2")
    parser.add_argument("--csv", help="means and standard errors of all columns, for all runs")
    arguments = parser.parse_args()
    written = []
    try:
        for run in arguments.runs:
            table = rows_of(run, arguments.window)
            there = [name for name in COLUMNS if any(name in row for row in table.values())]
            print(f"{run}\n{'strain':>7}" + "".join(f"{name:>11}" for name in there))
            for strain in sorted(table):
                values = table[strain]
                print(f"{strain:7.1f}" + "".join(
                    f"{average(values[name]) if name in values else np.nan:11.4g}" for name in there))
                written.append({"run": run, "strain": strain, "samples": len(values["slip"])} | {
                    name + suffix: number for name in there if name in values
                    for suffix, number in (("", average(values[name])), ("_se", error(values[name])))})
        if arguments.csv:
            with open(arguments.csv, "w", newline="", encoding="utf-8") as file:
                names = ["run", "strain", "samples"] + [n + s for n in COLUMNS for s in ("", "_se")]
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(written)
    except (readers.Missing, OSError, KeyError, ValueError) as problem:
        print(f"localisation: {problem}", file=sys.stderr)
        return 1
    return 0


def average(values):
    """Over the samples that have a value."""
    values = np.asarray(values, dtype=float)
    return np.mean(values[np.isfinite(values)]) if np.isfinite(values).any() else np.nan


def error(values):
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    return np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan


if __name__ == "__main__":
    sys.exit(main())
