/* The calibration file: what is written comes back; a bad file is named with dataset, expected and
 * found; properties interpolate as the header says. */
#include "harness/harness.h"
#include "unit/contract/example.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[512];

static int my_rank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static int write_example(void **state)
{
  (void)state;
  GbCalibration calibration;
  snprintf(path, sizeof path, "%s/c.h5", GbTestFolder());
  if (my_rank() == 0) {
    assert_ok(GbTestCalibration(&calibration));
    assert_ok(GbCalibrationWrite(&calibration, path));
    GbCalibrationFree(&calibration);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return 0;
}

static void same(int64_t n, const double *a, const double *b)
{
  for (int64_t i = 0; i < n; i++)
    assert_true(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
}

static void compare_tables(const GbCalibration *a, const GbCalibration *b)
{
  const GbEventTable *e = &a->events, *f = &b->events;
  const GbBarrierTable *p = &a->barriers, *q = &b->barriers;
  assert_int_equal(e->n, f->n);
  assert_memory_equal(e->atoms, f->atoms, e->n * 8);
  assert_memory_equal(e->zone, f->zone, e->n * 8);
  same(e->n, e->volume_nm3, f->volume_nm3), same(e->n, e->gamma, f->gamma);
  same(e->n, e->dilatation, f->dilatation), same(e->n, e->orientation_rad, f->orientation_rad);
  same(e->n, e->delta_energy_eV, f->delta_energy_eV), same(e->n, e->chi_before, f->chi_before);
  same(e->n, e->chi_after, f->chi_after), same(e->n, e->stress_GPa, f->stress_GPa);
  same(e->n, e->strain, f->strain);
  assert_int_equal(p->n, q->n);
  assert_memory_equal(p->atoms, q->atoms, p->n * 8);
  assert_memory_equal(p->state, q->state, p->n * 8);
  same(p->n, p->barrier_eV, q->barrier_eV),
      same(p->n, p->reverse_barrier_eV, q->reverse_barrier_eV);
  same(p->n, p->activation_volume_nm3, q->activation_volume_nm3);
  same(p->n, p->shear_volume_nm3, q->shear_volume_nm3);
  same(p->n, p->dilatation_volume_nm3, q->dilatation_volume_nm3), same(p->n, p->chi, q->chi);
}

static void compare_material(const GbCalibrationMaterial *a, const GbCalibrationMaterial *b)
{
  assert_int_equal(a->ntemperatures, b->ntemperatures);
  same(a->ntemperatures, a->temperature_K, b->temperature_K);
  size_t size = (size_t)a->ntemperatures * sizeof(GbEstimate);
  for (int s = 0; s < GB_NSTATES; s++) {
    assert_true(a->chi[s] == b->chi[s]);
    assert_memory_equal(a->shear_modulus_GPa[s], b->shear_modulus_GPa[s], size);
    assert_memory_equal(a->bulk_modulus_GPa[s], b->bulk_modulus_GPa[s], size);
    assert_memory_equal(&a->thermal_expansion_per_K[s], &b->thermal_expansion_per_K[s],
                        sizeof(GbEstimate));
    assert_memory_equal(&a->density_kg_per_m3[s], &b->density_kg_per_m3[s], sizeof(GbEstimate));
  }
  assert_memory_equal(&a->heat_capacity_J_per_kg_K, &b->heat_capacity_J_per_kg_K,
                      sizeof(GbEstimate));
  assert_true(a->atomic_volume_nm3 == b->atomic_volume_nm3);
}

static void compare_cycling(const GbCalibrationCycling *a, const GbCalibrationCycling *b)
{
  assert_int_equal(a->ncycles, b->ncycles);
  assert_true(a->temperature_low_K == b->temperature_low_K);
  assert_true(a->temperature_high_K == b->temperature_high_K);
  for (int z = 0; z < GB_NZONES; z++) {
    assert_int_equal(a->atoms[z], b->atoms[z]);
    assert_memory_equal(&a->f_zero[z], &b->f_zero[z], sizeof(GbEstimate));
    assert_memory_equal(&a->f_inf[z], &b->f_inf[z], sizeof(GbEstimate));
    assert_memory_equal(&a->n_c[z], &b->n_c[z], sizeof(GbEstimate));
    for (int c = 0; c <= a->ncycles; c++) {
      if (a->fraction[z])
        assert_true(a->fraction[z][c] == b->fraction[z][c] && a->chi[z][c] == b->chi[z][c]);
      else
        assert_true(isnan(b->fraction[z][c]) && isnan(b->chi[z][c]));
    }
  }
}

/* Collective: also shows that every rank gets the same contents. */
static void round_trip(void **state)
{
  (void)state;
  GbCalibration a, b;
  assert_ok(GbTestCalibration(&a));
  assert_ok(GbCalibrationReadAll(MPI_COMM_WORLD, path, &b));
  compare_material(&a.material, &b.material);
  compare_tables(&a, &b);
  assert_memory_equal(&a.laws, &b.laws, sizeof a.laws);
  assert_memory_equal(&a.state, &b.state, sizeof a.state);
  compare_cycling(&a.cycling, &b.cycling);
  assert_int_equal(a.stress_strain.n, b.stress_strain.n);
  same(a.stress_strain.n, a.stress_strain.strain, b.stress_strain.strain);
  same(a.stress_strain.n, a.stress_strain.stress_GPa, b.stress_strain.stress_GPa);
  assert_true(b.stress_strain.temperature_K == 100 && b.stress_strain.strain_rate_per_s == 1e8);
  assert_string_equal(a.provenance, b.provenance);
  GbCalibrationFree(&a);
  GbCalibrationFree(&b);
  GbCalibrationFree(&b); /* again on an empty one */
}

/* --- Damage done with HDF5 itself, as another program could -------------------------------------
 */

static void remove_link(const char *name)
{
  hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(id, name, H5P_DEFAULT);
  H5Fclose(id);
}

static void set_text(const char *object, const char *attribute, const char *text)
{
  hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t target = H5Oopen(id, object, H5P_DEFAULT);
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  H5Adelete(target, attribute);
  hid_t a = H5Acreate2(target, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(a, type, text);
  H5Aclose(a), H5Sclose(space), H5Tclose(type), H5Oclose(target), H5Fclose(id);
}

static void set_first_value(const char *name, double value)
{
  hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t data = H5Dopen2(id, name, H5P_DEFAULT);
  hid_t space = H5Dget_space(data);
  double values[64];
  assert_true(H5Sget_simple_extent_npoints(space) <= 64);
  H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  values[0] = value;
  H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Sclose(space), H5Dclose(data), H5Fclose(id);
}

static void missing_parts(void **state)
{
  static const char *const names[] = {
      "material",      "stz/events", "stz/barriers",         "stz/laws",          "state", "ctc",
      "stress_strain", "provenance", "stz/laws/event_shear", "state/chi_sd/count"};
  GbCalibration c;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    write_example(state);
    remove_link(names[i]);
    assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, path, names[i], "found none");
    assert_null(c.material.temperature_K);
  }
}

static void wrong_contents(void **state)
{
  GbCalibration c;
  set_text("material/relaxed/shear_modulus/value", "units", "Pa");
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, path,
               "material/relaxed/shear_modulus/value", "expected units \"GPa\"", "found \"Pa\"");
  write_example(state);
  set_text("/", "version", "2");
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, path, "version 1 or older",
               "found version \"2\"", "newer glassband");
  write_example(state);
  set_first_value("material/relaxed/shear_modulus/value", -3);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, "expected a number > 0", "found -3");
  write_example(state);
  set_first_value("stz/events/gamma", NAN);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, "stz/events/gamma", "a finite number");
  write_example(state);
  set_first_value("material/temperature", 250);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, "material/temperature", "ascending");
  write_example(state);
  set_first_value("material/flowed/shear_modulus/value", 2);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, "moduli > 0 at chi = 1.5 and 100 K");
}

/* One column of a table is shorter than the others. */
static void ragged_table(void **state)
{
  (void)state;
  GbCalibration c;
  remove_link("stz/events/strain");
  hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t space = H5Screate_simple(1, (hsize_t[]){4}, NULL);
  hid_t data = H5Dcreate2(id, "stz/events/strain", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT,
                          H5P_DEFAULT);
  hid_t type = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
  H5Tset_size(type, 2);
  hid_t a = H5Acreate2(data, "units", type, scalar, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(a, type, "1");
  H5Aclose(a), H5Tclose(type), H5Sclose(scalar), H5Dclose(data), H5Sclose(space), H5Fclose(id);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, "stz/events/strain", "expected 5 values",
               "found 4");
}

static void not_a_calibration(void **state)
{
  (void)state;
  GbCalibration c;
  GbH5 *file;
  assert_fails(GbCalibrationRead("/nonexistent.h5", &c), GB_ERR_INPUT, "/nonexistent.h5");
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteScalar(file, "x", 1, "1"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, path, "attribute version", "found none");
  truncate(path, 200);
  assert_fails(GbCalibrationRead(path, &c), GB_ERR_INPUT, path, "expected an HDF5 file");
}

/* A measurement that went wrong is caught before a file gets its name. */
static void refuses_to_write(void **state)
{
  (void)state;
  GbCalibration c;
  unlink(path);
  assert_ok(GbTestCalibration(&c));
  c.laws.event_shear.value = NAN;
  assert_fails(GbCalibrationWrite(&c, path), GB_ERR_NUMERIC, path, "stz/laws/event_shear/value");
  c.laws.event_shear.value = 0.1;
  c.laws.event_shear.count = 0;
  assert_fails(GbCalibrationWrite(&c, path), GB_ERR_NUMERIC, "stz/laws/event_shear/count");
  assert_int_not_equal(access(path, F_OK), 0);
  GbCalibrationFree(&c);
}

static void all_ranks_fail(void **state)
{
  (void)state;
  GbCalibration c;
  assert_fails(GbCalibrationReadAll(MPI_COMM_WORLD, "/nonexistent.h5", &c), GB_ERR_INPUT,
               "/nonexistent.h5");
}

static void interpolation(void **state)
{
  (void)state;
  GbCalibration c;
  assert_ok(GbTestCalibration(&c));
  for (int t = 0; t < 3; t++) {
    c.material.shear_modulus_GPa[0][t].value = 30 - 2 * t;
    c.material.shear_modulus_GPa[1][t].value = 26 - 2 * t;
    c.material.bulk_modulus_GPa[0][t].value = 110;
    c.material.bulk_modulus_GPa[1][t].value = 100;
  }
  c.material.chi[0] = 0.2;
  c.material.chi[1] = 0.7;
  assert_close(GbCalibrationShearModulus(&c, 0.2, 100), 30, 1e-12);
  assert_close(GbCalibrationShearModulus(&c, 0.7, 300), 22, 1e-12);
  assert_close(GbCalibrationShearModulus(&c, 0.45, 150), 27, 1e-12); /* middle of both */
  assert_close(GbCalibrationShearModulus(&c, 0.2, 20), 30, 1e-12);   /* constant below */
  assert_close(GbCalibrationShearModulus(&c, 0.2, 900), 26, 1e-12);  /* and above */
  assert_close(GbCalibrationBulkModulus(&c, 1.2, 200), 90, 1e-12);   /* linear beyond in chi */
  assert_close(GbCalibrationBulkModulus(&c, 9, 200), 84, 1e-12);     /* up to chi = 1.5 */
  assert_close(GbCalibrationBulkModulus(&c, -1, 200), 114, 1e-12);   /* and down to 0 */
  c.material.thermal_expansion_per_K[0].value = 1e-5;
  c.material.thermal_expansion_per_K[1].value = 2e-5;
  assert_close(GbCalibrationExpansion(&c, 0.2), 1e-5, 1e-18); /* the relaxed state's */
  assert_close(GbCalibrationExpansion(&c, 0.3), 1.2e-5, 1e-18);
  assert_close(GbCalibrationExpansion(&c, 0.7), 2e-5, 1e-18); /* the flowed one's */
  c.laws.barrier_mean_eV[0].value = 0.9;
  c.laws.barrier_mean_eV[1].value = 0.4;
  assert_close(GbCalibrationBarrierMean(&c, 0.5), 0.65, 1e-12);
  assert_close(GbCalibrationBarrierMean(&c, 5), 0.05, 1e-12);
  GbCalibrationFree(&c);
}

/* Hash of the example with one number multiplied by 1 + 1e-15, or another provenance. */
static void hash_of(double *(*number)(GbCalibration *), const char *provenance,
                    char hex[GB_HASH_SIZE])
{
  GbCalibration calibration;
  assert_ok(GbTestCalibration(&calibration));
  if (number) *number(&calibration) *= 1 + 1e-15;
  free(calibration.provenance);
  calibration.provenance = strdup(provenance);
  assert_ok(GbCalibrationWrite(&calibration, path));
  GbCalibrationFree(&calibration);
  assert_ok(GbCalibrationHash(path, hex));
}

static double *modulus(GbCalibration *c)
{
  return &c->material.shear_modulus_GPa[GB_STATE_FLOWED][1].value;
}
static double *law(GbCalibration *c)
{
  return &c->laws.chi_inf.high;
}
static double *energy(GbCalibration *c)
{
  return &c->state.energy_J_per_g;
}
static double *event(GbCalibration *c)
{
  return &c->events.gamma[0];
}
static double *barrier(GbCalibration *c)
{
  return &c->barriers.barrier_eV[0];
}
static double *fraction(GbCalibration *c)
{
  return &c->cycling.fraction[GB_ZONE_FRONT][0];
}
static double *stress(GbCalibration *c)
{
  return &c->stress_strain.stress_GPa[1];
}

static void hash_of_contents(void **state)
{
  double *(*const numbers[])(GbCalibration *) = {modulus, law,      energy, event,
                                                 barrier, fraction, stress};
  char plain[GB_HASH_SIZE], other[GB_HASH_SIZE];
  (void)state;
  hash_of(NULL, "wall_time_s: 1\n", plain);
  hash_of(NULL, "wall_time_s: 2\n", other);
  assert_string_equal(plain, other);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    hash_of(numbers[i], "wall_time_s: 1\n", other);
    assert_string_not_equal(plain, other);
  }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest collective[] = {cmocka_unit_test_setup(round_trip, write_example),
                                          cmocka_unit_test(all_ranks_fail)};
  const struct CMUnitTest serial[] = {cmocka_unit_test(missing_parts),
                                      cmocka_unit_test_setup(wrong_contents, write_example),
                                      cmocka_unit_test_setup(ragged_table, write_example),
                                      cmocka_unit_test_setup(not_a_calibration, write_example),
                                      cmocka_unit_test_setup(refuses_to_write, write_example),
                                      cmocka_unit_test_setup(hash_of_contents, write_example),
                                      cmocka_unit_test(interpolation)};
  int size;
  GbTestStart(&argc, &argv);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int failed = cmocka_run_group_tests_name("unit.contract.calibration", collective, NULL, NULL);
  if (size == 1)
    failed += cmocka_run_group_tests_name("unit.contract.calibration, files", serial, NULL, NULL);
  return GbTestFinish(failed);
}
