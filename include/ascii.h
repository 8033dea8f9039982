/* Which ASCII characters a text consists of. Not isprint() and its kin: they ask the locale. */
#ifndef AWS_MFA_ASCII_H
#define AWS_MFA_ASCII_H

#include <stdbool.h>

/* From ' ' to '~'. */
bool ascii_is_printable(const char *text);

/* From '!' to '~': no blanks. */
bool ascii_is_graphic(const char *text);

/* A byte below ' ', or DEL. */
bool ascii_has_control(const char *text);

#endif
