/* SPDX-License-Identifier: Apache-2.0 */
/* keys_merge - many sorted runs as one sorted stream, by a heap of their first records. */
#include "contract/keys_merge.h"

/* Fills the window of a source that is used up. */
static int load(const struct keys_merge *m, struct keys_source *s, struct err *err)
{
	const size_t n = s->left < m->window ? (size_t)s->left : m->window;
	if (n > 0 && keys_file_read(m->fd, s->next, s->r, n, err) != 0)
		return -1;
	s->at = 0;
	s->n = n;
	s->next += n;
	s->left -= n;
	return 0;
}

static bool before(const struct keys_source *x, const struct keys_source *y)
{
	return keys_order_before(&x->r[x->at], &y->r[y->at]);
}

static void sift(struct keys_merge *m, size_t at)
{
	struct keys_source *s = m->heap[at];
	for (size_t child; (child = 2 * at + 1) < m->n; at = child) {
		if (child + 1 < m->n && before(m->heap[child + 1], m->heap[child]))
			child++;
		if (!before(m->heap[child], s))
			break;
		m->heap[at] = m->heap[child];
	}
	m->heap[at] = s;
}

int keys_merge_start(
    struct keys_merge *m, struct keys_source *sources, size_t n_sources, struct err *err)
{
	m->n = 0;
	for (size_t i = 0; i < n_sources; i++) {
		struct keys_source *s = &sources[i];
		if (s->at == s->n && load(m, s, err) != 0)
			return -1;
		if (s->at < s->n)
			m->heap[m->n++] = s;
	}
	for (size_t i = m->n / 2; i-- > 0;)
		sift(m, i);
	return 0;
}

int keys_merge_next(struct keys_merge *m, struct keys_record *out, struct err *err)
{
	if (m->n == 0)
		return 0;
	struct keys_source *s = m->heap[0];
	*out = s->r[s->at++];
	if (s->at == s->n && load(m, s, err) != 0)
		return -1;
	if (s->at == s->n)
		m->heap[0] = m->heap[--m->n];
	if (m->n > 0)
		sift(m, 0);
	return 1;
}
