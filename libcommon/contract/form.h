/* SPDX-License-Identifier: Apache-2.0 */
/* form - the formats of strings: email, uri, binary, a year with its month, a point of the earth;
 * those of JSON are asked of json_cell.h. */
#ifndef CONTRACT_FORM_H
#define CONTRACT_FORM_H

#include "contract/contract.h"

/*
 * contract_form_fits - has a text the form?
 *
 * email     one @, a local part of 1 to 64 bytes without blanks, a domain of dotted labels
 * uri       a scheme, a colon, then no blank and no control character (RFC 3986's outer shape)
 * binary    base64 of RFC 4648 with padding
 * yearmonth YYYY-MM
 * geopoint  "lon, lat": -180..180 and -90..90
 * of JSON   json_cell.h
 */
bool contract_form_fits(enum contract_form form, const char *p, size_t n) MUST_CHECK;

/* contract_form_name - for people: "an email address"; static memory. */
const char *contract_form_name(enum contract_form form);

#endif
