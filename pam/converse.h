/*
 * The application's conversation function, one message at a time.
 */
#ifndef PAM_CONVERSE_H
#define PAM_CONVERSE_H

#include <security/pam_modules.h>
#include <stdbool.h>

/*
 * Asks the person. Returns
 *  - PAM_SUCCESS and an answer, to be freed by converse_free(),
 *  - PAM_INCOMPLETE if the application will call again later (PAM_CONV_AGAIN),
 *  - PAM_CONV_ERR otherwise: no conversation function, ^C, a NULL answer.
 */
int converse_ask(pam_handle_t *pamh, bool echo, const char *prompt, char **answer);

/* Shows text, in style PAM_TEXT_INFO or PAM_ERROR_MSG. Failures are ignored. */
void converse_tell(pam_handle_t *pamh, int style, const char *text);

/* Overwrites and frees an answer. The module frees no other text that may be a secret. */
void converse_free(char *answer);

#endif
