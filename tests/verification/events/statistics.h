/* Tests of samples against distributions. */
#ifndef GB_TESTS_EVENTS_STATISTICS_H
#define GB_TESTS_EVENTS_STATISTICS_H

/* Kolmogorov-Smirnov: probability that n numbers, uniform in (0, 1) by hypothesis, deviate at least
 * as much as these. Sorts them. Limit distribution with Stephens' correction, good for n > 20. */
double GbTestKolmogorov(int n, double *uniform);

/* The same for two samples of one distribution; sorts both. */
double GbTestTwoSamples(int na, double *a, int nb, double *b);

#endif
