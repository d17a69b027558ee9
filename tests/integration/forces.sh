#!/usr/bin/env bash
# glassband forces, strain and info on files of atoms: the glass of the LAMMPS references through the
# command line, against the dump that LAMMPS made of it.
#
#   bash tests/integration/forces.sh GLASSBAND ROOT [MPIEXEC]
set -euo pipefail

glassband=$1 root=$2 mpiexec=${3:-}
potential=$root/inputs/potentials/CuZr_mm.eam.fs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
gunzip -c "$root/tests/data/lammps/glass2048.data.gz" >glass.data
gunzip -c "$root/tests/data/lammps/glass2048.dump.gz" >lammps.dump

fail() {
  echo "FAILED: $1"
  exit 1
}

# Atoms of a dump, sorted by id: the columns from $2 on.
atoms() { # file, first column
  awk -v first="$2" '/^ITEM/ { rows = /^ITEM: ATOMS/; next }
    rows { for (c = first; c <= NF; c++) printf "%s ", $c; print "" }' <(sort_rows "$1")
}
sort_rows() {
  awk '/^ITEM: ATOMS/ { print; exit } { print }' "$1"
  awk '/^ITEM: ATOMS/ { rows = 1; next } rows' "$1" | sort -n
}

# Largest differences of forces (3 columns), energy (1) and virials (6).
compare() { # dump of ours
  paste -d ' ' <(atoms "$1" 6) <(atoms lammps.dump 9) | awk '
    function largest(first, last, tolerance, name, c, d, most) {
      for (c = first; c <= last; c++) { d = $c - $(c + 10); if (d < 0) d = -d; if (d > tolerance) bad[name]++ }
    }
    NF != 20 { print "row " NR ": " NF " columns"; wrong = 1 }
    { largest(1, 3, 1e-6, "force"); largest(4, 4, 1e-7, "energy"); largest(5, 10, 5, "virial") }
    END { for (name in bad) { print name ": " bad[name] " atoms differ"; wrong = 1 }
          if (NR != 2048) { print NR " atoms"; wrong = 1 }; exit wrong }' || fail "$1 differs from LAMMPS"
}

# Types known by mass; by name; another order of types; exact and rounded.
"$glassband" forces glass.data --potential "$potential" -o ours.dump >totals.txt 2>log.txt
grep -q 'ITEM: ATOMS id type xu yu zu fx fy fz c_pe c_stress\[1\] .* c_stress\[6\]$' ours.dump ||
  fail "columns of the dump"
grep -q '^energy  *-8952.152190' totals.txt || fail "total energy"
grep -q '^  xy  *773.68' totals.txt || fail "pressure"
compare ours.dump
"$glassband" forces lammps.dump --elements "Cu Zr" --boundary "p p p" --potential "$potential" \
  -o again.dump --digits 12 --quiet >/dev/null
compare again.dump
awk '/^Atoms/ { rows = 1 } /^Velocities/ { rows = 0 }
  /^1 63.546/ { print "1 91.224 # Zr"; next } /^2 91.224/ { print "2 63.546 # Cu"; next }
  rows && NF >= 5 && $1 ~ /^[0-9]/ { $2 = 3 - $2 } { print }' glass.data >swapped.data
"$glassband" forces swapped.data --potential "$potential" -o swapped.dump --quiet >/dev/null
compare swapped.dump

# A masquerade is noticed.
sed 's/^1 91.224 # Zr/1 63.546 # Zr/' swapped.data >wrong.data
if "$glassband" forces wrong.data --potential "$potential" -o no.dump >/dev/null 2>stderr; then
  fail "a wrong mass is taken"
fi
grep -q 'type 1 is Zr: expected a mass of 91.22' stderr || fail "message about a wrong mass"

# Through the other formats, and the strain between equal configurations is nothing.
for ending in h5 xyz; do
  "$glassband" forces glass.data --potential "$potential" -o "a.$ending" --quiet >/dev/null
  "$glassband" forces "a.$ending@0" --potential "$potential" -o "from_$ending.dump" --quiet >/dev/null
  compare "from_$ending.dump"
  "$glassband" info "a.$ending" | grep -q 'atoms  *2048$' || fail "info of a.$ending"
done
"$glassband" strain glass.data a.h5@-1 -o strain.dump --quiet
awk '/^ITEM: ATOMS/ { rows = 1; next } rows && ($(NF - 1) > 1e-7 || NF < 7) { exit 1 }' strain.dump ||
  fail "strain between equal configurations"

# One frame by name; a cut one at the end is told of and passed over.
{ cat lammps.dump lammps.dump; head -c 3000 lammps.dump; } >cut.dump
"$glassband" info cut.dump 2>/dev/null >info.txt
grep -q 'LAMMPS dump, 2 whole frames and a cut one at the end' info.txt || fail "info of a cut dump"
"$glassband" info cut.dump@0 2>/dev/null | grep -q '^frame 0$' || fail "info of a frame by name"
"$glassband" info a.h5@-1 | grep -q '^frame 0$' || fail "info of a frame in HDF5 by name"
if "$glassband" info cut.dump@2 >/dev/null 2>stderr; then fail "info of a cut frame"; fi
grep -q 'cut off' stderr || fail "message about a cut frame"
"$glassband" strain cut.dump@0 cut.dump@-1 -o cut.xyz --quiet 2>/dev/null || fail "strain before a cut"

# The same lattice by other edges, as a triclinic box: the same strain.
tilted() { # edges (Lx 0 0), (Lx Ly 0), (0 0 Lz)
  awk '/^ITEM: BOX/ { print "ITEM: BOX BOUNDS xy xz yz pp pp pp"; section = "BOX"; next }
    /^ITEM/ { section = $2; print; next }
    section == "BOX" { if (!l) { l = $2 - $1; printf "%s %.17g %.17g\n", $1, $2 + l, l } else print $0, 0; next }
    { print }' "$1"
}
awk '/^ITEM/ { rows = /^ITEM: ATOMS/; print; next }
  rows { $3 += 0.4 * sin(7 * $1); $5 += 0.3 * cos(3 * $1) } { print }' lammps.dump >moved.dump
tilted lammps.dump >tilted0.dump
tilted moved.dump >tilted1.dump
"$glassband" strain lammps.dump moved.dump -o straight.xyz --quiet
"$glassband" strain tilted0.dump tilted1.dump -o tilted.xyz --quiet
paste -d ' ' <(tail -n +3 straight.xyz) <(tail -n +3 tilted.xyz) | awk '
  function off(a, b) { return a - b > 1e-9 * a || b - a > 1e-9 * a }
  NF != 14 || off($6, $13) || off($7, $14) { exit 1 } $6 > 0.05 { many++ }
  END { if (many < 500) exit 1 }' || fail "strain in a triclinic box"
if "$glassband" forces tilted0.dump --elements "Cu Zr" --potential "$potential" -o no.dump \
  >/dev/null 2>stderr; then
  fail "forces in a triclinic box"
fi
grep -q 'found a triclinic one' stderr || fail "message about a triclinic box"

# Which element a type is must be known.
awk '/^ITEM: ATOMS/ { rows = 1; print "ITEM: ATOMS id x y z"; next }
  rows { print $1, $3, $4, $5; next } { print }' lammps.dump >untyped.dump
"$glassband" strain untyped.dump untyped.dump -o untyped.xyz --quiet || fail "strain without types"
for elements in "" "Cu Zr"; do
  if "$glassband" forces untyped.dump ${elements:+--elements "$elements"} --potential "$potential" \
    -o no.dump >/dev/null 2>stderr; then
    fail "forces without types"
  fi
done
grep -q 'expected one element' stderr || fail "message about elements without types"

# A rigid shift that carries atoms through the boundary is no strain, though the dumps are wrapped.
awk '/^ITEM/ { section = $2; print; next }
  section == "BOX" { lo = $1; hi = $2 }
  section == "ATOMS" { $3 += 3; if ($3 > hi) $3 -= hi - lo } { print }' lammps.dump >shifted.dump
"$glassband" strain lammps.dump shifted.dump -o shift.dump --quiet
awk '/^ITEM: ATOMS/ { rows = 1; next } rows && $(NF - 1) > 1e-4 { exit 1 }' shift.dump ||
  fail "a rigid shift is taken for strain"

# Where the file is silent about boundaries, the message says what is done.
printf '2\n\nCu 0 0 0\nCu 2.5 0 0\n' >bare.xyz
"$glassband" forces bare.xyz --potential "$potential" -o bare.dump >/dev/null 2>stderr
grep -q 'taken as "f f f"' stderr || fail "message about free boundaries"
grep -q '^ITEM: BOX BOUNDS ff ff ff' bare.dump || fail "boundaries of a bare XYZ file"
sed -i 's/^ITEM: BOX BOUNDS.*/ITEM: BOX BOUNDS/' bare.dump
"$glassband" forces bare.dump --potential "$potential" -o all.dump >/dev/null 2>stderr || true
grep -q 'taken as "f f f"' stderr && fail "a dump without boundaries is called free"

if [ -n "$mpiexec" ]; then
  "$mpiexec" --oversubscribe -n 2 "$glassband" forces glass.data --potential "$potential" \
    -o two.dump --quiet >/dev/null
  cmp ours.dump two.dump || fail "two ranks give other bits"
fi
echo "all as LAMMPS has it"
