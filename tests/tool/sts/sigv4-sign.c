/*
 * Signs raw HTTP requests as the published SigV4 test suite has them (a .req file, or request.txt
 *in its later form) and prints the value of the Authorization header:
 *
 *	build/tests/sigv4-sign <get-vanilla.req | diff - get-vanilla.authz
 *
 * The key is the suite's AKIDEXAMPLE, the region us-east-1, the service "service", and the time
 *that of X-Amz-Date. Every header of the request but Authorization is signed.
 *
 *	-n	do not normalise the path (the suite's "unnormalized" cases, S3)
 *	-s	join the lines of a folded header by a blank, as the later form of the suite does,
 *		and not by a comma
 *	-m	read many requests: before each, a line KEY-ID SECRET REGION SERVICE LENGTH
 *
 * tool/sts/sigv4.c makes the signature. This file reads a request and makes its path and query
 * canonical; the product does not need that, since it sends POST / without a query. These parts of
 * the suite do not apply: signing in the query string (presigned URLs), chunked payloads, SigV4a.
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

/* What one request needs; all of it is freed together. */
struct block {
	struct block *next;
	char text[];
};
static struct block *blocks;

static char *room(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size + 1);

	if (!block)
		die("out of memory");
	block->next = blocks;
	blocks = block;
	return block->text;
}

static void free_rooms(void)
{
	while (blocks) {
		struct block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
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
	char *out = room(3 * strlen(query) + (size_t)2 * PAIRS_MAX), *save = NULL;
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
	for (size_t i = 0; i < n; i++)
		strcat(strcat(strcat(strcat(out, i ? "&" : ""), pairs[i].name), "="),
			pairs[i].value);
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
		whole = room(strlen(value) + strlen(*rest) + 1);
		strcpy(whole, value);
		value = line;
		for (line = next_line(rest); line && (*line == ' ' || *line == '\t');
			line = next_line(rest))
			strcat(strcat(whole, fold), line + strspn(line, " \t"));
		if (strcmp(value, "authorization") != 0)
			insert(headers, n++, (struct sigv4_header){value, whole});
	}
	return n;
}

/* req has the key and the scope; the rest is read from text, which has a NUL behind it. */
static void sign(struct sigv4_request req, char *text, size_t size, bool as_it_is, const char *fold)
{
	struct sigv4_header headers[HEADERS_MAX];
	char auth[16 * SIGV4_AUTH_SIZE], *rest = text, *target, *end, *query;
	const char *date = NULL;
	struct tm tm = {0};

	req.method = next_line(&rest);
	target = req.method ? strchr(req.method, ' ') : NULL;
	end = target ? strrchr(target, ' ') : NULL;
	if (!target || strncmp(end, " HTTP/", 6) != 0)
		die("the first line is not METHOD TARGET HTTP/1.1");
	*target++ = *end = '\0';
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	req.path = encode(as_it_is ? target : normalise(target), "/");
	req.query = query ? canonical_query(query) : NULL;
	req.headers = headers;
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
	free_rooms();
}

static void sign_many(bool as_it_is, const char *fold)
{
	char *line = NULL;
	size_t room_of_line = 0;

	while (getline(&line, &room_of_line, stdin) > 0) {
		const char *field[5];
		char *text;
		size_t size;

		for (size_t i = 0; i < 5; i++) {
			field[i] = strtok(i ? NULL : line, " \n");
			if (!field[i])
				die("not KEY-ID SECRET REGION SERVICE LENGTH");
		}
		size = strtoul(field[4], NULL, 10);
		text = room(size);
		if (fread(text, 1, size, stdin) != size)
			die("a request is cut off");
		sign((struct sigv4_request){.access_key_id = field[0],
			     .secret_access_key = field[1],
			     .region = field[2],
			     .service = field[3]},
			text, size, as_it_is, fold);
	}
	free(line);
}

int main(int argc, char **argv)
{
	static const struct sigv4_request suite = {.access_key_id = "AKIDEXAMPLE",
		.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1",
		.service = "service"};
	const char *fold = ",";
	bool as_it_is = false, many = false;
	int option;

	while ((option = getopt(argc, argv, "nsm")) != -1) {
		if (option == '?')
			return 2;
		as_it_is = as_it_is || option == 'n';
		many = many || option == 'm';
		fold = option == 's' ? " " : fold;
	}
	if (many) {
		sign_many(as_it_is, fold);
	} else {
		char *text = room(REQUEST_SIZE);

		sign(suite, text, fread(text, 1, REQUEST_SIZE, stdin), as_it_is, fold);
	}
	return 0;
}
