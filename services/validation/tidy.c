/* SPDX-License-Identifier: Apache-2.0 */
/* tidy - what is left on disk by crashes and by time. */
#include "tidy.h"

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "kit/metrics.h"
#include "staged.h"
#include "store_report.h"
#include "validation.h"

enum { NUMBER_BYTES = 24, PATH_BYTES = 1024, DAY_MS = 86400000 };

static struct event *timer;
static _Atomic bool running; /* one look at a time */

bool tidy_name(const char *name, char *out_id, char *out_number)
{
	char id[UUID_TEXT_BYTES];
	if (strlen(name) < UUID_TEXT_BYTES || name[UUID_TEXT_BYTES - 1] != '-')
		return false;
	memcpy(id, name, UUID_TEXT_BYTES - 1);
	id[UUID_TEXT_BYTES - 1] = '\0';
	const char *digits = name + UUID_TEXT_BYTES;
	const size_t n = strspn(digits, "0123456789");
	if (!uuid_is_valid(id) || n == 0 || n > 18)
		return false;
	memcpy(out_id, id, sizeof(id));
	memcpy(out_number, digits, n);
	out_number[n] = '\0';
	return true;
}

/* Since its last change of any kind. A rename counts, which the time of the last write misses: the
 * first files of a long check were written long before they get their names. */
static int64_t age_ms(int dir_fd, const char *name)
{
	struct stat st;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return clock_now_ms() - (int64_t)st.st_ctim.tv_sec * 1000 - st.st_ctim.tv_nsec / 1000000;
}

static void count_removed(const char *what, const char *name)
{
	metrics_add(metrics_counter("millrace_validation_tidied_total", "",
			"Files and directories removed because nothing names them."),
	    1);
	log_info(NULL, "tidied", LOG_S("what", what), LOG_S("name", name));
}

/* Scratch of an attempt that ended without its worker; one that nobody knows goes after a day, that
 * of a look at a file or a trial of a draft (epoch 0, which no task has) after the grace. */
static void look_at_scratch(struct db *db, int dir_fd, const char *name, struct err *err)
{
	char id[UUID_TEXT_BYTES];
	char epoch[NUMBER_BYTES];
	char path[PATH_BYTES];
	bool over = false;
	if (!tidy_name(name, id, epoch) || store_is_over(db, id, epoch, &over, err) != 0)
		return;
	const int64_t keep_ms =
	    strcmp(epoch, "0") == 0 ? validation_conf()->orphan_grace_ms : DAY_MS;
	if (!over && age_ms(dir_fd, name) < keep_ms)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", validation_conf()->scratch_dir, name);
	if (staged_remove_tree(path))
		count_removed("scratch", name);
	else
		log_warn(NULL, "cannot remove scratch", LOG_S("name", name));
}

static void look_at_file(struct db *db, int dir_fd, const char *name, struct err *err)
{
	char id[UUID_TEXT_BYTES];
	char epoch[NUMBER_BYTES];
	bool current = true;
	if (!tidy_name(name, id, epoch) ||
	    age_ms(dir_fd, name) < validation_conf()->orphan_grace_ms)
		return;
	if (store_is_current(db, id, epoch, &current, err) != 0 || current)
		return;
	if (unlinkat(dir_fd, name, 0) == 0)
		count_removed("file", name);
}

typedef void (*look_fn)(struct db *db, int dir_fd, const char *name, struct err *err);

/* Stops at the first failed question: an unreachable database is no reason to remove anything. */
static void each_entry(struct db *db, const char *dir, look_fn look)
{
	struct err err = { 0 };
	DIR *d = opendir(dir);
	if (d == NULL)
		return;
	for (const struct dirent *e; err.kind == ERR_NONE && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] != '.')
			look(db, dirfd(d), e->d_name, &err);
	}
	(void)closedir(d);
	if (err.kind != ERR_NONE)
		log_warn(NULL, "tidying stopped", LOG_S("dir", dir), LOG_S("reason", err.msg));
}

static void look_at_domain(struct db *db, int dir_fd, const char *name, struct err *err)
{
	char path[PATH_BYTES];
	(void)dir_fd;
	(void)err;
	(void)snprintf(path, sizeof(path), "%s/%s", validation_conf()->silver_dir, name);
	each_entry(db, path, look_at_file);
}

/* Files first, rows after: a crash between the two leaves rows that are found again. */
static void expire_rejects(struct db *db)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct err err = { 0 };
	if (store_expired(db, validation_conf()->reject_days, &r, &err) != 0) {
		log_warn(NULL, "cannot look for old rejects", LOG_S("reason", err.msg));
		return;
	}
	for (int i = 0; i < db_rows(r); i++) {
		static const char *const columns[] = { "csv", "parquet", "repairs" };
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
			const char *path = db_text(r, i, columns[k]);
			if (path != NULL)
				(void)unlink(path);
		}
		if (store_forget_rejects(db, db_text(r, i, "run_id"), &err) != 0)
			log_warn(NULL, "cannot drop old rejects", LOG_S("reason", err.msg));
	}
}

static void look(struct db *db, void *arg)
{
	(void)arg;
	each_entry(db, validation_conf()->scratch_dir, look_at_scratch);
	each_entry(db, validation_conf()->silver_dir, look_at_domain);
	expire_rejects(db);
	atomic_store(&running, false);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct svc *svc = arg;
	struct err err = { 0 };
	(void)fd;
	(void)what;
	if (atomic_exchange(&running, true))
		return;
	if (pool_run(svc_pool(svc), look, NULL, &err) != 0)
		atomic_store(&running, false); /* the pool is busy: next time */
}

int tidy_start(struct svc *svc, struct err *err)
{
	const int64_t ms = validation_conf()->tidy_ms;
	const struct timeval each = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };
	timer = event_new(svc_base(svc), -1, EV_PERSIST, on_timer, svc);
	if (timer == NULL || event_add(timer, &each) != 0)
		return err_set(err, ERR_INTERNAL, "no timer");
	event_active(timer, EV_TIMEOUT, 1);
	return 0;
}

void tidy_stop(void)
{
	if (timer != NULL)
		event_free(timer);
	timer = NULL;
}
