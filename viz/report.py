#!/usr/bin/env python3
"""Figures and one HTML page from the output folder of a run.

    python3 viz/report.py RUN_DIR

Reads what the stages left in RUN_DIR (docs/file-formats.md) and writes RUN_DIR/report/*.png and
RUN_DIR/report/index.html. A part whose files are missing is left out and the page says so, since
stages can be run alone. Exit code 0; 1 if there is nothing to report or RUN_DIR cannot be written;
2 if a file is there but cannot be read (the page then says which, and has all the rest).
"""

import argparse
import html
import json
import os
import secrets
import sys

import figures
import numpy as np
import readers

MAPS_OF_LOADING = 6
STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 1150px; margin: 2em auto; padding: 0 1em; color: #222; }
img { max-width: 100%; height: auto; }
figure { margin: 1.2em 0; } figcaption { color: #444; font-size: 0.93em; }
table { border-collapse: collapse; margin: 1em 0; } th { background: #f2f2f2; }
td, th { border: 1px solid #ccc; padding: 0.25em 0.7em; text-align: right; }
td:first-child, th:first-child { text-align: left; }
.missing { background: #fff3d6; padding: 0.4em 0.8em; } .broken { background: #ffdcd2; padding: 0.4em 0.8em; }
pre { background: #f6f6f6; padding: 0.8em; overflow-x: auto; font-size: 0.85em; }
"""


class Page:
    """Collects the body of the page; figures go to files beside it."""

    def __init__(self, run, folder):
        self.run, self.folder = run, folder
        self.body, self.pictures, self.broken = [], 0, 0

    def heading(self, text):
        self.body.append(f"<h2>{html.escape(text)}</h2>")

    def text(self, text):
        self.body.append(f"<p>{html.escape(text)}</p>")

    def figure(self, name, caption, draw, *data, **options):
        draw(*data, os.path.join(self.folder, name), **options)
        caption = html.escape(caption)
        self.body.append(f'<figure><img src="{name}" alt="{caption}"><figcaption>{caption}'
                         "</figcaption></figure>")
        self.pictures += 1

    def table(self, heads, rows):
        cells = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
        lines = ["<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
                 for row in rows]
        self.body.append(f"<table><tr>{cells}</tr>" + "".join(lines) + "</table>")

    def preformatted(self, text):
        self.body.append(f"<pre>{html.escape(text)}</pre>")

    def missing(self, text):
        self.body.append(f'<p class="missing">{html.escape(text)}.</p>')

    def section(self, title, parts):
        """Runs the parts, each of which reads its own files; none stops the others."""
        self.heading(title)
        for part in parts:
            try:
                part(self)
            except readers.Missing as missing:
                self.missing(f"Not shown: {missing}")
            except (OSError, KeyError, ValueError, IndexError) as error:
                what = f"{part.__doc__.strip()} could not be shown: {type(error).__name__}: {error}"
                print(f"report: {what}", file=sys.stderr)
                self.body.append(f'<p class="broken">{html.escape(what)}</p>')
                self.broken += 1

    def write(self):
        path = os.path.join(self.folder, "index.html")
        name = html.escape(os.path.basename(self.run))
        aside = f"{path}.{os.getpid()}-{secrets.token_hex(4)}.tmp"
        with open(aside, "x", encoding="utf-8") as file:  # not into a link of that name
            file.write(f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
                       f"<title>glassband: {name}</title><style>{STYLE}</style></head><body>"
                       f"<h1>glassband: {name}</h1>" + "\n".join(self.body) + "</body></html>\n")
        os.replace(aside, path)
        return path


def plus_minus(value, error, digits):
    if not np.isfinite(value):
        return "–"
    return f"{value:.{digits}f}" if not np.isfinite(error) else f"{value:.{digits}f} ± {error:.{digits}f}"


# --- Hardness ------------------------------------------------------------------------------------

def show_hardness(page):
    """The hardness table"""
    table, published = readers.hardness(page.run), readers.published_hardness()
    page.figure("hardness.png",
                "Hardness against prior plastic strain, before and after cryogenic thermal cycling. "
                "Filled symbols: this run, mean over samples with one standard error. Open symbols: "
                "experiment on Zr64.13Cu15.75Ni10.12Al10 (Zhang et al., Phys. Rev. B 109, 104205 "
                "(2024)), only the values stated in its text; the alloy is another one, and so are "
                "strain rate and sample size, so compare trends, not absolute values.",
                figures.hardness, table, published)
    rows = [(f"{table['strain_percent'][i]:g}", f"{table['samples'][i]:.0f}",
             plus_minus(table["yield_before_GPa"][i], table["yield_before_se_GPa"][i], 3),
             plus_minus(table["yield_after_GPa"][i], table["yield_after_se_GPa"][i], 3),
             plus_minus(table["hv_before"][i], table["hv_before_se"][i], 1),
             plus_minus(table["hv_after"][i], table["hv_after_se"][i], 1),
             plus_minus(table["delta_hv_percent"][i], table["delta_hv_se_percent"][i], 2),
             f"{table['chi_before'][i]:.3f}", f"{table['chi_after'][i]:.3f}")
            for i in range(len(table["strain_percent"]))]
    page.table(("prior strain (%)", "samples", "yield before (GPa)", "yield after (GPa)", "HV before",
                "HV after", "ΔHV (%)", "χ before", "χ after"), rows)
    page.figure("yield.png", "Yield stress on reloading, from which the hardness follows, and mean "
                "structural disorder χ.", figures.yield_stress, table)


def show_reloading(page):
    """The reloading curves"""
    page.figure("reload.png", "Reloading of the first sample's states in compression, before and "
                "after cycling; the yield stress is read from these curves.", figures.reloading,
                readers.reloading(page.run))


# --- Mesoscale -----------------------------------------------------------------------------------

def show_loading(page):
    """The mesoscale stress-strain curve"""
    table, whole = readers.stress_strain(page.run)
    curves = [(f"sample {sample:.0f}", table["strain"][table["sample"] == sample],
               table["stress_GPa"][table["sample"] == sample])
              for sample in np.unique(table["sample"])]
    page.figure("mesoscale.png", "Compression of the mesoscale samples at constant rate." +
                ("" if whole else " The stage has not ended: samples up to their last checkpoints."),
                figures.mesoscale_stress_strain, curves)


def show_fields(page):
    """The maps of the mesoscale samples"""
    states, extent = readers.mesoscale_fields(page.run, 0, ("chi", "slip"))
    before = [(strain, fields) for strain, phase, fields in states if phase == "before"]
    after = {strain: fields for strain, phase, fields in states if phase == "after"}
    titles = [f"{strain:g} %" for strain, _ in before]
    rows = [("accumulated slip", "magma_r", list(zip(titles, (f["slip"] for _, f in before)))),
            ("disorder χ", "viridis", list(zip(titles, (f["chi"] for _, f in before))))]
    if len(after) == len(before):
        change = [after[strain]["chi"] - fields["chi"] for strain, fields in before]
        rows.append(("change of χ by cycling", "RdBu_r", list(zip(titles, change))))
    page.figure("fields.png", "First sample at the prior strains (above each map), unloaded and rested: "
                "slip accumulated in events, structural disorder, and its change by the thermal "
                "cycles. x lies between the free surfaces, z is the loading axis.",
                figures.field_maps, rows, extent)


def show_bands(page):
    """The shear bands of the mesoscale samples"""
    table = readers.mesoscale_table(page.run, "bands")
    keys = ("sample", "strain_percent", "phase", "kind", "width_nm", "fraction_front",
            "fraction_tail", "fraction_spanning", "chi_matrix", "chi_front", "chi_tail",
            "chi_spanning")
    heads = ("sample", "prior strain (%)", "cycling", "bands", "width (nm)", "front", "tail",
             "spanning", "χ matrix", "χ front", "χ tail", "χ spanning")
    rows = [[cell(table[key][i]) for key in keys] for i in range(len(table["sample"]))]
    page.text("Shear bands by sample and prior strain: kind, mean width, fractions of the area in each "
              "zone, and mean disorder there.")
    page.table(heads, rows)


def show_band_history(page):
    """The table of single shear bands"""
    table = readers.shear_bands(page.run)
    loading = table["when"] == "loading"
    chosen = loading if loading.any() else table["when"] == "before"
    samples = len(np.unique(readers.stress_strain(page.run)[0]["sample"]))
    page.figure("band_history.png", "Shear bands against strain: how many there are in a sample, with "
                "none where no band was found, how wide they are, and how far the material on their "
                "two sides has moved past each other. Spanning bands join the free surfaces, "
                "nonspanning ones end inside, intersected ones are crossed by another.",
                figures.band_history, {key: column[chosen] for key, column in table.items()},
                samples, "compressive strain (%)" if loading.any() else "prior plastic strain (%)")


def show_avalanches(page):
    """The avalanches of the mesoscale samples"""
    page.figure("avalanches.png", "Avalanches, which are events that follow a trigger before the drive "
                "moves on: complementary cumulative distributions of their sizes and stress drops, and "
                "how far from the trigger they reach.", figures.avalanches,
                readers.avalanches(page.run))


def show_strips(page):
    """The maps during loading"""
    states, edge = readers.loading_fields(page.run, 0)
    page.figure("strips.png", "First sample during compression. The letters on the curve tell where the "
                "maps were taken: plastic shear with its bands outlined, and structural disorder.",
                figures.strip_maps, readers.loading_curve(page.run, 0),
                readers.spread(states, MAPS_OF_LOADING), edge)


def cell(value):
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:.3g}"


def show_enthalpy(page):
    """The stored enthalpy"""
    table = readers.mesoscale_table(page.run, "enthalpy")
    strains, curves = np.unique(table["strain_percent"]), []
    for phase in ("before", "after"):
        if not (table["phase"] == phase).any():
            continue  # a run without cycles
        rows = [table["enthalpy_J_per_g"][(table["strain_percent"] == strain) &
                                          (table["phase"] == phase)] for strain in strains]
        error = [np.std(row, ddof=1) / len(row) ** 0.5 if len(row) > 1 else np.nan for row in rows]
        curves.append((f"{phase} cycling", np.array([np.mean(row) for row in rows]), error))
    page.figure("enthalpy.png", "Enthalpy stored in structural disorder over the relaxed glass (what a "
                "calorimeter would release), mean over samples with one standard error.",
                figures.enthalpy, strains, curves)


# --- Calibration ---------------------------------------------------------------------------------

def show_barriers(page):
    """The barrier distribution"""
    data = readers.calibration(page.run)
    if not len(data["barriers"]["barrier"]):
        raise readers.Missing("calibrate/calibration.h5 holds no saddle points")
    laws = {name: data["estimates"][f"stz/laws/{name}"]["value"] for name in
            ("barrier_mean_at_chi_0", "barrier_mean_at_chi_1", "barrier_shape")}
    page.figure("barriers.png", "Activation barriers from saddle-point searches in the relaxed and in "
                "the flowed glass, and the law fitted to them: a gamma distribution whose mean is "
                "linear in the local disorder χ.", figures.barriers, data["barriers"], laws)


def show_events(page):
    """The event census"""
    data = readers.calibration(page.run)
    if not len(data["events"]["atoms"]):
        raise readers.Missing("calibrate/calibration.h5 holds no events")
    page.figure("events.png", "Events between consecutive inherent structures of the tension test: "
                "atoms that took part, shear of the best-fit transformation strain, and change of "
                "the local disorder.", figures.events, data["events"])


def show_estimates(page):
    """The table of measured quantities"""
    data = readers.calibration(page.run)
    temperatures = data["temperature_K"]
    rows = []
    for name, estimate in sorted(data["estimates"].items()):
        for i in np.ndindex(np.shape(estimate["value"])):
            if estimate["count"][i] == 0:
                continue
            label = name
            if name.endswith("_modulus"):
                label += f" at {temperatures[i]:g} K"
            elif i:
                label += f", {figures.ZONES[i[0]]}"
            rows.append((label, f"{estimate['value'][i]:.4g}",
                         f"{estimate['low'][i]:.4g} … {estimate['high'][i]:.4g}", estimate["units"],
                         f"{estimate['count'][i]:d}"))
    page.table(("quantity", "value", "95 % bootstrap interval", "unit", "samples"), rows)


# --- Atomistic -----------------------------------------------------------------------------------

def show_tension(page):
    """The stress-strain curve of molecular dynamics"""
    curve = readers.tension(page.run)
    try:
        cycled = [state["strain"] for state in readers.strained_states(page.run)]
    except readers.Missing:
        cycled = []
    page.figure("tension.png", "Uniaxial tension of the notched test piece by molecular dynamics; thin: "
                "all rows, thick: mean over ten rows.", figures.atomistic_stress_strain, curve, cycled)


def show_strain_maps(page):
    """The maps of atomic strain"""
    panels = []
    for state in readers.strained_states(page.run):
        for cycle in sorted({0, state["cycles"]}):
            atoms = readers.snapshot(page.run, "cycling", f"state_{state['index']}",
                                     f"cycle_{cycle:02d}.xyz")
            title = f"strain {100 * state['strain']:.1f} %, {cycle} cycles\nbands: {state['kind']}"
            panels.append((title, 0.1 * atoms["pos"][:, 0], 0.1 * atoms["pos"][:, 2],
                           atoms["eta_mises"]))
    if not panels:
        raise readers.Missing("the input asked for no thermally cycled state")
    page.figure("strain_maps.png", "Atomic shear strain of the strained states relative to the sample "
                "before loading, seen along y, before and after the thermal cycles. The more strained "
                "an atom, the later it is drawn. Grey: atoms without a strain, for they have too few "
                "neighbours.", figures.strain_map, panels)


def show_zones(page):
    """The zones against cycle"""
    states = readers.strained_states(page.run)
    panels = [(f"strain {100 * state['strain']:.1f} %, bands: {state['kind']}",
               dict(zip(figures.ZONES, state["fraction"]))) for state in states]
    if not panels:
        raise readers.Missing("the input asked for no thermally cycled state")
    page.figure("zones.png", "Fraction of each zone's atoms with 0.3 < η ≤ 0.7 against thermal cycles. "
                "Open symbols: published molecular dynamics of the same alloy in far larger samples "
                "(Zhang et al., Phys. Rev. B 109, 104205 (2024)), the values stated after the fifth "
                "cycle. How far a zone reaches enters the fraction, so compare directions of change.", figures.zone_fractions, panels, readers.published_fractions())


# --- Run -----------------------------------------------------------------------------------------

def show_summary(page):
    """The summary"""
    page.preformatted(json.dumps(readers.summary(page.run), indent=2, ensure_ascii=False))


def show_provenance(page):
    """The provenance of the calibration"""
    page.preformatted(readers.calibration(page.run)["provenance"])


def main():
    parser = argparse.ArgumentParser(description="Figures and one HTML page from a run.")
    parser.add_argument("run", metavar="RUN_DIR", help="output folder of the run")
    run = os.path.abspath(parser.parse_args().run)
    if not os.path.isdir(run):
        print(f"report: expected the output folder of a run, found no folder {run}", file=sys.stderr)
        return 1
    folder = os.path.join(run, "report")
    try:
        os.makedirs(folder, exist_ok=True)
        page = Page(run, folder)
        unfinished = readers.unfinished(run)
        if unfinished:
            page.missing(f"This run is not finished ({unfinished}). Shown is what it has written so far")
        page.section("Hardness", [show_hardness, show_reloading])
        page.section("Mesoscale samples", [show_loading, show_strips, show_band_history,
                                           show_avalanches, show_fields, show_bands,
                                           show_enthalpy])
        page.section("Molecular dynamics", [show_tension, show_strain_maps, show_zones])
        page.section("Calibration", [show_barriers, show_events, show_estimates])
        page.section("Run", [show_summary, show_provenance])
        path = page.write()
    except (OSError, ValueError) as error:
        print(f"report: cannot write {folder}: {error}", file=sys.stderr)
        return 1
    if page.pictures == 0 and not page.broken and not unfinished:
        print(f"report: {run} holds no output of any stage", file=sys.stderr)
        return 1
    if unfinished:
        print(f"report: the run is not finished ({unfinished}); the page says what is missing")
    print(f"report: {page.pictures} figures, {path}")
    return 2 if page.broken else 0


if __name__ == "__main__":
    sys.exit(main())
