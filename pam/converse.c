#include "converse.h"

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

/*
 * Do not use pam_prompt(): it returns PAM_SYSTEM_ERR if there is no conversation function, and does
 * not distinguish a NULL answer from an empty one.
 */
static int converse(pam_handle_t *pamh, int style, const char *text, char **answer)
{
	const struct pam_message message = {.msg_style = style, .msg = text};
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const void *item = NULL;
	const struct pam_conv *conv;
	int rc;

	*answer = NULL;
	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || !item)
		return PAM_CONV_ERR;
	conv = item;
	if (!conv->conv)
		return PAM_CONV_ERR;
	rc = conv->conv(1, &messages, &response, conv->appdata_ptr);
	if (rc == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	/* Threat: after a failure the application may have freed what the pointer names. */
	if (rc != PAM_SUCCESS)
		return PAM_CONV_ERR;
	if (response) {
		*answer = response->resp;
		free(response);
	}
	return PAM_SUCCESS;
}

int converse_ask(pam_handle_t *pamh, bool echo, const char *prompt, char **answer)
{
	int rc = converse(pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, prompt, answer);

	/* At the end of its input runuser returns PAM_SUCCESS and NULL. */
	return rc == PAM_SUCCESS && !*answer ? PAM_CONV_ERR : rc;
}

void converse_tell(pam_handle_t *pamh, int style, const char *text)
{
	char *answer;

	converse(pamh, style, text, &answer);
	converse_free(answer);
}

/* Threat: a code, or a password typed at the wrong prompt, stays in the heap of a daemon. */
void converse_free(char *answer)
{
	if (answer)
		explicit_bzero(answer, strlen(answer));
	free(answer);
}
