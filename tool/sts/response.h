/*
 * STS's answers, read with expat and believed in nothing: namespaces and prefixes are ignored and
 * the order of elements is free, but a document type (and with it every entity), a tree deeper
 * than 32 elements, an encoding other than UTF-8 and a field given twice are refused.
 *
 * Sources: STS API Reference (the samples of each action), AWS query protocol ("Error Response");
 * the bare <Error> and <ErrorResponse><Errors><Error> of EC2's protocol and of gateways.
 */
#ifndef AWS_MFA_STS_RESPONSE_H
#define AWS_MFA_STS_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Fields are trimmed, NULL where absent, and belong to the answer. */
struct answer {
	bool is_error; /* <Error> at one of the places known */
	char *error_code;
	char *error_message;
	char *request_id;
	char *account; /* GetCallerIdentityResult */
	char *arn;
	char *access_key_id; /* Credentials */
	char *secret_access_key;
	char *session_token;
	char *expiration;
	char *text; /* holds all of the above */
	size_t text_size;
};

enum parsed {
	PARSED,
	PARSED_NO_ANSWER, /* no XML, or not such XML; HTML, even well-formed, is not */
	PARSED_NO_MEMORY,
};

/* answer_free() in every case. */
enum parsed answer_parse(const char *body, size_t len, struct answer *a);

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
