/*
 * Signs a raw HTTP request as the published SigV4 test suite has them (a .req file, or request.txt
 * in its later form) and prints the value of its Authorization header:
 *
 *	build/tests/sigv4-sign <get-vanilla.req | diff - get-vanilla.authz
 *
 * with the suite's key AKIDEXAMPLE, region us-east-1 and service "service", at the time that its
 * X-Amz-Date says. Every header of the request is signed, but Authorization.
 *
 *	-n	the path is not normalised (the suite's "unnormalized" cases, S3)
 *	-s	a folded header's lines are joined by a blank, as the later form of the suite has
 *it, and not by a comma
 *
 * The signature is that of tool/sts/sigv4.c. Reading a request, and its canonical path and query,
 * are here: to STS goes POST / without a query, so the product needs none of it. Of the suite do
 * not apply: query-string signing (presigned URLs), chunked payloads, and SigV4a.
 */
#include "sigv4.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define REQUEST_SIZE (1U << 20)
#define HEADERS_MAX 100
#define PAIRS_MAX 100

static void die(const char *why)
{
	fprintf(stderr, "sigv4-sign: %s\n", why);
	exit(2);
}

static char *room(size_t size)
{
	char *p = calloc(size + 1, 1);

	if (!p)
		die("out of memory");
	return p;
}

/* Takes a line off *rest, without its end; NULL when there is none. */
static char *next_line(char **rest)
{
	char *line = *rest, *lf = line ? strchr(line, '\n') : NULL;

	if (!line || !*line)
		return NULL;
	*rest = lf ? lf + 1 : line + strlen(line);
	if (lf)
		*lf = '\0';
	if (lf && lf > line && lf[-1] == '\r')
		lf[-1] = '\0';
	return line;
}

/* RFC 3986 s2.3; keep: further characters that stay. A %XX stays when keep has '%'. */
static char *encode(const char *text, const char *keep)
{
	char *out = room(3 * strlen(text)), *to = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < 0x80 && isalnum(c)) || strchr("-._~", c) || strchr(keep, c))
			*to++ = *text;
		else
			to += sprintf(to, "%%%02X", c);
	}
	return out;
}

/* RFC 3986 s5.2.4, and slashes that follow each other are one. */
static char *normalise(char *path)
{
	char *out = room(strlen(path) + 1), *save = NULL;
	bool folder = path[0] && path[strlen(path) - 1] == '/';

	for (char *part = strtok_r(path, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		char *last = strrchr(out, '/');

		if (strcmp(part, "..") == 0 && last)
			*last = '\0';
		else if (strcmp(part, ".") != 0 && strcmp(part, "..") != 0)
			strcat(strcat(out, "/"), part);
	}
	if (!*out || folder)
		strcat(out, "/");
	return out;
}

struct pair {
	char *name, *value;
};

static int compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

/* Encoded, sorted by name and then by value. */
static char *canonical_query(char *query)
{
	struct pair pairs[PAIRS_MAX];
	char *out = room(3 * strlen(query) + 2 * PAIRS_MAX), *save = NULL;
	size_t n = 0;

	for (char *text = strtok_r(query, "&", &save); text; text = strtok_r(NULL, "&", &save)) {
		char *value = strchr(text, '=');

		if (n == PAIRS_MAX)
			die("too many parameters");
		if (value)
			*value++ = '\0';
		pairs[n++] = (struct pair){encode(text, "%"), encode(value ? value : "", "%")};
	}
	if (n > 0)
		qsort(pairs, n, sizeof(pairs[0]), compare);
	for (size_t i = 0; i < n; i++) {
		strcat(strcat(strcat(strcat(out, i ? "&" : ""), pairs[i].name), "="),
			pairs[i].value);
		free(pairs[i].name);
		free(pairs[i].value);
	}
	return out;
}

/* In order of names; those of one name stay in theirs. */
static void insert(struct sigv4_header *headers, size_t n, struct sigv4_header h)
{
	for (; n > 0 && strcmp(headers[n - 1].name, h.name) > 0; n--)
		headers[n] = headers[n - 1];
	headers[n] = h;
}

/* Reads headers up to the empty line; returns how many there are. */
static size_t read_headers(char **rest, const char *fold, struct sigv4_header *headers)
{
	size_t n = 0;
	char *line = next_line(rest);

	while (line && *line) {
		char *value = strchr(line, ':'), *whole;

		if (!value || n == HEADERS_MAX)
			die("no header, or too many");
		*value++ = '\0';
		for (char *c = line; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		whole = room(REQUEST_SIZE);
		strcpy(whole, value);
		value = line;
		for (line = next_line(rest); line && (*line == ' ' || *line == '\t');
			line = next_line(rest))
			strcat(strcat(whole, fold), line + strspn(line, " \t"));
		if (strcmp(value, "authorization") != 0)
			insert(headers, n++, (struct sigv4_header){value, whole});
		else
			free(whole);
	}
	return n;
}

int main(int argc, char **argv)
{
	char *text = room(REQUEST_SIZE), *rest = text, *target, *end, *path, *query;
	size_t size = fread(text, 1, REQUEST_SIZE, stdin);
	struct sigv4_header headers[HEADERS_MAX];
	struct sigv4_request req = {.access_key_id = "AKIDEXAMPLE",
		.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1",
		.service = "service",
		.headers = headers};
	char auth[16 * SIGV4_AUTH_SIZE];
	const char *date = NULL, *fold = ",";
	bool as_it_is = false;
	int option;
	struct tm tm = {0};

	while ((option = getopt(argc, argv, "ns")) != -1) {
		if (option == '?')
			return 2;
		as_it_is = as_it_is || option == 'n';
		fold = option == 's' ? " " : fold;
	}
	req.method = next_line(&rest);
	target = req.method ? strchr(req.method, ' ') : NULL;
	end = target ? strrchr(target, ' ') : NULL;
	if (!target || strncmp(end, " HTTP/", 6) != 0)
		die("the first line is not METHOD TARGET HTTP/1.1");
	*target++ = *end = '\0';
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	path = as_it_is ? strdup(target) : normalise(target);
	req.path = encode(path ? path : "/", "/");
	req.query = query ? canonical_query(query) : NULL;
	req.n_headers = read_headers(&rest, fold, headers);
	req.body = rest;
	req.body_len = size - (size_t)(rest - text);
	for (size_t i = 0; i < req.n_headers; i++)
		if (strcmp(headers[i].name, "x-amz-date") == 0)
			date = headers[i].value;
	if (!date || !strptime(date, "%Y%m%dT%H%M%SZ", &tm))
		die("no X-Amz-Date, or one that is none");
	req.time = timegm(&tm);
	if (!sigv4_sign(&req, auth, sizeof(auth)))
		die("cannot be signed");
	puts(auth);
	return 0;
}
