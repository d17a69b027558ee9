#!/usr/bin/env bash
# The layers of the program, read from its include lines:
#
#   base <- contract <- { engine <- files <- analysis <- protocol <- statistics, engine <- bench,
#                         elasticity <- events <- fields <- hardness, events <- bench } <- cli
#
# A folder may include itself and what stands before it in its own chain; so the tiers never include
# each other, and tier 1 never sees PETSc or SUNDIALS.
#
#   bash tests/unit/architecture.sh ROOT
set -euo pipefail

below=(base/) # header prefixes that the folder now scanned may include
problems=0

# Scans one folder: every #include "..." must start with a permitted prefix, or be a plain name that
# lies in the folder itself; no system header may match $forbidden.
scan() { # root, folder
  local file line name prefix permitted
  while IFS=: read -r file line name; do
    permitted=no
    for prefix in "${below[@]}"; do
      [[ $name == "$prefix"* ]] && permitted=yes
    done
    [[ $name != */* && -f $(dirname "$file")/$name ]] && permitted=yes
    if [ $permitted = no ]; then
      echo "$file:$line: includes $name, which is not below $2"
      problems=$((problems + 1))
    fi
  done < <(grep -rnoP --include='*.[ch]' '^\s*#\s*include\s*"\K[^"]+' "$1/$2" || true)
  if [ -n "$forbidden" ] &&
     grep -rnE --include='*.[ch]' "^\s*#\s*include\s*<($forbidden)" "$1/$2"; then
    echo "$2: the libraries above belong to tier 2 alone"
    problems=$((problems + 1))
  fi
}

# Scans the folders of one tier in order, each of which sees those before it.
chain() { # root, tier, folders
  local root=$1 tier=$2 folder
  shift 2
  for folder in "$@"; do
    below+=("$tier/$folder/")
    scan "$root" "$tier/$folder"
  done
}

scan_all() { # root
  problems=0
  forbidden='petsc|sundials/|cvode/|nvector/'
  below=(base/)
  scan "$1" src/base
  below=(base/ contract/)
  scan "$1" src/contract
  chain "$1" atomistic engine files analysis protocol statistics
  below=(base/ atomistic/engine/)
  chain "$1" atomistic bench
  forbidden=
  below=(base/ contract/ mesoscale/petsc_compat.h)
  chain "$1" mesoscale elasticity events fields hardness
  below=(base/ contract/ mesoscale/elasticity/ mesoscale/events/)
  chain "$1" mesoscale bench
}

# The scan must be able to fail: a copy of the layout with one wrong line in each layer.
check_itself() {
  local fake found
  fake=$(mktemp -d)
  mkdir -p "$fake"/src/{base,contract} "$fake"/atomistic/{engine,files,analysis,protocol,statistics} \
    "$fake"/mesoscale/{elasticity,events,fields,hardness}
  echo '#include "contract/calibration.h"' >"$fake/src/base/a.c"
  echo '#include "atomistic/engine/atoms.h"' >"$fake/src/contract/a.h"
  echo '#include "atomistic/protocol/sample.h"' >"$fake/atomistic/engine/a.c"
  echo '#include "atomistic/analysis/strain.h"' >"$fake/atomistic/files/a.c"
  echo '#include "mesoscale/events/kmc.h"' >"$fake/atomistic/statistics/a.c"
  echo '#include <petscksp.h>' >"$fake/atomistic/analysis/a.c"
  echo '#include "atomistic/analysis/zones.h"' >"$fake/mesoscale/hardness/a.c"
  scan_all "$fake" >/dev/null
  found=$problems
  rm -rf "$fake"
  if [ "$found" -ne 7 ]; then
    echo "architecture: found $found of the 7 wrong lines of its own check"
    exit 1
  fi
}

check_itself
scan_all "$1"
if [ "$problems" -gt 0 ]; then
  echo "architecture: $problems problems"
  exit 1
fi
echo "architecture: no folder includes what stands above or beside it"
