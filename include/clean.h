/*
 * Cleans text that others chose: the client, the helper, AWS, the administrator.
 */
#ifndef AWS_MFA_CLEAN_H
#define AWS_MFA_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text so that it can be shown and logged. Valid UTF-8 stays. Text longer than size is cut
 * at a character. A byte that is not UTF-8, and a character that controls a terminal or a line of
 * text (character_steers), becomes '?'. A double quote becomes a single quote.
 */
void clean_text(char *to, size_t size, const char *from);

/* The same for one word: Unicode's blanks and invisible characters become '?', too. */
void clean_word(char *to, size_t size, const char *from);

/* True where text holds a control character: C0, DEL, C1, also C1 as a bare byte. */
bool clean_has_control(const char *text);

#endif
