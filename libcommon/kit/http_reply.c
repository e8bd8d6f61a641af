/* SPDX-License-Identifier: Apache-2.0 */
/* http_reply - replies, and the one place where error kinds become statuses and problem documents.
 */
#include "kit/http_priv.h"

#include <event2/buffer.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"

/* Kinds: status, title, and the code of errors that bring none of their own. */
static const struct {
	int status;
	const char *code;
	const char *title;
} kinds[ERR_COUNT_] = {
	[ERR_NONE] = { 500, "internal", "Internal error" },
	[ERR_INPUT] = { 400, "input.invalid", "The request cannot be understood" },
	[ERR_AUTH] = { 401, "auth.required", "Sign in first" },
	[ERR_DENIED] = { 403, "auth.denied", "Not allowed" },
	[ERR_NOT_FOUND] = { 404, "not_found", "Not found" },
	[ERR_CONFLICT] = { 409, "conflict", "Conflict" },
	[ERR_TOO_LARGE] = { 413, "too_large", "Too large" },
	[ERR_BUSY] = { 503, "server.busy", "Busy, try again" },
	[ERR_NO_SPACE] = { 507, "server.no_space", "Not enough space" },
	[ERR_UNAVAILABLE] = { 503, "server.unavailable", "Temporarily unavailable" },
	[ERR_TIMEOUT] = { 504, "server.timeout", "Timed out" },
	[ERR_UNCERTAIN] = { 503, "server.uncertain", "Outcome unknown, ask before trying again" },
	[ERR_INTERNAL] = { 500, "internal", "Internal error" },
};

/* Codes whose status is not that of their kind. */
static const struct {
	const char *code;
	int status;
} statuses[] = {
	{ "http.method", 405 },
	{ "http.expectation", 417 },
	{ "http.too_slow", 408 },
	{ "http.head_too_large", 431 },
	{ "http.media_type", 415 },
	{ "etag.mismatch", 412 },
	{ "etag.required", 428 },
	{ "tus.version", 412 },
	{ "upload.expired", 410 },
	{ "upload.failed", 410 },
	{ "rejects.expired", 410 },
	{ "repairs.expired", 410 },
	{ "upload.checksum", 460 },
	{ "upload.locked", 423 },
	{ "upload.media_type", 415 },
	{ "auth.throttled", 429 },
	{ "limit.rate", 429 },
};

static const struct {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 423, "Locked" },
	{ 422, "Unprocessable Content" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 460, "Checksum Mismatch" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

static const char *reason(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

int http_status(const struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (strcmp(statuses[i].code, err->code) == 0)
			return statuses[i].status;
	return kinds[err->kind].status;
}

void http_set_header(struct http_req *req, const char *name, const char *value)
{
	buf_printf(&req->fields, "%s: ", name);
	for (const char *p = value; *p != '\0'; p++)
		buf_addc(&req->fields, (uint8_t)*p < 0x20 || *p == 0x7f ? ' ' : *p);
	buf_adds(&req->fields, "\r\n");
}

static void begin_reply(struct http_req *req, int status)
{
	if (req->replied)
		bug("second reply to %s", req->path != NULL ? req->path : "a request");
	req->replied = true;
	req->status = status;
}

void http_reply_text(struct http_req *req, int status, const char *type, const void *p, size_t n)
{
	begin_reply(req, status);
	http_set_header(req, "Content-Type", type);
	evbuffer_add(req->reply, p, n);
}

void http_reply_json(struct http_req *req, int status, const cJSON *body)
{
	const char *text = js_print(req->arena, body);

	http_reply_text(req, status, "application/json", text, strlen(text));
}

void http_reply_empty(struct http_req *req, int status)
{
	begin_reply(req, status);
}

void http_reply_file(
    struct http_req *req, int status, const char *type, int fd, int64_t offset, int64_t n)
{
	begin_reply(req, status);
	http_set_header(req, "Content-Type", type);
	req->file_fd = fd;
	req->file_at = offset;
	req->file_n = n;
}

/* "name is too long" -> errors: [{field: "name", message: "name is too long"}]. */
static void add_field_errors(struct http_req *req, cJSON *doc, const struct err *err)
{
	cJSON *list, *item;

	if (strncmp(err->code, "field.", 6) != 0)
		return;
	list = cJSON_AddArrayToObject(doc, "errors");
	item = cJSON_CreateObject();
	cJSON_AddItemToArray(list, item);
	js_add_str(item, "field", arena_dup_n(req->arena, err->msg, strcspn(err->msg, " :")));
	js_add_str(item, "message", err->msg);
}

static cJSON *problem(struct http_req *req, const struct err *err, int status)
{
	const char *code = err->code[0] != '\0' ? err->code : kinds[err->kind].code;
	bool is_ours = err->kind == ERR_INTERNAL || err->kind == ERR_NONE;
	cJSON *doc = js_object(req->arena);

	js_add_str(doc, "type", arena_printf(req->arena, "urn:millrace:problem:%s", code));
	js_add_str(doc, "title", kinds[err->kind].title);
	js_add_i64(doc, "status", status);
	js_add_str(doc, "detail",
	    is_ours ? "Something failed on our side; the log has it under this request_id"
		    : err->msg);
	js_add_str(doc, "code", code);
	js_add_str(doc, "request_id", req->log.req);
	add_field_errors(req, doc, err);
	return doc;
}

static bool has_field(const struct http_req *req, const char *name)
{
	return strcasestr(req->fields.data, name) != NULL;
}

/* When trying again may help, unless the handler knows it better. */
static void set_retry(struct http_req *req, const struct err *err, int status)
{
	if (err->kind == ERR_NO_SPACE)
		http_set_header(req, "Retry-After", "60");
	else if (status == 503 || status == 429 || status == 423)
		http_set_header(req, "Retry-After", "2");
}

void http_reply_problem_with(struct http_req *req, const struct err *err, cJSON *extra)
{
	int status = http_status(err);
	cJSON *doc = problem(req, err, status);
	const char *text;

	while (extra != NULL && extra->child != NULL) {
		cJSON *member = cJSON_DetachItemViaPointer(extra, extra->child);

		cJSON_AddItemToObject(doc, member->string, member);
	}
	if (!has_field(req, "retry-after:"))
		set_retry(req, err, status);
	req->failure = *err;
	text = js_print(req->arena, doc);
	http_reply_text(req, status, "application/problem+json", text, strlen(text));
}

void http_reply_problem(struct http_req *req, const struct err *err)
{
	http_reply_problem_with(req, err, NULL);
}

/* "Fri, 20 Nov 2026 10:42:07 GMT", made once a second; loop thread only. */
static const char *date_field(void)
{
	static int64_t made_s = -1;
	static char text[32];
	int64_t now_s = clock_now_ms() / 1000;
	time_t t = (time_t)now_s;
	struct tm tm;

	if (now_s != made_s && gmtime_r(&t, &tm) != NULL) {
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		made_s = now_s;
	}
	return text;
}

void http_reply_head(struct http_req *req, bool keep_alive, struct evbuffer *out)
{
	int64_t n = (int64_t)evbuffer_get_length(req->reply) + req->file_n;

	evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Request-Id: %s\r\n", req->status,
	    reason(req->status), date_field(), req->log.req);
	evbuffer_add(out, req->fields.data, req->fields.n);
	if (!has_field(req, "cache-control:"))
		evbuffer_add_printf(out, "Cache-Control: no-store\r\n");
	if (req->sse)
		n = -1;
	else if (req->status != 204 && req->status != 304)
		evbuffer_add_printf(out, "Content-Length: %lld\r\n", (long long)n);
	req->sent_bytes = n > 0 ? n : 0;
	evbuffer_add_printf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}
