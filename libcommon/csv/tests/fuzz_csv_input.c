/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_input - any bytes in any encoding, plain or packed: how they are read may change neither
 * the text nor where its lines are. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/die.h"
#include "csv/csv_input.h"
#include "csv_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const encodings[] = { NULL, "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32",
	"utf-32be", "windows-1252", "latin1", "koi8-r", "ibm037", "shift_jis", "euc-jp", "gb18030",
	"big5-hkscs", "windows-1258" };

enum { ROOM = 512 };

struct outcome {
	struct buf text, places;
	char code[ERR_CODE_BYTES];
};

static void put_places(struct csv_input *in, struct outcome *o)
{
	struct csv_lines lines = { 0 };
	csv_input_lines(in, 0, o->text.n, &lines);
	for (size_t i = 0; i <= o->text.n; i++) {
		const bool start = i == 0 || i == o->text.n || o->text.data[i - 1] == '\n' ||
				   (o->text.data[i - 1] == '\r' && o->text.data[i] != '\n');
		if (start)
			buf_printf(&o->places, "%zu %llu\n", i,
			    (unsigned long long)csv_lines_file(&lines, i));
	}
	csv_lines_done(&lines);
}

static void read_it(
    struct fixture_file f, const struct csv_given *given, size_t room, struct outcome *o)
{
	struct err err = { 0 };
	const struct csv_input_params p = { .read = fixture_read, .arg = &f, .given = given };
	struct csv_input *in = NULL;
	char bytes[ROOM];
	ssize_t n = 0;
	buf_init(&o->text, 8 << 20);
	buf_init(&o->places, 8 << 20);
	if (csv_input_open(&p, &in, &err) == 0) {
		while ((n = csv_input_read(in, bytes, room, &err)) > 0 && o->text.n < 1 << 20)
			buf_add(&o->text, bytes, (size_t)n);
		if (n == 0)
			put_places(in, o);
	}
	(void)snprintf(o->code, sizeof(o->code), "%s", err.code);
	csv_input_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome a;
	struct outcome b;
	struct csv_given given = { 0 };
	struct err err = { 0 };
	if (size < 3 || size > 4096)
		return 0;
	const char *name = encodings[data[0] % ARRAY_SIZE(encodings)];
	if (name != NULL && csv_given_set(&given, "encoding", name, &err) != 0)
		bug("%s", err.msg);
	struct fixture_file f = { .p = (const char *)data + 2, .n = size - 2 };
	read_it(f, &given, ROOM, &a);
	f.step = data[1] % 16 + 1;
	read_it(f, &given, data[1] / 16 + 1U, &b);
	const bool whole = a.text.n < 1 << 20 && a.code[0] == '\0';
	if (strcmp(a.code, b.code) != 0)
		bug("the cut of the reads changes '%s' to '%s'", a.code, b.code);
	if (whole && (a.text.n != b.text.n || memcmp(a.text.data, b.text.data, a.text.n) != 0))
		bug("the cut of the reads changes the text");
	if (whole && strcmp(a.places.data, b.places.data) != 0)
		bug("the cut of the reads moves lines:\n%s\n%s", a.places.data, b.places.data);
	buf_done(&a.text);
	buf_done(&a.places);
	buf_done(&b.text);
	buf_done(&b.places);
	return 0;
}
