#include "split.h"

#include <string.h>

/* Copies one word from *from to `to`, without its quotes. Returns what is wrong, or NULL. */
static const char *take_word(const char **from, char **to)
{
	char quote = '\0';
	const char *s;

	for (s = *from; *s && (quote || !strchr(" \t\r\n", *s)); s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? '\0' : *s;
			continue;
		}
		if (*s == '\\' && quote != '\'' && (!quote || s[1] == '"' || s[1] == '\\'))
			s++;
		if (!*s)
			return "a backslash ends it; write it twice";
		*(*to)++ = *s;
	}
	*from = s;
	return quote ? "a quote is not closed" : NULL;
}

const char *split_words(char *text, char **words, size_t most)
{
	const char *from = text;
	char *to = text;
	size_t n = 0;

	for (;;) {
		const char *fault;
		char end;

		from += strspn(from, " \t\r\n");
		if (!*from)
			break;
		if (n + 1 >= most)
			return "it has too many words";
		words[n++] = to;
		fault = take_word(&from, &to);
		if (fault)
			return fault;
		/* The NUL may stand where the blank is that ends the word. */
		end = *from;
		*to++ = '\0';
		if (!end)
			break;
		from++;
	}
	words[n] = NULL;
	return n > 0 ? NULL : "it is empty; expected a program and its arguments";
}
