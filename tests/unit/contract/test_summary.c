/* The summary keeps the order of adding, replaces repeated keys, and can be restored from a copy.
 */
#include "contract/stage.h"
#include "contract/summary.h"
#include "harness/harness.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

static void order_and_replacement(void **state)
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
  GbSummaryReset();
  assert_ok(GbSummaryEntries(&entries));
  assert_int_equal(cJSON_GetArraySize(entries), 0);
  cJSON_free(text);
  GbSummaryReset();
}

GB_TEST_MAIN("unit.contract.summary", cmocka_unit_test(order_and_replacement))
