/* SPDX-License-Identifier: Apache-2.0 */
/* infer_draft - the document's side of a draft: one field. */
#include <string.h>

#include "contract/contract.h"
#include "contract/infer_priv.h"
#include "contract/profile_value.h"

/* Whole numbers that need more than 64 bits are a decimal of ours, but an integer to everybody. */
static bool is_whole(const struct infer_column *c, const struct infer_candidate *k)
{
	unsigned before;
	unsigned behind;
	infer_digits(c, k, &before, &behind);
	return behind == 0 && c->count[SHAPE_DECIMAL] == 0;
}

static const char *frictionless_type(const struct infer_column *c, const struct infer_candidate *k)
{
	static const char *const names[CSV_TYPE_COUNT_] = {
		[CSV_TEXT] = "string",
		[CSV_INTEGER] = "integer",
		[CSV_DECIMAL] = "number",
		[CSV_DOUBLE] = "number",
		[CSV_BOOLEAN] = "boolean",
		[CSV_DATE] = "date",
		[CSV_TIMESTAMP] = "datetime",
		[CSV_TIMESTAMPTZ] = "datetime",
		[CSV_TIME] = "time",
		[CSV_DURATION] = "duration",
		[CSV_UUID] = "string",
		[CSV_JSON] = "object",
	};
	if (k->type == CSV_JSON && !infer_takes(k, SHAPE_JSON_OBJECT))
		return "array";
	if (k->type == CSV_JSON && infer_takes(k, SHAPE_JSON_ARRAY))
		return "string";
	if (k->type == CSV_DECIMAL && is_whole(c, k))
		return "integer";
	return names[k->type];
}

/* Objects and arrays alone have a type of the Table Schema; both together do not. */
static bool is_any_json(const struct infer_candidate *k)
{
	return k->type == CSV_JSON && infer_takes(k, SHAPE_JSON_OBJECT) &&
	       infer_takes(k, SHAPE_JSON_ARRAY);
}

static void add_string(cJSON *obj, const char *name, const char *value)
{
	(void)cJSON_AddStringToObject(obj, name, value);
}

static void add_char(cJSON *obj, const char *name, char c)
{
	const char text[2] = { c, '\0' };
	if (c != '\0')
		add_string(obj, name, text);
}

/* The spellings of a word that differ from each other. */
static void add_words(cJSON *field, const char *name, const char *const *words)
{
	cJSON *list = cJSON_AddArrayToObject(field, name);
	for (int i = 0; i < 3; i++) {
		if (i == 0 || strcmp(words[i], words[i - 1]) != 0)
			cJSON_AddItemToArray(list, cJSON_CreateString(words[i]));
	}
}

static void add_decimal(cJSON *ours, const struct infer_column *c, const struct infer_candidate *k)
{
	unsigned before;
	unsigned behind;
	infer_digits(c, k, &before, &behind);
	const unsigned narrow =
	    before + behind <= CSV_DECIMAL_NARROW ? CSV_DECIMAL_NARROW : CSV_DECIMAL_MAX;
	add_string(ours, "type", "decimal");
	(void)cJSON_AddNumberToObject(ours, "precision", narrow);
	(void)cJSON_AddNumberToObject(ours, "scale", behind);
}

static void add_enum(cJSON *constraints, const struct infer_column *c)
{
	const struct profile_slot *slots[CONTRACT_ENUM_SHOWN];
	bool strong;
	const size_t n = infer_enum(c, slots, &strong);
	if (n == 0 || !strong)
		return;
	cJSON *list = cJSON_AddArrayToObject(constraints, "enum");
	for (size_t x = 0; x < n; x++) {
		const struct profile_text *t = profile_distinct_value(&c->distinct, slots[x]);
		char text[CONTRACT_PROFILE_TEXT_BYTES + 1] = { 0 };
		memcpy(text, t->p, t->n);
		cJSON_AddItemToArray(list, cJSON_CreateString(text));
	}
}

static void add_constraints(cJSON *field, const struct contract_infer *i, size_t column,
    const struct infer_choice *choice, bool unattended)
{
	cJSON *constraints = cJSON_CreateObject();
	if (i->rows > 0 && choice->nulls == 0)
		(void)cJSON_AddBoolToObject(constraints, "required", true);
	if (choice->k->type == CSV_TEXT && !unattended)
		add_enum(constraints, &i->seen[column]);
	if (constraints->child != NULL)
		cJSON_AddItemToObject(field, "constraints", constraints);
	else
		cJSON_Delete(constraints);
}

static void add_ours(cJSON *field, const struct contract_infer *i, size_t column, const char *name,
    const struct infer_choice *choice)
{
	const struct infer_candidate *k = choice->k;
	const char *header = i->header[column];
	cJSON *ours = cJSON_CreateObject();
	if (k->type == CSV_DECIMAL)
		add_decimal(ours, &i->seen[column], k);
	else if (k->type == CSV_DOUBLE || k->type == CSV_TIMESTAMPTZ || is_any_json(k))
		add_string(ours, "type", csv_type_name(k->type));
	if (choice->language != NULL)
		add_string(ours, "locale", choice->language);
	if (k->type != CSV_TEXT && i->seen[column].spaced > 0)
		cJSON_AddItemToArray(
		    cJSON_AddArrayToObject(ours, "normalise"), cJSON_CreateString("trim"));
	if (strcmp(header, name) != 0 && strlen(header) <= CONTRACT_WORD_BYTES)
		cJSON_AddItemToObject(ours, "aliases", cJSON_CreateStringArray(&header, 1));
	if (ours->child != NULL)
		cJSON_AddItemToObject(field, "millrace", ours);
	else
		cJSON_Delete(ours);
}

void infer_add_field(cJSON *fields, const struct contract_infer *i, size_t column, const char *name,
    const struct infer_choice *choice, bool unattended)
{
	const struct infer_candidate *k = choice->k;
	cJSON *field = cJSON_CreateObject();
	cJSON_AddItemToArray(fields, field);
	add_string(field, "name", name);
	add_string(field, "type", frictionless_type(&i->seen[column], k));
	if (k->type == CSV_UUID)
		add_string(field, "format", "uuid");
	else if (k->format[0] != '\0')
		add_string(field, "format", k->format);
	add_char(field, "decimalChar", k->decimal_char);
	add_char(field, "groupChar", k->group_char);
	if (k->pair > 0) {
		add_words(field, "trueValues", shape_words[k->pair].yes);
		add_words(field, "falseValues", shape_words[k->pair].no);
	}
	add_constraints(field, i, column, choice, unattended);
	add_ours(field, i, column, name, choice);
}
