#!/usr/bin/env bash
# Prints a hardness.csv as the table of the README.
#
#   bash inputs/quickstart/table.sh out/quickstart/hardness/hardness.csv
set -euo pipefail

awk -F, 'BEGIN { printf "%8s %8s %18s %18s %16s\n", "strain", "samples", "HV before", "HV after", "delta HV" }
  NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
  { printf "%6g %% %8d %10.1f +- %4.1f %10.1f +- %4.1f %6.2f +- %4.2f %%\n", $column["strain_percent"],
      $column["samples"], $column["hv_before"], $column["hv_before_se"], $column["hv_after"],
      $column["hv_after_se"], $column["delta_hv_percent"], $column["delta_hv_se_percent"] }' \
  "$1"
