/* Reads our trajectories and those of other programs: ids, species, masses, corner of the box,
 * velocities and so on may be absent, each may be one dataset or a group with a value per frame,
 * and they come in units of their own.
 *
 * Our files state that positions are not wrapped (or that they are). All others are taken as
 * wrapped into the box unless the element `image` says in which image an atom is: where positions
 * are unwrapped after all, the nearest images that `strain` then takes are the right ones too. */
#include "atomistic/engine/lammps_common.h"
#include "atomistic/files/h5md.h"
#include "atomistic/files/h5md_element.h"
#include "atomistic/files/unit_text.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256, LIST_SIZE = 400 };

/* --- Units --------------------------------------------------------------------------------------
 */

typedef enum { LENGTH, VELOCITY, FORCE, TIME, MASS } Quantity;

static const char *const our_units[] = {[LENGTH] = "Angstrom",
                                        [VELOCITY] = "Angstrom ps-1",
                                        [FORCE] = "eV Angstrom-1",
                                        [TIME] = "ps",
                                        [MASS] = "g mol-1"};

static const struct {
  const char *name;
  Quantity quantity;
} dimensional[] = {{"position", LENGTH}, {"box/edges", LENGTH},   {"velocity", VELOCITY},
                   {"force", FORCE},     {"position/time", TIME}, {"mass", MASS}};

enum { NDIMENSIONAL = sizeof dimensional / sizeof *dimensional };

/* `unit` is H5MD's name of the attribute, `units` that of others. NULL: neither says anything. */
static GbStatus stated_unit(GbH5 *file, const char *group, const char *name, char **unit)
{
  static const char *const attributes[2] = {"unit", "units"};
  GbElement element;
  *unit = NULL;
  if (!GbElementHas(file, group, name)) return GB_OK;
  GB_CALL(GbElementOpen(file, group, name, &element));
  GbElementClose(&element);
  for (int k = 0; k < 2 && !*unit; k++) {
    if (GbH5ReadText(file, element.path, attributes[k], unit) != GB_OK) GbErrorClear();
    if (!*unit || (*unit)[strspn(*unit, " ")] != '\0') continue;
    free(*unit);
    *unit = NULL;
  }
  return GB_OK;
}

/* What the numbers of an element are to be multiplied by. Lengths without a unit have that of the
 * other lengths of the file; everything else without one is in our units. */
static GbStatus unit_factor(GbH5 *file, const char *group, const char *name, Quantity quantity,
                            bool *stated, double *factor)
{
  char *unit;
  *factor = 1.0;
  GB_CALL(stated_unit(file, group, name, &unit));
  for (int k = 0; k < NDIMENSIONAL && !unit && quantity == LENGTH; k++)
    if (dimensional[k].quantity == LENGTH)
      GB_CALL(stated_unit(file, group, dimensional[k].name, &unit));
  *stated = unit != NULL;
  if (!unit || GbUnitTextFactor(unit, our_units[quantity], factor)) {
    free(unit);
    return GB_OK;
  }
  GbStatus status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                               "%s: %s/%s: expected a unit that can be converted to %s, found "
                               "unit \"%s\"",
                               GbH5Path(file), group, name, our_units[quantity], unit);
  free(unit);
  return status;
}

/* Refuses unknown units before anything is read, and says once what was assumed. */
static GbStatus check_units(GbH5 *file, const char *group)
{
  char silent[LIST_SIZE] = "";
  bool converted = false;
  for (int k = 0; k < NDIMENSIONAL; k++) {
    const char *name = dimensional[k].name;
    bool stated;
    double factor;
    if (!GbElementHas(file, group, name)) continue;
    GB_CALL(unit_factor(file, group, name, dimensional[k].quantity, &stated, &factor));
    converted = converted || factor != 1.0;
    if (stated) continue;
    const size_t used = strlen(silent);
    snprintf(silent + used, sizeof silent - used, "%s%s in %s", used ? ", " : "", name,
             our_units[dimensional[k].quantity]);
  }
  if (*silent)
    GbLog(converted ? GB_LOG_WARNING : GB_LOG_INFO, "%s: states no unit: taken as %s",
          GbH5Path(file), silent);
  return GB_OK;
}

static GbStatus read_scaled(GbH5 *file, const char *group, const char *name, Quantity quantity,
                            int64_t index, size_t count, double *to)
{
  bool stated;
  double factor;
  GB_CALL(GbElementRead(file, group, name, index, count, H5T_NATIVE_DOUBLE, to));
  GB_CALL(unit_factor(file, group, name, quantity, &stated, &factor));
  for (size_t k = 0; k < count && factor != 1.0; k++)
    to[k] *= factor;
  return GB_OK;
}

/* --- What is there ------------------------------------------------------------------------------
 */

bool GbH5mdIs(GbH5 *file, char group[64])
{
  H5G_info_t members;
  snprintf(group, 64, "particles/all");
  if (!GbH5Has(file, "particles")) return false;
  if (GbElementHas(file, group, "position/value")) return true;
  hid_t id = H5Gopen2((hid_t)GbH5Handle(file), "particles", H5P_DEFAULT);
  if (id < 0) return false;
  bool found = false;
  if (H5Gget_info(id, &members) < 0) members.nlinks = 0;
  for (hsize_t k = 0; k < members.nlinks && !found; k++) {
    char name[50] = "";
    H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT);
    snprintf(group, 64, "particles/%s", name);
    found = GbElementHas(file, group, "position/value");
  }
  H5Gclose(id);
  return found;
}

static GbStatus count_frames(GbH5 *file, const char *group, int64_t *nframes)
{
  GbElement position, step;
  GB_CALL(GbElementOpen(file, group, "position", &position));
  *nframes = (int64_t)position.dims[0];
  GbStatus status = GB_OK;
  if (GbElementHas(file, group, "position/step")) {
    status = GbElementOpen(file, group, "position/step", &step);
    if (status == GB_OK && step.rank == 1 && (int64_t)step.dims[0] < *nframes)
      *nframes = (int64_t)step.dims[0]; /* the last frame was not finished */
    if (status == GB_OK) GbElementClose(&step);
  }
  const int64_t stored = GbElementStored(&position);
  GbElementClose(&position);
  GB_CALL(status);
  if (stored >= *nframes) return GB_OK;
  GbLogWarn("%s: %s/position: claims %lld frames, holds %lld", GbH5Path(file), group,
            (long long)*nframes, (long long)stored);
  *nframes = stored;
  return GB_OK;
}

static GbStatus read_steps(GbH5 *file, const char *group, int64_t nframes, int64_t *steps)
{
  GbElement step;
  const bool stored = nframes > 0 && GbElementHas(file, group, "position/step");
  if (stored) GB_CALL(GbElementOpen(file, group, "position/step", &step));
  const int rank = stored ? step.rank : -1;
  GbStatus status = GB_OK;
  if (rank == 1) status = GbElementRows(file, &step, nframes, H5T_NATIVE_INT64, steps);
  if (stored) GbElementClose(&step);
  GB_CALL(status);
  for (int64_t k = 0; rank != 1 && k < nframes; k++) {
    double value = -1.0;
    bool known = false;
    if (rank == 0) GB_CALL(GbElementWhen(file, group, "position", "step", k, &known, &value));
    steps[k] = known && fabs(value) < 1e15 ? (int64_t)value : -1;
  }
  return GB_OK;
}

GbStatus GbH5mdSteps(GbH5 *file, const char *group, int64_t *nframes, int64_t **steps)
{
  GB_CALL(check_units(file, group));
  GB_CALL(count_frames(file, group, nframes));
  GB_CALL(GbCalloc((void **)steps, (size_t)*nframes, sizeof **steps));
  GbStatus status = read_steps(file, group, *nframes, *steps);
  if (status != GB_OK) {
    free(*steps);
    *steps = NULL;
  }
  GB_CALL(status);
  return GB_OK;
}

/* --- A frame ------------------------------------------------------------------------------------
 */

/* `boundary`: three texts, of fixed length (ours, h5py) or variable. */
static void read_boundary(GbH5 *file, const char *group, GbFrame *frame)
{
  char path[NAME_SIZE], *texts[3] = {NULL};
  snprintf(path, sizeof path, "%s/box", group);
  hid_t box = H5Gopen2((hid_t)GbH5Handle(file), path, H5P_DEFAULT);
  hid_t id =
      box >= 0 && H5Aexists(box, "boundary") > 0 ? H5Aopen(box, "boundary", H5P_DEFAULT) : -1;
  hid_t stored = id >= 0 ? H5Aget_type(id) : -1, space = id >= 0 ? H5Aget_space(id) : -1;
  if (id >= 0 && H5Tget_class(stored) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 3) {
    char fixed[3][64] = {{0}};
    const bool variable = H5Tis_variable_str(stored) > 0;
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_cset(type, H5Tget_cset(stored));
    H5Tset_size(type, variable ? H5T_VARIABLE : sizeof fixed[0]);
    frame->boundaries = H5Aread(id, type, variable ? (void *)texts : (void *)fixed) >= 0;
    for (int d = 0; frame->boundaries && d < 3; d++)
      frame->atoms.periodic[d] = strcmp(variable && texts[d] ? texts[d] : fixed[d], "none") != 0;
    if (variable && frame->boundaries) H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
    H5Tclose(type);
  }
  if (space >= 0) H5Sclose(space);
  if (stored >= 0) H5Tclose(stored);
  if (id >= 0) H5Aclose(id);
  if (box >= 0) H5Gclose(box);
}

/* Edges of a box along the axes, or three vectors as rows. */
static GbStatus read_edges(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  GbElement element;
  double edges[9] = {0};
  GB_CALL(GbElementOpen(file, group, "box/edges", &element));
  const bool full = element.count == 9;
  GbElementClose(&element);
  GB_CALL(read_scaled(file, group, "box/edges", LENGTH, index, full ? 9 : 3, edges));
  for (int d = 0; d < 3; d++)
    a->length[d] = edges[full ? 4 * d : d];
  for (int d = 0; d < 3; d++)
    if (!(a->length[d] > 0.0) || !isfinite(a->length[d]))
      GB_FAIL(GB_ERR_INPUT, "%s: box/edges: expected positive lengths, found %g", GbH5Path(file),
              a->length[d]);
  if (!full) return GB_OK;
  const double tilt[3] = {edges[3], edges[6], edges[7]}, above[3] = {edges[1], edges[2], edges[5]};
  if (!GbTiltsVanish(above, a->length))
    GB_FAIL(GB_ERR_INPUT,
            "%s: box/edges: expected vectors (Lx 0 0), (xy Ly 0), (xz yz Lz), found others",
            GbH5Path(file));
  if (GbTiltsVanish(tilt, a->length)) return GB_OK;
  for (int k = 0; k < 3; k++)
    if (!isfinite(tilt[k]))
      GB_FAIL(GB_ERR_INPUT, "%s: box/edges: expected finite numbers", GbH5Path(file));
  memcpy(frame->tilt, tilt, sizeof frame->tilt);
  return GB_OK;
}

static GbStatus read_box(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  GB_CALL(read_edges(file, group, index, frame));
  if (GbElementHas(file, group, "box/lo"))
    GB_CALL(read_scaled(file, group, "box/lo", LENGTH, index, 3, a->lo));
  read_boundary(file, group, frame);
  return GB_OK;
}

/* --- Images -------------------------------------------------------------------------------------
 */

/* Our files say what they hold ("positions": older ones do not, and are never wrapped). */
static bool states_unwrapped(GbH5 *file)
{
  char *content = NULL, *positions = NULL;
  if (GbH5ReadText(file, "", "content", &content) != GB_OK) GbErrorClear();
  if (GbH5ReadText(file, "", "positions", &positions) != GB_OK) GbErrorClear();
  const bool ours = content && strcmp(content, gb_h5md_content) == 0;
  const bool wrapped = positions && strcmp(positions, gb_h5md_wrapped) == 0;
  free(content);
  free(positions);
  return ours && !wrapped;
}

/* The position of an atom is position + image * edges; a component without periodic boundary has no
 * meaning. */
static GbStatus add_images(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  double(*image)[3] = NULL;
  GB_CALLOC(image, a->n);
  GbStatus status =
      GbElementRead(file, group, "image", index, 3 * (size_t)a->n, H5T_NATIVE_DOUBLE, image);
  for (int i = 0; status == GB_OK && i < a->n; i++) {
    double *k = image[i], *x = a->x[i];
    for (int d = 0; d < 3 && status == GB_OK; d++) {
      if (!a->periodic[d]) k[d] = 0.0;
      if (k[d] != rint(k[d]) || !(fabs(k[d]) <= GB_IMAGE_MAX))
        status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                            "%s: image: expected whole numbers up to %d, found %g for atom %lld",
                            GbH5Path(file), GB_IMAGE_MAX, k[d], (long long)a->id[i]);
    }
    x[0] += k[0] * a->length[0] + k[1] * frame->tilt[0] + k[2] * frame->tilt[1];
    x[1] += k[1] * a->length[1] + k[2] * frame->tilt[2];
    x[2] += k[2] * a->length[2];
  }
  free(image);
  GB_CALL(status);
  return GB_OK;
}

/* --- Types --------------------------------------------------------------------------------------
 */

/* Elements and masses of the types, as our own files have them. */
static GbStatus read_elements(GbH5 *file, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  size_t ntypes = 0;
  double *mass = NULL;
  char *names = NULL, *rest;
  if (!GbH5Has(file, "species/mass")) return GB_OK;
  GB_CALL(GbH5ReadDoubles(file, "species/mass", 1, &ntypes, &mass, "g/mol"));
  const bool fits = ntypes >= (size_t)a->ntypes && ntypes <= GB_MAX_TYPES;
  if (fits) memcpy(a->mass, mass, ntypes * sizeof *mass);
  free(mass);
  if (!fits)
    GB_FAIL(GB_ERR_INPUT, "%s: species/mass: expected %d to %d types, found %zu", GbH5Path(file),
            a->ntypes, GB_MAX_TYPES, ntypes);
  a->ntypes = (int)ntypes;
  frame->masses = true;
  GB_CALL(GbH5ReadText(file, "species", "elements", &names));
  rest = names;
  for (int t = 0; t < a->ntypes; t++) {
    const char *name = strtok_r(t ? NULL : names, " ", &rest);
    if (name) snprintf(a->element[t], sizeof a->element[t], "%.3s", name);
  }
  free(names);
  return GB_OK;
}

/* Masses of atoms become those of types, where all atoms of a type have the same. */
static GbStatus read_masses(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  double *mass = NULL, of_type[GB_MAX_TYPES] = {0};
  bool same = true, good = true;
  if (frame->masses || !GbElementHas(file, group, "mass")) return GB_OK;
  GB_CALLOC(mass, a->n);
  GbStatus status = read_scaled(file, group, "mass", MASS, index, (size_t)a->n, mass);
  for (int i = 0; status == GB_OK && i < a->n; i++) {
    double *m = &of_type[a->type[i]];
    good = good && isfinite(mass[i]) && mass[i] > 0.0;
    same = same && (*m == 0.0 || *m == mass[i]);
    *m = mass[i];
  }
  free(mass);
  GB_CALL(status);
  if (!good) GB_FAIL(GB_ERR_INPUT, "%s: mass: expected positive numbers", GbH5Path(file));
  if (!same) {
    GbLogWarn("%s: atoms of one species have several masses: these are not read", GbH5Path(file));
    return GB_OK;
  }
  for (int t = 0; t < a->ntypes; t++)
    if (of_type[t] > 0.0) a->mass[t] = of_type[t];
  frame->masses = true;
  return GB_OK;
}

static GbStatus read_types(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  const size_t n = (size_t)a->n;
  for (int i = 0; i < a->n; i++)
    a->id[i] = i + 1;
  if (GbElementHas(file, group, "id"))
    GB_CALL(GbElementRead(file, group, "id", index, n, H5T_NATIVE_INT64, a->id));
  if (GbElementHas(file, group, "species"))
    GB_CALL(GbElementRead(file, group, "species", index, n, H5T_NATIVE_INT, a->type));
  for (int i = 0; i < a->n; i++) {
    if (a->type[i] < 0 || a->type[i] >= GB_MAX_TYPES)
      GB_FAIL(GB_ERR_INPUT, "%s: species: expected 0 to %d, found %d", GbH5Path(file),
              GB_MAX_TYPES - 1, a->type[i]);
    if (a->type[i] >= a->ntypes) a->ntypes = a->type[i] + 1;
  }
  GB_CALL(read_elements(file, frame));
  GB_CALL(read_masses(file, group, index, frame));
  return GB_OK;
}

static GbStatus read_column(GbH5 *file, const char *group, const char *name, int64_t index,
                            GbFrame *frame)
{
  static const char *const taken[] = {"id", "species", "mass"};
  char value[GB_COLUMN_NAME + 8];
  GbElement element;
  double *values;
  int64_t row;
  for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
    if (strcmp(name, taken[k]) == 0) return GB_OK;
  snprintf(value, sizeof value, "%s/value", name);
  if (!GbElementHas(file, group, value)) return GB_OK;
  GB_CALL(GbElementOpen(file, group, name, &element));
  const bool one = element.rank == 2 && element.count == (hsize_t)frame->atoms.n;
  GbElementClose(&element);
  if (!one) return GB_OK;
  GB_CALL(GbFrameAddColumn(frame, name, &values));
  GB_CALL(GbElementRow(file, group, name, index, &row));
  for (int i = 0; row < 0 && i < frame->atoms.n; i++)
    values[i] = NAN; /* sampled at other steps */
  if (row >= 0)
    GB_CALL(
        GbElementRead(file, group, name, index, (size_t)frame->atoms.n, H5T_NATIVE_DOUBLE, values));
  return GB_OK;
}

/* All elements with one number per atom and frame that have no meaning of their own. */
static GbStatus read_columns(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbStatus status = GB_OK;
  H5G_info_t members = {0};
  hid_t id = H5Gopen2((hid_t)GbH5Handle(file), group, H5P_DEFAULT);
  if (id < 0 || H5Gget_info(id, &members) < 0) members.nlinks = 0;
  for (hsize_t k = 0; k < members.nlinks && status == GB_OK; k++) {
    char name[GB_COLUMN_NAME] = "";
    H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT);
    status = read_column(file, group, name, index, frame);
  }
  if (id >= 0) H5Gclose(id);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus read_when(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  bool known, stated;
  double step, time, factor;
  GbElement strain;
  GB_CALL(GbElementWhen(file, group, "position", "step", index, &known, &step));
  if (known && fabs(step) < 1e15) frame->step = (int64_t)step;
  GB_CALL(GbElementWhen(file, group, "position", "time", index, &known, &time));
  if (known) GB_CALL(unit_factor(file, group, "position/time", TIME, &stated, &factor));
  if (known) frame->time_ps = time * factor;
  if (!GbElementHas(file, "observables", "strain")) return GB_OK;
  GB_CALL(GbElementOpen(file, "observables", "strain", &strain));
  GbStatus status = GB_OK;
  if (strain.series && strain.rank == 1)
    status = GbElementValues(file, &strain, index, 1, H5T_NATIVE_DOUBLE, &frame->strain);
  GbElementClose(&strain);
  GB_CALL(status);
  return GB_OK;
}

/* Velocities and forces may be stored more rarely than positions. */
static GbStatus read_moving(GbH5 *file, const char *group, const char *name, Quantity quantity,
                            int64_t index, bool *there, int n, double *to)
{
  int64_t row = -1;
  *there = GbElementHas(file, group, name);
  if (*there) GB_CALL(GbElementRow(file, group, name, index, &row));
  *there = row >= 0;
  if (*there) GB_CALL(read_scaled(file, group, name, quantity, index, 3 * (size_t)n, to));
  return GB_OK;
}

static GbStatus check_positions(GbH5 *file, const GbAtoms *a)
{
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      if (!isfinite(a->x[i][d]) || !isfinite(a->v[i][d]))
        GB_FAIL(GB_ERR_INPUT, "%s: atom %lld: expected finite positions and velocities, found %g",
                GbH5Path(file), (long long)a->id[i],
                isfinite(a->x[i][d]) ? a->v[i][d] : a->x[i][d]);
  return GB_OK;
}

GbStatus GbH5mdRead(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbElement position;
  GB_CALL(GbElementOpen(file, group, "position", &position));
  GbElementClose(&position);
  if (position.rank != 3 || position.dims[2] != 3 || position.dims[1] < 1 ||
      position.dims[1] > 1000000000)
    GB_FAIL(GB_ERR_INPUT, "%s: position/value: expected frames x atoms x 3", GbH5Path(file));
  GB_CALL(GbFrameAllocate(frame, (int)position.dims[1]));
  GbAtoms *a = &frame->atoms;
  const size_t count = 3 * (size_t)a->n;
  GB_CALL(read_scaled(file, group, "position", LENGTH, index, count, a->x[0]));
  GB_CALL(read_moving(file, group, "velocity", VELOCITY, index, &frame->velocities, a->n, a->v[0]));
  GB_CALL(read_moving(file, group, "force", FORCE, index, &frame->forces, a->n, a->f[0]));
  GB_CALL(read_box(file, group, index, frame));
  GB_CALL(read_types(file, group, index, frame));
  const bool images = GbElementHas(file, group, "image");
  if (images) GB_CALL(add_images(file, group, index, frame));
  frame->wrapped = !images && !states_unwrapped(file);
  GB_CALL(read_columns(file, group, index, frame));
  GB_CALL(read_when(file, group, index, frame));
  GB_CALL(check_positions(file, a));
  GB_CALL(GbFrameSort(frame, GbH5Path(file)));
  return GB_OK;
}
