/* SPDX-License-Identifier: Apache-2.0 */
/* dataset_env - the datasets of one domain as libcommon/pipeline asks for them. */
#ifndef TRANSFORM_DATASET_ENV_H
#define TRANSFORM_DATASET_ENV_H

#include "kit/db.h"
#include "pipeline/pipeline.h"

struct dataset_env {
	struct db *db;      /* borrowed */
	const char *domain; /* borrowed */
};

/*
 * dataset_env_read - pipeline_read over the published contracts of the domain.
 *
 * Errors  as store_dataset
 */
int dataset_env_read(const struct dataset_env *env, const cJSON *doc, struct arena *a,
    struct pipeline **out, struct err *err) MUST_CHECK;

#endif
