/*
 * What this file MUST guarantee:
 *  - nothing but six ASCII digits goes to the helper, and only after the person typed them,
 *  - code_sent is true only when the outcome answers a code sent in this call,
 *  - the helper has `timeout` seconds (and a grace, to report it) for all but the typing,
 *  - no copy of an answer outlives its use.
 */
#include "dialogue.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "converse.h"
#include "listen.h"
#include "record.h"

#define GRACE_MS 2000
#define PROMPT_MS 30
#define PROMPT_SIZE 512 /* PAM_MAX_MSG_SIZE */

static int conversation_failed(int rc)
{
	return rc == PAM_INCOMPLETE ? OUTCOME_LATER : OUTCOME_NO_ANSWER;
}

/*
 * Threat: somebody afar tries names, and reads from how soon the prompt comes which there are and
 * which of them are enrolled: to start a helper takes some milliseconds. A helper that has nothing
 * to ask ends in this time, so where the application handles SIGCHLD, a signal comes just then.
 */
static void keep_pace(pam_handle_t *pamh, const struct talk *talk)
{
	const int64_t prompt_ms = talk->start_ms + PROMPT_MS;
	const void *rhost = NULL;
	int64_t left_ms;

	if (pam_get_item(pamh, PAM_RHOST, &rhost) != PAM_SUCCESS || !rhost)
		return;
	while ((left_ms = prompt_ms - monotonic_ms()) > 0)
		poll(NULL, 0, (int)left_ms);
}

void dialogue_in_vain(pam_handle_t *pamh, const struct options *opt, struct talk *talk)
{
	char *answer = NULL;
	int rc;

	keep_pace(pamh, talk);
	rc = converse_ask(pamh, opt->echo, opt->prompt, &answer);
	converse_free(answer);
	talk->asked = true;
	if (rc != PAM_SUCCESS)
		talk->outcome = conversation_failed(rc);
}

/*
 * Threat: sshd's PasswordAuthentication answers with the login password, which may look like a
 * code. What an earlier module has asked for is no code, and not AWS's business.
 */
static bool is_password(pam_handle_t *pamh, const char *answer)
{
	const void *password = NULL;

	return pam_get_item(pamh, PAM_AUTHTOK, &password) == PAM_SUCCESS && password &&
		strcmp(answer, password) == 0;
}

/* sudo silences every message, so the reason to type again stands in the prompt itself. */
static int ask_person(pam_handle_t *pamh, const struct options *opt, bool again,
	char code[static CODE_DIGITS + 1])
{
	char prompt[PROMPT_SIZE];
	char *answer = NULL;
	int rc;

	snprintf(prompt, sizeof(prompt), "%s%s", again ? "Wrong code. " : "", opt->prompt);
	rc = converse_ask(pamh, opt->echo, prompt, &answer);
	if (rc != PAM_SUCCESS)
		return conversation_failed(rc);
	rc = !is_password(pamh, answer) && code_from_answer(code, answer) ? 0 : OUTCOME_MALFORMED;
	converse_free(answer);
	return rc;
}

/* Threat: an AWS message that quotes the code, carried on into the log. */
static void strike_out(char *text, const char *code)
{
	for (char *at = text; (at = strstr(at, code)) != NULL; at += CODE_DIGITS)
		memset(at, '*', CODE_DIGITS);
}

static void forget(struct talk *talk)
{
	talk->request_id[0] = talk->key_id[0] = talk->reason[0] = '\0';
}

/* What only a code can bring about, verdict_of() refuses without one. The log is to say so. */
static int unasked(int heard, struct talk *talk)
{
	if (heard == STATUS_OK || heard == STATUS_NOT_STORED || heard == STATUS_WRONG_CODE ||
		heard == STATUS_CODE_SPENT)
		snprintf(talk->reason, sizeof(talk->reason),
			"the helper sent result %d without a code", heard);
	return heard;
}

/* Sends the code and hears what became of it. */
static int relay(pam_handle_t *pamh, const struct options *opt, struct record_reader *r,
	int64_t *left_ms, const char *code, struct talk *talk)
{
	int64_t none_ms = 0;
	int heard;

	/* What the helper has found out meanwhile makes the code needless: it is not sent then. */
	heard = listen_next(pamh, opt, r, &none_ms, talk);
	if (heard >= 0)
		return unasked(heard, talk);
	if (heard == LISTEN_SILENT) {
		int64_t start_ms = monotonic_ms();

		forget(talk);
		/* A failure shows in the answer: the helper may have said why before it went. */
		talk->code_sent = record_write(r->fd, RECORD_MAX_PAM, start_ms + *left_ms,
					  WORD_CODE, code) == RECORD_OK;
		*left_ms -= monotonic_ms() - start_ms;
		heard = listen_next(pamh, opt, r, left_ms, talk);
		strike_out(talk->reason, code);
		if (heard >= 0)
			return talk->code_sent ? heard : unasked(heard, talk);
		if (heard == LISTEN_SILENT)
			return STATUS_CODE_SPENT;
	}
	if (heard == LISTEN_ASK)
		snprintf(talk->reason, sizeof(talk->reason), "the helper asked twice");
	return OUTCOME_BROKEN;
}

static void ask_and_relay(pam_handle_t *pamh, const struct options *opt, struct record_reader *r,
	int64_t left_ms, struct talk *talk)
{
	talk->asked = true;
	keep_pace(pamh, talk);
	for (unsigned i = 0; i < opt->prompts; i++) {
		char code[CODE_DIGITS + 1];

		forget(talk);
		talk->code_sent = false;
		talk->outcome = ask_person(pamh, opt, i > 0, code);
		if (talk->outcome == 0)
			talk->outcome = relay(pamh, opt, r, &left_ms, code, talk);
		explicit_bzero(code, sizeof(code));
		talk->judged = talk->judged || talk->outcome == STATUS_WRONG_CODE;
		if (talk->outcome != OUTCOME_MALFORMED &&
			!(talk->outcome == STATUS_WRONG_CODE && talk->code_sent))
			break;
	}
}

void dialogue(pam_handle_t *pamh, const struct options *opt, int fd, struct talk *talk)
{
	int64_t left_ms = (int64_t)opt->timeout * 1000 + GRACE_MS;
	char buf[RECORD_MAX_PAM];
	struct record_reader r;
	int heard;

	record_reader_init(&r, fd, buf, sizeof(buf));
	heard = listen_next(pamh, opt, &r, &left_ms, talk);
	talk->outcome = heard < 0 ? OUTCOME_BROKEN : heard;
	switch (heard) {
	case LISTEN_ASK:
		ask_and_relay(pamh, opt, &r, left_ms, talk);
		break;
	case STATUS_NOT_SET_UP:
		if (opt->nullok)
			break;
		/* fall through */
	case STATUS_SYSTEM:
	case STATUS_CONFIG:
	case STATUS_UNAVAILABLE:
		dialogue_in_vain(pamh, opt, talk);
		break;
	default:
		unasked(heard, talk);
		break;
	}
	record_reader_wipe(&r);
}
