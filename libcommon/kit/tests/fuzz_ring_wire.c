/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_ring_wire - any bytes are an envelope or refused; what is read can be written and read
 * again. */
#include "base/die.h"
#include "kit/ring_wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[RING_WIRE_MAX_BYTES];
	struct ring_msg m, again;

	if (!ring_wire_decode(data, size, &m))
		return 0;
	ASSERT(ring_wire_decode(bytes, ring_wire_encode(&m, bytes), &again));
	ASSERT(strcmp(m.run_id, again.run_id) == 0 && m.rows == again.rows);
	return 0;
}
