#!/usr/bin/env python3
"""The measures of localisation on fields whose answer is known, and the change of a calibration.

    python3 tests/unit/localisation.py ROOT
"""

import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = sys.argv[1]
sys.path[:0] = [os.path.join(ROOT, "viz"), os.path.join(ROOT, "inputs", "strip")]
import growth  # noqa: E402
import localisation  # noqa: E402

NZ, NX, EVENT = 128, 64, 0.01
rng = np.random.default_rng(3)


def close(what, found, expected, within):
    if not abs(found - expected) <= within:
        sys.exit(f"{what}: expected {expected} +- {within}, found {found}")


def independent_events():
    """All measures say that nothing is there."""
    solid, samples = np.ones((NZ, NX), bool), []
    for _ in range(20):
        before = EVENT * rng.poisson(20, (NZ, NX))
        now = before + EVENT * rng.poisson(20, (NZ, NX))
        samples.append(localisation.measure(now, before, np.zeros((NZ, NX)), solid, EVENT))
    mean = {name: np.mean([sample[name] for sample in samples]) for name in samples[0]}
    close("persist", mean["persist"], 0.1, 0.002)
    close("fano", mean["fano"], 1, 0.02)
    close("fano9", mean["fano9"], 1, 0.05)
    close("band", mean["band"], 1, 0.3)
    close("growth times slip", mean["growth"] * 0.2, 0, 0.3)


def one_band():
    """A wave at +45 degrees, of a fifth of the mean, that doubles while the mean does."""
    solid, (z, x) = np.ones((NZ, NX), bool), np.indices((NZ, NX))
    field = 1 + 0.2 * np.cos(2 * np.pi * 2 * (z - x) / NZ)
    row = localisation.measure(0.4 * field, 0.2 * field, field, solid, EVENT)
    close("wave", row["wave"], 0.2 / np.sqrt(2) * 100 / np.sqrt(2), 0.2)  # one of both directions
    close("growth", row["growth"], 1 / 0.2, 0.01)
    assert localisation.lines(z - x, 1).ptp() > 0 and np.ptp(localisation.lines((z - x) % NZ, 1)) == NZ - 1


def notches():
    """The band that joins the middles of two notches, and no other."""
    solid = np.ones((NZ, NX), bool)
    solid[32, :4] = solid[95, -4:] = False
    z, x = np.indices((NZ, NX))
    field = np.where(solid, np.where(np.abs(z - x - 32) <= 3, 3.0, 1.0), np.nan)
    close("notch", localisation.between_notches(field, solid), 3, 0)
    assert localisation.between_notches(field, np.ones((NZ, NX), bool)) is None


def cost_of_waves():
    """Stress with the square of the wave number from long waves at 45 degrees; all from a checkerboard."""
    close("long wave", growth.wave_stress(1e-3, 30, 150), 0, 1e-6)
    close("twice as short", growth.wave_stress(2e-2, 30, 150) / growth.wave_stress(1e-2, 30, 150), 4, 0.01)
    close("checkerboard", growth.wave_stress(np.pi, 30, 150), -1, 1e-9)


def noise_alone():
    """Without softening, cost and spread of chi, the mean square grows with slip."""
    laws = {"k": 3.0, "chi": 0.0, "sd": 0.0}
    found = growth.predicted(np.array([0.1, 0.3]), laws, 0.0, [0.0], (2.0, 2.0), EVENT)
    close("noise", found[1, 0], 0.6, 0.002)


def softening_alone():
    """Growth by exp(L (chi_end - chi_start)) of what is there at the start, from chi alone."""
    laws = {"k": 3.0, "chi": 0.0, "sd": 1.0}
    early, late = growth.predicted(np.array([0.1, 3.0]), laws, 2.0, [0.0], (0.0, 0.0), EVENT)[:, 0]
    # h(0) = 1: y = (exp(L chi) - 1) / k
    exact = [(np.exp(2.0 * (1 - np.exp(-3 * s))) - 1) / 3 for s in (0.1, 3.0)]
    close("start", np.sqrt(early * EVENT), exact[0], 0.01 * exact[0])
    close("end", np.sqrt(late * EVENT), exact[1], 0.01 * exact[1])


def varied():
    """An end of an interval is taken and recorded; a name that is not there is refused."""
    shipped = os.path.join(ROOT, "inputs", "calibration", "cu64zr36_quickstart.h5")
    script = os.path.join(ROOT, "inputs", "strip", "vary_calibration.py")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.h5")
        command = [sys.executable, script, shipped, out, "--set"]
        subprocess.run(command + ["stz/laws/chi_gain=high"], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(out, "r") as file:
            gain = file["stz/laws/chi_gain"]
            assert gain["value"][()] == gain["high"][()]
            assert b"stz/laws/chi_gain: {value: 0.76" in file["provenance"].attrs["yaml"]
        os.remove(out)
        wrong = subprocess.run(command + ["stz/laws/none=high"], stderr=subprocess.PIPE, check=False)
        assert wrong.returncode == 1 and b"stz/laws/none: expected a group" in wrong.stderr
        assert not os.listdir(folder)


for test in (independent_events, one_band, notches, cost_of_waves, noise_alone, softening_alone, varied):
    test()
