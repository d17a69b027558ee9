/* Text files: numbers as exact as strtod, lines across the end of the buffer, places. */
#include "base/rng.h"
#include "base/text.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *path_of(const char *name)
{
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", GbTestFolder(), name);
  return path;
}

/* Numbers of all lengths, signs and exponents, compared bit for bit. */
static void numbers_are_those_of_strtod(void **state)
{
  (void)state;
  char text[64];
  for (int k = 0; k < 200000; k++) {
    double u = GbRngUniform(9, GB_RNG_TEST, (uint64_t)k, 0, 0) - 0.5, found;
    double scale = k % 3 ? 1000.0 : pow(10.0, k % 41 - 20);
    const char *format = k % 7 ? "%.*g" : k % 2 ? "%.*f" : "%.*e";
    snprintf(text, sizeof text, format, k % 19, u * scale);
    const char *next = text;
    assert_true(GbTextNumber(&next, &found));
    double expected = strtod(text, NULL);
    assert_memory_equal(&found, &expected, sizeof found);
    assert_true(GbTextAtEnd(next));
  }
}

static void only_numbers_are_numbers(void **state)
{
  (void)state;
  static const char *const good[] = {"1",
                                     "-0",
                                     ".5",
                                     "5.",
                                     "  7\t",
                                     "1e5 ",
                                     "nan",
                                     "-inf",
                                     "0x1p3",
                                     "123456789012345678901234567890",
                                     "9007199254740993"};
  static const char *const bad[] = {"", " ", "-", ".", "1x", "1,5", "e5", "--1", "1e5x", "5.5.5"};
  for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
    const char *next = good[k];
    double found, expected = strtod(good[k], NULL);
    assert_true(GbTextNumber(&next, &found));
    if (!isnan(expected)) assert_memory_equal(&found, &expected, sizeof found);
  }
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    const char *next = bad[k];
    double found;
    assert_false(GbTextNumber(&next, &found));
    assert_ptr_equal(next, bad[k]);
  }
  int64_t integer;
  const char *next = " 42 43.5";
  assert_true(GbTextInteger(&next, &integer));
  assert_int_equal(integer, 42);
  assert_false(GbTextInteger(&next, &integer));
}

/* 12 MB: three times the buffer. */
static void lines_cross_the_buffer(void **state)
{
  (void)state;
  const char *path = path_of("long.txt");
  const int lines = 600000;
  FILE *file = fopen(path, "w");
  for (int k = 0; k < lines; k++)
    fprintf(file, "line %d%*s%s\n", k, k % 23, "", k % 5 ? "" : "\r");
  fputs("the end", file); /* without an end of line */
  fclose(file);
  GbText *text;
  bool found;
  GbTextPlace place = {0};
  assert_ok(GbTextOpen(path, &text));
  for (int k = 0; k < lines; k++) {
    char expected[64];
    assert_ok(GbTextNext(text, &found));
    snprintf(expected, sizeof expected, "line %d%*s", k, k % 23, "");
    assert_string_equal(GbTextLine(text), expected);
    if (k == 123456) place = GbTextTell(text);
  }
  assert_ok(GbTextNext(text, &found));
  assert_string_equal(GbTextLine(text), "the end");
  assert_int_equal(GbTextLineNumber(text), lines + 1);
  assert_ok(GbTextNext(text, &found));
  assert_false(found);
  assert_fails(GbTextNeed(text, "a number"), GB_ERR_INPUT, "long.txt:600001", "a number",
               "cut off");
  assert_ok(GbTextSeek(text, place));
  assert_ok(GbTextNext(text, &found));
  assert_memory_equal(GbTextLine(text), "line 123456", 11);
  assert_int_equal(GbTextLineNumber(text), 123457);
  GbTextPushBack(text);
  assert_ok(GbTextNext(text, &found));
  assert_memory_equal(GbTextLine(text), "line 123456", 11);
  assert_ok(GbTextSkip(text, 10, "a line"));
  assert_memory_equal(GbTextLine(text), "line 123466", 11);
  GbTextClose(&text);
  assert_null(text);
  remove(path);
}

static void what_is_no_text_is_said(void **state)
{
  (void)state;
  GbText *text;
  bool found;
  assert_fails(GbTextOpen("/nowhere/a", &text), GB_ERR_INPUT, "/nowhere/a", "No such file");
  assert_null(text);
  const char *path = path_of("binary");
  FILE *file = fopen(path, "w");
  for (int k = 0; k < 6 << 20; k++)
    fputc('x', file);
  fclose(file);
  assert_ok(GbTextOpen(path, &text));
  assert_fails(GbTextNext(text, &found), GB_ERR_INPUT, "binary:1", "expected a text file");
  GbTextClose(&text);
  remove(path);
}

GB_TEST_MAIN("unit.base.text", cmocka_unit_test(numbers_are_those_of_strtod),
             cmocka_unit_test(only_numbers_are_numbers), cmocka_unit_test(lines_cross_the_buffer),
             cmocka_unit_test(what_is_no_text_is_said))
