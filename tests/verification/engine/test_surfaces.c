/* Free surfaces: slabs of fcc Cu against LAMMPS (tests/data/lammps/surfaces.lmp), the bulk inside
 * them, their independence of where the box is cut, and atoms alone. */
#include "lammps.h"

#include "atomistic/engine/minimize.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>

#define A 3.639085        /* angstrom, lattice constant */
#define BULK (-3.2831162) /* eV per atom; LAMMPS */
#define REACH 6.0         /* angstrom, where the functions of Cu end */

/* Rectangular cells of layers along x; each layer is the one below shifted by (0, y, z). */
typedef struct {
  const char *name;
  double cell_y, cell_z, layer; /* lattice constants */
  double shift_y, shift_z;      /* cells */
  int per_layer;                /* 1, or 2 for a centred cell */
  int layers, cells_y, cells_z;
  double cut, relaxed; /* eV; LAMMPS: total energies before and after relaxation */
} Face;

static const Face faces[] = {
    {"100", 1.0, 1.0, 0.5, 0.5, 0.0, 2, 20, 3, 3, -1165.6007304633, -1165.8105729571},
    {"110", 0.7071067811865476, 1.0, 0.3535533905932738, 0.5, 0.5, 1, 28, 4, 3, -1086.6150899199,
     -1086.9421321498},
    {"111", 0.7071067811865476, 1.2247448713915890, 0.5773502691896258, 0.0, 1.0 / 3.0, 2, 18, 4, 2,
     -935.0125081784, -935.1998439015},
};

static void make_slab(const Face *face, const GbPotential *potential, GbAtoms *atoms)
{
  const int per = face->per_layer;
  assert_ok(GbAtomsAllocate(atoms, per * face->layers * face->cells_y * face->cells_z));
  int n = 0;
  for (int l = 0; l < face->layers; l++)
    for (int j = 0; j < face->cells_y; j++)
      for (int k = 0; k < face->cells_z; k++)
        for (int b = 0; b < per; b++, n++) {
          double y = fmod(l * face->shift_y + 0.5 * b, 1.0);
          double z = fmod(l * face->shift_z + 0.5 * b, 1.0);
          atoms->id[n] = n + 1;
          atoms->x[n][0] = l * face->layer * A;
          atoms->x[n][1] = (j + y) * face->cell_y * A;
          atoms->x[n][2] = (k + z) * face->cell_z * A;
        }
  atoms->length[0] = face->layers * face->layer * A;
  atoms->length[1] = face->cells_y * face->cell_y * A;
  atoms->length[2] = face->cells_z * face->cell_z * A;
  atoms->periodic[1] = atoms->periodic[2] = true;
  atoms->ntypes = 2;
  assert_ok(GbPotentialApplyTypes(potential, atoms));
}

/* J/m^2, from the excess over the bulk. */
static double surface_energy(const GbAtoms *atoms, double energy)
{
  double area = 2.0 * atoms->length[1] * atoms->length[2];
  return (energy - BULK * atoms->n) / area * GB_EV_PER_A3_IN_GPA * 0.1; /* GPa angstrom */
}

typedef struct {
  GbPotential *potential;
  GbForce *force;
} Engine;

static Engine open_engine(void)
{
  Engine e;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &e.potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, e.potential, NULL, &e.force));
  return e;
}

static void close_engine(Engine *e)
{
  GbForceDestroy(&e->force);
  GbPotentialDestroy(&e->potential);
}

/* Energies of cut and relaxed slabs are those of LAMMPS; close-packed faces cost least. */
static void surface_energies_match_lammps(void **state)
{
  (void)state;
  Engine e = open_engine();
  double gamma[3];
  for (int k = 0; k < 3; k++) {
    GbAtoms atoms;
    GbForceResult cut;
    make_slab(&faces[k], e.potential, &atoms);
    assert_ok(GbForceCompute(e.force, &atoms, &cut));
    assert_relative(cut.energy, faces[k].cut, 1e-9);
    gamma[k] = surface_energy(&atoms, cut.energy);
    for (int algorithm = GB_MINIMIZE_FIRE; algorithm <= GB_MINIMIZE_CG; algorithm++) {
      GbAtoms relaxed;
      GbMinimizeResult result;
      GbMinimizeOptions options = GbMinimizeDefaults();
      options.algorithm = (GbMinimizeAlgorithm)algorithm;
      options.force_tolerance = 1e-6;
      assert_ok(GbAtomsCopy(&atoms, &relaxed));
      assert_ok(GbMinimize(e.force, &relaxed, &options, &result));
      assert_true(result.converged);
      assert_relative(result.energy_eV, faces[k].relaxed, 1e-9);
      print_message("(%s): %.4f J/m^2 cut, %.4f relaxed, %d evaluations\n", faces[k].name, gamma[k],
                    surface_energy(&atoms, result.energy_eV), result.evaluations);
      GbAtomsFree(&relaxed);
    }
    GbAtomsFree(&atoms);
  }
  assert_true(0.0 < gamma[2] && gamma[2] < gamma[0] && gamma[0] < gamma[1]);
  close_engine(&e);
}

/* An atom farther from the surfaces than the functions reach has the energy of the bulk; the force
 * on it vanishes once its neighbours' densities are those of the bulk too. */
static void inside_is_bulk(void **state)
{
  (void)state;
  Engine e = open_engine();
  for (int k = 0; k < 3; k++) {
    GbAtoms atoms;
    GbForceResult result;
    make_slab(&faces[k], e.potential, &atoms);
    double *energy = calloc((size_t)atoms.n, sizeof *energy), at_surface = 0.0;
    double top = (faces[k].layers - 1) * faces[k].layer * A;
    int inside = 0;
    assert_ok(GbForceComputePerAtom(e.force, &atoms, &result, energy, NULL));
    for (int i = 0; i < atoms.n; i++) {
      double depth = fmin(atoms.x[i][0], top - atoms.x[i][0]);
      if (depth == 0.0) at_surface = fmax(at_surface, fabs(atoms.f[i][0]));
      for (int d = 1; d < 3; d++) /* by symmetry */
        assert_close(atoms.f[i][d], 0.0, 1e-10);
      if (depth < REACH) continue;
      assert_close(energy[i], BULK, 1e-7);
      if (depth < 2.0 * REACH) continue;
      inside++;
      assert_close(atoms.f[i][0], 0.0, 1e-10);
    }
    assert_in_range(inside, 10, atoms.n);
    assert_true(at_surface > 0.01);
    free(energy);
    GbAtomsFree(&atoms);
  }
  close_engine(&e);
}

static double energy_of(Engine *e, GbAtoms *atoms)
{
  GbForceResult result;
  GbForceReset(e->force);
  assert_ok(GbForceCompute(e->force, atoms, &result));
  return result.energy;
}

/* Where the box is cut makes no difference: the slab moved along the surface through the periodic
 * boundary, wrapped into the box or not; moved far away in the free direction; periodic in x with
 * vacuum beyond the cutoff, and then through that boundary too. Forces move with the atoms. */
static void place_makes_no_difference(void **state)
{
  (void)state;
  Engine e = open_engine();
  GbAtoms reference;
  make_slab(&faces[2], e.potential, &reference);
  for (int i = 0; i < reference.n; i++) /* something that varies from atom to atom */
    for (int d = 0; d < 3; d++)
      reference.x[i][d] += 0.1 * sin(1.0 + 3.0 * i + d);
  const double energy = energy_of(&e, &reference);
  static const double moves[5][3] = {
      {0, 0.37, 0}, {0, -2.6, 0.81}, {25.0, 0, 0}, {0, 0, 0}, {0.55, 0, 0}};
  for (int k = 0; k < 5; k++)
    for (int wrap = 0; wrap < 2; wrap++) {
      GbAtoms moved;
      assert_ok(GbAtomsCopy(&reference, &moved));
      if (k >= 3) {
        moved.periodic[0] = true;
        moved.length[0] += 9.0;
      }
      for (int i = 0; i < moved.n; i++)
        for (int d = 0; d < 3; d++) {
          moved.x[i][d] += moves[k][d] * moved.length[d];
          if (wrap && moved.periodic[d])
            moved.x[i][d] -= floor(moved.x[i][d] / moved.length[d]) * moved.length[d];
        }
      assert_close(energy_of(&e, &moved), energy, 1e-8);
      for (int i = 0; i < moved.n; i++)
        for (int d = 0; d < 3; d++)
          assert_close(moved.f[i][d], reference.f[i][d], 1e-9);
      GbAtomsFree(&moved);
    }
  GbAtomsFree(&reference);
  close_engine(&e);
}

/* Atoms beyond each other's reach have the energy F(0) and no force, in free space and in a large
 * periodic box. */
static void lone_atoms_have_the_embedding_of_nothing(void **state)
{
  (void)state;
  Engine e = open_engine();
  double expected = 0.0, slope;
  GbAtoms atoms;
  assert_ok(GbAtomsAllocate(&atoms, 2));
  atoms.ntypes = 2;
  for (int i = 0; i < 2; i++) {
    double value;
    atoms.id[i] = i + 1;
    atoms.type[i] = i;
    GbPotentialEmbedding(e.potential, i, 0.0, &value, &slope);
    expected += value;
  }
  assert_ok(GbPotentialApplyTypes(e.potential, &atoms));
  atoms.x[1][2] = GbPotentialCutoff(e.potential) + 0.01;
  for (int periodic = 0; periodic < 2; periodic++) {
    for (int d = 0; d < 3; d++) {
      atoms.periodic[d] = periodic;
      atoms.length[d] = 20.0;
    }
    assert_close(energy_of(&e, &atoms), expected, 1e-9);
    for (int i = 0; i < 2; i++)
      for (int d = 0; d < 3; d++)
        assert_true(atoms.f[i][d] == 0.0);
  }
  GbAtomsFree(&atoms);
  close_engine(&e);
}

GB_TEST_MAIN("verify.atomistic.surfaces", cmocka_unit_test(surface_energies_match_lammps),
             cmocka_unit_test(inside_is_bulk), cmocka_unit_test(place_makes_no_difference),
             cmocka_unit_test(lone_atoms_have_the_embedding_of_nothing))
