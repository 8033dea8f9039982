/*
 * Text that others chose: the client, the helper, AWS, the admin.
 */
#ifndef PAM_CLEAN_H
#define PAM_CLEAN_H

#include <stddef.h>

/*
 * Copies it so that it can be shown and logged: printable ASCII stays, all else becomes '?', a
 * double quote becomes a single one, and what exceeds size is cut.
 */
void clean_text(char *to, size_t size, const char *from);

#endif
