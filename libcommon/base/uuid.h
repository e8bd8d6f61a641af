/* SPDX-License-Identifier: Apache-2.0 */
/* uuid - UUIDv7 (RFC 9562) as text: time-ordered ids made by whoever creates the thing. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/macros.h"

enum { UUID_TEXT_BYTES = 37 }; /* 36 and NUL */

/* uuid_make - new UUIDv7 from clock_now_ms and getrandom(2); out at least UUID_TEXT_BYTES; ids made
 * in one process rise even within a millisecond. */
void uuid_make(char *out);

/* uuid_is_valid - 36 bytes of lower-case hex and dashes of any UUID version; NULL is not valid. */
bool uuid_is_valid(const char *s);

#endif
