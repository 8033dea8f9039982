/*
 * Reads cases from standard input and prints the Authorization header of each, for
 * test_sigv4_oracle.py. A case is one line of blank-separated fields, in hexadecimal but the first:
 *
 *	TIME KEY-ID SECRET REGION SERVICE METHOD PATH HOST TOKEN BODY
 *
 * "-" is an empty field; no TOKEN, no x-amz-security-token header.
 */
#include "sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 9

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* In place; returns the length. */
static size_t unhex(char *s)
{
	size_t n = 0;

	for (; s[2 * n] && s[2 * n] != '-'; n++)
		s[n] = (char)(digit(s[2 * n]) * 16 + digit(s[2 * n + 1]));
	s[n] = '\0';
	return n;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		char *field[FIELDS], auth[SIGV4_AUTH_SIZE], date[SIGV4_DATE_SIZE];
		struct sigv4_request req = {.time = strtoll(strtok(line, " \n"), NULL, 10)};
		size_t body_len = 0;

		for (size_t i = 0; i < FIELDS; i++) {
			field[i] = strtok(NULL, " \n");
			if (!field[i] || !sigv4_date(req.time, date))
				return 1;
			body_len = unhex(field[i]);
		}
		{
			const struct sigv4_header headers[] = {
				{"content-type",
					"application/x-www-form-urlencoded; charset=utf-8"},
				{"host", field[6]}, {"x-amz-date", date},
				{"x-amz-security-token", field[7]}};

			req.access_key_id = field[0];
			req.secret_access_key = field[1];
			req.region = field[2];
			req.service = field[3];
			req.method = field[4];
			req.path = field[5];
			req.headers = headers;
			req.n_headers = field[7][0] ? 4 : 3;
			req.body = field[8];
			req.body_len = body_len;
			if (!sigv4_sign(&req, auth, sizeof(auth)))
				return 1;
		}
		puts(auth);
	}
	free(line);
	return 0;
}
