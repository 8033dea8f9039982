/*
 * The words that login understands. For `login words`, begins() prints each word that a text is
 * compared with, and matches no text. So the program itself lists its words.
 */
#ifndef AWS_MFA_TESTS_WORDS_H
#define AWS_MFA_TESTS_WORDS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

extern bool listing;

static inline bool begins(const char *text, const char *word)
{
	if (listing)
		puts(word);
	return !listing && strncmp(text, word, strlen(word)) == 0;
}

static inline bool is(const char *text, const char *word)
{
	return begins(text, word) && strlen(text) == strlen(word);
}

#endif
