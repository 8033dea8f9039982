#include "actions.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct form {
	char *text;
	size_t size;
	size_t len;
	bool overflow;
};

static void put(struct form *f, char c)
{
	if (f->len + 1 < f->size)
		f->text[f->len++] = c;
	else
		f->overflow = true;
}

/* RFC 3986 s2.3: all but the unreserved characters is encoded, a blank as %20. */
static void put_encoded(struct form *f, const char *value, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; len > 0; value++, len--) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c))) {
			put(f, *value);
		} else {
			put(f, '%');
			put(f, digits[c >> 4]);
			put(f, digits[c & 15]);
		}
	}
}

static void put_parameter(struct form *f, const char *name, const char *value)
{
	if (f->len > 0)
		put(f, '&');
	put_encoded(f, name, strlen(name));
	put(f, '=');
	put_encoded(f, value, strlen(value));
}

static struct form begin(char *text, size_t size, const char *action)
{
	struct form f = {.text = text, .size = size};

	put_parameter(&f, "Action", action);
	put_parameter(&f, "Version", "2011-06-15");
	return f;
}

static void put_mfa(struct form *f, const char *serial, const char *code)
{
	if (!code)
		return;
	put_parameter(f, "SerialNumber", serial);
	put_parameter(f, "TokenCode", code);
}

static void put_duration(struct form *f, int64_t duration)
{
	char seconds[24];

	if (duration == 0)
		return;
	snprintf(seconds, sizeof(seconds), "%lld", (long long)duration);
	put_parameter(f, "DurationSeconds", seconds);
}

/* LIST.member.NUMBER[.FIELD]=VALUE, the first len bytes of value; numbers start at 1. */
static void put_member(struct form *f, const char *list, size_t number, const char *field,
	const char *value, size_t len)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.member.%zu%s", list, number, field);
	put_parameter(f, name, "");
	put_encoded(f, value, len);
}

static void put_tags(struct form *f, const struct role *role)
{
	for (size_t i = 0; i < role->tags.n; i++) {
		const char *tag = role->tags.text[i];
		size_t key_len = strcspn(tag, "=");

		put_member(f, "Tags", i + 1, ".Key", tag, key_len);
		put_member(
			f, "Tags", i + 1, ".Value", tag + key_len + 1, strlen(tag + key_len + 1));
	}
	for (size_t i = 0; i < role->transitive_tag_keys.n; i++) {
		const char *key = role->transitive_tag_keys.text[i];

		put_member(f, "TransitiveTagKeys", i + 1, "", key, strlen(key));
	}
}

static size_t end(struct form *f)
{
	if (f->size > 0)
		f->text[f->len] = '\0';
	return f->overflow ? 0 : f->len;
}

size_t request_get_caller_identity(char *body, size_t size)
{
	struct form f = begin(body, size, "GetCallerIdentity");

	return end(&f);
}

size_t request_get_session_token(
	char *body, size_t size, const char *serial, const char *code, int64_t duration)
{
	struct form f = begin(body, size, "GetSessionToken");

	put_mfa(&f, serial, code);
	put_duration(&f, duration);
	return end(&f);
}

size_t request_assume_role(char *body, size_t size, const struct role *role, const char *serial,
	const char *code, int64_t duration)
{
	struct form f = begin(body, size, "AssumeRole");

	put_parameter(&f, "RoleArn", role->arn);
	put_parameter(&f, "RoleSessionName", role->session_name);
	if (role->external_id)
		put_parameter(&f, "ExternalId", role->external_id);
	if (role->source_identity)
		put_parameter(&f, "SourceIdentity", role->source_identity);
	put_tags(&f, role);
	put_mfa(&f, serial, code);
	put_duration(&f, duration);
	return end(&f);
}
