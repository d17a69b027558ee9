#!/usr/bin/env python3
"""Growth of bands in the runs of study.sh against linear stability: table and figure.

    python3 inputs/strip/growth.py STUDY_DIR [PICTURE.png]

A wave of slip across lines at 45 degrees, of amplitude y in slip, with the wave h of chi that goes with
it, in a strip of mean slip s and mean disorder chi (docs/localisation.md derives this):

    dy/ds = L h - R y + noise,   dh/ds = k (1 - chi) dy/ds - k h,   chi = 1 - (1 - chi_0) exp(-k s)

k = gain/gamma_T. L = d ln(rate)/d(chi) at constant stress and R, the elastic cost of the wave on
the grid, come from runs at fixed chi and at ten times the rate: with Y the flow stress,

    V/kT = 2 ln 10 / (Y(10 x rate) - Y(rate)),   L = (Y(chi = 0) - Y(chi = 1)) / 2 * V/kT,
    R = V/kT mu c |S(q)|,   q = 2 pi / lines in a period

with S the shear stress, in units of mu, of a wave of unit shear in the finite-element medium, c the net
shear per slip. The noise, linear in chi, comes from the runs at chi = 0 and 1: the mean square by which
amplitudes change from one snapshot to the next, over that of as many independent events, after 5 % strain. Covariances of (y, h)
are integrated from h of the initial random chi and y = 0, and compared with the mean square amplitudes
of the runs. Both are in units of independent events: 1 means Poisson.
"""

import argparse
import os
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "viz"))
import figures
import localisation
import readers

CASES = (("plain_300K", "300 K"), ("plain_100K", "100 K"),
         ("end_300K", "Q(χ = 0) at the end\nof its interval"),
         ("ends_300K", "four laws at the ends\nof their intervals"))
WAVES = 4
STEADY = 0.08  # strain from which the stress at fixed chi is averaged


def law(path, edge):
    """k, initial mean and spread of chi of a voxel, shear and bulk modulus (GPa) of a calibration."""
    with h5py.File(path, "r") as file:
        def value(name):
            return np.mean(file[name]["value"][()])

        sphere = 4 * np.pi / 3 * file["state/coarse_grain_radius"][()] ** 3
        return {"k": value("stz/laws/chi_gain") / value("stz/laws/event_shear"),
                "chi": value("state/chi_mean"),
                "sd": value("state/chi_sd") * np.sqrt(min(1, sphere / edge ** 3)),
                "mu": value("material/relaxed/shear_modulus"),
                "bulk": value("material/relaxed/bulk_modulus")}


def wave_stress(q, mu, bulk):
    """S(q): 45-degree shear stress over mu from a wave of unit shear with phase q along x and z."""
    lam = bulk - 2 * mu / 3
    m, s, g = (2 + np.cos(q)) / 3, 2 - 2 * np.cos(q), np.sin(q)
    stiffness = np.array([[(lam + 2 * mu) * s * m + mu * m * s, (lam + mu) * g * g],
                          [(lam + mu) * g * g, (lam + 2 * mu) * s * m + mu * m * s]])
    d = 2j * np.sin(q / 2) * np.cos(q / 2)  # of the mean strain in an element
    strain = np.array([[d, 0], [0, d], [d, d]])
    moduli = np.array([[lam + 2 * mu, lam, 0], [lam, lam + 2 * mu, 0], [0, 0, mu]])
    eigen = np.array([0.5, -0.5, 0])
    u = np.linalg.solve(stiffness, strain.conj().T @ moduli @ eigen)
    stress = moduli @ (strain @ u - eigen)
    return ((stress[0] - stress[1]) / 2).real / mu


def flow_stress(run):
    """Mean and standard error (over stretches of 1 % strain) in the steady state, GPa."""
    strain, stress = readers.loading_curve(run, 0)
    late = strain > STEADY
    stretches = [stress[late & (np.floor(100 * strain) == n)].mean()
                 for n in range(int(100 * STEADY), int(100 * strain[-1]))]
    return np.mean(stretches), np.std(stretches) / np.sqrt(len(stretches))


def amplitudes(run):
    """Of a run: slip of each snapshot, mean square [snapshot, wave] of the first waves and its error
    over samples, noise, shear of an event, and net shear per slip."""
    slips, squares, noises = [], [], []
    for sample in localisation.samples_of(run):
        _, slip, _, solid = localisation.snapshots(run, sample)
        event, (nz, nx) = localisation.quantum(slip), solid.shape
        wave = np.array([[np.fft.fft(localisation.lines(field, sign))[1:WAVES + 1] / nz
                          for sign in (1, -1)] for field in slip])
        mean, scale = slip.mean(axis=(1, 2)), nx * nz / event
        slips.append(mean)
        squares.append(np.mean(np.abs(wave) ** 2, axis=1) * scale)
        step = np.mean(np.abs(np.diff(wave, axis=0)) ** 2, axis=1) / np.diff(mean)[:, None] * scale
        noises.append(step[5:].mean())
    n = min(len(mean) for mean in slips)
    squares = np.array([square[:n] for square in squares])
    errors = [np.std(values, axis=0, ddof=1) / np.sqrt(len(slips)) if len(slips) > 1 else np.nan
              for values in (squares, squares.mean(axis=2))]
    return {"slip": np.mean([mean[:n] for mean in slips], axis=0), "noise": np.mean(noises),
            "square": squares.mean(axis=0), "spread": errors[0], "band": squares.mean(axis=(0, 2)),
            "band_error": errors[1], "event": event, "lines": nz}


def net_shear(run):
    """Net plastic shear over slip at the last snapshot; edge of a voxel in nm."""
    states, edge = readers.loading_fields(run, 0)
    _, slip, _, _ = localisation.snapshots(run, 0)
    return np.mean(states[-1][1]["shear"]) / np.mean(slip[-1]), edge


def predicted(slip, laws, softening, cost, noise, event):
    """Mean square of each wave at the slips, [slip, wave], by Euler steps of the covariances."""
    result, k = [], laws["k"]
    for resistance in cost:
        yy, yh, hh = 0.0, 0.0, laws["sd"] ** 2 / event
        s, here, ds = 0.0, [], 2e-4
        for target in slip:
            while s < target:
                chi = 1 - (1 - laws["chi"]) * np.exp(-k * s)
                gain, here_noise = k * (1 - chi), noise[0] * (1 - chi) + noise[1] * chi
                a = np.array([[-resistance, softening], [-gain * resistance, gain * softening - k]])
                c = np.array([[yy, yh], [yh, hh]])
                b = np.array([1, gain])
                c = c + ds * (a @ c + c @ a.T + here_noise * np.outer(b, b))
                (yy, yh), (_, hh) = c
                s += ds
            here.append(yy)
        result.append(here)
    return np.array(result).T


def study(folder, name):
    run = os.path.join(folder, name)
    net, edge = net_shear(run)
    laws = law(os.path.join(folder, "calibration", f"{name.split('_')[0]}.h5"), edge)
    low, high, fast = (flow_stress(f"{run}_{what}") for what in ("chi0", "chi1", "chi0_fast"))
    result = amplitudes(run)
    result["noise"] = [amplitudes(f"{run}_{what}")["noise"] for what in ("chi0", "chi1")]
    sensitivity = 2 * np.log(10) / (fast[0] - low[0])
    softening = (low[0] - high[0]) / 2 * sensitivity
    cost = [sensitivity * laws["mu"] * net *
            abs(wave_stress(2 * np.pi * wave / result["lines"], laws["mu"], laws["bulk"]))
            for wave in range(1, WAVES + 1)]
    result.update(stress=(low, high, fast), sensitivity=sensitivity, softening=softening, k=laws["k"],
                  cost=cost, curve=readers.loading_curve(run, 0),
                  predicted=predicted(result["slip"], laws, softening, cost, result["noise"],
                                      result["event"]))
    return result


def report(name, r):
    low, high, fast = r["stress"]
    print(f"{name}: Y(chi 0) {low[0]:.3f} +- {low[1]:.3f}, Y(chi 1) {high[0]:.3f} +- {high[1]:.3f}, "
          f"at ten times the rate {fast[0]:.3f} +- {fast[1]:.3f} GPa, V/kT {r['sensitivity']:.1f} /GPa\n"
          f"  L {r['softening']:.2f}, exp(L) {np.exp(r['softening']):.2f}, k {r['k']:.2f}, "
          f"cost {', '.join(f'{cost:.2f}' for cost in r['cost'])}, noise {r['noise'][0]:.2f}, {r['noise'][1]:.2f}")
    print("    slip  mean square of each wave over that of independent events, measured / predicted")
    for i in range(1, len(r["slip"]), 3):
        print(f"   {r['slip'][i]:.3f}  all {r['band'][i] / r['slip'][i]:5.1f} +- "
              f"{r['band_error'][i] / r['slip'][i]:4.1f} / {r['predicted'][i].mean() / r['slip'][i]:5.1f}   "
              + "  ".join(
            f"{m:5.1f} +- {e:4.1f} / {p:5.1f}" for m, e, p in
            zip(*(r[key][i] / r["slip"][i] for key in ("square", "spread", "predicted")))))


def picture(results, path):
    """Left: stress against strain. Right: long waves of slip against slip, and prediction."""
    figures.plt.rcParams["savefig.dpi"] = 110
    figure, (left, right) = figures.plt.subplots(1, 2, figsize=(12, 5))
    styles = zip((figures.BLUE, figures.GREEN, figures.ORANGE, figures.RED), "os^D", ("-", "--", "-.", ":"))
    for (name, label), (colour, marker, line) in zip(CASES, styles):
        r = results[name]
        left.plot(100 * r["curve"][0], r["curve"][1], color=colour, linestyle=line, label=label)
        slip = r["slip"][1:]
        right.errorbar(slip, r["band"][1:] / slip, yerr=r["band_error"][1:] / slip, color=colour,
                       marker=marker, linestyle="none", markersize=5.5, elinewidth=0.8, capsize=0)
        right.plot(slip, r["predicted"][1:].mean(axis=1) / slip, color=colour, linestyle=line)
        right.plot([], [], color=colour, marker=marker, linestyle=line,
                   label=f"Λ = {r['softening']:.1f}: {label}")
    right.axhline(1, color=figures.GREY, linewidth=1)
    left.set(title="(a) flow", xlabel="compressive strain (%)", ylabel="stress (GPa)", xlim=(0, 22),
             ylim=(0, None))
    right.set(title="(b) bands: measured (points), linear stability (lines)", xlabel="mean slip",
              yscale="log", ylabel="mean square of long waves at 45°\n(independent events: 1)",
              xlim=(0, None), ylim=(0.5, 1000))
    handles, labels = right.get_legend_handles_labels()
    right.legend(handles, [text.replace("\n", " ") for text in labels], loc="upper left", fontsize=9.5,
                 ncols=1)
    figures.save(figure, path)


def main():
    parser = argparse.ArgumentParser(description="Growth of bands against linear stability.")
    parser.add_argument("study", metavar="STUDY_DIR")
    parser.add_argument("picture", metavar="PICTURE.png", nargs="?")
    arguments = parser.parse_args()
    try:
        results = {name: study(arguments.study, name) for name, _ in CASES}
        for name, result in results.items():
            report(name, result)
        if arguments.picture:
            picture(results, arguments.picture)
    except (readers.Missing, OSError, KeyError, ValueError) as error:
        print(f"growth: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
