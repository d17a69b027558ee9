#!/usr/bin/env bash
# Options of PETSc that change results belong to a run's record: wherever they come from, products
# made with others are not used again; those that only look change nothing; misspelt ones are told.
#
#   bash tests/robustness/petsc_options.sh GLASSBAND ROOT
set -euo pipefail

glassband=$1 root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work # PETSc reads ~/.petscrc
cat >small.yaml <<'END'
mesoscale:
  nx: 8
  nz: 12
  modes: 2
  strains_percent: [0, 1]
  rest_s: 60
  ctc_cycles: 1
ensemble:
  samples: 1
END
failures=0
run() { # folder, options for PETSc
  local folder=$1
  shift
  "$glassband" mesoscale small.yaml --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5" \
    -o "$folder" -- "$@" >"$folder.out" 2>&1
}
expect() { # what, words that must be in the file, file
  grep -qE -e "$2" "$3" || { echo "FAILED $1: $3 lacks \"$2\""; failures=$((failures + 1)); }
}
table=mesoscale/stress_strain.csv

run plain
run loose -elastic_ksp_rtol 0.3
expect "option in the record" "-elastic_ksp_rtol 0.3" loose/mesoscale/stage.json
expect "option in the log" "-elastic_ksp_rtol 0.3" loose/log.txt
cmp -s plain/$table loose/$table && { echo "FAILED the option must change the table"; failures=1; }
run loose # other options: made again, samples too
cmp plain/$table loose/$table || failures=$((failures + 1))

PETSC_OPTIONS="-elastic_ksp_rtol 0.3" run plain
expect "option of the environment" "mesoscale: starting" plain.out
expect "option of the environment" "-elastic_ksp_rtol 0.3" plain/mesoscale/stage.json
echo "-elastic_ksp_rtol 0.2" >.petscrc
run plain
expect "option of a file" "-elastic_ksp_rtol 0.2" plain/mesoscale/stage.json
rm .petscrc

run loose -elastic_ksp_monitor_true_residual -log_view :log_view.txt -options_left no
expect "options that look" "mesoscale: reused" loose.out
run loose -elastic_ksp_rtoll 0.3
expect "misspelt option" "warning: nothing has used the PETSc option -elastic_ksp_rtoll 0.3" loose.out

[ "$failures" -eq 0 ] && echo "options of PETSc are part of the record"
exit $((failures > 0))
