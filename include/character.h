/*
 * Reads UTF-8 character by character, and says which characters must not stand in a line for
 * people. The module and the tool share these rules.
 */
#ifndef AWS_MFA_CHARACTER_H
#define AWS_MFA_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_CHARACTER UINT32_MAX

/*
 * Returns the first character of text[0, room), and its length in bytes in *len. If the bytes are
 * not UTF-8, returns NO_CHARACTER and 1 in *len. RFC 3629 forbids overlong forms, surrogates and
 * everything above U+10FFFF. Does not read past a NUL.
 */
uint32_t character_first(const char *text, size_t room, size_t *len);

/* Returns the number of characters in text[0, len), which must be UTF-8. */
size_t character_count(const char *text, size_t len);

/* True for C0, DEL and C1. */
bool character_is_control(uint32_t c);

/*
 * True if c steers a terminal, or changes the order or the lines of the text on it. These are the
 * control characters, the line separators U+2028 and U+2029, and the explicit directional
 * formatting characters (UAX #9, 2).
 */
bool character_steers(uint32_t c);

/*
 * The rule for all text in a line for people. Returns the first character of text, which ends with
 * a NUL, and its length in bytes in *len. Returns '?' for a character that steers, and for a byte
 * that is not UTF-8. Threat: terminal sequences, text that a terminal shows in a different order,
 * and forged log lines.
 */
uint32_t character_shown(const char *text, size_t *len);

#endif
