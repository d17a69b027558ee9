"""The figures of the report.

Every function takes plain arrays (see readers.py for their names and units) and a path, and writes
one PNG. Colours are those of Okabe and Ito, which people with any common colour blindness can tell
apart; what colour tells is told by marker or line style too. Maps use perceptually uniform scales.
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.collections
import matplotlib.pyplot as plt
import numpy as np

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
GREY = "#777777"
ZONES = ("matrix", "nonspanning_front", "nonspanning_tail", "spanning")
ZONE_STYLE = {
    "matrix": (GREY, "s", "matrix"),
    "nonspanning_front": (BLUE, "o", "nonspanning band, front"),
    "nonspanning_tail": (GREEN, "^", "nonspanning band, tail"),
    "spanning": (RED, "D", "spanning band"),
}

plt.rcParams.update({
    "font.size": 11, "axes.labelsize": 12, "axes.titlesize": 12, "legend.fontsize": 10,
    "lines.linewidth": 1.8, "lines.markersize": 6.5, "errorbar.capsize": 3,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.7, "axes.axisbelow": True,
    "legend.frameon": True, "legend.framealpha": 0.9, "legend.edgecolor": "none",
    "figure.constrained_layout.use": True, "savefig.dpi": 130,
})


def save(figure, path):
    figure.savefig(path)
    plt.close(figure)


def relative_change(before, after):
    """100 (after - before) / before."""
    return 100.0 * (after - before) / before


# --- Hardness ------------------------------------------------------------------------------------

def bars(error):
    """Errors as errorbar takes them: none where there is no finite one (a single sample)."""
    error = np.asarray(error, dtype=float)
    return error if np.isfinite(error).any() else None


def hardness(table, published, path):
    """Absolute and relative hardness and its change by cycling; the experiment as open markers."""
    figure, (absolute, relative, change) = plt.subplots(1, 3, figsize=(14.5, 4.9))
    strain, there = table["strain_percent"], published["strain_percent"]

    for when, colour, marker, line, label in (
            ("before", BLUE, "o", "-", "before cycling"),
            ("after", RED, "s", "--", "after cycling")):
        value, error = table[f"hv_{when}"], table[f"hv_{when}_se"]
        ours = {"color": colour, "marker": marker, "linestyle": line}
        theirs = {"color": colour, "marker": marker, "linestyle": "none", "markerfacecolor": "none",
                  "markersize": 9, "markeredgewidth": 1.6}
        absolute.errorbar(strain, value, yerr=bars(error), label=f"this run, {label}", **ours)
        relative.errorbar(strain, table[f"hv_{when}_relative"], yerr=bars(error / table["hv_before"][0]),
                          **ours)
        value = published[f"hv_{when}"]
        absolute.plot(there, value, label=f"experiment, {label}", **theirs)
        relative.plot(there, value / published["hv_before"][0], **theirs)
    change.errorbar(strain, table["delta_hv_percent"], yerr=bars(table["delta_hv_se_percent"]),
                    color=BLACK, marker="o", label="this run")
    change.plot(there, relative_change(published["hv_before"], published["hv_after"]),
                color=BLACK, marker="o", linestyle="none", markerfacecolor="none", markersize=9,
                markeredgewidth=1.6, label="experiment")
    change.axhline(0.0, color=GREY, linewidth=1.0, zorder=1)
    change.legend()

    absolute.set(title="(a) hardness", ylabel="Vickers hardness HV (kgf/mm²)")
    absolute.margins(y=0.2)
    relative.set(title="(b) relative to the undeformed glass", ylabel=f"HV / HV({strain[0]:g} %, before cycling)")
    change.set(title="(c) change by cycling", ylabel="ΔHV = (after − before) / before (%)")
    for axes in (absolute, relative, change):
        axes.set_xlabel("prior plastic strain (%)")
    absolute.legend(loc="best")
    figure.suptitle("Filled: this run, bars one standard error.  Open: experiment on another alloy "
                    "(Zr₆₄Cu₁₆Ni₁₀Al₁₀), so compare (b) and (c).", fontsize=11)
    save(figure, path)


def yield_stress(table, path):
    """Yield stress on reloading, which the hardness was made from, and the mean disorder."""
    figure, (stress, disorder) = plt.subplots(1, 2, figsize=(10.5, 4.4))
    strain = table["strain_percent"]
    for when, colour, marker, line in (("before", BLUE, "o", "-"), ("after", RED, "s", "--")):
        stress.errorbar(strain, table[f"yield_{when}_GPa"], yerr=bars(table[f"yield_{when}_se_GPa"]),
                        color=colour, marker=marker, linestyle=line, label=f"{when} cycling")
        disorder.plot(strain, table[f"chi_{when}"], color=colour, marker=marker, linestyle=line,
                      label=f"{when} cycling")
    stress.set(xlabel="prior plastic strain (%)", ylabel="yield stress on reloading (GPa)")
    disorder.set(xlabel="prior plastic strain (%)", ylabel="mean structural disorder χ")
    stress.legend()
    disorder.legend()
    save(figure, path)


def reloading(table, path):
    """Reload curves of the first sample, one panel for each prior strain."""
    strains = np.unique(table["strain_percent"])
    figure, all_axes = plt.subplots(1, len(strains), squeeze=False, sharex=True, sharey=True,
                                    figsize=(1.0 + 2.9 * len(strains), 3.6))
    for axes, strain in zip(all_axes.flat, strains):
        for phase, colour, line in (("before", BLUE, "-"), ("after", RED, "--")):
            chosen = ((table["sample"] == 0) & (table["strain_percent"] == strain) &
                      (table["phase"] == phase) & (table["repeat"] == 0))
            axes.plot(100 * table["reload_strain"][chosen], table["stress_GPa"][chosen],
                      color=colour, linestyle=line, label=f"{phase} cycling")
        axes.set(title=f"prior strain {strain:g} %", xlabel="strain (%)")
    all_axes[0, 0].set_ylabel("compressive stress (GPa)")
    all_axes[0, 0].legend()
    save(figure, path)


# --- Atomistic -----------------------------------------------------------------------------------

def atomistic_stress_strain(curve, cycled, path):
    """curve: strain, stress_GPa; cycled: strains of the states that were thermally cycled."""
    figure, axes = plt.subplots(figsize=(6.4, 4.4))
    strain, stress = 100 * curve["strain"], curve["stress_GPa"]
    axes.plot(strain, stress, color=SKY, linewidth=0.8)
    if len(stress) >= 20:
        mean = np.convolve(stress, np.ones(10) / 10, mode="valid")
        axes.plot(strain[4:4 + len(mean)], mean, color=BLUE, linewidth=2.2)
    for number, strain in enumerate(cycled):
        axes.axvline(100 * strain, color=RED, linestyle="--", linewidth=1.4,
                     label="cycled from here" if number == 0 else None)
    if len(cycled):
        axes.legend()
    axes.set(xlabel="engineering strain (%)", ylabel="axial stress (GPa)")
    axes.set_xlim(left=0)
    save(figure, path)


def strain_map(panels, path, limit=0.7):
    """panels: list of (title, x_nm, z_nm, eta_mises): the sample seen along y."""
    wide = min(len(panels), 4)
    rows = -(-len(panels) // wide)
    extent_x = max(np.ptp(x) for _, x, _, _ in panels)
    extent_z = max(np.ptp(z) for _, _, z, _ in panels)
    width = 3.1
    height = width * extent_z / extent_x
    scale = min(1.0, 7.0 / height)
    figure, all_axes = plt.subplots(rows, wide, squeeze=False, sharex=True, sharey=True,
                                    figsize=(wide * width * scale + 2.0, rows * height * scale + 0.9))
    count = max(len(x) for _, x, _, _ in panels)
    # Markers of about the area that an atom has in the projection, at 72 points an inch.
    area = max(1.5, (width * scale * 72) * (height * scale * 72) / count * 2.5)
    for axes, (title, x, z, eta) in zip(all_axes.flat, panels):
        unknown = ~np.isfinite(eta)
        axes.scatter(x[unknown], z[unknown], color="#cccccc", s=area, linewidths=0, rasterized=True)
        order = np.argsort(eta, kind="stable")  # the most strained atoms are drawn last
        order = order[~unknown[order]]
        image = axes.scatter(x[order], z[order], c=eta[order], s=area, cmap="magma_r", vmin=0,
                             vmax=limit, linewidths=0, rasterized=True)
        axes.set(title=title, aspect="equal")
        axes.grid(False)
    for axes in all_axes.flat[len(panels):]:
        axes.set_visible(False)
    for axes in all_axes[-1]:
        axes.set_xlabel("x (nm)")
    for axes in all_axes[:, 0]:
        axes.set_ylabel("z, loading axis (nm)")
    bar = figure.colorbar(image, ax=all_axes, extend="max", shrink=0.85)
    bar.set_label("atomic shear strain η$_{Mises}$")
    save(figure, path)


def zone_fractions(states, published, path):
    """states: list of (title, {zone: fraction against cycle}); published: zone, cycle, fraction."""
    figure, all_axes = plt.subplots(1, len(states), squeeze=False, sharey=True,
                                    figsize=(1.5 + 5.0 * len(states), 4.4))
    for axes, (title, fractions) in zip(all_axes.flat, states):
        for zone in ZONES:
            values = np.asarray(fractions.get(zone, []), dtype=float)
            if not np.isfinite(values).any():
                continue
            colour, marker, label = ZONE_STYLE[zone]
            axes.plot(np.arange(len(values)), values, color=colour, marker=marker, label=label)
            for row in published:
                if row["zone"] == zone:
                    axes.plot(row["cycle"], row["fraction"], color=colour, marker=marker,
                              linestyle="none", markerfacecolor="none", markersize=11,
                              markeredgewidth=1.6, label=f"published MD, {label}")
        axes.set(title=title, xlabel="thermal cycles")
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        axes.legend(loc="upper left")
    all_axes[0, 0].set_ylim(0, 1.35 * all_axes[0, 0].get_ylim()[1])  # room for the legend
    all_axes[0, 0].set_ylabel("fraction of atoms with 0.3 < η$_{Mises}$ ≤ 0.7")
    save(figure, path)


# --- Calibration ---------------------------------------------------------------------------------

def gamma_density(q, mean, shape):
    """Gamma density with the given mean and shape (the law that tier 2 draws barriers from)."""
    from math import lgamma
    scale = mean / shape
    x = np.maximum(q, 1e-12) / scale
    return np.exp((shape - 1) * np.log(x) - x - lgamma(shape)) / scale


def barriers(table, laws, path):
    """Histogram of barriers with the fitted law, and barriers against local state."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4.5))
    known = np.isfinite(table["barrier"]) & np.isfinite(table["chi"])
    table = {key: column[known] for key, column in table.items()}
    barrier, chi = table["barrier"], table["chi"]
    mean_zero, mean_one = laws["barrier_mean_at_chi_0"], laws["barrier_mean_at_chi_1"]
    mean = np.maximum(mean_zero + (mean_one - mean_zero) * chi, 0.05)
    q = np.linspace(1e-3, 1.05 * barrier.max(), 300)
    left.hist(barrier, bins=max(8, min(40, int(2 * len(barrier) ** 0.5))), density=True, color=SKY,
              edgecolor="white", label=f"{len(barrier)} saddles")
    mixture = np.mean([gamma_density(q, m, laws["barrier_shape"]) for m in mean], axis=0)
    left.plot(q, mixture, color=BLACK, label="fitted gamma law at the saddles' χ")
    left.set(xlabel="activation barrier Q (eV)", ylabel="probability density (1/eV)", xlim=(0, q[-1]))
    left.legend()

    styles = ((0, BLUE, "o", "from the relaxed glass"), (1, RED, "^", "from the flowed glass"))
    for state, colour, marker, label in styles:
        chosen = table["state"] == state
        if chosen.any():
            right.plot(chi[chosen], barrier[chosen], color=colour, marker=marker, linestyle="none",
                       markersize=5, alpha=0.75, label=label)
    line = np.linspace(min(0.0, chi.min()), max(1.0, chi.max()), 50)
    right.plot(line, np.maximum(mean_zero + (mean_one - mean_zero) * line, 0.05), color=BLACK,
               label="fitted mean")
    right.set(xlabel="local disorder χ before the event", ylabel="activation barrier Q (eV)",
              ylim=(0, None))
    right.legend()
    save(figure, path)


def events(table, path):
    """Distributions of size and shear of the events of the census, and energy change against χ."""
    figure, (size, shear, change) = plt.subplots(1, 3, figsize=(14.5, 4.3))
    counts = table["atoms"]
    if not np.isfinite(table["gamma"]).any():
        raise ValueError("no event has a finite gamma")
    size.hist(counts, bins=np.geomspace(max(1, counts.min()), counts.max() + 1, 24), color=SKY,
              edgecolor="white")
    size.set(xscale="log", yscale="log", xlabel="atoms in an event", ylabel="events")
    strain = np.abs(table["gamma"][np.isfinite(table["gamma"])])
    shear.hist(strain, bins=24, color=SKY, edgecolor="white")
    shear.axvline(np.median(strain), color=BLACK, linestyle="--",
                  label=f"median {np.median(strain):.3g}")
    shear.set(xlabel="transformation shear γ (engineering)", ylabel="events")
    shear.legend()
    change.plot(table["chi_before"], table["chi_after"] - table["chi_before"], color=BLUE, marker="o",
                linestyle="none", markersize=3.5, alpha=0.4)
    change.axhline(0.0, color=GREY, linewidth=1.0)
    change.set(xlabel="χ of the region before", ylabel="change of χ by the event")
    size.set_title(f"{len(counts)} events")
    save(figure, path)


# --- Mesoscale -----------------------------------------------------------------------------------

def mesoscale_stress_strain(curves, path):
    """curves: list of (label, strain, stress_GPa), compression positive in both."""
    figure, axes = plt.subplots(figsize=(6.8, 4.5))
    for number, (label, strain, stress) in enumerate(curves):
        shade = plt.cm.cividis(0.85 * number / max(1, len(curves) - 1))
        axes.plot(100 * strain, stress, color=shade, linewidth=1.4, label=label)
    axes.set(xlabel="compressive strain (%)", ylabel="compressive stress (GPa)")
    if len(curves) <= 8:
        axes.legend()
    axes.margins(x=0.02)
    save(figure, path)


def field_maps(rows, extent, path):
    """rows: list of (bar label, colour map, [(title, field[nz, nx]), ...]), one row of maps each.

    All maps of a row share one scale. NaN (void) is left white. extent: (x_nm, z_nm)."""
    wide = max(len(maps) for _, _, maps in rows)
    width = 2.1
    height = width * extent[1] / extent[0]
    scale = min(1.0, 5.0 / height)
    figure, all_axes = plt.subplots(len(rows), wide, squeeze=False, sharex=True, sharey=True,
                                    figsize=(wide * width * scale + 2.2,
                                             len(rows) * (height * scale + 0.55) + 0.5))
    for line, (label, colours, maps) in zip(all_axes, rows):
        finite = np.concatenate([field[np.isfinite(field)] for _, field in maps])
        low, high = np.percentile(finite, [0.5, 99.5]) if len(finite) else (0, 1)
        if colours == "RdBu_r":  # a change: white is none
            low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
        for axes, (title, field) in zip(line, maps):
            image = axes.imshow(field, origin="lower", extent=(0, extent[0], 0, extent[1]),
                                cmap=colours, vmin=low, vmax=max(high, low + 1e-12),
                                interpolation="nearest")
            axes.set_title(title, fontsize=10.5)
            axes.grid(False)
        for axes in line[len(maps):]:
            axes.set_visible(False)
        bar = figure.colorbar(image, ax=list(line), extend="both", pad=0.015)
        bar.set_label(label)
        line[0].set_ylabel("z (nm)")
    for axes in all_axes[-1]:
        axes.set_xlabel("x (nm)")
    save(figure, path)


def enthalpy(strain_percent, columns, path):
    """columns: list of (label, J/g against strain, standard error or None)."""
    figure, axes = plt.subplots(figsize=(6.4, 4.4))
    styles = ((BLUE, "o", "-"), (RED, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":"))
    for (label, value, error), (colour, marker, line) in zip(columns, styles):
        axes.errorbar(strain_percent, value, yerr=bars(error), color=colour, marker=marker, linestyle=line,
                      label=label)
    axes.set(xlabel="prior plastic strain (%)", ylabel="relaxation enthalpy ΔH (J/g)")
    axes.legend()
    save(figure, path)


# --- Bands and avalanches ------------------------------------------------------------------------

FORMS = ("spanning", "nonspanning", "intersected")
FORM_STYLE = {"spanning": (RED, "D", "-"), "nonspanning": (BLUE, "o", "--"),
              "intersected": (PURPLE, "X", ":")}


def band_history(table, samples, xlabel, path):
    """Number of bands per sample, width and offset against strain, by kind.

    table: one row per band; samples: how many there are, with bands or without."""
    figure, (number, width, offset) = plt.subplots(1, 3, figsize=(14.5, 4.3))
    strain = np.round(table["strain_percent"], 1)
    strains = np.unique(strain)
    for form in FORMS:
        chosen = table["kind"] == form
        if not chosen.any():
            continue
        colour, marker, line = FORM_STYLE[form]
        count = [np.sum(chosen & (strain == here)) / samples for here in strains]
        number.plot(strains, count, color=colour, marker=marker, linestyle=line, label=form)
        for axes, key in ((width, "width_nm"), (offset, "offset_nm")):
            axes.plot(table["strain_percent"][chosen], table[key][chosen], color=colour, marker=marker,
                      linestyle="none", markersize=5.5, alpha=0.65, label=form)
    number.set(title="(a) number", ylabel="bands in a sample", ylim=(0, None))
    width.set(title="(b) width", ylabel="width of a band (nm)", ylim=(0, None))
    offset.set(title="(c) offset", ylabel="displacement across a band (nm)", ylim=(0, None))
    for axes in (number, width, offset):
        axes.set_xlabel(xlabel)
        axes.set_xlim(0, None)
    number.legend()
    save(figure, path)


def exceedance(values):
    """Sorted distinct values and the fraction of all that is no smaller."""
    distinct, first = np.unique(np.sort(values), return_index=True)
    return distinct, 1.0 - first / len(values)


def avalanches(samples, path):
    """samples: list of (label, {size, extent_nm, stress_drop_GPa, ...}), one array item per avalanche."""
    figure, (size, drop, extent) = plt.subplots(1, 3, figsize=(14.5, 4.3))
    together = {key: np.concatenate([table[key] for _, table in samples]) for key in samples[0][1]}
    for axes, key in ((size, "size"), (drop, "stress_drop_GPa")):
        if len(samples) > 1:
            for number, (label, table) in enumerate(samples):
                shade = plt.cm.cividis(0.85 * number / (len(samples) - 1))
                values = table[key][table[key] > 0]
                if len(values):
                    axes.step(*exceedance(values), where="pre", color=shade, linewidth=1.0,
                              label=label if len(samples) <= 6 else None)
        values = together[key][together[key] > 0]
        if len(values):
            axes.step(*exceedance(values), where="pre", color=BLACK, linewidth=2.0,
                      label="all" if len(samples) > 1 else samples[0][0])
            axes.legend()
        axes.set(xscale="log", yscale="log")
    more = (together["size"] > 1) & (together["extent_nm"] > 0)
    for thermal, colour, marker, label in ((1, BLUE, "o", "thermal trigger"),
                                           (0, RED, "^", "athermal trigger")):
        chosen = more & (together["thermal"] == thermal)
        if chosen.any():
            extent.plot(together["size"][chosen], together["extent_nm"][chosen], color=colour,
                        marker=marker, linestyle="none", markersize=4, alpha=0.45, label=label)
    extent.set(xscale="log", yscale="log", xlabel="size S (events), S > 1", ylabel="extent (nm)",
               title="(c) extent")
    if more.any():
        extent.legend()
    size.set(xlabel="size S (events)", ylabel="fraction of avalanches with size ≥ S",
             title="(a) size")
    drop.set(xlabel="stress drop Δσ (GPa)", ylabel="fraction of drops ≥ Δσ", title="(b) stress drop")
    save(figure, path)


def smoothed(field):
    """Mean over 3 x 3 voxels, periodic in z, as the classifier of bands does."""
    padded = np.pad(np.pad(field, ((1, 1), (0, 0)), mode="wrap"), ((0, 0), (1, 1)),
                    constant_values=np.nan)
    nz, nx = field.shape
    return np.nanmean([padded[k:k + nz, i:i + nx] for k in range(3) for i in range(3)], axis=0)


def outline(axes, inside, edge):
    """Draws the border of the voxels of a mask along their edges."""
    nz = inside.shape[0]
    padded = np.pad(inside, 1)
    lines = []
    for k, i in zip(*np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])):
        lines.append(((i * edge, k * edge), (i * edge, (k + 1) * edge)))
    for k, i in zip(*np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])):
        if 0 < k < nz:  # the ends of the period are no border of a band
            lines.append(((i * edge, k * edge), ((i + 1) * edge, k * edge)))
    axes.add_collection(matplotlib.collections.LineCollection(
        lines, colors=SKY, linewidths=1.1, capstyle="round"))


def strip_maps(curve, states, edge, path, least_shear=0.6, relative=False):
    """The stress-strain curve of a sample and, below, its maps of shear and of disorder at some strains.

    curve: (strain, stress_GPa); states: list of (strain, {shear, chi[nz, nx], optional band}) with
    NaN in voids; edge: of a voxel, nm. Bands are outlined: the numbered ones, or, without numbers,
    what the classifier's threshold would give. relative: means over 3 x 3 voxels, of shear over its
    mean at each strain, which show uneven flow while all of it grows."""
    nz, nx = states[0][1]["shear"].shape
    wide = len(states)
    height = min(3.6, 1.75 * nz / nx)
    width = max(height * nx / nz, 0.9)
    figure = plt.figure(figsize=(max(7.5, wide * (width + 0.18) + 2.0), 2 * height + 4.0))
    grid = figure.add_gridspec(3, wide, height_ratios=(2.6, height, height))
    mark_curve(figure.add_subplot(grid[0, :]), curve, [here for here, _ in states])
    for row, (key, label, colours) in enumerate((("shear", "plastic shear", "magma_r"),
                                                 ("chi", "disorder χ", "viridis")), start=1):
        fields = [fields[key] for _, fields in states]
        if relative:
            label = ("shear / its mean" if key == "shear" else label) + ", 3 × 3 voxels"
            fields = [np.where(np.isfinite(field), smoothed(field), np.nan) for field in fields]
            if key == "shear":
                fields = [field / np.nanmean(field) for field in fields]
        finite = np.concatenate([field[np.isfinite(field)] for field in fields])
        low, high = (0, np.percentile(finite, 99)) if key == "shear" else np.percentile(finite, [1, 99])
        if relative and key == "shear":
            low, high = 0.5, 2 if high > 1.6 else 1.5
        line = []
        for number, (field, (here, all_fields)) in enumerate(zip(fields, states)):
            axes = figure.add_subplot(grid[row, number])
            image = axes.imshow(field, origin="lower", extent=(0, nx * edge, 0, nz * edge),
                                cmap=colours, vmin=low, vmax=max(high, low + 1e-12),
                                interpolation="nearest")
            if key == "shear":
                outline_bands(axes, all_fields, edge, least_shear)
                axes.set_title(f"({'abcdefghijklmnop'[number]}) {100 * here:.3g} %", fontsize=11)
            axes.grid(False)
            axes.tick_params(labelleft=number == 0, labelbottom=row == 2)
            line.append(axes)
        line[0].set_ylabel("z (nm)")
        if row == 2:
            for axes in line:
                axes.set_xlabel("x (nm)")
        bar = figure.colorbar(image, ax=line, extend="both" if key == "chi" or relative else "max",
                              pad=0.015, fraction=0.05)
        bar.set_label(label)
    save(figure, path)


def mark_curve(axes, curve, marks):
    """A stress-strain curve with lettered marks at some strains."""
    strain, stress = 100 * np.asarray(curve[0]), np.asarray(curve[1])
    axes.plot(strain, stress, color=BLACK, linewidth=1.5)
    marks = 100 * np.asarray(marks)
    axes.plot(marks, np.interp(marks, strain, stress), color=RED, marker="o", linestyle="none",
              markersize=8)
    for number, mark in enumerate(marks):
        axes.annotate("abcdefghijklmnop"[number], (mark, np.interp(mark, strain, stress)),
                      textcoords="offset points", xytext=(0, 8), ha="center", color=RED)
    axes.set(xlabel="compressive strain (%)", ylabel="stress (GPa)", xlim=(0, None))
    axes.margins(y=0.18)
    if np.nanmin(stress) > -0.05 * np.nanmax(stress):
        axes.set_ylim(bottom=0)


def outline_bands(axes, fields, edge, least_shear):
    if "band" in fields:
        outline(axes, fields["band"] > 0, edge)
    else:
        limit = max(least_shear, 1.5 * np.nanmean(fields["shear"]))
        outline(axes, smoothed(fields["shear"]) > limit, edge)
