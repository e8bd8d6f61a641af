-- SPDX-License-Identifier: Apache-2.0
-- reject_cells - where the bad cell stands in a refused row's text, and its shape (digits as 9, letters as a),
-- by which rows that are wrong in the same way are found together.
alter table catalog.rejects
	add column cell_at int,     -- characters before it in raw; null = the row as a whole, or not known
	add column cell_length int, -- characters
	add column shape text;
