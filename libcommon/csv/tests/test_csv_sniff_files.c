/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_sniff_files - files as they come: banks, spreadsheets, databases, loggers, statistics
 * offices; the whole dialect of each. */
#include "csv/csv_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

/* want: delimiter, then what is not usual: quote=, escape=, comment=, CRLF, CR, mixed, skip,
 * pre=lines, head=rows (unless 1), foot=rows, first (blank: though as wide); at last the columns.
 */
struct file_case {
	const char *name, *text, *want;
};

static const struct file_case cases[] = {
	/* Plain ones. */
	{ "commas", "id,name,price\n1,Apple,1.50\n2,Pear,2.25\n", "comma 3" },
	{ "CR LF", "id,name\r\n1,Apple\r\n2,Pear\r\n", "comma CRLF 2" },
	{ "CR alone", "id,name\r1,Apple\r2,Pear\r", "comma CR 2" },
	{ "mixed line ends", "id,name\r\n1,Apple\n2,Pear\r3,Fig\r\n4,Plum\n5,Kiwi\r6,Lime\n",
	    "comma mixed 2" },
	{ "no line end at the end", "id,name\n1,Apple\n2,Pear", "comma 2" },
	{ "semicolons and decimal commas", "id;preis;menge\n1;1,50;2,5\n2;2,25;3,0\n",
	    "semicolon 3" },
	{ "tabs", "gene\tchrom\tstart\nTP53\tchr17\t7668402\nBRCA1\tchr17\t43044295\n", "tab 3" },
	{ "pipe dump", "1|Smith|2026-01-02|12.50\n2|Jones|2026-01-03|7.00\n", "pipe head=0 4" },
	{ "caret", "id^name^day\n1^Ann^2026-01-01\n2^Bob^2026-01-02\n", "^ 3" },
	{ "tilde", "id~name~day\n1~Ann~2026-01-01\n2~Bob~2026-01-02\n", "~ 3" },
	{ "unit separators",
	    "id\x1fname\x1f"
	    "day\n1\x1f"
	    "Ann\x1f"
	    "2026-01-01\n2\x1f"
	    "Bob\x1f"
	    "2026-01-02\n",
	    "\x1f 3" },
	{ "control A, as Hive writes", "1\001Ann\0012026-01-01\n2\001Bob\0012026-01-02\n",
	    "\001 head=0 3" },
	{ "two pipes", "id||name||qty\n1||Ann||3\n2||Bob||4\n3||||5\n", "|| 3" },
	{ "a pipe between tildes", "id~|~name~|~qty\n1~|~Ann~|~3\n2~|~Bob~|~4\n", "~|~ 3" },
	{ "section signs",
	    "id\xc2\xa7name\xc2\xa7qty\n1\xc2\xa7"
	    "Ann\xc2\xa7"
	    "3\n2\xc2\xa7"
	    "Bob\xc2\xa7"
	    "4\n",
	    "\xc2\xa7 3" },
	{ "comma and blank", "id, name, qty\n1, Ann, 3\n2, Bob, 4\n", "comma skip 3" },
	{ "quotes behind blanks", "id, name, note\n1, \"Ann\", \"a, b\"\n2, \"Bob\", \"c\"\n",
	    "comma skip 3" },
	{ "decimal commas between comma and blank", "x, y, z\n1,5, 2,25, 3,0\n2,5, 3,75, 4,5\n",
	    ",  3" },
	{ "blanks alone", "1.0 2.5 3.5\n4.0 5.5 6.5\n7.0 8.5 9.5\n", "space head=0 3" },
	{ "colons",
	    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/"
	    "nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n",
	    "colon head=0 7" },
	/* Quotes. */
	{ "quotes everywhere", "\"id\",\"name\"\n\"1\",\"Smith, Ann\"\n\"2\",\"Jones, Bob\"\n",
	    "comma 2" },
	{ "doubled quotes",
	    "id,quote\n1,\"she said \"\"no\"\"\"\n2,\"he said \"\"yes, please\"\"\"\n", "comma 2" },
	{ "escaped quotes",
	    "id,quote\n1,\"she said \\\"no\\\"\"\n2,\"he said \\\"yes, please\\\"\"\n",
	    "comma escape=\\ 2" },
	{ "paths with backslashes in quotes",
	    "id,path\n1,\"C:\\dir\\\"\n2,\"D:\\a,b\\\"\n3,\"E:\\x\\\"\n", "comma 2" },
	{ "single quotes", "id,name\n1,'Smith, Ann'\n2,'O''Brien, Bob'\n3,'Li'\n",
	    "comma quote=' 2" },
	{ "apostrophes in text",
	    "id,name,town\n1,O'Brien,L'Aquila\n2,d'Arc,York\n3,Li,'s-Hertogenbosch\n", "comma 3" },
	{ "tabs with quotes as text",
	    "id\ttitle\tsize\n1\t\"A\" grade pipe\t5\"\n2\t\"B\" grade rod\t6\"\n3\tplain "
	    "rod\t7\"\n",
	    "tab quote=none 3" },
	{ "inches", "id,item,price\n1,5\" pipe,2.50\n2,6\" pipe,3.50\n3,7\" rod,1.25\n",
	    "comma 3" },
	{ "line ends in quotes",
	    "id,address,zip\n1,\"Main St 1\nTown\",12345\n2,\"Side St "
	    "2\nCity\",23456\n3,\"X\nY\",34567\n",
	    "comma 3" },
	{ "one torn quote", "id,name,qty\n1,Ann,3\n2,\"Bob,4\n3,Cid,5\n4,Dan,6\n5,Eve,7\n6,Fay,8\n",
	    "comma 3" },
	{ "JSON in cells, doubled",
	    "id,data\n1,\"{\"\"a\"\": 1, \"\"b\"\": [1,2]}\"\n2,\"{\"\"a\"\": 2}\"\n3,\"{}\"\n",
	    "comma 2" },
	{ "JSON in cells of a tab file",
	    "id\tdata\n1\t{\"a\": 1, \"b\": [1,2]}\n2\t{\"a\": 2, \"b\": []}\n3\t{\"c\": 3}\n",
	    "tab 2" },
	{ "JSON in cells of a pipe file, no quotes",
	    "1|{\"a\": 1, \"b\": 2}|x\n2|{\"a\": 2, \"b\": 3}|y\n3|{\"a\": 3, \"b\": 4}|z\n",
	    "pipe head=0 3" },
	/* Headers. */
	{ "numbers without header", "1,2.5,3\n4,5.5,6\n7,8.5,9\n", "comma head=0 3" },
	{ "all text with header", "name,city,country\nAnna,Berlin,DE\nBob,York,GB\nCid,Oslo,NO\n",
	    "comma 3" },
	{ "all text without header, values come again",
	    "red,round,big\nblue,square,big\nred,square,small\ngreen,round,small\nblue,round,big\n"
	    "red,round,small\ngreen,square,big\nred,round,big\nblue,square,small\nred,square,big\n",
	    "comma head=0 3" },
	{ "header alone", "id,name,price\n", "comma 3" },
	{ "a row of values alone", "1,2026-01-01,3.50\n", "comma head=0 3" },
	{ "years as names", "country,2019,2020,2021\nDE,83100,83200,83300\nFR,67000,67200,67400\n",
	    "comma 4" },
	{ "units below names",
	    "time,speed,mass\ns,m/s,kg\n0.0,1.5,80\n0.1,1.6,80\n0.2,1.7,80\n0.3,1.8,81\n",
	    "comma head=2 3" },
	{ "names in two rows",
	    "region,sales,sales,costs,costs\n,Q1,Q2,Q1,Q2\nNorth,10,12,7,8\nSouth,11,13,6,7\nEast,"
	    "9,9,5,5"
	    "\nWest,7,8,4,4\n",
	    "comma head=2 5" },
	{ "names with a hash", "#id,name,qty\n1,Ann,3\n2,Bob,4\n", "comma 3" },
	{ "numpy's header", "# x,y,z\n1.0,2.0,3.0\n4.0,5.0,6.0\n", "comma 3" },
	{ "dates without header", "2026-01-01,12,ok\n2026-01-02,13,ok\n2026-01-03,9,bad\n",
	    "comma head=0 3" },
	{ "empty names", "id,,qty\n1,x,3\n2,y,4\n", "comma 3" },
	{ "header shorter than the rows", "id,name,qty\n1,Ann,3,\n2,Bob,4,\n3,Cid,5,\n",
	    "comma 4" },
	/* One column. */
	{ "one column of names", "name\nAnna\nBob\nCid\n", "none 1" },
	{ "one column of numbers", "12\n15\n17\n", "none head=0 1" },
	{ "one column of decimal commas", "preis\n1,50\n2,25\n3,75\n", "none 1" },
	{ "one column of timestamps", "ts\n2026-01-01 10:00:00\n2026-01-01 10:00:05\n", "none 1" },
	{ "one column of dates and times without header",
	    "2026-01-01 10:00:00\n2026-01-01 10:00:05\n2026-01-01 10:00:09\n", "none head=0 1" },
	{ "one column of prose",
	    "comment\nhello, world\nnice\nok, fine, thanks\nno; really: no\nbye\n", "none 1" },
	{ "log lines",
	    "2026-01-01 10:00:00 INFO server started\n2026-01-01 10:00:01 WARN disk is nearly "
	    "full\n"
	    "2026-01-01 10:00:03 INFO stopped\n",
	    "none 1" },
	{ "one column of addresses",
	    "https://example.org/a?b=c&d=e\nhttps://example.org/x,y\nhttps://example.net/\n",
	    "none head=0 1" },
	/* Values that look like delimiters. */
	{ "times", "start,end,room\n10:00,11:30,A\n12:00,13:15,B\n", "comma 3" },
	{ "dates with slashes", "day;what\n01/02/2026;open\n03/02/2026;closed\n", "semicolon 2" },
	{ "money", "item;price;sum\nA;1.234,56 EUR;2.000,00 EUR\nB;12,00 EUR;24,00 EUR\n",
	    "semicolon 3" },
	{ "lists in cells", "id;tags;n\n1;a,b,c;3\n2;d,e;2\n3;f;1\n", "semicolon 3" },
	{ "equally many commas in cells",
	    "id;town;qty\n1;Paris, FR;3\n2;Rome, IT;4\n3;Bonn, DE;5\n", "semicolon 3" },
	{ "pipes in cells", "id,path,qty\n1,a|b,3\n2,c|d,4\n3,e|f,5\n", "comma 3" },
	{ "thousands in quotes", "city,people\nBerlin,\"3,677,000\"\nHamburg,\"1,906,000\"\n",
	    "comma 2" },
	{ "coordinates", "name;pos\nA;52.5, 13.4\nB;48.1, 11.6\nC;50.9, 6.9\n", "semicolon 2" },
	/* What stands around the table. */
	{ "a bank's export",
	    "Kontonummer:;DE12 3456 7890\nVon:;01.01.2026\nBis:;31.01.2026\n\n"
	    "Buchungstag;Valuta;Text;Betrag;Waehrung\n"
	    "01.01.2026;02.01.2026;Miete, "
	    "warm;-850,00;EUR\n03.01.2026;03.01.2026;Lohn;2.500,00;EUR\n"
	    "05.01.2026;05.01.2026;Strom;-75,50;EUR\n",
	    "semicolon pre=4 5" },
	{ "a bank's export with totals",
	    "\"Umsaetze\";\"Girokonto\"\n\n\"Datum\";\"Empfaenger\";\"Zweck\";\"Betrag\"\n"
	    "\"02.01.2026\";\"Stadtwerke\";\"Strom\";\"-75,50\"\n"
	    "\"03.01.2026\";\"Arbeitgeber\";\"Lohn\";\"2.500,00\"\n"
	    "\"Summe\";\"\";\"\";\"2.424,50\"\n",
	    "semicolon pre=2 foot=1 4" },
	{ "a title and a blank line",
	    "Sales of November 2026\n\nid,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n", "comma pre=2 3" },
	{ "a title right above", "Monthly report\nid,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n",
	    "comma pre=1 3" },
	{ "a spreadsheet's padded titles",
	    "Report,,,\nNovember "
	    "2026,,,\n,,,\nid,name,qty,price\n1,Ann,3,1.50\n2,Bob,4,2.50\n3,Cid,5,3.50\n",
	    "comma pre=3 4" },
	{ "blank lines before the header", "\n\nid,name\n1,Ann\n2,Bob\n", "comma 2" },
	{ "comments",
	    "# made by logger 3\n# unit: degrees\nid,temp\n1,20.5\n# sensor "
	    "changed\n2,21.0\n3,20.0\n",
	    "comma comment=# 2" },
	{ "comments with commas", "# a, b\nid,temp\n1,20.5\n2,21.0\n3,20.0\n",
	    "comma comment=# 2" },
	{ "VCF",
	    "##fileformat=VCFv4.2\n##source=caller\n#"
	    "CHROM\tPOS\tID\tREF\n20\t14370\trs1\tG\n20\t17330\trs2"
	    "\tT\n",
	    "tab comment=## 4" },
	{ "comments of slashes", "// generated\n// do not edit\nid;qty\n1;3\n2;4\n",
	    "semicolon comment=// 2" },
	{ "totals", "item,qty,price\nA,3,1.50\nB,4,2.50\nC,1,9.00\nTotal,8,13.00\n", "comma 3" },
	{ "totals with gaps",
	    "day,item,qty,price\n2026-01-01,A,3,1.50\n2026-01-02,B,4,2.50\nTotal,,7,4.00\n",
	    "comma foot=1 4" },
	{ "an end mark", "id,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n-- end --\n", "comma foot=1 3" },
	{ "a count behind a blank line", "id,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n\n(3 rows)\n",
	    "comma foot=1 3" },
	{ "a count below texts", "name,city,qty\nAnn,Rome,3\nBob,Oslo,4\nCid,Wien,5\n(3 rows)\n",
	    "comma foot=1 3" },
	{ "a count with the header", "name;city;qty\nAnn;Rome;3\nBob;Oslo;4\n-- 3 rows --\n",
	    "semicolon foot=1 3" },
	{ "a count in words", "name,city,qty\nAnn,Rome,3\nBob,Oslo,4\nNumber of records: 2\n",
	    "comma foot=1 3" },
	{ "a count in German and an end mark",
	    "name;ort;menge\nAnn;Rom;3\nBob;Oslo;4\nAnzahl Datens\xc3\xa4tze: 2\nEnde\n",
	    "semicolon foot=2 3" },
	{ "a count in a padded row", "name,city,qty\nAnn,Rome,3\nBob,Oslo,4\n2 rows,,\n",
	    "comma foot=1 3" },
	{ "a count that the delimiter cuts",
	    "name city qty n m\nAnn Rome 3 1 2\nBob Oslo 4 2 3\nCid Wien 5 3 4\n-- 3 rows --\n",
	    "space foot=1 5" },
	{ "a cut row that looks like a count",
	    "line,city,qty\nLine 1,Rome,3\nLine 2,Oslo,4\nLine 3\n", "comma 3" },
	{ "a cut row that counts something else",
	    "text,city,qty\n(7 rows),Rome,3\n(8 rows),Oslo,4\n(9 rows)\n", "comma 3" },
	{ "a cut row of words", "name,city,qty\nAnn,Rome,3\nBob,Oslo,4\nMary Jane\n", "comma 3" },
	{ "a row that is a count", "text,city,qty\nnone,Rome,3\nsome,Oslo,4\n3 rows,Wien,5\n",
	    "comma 3" },
	{ "rows without content at the end", "id,name,qty\n1,Ann,3\n2,Bob,4\n,,\n,,\n",
	    "comma foot=2 3" },
	{ "a source below",
	    "year;people\n2019;83100\n2020;83200\n2021;83300\nQuelle: Amt fuer Statistik\n",
	    "semicolon foot=1 2" },
	{ "a row that lacks a cell at the end", "id,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid\n",
	    "comma 3" },
	{ "a torn last row", "id,name,qty\n1,Ann,3\n2,Bob,4\n3,\"Cid\n", "comma 3" },
	{ "two tables", "id,name,qty\n1,Ann,3\n2,Bob,4\n\ncode,day\nX,2026-01-01\nY,2026-01-02\n",
	    "comma first 3" },
	{ "two tables, the second wider",
	    "id;qty;n\n1;2;3\n3;4;5\n\nx;y;z;u\n1;2;3;4\n4;5;6;7\n7;8;9;1\n", "semicolon first 3" },
	{ "a title above the second table",
	    "id,amt\n1,2.5\n2,3.5\n3,4.5\n\nTable 2: "
	    "staff\nname,dept,city\nAda,IT,Rome\nBob,HR,Oslo\n",
	    "comma first 2" },
	{ "three tables with titles",
	    "Table 1: sales\nid,amt\n1,2.5\n2,3.5\n3,4.5\n\nTable 2: "
	    "staff\nname,dept,city\nAda,IT,Rome\nBob,HR,Oslo\n\nTable 3\nx,y,z,w\n1,2,3,4\n",
	    "comma pre=1 first 2" },
	{ "a header once more",
	    "id,amount,day\n1,2.5,2026-01-01\n2,3.5,2026-01-02\n\n"
	    "id,amount,day\n1,2.5,2026-01-01\n2,3.5,2026-01-02\n",
	    "comma blank 3" },
	{ "another header of as many columns",
	    "id,amount,day\n1,2.5,2026-01-01\n2,3.5,2026-01-02\n\n"
	    "name,city,zip\nAda,Rome,00118\nBob,Paris,75001\n",
	    "comma blank 3" },
	{ "words behind a blank line",
	    "id,amount,day\n1,2.5,2026-01-01\n2,3.5,2026-01-02\n\n"
	    "lost,unknown,never\n4,2.5,2026-01-01\n5,3.5,2026-01-02\n",
	    "comma 3" },
	{ "all at once",
	    "Bericht;November\nStand;20.11.2026\n\nid;name;betrag\n# "
	    "vorlaeufig\n1;Anna;1,50\n2;Bob;2,50\n"
	    "3;Cid;3,50\nSumme;;7,50\n",
	    "semicolon comment=# pre=3 foot=1 3" },
	{ "Excel's first line", "sep=;\na;b\n1;2\n3;4\n", "semicolon pre=1 2" },
	{ "Excel's first line, of as many cells", "sep=,\nid,name\n1,Ann\n2,Bob\n3,Cid\n",
	    "comma pre=1 2" },
	{ "Excel's first line in quotes, against the rows",
	    "\"sep=;\"\r\nid,a;name\r\n1,5;Ann\r\n2,7;Bob\r\n", "semicolon CRLF pre=1 2" },
	{ "Excel's first line and a title", "SEP=|\nReport\n\nid|name|n\n1|Ann|2\n2|Bob|3\n",
	    "pipe pre=3 3" },
	{ "no first line of Excel's", "sep=a,sep=b\n1,2\n3,4\n", "comma 2" },
	/* Rows that do not fit. */
	{ "a torn quote in the header", "id,\"name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n", "comma 3" },
	{ "a torn quote in the header that swallows a row",
	    "\"id\",\"name\",\"qty\n\"1\",\"Ann\",\"3\"\n\"2\",\"Bob\",\"4\"\n\"3\",\"Cid\","
	    "\"5\"\n",
	    "comma 3" },
	{ "a torn quote before all names", "\"id;name;qty\n1;Ann;3\n2;Bob;4\n3;Cid;5\n",
	    "semicolon 3" },
	{ "a torn quote in a header of texts",
	    "name||\"town||land\nAnn||Rome||Italy\nBob||Oslo||Norway\nCid||Wien||Austria\n",
	    "|| 3" },
	{ "a torn quote in the header below a title",
	    "Report of November\nid,\"name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n", "comma pre=1 3" },
	{ "a torn quote in two names", "id,\"name\n1,Ann\n2,Bob\n3,Cid\n", "comma 2" },
	{ "a torn quote in the first row of data",
	    "1,\"Ann,3\n2,Bob,4\n3,Cid,5\n4,Dan,6\n5,Eve,7\n", "comma head=0 3" },
	{ "a torn quote in a title", "\"Report, of November\nid,name,qty\n1,Ann,3\n2,Bob,4\n",
	    "comma pre=1 3" },
	{ "a torn quote above the header",
	    "Stand,\"November,2026\nid,name,qty\n1,Ann,3\n2,Bob,4\n3,Cid,5\n", "comma pre=1 3" },
	{ "a torn quote in a pair above texts",
	    "Stand,\"November\nname,town\nAnn,Rome\nBob,Oslo\nCid,Wien\n", "comma pre=1 2" },
	{ "a torn quote in a padded title",
	    "\"Report,,,\nid,name,qty,n\n1,Ann,3,1\n2,Bob,4,1\n3,Cid,5,1\n", "comma pre=1 4" },
	{ "most rows win", "a,b;c\n1,2;3\n1,2\n1,2\n", "comma 2" },
	{ "ragged rows",
	    "id,name,qty\n1,Ann,3\n2,Bob\n3,Cid,5\n4,Dan,6,x\n5,Eve,7\n6,Fay,8\n7,Gus,9\n",
	    "comma 3" },
	{ "bad rows right below the header",
	    "id,name,qty\n1,Ann\n2,Bob\n3,Cid,5\n4,Dan,6\n5,Eve,7\n", "comma 3" },
	{ "sparse", "a,b,c,d,e,f\n1,,,,,\n,2,,,,\n,,3,,,\n,,,4,,\n", "comma 6" },
};

static void put_word(struct buf *out, const char *name, const char *chars)
{
	char word[CSV_DIALECT_WORD_BYTES];
	if (name[0] != '\0')
		buf_printf(out, " %s=%s", name, chars[0] == '\0' ? "none" : chars);
	else
		buf_adds(out, csv_dialect_word(chars, word));
}

static void describe(const struct csv_sniff_result *r, struct buf *out)
{
	const struct csv_dialect *d = &r->dialect;
	const char quote[] = { d->quote, '\0' };
	const char escape[] = { d->escape, '\0' };
	put_word(out, "", d->delimiter);
	if (d->quote != '"')
		put_word(out, "quote", quote);
	if (d->escape != '\0')
		put_word(out, "escape", escape);
	if (d->comment[0] != '\0')
		put_word(out, "comment", d->comment);
	if (d->line_end != CSV_LINE_LF || d->crlf)
		buf_printf(out, " %s",
		    d->line_end == CSV_LINE_CR      ? "CR"
		    : d->line_end == CSV_LINE_MIXED ? "mixed"
						    : "CRLF");
	if (d->skip_space)
		buf_adds(out, " skip");
	if (d->preamble_lines > 0)
		buf_printf(out, " pre=%u", d->preamble_lines);
	if (d->header_rows != 1)
		buf_printf(out, " head=%u", d->header_rows);
	if (d->footer_rows > 0)
		buf_printf(out, " foot=%u", d->footer_rows);
	if (d->first_table)
		buf_adds(out, d->blank_ends ? " blank" : " first");
	buf_printf(out, " %zu", r->chosen.columns);
}

static bool check(const struct file_case *k)
{
	const size_t n = strlen(k->text);
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	struct buf out;
	uint8_t *padded = mem_alloc(n + CSV_PAD_BYTES);
	memcpy(padded, k->text, n);
	buf_init(&out, 4096);
	if (csv_sniff(padded, n, true, &given, &r, &err) != 0)
		buf_adds(&out, err.msg);
	else
		describe(&r, &out);
	const bool same = strcmp(out.data, k->want) == 0;
	if (!same)
		print_error("%s: `%s` instead of `%s`\n", k->name, out.data, k->want);
	buf_done(&out);
	free(padded);
	return same;
}

static void test_files(void **state)
{
	size_t wrong = 0;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		wrong += !check(&cases[i]);
	print_message("%zu files\n", ARRAY_SIZE(cases));
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
