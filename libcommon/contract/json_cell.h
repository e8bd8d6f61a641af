/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_cell - what the cells of JSON columns hold beyond being JSON: how many items, which value,
 * and the objects and arrays that are places of the earth.
 *
 * The scanner has checked that the bytes are JSON (csv_json.h). Numbers are compared as doubles;
 * the order of an object's names says nothing. Any thread.
 */
#ifndef CONTRACT_JSON_CELL_H
#define CONTRACT_JSON_CELL_H

#include "base/arena.h"
#include "contract/contract.h"

/* contract_json_items - items of an array or object; 0 for anything else. */
int64_t contract_json_items(const char *p, size_t n);

/* contract_json_plain - the same text for all ways to write one value: without blanks, names in
 * order. NUL and CSV_PAD_BYTES behind it may be read. From malloc, for free(); NULL when it is no
 * JSON. */
char *contract_json_plain(const char *p, size_t n) MUST_CHECK;

/*
 * contract_json_fits - has a cell the form?
 *
 * geojson         an object whose "type" is one of GeoJSON's nine (RFC 7946)
 * topojson        an object whose "type" is Topology or that of a geometry
 * geopoint array  [longitude, latitude]; object {"lon": .., "lat": ..}: two numbers in their range
 */
bool contract_json_fits(enum contract_form form, const char *p, size_t n) MUST_CHECK;

#endif
