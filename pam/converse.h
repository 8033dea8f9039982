/*
 * The application's conversation function, one message at a time.
 */
#ifndef PAM_CONVERSE_H
#define PAM_CONVERSE_H

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * Asks the person. Returns PAM_SUCCESS and an answer for converse_free(); PAM_INCOMPLETE when the
 * application wants to be asked again later (PAM_CONV_AGAIN); else PAM_CONV_ERR: no conversation
 * function, ^C, a NULL answer.
 */
int converse_ask(pam_handle_t *pamh, bool echo, const char *prompt, char **answer);

/* Says something, in style PAM_TEXT_INFO or PAM_ERROR_MSG. Nobody listening is no error. */
void converse_tell(pam_handle_t *pamh, int style, const char *text);

/* Overwrites and frees an answer. */
void converse_free(char *answer);

#endif
