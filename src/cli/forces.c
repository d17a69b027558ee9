/* glassband forces: energy, force and virial of every atom of a configuration, as a LAMMPS dump
 * with the columns of compute pe/atom and compute stress/atom NULL virial. */
#include "atomistic/engine/force.h"
#include "atomistic/files/trajectory.h"
#include "base/text.h"
#include "base/units.h"

#include "cli/commands.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Isotopes and roundings lie within this; neighbouring elements of alloys do not. */
static const double mass_tolerance = 0.01;

enum { WORD_MAX = 64 };

/* --- What the options say ------------------------------------------------------------------------
 */

static GbStatus read_boundary(const char *text, bool periodic[3])
{
  const char *next = text;
  char word[WORD_MAX];
  for (int d = 0; d < 3; d++) {
    if (!GbTextWord(&next, word, sizeof word) || strlen(word) > 2 ||
        strspn(word, "pfsm") != strlen(word))
      GB_FAIL(GB_ERR_INPUT, "--boundary: expected three of p and f, found \"%s\"", text);
    periodic[d] = word[0] == 'p';
  }
  if (!GbTextAtEnd(next))
    GB_FAIL(GB_ERR_INPUT, "--boundary: expected three of p and f, found \"%s\"", text);
  return GB_OK;
}

static GbStatus read_precision(const char *text, GbPrecision *precision)
{
  *precision = GB_PRECISION_DOUBLE;
  if (!text || strcmp(text, "double") == 0) return GB_OK;
  *precision = GB_PRECISION_MIXED;
  if (strcmp(text, "mixed") == 0) return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "--precision: expected double or mixed, found \"%s\"", text);
}

/* --elements takes the place of the names in the file. */
static GbStatus name_types(const char *text, bool untyped, GbAtoms *atoms)
{
  const char *next = text;
  char word[WORD_MAX];
  int n = 0;
  for (; GbTextWord(&next, word, sizeof word); n++) {
    if (n == GB_MAX_TYPES || strlen(word) >= sizeof atoms->element[0])
      GB_FAIL(GB_ERR_INPUT, "--elements: expected at most %d names, found \"%s\"", GB_MAX_TYPES,
              text);
    strcpy(atoms->element[n], word);
  }
  if (untyped && n != 1)
    GB_FAIL(GB_ERR_INPUT,
            "--elements: expected one element, as the file does not tell the types of its atoms, "
            "found \"%s\"",
            text);
  if (n < atoms->ntypes)
    GB_FAIL(GB_ERR_INPUT, "--elements: expected the elements of %d atom types, found \"%s\"",
            atoms->ntypes, text);
  return GB_OK;
}

/* --- Types of the file and of the potential -----------------------------------------------------
 */

/* The potential's elements, for messages. */
static const char *list_elements(const GbPotential *potential)
{
  static char list[GB_MAX_TYPES * 5];
  list[0] = '\0';
  for (int t = 0; t < GbPotentialTypes(potential); t++) {
    strcat(list, t ? " " : "");
    strcat(list, GbPotentialElement(potential, t));
  }
  return list;
}

static bool same_mass(double a, double b)
{
  return fabs(a - b) <= mass_tolerance * b;
}

static int find_element(const GbPotential *potential, const char *element)
{
  for (int t = 0; t < GbPotentialTypes(potential); t++)
    if (strcmp(GbPotentialElement(potential, t), element) == 0) return t;
  return -1;
}

/* The only element of that mass, or -1. */
static int find_mass(const GbPotential *potential, double mass)
{
  int found = -1;
  for (int t = 0; t < GbPotentialTypes(potential); t++) {
    if (!same_mass(mass, GbPotentialMass(potential, t))) continue;
    if (found >= 0) return -1;
    found = t;
  }
  return found;
}

static GbStatus match_type(const char *path, const GbFrame *frame, const GbPotential *potential,
                           int type, int *to)
{
  const char *element = frame->atoms.element[type];
  const double mass = frame->atoms.mass[type];
  *to = element[0] ? find_element(potential, element) : -1;
  if (!element[0] && frame->masses) *to = find_mass(potential, mass);
  if (*to < 0 && element[0])
    GB_FAIL(GB_ERR_INPUT, "%s: type %d is %s: expected an element of the potential, which has %s",
            path, type + 1, element, list_elements(potential));
  if (*to < 0)
    GB_FAIL(
        GB_ERR_INPUT,
        "%s: expected to learn from a name or the mass which element type %d is, found %s; name "
        "the types with --elements (the potential has %s)",
        path, type + 1, frame->masses ? "no name and a mass that fits none" : "neither",
        list_elements(potential));
  if (frame->masses && !same_mass(mass, GbPotentialMass(potential, *to)))
    GB_FAIL(GB_ERR_INPUT,
            "%s: type %d is %s: expected a mass of %g g/mol as in the potential, "
            "found %g",
            path, type + 1, GbPotentialElement(potential, *to), GbPotentialMass(potential, *to),
            mass);
  return GB_OK;
}

/* A copy of the atoms with the potential's types. Names that the file lacks are filled in. */
static GbStatus retype(const char *path, GbFrame *frame, const GbPotential *potential,
                       GbAtoms *atoms)
{
  int to[GB_MAX_TYPES] = {0};
  bool used[GB_MAX_TYPES] = {false};
  for (int i = 0; i < frame->atoms.n; i++)
    used[frame->atoms.type[i]] = true;
  for (int t = 0; t < frame->atoms.ntypes; t++)
    if (used[t]) GB_CALL(match_type(path, frame, potential, t, &to[t]));
  for (int t = 0; t < frame->atoms.ntypes; t++) {
    if (!used[t]) continue;
    strcpy(frame->atoms.element[t], GbPotentialElement(potential, to[t]));
    if (!frame->masses) frame->atoms.mass[t] = GbPotentialMass(potential, to[t]);
  }
  GB_CALL(GbAtomsCopy(&frame->atoms, atoms));
  for (int i = 0; i < atoms->n; i++)
    atoms->type[i] = to[atoms->type[i]];
  atoms->ntypes = GbPotentialTypes(potential);
  GB_CALL(GbPotentialApplyTypes(potential, atoms));
  return GB_OK;
}

/* --- Results ------------------------------------------------------------------------------------
 */

static void print_totals(const GbFrame *frame, const GbAtoms *atoms, const GbForceResult *result,
                         const char *kernel)
{
  static const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  static const char *const names[6] = {"xx", "yy", "zz", "xy", "xz", "yz"};
  double largest = -1.0;
  int at = 0;
  for (int i = 0; i < atoms->n; i++) {
    const double *f = atoms->f[i], size = sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
    if (size > largest) largest = size, at = i;
  }
  printf("atoms               %d, kernel %s\n", atoms->n, kernel);
  printf("energy              %.10f eV, %.10f eV/atom\n", result->energy,
         result->energy / atoms->n);
  printf("largest force       %.6g eV/angstrom, at atom %lld\n", largest, (long long)atoms->id[at]);
  printf("pressure            bar, of the virial%s over the box of %.8g angstrom^3\n",
         frame->velocities ? " and the velocities" : "", GbAtomsVolume(atoms));
  for (int c = 0; c < 6; c++) {
    double kinetic = 0.0;
    for (int i = 0; i < atoms->n && frame->velocities; i++)
      kinetic += GB_MVV_TO_EV * atoms->mass[atoms->type[i]] * atoms->v[i][axes[c][0]] *
                 atoms->v[i][axes[c][1]];
    printf("  %s                %.4f\n", names[c],
           (result->virial[c] + kinetic) / GbAtomsVolume(atoms) * GB_EV_PER_A3_IN_BAR);
  }
}

/* The columns of the output: those of LAMMPS; positions, ids and types as in the input. */
static GbStatus write_output(GbTrajectoryWriter *writer, const GbFrame *frame, const GbAtoms *atoms,
                             const double *energy, double (*stress)[6])
{
  GbFrame out;
  double *column;
  GbFrameInit(&out);
  out.step = frame->step;
  out.time_ps = frame->time_ps;
  out.strain = frame->strain;
  out.forces = true;
  out.atoms = frame->atoms; /* borrowed, as are the forces */
  out.atoms.f = atoms->f;
  GbStatus status = GbFrameAddColumn(&out, "c_pe", &column);
  if (status == GB_OK) memcpy(column, energy, (size_t)atoms->n * sizeof *column);
  for (int c = 0; c < 6 && status == GB_OK; c++) {
    char name[16];
    snprintf(name, sizeof name, "c_stress[%d]", c + 1);
    status = GbFrameAddColumn(&out, name, &column);
    for (int i = 0; i < atoms->n && status == GB_OK; i++)
      column[i] = stress[i][c] * GB_EV_PER_A3_IN_BAR;
  }
  if (status == GB_OK) status = GbTrajectoryAppend(writer, &out);
  out.atoms = (GbAtoms){0};
  GbFrameFree(&out);
  GB_CALL(status);
  return GB_OK;
}

/* --- The command --------------------------------------------------------------------------------
 */

typedef struct {
  GbFrame frame;
  GbAtoms atoms;
  GbPotential *potential;
  GbForce *force;
  double *energy, (*stress)[6];
  GbTrajectoryWriter *writer; /* of rank 0 */
} Work;

/* What is taken where the file is silent: all axes periodic, or none where it has no box either. */
static void tell_boundaries(const char *path, const bool periodic[3])
{
  if (periodic[0] && periodic[1] && periodic[2])
    GbLogInfo("%s does not say which axes are periodic: all are taken so (see --boundary)", path);
  else
    GbLogInfo("%s does not say which axes are periodic: taken as \"%c %c %c\", with free surfaces "
              "along f (see --boundary)",
              path, periodic[0] ? 'p' : 'f', periodic[1] ? 'p' : 'f', periodic[2] ? 'p' : 'f');
}

/* Every rank reads the same file. */
static GbStatus read_input(const GbOptions *options, Work *work)
{
  GbFrame *frame = &work->frame;
  char *path = NULL;
  GB_CALL(GbFrameRead(options->positional[0], frame, NULL, &path));
  GbStatus status = GB_OK;
  if (options->boundary) status = read_boundary(options->boundary, frame->atoms.periodic);
  if (status == GB_OK && options->elements)
    status = name_types(options->elements, frame->untyped, &frame->atoms);
  if (status == GB_OK) status = retype(path, frame, work->potential, &work->atoms);
  free(path);
  GB_CALL(status);
  if (!options->boundary && !frame->boundaries)
    tell_boundaries(options->positional[0], frame->atoms.periodic);
  GB_CALLOC(work->energy, work->atoms.n);
  GB_CALLOC(work->stress, work->atoms.n);
  return GB_OK;
}

/* Rank 0 opens the output before the work, so that a wrong name is noticed at once. */
static GbStatus prepare(const GbOptions *options, Work *work)
{
  const GbTrajectoryOptions how = {.digits = options->digits, .no_elements = true};
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  GB_CALL(read_input(options, work));
  if (rank == 0) GB_CALL(GbTrajectoryCreate(options->output, &how, &work->writer));
  return GB_OK;
}

static GbStatus report(const GbOptions *options, const GbForceResult *result, Work *work)
{
  if (!work->writer) return GB_OK; /* not rank 0 */
  print_totals(&work->frame, &work->atoms, result, GbForceKernel(work->force));
  GB_CALL(write_output(work->writer, &work->frame, &work->atoms, work->energy, work->stress));
  GB_CALL(GbTrajectoryFinish(&work->writer));
  GbLogInfo("%s: energy, force and virial of %d atoms", options->output, work->atoms.n);
  return GB_OK;
}

static GbStatus compute(const GbOptions *options, Work *work)
{
  GbForceOptions how = {0};
  GbForceResult result;
  GB_CALL(read_precision(options->precision, &how.precision));
  GB_CALL(GbPotentialRead(MPI_COMM_WORLD, options->potential, &work->potential));
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, prepare(options, work)));
  GB_CALL(GbForceCreate(MPI_COMM_WORLD, work->potential, &how, &work->force));
  GB_CALL(GbForceComputePerAtom(work->force, &work->atoms, &result, work->energy, work->stress));
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, report(options, &result, work)));
  return GB_OK;
}

GbStatus GbCommandForces(const GbOptions *options)
{
  Work work = {0};
  if (!options->potential)
    GB_FAIL(GB_ERR_INPUT, "forces: expected --potential FILE, found no --potential");
  if (!options->output) GB_FAIL(GB_ERR_INPUT, "forces: expected -o OUT.dump, found no -o");
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, GbOutputCheck(options)));
  GbFrameInit(&work.frame);
  GbStatus status = compute(options, &work);
  GbTrajectoryAbandon(&work.writer);
  GbForceDestroy(&work.force);
  GbPotentialDestroy(&work.potential);
  GbAtomsFree(&work.atoms);
  GbFrameFree(&work.frame);
  free(work.energy);
  free(work.stress);
  GB_CALL(status);
  return GB_OK;
}
