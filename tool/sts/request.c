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
static void put_encoded(struct body *b, const char *value, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; len > 0; value++, len--) {
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
	put_encoded(b, name, strlen(name));
	put(b, '=');
	put_encoded(b, value, strlen(value));
}

static struct body begin(char *text, size_t size, const char *action)
{
	struct body b = {.text = text, .size = size};

	put_parameter(&b, "Action", action);
	put_parameter(&b, "Version", "2011-06-15");
	return b;
}

static void put_mfa(struct body *b, const char *serial, const char *code)
{
	if (!code)
		return;
	put_parameter(b, "SerialNumber", serial);
	put_parameter(b, "TokenCode", code);
}

static void put_duration(struct body *b, int64_t duration)
{
	char seconds[24];

	if (duration == 0)
		return;
	snprintf(seconds, sizeof(seconds), "%lld", (long long)duration);
	put_parameter(b, "DurationSeconds", seconds);
}

/* LIST.member.NUMBER[.FIELD]=VALUE, the first len bytes of value; numbers start at 1. */
static void put_member(struct body *b, const char *list, size_t number, const char *field,
	const char *value, size_t len)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.member.%zu%s", list, number, field);
	put_parameter(b, name, "");
	put_encoded(b, value, len);
}

static void put_tags(struct body *b, const struct role *role)
{
	for (size_t i = 0; i < role->tags.n; i++) {
		const char *tag = role->tags.text[i];
		size_t key_len = strcspn(tag, "=");

		put_member(b, "Tags", i + 1, ".Key", tag, key_len);
		put_member(
			b, "Tags", i + 1, ".Value", tag + key_len + 1, strlen(tag + key_len + 1));
	}
	for (size_t i = 0; i < role->transitive_tag_keys.n; i++) {
		const char *key = role->transitive_tag_keys.text[i];

		put_member(b, "TransitiveTagKeys", i + 1, "", key, strlen(key));
	}
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

	put_mfa(&b, serial, code);
	put_duration(&b, duration);
	return end(&b);
}

size_t request_assume_role(char *body, size_t size, const struct role *role, const char *serial,
	const char *code, int64_t duration)
{
	struct body b = begin(body, size, "AssumeRole");

	put_parameter(&b, "RoleArn", role->arn);
	put_parameter(&b, "RoleSessionName", role->session_name);
	if (role->external_id)
		put_parameter(&b, "ExternalId", role->external_id);
	if (role->source_identity)
		put_parameter(&b, "SourceIdentity", role->source_identity);
	put_tags(&b, role);
	put_mfa(&b, serial, code);
	put_duration(&b, duration);
	return end(&b);
}
