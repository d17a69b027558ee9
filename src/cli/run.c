/* The chain: which stages run, in what folder, which finished ones are reused, and what is said
 * about it in summary.json. Rank 0 decides and writes; every rank runs every stage. */
#include "base/file.h"
#include "base/lock.h"
#include "base/stop.h"
#include "base/timer.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/record.h"
#include "cli/run_summary.h"
#include "cli/version.h"
#include "contract/calibration.h"
#include "contract/summary.h"

#ifdef GLASSBAND_MESOSCALE
#include "mesoscale/elasticity/petsc_options.h"
#endif

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct {
  const GbOptions *options;
  int rank, size;
  bool selected[GB_STAGES_MAX];
  GbInput input;
  char folder[PATH_MAX];                  /* absolute */
  char calibration[PATH_MAX];             /* absolute */
  char keys[GB_STAGES_MAX][GB_HASH_SIZE]; /* of the stages known to be complete; rank 0 */
  GbRunSummary summary;                   /* rank 0 */
  GbLock *lock;                           /* rank 0: of the folder */
  char *petsc;                            /* options of PETSc that change results, a line each */
  bool petsc_worked;                      /* a stage that takes them was run */
} Chain;

/* --- Options of PETSc ---------------------------------------------------------------------------
 */

static GbStatus take_petsc_options(Chain *chain)
{
#ifdef GLASSBAND_MESOSCALE
  GB_CALL(GbPetscOptionsText(&chain->petsc));
#else
  GB_CALLOC(chain->petsc, 1);
#endif
  for (const char *line = chain->petsc; *line; line += strcspn(line, "\n") + 1)
    GbLogInfo("PETSc option %.*s", (int)strcspn(line, "\n"), line);
  return GB_OK;
}

static GbStatus warn_of_unused_options(const Chain *chain)
{
#ifdef GLASSBAND_MESOSCALE
  int n;
  if (chain->petsc_worked) GB_CALL(GbPetscOptionsWarnUnused(&n));
#else
  (void)chain;
#endif
  return GB_OK;
}

/* --- Before any work ----------------------------------------------------------------------------
 */

/* Fails here rather than after the atomistic tier has run. */
static GbStatus check_calibration(Chain *chain)
{
  GbCalibration calibration;
  const char *path = chain->options->calibration;
  if (!path) return GB_OK;
  GB_CALL(GbCalibrationRead(path, &calibration));
  GbCalibrationFree(&calibration);
  if (!realpath(path, chain->calibration))
    GB_FAIL(GB_ERR_INPUT, "%s: cannot find the file again", path);
  return GB_OK;
}

/* "inputs/quickstart/quickstart.yaml" goes to "out/quickstart". */
static void default_folder(const char *input_path, size_t size, char *folder)
{
  const char *slash = strrchr(input_path, '/'), *name = slash ? slash + 1 : input_path;
  const char *dot = strrchr(name, '.');
  snprintf(folder, size, "out/%.*s", dot && dot > name ? (int)(dot - name) : (int)strlen(name),
           name);
}

/* A run may go on in its own folder from the effective input there; what a user wrote stays. */
static GbStatus check_unchanged(const char *path, const char *yaml)
{
  char *text;
  GB_CALL(GbFileReadText(path, NULL, &text));
  const bool same = strcmp(text, yaml) == 0;
  free(text);
  if (!same)
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected an input elsewhere or under another name, as the effective input takes "
            "this name in the output folder",
            path);
  return GB_OK;
}

/* The effective input is written first: that proves that the folder can be written. */
static GbStatus prepare_folder(Chain *chain)
{
  char wanted[PATH_MAX], path[PATH_MAX + 32], *yaml;
  if (chain->options->output)
    snprintf(wanted, sizeof wanted, "%s", chain->options->output);
  else
    default_folder(chain->options->positional[0], sizeof wanted, wanted);
  GB_CALL(GbFileMakeFolders(wanted));
  if (!realpath(wanted, chain->folder))
    GB_FAIL(GB_ERR_INPUT, "cannot find the output folder %s", wanted);
  GB_CALL(GbLockTake(chain->folder, &chain->lock));
  GB_CALL(GbInputFormat(&chain->input, true, &yaml));
  snprintf(path, sizeof path, "%s/input.yaml", chain->folder);
  GbStatus status = GbOutputSameFile(path, chain->options->positional[0])
                        ? check_unchanged(path, yaml)
                        : GbFileWriteText(path, yaml);
  free(yaml);
  GB_CALL(status);
  if (!chain->options->calibration)
    snprintf(chain->calibration, sizeof chain->calibration, "%.*s/%s/calibration.h5",
             (int)sizeof chain->folder - 64, chain->folder, gb_calibrating_stage);
  return GB_OK;
}

static GbStatus prepare_on_first_rank(Chain *chain)
{
  const GbOptions *options = chain->options;
  GB_CALL(check_calibration(chain));
  GB_CALL(GbInputLoad(options->positional[0], options->sets, options->nsets, chain->selected,
                      &chain->input));
  GB_CALL(prepare_folder(chain));
  return GB_OK;
}

static GbStatus prepare(Chain *chain)
{
  GbStatus status = chain->rank == 0 ? prepare_on_first_rank(chain) : GB_OK;
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  GB_CALL(GbInputShare(MPI_COMM_WORLD, &chain->input));
  MPI_Bcast(chain->folder, PATH_MAX, MPI_CHAR, 0, MPI_COMM_WORLD);
  MPI_Bcast(chain->calibration, PATH_MAX, MPI_CHAR, 0, MPI_COMM_WORLD);
  char path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/log.txt", chain->folder);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, GbLogOpenFile(path)));
  return GB_OK;
}

/* --- One stage ----------------------------------------------------------------------------------
 */

/* What the stage's key builds on: the key of the stage it needs, or its calibration file. */
static GbStatus find_below(Chain *chain, int s, char below[GB_HASH_SIZE])
{
  const GbStage *stage = gb_stages[s];
  below[0] = '\0';
  if (!stage->needs) return GB_OK;
  int needed = GbStageFind(stage->needs);
  if (strcmp(stage->needs, gb_calibrating_stage) == 0 && GbFileExists(chain->calibration)) {
    GB_CALL(GbCalibrationHash(chain->calibration, below));
    return GB_OK;
  }
  GbRecord record;
  if (needed < 0 || !GbRecordRead(chain->folder, gb_stages[needed], &record))
    GB_FAIL(GB_ERR_INPUT,
            "stage %s: expected the results of stage %s in %s, found none (run it first, or the "
            "whole chain: glassband run)",
            stage->name, stage->needs, chain->folder);
  strcpy(below, record.key);
  GbRecordFree(&record);
  return GB_OK;
}

/* Rank 0: key of the stage, and whether it is complete under that key. */
static GbStatus look_up(Chain *chain, int s, bool *reused, GbRecord *record)
{
  char below[GB_HASH_SIZE], *key = chain->keys[s];
  GB_CALL(find_below(chain, s, below));
  GB_CALL(GbRecordKey(&chain->input, s, chain->petsc, below, key));
  if (chain->options->fresh || !GbRecordRead(chain->folder, gb_stages[s], record)) return GB_OK;
  *reused = strcmp(record->key, key) == 0;
  if (!*reused) GbRecordFree(record);
  return GB_OK;
}

/* Rank 0, before the work: the folder is there and says that the stage is not complete. */
static GbStatus open_stage(const Chain *chain, int s)
{
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%.*s/%s", PATH_MAX - 64, chain->folder, gb_stages[s]->name);
  GB_CALL(GbFileMakeFolders(path));
  GbRecordRemove(chain->folder, gb_stages[s]);
  return GB_OK;
}

/* Rank 0, after the work. */
static GbStatus close_stage(Chain *chain, int s, double wall_s, GbRecord *record)
{
  cJSON *entries;
  GB_CALL(GbSummaryEntries(&entries));
  strcpy(record->key, chain->keys[s]);
  record->wall_s = wall_s;
  record->results = cJSON_Duplicate(entries, 1);
  GB_CALL(GbRecordWrite(chain->folder, gb_stages[s], chain->petsc, record));
  return GB_OK;
}

static GbStatus execute(Chain *chain, int s, GbRecord *record)
{
  const GbStage *stage = gb_stages[s];
  GbRun run = {.comm = MPI_COMM_WORLD,
               .seed = (uint64_t)chain->input.top.seed,
               .folder = chain->folder,
               .calibration_path = chain->calibration,
               .petsc_options = chain->petsc};
  GbStatus status = chain->rank == 0 ? open_stage(chain, s) : GB_OK;
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  GbLogInfo("%s: starting", stage->name);
  GbSummaryReset();
  double start = GbTimeNow();
  chain->petsc_worked |= stage->petsc;
  status = stage->execute(&run, chain->input.configs[s]);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  double wall_s = GbTimeNow() - start;
  if (chain->rank == 0) status = close_stage(chain, s, wall_s, record);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  GbLogInfo("%s: finished in %.1f s", stage->name, wall_s);
  return GB_OK;
}

static GbStatus run_stage(Chain *chain, int s)
{
  bool reused = false;
  GbRecord record = {0};
  GbStatus status = chain->rank == 0 ? look_up(chain, s, &reused, &record) : GB_OK;
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  MPI_Bcast(&reused, 1, MPI_C_BOOL, 0, MPI_COMM_WORLD);
  if (reused)
    GbLogInfo("%s: reused (unchanged)", gb_stages[s]->name);
  else
    status = execute(chain, s, &record);
  if (chain->rank == 0) {
    if (status == GB_OK) status = GbRunSummaryAdd(&chain->summary, gb_stages[s], reused, &record);
    GbRecordFree(&record);
  }
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  return GB_OK;
}

/* --- All stages ---------------------------------------------------------------------------------
 */

static GbStatus run_stages(Chain *chain)
{
  int threads = 1;
#ifdef _OPENMP
  threads = omp_get_max_threads();
#endif
  GbLogInfo("glassband %s: %d rank%s x %d thread%s, output in %s", GbVersion(), chain->size,
            chain->size == 1 ? "" : "s", threads, threads == 1 ? "" : "s", chain->folder);
  GbStatus status = take_petsc_options(chain);
  if (chain->rank == 0 && status == GB_OK)
    status =
        GbRunSummaryStart(&chain->summary, chain->folder, &chain->input.top, chain->size, threads);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  for (int s = 0; s < gb_nstages; s++) {
    if (!chain->selected[s]) continue;
    GB_CALL(GbStopCheck(MPI_COMM_WORLD));
    GB_CALL(run_stage(chain, s));
  }
  GB_CALL(warn_of_unused_options(chain));
  GB_CALL(GbTimerReport(MPI_COMM_WORLD));
  return GB_OK;
}

GbStatus GbCommandRun(const GbOptions *options, int only)
{
  Chain chain = {.options = options};
  MPI_Comm_rank(MPI_COMM_WORLD, &chain.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &chain.size);
  GbStopInstall(options->time_limit_s);
  GbStagesSelect(only, options->calibration != NULL, chain.selected);
  GbStatus status = prepare(&chain);
  if (status == GB_OK) {
    status = run_stages(&chain);
    if (chain.rank == 0) {
      GbStatus written = GbRunSummaryEnd(&chain.summary, status);
      if (status == GB_OK) status = written;
    }
    status = GbErrorSync(MPI_COMM_WORLD, status);
    if (status == GB_OK) GbLogInfo("done: results in %s/summary.json", chain.folder);
  }
  GbSummaryReset();
  GbInputFree(&chain.input);
  free(chain.petsc);
  GbLockGive(&chain.lock);
  GB_CALL(status);
  return GB_OK;
}
