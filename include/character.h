/*
 * One character of UTF-8 at a time, and which of them must not stand in a line for people. One rule
 * for the module and for the tool.
 */
#ifndef AWS_MFA_CHARACTER_H
#define AWS_MFA_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_CHARACTER UINT32_MAX

/*
 * The character that text[0, room) begins with, and its bytes in *len. NO_CHARACTER and 1 where
 * this is not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). A NUL
 * within room ends what is looked at.
 */
uint32_t character_first(const char *text, size_t room, size_t *len);

/* C0, DEL or C1. */
bool character_is_control(uint32_t c);

/*
 * Does c steer a terminal, or the order and the lines that it shows text in? The control
 * characters, the line separators U+2028 and U+2029, and the explicit directional formatting
 * characters (UAX #9, 2).
 */
bool character_steers(uint32_t c);

#endif
