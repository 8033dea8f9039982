/*
 * The words of a command line as bash has it: with quotes. bash expects each word back as it must
 * stand in the line, so names with blanks, quotes or $(...) must be quoted: bash would run them.
 */
#ifndef AWS_MFA_COMPLETION_BASH_H
#define AWS_MFA_COMPLETION_BASH_H

#include <stdbool.h>
#include <stddef.h>

struct bash_line {
	char **words; /* without quotes; the last one is the word to complete */
	size_t n;
	char *text;  /* of the words */
	size_t kept; /* the bytes of the last word that bash keeps; it replaces the others */
	char quote;  /* the quote that is open before the others: ', " or NUL */
};

/*
 * Splits line, which ends at the cursor, into words. Expands nothing. replaced is the part at the
 * end that bash replaces, "$2" of a completion function: it begins after an open quote, or after
 * one of COMP_WORDBREAKS. False: no memory. The caller frees both pointers of *l.
 */
bool bash_split(const char *line, const char *replaced, struct bash_line *l);

/*
 * Writes the part of word that bash inserts, with quotes, to text[size]. word begins as the last
 * word does. False if it does not fit, or cannot be quoted there.
 */
bool bash_quote(const struct bash_line *l, const char *word, char *text, size_t size);

#endif
