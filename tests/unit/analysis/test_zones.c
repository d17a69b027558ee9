/* Bands and zones of strain maps that were painted by hand. */
#include "atomistic/analysis/zones.h"

#include "base/rng.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A sample of 90 x 18 x 120 angstrom with an atom every 2 angstrom, strain 0.05 everywhere. */
static const double size[3] = {90.0, 18.0, 120.0}, spacing = 2.0;
static const double weak = 0.05, strong = 0.6;

typedef struct {
  GbAtoms atoms;
  GbStrain strain;
  GbZones zones;
} Piece;

static void make_piece(Piece *piece)
{
  int cells[3];
  memset(piece, 0, sizeof *piece);
  for (int d = 0; d < 3; d++)
    cells[d] = (int)(size[d] / spacing);
  GbAtoms *atoms = &piece->atoms;
  assert_ok(GbAtomsAllocate(atoms, cells[0] * cells[1] * cells[2]));
  for (int i = 0; i < atoms->n; i++) {
    int cell[3] = {i / (cells[1] * cells[2]), i / cells[2] % cells[1], i % cells[2]};
    atoms->id[i] = i + 1;
    for (int d = 0; d < 3; d++)
      atoms->x[i][d] = (cell[d] + 0.5) * spacing;
  }
  for (int d = 0; d < 3; d++) {
    atoms->length[d] = size[d];
    atoms->periodic[d] = d > 0;
  }
  piece->strain.n = atoms->n;
  piece->strain.eta_mises = calloc((size_t)atoms->n, sizeof(double));
  piece->strain.valid = calloc((size_t)atoms->n, sizeof(bool));
  assert_non_null(piece->strain.eta_mises);
  assert_non_null(piece->strain.valid);
  for (int i = 0; i < atoms->n; i++) {
    piece->strain.eta_mises[i] = weak;
    piece->strain.valid[i] = true;
  }
}

static void free_piece(Piece *piece)
{
  GbZonesFree(&piece->zones);
  GbAtomsFree(&piece->atoms);
  free(piece->strain.eta_mises);
  free(piece->strain.valid);
}

/* Distance along and across a line through (x0, z0) at `angle` to x, z being periodic. */
static void along_across(const double x[3], double x0, double z0, double angle, double out[2])
{
  double dx = x[0] - x0, dz = x[2] - z0;
  double across = -sin(angle) * dx + cos(angle) * dz;
  /* the periodic image of the line that is nearest */
  double period = size[2] * cos(angle), shift = floor(across / period + 0.5);
  dz -= shift * size[2];
  out[0] = cos(angle) * dx + sin(angle) * dz;
  out[1] = -sin(angle) * dx + cos(angle) * dz;
}

/* Paints a band 12 angstrom thick from (x0, z0) over `length`. */
static void paint(Piece *piece, double x0, double z0, double angle, double length)
{
  double at[2];
  for (int i = 0; i < piece->atoms.n; i++) {
    along_across(piece->atoms.x[i], x0, z0, angle, at);
    if (at[0] >= -8.0 && at[0] <= length && fabs(at[1]) < 6.0) piece->strain.eta_mises[i] = strong;
  }
}

static void classify(Piece *piece)
{
  GbZoneOptions options = GbZoneDefaults();
  GbZonesFree(&piece->zones);
  assert_ok(GbZonesClassify(&piece->atoms, &piece->strain, &options, &piece->zones));
  int64_t count[GB_NZONES] = {0};
  for (int i = 0; i < piece->zones.n; i++) {
    count[piece->zones.zone[i]]++;
    assert_true((piece->zones.zone[i] == GB_ZONE_MATRIX) == (piece->zones.band[i] == 0));
  }
  for (int z = 0; z < GB_NZONES; z++)
    assert_int_equal(count[z], piece->zones.count[z]);
}

static int zone_at(const Piece *piece, double x, double z)
{
  int best = 0;
  double least = INFINITY;
  for (int i = 0; i < piece->atoms.n; i++) {
    double dx = piece->atoms.x[i][0] - x, dz = piece->atoms.x[i][2] - z;
    if (dx * dx + dz * dz < least) best = i;
    least = fmin(least, dx * dx + dz * dz);
  }
  return piece->zones.zone[best];
}

static void no_band(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_NONE);
  assert_int_equal(piece.zones.nbands, 0);
  assert_int_equal(piece.zones.count[GB_ZONE_MATRIX], piece.atoms.n);
  /* Single strongly strained atoms and one small transformed region are no band. */
  for (int i = 0; i < piece.atoms.n; i += 9)
    piece.strain.eta_mises[i] = 0.9;
  for (int i = 0; i < piece.atoms.n; i++) {
    const double *x = piece.atoms.x[i];
    if (fabs(x[0] - 45) < 3 && fabs(x[1] - 9) < 3 && fabs(x[2] - 57) < 3)
      piece.strain.eta_mises[i] = strong;
  }
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_NONE);
  free_piece(&piece);
}

/* Bands at several angles; those that start at z = 110 leave through z = 120 and come back at 0. */
static void spanning_bands(void **state)
{
  (void)state;
  for (double degrees = -45; degrees <= 45; degrees += 15) {
    for (double z0 = 20; z0 < 120; z0 += 45) {
      Piece piece;
      make_piece(&piece);
      paint(&piece, 0.0, z0, degrees * GB_PI / 180, 200.0);
      classify(&piece);
      assert_int_equal(piece.zones.kind, GB_BANDS_SPANNING);
      assert_int_equal(piece.zones.nbands, 1);
      assert_int_equal(piece.zones.count[GB_ZONE_FRONT] + piece.zones.count[GB_ZONE_TAIL], 0);
      for (int i = 0; i < piece.atoms.n; i++) {
        double at[2];
        along_across(piece.atoms.x[i], 0.0, z0, degrees * GB_PI / 180, at);
        if (fabs(at[1]) < 1.0) assert_int_equal(piece.zones.zone[i], GB_ZONE_SPANNING);
        if (fabs(at[1]) > 16.0) assert_int_equal(piece.zones.zone[i], GB_ZONE_MATRIX);
      }
      free_piece(&piece);
    }
  }
}

/* A band of length 50 from either surface: its last 12 angstrom and 12 more ahead are the front. */
static void nonspanning_bands(void **state)
{
  (void)state;
  for (int side = 0; side < 2; side++) {
    for (double degrees = -40; degrees <= 40; degrees += 20) {
      double angle = (side ? 180 - degrees : degrees) * GB_PI / 180, z0 = 105.0, length = 50.0;
      double x0 = side ? size[0] : 0.0, at[2];
      Piece piece;
      make_piece(&piece);
      paint(&piece, x0, z0, angle, length);
      classify(&piece);
      assert_int_equal(piece.zones.kind, GB_BANDS_NONSPANNING);
      assert_int_equal(piece.zones.nbands, 1);
      for (int i = 0; i < piece.atoms.n; i++) {
        along_across(piece.atoms.x[i], x0, z0, angle, at);
        if (fabs(at[1]) < 1.0 && at[0] > 4.0 && at[0] < length - 22.0)
          assert_int_equal(piece.zones.zone[i], GB_ZONE_TAIL);
        if (fabs(at[1]) < 1.0 && at[0] > length - 8.0 && at[0] < length + 6.0)
          assert_int_equal(piece.zones.zone[i], GB_ZONE_FRONT);
        if (at[0] > length + 24.0 || fabs(at[1]) > 18.0)
          assert_int_equal(piece.zones.zone[i], GB_ZONE_MATRIX);
      }
      free_piece(&piece);
    }
  }
}

static void both_kinds(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  paint(&piece, 0.0, 10.0, 0.3, 200.0);
  paint(&piece, 0.0, 80.0, 0.0, 40.0);
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_BOTH);
  assert_int_equal(piece.zones.nbands, 2);
  assert_int_equal(zone_at(&piece, 10.0, 81.0), GB_ZONE_TAIL);
  assert_int_equal(zone_at(&piece, 45.0, 81.0), GB_ZONE_FRONT);
  assert_int_equal(zone_at(&piece, 45.0, 24.0), GB_ZONE_SPANNING);
  free_piece(&piece);
}

/* A buried band has two tips and touches nothing. */
static void buried_band(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  paint(&piece, 25.0, 60.0, 0.0, 40.0);
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_NONSPANNING);
  assert_int_equal(zone_at(&piece, 20.0, 61.0), GB_ZONE_FRONT);
  assert_int_equal(zone_at(&piece, 41.0, 61.0), GB_ZONE_TAIL);
  assert_int_equal(zone_at(&piece, 64.0, 61.0), GB_ZONE_FRONT);
  free_piece(&piece);
}

/* The root of a notch is a free surface: a band from root to root is spanning although it never
 * reaches the planes x = 0 and x = 90, and the empty voxels of the notches belong to nothing. */
static void notch_walls_are_surfaces(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  bool *keep = calloc((size_t)piece.atoms.n, sizeof(bool));
  assert_non_null(keep);
  paint(&piece, 0.0, 60.0, 0.0, 200.0);
  int kept = 0;
  for (int i = 0; i < piece.atoms.n; i++) {
    const double *x = piece.atoms.x[i];
    bool notch = fabs(x[2] - 60.0) < 9.0 && (x[0] < 20.0 || x[0] > 72.0);
    keep[i] = !notch;
    if (!keep[i]) continue;
    piece.strain.eta_mises[kept] = piece.strain.eta_mises[i];
    memmove(piece.atoms.x[kept], piece.atoms.x[i], sizeof piece.atoms.x[i]);
    kept++;
  }
  piece.atoms.n = piece.strain.n = kept;
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_SPANNING);
  free(keep);
  free_piece(&piece);
}

/* A few strained atoms that stick out of the surface do not carry a band across. */
static void rough_surface(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  paint(&piece, 0.0, 60.0, 0.0, 70.0);
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_NONSPANNING);
  int64_t tail = piece.zones.count[GB_ZONE_TAIL];
  for (int i = 0; i < piece.atoms.n; i++) {
    const double *x = piece.atoms.x[i];
    bool outermost = x[0] > 88.0, sparse = ((int)(x[1] + x[2]) / 2) % 3 == 0;
    if (outermost && sparse && fabs(x[2] - 60.0) < 6.0) {
      piece.atoms.x[i][0] += 5.0;
      piece.strain.eta_mises[i] = 2.0;
    }
  }
  classify(&piece);
  assert_int_equal(piece.zones.kind, GB_BANDS_NONSPANNING);
  assert_true(llabs(piece.zones.count[GB_ZONE_TAIL] - tail) < tail / 2);
  free_piece(&piece);
}

/* Single transformed regions that happen to lie in a row from surface to surface are no band. */
static void chance_chain(void **state)
{
  (void)state;
  Piece piece;
  make_piece(&piece);
  for (int i = 0; i < piece.atoms.n; i++) {
    const double *x = piece.atoms.x[i];
    double along = fmod(x[0], 10.0) - 5.0, across = x[2] - (x[0] - along) - 10.0;
    bool inside = fabs(along) < 3.5 && fabs(across) < 3.5 && fabs(x[1] - 9.0) < 5.0;
    if (inside) piece.strain.eta_mises[i] = strong;
  }
  classify(&piece);
  assert_int_equal(piece.zones.count[GB_ZONE_SPANNING], 0);
  free_piece(&piece);
}

static void fractions(void **state)
{
  (void)state;
  Piece piece;
  double fraction[GB_NZONES];
  make_piece(&piece);
  paint(&piece, 0.0, 60.0, 0.0, 200.0);
  classify(&piece);
  int64_t inside = 0, low = 0;
  for (int i = 0; i < piece.atoms.n; i++) {
    if (piece.zones.zone[i] != GB_ZONE_SPANNING) continue;
    piece.strain.eta_mises[i] = inside % 4 == 0 ? 0.7 : inside % 4 == 1 ? 0.3 : 0.9;
    piece.strain.valid[i] = inside % 8 != 7;
    low += inside % 4 == 0;
    inside++;
  }
  GbZoneFractions(&piece.zones, &piece.strain, 0.3, 0.7, fraction);
  int64_t valid = inside - inside / 8;
  assert_close(fraction[GB_ZONE_SPANNING], (double)low / (double)valid, 1e-12);
  assert_close(fraction[GB_ZONE_MATRIX], 0.0, 0.0);
  assert_true(isnan(fraction[GB_ZONE_FRONT]));
  free_piece(&piece);
}

static void bad_arguments(void **state)
{
  (void)state;
  Piece piece;
  GbZoneOptions options = GbZoneDefaults();
  make_piece(&piece);
  piece.atoms.periodic[0] = true;
  assert_fails(GbZonesClassify(&piece.atoms, &piece.strain, &options, &piece.zones), GB_ERR_ARG,
               "free surfaces");
  free_piece(&piece);
}

GB_TEST_MAIN("unit.analysis.zones", cmocka_unit_test(no_band), cmocka_unit_test(spanning_bands),
             cmocka_unit_test(nonspanning_bands), cmocka_unit_test(both_kinds),
             cmocka_unit_test(buried_band), cmocka_unit_test(notch_walls_are_surfaces),
             cmocka_unit_test(rough_surface), cmocka_unit_test(chance_chain),
             cmocka_unit_test(fractions), cmocka_unit_test(bad_arguments))
