/* glassband info on files of atoms. */
#include "atomistic/files/trajectory.h"

#include "cli/commands.h"

#include <math.h>
#include <stdio.h>

static void print_types(const GbFrame *frame)
{
  const GbAtoms *a = &frame->atoms;
  for (int t = 0; t < a->ntypes; t++) {
    int count = 0;
    for (int i = 0; i < a->n; i++)
      count += a->type[i] == t;
    printf("  type %d %-3s          %d atoms", t + 1, a->element[t], count);
    if (frame->masses) printf(", %g g/mol", a->mass[t]);
    putchar('\n');
  }
}

static void print_box(const GbFrame *frame)
{
  const GbAtoms *a = &frame->atoms;
  for (int d = 0; d < 3; d++)
    printf("  %c                   %.10g to %.10g angstrom, %s\n", 'x' + d, a->lo[d],
           a->lo[d] + a->length[d],
           !frame->boundaries ? "the file does not say whether periodic"
           : a->periodic[d]   ? "periodic"
                              : "free");
}

static void print_range(const char *name, const double *values, int n, int stride)
{
  double low = INFINITY, high = -INFINITY;
  for (int i = 0; i < n; i++) {
    low = fmin(low, values[(size_t)i * (size_t)stride]);
    high = fmax(high, values[(size_t)i * (size_t)stride]);
  }
  printf("  %-19s %.6g to %.6g\n", name, low, high);
}

static void print_frame(const GbFrame *frame)
{
  static const char *const names[3][3] = {{"x", "y", "z"}, {"vx", "vy", "vz"}, {"fx", "fy", "fz"}};
  const GbAtoms *a = &frame->atoms;
  if (frame->step >= 0) printf("  step                %lld\n", (long long)frame->step);
  if (isfinite(frame->time_ps)) printf("  time                %.10g ps\n", frame->time_ps);
  if (isfinite(frame->strain)) printf("  strain              %.10g\n", frame->strain);
  printf("  atoms               %d\n", a->n);
  if (a->n == 0) return;
  if (frame->untyped)
    puts("  types               the file does not tell them");
  else
    print_types(frame);
  print_box(frame);
  if (GbFrameTilted(frame))
    printf("  tilts xy xz yz      %.10g %.10g %.10g angstrom\n", frame->tilt[0], frame->tilt[1],
           frame->tilt[2]);
  printf("columns, smallest and largest value%s\n",
         frame->wrapped ? " (positions in the box)" : "");
  for (int d = 0; d < 3; d++)
    print_range(names[0][d], &a->x[0][d], a->n, 3);
  for (int d = 0; d < 3 && frame->velocities; d++)
    print_range(names[1][d], &a->v[0][d], a->n, 3);
  for (int d = 0; d < 3 && frame->forces; d++)
    print_range(names[2][d], &a->f[0][d], a->n, 3);
  for (int k = 0; k < frame->ncolumns; k++)
    print_range(frame->columns[k].name, frame->columns[k].values, a->n, 1);
}

static GbStatus print_trajectory(GbTrajectory *t, const char *name, int64_t index)
{
  int64_t nframes;
  GbFrame frame;
  GB_CALL(GbTrajectoryCount(t, &nframes));
  const char *cut = GbTrajectoryCut(t);
  printf("\n%s: %s, %lld %sframe%s%s\n", name, GbTrajectoryFormat(t), (long long)nframes,
         cut ? "whole " : "", nframes == 1 ? "" : "s", cut ? " and a cut one at the end" : "");
  if (cut) printf("  %s\n", cut);
  if (nframes == 0) return GB_OK;
  GB_CALL(GbTrajectoryRead(t, index, &frame));
  if (index < 0) index += nframes;
  printf("%sframe %lld\n", index == nframes - 1 && nframes > 1 ? "last frame, " : "",
         (long long)index);
  print_frame(&frame);
  GbFrameFree(&frame);
  return GB_OK;
}

GbStatus GbInfoAtoms(const char *name)
{
  GbTrajectory *t;
  int64_t index;
  GB_CALL(GbTrajectoryOpenFrame(name, &t, &index));
  GbStatus status = print_trajectory(t, name, index);
  GbTrajectoryClose(&t);
  GB_CALL(status);
  return GB_OK;
}
