/*
 * An INI document of ~/.aws that keeps every byte.
 *
 * Wherever botocore accepts a file (configloader.py, Python's RawConfigParser) it reads the same
 * here: sections `[NAME]` up to the last ']' of the line; `key = value` or `key: value`; comment
 * lines starting with '#' or ';'; a line indented deeper than the key above it continues that
 * key's value, joined with a newline; [DEFAULT] holds what every section has unless it sets it
 * itself. Sections are case-sensitive, keys are not (in ASCII). Lines end as in Python: LF, CRLF
 * or CR.
 *
 * As in the AWS SDKs and unlike botocore, a '#' or ';' behind a blank ends the value on the key's
 * own line (not on a continued one), and a byte order mark is no text.
 *
 * Where botocore refuses the whole file, what can be read is read and the rest is a fault:
 * sections and keys that stand twice are merged and the last value wins; a line that is none of
 * the above is passed over.
 */
#ifndef AWS_MFA_INI_H
#define AWS_MFA_INI_H

#include "error.h"
#include "file/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* INI_BAD: no key or header, or of no known section, so neither a key nor part of a value. */
enum ini_kind { INI_BLANK, INI_COMMENT, INI_SECTION, INI_KEY, INI_CONTINUATION, INI_BAD };

/* Offsets into the document's bytes. 32 bits, since to touch memory is most of the cost of reading.
 */
struct ini_line {
	enum ini_kind kind;
	uint32_t start, end;       /* the line with its line ending */
	uint32_t name, name_len;   /* the key; on a header the section's name */
	uint32_t value, value_len; /* what this line, a key or continuation, gives to the value */
	uint32_t indent;           /* the bytes of white space before the text */
	uint32_t column;           /* the same in characters, which is what counts as "deeper" */
	uint32_t section; /* index + 1 of the header line above, 0 where there is none; on a
	                   * header, of the first header with this name */
	uint32_t next;    /* index + 1 of the next header with this name, or of the next line
	                   * with this key of this section; 0 on the last, which counts */
};

struct ini {
	char *path; /* for messages */
	struct secret bytes;
	struct ini_line *lines;
	size_t n_lines;
	uint32_t *slots; /* hash table of headers and keys, index + 1 of the line that counts */
	size_t n_slots;
	const char *eol; /* of the first line that ends in LF; CR where there are only those */
};

/* A key and the value to give it; a NULL value removes the key. */
struct ini_pair {
	const char *key, *value;
};

/* What a fault costs: the line, or nothing here (but botocore refuses the file). */
enum ini_fault { INI_UNREADABLE, INI_REFUSED };

/* Reports faults, one line each, "path:line: what, expected what". Never the line's own text. */
typedef void ini_fault_fn(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what);

/*
 * Takes over *bytes (freed by ini_free(), and here on failure). fault may be NULL. Fails with
 * STATUS_SYSTEM only, for want of memory or over FILE_MAX_BYTES.
 */
enum status ini_parse(struct ini *ini, const char *path, struct secret *bytes, ini_fault_fn *fault,
	void *arg, struct error *e);
void ini_free(struct ini *ini);

/* Is there such a section? [DEFAULT] is none. */
bool ini_has_section(const struct ini *ini, const char *section);

/*
 * The value of key in section, or else in [DEFAULT]; where it stands more than once, the last; all
 * its lines joined with newlines. In a block (nothing on the key's own line, as below `s3 =`) blank
 * lines are left out, as they mean nothing to its readers. Returns NULL without one, else a string
 * the caller frees. *line, where line is not NULL, is the number of the line, from 1.
 */
char *ini_get(const struct ini *ini, const char *section, const char *key, size_t *line);

/* The same for a value that is one. The caller frees it. */
struct secret ini_get_secret(
	const struct ini *ini, const char *section, const char *key, size_t *line);

/* The same in steps. The last header of the section, NULL without one; also of [DEFAULT]. */
const struct ini_line *ini_section(const struct ini *ini, const char *name, size_t len);

/* Does this line stand for a section: its last header, and not [DEFAULT]? */
bool ini_is_section(const struct ini *ini, const struct ini_line *l);

/* The line that sets key for the section of this header, be it in [DEFAULT]; NULL without one. */
const struct ini_line *ini_key(
	const struct ini *ini, const struct ini_line *section, const char *key, size_t len);

/* The number of a line of this document, from 1. */
size_t ini_line_number(const struct ini *ini, const struct ini_line *l);

/* The value that starts on this line, which the caller frees; none without memory. */
struct secret ini_value(const struct ini *ini, const struct ini_line *key);

/*
 * The document with the keys of section set: present ones replaced where they stand (with their
 * continuation lines), absent ones inserted in the order given, a section not there added at the
 * end behind one blank line. All other bytes stay as they are. *out is the caller's to free.
 * STATUS_CONFIG where lines that cannot be read would keep a reader from finding the keys.
 */
enum status ini_set(const struct ini *ini, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, struct secret *out, struct error *e);

/*
 * For ini_parse.c: the slot of a header (section 0) or of a key in the section whose first header
 * is line section - 1: index + 1 of the last such line that was put there, 0 when there is none.
 */
uint32_t *ini_slot(const struct ini *ini, size_t section, const char *name, size_t len);

#endif
