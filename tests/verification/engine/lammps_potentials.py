#!/usr/bin/env python3
"""Forces and energies of every setfl file that comes with LAMMPS, against the installed LAMMPS.

    python3 lammps_potentials.py GLASSBAND [POTENTIAL ...]

Per potential: a random crystal of all its elements (periodic), and dimers of all pairs of elements
(free), three distances in each of the last forty intervals of the table and beyond, and 300 down to
1.2 angstrom. Prints a row of a Markdown table per file; fails above 1e-6 eV/angstrom (relative to
forces above 1 eV/angstrom) or 1e-7 eV. A mixed run is compared too: within MIXED, or in double.
Exit code 77 where lmp or its potentials are missing.
"""
import glob
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

FOLDERS = [os.environ.get("LAMMPS_POTENTIALS", ""), "/usr/share/lammps/potentials"]
FORCE, ENERGY = 1e-6, 1e-7  # eV/angstrom, eV
MIXED = 5e-3  # eV/angstrom, of the crystal: some fifty pairs, each within the 1e-4 of eam_check.h
SKIPPED = 77


class Header:
    def __init__(self, path):
        with open(path) as file:
            lines = [next(file) for _ in range(5)]
        self.names = lines[3].split("#")[0].split()[1:]
        grid = lines[4].split()
        self.nr, self.dr, self.cutoff = int(grid[2]), float(grid[3]), float(grid[4])


def crystal(header, rng, a=4.0):
    """fcc, atoms moved by up to 0.25 angstrom along each axis, types at random."""
    cells = max(4, math.ceil(2.1 * (header.cutoff + 1.0) / a))
    sites = ((0, 0, 0), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5))
    atoms = []
    for n in range(4 * cells**3):
        cell = (n // 4 % cells, n // 4 // cells % cells, n // 4 // cells // cells)
        x = [(c + s) * a + rng.uniform(-0.25, 0.25) for c, s in zip(cell, sites[n % 4])]
        atoms.append((rng.randrange(len(header.names)) + 1, *(v % (cells * a) for v in x)))
    return atoms, cells * a, "p"


def dimers(header, rng):
    last = max(header.nr - 1, math.ceil(header.cutoff / header.dr))
    distances = [(m + p) * header.dr for m in range(max(1, last - 40), last + 2) for p in (0.13, 0.5, 0.87)]
    distances = [r for r in distances if r < header.cutoff + header.dr]
    distances += [1.2 + (header.cutoff - 1.2) * (k + rng.random()) / 300 for k in range(300)]
    pairs = [(a, b, r) for a in range(len(header.names)) for b in range(a + 1) for r in distances]
    side, spacing = math.ceil(len(pairs) ** (1 / 3)), 3 * header.cutoff
    atoms = []
    for n, (a, b, r) in enumerate(pairs):
        x = [header.cutoff + 1 + spacing * c for c in (n % side, n // side % side, n // side // side)]
        angle = rng.uniform(0, 2 * math.pi)
        atoms.append((a + 1, *x))
        atoms.append((b + 1, x[0] + r * math.cos(angle), x[1] + r * math.sin(angle), x[2]))
    return atoms, side * spacing + 2 * header.cutoff + 2, "f"


def rows(path):
    """fx fy fz c_pe by id."""
    with open(path) as file:
        lines = file.read().split("\n")
    start = next(k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS"))
    columns = lines[start].split()[2:]
    take = [columns.index(c) for c in ("fx", "fy", "fz", "c_pe")]
    words = [line.split() for line in lines[start + 1 :] if line.strip()]
    return {int(w[0]): [float(w[c]) for c in take] for w in words}


def by_lammps(path, header, atoms, box, boundary):
    style = "eam/alloy" if path.endswith(".alloy") else "eam/fs"
    with open("in.data", "w") as file:
        edges = "".join(f"0 {box:.17g} {d}lo {d}hi\n" for d in "xyz")
        masses = "".join(f"{t + 1} 1.0\n" for t in range(len(header.names)))
        file.write(f"title\n\n{len(atoms)} atoms\n{len(header.names)} atom types\n\n{edges}\nMasses\n\n{masses}\nAtoms # atomic\n\n")
        for n, (t, *x) in enumerate(atoms):
            file.write(f"{n + 1} {t} " + " ".join(f"{v:.17g}" for v in x) + "\n")
    with open("in.lmp", "w") as file:
        file.write(
            f"units metal\nboundary {boundary} {boundary} {boundary}\natom_modify map array\nread_data in.data\n"
            f"pair_style {style}\npair_coeff * * {path} {' '.join(header.names)}\nneighbor 0.5 bin\n"
            "compute pe all pe/atom\ndump d all custom 1 lammps.dump id type fx fy fz c_pe\n"
            "dump_modify d sort id format float %.17g\nrun 0\n"
        )
    done = subprocess.run(["lmp", "-in", "in.lmp", "-log", "none"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("LAMMPS: " + done.stdout[-400:])
    return rows("lammps.dump")


def by_glassband(program, path, header, atoms, box, boundary, precision):
    with open("in.dump", "w") as file:
        flag = 2 * boundary
        file.write(f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{len(atoms)}\nITEM: BOX BOUNDS {flag} {flag} {flag}\n")
        file.write(3 * f"0 {box:.17g}\n" + "ITEM: ATOMS id type x y z\n")
        for n, (t, *x) in enumerate(atoms):
            file.write(f"{n + 1} {t} " + " ".join(f"{v:.17g}" for v in x) + "\n")
    command = [program, "forces", "in.dump", "--potential", path, "--elements", " ".join(header.names)]
    command += ["--precision", precision, "--digits", "17", "-o", "ours.dump"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("glassband: " + done.stderr)
    return rows("ours.dump"), done.stdout.split("kernel ")[1].split("\n")[0].split()[-1]


def largest(found, expected):
    """Largest difference of a force, the same by the force where that exceeds 1, and of an energy."""
    force = relative = energy = 0.0
    for n, e in expected.items():
        difference = max(abs(found[n][k] - e[k]) for k in range(3))
        force = max(force, difference)
        relative = max(relative, difference / max(1.0, *(abs(v) for v in e[:3])))
        energy = max(energy, abs(found[n][3] - e[3]))
    return force, relative, energy


def compare(program, path):
    header, rng = Header(path), random.Random(7)
    cells, wrong = [os.path.basename(path)], []
    for sample in (crystal(header, rng), dimers(header, rng)):
        expected = by_lammps(path, header, *sample)
        found, _ = by_glassband(program, path, header, *sample, "double")
        force, relative, energy = largest(found, expected)
        cells += [f"{force:.1e}", f"{energy:.1e}"]
        if not (relative <= FORCE and energy <= ENERGY):
            wrong.append("double")
        if sample[2] == "p":
            found, kernel = by_glassband(program, path, header, *sample, "mixed")
            mixed, _, _ = largest(found, expected)
            if not (mixed <= (MIXED if kernel == "mixed" else FORCE)):
                wrong.append("mixed")
    cells.append(f"{mixed:.1e}" if kernel == "mixed" else "in double")
    print("| " + " | ".join(cells) + " |" + (" WRONG in " + ", ".join(wrong) if wrong else ""), flush=True)
    return not wrong


def main():
    program, paths = os.path.abspath(sys.argv[1]), [os.path.abspath(p) for p in sys.argv[2:]]
    for folder in FOLDERS:
        if not paths and folder:
            paths = sorted(glob.glob(folder + "/*.eam.alloy")) + sorted(glob.glob(folder + "/*.eam.fs"))
    if not shutil.which("lmp") or not paths:
        print("skipped: needs lmp and its potentials (/usr/share/lammps/potentials or LAMMPS_POTENTIALS)")
        return SKIPPED
    print("| file | crystal: force, eV/Å | energy, eV | dimers: force | energy | mixed, crystal: force |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        good = [compare(program, path) for path in paths]
        os.chdir("/")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
