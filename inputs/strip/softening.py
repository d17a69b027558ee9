#!/usr/bin/env python3
"""How much a calibration lets flow soften, from its laws alone, in a few seconds.

    python3 inputs/strip/softening.py CALIBRATION.h5 [--temperature_K 300] [--strain_rate_per_s 5e-4]
        [--intrabasin_time_s 3600] [--modes 4] [--edge_nm 1.6]

Prints three estimates of Lambda, the logarithm of the ratio of rates of shear at chi = 1 and at chi = 0
under the same stress, each with one more of the model's own features:

    all barriers      (mean Q at chi 0 - at chi 1) / kT
    above Q_min       the same of barriers conditioned on Q > Q_min = kT ln(nu_0 t_intrabasin)
    weakest modes     ln of the ratio of R = 1 / E[1/r], r the total rate of a voxel of n sites with M modes
                      each, drawn anew by every event, at the stress at which such voxels flow

All modes of a voxel compete, so what counts is how much weaker its weakest modes get, which is far less
than how much weaker the mean does. The stress is the same everywhere here; in a strip events
also shake their neighbours, which takes another part away (docs/localisation.md measures it).
"""

import argparse
import sys

import h5py
import numpy as np

KB = 8.617333e-5  # eV/K
EV = 6.241509     # eV per GPa nm^3
VOXELS = 20000
SEED = 1


def laws(path):
    with h5py.File(path, "r") as file:
        def value(name):
            return float(file[f"stz/laws/{name}/value"][()])

        names = ("barrier_mean_at_chi_0", "barrier_mean_at_chi_1", "barrier_shape", "activation_volume",
                 "event_volume", "event_shear")
        return {name: value(name) for name in names} | {
            "attempts": float(file["stz/laws/attempt_frequency"][()])}


def tail(shape, scale, least, probability):
    """Quantiles of the gamma distribution above `least`."""
    x = np.linspace(least / scale, least / scale + 60, 200001)
    logarithm = (shape - 1) * np.log(np.maximum(x, 1e-12)) - x
    density = np.exp(logarithm - logarithm.max())
    below = np.concatenate(([0], np.cumsum(density[1:] + density[:-1])))
    return scale * np.interp(probability, below / below[-1], x)


class Voxels:
    """Draws of a voxel's barriers at chi = 0 and 1 (same ranks), and directions of its modes."""

    def __init__(self, law, options):
        rng = np.random.default_rng(SEED)
        sites = max(1, round(options.edge_nm ** 3 / law["event_volume"]))
        count = options.modes * sites
        self.kT = KB * options.temperature_K
        self.least = max(0, self.kT * np.log(law["attempts"] * options.intrabasin_time_s))
        self.law = law
        self.gamma = law["event_shear"] * law["event_volume"] / options.edge_nm ** 3
        ranks = rng.random((VOXELS, count))
        self.barrier = [tail(law["barrier_shape"], law[f"barrier_mean_at_chi_{chi}"] / law["barrier_shape"],
                             self.least, ranks) for chi in (0, 1)]
        angle = rng.random((VOXELS, 1)) * np.pi + np.arange(count) * np.pi / count
        self.direction = np.sin(2 * angle)

    def rate(self, chi, tau):
        """R, and the mean of the direction that events take."""
        work = self.law["activation_volume"] * EV * tau * self.direction
        rates = self.law["attempts"] * np.exp(np.minimum((work - self.barrier[chi]) / self.kT, 0))
        total = rates.sum(axis=1)
        return 1 / np.mean(1 / total), np.mean((rates * self.direction).sum(axis=1) / total)

    def flow_stress(self, chi, shear_rate):
        low, high = 0.0, 20.0
        for _ in range(30):
            tau = (low + high) / 2
            rate, along = self.rate(chi, tau)
            low, high = (low, tau) if self.gamma * along * rate > shear_rate else (tau, high)
        return tau


def main():
    parser = argparse.ArgumentParser(description="Softening that a calibration allows, from its laws.")
    parser.add_argument("calibration", metavar="CALIBRATION.h5")
    for name, default in (("temperature_K", 300.0), ("strain_rate_per_s", 5e-4),
                          ("intrabasin_time_s", 3600.0), ("edge_nm", 1.6)):
        parser.add_argument(f"--{name}", type=float, default=default, help=f"default {default:g}")
    parser.add_argument("--modes", type=int, default=4, help="of one site; default 4")
    options = parser.parse_args()
    try:
        law = laws(options.calibration)
    except (OSError, KeyError) as error:
        print(f"softening: {error}", file=sys.stderr)
        return 1
    voxels = Voxels(law, options)
    tau = [voxels.flow_stress(chi, 2 * options.strain_rate_per_s) for chi in (0, 1)]
    middle = sum(tau) / 2
    print(f"Q_min {voxels.least:.3f} eV, {voxels.barrier[0].shape[1]} modes a voxel, "
          f"flow stress {2 * tau[0]:.2f} GPa at chi 0, {2 * tau[1]:.2f} GPa at chi 1\nLambda from\n"
          f"  all barriers    {(law['barrier_mean_at_chi_0'] - law['barrier_mean_at_chi_1']) / voxels.kT:6.2f}\n"
          f"  above Q_min     {(voxels.barrier[0].mean() - voxels.barrier[1].mean()) / voxels.kT:6.2f}\n"
          f"  weakest modes   {np.log(voxels.rate(1, middle)[0] / voxels.rate(0, middle)[0]):6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
