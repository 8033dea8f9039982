#include "code.h"

#include "ascii.h"

#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"
#define BREAKS "\r\n\v\f"

/* Returns the length in bytes of the blanks at the start of text. */
static size_t blanks(const char *text)
{
	static const char *const kinds[] = {
		" ", "\t", "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\x89", "\xe2\x80\xaf"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]);) {
		size_t len = strlen(kinds[i]);

		if (strncmp(text + n, kinds[i], len) == 0) {
			n += len;
			i = 0;
		} else {
			i++;
		}
	}
	return n;
}

static const char *past_blanks_and_breaks(const char *text)
{
	size_t n;

	do {
		n = strspn(text, BREAKS);
		n += blanks(text + n);
		text += n;
	} while (n > 0);
	return text;
}

/*
 * Threat: sshd's PasswordAuthentication answers every hidden prompt with the login password. An
 * answer that is not a code must therefore go nowhere. AWS must not get it, nor the helper, which
 * the user may trace. Do not use isdigit() or isspace() here: they use the application's locale.
 */
bool code_from_answer(char code[static CODE_DIGITS + 1], const char *answer)
{
	const char *at = past_blanks_and_breaks(answer);
	size_t n = 0;

	while (n < CODE_DIGITS && *at && strchr(DIGITS, *at)) {
		code[n++] = *at++;
		at += blanks(at);
	}
	if (n == CODE_DIGITS && *past_blanks_and_breaks(at) == '\0') {
		code[n] = '\0';
		return true;
	}
	explicit_bzero(code, CODE_DIGITS + 1);
	return false;
}

bool code_is_exact(const char *text)
{
	return strspn(text, DIGITS) == CODE_DIGITS && text[CODE_DIGITS] == '\0';
}

void code_strike_out(char *text, const char *code)
{
	char *at = text;

	while ((at = strstr(at, code)) != NULL) {
		if ((at > text && ascii_is_digit(at[-1])) || ascii_is_digit(at[CODE_DIGITS])) {
			at++;
		} else {
			memset(at, '*', CODE_DIGITS);
			at += CODE_DIGITS;
		}
	}
}

void code_strike_out_any(char *text)
{
	size_t len;

	for (; *text; text += len) {
		len = strspn(text, DIGITS);
		if (len == CODE_DIGITS)
			memset(text, '*', len);
		if (len == 0)
			len = 1;
	}
}
