/*
 * An INI document of ~/.aws that keeps every byte.
 *
 * Grammar: what botocore accepts (configloader.py, Python's RawConfigParser): sections
 * `[NAME]`, `key = value` or `key: value`, lines starting with '#' or ';' are comments, a line
 * indented deeper than the key above it continues that key's value. Sections are case-sensitive,
 * keys are not. Read more leniently than botocore where that cannot change a meaning: sections
 * and keys that stand twice are merged, the last value wins, and a line that is none of these is
 * passed over; each of them gives a fault. As in the AWS SDKs, ` #` or ` ;` ends a value.
 */
#ifndef AWS_MFA_INI_H
#define AWS_MFA_INI_H

#include "error.h"
#include "file.h"

#include <stdbool.h>
#include <stddef.h>

enum ini_kind { INI_BLANK, INI_COMMENT, INI_SECTION, INI_KEY, INI_CONTINUATION, INI_BAD };

/* Offsets into the document's bytes; name is the key, or the section's name on its header. */
struct ini_line {
	enum ini_kind kind;
	size_t start, end; /* the line with its line ending */
	size_t name, name_len;
	size_t value, value_len;
	size_t indent;
	size_t section; /* index + 1 of the header line above, 0 where there is none */
};

struct ini {
	char *path; /* for messages */
	struct bytes bytes;
	struct ini_line *lines;
	size_t n_lines;
	const char *eol; /* the line ending of the first line that has one */
};

/* A key and the value to give it; a NULL value removes the key. */
struct ini_pair {
	const char *key, *value;
};

/* Reports faults, one line each, "path:line: what, expected what". Never the line's own text. */
typedef void ini_fault_fn(void *arg, const char *path, size_t line, const char *what);

/*
 * Takes over *bytes (freed by ini_free(), and here on failure). fault may be NULL. Fails with
 * STATUS_SYSTEM only, for want of memory.
 */
enum status ini_parse(struct ini *ini, const char *path, struct bytes *bytes, ini_fault_fn *fault,
	void *arg, struct error *e);
void ini_free(struct ini *ini);

bool ini_has_section(const struct ini *ini, const char *section);

/*
 * The value of key in section, the last where it stands more than once; continuation lines are
 * not part of it. Returns NULL without one, else a string the caller frees (it may be a secret).
 * *line, where line is not NULL, is the number of the line, from 1.
 */
char *ini_get(const struct ini *ini, const char *section, const char *key, size_t *line);

/*
 * The document with the keys of section set: present ones replaced where they stand (with their
 * continuation lines), absent ones inserted in the order given, a section not there added at the
 * end behind one blank line. All other bytes stay as they are. *out is the caller's to free.
 */
enum status ini_set(const struct ini *ini, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, struct bytes *out, struct error *e);

#endif
