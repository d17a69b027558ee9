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
import sys

import numpy as np

import figures
import readers

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

    def section(self, title, parts):
        """Runs the parts, each of which reads its own files; none stops the others."""
        self.heading(title)
        for part in parts:
            try:
                part(self)
            except readers.Missing as missing:
                self.body.append(f'<p class="missing">{html.escape(f"Not shown: {missing}.")}</p>')
            except (OSError, KeyError, ValueError, IndexError) as error:
                what = f"{part.__doc__.strip()} could not be shown: {type(error).__name__}: {error}"
                print(f"report: {what}", file=sys.stderr)
                self.body.append(f'<p class="broken">{html.escape(what)}</p>')
                self.broken += 1

    def write(self):
        path = os.path.join(self.folder, "index.html")
        name = html.escape(os.path.basename(self.run))
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            file.write(f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
                       f"<title>glassband: {name}</title><style>{STYLE}</style></head><body>"
                       f"<h1>glassband: {name}</h1>" + "\n".join(self.body) + "</body></html>\n")
        os.replace(path + ".tmp", path)
        return path


def plus_minus(value, error, digits):
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
        page.section("Hardness", [show_hardness])
        page.section("Calibration", [show_barriers, show_events, show_estimates])
        page.section("Run", [show_summary, show_provenance])
        path = page.write()
    except OSError as error:
        print(f"report: cannot write {folder}: {error}", file=sys.stderr)
        return 1
    if page.pictures == 0 and not page.broken:
        print(f"report: {run} holds no output of any stage", file=sys.stderr)
        return 1
    print(f"report: {page.pictures} figures, {path}")
    return 2 if page.broken else 0


if __name__ == "__main__":
    sys.exit(main())
