/* Products, norms and updates of vectors against sums that are exact in doubles, on one and two
 * ranks; copies, and copies of copies, compute by them too. */
#include "harness/harness.h"
#include "mesoscale/elasticity/vector.h"

#include <math.h>
#include <petsc/private/vecimpl.h>

enum { N = 1003 };

/* Global entries i + 1 of x and 2 - i of y: all sums are whole numbers below 2^53. */
static void make(Vec *x, Vec *y)
{
  PetscInt first, last;
  assert_ok(GbPetscStart(0, NULL));
  assert_int_equal(VecCreate(PETSC_COMM_WORLD, x), 0);
  assert_int_equal(VecSetSizes(*x, PETSC_DECIDE, N), 0);
  assert_int_equal(VecSetType(*x, VECSTANDARD), 0);
  GbVecSetArithmetic(*x);
  assert_int_equal(VecDuplicate(*x, y), 0);
  assert_int_equal(VecGetOwnershipRange(*x, &first, &last), 0);
  for (PetscInt i = first; i < last; i++) {
    assert_int_equal(VecSetValue(*x, i, i + 1.0, INSERT_VALUES), 0);
    assert_int_equal(VecSetValue(*y, i, 2.0 - i, INSERT_VALUES), 0);
  }
  assert_int_equal(VecAssemblyBegin(*x) + VecAssemblyEnd(*x), 0);
  assert_int_equal(VecAssemblyBegin(*y) + VecAssemblyEnd(*y), 0);
}

static void discard(Vec *x, Vec *y)
{
  assert_int_equal(VecDestroy(x), 0);
  assert_int_equal(VecDestroy(y), 0);
}

static void products_and_norms(void **state)
{
  const double n = N, squares = n * (n + 1) * (2 * n + 1) / 6; /* of 1 to n */
  Vec x, y;
  double value, two[2];
  (void)state;
  make(&x, &y);
  assert_int_equal(VecDot(x, y, &value), 0);
  assert_true(value == 3 * n * (n + 1) / 2 - squares); /* y = 3 - x */
  assert_int_equal(VecTDot(x, y, &value), 0);
  assert_true(value == 3 * n * (n + 1) / 2 - squares);
  assert_int_equal(VecNorm(x, NORM_2, &value), 0);
  assert_true(value == sqrt(squares));
  assert_int_equal(VecNorm(x, NORM_1_AND_2, two), 0);
  assert_true(two[0] == n * (n + 1) / 2 && two[1] == sqrt(squares));
  assert_int_equal(VecNorm(y, NORM_INFINITY, &value), 0);
  assert_true(value == n - 3);
  discard(&x, &y);
}

static void assert_entries(Vec vec, double a, double b) /* a + b i */
{
  PetscInt first, last;
  const double *entries;
  assert_int_equal(VecGetOwnershipRange(vec, &first, &last), 0);
  assert_int_equal(VecGetArrayRead(vec, &entries), 0);
  for (PetscInt i = first; i < last; i++)
    assert_true(entries[i - first] == a + b * i);
  assert_int_equal(VecRestoreArrayRead(vec, &entries), 0);
}

static void updates(void **state)
{
  Vec x, y;
  (void)state;
  make(&x, &y);
  assert_int_equal(VecAXPY(y, 3, x), 0); /* 2 - i + 3 (i + 1) */
  assert_entries(y, 5, 2);
  assert_int_equal(VecAYPX(y, -2, x), 0);
  assert_entries(y, -9, -3);
  assert_int_equal(VecAXPBY(y, 5, 2, x), 0);
  assert_entries(y, -13, -1);
  assert_int_equal(VecScale(y, -4), 0);
  assert_entries(y, 52, 4);
  discard(&x, &y);
}

/* Sums of numbers of very different size show the order in which they are added. */
static void copies_add_in_the_same_order(void **state)
{
  Vec x, y, *copies;
  double of_x, of_copy;
  (void)state;
  make(&x, &y);
  assert_int_equal(VecDuplicateVecs(y, 2, &copies), 0);
  PetscInt first, last;
  assert_int_equal(VecGetOwnershipRange(x, &first, &last), 0);
  for (PetscInt i = first; i < last; i++)
    assert_int_equal(VecSetValue(x, i, sin(1.0 + i) * pow(10, i % 13), INSERT_VALUES), 0);
  assert_int_equal(VecAssemblyBegin(x) + VecAssemblyEnd(x), 0);
  assert_int_equal(VecCopy(x, copies[1]), 0);
  assert_int_equal(VecDot(x, x, &of_x), 0);
  assert_int_equal(VecDot(copies[1], copies[1], &of_copy), 0);
  assert_true(of_x == of_copy);
  assert_true(copies[1]->ops->dot == x->ops->dot && copies[1]->ops->axpy == x->ops->axpy);
  assert_int_equal(VecDestroyVecs(2, &copies), 0);
  discard(&x, &y);
}

GB_TEST_MAIN("unit.mesoscale.vector", cmocka_unit_test(products_and_norms),
             cmocka_unit_test(updates), cmocka_unit_test(copies_add_in_the_same_order))
