/* SPDX-License-Identifier: Apache-2.0 */
/* http_parse - request heads and body framing: our own strict checks first, then llhttp. */
#include "kit/http_priv.h"

#include "base/text.h"

#define CODE_BAD     "http.bad_request"
#define CODE_TOO_BIG "http.head_too_large"

int http_head_scan(const uint8_t *p, size_t n, size_t *scanned, size_t *out_end, struct err *err)
{
	while (*scanned < n) {
		const uint8_t *lf = memchr(p + *scanned, '\n', n - *scanned);
		size_t at = lf != NULL ? (size_t)(lf - p) : n;

		if (at > HTTP_HEAD_MAX_BYTES)
			return err_set_code(err, ERR_TOO_LARGE, CODE_TOO_BIG,
			    "request head over %d bytes", HTTP_HEAD_MAX_BYTES);
		*scanned = at;
		if (lf == NULL)
			return 0;
		if (at == 0 || p[at - 1] != '\r')
			return err_set_code(
			    err, ERR_INPUT, CODE_BAD, "line without carriage return");
		*scanned = at + 1;
		if (at >= 3 && p[at - 2] == '\n') {
			*out_end = at + 1;
			return 1;
		}
		if (at == 1)
			return err_set_code(
			    err, ERR_INPUT, CODE_BAD, "empty line before the request");
	}
	return 0;
}

static bool is_token_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* A field line: token, colon at once, value without control characters. */
static int check_field(const char *p, size_t n, struct err *err)
{
	size_t i = 0;

	if (p[0] == ' ' || p[0] == '\t')
		return err_set_code(err, ERR_INPUT, CODE_BAD, "folded header field");
	while (i < n && is_token_char((uint8_t)p[i]))
		i++;
	if (i == 0 || i == n || p[i] != ':')
		return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed header field name");
	for (; i < n; i++) {
		uint8_t c = (uint8_t)p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_set_code(
			    err, ERR_INPUT, CODE_BAD, "control character in a header field");
	}
	return 0;
}

/* The request line: three parts, single blanks, printable ASCII, HTTP/1.0 or 1.1. */
static int check_request_line(const char *p, size_t n, struct err *err)
{
	const char *blank = memchr(p, ' ', n);
	const char *last = memrchr(p, ' ', n);

	for (size_t i = 0; i < n; i++)
		if ((uint8_t)p[i] < 0x20 || (uint8_t)p[i] > 0x7e)
			return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed request line");
	if (blank == NULL || last == blank || memchr(blank + 1, ' ', (size_t)(last - blank - 1)))
		return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed request line");
	if (n - (size_t)(last + 1 - p) != 8 ||
	    (memcmp(last + 1, "HTTP/1.1", 8) != 0 && memcmp(last + 1, "HTTP/1.0", 8) != 0))
		return err_set_code(err, ERR_INPUT, CODE_BAD, "HTTP version is not 1.0 or 1.1");
	return 0;
}

/* Every line of the head, before llhttp sees it; fills the fields' names (not yet terminated). */
static int check_lines(const char *raw, size_t n, struct http_head *h, struct err *err)
{
	for (const char *p = raw; p == raw || *p != '\r';) {
		const char *end = memchr(p, '\n', n - (size_t)(p - raw));
		size_t len = (size_t)(end - p) - 1;

		if (len > HTTP_LINE_MAX_BYTES)
			return err_set_code(err, ERR_TOO_LARGE, CODE_TOO_BIG,
			    "header line over %d bytes", HTTP_LINE_MAX_BYTES);
		if ((p == raw ? check_request_line(p, len, err) : check_field(p, len, err)) != 0)
			return -1;
		if (p != raw && h->n_headers == HTTP_FIELDS_MAX)
			return err_set_code(err, ERR_TOO_LARGE, CODE_TOO_BIG,
			    "more than %d header fields", HTTP_FIELDS_MAX);
		if (p != raw)
			h->headers[h->n_headers++].name = p;
		p = end + 1;
	}
	return 0;
}

/* The one value of a field that may stand once; NULL absent, err set when twice. */
static int single(const struct http_head *h, const char *name, const char **out, struct err *err)
{
	*out = NULL;
	for (size_t i = 0; i < h->n_headers; i++) {
		if (strcasecmp(h->headers[i].name, name) != 0)
			continue;
		if (*out != NULL)
			return err_set_code(
			    err, ERR_INPUT, CODE_BAD, "more than one %s field", name);
		*out = h->headers[i].value;
	}
	return 0;
}

static int check_host(const char *host, struct err *err)
{
	if (host == NULL || host[0] == '\0')
		return err_set_code(err, ERR_INPUT, CODE_BAD, "no Host field");
	for (const char *p = host; *p != '\0'; p++)
		if (!is_token_char((uint8_t)*p) && strchr(":[]", *p) == NULL)
			return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed Host field");
	return 0;
}

/* Content-Length or chunked, never both, never anything else. */
static int check_framing(struct http_head *h, bool is_11, struct err *err)
{
	const char *length = NULL, *coding = NULL;

	if (single(h, "content-length", &length, err) != 0 ||
	    single(h, "transfer-encoding", &coding, err) != 0)
		return -1;
	if (coding != NULL) {
		if (length != NULL || !is_11 || strcasecmp(coding, "chunked") != 0)
			return err_set_code(err, ERR_INPUT, CODE_BAD, "ambiguous body length");
		h->length = -1;
	} else if (length != NULL) {
		if (length[0] < '0' || length[0] > '9' || strlen(length) > 18 ||
		    text_parse_i64(length, &h->length) != 0 || h->length < 0)
			return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed Content-Length");
	}
	h->has_body = h->length != 0;
	return 0;
}

static int check_meaning(struct http_parser *ps, struct http_head *h, struct err *err)
{
	const char *host = NULL, *expect = NULL;
	bool is_11 = ps->ll.http_minor == 1;

	if (single(h, "host", &host, err) != 0 || check_host(host, err) != 0 ||
	    check_framing(h, is_11, err) != 0 || single(h, "expect", &expect, err) != 0)
		return -1;
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
		return err_set_code(err, ERR_INPUT, "http.expectation", "unknown expectation");
	h->expects_100 = expect != NULL && is_11 && h->has_body;
	return 0;
}

static int on_url(llhttp_t *ll, const char *p, size_t n)
{
	struct http_parser *ps = ll->data;

	(void)n;
	if (ps->head != NULL && ps->head->target == NULL)
		ps->head->target = p;
	return 0;
}

/* Fields of the head were taken line by line already; of trailers only the size matters. */
static int on_field(llhttp_t *ll, const char *p, size_t n)
{
	struct http_parser *ps = ll->data;

	(void)p;
	if (ps->head == NULL)
		ps->trailer_bytes += n;
	return ps->trailer_bytes > HTTP_TRAILER_MAX_BYTES ? -1 : 0;
}

static int on_headers_complete(llhttp_t *ll)
{
	struct http_parser *ps = ll->data;

	if (ll->method == HTTP_CONNECT)
		return -1;
	ll->upgrade = 0;
	ps->head = NULL;
	return 0;
}

static int on_body(llhttp_t *ll, const char *p, size_t n)
{
	struct http_parser *ps = ll->data;

	if (ps->on_body(ps->arg, (const uint8_t *)p, n) == 0)
		return 0;
	ps->refused = true;
	return -1;
}

static int on_complete(llhttp_t *ll)
{
	struct http_parser *ps = ll->data;

	ps->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_field,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

/* Put a NUL behind each span: names end at ':', values at the line's end, blanks cut. */
static void terminate(struct http_head *h, char *raw, size_t n)
{
	char *end = memchr(h->target, ' ', n - (size_t)(h->target - raw));

	*end = '\0';
	for (size_t i = 0; i < h->n_headers; i++) {
		char *name = raw + (h->headers[i].name - raw);
		char *colon = memchr(name, ':', n - (size_t)(name - raw));
		char *value = colon + 1 + strspn(colon + 1, " \t");
		char *stop = memchr(colon, '\r', n - (size_t)(colon - raw));

		while (stop > value && (stop[-1] == ' ' || stop[-1] == '\t'))
			stop--;
		*colon = '\0';
		*stop = '\0';
		h->headers[i].value = value;
	}
}

int http_head_parse(struct http_parser *ps, struct arena *a, char *raw, size_t n,
    struct http_head *out, struct err *err)
{
	struct http_header fields[HTTP_FIELDS_MAX];
	llhttp_errno_t e;

	*out = (struct http_head){ .headers = fields };
	if (check_lines(raw, n, out, err) != 0)
		return -1;
	out->headers = arena_alloc(a, (out->n_headers + 1) * sizeof(*out->headers));
	memcpy(out->headers, fields, out->n_headers * sizeof(*out->headers));
	llhttp_init(&ps->ll, HTTP_REQUEST, &settings);
	ps->ll.data = ps;
	ps->head = out;
	ps->trailer_bytes = 0;
	ps->complete = ps->refused = false;
	e = llhttp_execute(&ps->ll, raw, n);
	if ((e != HPE_OK && e != HPE_PAUSED) || ps->head != NULL || out->target == NULL)
		return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed request head");
	out->keep_alive = llhttp_should_keep_alive(&ps->ll) != 0;
	terminate(out, raw, n);
	out->method = llhttp_method_name((llhttp_method_t)ps->ll.method);
	if (check_meaning(ps, out, err) != 0)
		return -1;
	if (out->has_body == ps->complete)
		return err_set_code(err, ERR_INPUT, CODE_BAD, "ambiguous body length");
	return 0;
}

int http_body_parse(
    struct http_parser *ps, const uint8_t *p, size_t n, size_t *out_used, struct err *err)
{
	llhttp_errno_t e = llhttp_execute(&ps->ll, (const char *)p, n);

	if (e == HPE_OK) {
		*out_used = n;
		return 0;
	}
	if (e == HPE_PAUSED && ps->complete) {
		*out_used = (size_t)((const uint8_t *)llhttp_get_error_pos(&ps->ll) - p);
		return 1;
	}
	if (!ps->refused)
		return err_set_code(err, ERR_INPUT, CODE_BAD, "malformed body framing");
	return -1;
}
