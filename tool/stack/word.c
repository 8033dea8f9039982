#include "word.h"

#include <string.h>

#define BLANKS " \n\t"

/* Takes the backslashes before ']' away. Returns the end: the last ']', or the text's. */
static char *end_of_brackets(char *text)
{
	char *to = text;

	while (*text && *text != ']') {
		if (text[0] == '\\' && text[1] == ']')
			text++;
		*to++ = *text++;
	}
	if (to != text)
		*to = '\0';
	return text;
}

char *word_next(char **rest)
{
	char *word = *rest, *end;

	if (!word)
		return NULL;
	word += strspn(word, BLANKS);
	if (*word == '\0') {
		*rest = NULL;
		return NULL;
	}
	end = *word == '[' ? end_of_brackets(++word) : word + strcspn(word, BLANKS);
	if (*end)
		*end++ = '\0';
	*rest = *end ? end : NULL;
	return word;
}
