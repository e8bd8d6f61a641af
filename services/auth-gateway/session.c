/* SPDX-License-Identifier: Apache-2.0 */
/* session - what the gateway knows of one session for at most a second. */
#include "session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kit/json.h"
#include "kit/token.h"

enum { SESSION_ARENA_BYTES = 256 << 10 };

struct session {
	atomic_int references;
	struct session_row row;               /* strings owned */
	uint32_t permissions;                 /* bit n: holds permission n somewhere */
	char csrf[SECRET_BYTES];              /* for unsafe methods */
	pthread_mutex_t lock;                 /* of tokens */
	char *tokens[GATEWAY_SERVICE_COUNT_]; /* NULL until asked for; owned */
};

_Static_assert(PERMISSION_COUNT_ <= 32, "permissions fit in a word");

static unsigned role_bit(const char *name)
{
	for (const struct permission_role_row *r = permission_roles; r->name != NULL; r++)
		if (!r->installation && strcmp(r->name, name) == 0)
			return r->role;
	return 0;
}

/* All roles somebody holds anywhere. */
static unsigned roles_held(const cJSON *domains, bool is_admin)
{
	unsigned held = is_admin ? PERMISSION_ROLE_ADMINISTRATOR : 0;
	const cJSON *domain;
	const cJSON *role;
	cJSON_ArrayForEach(domain, domains)
	{
		cJSON_ArrayForEach(role, domain)
		{
			if (cJSON_IsString(role))
				held |= role_bit(role->valuestring);
		}
	}
	return held;
}

static int permissions_of(const struct session_row *row, uint32_t *out, struct err *err)
{
	struct arena *a = arena_new(SESSION_ARENA_BYTES);
	cJSON *domains;
	const int result = js_parse(row->domains, strlen(row->domains), a, &domains, err);
	if (result == 0) {
		const unsigned held = roles_held(domains, row->is_admin);
		uint32_t bits = 0;
		for (int i = 0; i < PERMISSION_COUNT_; i++)
			bits |= (permission_rows[i].roles & held) != 0 ? 1u << i : 0;
		*out = bits;
	}
	arena_free(&a);
	return result;
}

int session_new(
    const char *secret, const struct session_row *row, struct session **out, struct err *err)
{
	uint32_t permissions;
	if (permissions_of(row, &permissions, err) != 0) {
		err->kind = ERR_INTERNAL;
		return err_wrap(err, "roles of %s", row->user_name);
	}
	struct session *s = mem_alloc(sizeof(*s));
	atomic_init(&s->references, 1);
	pthread_mutex_init(&s->lock, NULL);
	s->permissions = permissions;
	s->row = *row;
	s->row.id = mem_dup(row->id);
	s->row.user_id = mem_dup(row->user_id);
	s->row.user_name = mem_dup(row->user_name);
	s->row.display_name = mem_dup(row->display_name);
	s->row.domains = mem_dup(row->domains);
	secret_csrf(secret, s->csrf);
	*out = s;
	return 0;
}

struct session *session_ref(struct session *s)
{
	atomic_fetch_add(&s->references, 1);
	return s;
}

static void free_text(const char *text)
{
	union {
		const char *borrowed;
		void *owned;
	} p = { .borrowed = text };
	free(p.owned);
}

void session_unref(struct session **s)
{
	struct session *old = *s;
	*s = NULL;
	if (old == NULL || atomic_fetch_sub(&old->references, 1) != 1)
		return;
	for (int i = 0; i < GATEWAY_SERVICE_COUNT_; i++)
		free(old->tokens[i]);
	free_text(old->row.id);
	free_text(old->row.user_id);
	free_text(old->row.user_name);
	free_text(old->row.display_name);
	free_text(old->row.domains);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

bool session_holds(const struct session *s, enum permission permission)
{
	if (permission >= PERMISSION_COUNT_)
		return permission == PERMISSION_SESSION;
	return (s->permissions & 1u << permission) != 0;
}

const struct session_row *session_who(const struct session *s)
{
	return &s->row;
}

const char *session_csrf(const struct session *s)
{
	return s->csrf;
}

const char *session_token(
    struct session *s, enum gateway_service service, const uint8_t *key, int64_t now_s)
{
	pthread_mutex_lock(&s->lock);
	if (s->tokens[service] == NULL) {
		struct arena *a = arena_new(SESSION_ARENA_BYTES);
		s->tokens[service] = mem_dup(token_make(a, key, gateway_service_names[service],
		    s->row.user_id, s->row.user_name, s->row.is_admin, s->row.domains, now_s));
		arena_free(&a);
	}
	pthread_mutex_unlock(&s->lock);
	return s->tokens[service];
}
