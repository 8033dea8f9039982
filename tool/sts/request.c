#include "request.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct body {
	char *text;
	size_t size;
	size_t len;
	bool overflow;
};

static void put(struct body *b, char c)
{
	if (b->len + 1 < b->size)
		b->text[b->len++] = c;
	else
		b->overflow = true;
}

/* RFC 3986 s2.3: all but the unreserved characters is encoded, a blank as %20. */
static void put_encoded(struct body *b, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c))) {
			put(b, *value);
		} else {
			put(b, '%');
			put(b, digits[c >> 4]);
			put(b, digits[c & 15]);
		}
	}
}

static void put_parameter(struct body *b, const char *name, const char *value)
{
	if (b->len > 0)
		put(b, '&');
	put_encoded(b, name);
	put(b, '=');
	put_encoded(b, value);
}

static struct body begin(char *text, size_t size, const char *action)
{
	struct body b = {.text = text, .size = size};

	put_parameter(&b, "Action", action);
	put_parameter(&b, "Version", "2011-06-15");
	return b;
}

static void put_mfa(struct body *b, const char *serial, const char *code, int64_t duration)
{
	char seconds[24];

	put_parameter(b, "SerialNumber", serial);
	put_parameter(b, "TokenCode", code);
	if (duration == 0)
		return;
	snprintf(seconds, sizeof(seconds), "%lld", (long long)duration);
	put_parameter(b, "DurationSeconds", seconds);
}

static size_t end(struct body *b)
{
	if (b->size > 0)
		b->text[b->len] = '\0';
	return b->overflow ? 0 : b->len;
}

size_t request_get_caller_identity(char *body, size_t size)
{
	struct body b = begin(body, size, "GetCallerIdentity");

	return end(&b);
}

size_t request_get_session_token(
	char *body, size_t size, const char *serial, const char *code, int64_t duration)
{
	struct body b = begin(body, size, "GetSessionToken");

	put_mfa(&b, serial, code, duration);
	return end(&b);
}

size_t request_assume_role(char *body, size_t size, const struct parameters *p, const char *code)
{
	struct body b = begin(body, size, "AssumeRole");

	put_parameter(&b, "RoleArn", p->role_arn);
	put_parameter(&b, "RoleSessionName", p->role_session_name);
	if (p->external_id)
		put_parameter(&b, "ExternalId", p->external_id);
	if (p->source_identity)
		put_parameter(&b, "SourceIdentity", p->source_identity);
	put_mfa(&b, p->serial, code, p->duration);
	return end(&b);
}
