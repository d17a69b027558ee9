/* Every key of every section is changed in turn: each changes the key of its stage, and where a
 * stage reuses parts of its products, the key of such a part, but for those named here. */
#include "harness/harness.h"

#include "atomistic/protocol/config.h"
#include "cli/record.h"
#include "cli/version.h"
#include "mesoscale/fields/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *GbVersion(void) /* of src/cli/version.c, which needs the libraries' versions */
{
  return "test";
}

/* By design no stage makes another product for these. */
static const char *const idle[] = {"title", "atomistic.checkpoint_minutes",
                                   "mesoscale.checkpoint_minutes", NULL};
/* No phase of the atomistic stage hashes these: the potential is hashed by its contents, a state
 * that is cycled by its frame, and zones are analysed anew whenever the stage runs. */
static const char *const no_phase[] = {"atomistic.potential",
                                       "atomistic.checkpoint_minutes",
                                       "atomistic.cycle_at_strains",
                                       "atomistic.zone_strain_cutoff_angstrom",
                                       "atomistic.zone_threshold",
                                       "atomistic.zone_voxel_angstrom",
                                       "atomistic.zone_front_angstrom",
                                       "atomistic.zone_min_voxels",
                                       NULL};

static char file[512];

static bool in(const char *const *list, const char *key)
{
  for (; *list; list++)
    if (strcmp(*list, key) == 0) return true;
  return false;
}

/* The input with at most one key set on top. No stage is selected: checks across keys are others'.
 */
static void load(const char *set, GbInput *input)
{
  const bool none[GB_STAGES_MAX] = {false};
  assert_ok(GbInputLoad(file, &set, set ? 1 : 0, none, input));
}

/* A value other than the one in `data`, as it would stand in the input. */
static void other_value(const GbParam *param, const void *data, size_t size, char *text)
{
  const void *field = (const char *)data + param->offset;
  double number = 0;
  switch (param->type) {
  case GB_PARAM_DOUBLE:
    number = *(const double *)field;
    number += number == 0 ? 1e-3 * (param->max > 0 ? param->max : 1) : 1e-9 * number;
    if (number > param->max) number = param->max * (1 - 1e-9);
    snprintf(text, size, "%.17g", number);
    return;
  case GB_PARAM_INT:
    number = (double)*(const int64_t *)field;
    snprintf(text, size, "%.0f", number + 1 > param->max ? number - 1 : number + 1);
    return;
  case GB_PARAM_BOOL:
    snprintf(text, size, "%s", *(const bool *)field ? "false" : "true");
    return;
  case GB_PARAM_CHOICE:
    snprintf(text, size, "%s", param->choices[*(const int *)field == 0 ? 1 : 0]);
    return;
  case GB_PARAM_LIST:
    snprintf(text, size, "[%.17g]", param->min + 1e-3 * (param->max - param->min));
    return;
  case GB_PARAM_TEXT:
    snprintf(text, size, "%s/inputs/potentials/README.md", GB_SOURCE_DIR);
    return;
  }
}

static void stage_keys(const GbInput *input, char keys[GB_STAGES_MAX][GB_HASH_SIZE])
{
  for (int s = 0; s < gb_nstages; s++)
    assert_ok(GbRecordKey(input, s, "", "", keys[s]));
}

/* Hashes of what the phases of the atomistic stage depend on. */
static void phase_keys(const GbInput *input, char keys[4][GB_HASH_SIZE])
{
  static const unsigned phases[4] = {GB_ACTS_ON_GLASS, GB_ACTS_ON_SAMPLE, GB_ACTS_ON_TENSION,
                                     GB_ACTS_ON_CYCLING};
  const GbAtomisticConfig *config = input->configs[GbStageFind("atomistic")];
  for (int p = 0; p < 4; p++) {
    char *text;
    assert_ok(GbAtomisticConfigSelect(config, phases[p], &text));
    GbHashText(text, keys[p]);
    free(text);
  }
}

static void sample_key(const GbInput *input, char key[GB_HASH_SIZE])
{
  const GbRun run = {.seed = (uint64_t)input->top.seed,
                     .calibration_path =
                         GB_SOURCE_DIR "/inputs/calibration/cu64zr36_quickstart.h5"};
  assert_ok(GbMesoFingerprint(&run, input->configs[GbStageFind("mesoscale")], key));
}

typedef struct {
  char stages[GB_STAGES_MAX][GB_HASH_SIZE], phases[4][GB_HASH_SIZE], sample[GB_HASH_SIZE];
} Keys;

static void all_keys(const char *set, Keys *keys)
{
  GbInput input;
  memset(keys, 0, sizeof *keys);
  load(set, &input);
  stage_keys(&input, keys->stages);
  phase_keys(&input, keys->phases);
  sample_key(&input, keys->sample);
  GbInputFree(&input);
}

static void expect(bool found, bool expected, const char *key, const char *what)
{
  if (found == expected) return;
  print_error("%s: expected %s %s change\n", key, what, expected ? "to" : "not to");
  fail();
}

/* `own`: the stage that the section belongs to, or -1 for the top level. */
static void change_each(const GbSection *section, const void *data, int own, const Keys *before)
{
  for (const GbParam *param = section->params; param->key; param++) {
    char name[128], value[GB_TEXT_MAX], set[2 * GB_TEXT_MAX];
    Keys after;
    snprintf(name, sizeof name, "%s%s%s", section->name, own < 0 ? "" : ".", param->key);
    other_value(param, data, sizeof value, value);
    snprintf(set, sizeof set, "%s=%s", name, value);
    all_keys(set, &after);
    for (int s = 0; s < gb_nstages; s++)
      expect(strcmp(after.stages[s], before->stages[s]) != 0,
             (own < 0 || s == own) && !in(idle, name), name, gb_stages[s]->name);
    if (section == &gb_atomistic_section)
      expect(memcmp(after.phases, before->phases, sizeof after.phases) != 0, !in(no_phase, name),
             name, "the key of a phase");
    if (section == &gb_mesoscale_section)
      expect(strcmp(after.sample, before->sample) != 0, !in(idle, name), name,
             "the key of a sample");
  }
}

static void each_key_is_part_of_what_it_changes(void **state)
{
  (void)state;
  GbInput input;
  Keys before, again;
  load(NULL, &input);
  all_keys(NULL, &before);
  all_keys(NULL, &again);
  assert_memory_equal(&before, &again, sizeof before);
  change_each(&gb_top_section, &input.top, -1, &before);
  for (int s = 0; s < gb_nstages; s++) {
    change_each(gb_stages[s]->section, input.configs[s], s, &before);
    if (gb_stages[s]->also) change_each(gb_stages[s]->also, input.configs[s], s, &before);
  }
  GbInputFree(&input);
}

/* The table of what keys act on has each key once, in the order of the section. */
static void each_key_acts_on_something(void **state)
{
  (void)state;
  for (const GbParam *param = gb_atomistic_section.params; param->key; param++)
    assert_int_not_equal(GbAtomisticActsOn(param->key), 0);
  assert_int_equal(GbAtomisticActsOn("thermo_steps"), GB_ACTS_ON_GLASS);
  assert_int_equal(GbAtomisticActsOn("no_such_key"), 0);
}

static void options_belong_to_tier_2(void **state)
{
  (void)state;
  GbInput input;
  char without[GB_HASH_SIZE], with[GB_HASH_SIZE];
  load(NULL, &input);
  for (int s = 0; s < gb_nstages; s++) {
    const bool tier_2 = s > GbStageFind("calibrate");
    assert_ok(GbRecordKey(&input, s, "", "", without));
    assert_ok(GbRecordKey(&input, s, "-elastic_ksp_rtol 0.3\n", "", with));
    expect(strcmp(with, without) != 0, tier_2, gb_stages[s]->name, "its key with an option");
  }
  GbInputFree(&input);
}

static int write_input(void **state)
{
  (void)state;
  snprintf(file, sizeof file, "%s/input.yaml", GbTestFolder());
  FILE *out = fopen(file, "w");
  assert_non_null(out);
  fprintf(out, "atomistic: {potential: %s/inputs/potentials/CuZr_mm.eam.fs}\n", GB_SOURCE_DIR);
  fprintf(out, "calibrate: {potential: %s/inputs/potentials/CuZr_mm.eam.fs}\n", GB_SOURCE_DIR);
  return fclose(out);
}

GB_TEST_MAIN("unit.cli.keys",
             cmocka_unit_test_setup(each_key_is_part_of_what_it_changes, write_input),
             cmocka_unit_test(each_key_acts_on_something),
             cmocka_unit_test(options_belong_to_tier_2))
