/*
 * Text that others chose: the client, the helper, AWS, the admin.
 */
#ifndef PAM_CLEAN_H
#define PAM_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies it so that it can be shown and logged. Valid UTF-8 stays, and what exceeds size is cut at
 * a character. '?' stands for each byte that is not UTF-8, and for each character that steers a
 * terminal or a line of text (character_steers). A double quote becomes a single one.
 */
void clean_text(char *to, size_t size, const char *from);

/* The same for one word: each blank of Unicode becomes '?', too, and what nobody sees. */
void clean_word(char *to, size_t size, const char *from);

/* True where text holds a control character: C0, DEL, C1, also C1 as a bare byte. */
bool clean_has_control(const char *text);

#endif
