/*
 * AWS Signature Version 4 as a pure function. Source: IAM User Guide, "Create a signed AWS API
 * request": create a canonical request, create a string to sign, calculate the signature.
 */
#ifndef AWS_MFA_STS_SIGV4_H
#define AWS_MFA_STS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SIGV4_DATE_SIZE 17   /* 20150830T123600Z and NUL */
#define SIGV4_AUTH_SIZE 1024 /* for key ids up to 128 characters and a dozen headers */

struct sigv4_header {
	const char *name; /* lower case */
	const char *value;
};

struct sigv4_request {
	time_t time;
	const char *access_key_id;
	const char *secret_access_key;
	const char *region;
	const char *service;
	const char *method;
	const char *path;                   /* canonical: normalised and encoded */
	const char *query;                  /* canonical; NULL if there is none, as always at STS */
	const struct sigv4_header *headers; /* all are signed; sorted by name, with x-amz-date */
	size_t n_headers;
	const char *body;
	size_t body_len;
};

/* Writes the X-Amz-Date of time. Returns false if the year does not have four digits. */
bool sigv4_date(time_t time, char date[static SIGV4_DATE_SIZE]);

/*
 * Writes the value of the Authorization header to auth[size]. Headers of one name must stand
 * together, and are signed as one. Returns false if auth is too small, the headers are not sorted,
 * or OpenSSL fails (no memory).
 */
bool sigv4_sign(const struct sigv4_request *req, char *auth, size_t size);

#endif
