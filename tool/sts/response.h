/*
 * AWS's answers, read with expat and believed in nothing: namespaces and prefixes are ignored and
 * the order of elements is free, but a document type (and with it every entity), a tree deeper
 * than 32 elements, an encoding other than UTF-8 and a field given twice are refused.
 *
 * Sources: API Reference of each service (the samples of each action), AWS query protocol ("Error
 * Response"); the bare <Error> and <ErrorResponse><Errors><Error> of EC2's protocol and of
 * gateways.
 */
#ifndef AWS_MFA_STS_RESPONSE_H
#define AWS_MFA_STS_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum field {
	FIELD_ERROR_CODE, /* the first three are of every answer */
	FIELD_ERROR_MESSAGE,
	FIELD_REQUEST_ID,
	FIELD_ACCOUNT,
	FIELD_ARN,
	FIELD_ACCESS_KEY_ID,
	FIELD_SECRET_ACCESS_KEY,
	FIELD_SESSION_TOKEN,
	FIELD_EXPIRATION,
};

/* A field an action wants, and where it stands. The last of several has no path. */
struct wanted {
	const char *path; /* how the path from the root ends: "/GetCallerIdentityResult/Arn" */
	enum field field;
	enum {
		ONCE,  /* given twice, no one knows which is meant: the answer is refused */
		FIRST, /* the first counts */
		EACH,  /* one of each member of a list */
	} times;
};

/* Fields are trimmed, NULL where absent, and belong to the answer. */
struct answer {
	bool is_error; /* <Error> at one of the places known */
	const char *error_code, *error_message, *request_id;
	char *text; /* the fields in the order they came in: a byte for which it is, text, NUL */
	size_t size, used;
};

enum parsed {
	PARSED,
	PARSED_NO_ANSWER, /* no XML, or not such XML; HTML, even well-formed, is not */
	PARSED_NO_MEMORY,
};

/* wanted: besides what every answer has; NULL for nothing. answer_free() in every case. */
enum parsed answer_parse(
	const char *body, size_t len, const struct wanted *wanted, struct answer *a);

/* A field's text; the first, where it is one of each member of a list. */
const char *answer_field(const struct answer *a, enum field field);

/* The text behind the one that is after; NULL is before the first. */
const char *answer_next(const struct answer *a, enum field field, const char *after);

/* Wipes and frees. */
void answer_free(struct answer *a);

/*
 * 2024-05-01T12:00:00Z, also with fractional seconds and with +00:00 for Z. Returns -1 for
 * anything else: a time without a zone may be any time.
 */
time_t answer_time(const char *iso8601);

/*
 * True when all four credentials are there, may stand in an INI file (printable ASCII without
 * blanks: a newline would be a way to write other keys), and expire after earliest and not after
 * latest. *expires is set then, else *why to what is wrong.
 */
bool answer_credentials(
	const struct answer *a, time_t earliest, time_t latest, time_t *expires, const char **why);

#endif
