#include "completion_bash.h"

#include <stdlib.h>
#include <string.h>

/* Letters, digits and these, and the bytes of other characters, have no meaning for bash. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(unsigned char)c >= 0x80 || strchr("_-./:=@%+,", c);
}

/* What bash replaces begins here, if it is the end of the line. */
static size_t start_of(const char *line, const char *replaced)
{
	size_t len = strlen(line), end = strlen(replaced);

	return end <= len && strcmp(line + len - end, replaced) == 0 ? len - end : len;
}

bool bash_split(const char *line, const char *replaced, struct bash_line *l)
{
	size_t len = strlen(line), start = start_of(line, replaced);
	bool inside = false;
	char quote = '\0', *to;

	*l = (struct bash_line){0};
	l->words = calloc(len / 2 + 2, sizeof(*l->words));
	l->text = to = malloc(len + 2);
	if (!l->words || !to)
		return false;
	for (size_t i = 0; i <= len; i++) {
		char c = line[i];

		if (!inside && c != ' ' && c != '\t' && c != '\n') {
			l->words[l->n++] = to;
			inside = true;
		}
		if (i == start) {
			l->kept = inside ? (size_t)(to - l->words[l->n - 1]) : 0;
			l->quote = quote;
		}
		if (!inside)
			continue;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? '\0' : c;
			continue;
		}
		if (!quote && (c == ' ' || c == '\t' || c == '\n')) {
			*to++ = '\0';
			inside = false;
			continue;
		}
		if (c == '\\' && quote != '\'' && line[i + 1] &&
			(!quote || strchr("\\\"$`", line[i + 1])))
			c = line[++i];
		else if (c == '\\' && !quote)
			continue;
		*to++ = c;
	}
	return true;
}

bool bash_quote(const struct bash_line *l, const char *word, char *text, size_t size)
{
	size_t n = 0;

	for (word += l->kept; *word; word++) {
		const char *before = "";

		if (l->quote == '"' && *word == '!')
			return false; /* nothing quotes it there */
		if (l->quote == '\'')
			before = *word == '\'' ? "'\\'" : "";
		else if (l->quote ? strchr("\\\"$`", *word) != NULL : !is_plain(*word))
			before = "\\";
		if (n + strlen(before) + 2 > size)
			return false;
		n = (size_t)(stpcpy(text + n, before) - text);
		text[n++] = *word;
	}
	if (n >= size)
		return false;
	text[n] = '\0';
	return true;
}
