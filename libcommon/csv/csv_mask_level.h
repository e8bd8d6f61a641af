/* SPDX-License-Identifier: Apache-2.0 */
/* csv_mask_level - functions that only some processors have; for csv_mask.c alone. */
#ifndef CSV_CSV_MASK_LEVEL_H
#define CSV_CSV_MASK_LEVEL_H

#include "csv/csv_mask.h"

#if defined(__x86_64__)
#define CSV_MASK_X86 1

extern const struct csv_mask_ops csv_mask_sse2, csv_mask_avx2;
#endif

#endif
