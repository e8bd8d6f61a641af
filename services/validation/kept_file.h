/* SPDX-License-Identifier: Apache-2.0 */
/* kept_file - the rows of a run that a check keeps beside its report: a file for the reader. */
#ifndef VALIDATION_KEPT_FILE_H
#define VALIDATION_KEPT_FILE_H

#include "kit/http_server.h"

/* One kind of them; static strings. */
struct kept_file {
	const char *column;    /* of store_report_find: the file's path */
	const char *word;      /* of the file's name: "<dataset>-<run's number>-<word>.csv" */
	const char *none_code; /* there is no such file */
	const char *none;
	const char *gone_code; /* the report names one that is not there */
	const char *gone;
};

/*
 * kept_file_send - answer with the file of ?run, or of the dataset's newest report, to those with
 * rejects.raw.
 *
 * Errors  ERR_NOT_FOUND  none_code, gone_code, "dataset.unknown", "report.unknown"
 *         ERR_DENIED     of validation_dataset
 *         ERR_INTERNAL   the file cannot be opened
 */
int kept_file_send(struct http_req *req, const struct kept_file *kind, struct err *err) MUST_CHECK;

#endif
