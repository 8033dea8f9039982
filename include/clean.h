/*
 * Cleans text that others chose: the client, the helper, AWS, the administrator.
 */
#ifndef AWS_MFA_CLEAN_H
#define AWS_MFA_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text so that it can be shown and logged: character_shown(). Text longer than size is cut
 * at a character. A double quote becomes a single quote: the log has the reason in double quotes.
 */
void clean_text(char *to, size_t size, const char *from);

/* The same for one word: Unicode's blanks and invisible characters become '?', too. */
void clean_word(char *to, size_t size, const char *from);

/* True where text holds a control character: C0, DEL, C1, also C1 as a bare byte. */
bool clean_has_control(const char *text);

#endif
