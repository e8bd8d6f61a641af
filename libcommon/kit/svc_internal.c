/* SPDX-License-Identifier: Apache-2.0 */
/* svc_internal - the second, internal port: /healthz, /readyz, /metrics. */
#include "kit/metrics.h"
#include "kit/svc_priv.h"

enum { METRICS_BYTES = 4 << 20 };

/* Functions of other schemas that are missing or not granted to us yet. */
static const char SQL_MISSING[] =
    "select f from unnest($1::text[]) f where not exists (select from pg_catalog.pg_proc p "
    "join pg_catalog.pg_namespace n on n.oid = p.pronamespace "
    "where p.proname = split_part(f, '.', 2) and n.nspname = split_part(f, '.', 1) "
    "and has_function_privilege(p.oid, 'execute'))";

/* The loop turns, or this would not be answered. */
static int healthz(struct http_req *req, struct err *err)
{
	(void)err;
	http_reply_text(req, 200, "text/plain", "ok\n", 3);
	return 0;
}

static int check_database(struct http_req *req, const struct svc_spec *spec, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	size_t n = 0;
	while (spec->needs_functions != NULL && spec->needs_functions[n] != NULL)
		n++;
	const char *names = db_array(http_arena(req), spec->needs_functions, n);
	if (db_query(http_db(req), SQL_MISSING, &r, err, names) != 0)
		return -1;
	if (db_rows(r) > 0)
		return err_set(err, ERR_UNAVAILABLE, "function %s is missing", db_text(r, 0, "f"));
	return 0;
}

/* On a pool thread: a pool that cannot take one more job is not ready either. */
static int readyz_in_pool(struct http_req *req, struct err *err)
{
	struct svc *svc = svc_self();
	if ((svc->spec->needs & SVC_DB) != 0 && check_database(req, svc->spec, err) != 0)
		return -1;
	if (svc->spec->ready != NULL && !svc->spec->ready(svc, err))
		return -1;
	http_reply_text(req, 200, "text/plain", "ready\n", 6);
	return 0;
}

static int readyz(struct http_req *req, struct err *err)
{
	if (svc_self()->draining)
		return err_set(err, ERR_UNAVAILABLE, "draining");
	return http_to_pool(req, readyz_in_pool, err);
}

static int print_metrics(struct http_req *req, struct err *err)
{
	struct buf out;
	buf_init(&out, METRICS_BYTES);
	metrics_print(&out);
	const int rc = buf_check(&out, err);
	if (rc == 0)
		http_reply_text(req, 200, "text/plain; version=0.0.4", out.data, out.n);
	buf_done(&out);
	return rc;
}

const struct http_route *svc_internal_routes(void)
{
	static const struct http_route routes[] = {
		{ .method = "GET",
		    .path = "/healthz",
		    .operation = "healthz",
		    .permission = "public",
		    .mode = HTTP_LOOP,
		    .handler = healthz },
		{ .method = "GET",
		    .path = "/readyz",
		    .operation = "readyz",
		    .permission = "public",
		    .mode = HTTP_LOOP,
		    .handler = readyz },
		{ .method = "GET",
		    .path = "/metrics",
		    .operation = "metrics",
		    .permission = "public",
		    .mode = HTTP_LOOP,
		    .handler = print_metrics },
		{ .method = NULL },
	};
	return routes;
}
