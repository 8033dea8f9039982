/* What reading a document and looking up in it share. */
#ifndef AWS_MFA_INI_INTERNAL_H
#define AWS_MFA_INI_INTERNAL_H

#include "ini.h"

/*
 * The slot of a header (section 0) or of a key in the section whose first header is line
 * section - 1: index + 1 of the last such line that was put there, 0 when there is none.
 */
uint32_t *ini_slot(const struct ini *ini, size_t section, const char *name, size_t len);

#endif
