/*
 * An INI document of ~/.aws that keeps every byte.
 *
 * A file that botocore accepts reads the same here (configloader.py, Python's RawConfigParser):
 * - `[NAME]` starts a section. The name ends at the last ']' of the line.
 * - A key is `key = value` or `key: value`.
 * - A comment line starts with '#' or ';'.
 * - A line indented deeper than the key above it continues that key's value after a newline.
 * - [DEFAULT] has the values of keys that a section does not set itself.
 * - Sections are case-sensitive, keys are not (in ASCII).
 * - Lines end with LF, CRLF or CR, as in Python.
 *
 * Two rules follow the AWS SDKs, not botocore:
 * - On the key's own line, a '#' or ';' after a blank ends the value. On a continuation it does
 * not.
 * - A byte order mark is ignored.
 *
 * Where botocore refuses the whole file, this reads what it can and reports a fault for the rest.
 * Sections and keys that appear twice are merged, and the last value wins. Any other line is
 * ignored.
 */
#ifndef AWS_MFA_INI_H
#define AWS_MFA_INI_H

#include "error.h"
#include "file/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* INI_BAD: neither a header nor a key of a known section. It is no part of a value either. */
enum ini_kind { INI_BLANK, INI_COMMENT, INI_SECTION, INI_KEY, INI_CONTINUATION, INI_BAD };

/* Offsets into the document's bytes. 32 bits: memory access is most of the cost of reading. */
struct ini_line {
	enum ini_kind kind;
	uint32_t start, end;       /* the line with its line ending */
	uint32_t name, name_len;   /* the key, or the section's name on a header */
	uint32_t value, value_len; /* the part of the value on this line: a key or a continuation */
	uint32_t indent;           /* bytes of white space before the text */
	uint32_t column;           /* the same in characters: this decides what is "deeper" */
	/* Index + 1 of the header above, or 0. On a header: of the first header with this name. */
	uint32_t section;
	/*
	 * On a header: index + 1 of the next header with this name. On a key: index + 1 of the next
	 * line with this key in this section. It is 0 on the last one, which counts.
	 */
	uint32_t next;
};

struct ini {
	char *path; /* for messages */
	struct secret bytes;
	struct ini_line *lines;
	size_t n_lines;
	uint32_t *slots; /* hash table of headers and keys: index + 1 of the line that counts */
	size_t n_slots;
	/* The last header of [DEFAULT], or NULL. Most keys that are looked up are not in their
	 * section, so this is needed each time. */
	const struct ini_line *defaults;
	const char *eol; /* of the first line that ends in LF; CR if all lines end in CR */
};

/* A key and its new value; NULL removes the key. */
struct ini_pair {
	const char *key, *value;
};

/*
 * INI_UNREADABLE: the line is lost. INI_REFUSED: nothing is lost here, but botocore refuses the
 * file.
 */
enum ini_fault { INI_UNREADABLE, INI_REFUSED };

/*
 * Gets each fault. what is one line: "what is wrong, expected what". It never quotes keys or
 * values, because they may be secrets.
 */
typedef void ini_fault_fn(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what);

/*
 * Takes over *bytes: ini_free() frees them, and so does a failure here. fault may be NULL. Fails
 * only with STATUS_SYSTEM: no memory, or more than FILE_MAX_BYTES.
 */
enum status ini_parse(struct ini *ini, const char *path, struct secret *bytes, ini_fault_fn *fault,
	void *arg, struct error *e);
void ini_free(struct ini *ini);

/* Does the section exist? [DEFAULT] does not count. */
bool ini_has_section(const struct ini *ini, const char *section);

/*
 * Returns the value of key in section, else in [DEFAULT]. If the key appears several times, the
 * last one counts. The lines of the value are joined with newlines. A block is a value with nothing
 * on the key's own line, as below `s3 =`. Blank lines in a block are left out: its readers ignore
 * them.
 *
 * Returns NULL without a value, else a string that the caller frees. If line is not NULL, *line is
 * the number of the line, from 1.
 */
char *ini_get(const struct ini *ini, const char *section, const char *key, size_t *line);

/* The same for a value that is a secret. The caller frees it. */
struct secret ini_get_secret(
	const struct ini *ini, const char *section, const char *key, size_t *line);

/*
 * The same in steps. Returns the last header of the section, also of [DEFAULT]. NULL without one.
 */
const struct ini_line *ini_section(const struct ini *ini, const char *name, size_t len);

/* Is this line the last header of its section, and not [DEFAULT]? */
bool ini_is_section(const struct ini *ini, const struct ini_line *l);

/*
 * Returns the line that sets key for the section of this header, also in [DEFAULT]. NULL without
 * one.
 */
const struct ini_line *ini_key(
	const struct ini *ini, const struct ini_line *section, const char *key, size_t len);

/* Returns the number of a line of this document, from 1. */
size_t ini_line_number(const struct ini *ini, const struct ini_line *l);

/* Returns the value that starts on this line. The caller frees it. data is NULL without memory. */
struct secret ini_value(const struct ini *ini, const struct ini_line *key);

/*
 * Makes *out a copy of the document with the given keys of section set. The caller frees *out. A
 * key that exists is replaced in its place, with its continuation lines. New keys are inserted in
 * the given order. A new section is added at the end, after one blank line. All other bytes stay
 * unchanged.
 *
 * STATUS_CONFIG if unreadable lines would hide the keys from a reader.
 */
enum status ini_set(const struct ini *ini, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, struct secret *out, struct error *e);

/*
 * Makes *out a copy of the document without the keys that drop() chooses, and without their
 * continuation lines. The caller frees *out. All other bytes stay. STATUS_CONFIG if another line
 * would then mean something else, which only unreadable lines can cause.
 */
enum status ini_drop(const struct ini *ini,
	bool (*drop)(const void *arg, const struct ini_line *key), const void *arg,
	struct secret *out, struct error *e);

/*
 * For ini_parse.c. Returns the slot of a header (section 0) or of a key. section is index + 1 of
 * the first header of the key's section. The slot holds index + 1 of the last such line so far, or
 * 0.
 */
uint32_t *ini_slot(const struct ini *ini, size_t section, const char *name, size_t len);

#endif
