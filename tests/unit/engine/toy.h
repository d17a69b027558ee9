/* Small synthetic setfl files for tests. */
#ifndef GB_TESTS_TOY_H
#define GB_TESTS_TOY_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

enum { TOY_N = 400 };
#define TOY_DR 0.01 /* tables end at 4 angstrom */
#define TOY_CUTOFF 4.0
#define TOY_DRHO 0.05

static inline double toy_tail(double r)
{
  return r < 3.8 ? pow(3.8 - r, 4) : 0.0;
}

/* Density that type a makes at type b; all differ in an .fs file. */
static inline double toy_density(bool fs, int a, int b, double r)
{
  return (0.2 + 0.1 * a + (fs ? 0.3 * b : 0.0)) * toy_tail(r);
}

static inline double toy_pair(int a, int b, double r)
{
  return (0.5 + 0.2 * a + 0.2 * b) * (exp(-1.5 * r) * 8.0 - 0.1) * toy_tail(r);
}

static inline double toy_embedding(int a, double rho)
{
  return -(1.0 + 0.5 * a) * sqrt(rho + 0.1);
}

/* Writes two elements in tables of n points; for .alloy one density per element. */
static inline void toy_write_points(const char *path, bool fs, int n)
{
  const double dr = TOY_CUTOFF / n, drho = TOY_N * TOY_DRHO / n;
  FILE *file = fopen(path, "w");
  fprintf(file, "one\ntwo\nthree\n2 Aa Bb\n%d %g %d %g %g\n", n, drho, n, dr, TOY_CUTOFF);
  for (int a = 0; a < 2; a++) {
    fprintf(file, "%d %g 3.0 fcc\n", a + 1, 50.0 + 10.0 * a);
    for (int k = 0; k < n; k++)
      fprintf(file, "%.17g\n", toy_embedding(a, k * drho));
    for (int b = 0; b < (fs ? 2 : 1); b++)
      for (int k = 0; k < n; k++)
        fprintf(file, "%.17g\n", toy_density(fs, a, b, k * dr));
  }
  for (int a = 0; a < 2; a++)
    for (int b = 0; b <= a; b++)
      for (int k = 0; k < n; k++)
        fprintf(file, "%.17g\n", k * dr * toy_pair(a, b, k * dr));
  fclose(file);
}

static inline void toy_write(const char *path, bool fs)
{
  toy_write_points(path, fs, TOY_N);
}

#endif
