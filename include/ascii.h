/*
 * Which ASCII characters does a text consist of? These functions ignore the locale, unlike
 * isprint() and isdigit().
 */
#ifndef AWS_MFA_ASCII_H
#define AWS_MFA_ASCII_H

#include <stdbool.h>

/* True if every byte is from ' ' to '~'. */
bool ascii_is_printable(const char *text);

/* True if every byte is from '!' to '~': no blanks. */
bool ascii_is_graphic(const char *text);

bool ascii_is_digit(char c);

/* True below ' ', and for DEL. */
bool ascii_is_control(char c);

/* True if a byte of text is one. */
bool ascii_has_control(const char *text);

#endif
