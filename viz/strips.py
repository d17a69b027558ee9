#!/usr/bin/env python3
"""Maps of one sample during loading below its stress-strain curve, as one PNG for a document.

    python3 viz/strips.py RUN_DIR PICTURE.png [--sample N] [--strains PERCENT,...] [--relative]
        [--dpi N]

Without --strains six maps are spread evenly over the loading. Each strain that is asked for gives
the map nearest to it. --relative shows means over 3 x 3 voxels, of shear over
its mean at each strain. Reads mesoscale/sample_SS/loading.h5 and mesoscale/stress_strain.csv.
"""

import argparse
import sys

import figures
import readers


def nearest(states, percent):
    return min(states, key=lambda state: abs(100 * state[0] - percent))


def main():
    parser = argparse.ArgumentParser(description="Maps of one sample during loading.")
    parser.add_argument("run", metavar="RUN_DIR", help="output folder of the run")
    parser.add_argument("picture", metavar="PICTURE.png")
    parser.add_argument("--sample", type=int, default=0, help="number of the sample, from 0")
    parser.add_argument("--strains", help="compressive strains in percent, with commas between")
    parser.add_argument("--relative", action="store_true",
                        help="means over 3 x 3 voxels; shear over its mean at each strain")
    parser.add_argument("--dpi", type=float, help="dots per inch; default 130")
    arguments = parser.parse_args()
    if arguments.dpi:
        figures.plt.rcParams["savefig.dpi"] = arguments.dpi
    try:
        states, edge = readers.loading_fields(arguments.run, arguments.sample)
        curve = readers.loading_curve(arguments.run, arguments.sample)
        chosen = ([nearest(states, float(percent)) for percent in arguments.strains.split(",")]
                  if arguments.strains else readers.spread(states, 6))
        figures.strip_maps(curve, chosen, edge, arguments.picture,
                           relative=arguments.relative)
    except (readers.Missing, OSError, KeyError, ValueError) as error:
        print(f"strips: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
