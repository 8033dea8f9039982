#include "form.h"

#include <stdio.h>
#include <string.h>

static void put(struct form *f, char c)
{
	if (f->len + 1 < f->size)
		f->text[f->len] = c;
	f->len++;
}

/* RFC 3986 s2.3: encodes all but the unreserved characters. A blank becomes %20. */
static void put_encoded(struct form *f, const char *value, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";

	for (; len > 0; value++, len--) {
		unsigned char c = (unsigned char)*value;

		if (memchr(plain, c, sizeof(plain) - 1)) {
			put(f, *value);
		} else {
			put(f, '%');
			put(f, digits[c >> 4]);
			put(f, digits[c & 15]);
		}
	}
}

void form_put(struct form *f, const char *name, const char *value)
{
	if (f->len > 0)
		put(f, '&');
	put_encoded(f, name, strlen(name));
	put(f, '=');
	put_encoded(f, value, strlen(value));
}

void form_put_number(struct form *f, const char *name, int64_t number)
{
	char text[24];

	if (number == 0)
		return;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	form_put(f, name, text);
}

void form_put_member(struct form *f, const char *list, size_t number, const char *field,
	const char *value, size_t len)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.member.%zu%s", list, number, field);
	form_put(f, name, "");
	put_encoded(f, value, len);
}

void form_end(struct form *f)
{
	if (f->size > 0)
		f->text[f->len < f->size ? f->len : f->size - 1] = '\0';
}
