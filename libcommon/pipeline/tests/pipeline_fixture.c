/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_fixture - the dataset all tests of this directory read: online_sales. */
#include "pipeline_fixture.h"

#include <string.h>

const struct expr_column fixture_columns[] = {
	{ "order_id", { .kind = EXPR_T_INTEGER } },
	{ "sold_at", { .kind = EXPR_T_TIMESTAMP } },
	{ "day", { .kind = EXPR_T_DATE } },
	{ "region", { .kind = EXPR_T_TEXT } },
	{ "product", { .kind = EXPR_T_TEXT } },
	{ "quantity", { .kind = EXPR_T_INTEGER } },
	{ "unit_price", { .kind = EXPR_T_DECIMAL, .scale = 2, .precision = 6 } },
	{ "seen_at", { .kind = EXPR_T_TIMESTAMPTZ } },
	{ "weight", { .kind = EXPR_T_DOUBLE } },
	{ "paid", { .kind = EXPR_T_BOOLEAN } },
};
const size_t fixture_n_columns = ARRAY_SIZE(fixture_columns);

const char fixture_summary[] =
    "{\"name\":\"sales_summary\",\"description\":\"per day, region and product\",\"steps\":["
    "{\"id\":\"sales\",\"type\":\"source\",\"dataset\":\"online_sales\"},"
    "{\"id\":\"sold\",\"type\":\"filter\",\"input\":\"sales\",\"where\":\"quantity > 0\"},"
    "{\"id\":\"sums\",\"type\":\"aggregate\",\"input\":\"sold\",\"group_by\":["
    "{\"name\":\"day\",\"expr\":\"date(sold_at)\"},{\"name\":\"region\",\"expr\":\"region\"},"
    "{\"name\":\"product\",\"expr\":\"upper(product)\"}],\"measures\":["
    "{\"name\":\"units\",\"expr\":\"sum(quantity)\"},"
    "{\"name\":\"revenue\",\"expr\":\"sum(quantity * unit_price)\"}]},"
    "{\"id\":\"summary\",\"type\":\"target\",\"input\":\"sums\",\"dataset\":\"sales_summary\","
    "\"mode\":\"replace\"}]}";

static int columns(void *arg, const char *dataset, struct arena *a, struct expr_column **out,
    size_t *out_n, const char **out_why, struct err *err)
{
	(void)arg;
	if (strcmp(dataset, "broken") == 0)
		return err_set(err, ERR_UNAVAILABLE, "database");
	if (strcmp(dataset, "derived") == 0)
		*out_why = "`derived` is a derived dataset";
	if (strcmp(dataset, "online_sales") != 0)
		return 0;
	*out = arena_alloc(a, sizeof(fixture_columns));
	memcpy(*out, fixture_columns, sizeof(fixture_columns));
	*out_n = fixture_n_columns;
	return 1;
}

struct pipeline *fixture_read(const char *text, size_t n, struct arena *a)
{
	const struct pipeline_env env = { .columns = columns };
	struct pipeline *p = NULL;
	cJSON *doc = NULL;
	struct err err = { 0 };

	if (js_parse(text, n, a, &doc, &err) != 0 || pipeline_read(doc, &env, a, &p, &err) != 0)
		return NULL;
	return p;
}
