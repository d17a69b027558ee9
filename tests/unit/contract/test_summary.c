/* The summary keeps the order of adding, replaces repeated keys, and can be restored from a copy.
 */
#include "contract/stage.h"
#include "contract/summary.h"
#include "harness/harness.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

static void entries_and_restore(void **state)
{
  (void)state;
  cJSON *entries;
  GbSummaryReset();
  assert_ok(GbSummaryAdd("b.second", 2.5, "GPa"));
  assert_ok(GbSummaryAdd("a.first", NAN, "1"));
  assert_ok(GbSummaryAddText("c.third", "text"));
  assert_ok(GbSummaryAdd("b.second", 3.5, "GPa"));
  assert_ok(GbSummaryEntries(&entries));
  char *text = cJSON_PrintUnformatted(entries);
  const char *expected = "{\"b.second\":{\"value\":3.5,\"unit\":\"GPa\"},"
                         "\"a.first\":{\"value\":null,\"unit\":\"1\"},\"c.third\":\"text\"}";
  assert_string_equal(text, expected);
  cJSON *copy = cJSON_Parse(text);
  GbSummaryReset();
  assert_ok(GbSummaryAdd("a.first", 1, "1"));
  assert_ok(GbSummaryRestore(copy));
  assert_ok(GbSummaryEntries(&entries));
  assert_int_equal(cJSON_GetArraySize(entries), 3);
  assert_string_equal(entries->child->string, "a.first");
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(entries->child, "value")));
  cJSON_Delete(copy);
  cJSON_free(text);
  GbSummaryReset();
}

GB_TEST_MAIN("unit.contract.summary", cmocka_unit_test(entries_and_restore))
