/* SPDX-License-Identifier: Apache-2.0 */
/* dataset_body - the members that creating and changing a dataset have in common. */
#ifndef VALIDATION_DATASET_BODY_H
#define VALIDATION_DATASET_BODY_H

#include "kit/json.h"

/*
 * dataset_body_description - the member "description"; out stays when it is absent.
 *
 * Errors  ERR_INPUT  code "field.invalid"
 */
int dataset_body_description(const cJSON *body, const char **out, struct err *err) MUST_CHECK;

/* dataset_body_auto_publish - the member "auto_publish" as "true" or "false"; out stays when it is
 * absent. ERR_INPUT "field.invalid". */
int dataset_body_auto_publish(const cJSON *body, const char **out, struct err *err) MUST_CHECK;

/* dataset_body_budget - the member "error_budget_pct", 0..100, three digits behind the point, as
 * text; out stays when it is absent. ERR_INPUT "field.invalid". */
int dataset_body_budget(
    const cJSON *body, struct arena *a, const char **out, struct err *err) MUST_CHECK;

#endif
