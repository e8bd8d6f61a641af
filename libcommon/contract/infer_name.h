/* SPDX-License-Identifier: Apache-2.0 */
/* infer_name - names of fields from the headers of a file. */
#ifndef CONTRACT_INFER_NAME_H
#define CONTRACT_INFER_NAME_H

#include "base/arena.h"

/* contract_infer_names - n unique names [a-z][a-z0-9_]{0,62} for n headers, in the arena. Letters
 * with an accent of Latin-1 lose it (ä, ö, ü, ß become ae, oe, ue, ss); what is left of an
 * unreadable header is column_N. Reserved names (contract.h) are not given. */
const char *const *contract_infer_names(const char *const *header, size_t n, struct arena *a);

#endif
