/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_scan - any bytes in any dialect through the whole reader: neither the cut into blocks
 * nor the masks of any processor may change a row, and every row is what csv_row makes of it. */
#include "base/die.h"
#include "csv_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 12 };

static void compare(const struct buf *a, const struct buf *b, const char *what)
{
	if (a->n != b->n || memcmp(a->data, b->data, a->n) != 0)
		bug("%s change the rows:\n%s\n%s", what, a->data, b->data);
}

static void check_cuts(struct table_spec *spec, const uint8_t *data, struct buf *whole)
{
	struct buf cut;
	struct table_count count;
	buf_init(&cut, 8 << 20);
	spec->block_bytes = data[9] % 96 + 1U;
	spec->step = data[10] % 16;
	csv_mask_force((enum csv_mask_level)(data[11] % CSV_MASK_LEVELS_));
	(void)table_read(spec, &cut, &count);
	csv_mask_force(CSV_MASK_LEVELS_);
	compare(whole, &cut, "blocks and masks");
	buf_done(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole;
	struct buf rows;
	struct table_count count;
	if (size < HEAD || size > 4096)
		return 0;
	struct table_spec spec = {
		.text = (const char *)data + HEAD,
		.n = size - HEAD,
		.dialect = table_dialect(data),
		.repair = data[6] % 8 == 0,
		.types = data[6] % 16 == 0 ? "itd" : NULL,
	};
	buf_init(&whole, 8 << 20);
	buf_init(&rows, 8 << 20);
	const bool plain = !spec.repair && data[7] % 4 != 0;
	spec.dialect.footer_rows = plain ? 0 : data[7] % 5;
	spec.dialect.first_table = !plain && data[8] % 2 == 0;
	const int rc = table_read(&spec, &whole, &count);
	if (rc == 0 && plain) {
		table_by_rows(&spec, &rows);
		compare(&rows, &whole, "the masks");
	}
	check_cuts(&spec, data, &whole);
	buf_done(&whole);
	buf_done(&rows);
	return 0;
}
