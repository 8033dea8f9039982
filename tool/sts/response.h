/*
 * Reads AWS's answers with expat, and trusts nothing in them. Namespaces and prefixes are ignored,
 * and the order of elements is free. These are refused:
 * - a document type, and with it every entity;
 * - a tree deeper than 32 elements;
 * - an encoding other than UTF-8;
 * - a field that comes twice.
 *
 * Sources: API Reference of each service (the samples of each action), AWS query protocol ("Error
 * Response"). EC2's protocol and gateways send a bare <Error> and <ErrorResponse><Errors><Error>.
 */
#ifndef AWS_MFA_STS_RESPONSE_H
#define AWS_MFA_STS_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum field {
	FIELD_ERROR_CODE, /* every answer may have the first three */
	FIELD_ERROR_MESSAGE,
	FIELD_REQUEST_ID,
	FIELD_ACCOUNT,
	FIELD_ARN,
	FIELD_ACCESS_KEY_ID,
	FIELD_SECRET_ACCESS_KEY,
	FIELD_SESSION_TOKEN,
	FIELD_EXPIRATION,
	FIELD_ITEM, /* a member of a list begins; its fields follow */
	FIELD_SERIAL,
	FIELD_KEY_STATUS,
	FIELD_ACTION,
	FIELD_DECISION,
	FIELD_CREATED,
	FIELD_TRUNCATED, /* "true": a part of a list; the marker leads to the next part */
	FIELD_MARKER,
};

/* A field that an action wants, and its place. The last entry of an array has no path. */
struct wanted {
	const char *path; /* the end of the path from the root: "/GetCallerIdentityResult/Arn" */
	enum field field;
	enum {
		ONCE,  /* refuse the answer if the field comes twice: which one counts? */
		FIRST, /* the first one counts */
		EACH,  /* take all: each member of a list has one */
		GROUP, /* take all; they have children instead of a text */
	} times;
};

/* The answer owns its fields, which are trimmed. A field is NULL if it did not come. */
struct answer {
	bool is_error; /* <Error> stands at one of the known places */
	const char *error_code, *error_message, *request_id;
	char *text; /* the fields in the order they came: one byte for the enum, text, NUL */
	size_t size, used;
};

enum parsed {
	PARSED,
	PARSED_NO_ANSWER, /* not XML, or not such XML; HTML is refused even if it is well-formed */
	PARSED_NO_MEMORY,
};

/* wanted lists the action's own fields; NULL if it has none. Call answer_free() in every case. */
enum parsed answer_parse(
	const char *body, size_t len, const struct wanted *wanted, struct answer *a);

/* Returns a field's text, or NULL. If there are several, returns the first. */
const char *answer_field(const struct answer *a, enum field field);

/* Returns the field's next text after `after`, or NULL. If after is NULL, returns the first. */
const char *answer_next(const struct answer *a, enum field field, const char *after);

/* The same for any field. Sets *field to the field of the text. */
const char *answer_after(const struct answer *a, const char *after, enum field *field);

/* Wipes and frees. */
void answer_free(struct answer *a);

/*
 * True if the answer has all four credentials, and an INI file can store them. They must expire
 * after earliest, and not after latest. An INI file takes printable ASCII without blanks: a newline
 * could add other keys. Sets *expires if true, else sets *why to what is wrong.
 */
bool answer_credentials(
	const struct answer *a, time_t earliest, time_t latest, time_t *expires, const char **why);

#endif
