/*
 * What this file MUST guarantee:
 *  - the judge gets only six ASCII digits, and only after the person typed them,
 *  - code_sent is true only when the outcome answers a code sent in this call,
 *  - the judge and its replacement together have `timeout` seconds, and a grace to report. The
 *    time to type does not count,
 *  - every copy of an answer is wiped after use.
 */
#include "dialogue.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "code.h"
#include "converse.h"
#include "item.h"
#include "judge.h"
#include "listen.h"
#include "monotonic.h"
#include "reaper.h"
#include "words_pam.h"

#define GRACE_MS 2000
#define PROMPT_MS 30
#define PROMPT_SIZE 512 /* PAM_MAX_MSG_SIZE */

struct dialogue {
	struct login login;
	struct talk *talk; /* of login */
	const struct judge_kind *kind;
	struct judge judge;
	bool runs;
	int64_t left_ms; /* for both judges together, with the grace */
};

static enum outcome conversation_failed(int rc)
{
	return rc == PAM_INCOMPLETE ? OUTCOME_LATER : OUTCOME_NO_ANSWER;
}

/*
 * Threat: a remote client tries names. Starting a helper takes some milliseconds, but only for an
 * enrolled user. The time until the prompt would tell who that is. So the prompt comes after
 * PROMPT_MS at the earliest. A helper with nothing to ask ends within that time. An application
 * that handles SIGCHLD gets the signal then.
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
 * code. Never send AWS an answer that an earlier module asked for.
 */
static bool is_password(pam_handle_t *pamh, const char *answer)
{
	const void *password = NULL;

	return pam_get_item(pamh, PAM_AUTHTOK, &password) == PAM_SUCCESS && password &&
		strcmp(answer, password) == 0;
}

/*
 * Asks for a code, or fills talk->outcome and returns false. sudo silences every message, so the
 * reason to type again stands in the prompt itself.
 */
static bool ask_person(struct dialogue *c, bool again, char code[static CODE_DIGITS + 1])
{
	const struct options *opt = c->login.opt;
	char prompt[PROMPT_SIZE];
	char *answer = NULL;
	bool ok;
	int rc;

	snprintf(prompt, sizeof(prompt), "%s%s", again ? "Wrong code. " : "", opt->prompt);
	rc = converse_ask(c->login.pamh, opt->echo, prompt, &answer);
	if (rc != PAM_SUCCESS) {
		c->talk->outcome = conversation_failed(rc);
		return false;
	}
	ok = !is_password(c->login.pamh, answer) && code_from_answer(code, answer);
	converse_free(answer);
	if (!ok)
		c->talk->outcome = OUTCOME_MALFORMED;
	return ok;
}

static void forget(struct talk *talk)
{
	talk->request_id[0] = talk->key_id[0] = talk->reason[0] = '\0';
}

static enum listen listen_for(struct dialogue *c, int64_t *left_ms)
{
	return listen_next(c->login.pamh, c->login.opt, &c->judge.peer, left_ms, c->talk);
}

/*
 * Starts a judge with the time that is left, and reads its first record. If the judge always asks,
 * the prompt does not wait: the time until the prompt must not tell who is enrolled. An absent
 * judge is like an idle one: the person is asked, and then it is tried again.
 */
static enum listen start(struct dialogue *c, bool waits)
{
	int64_t start_ms = monotonic_ms(), ms = c->left_ms - GRACE_MS;
	unsigned seconds = ms > 1000 ? (unsigned)((ms + 999) / 1000) : 1;

	c->runs = c->kind->start(&c->judge, &c->login, seconds, waits);
	c->left_ms -= monotonic_ms() - start_ms;
	if (!c->runs && c->judge.absent && !waits)
		return LISTEN_IDLE;
	if (!c->runs)
		return c->talk->outcome == OUTCOME_RESULT ? LISTEN_RESULT : LISTEN_BROKEN;
	return c->kind->always_asks ? LISTEN_ASK : listen_for(c, &c->left_ms);
}

static void stop(struct dialogue *c)
{
	if (c->runs)
		c->kind->stop(&c->judge);
	c->runs = false;
}

/* Waits for `ask` if the prompt did not. */
static enum listen wait_for_ask(struct dialogue *c)
{
	if (!c->runs)
		return LISTEN_IDLE;
	return c->judge.peer.state == LOGIN_ASKED ? LISTEN_ASK : listen_for(c, &c->left_ms);
}

/* Sends the code and reads the result. */
static enum listen send_code(struct dialogue *c, const char *code)
{
	int64_t start_ms = monotonic_ms();

	forget(c->talk);
	/* Ignore a failure here: the judge may have sent a result before it ended. */
	c->talk->code_sent =
		peer_write(&c->judge.peer, start_ms + c->left_ms, WORD_CODE, code) == RECORD_OK;
	c->left_ms -= monotonic_ms() - start_ms;
	return listen_for(c, &c->left_ms);
}

/*
 * Sends the code. If the judge was absent, or became idle while the person was away, starts a new
 * one, once. The idle judge has read no code, so no code is sent twice.
 */
static enum listen hand_over(struct dialogue *c, const char *code)
{
	int64_t none_ms = 0;
	enum listen heard = wait_for_ask(c);

	/* A result makes the code unnecessary: do not send it. */
	if (heard == LISTEN_ASK && (heard = listen_for(c, &none_ms)) == LISTEN_SILENT)
		heard = send_code(c, code);
	if (heard == LISTEN_IDLE && !c->talk->code_sent) {
		stop(c);
		c->talk->account[0] = '\0';
		heard = start(c, true);
		if (heard == LISTEN_ASK)
			heard = wait_for_ask(c);
		if (heard == LISTEN_ASK)
			heard = send_code(c, code);
	}
	return heard;
}

/* It may not be able to start. */
static void advise(const struct dialogue *c)
{
	char service[64];
	size_t used = strlen(c->talk->reason);

	if (!c->kind->advice ||
		!(c->judge.peer.state & (LOGIN_VERSION | LOGIN_OPENING | LOGIN_STARTED)))
		return;
	clean_word(service, sizeof(service), item_text(c->login.pamh, PAM_SERVICE));
	snprintf(c->talk->reason + used, sizeof(c->talk->reason) - used, "%s%s", c->kind->advice,
		service);
}

/* Sends the code and fills talk->outcome. */
static void relay(struct dialogue *c, const char *code)
{
	struct talk *talk = c->talk;
	enum listen heard = hand_over(c, code);

	/* Threat: an AWS message quotes the code, and the log shows it. */
	code_strike_out(talk->reason, code);
	talk->outcome = heard == LISTEN_RESULT ? OUTCOME_RESULT : OUTCOME_BROKEN;
	if (heard == LISTEN_SILENT && talk->code_sent) {
		talk->outcome = OUTCOME_RESULT;
		talk->status = STATUS_CODE_SPENT;
	}
	if (heard == LISTEN_IDLE)
		snprintf(talk->reason, sizeof(talk->reason), "%s was idle twice",
			talk->who ? talk->who : "the helper");
	if (heard == LISTEN_GONE)
		advise(c);
	if (c->kind->store && talk->code_sent && talk_ended_with(talk, STATUS_OK))
		c->kind->store(&c->judge, &c->login);
}

static void ask_and_relay(struct dialogue *c)
{
	struct talk *talk = c->talk;

	talk->asked = true;
	keep_pace(c->login.pamh, talk);
	for (unsigned i = 0; i < c->login.opt->prompts; i++) {
		char code[CODE_DIGITS + 1];
		struct reaper reaper;
		bool ok, wrong;

		forget(talk);
		talk->code_sent = false;
		reaper_start(&reaper, c->judge.helper.pidfd);
		ok = ask_person(c, i > 0, code);
		reaper_stop(&reaper);
		if (ok)
			relay(c, code);
		explicit_bzero(code, sizeof(code));
		wrong = talk_ended_with(talk, STATUS_WRONG_CODE);
		talk->judged = talk->judged || wrong;
		if (talk->outcome != OUTCOME_MALFORMED && !(wrong && talk->code_sent))
			break;
	}
}

/* After a result that no code can change. */
static bool is_in_vain(const struct options *opt, enum status status)
{
	return status == STATUS_SYSTEM || status == STATUS_CONFIG || status == STATUS_UNAVAILABLE ||
		(status == STATUS_NOT_SET_UP && !opt->nullok);
}

void dialogue(
	pam_handle_t *pamh, const struct options *opt, const struct user *user, struct talk *talk)
{
	struct dialogue c = {
		.login = {pamh, opt, user, talk},
		.talk = talk,
		.kind = opt->keystore ? &judge_keystore : &judge_helper,
		.left_ms = (int64_t)opt->timeout * 1000 + GRACE_MS,
	};
	enum listen heard = start(&c, false);

	talk->outcome = heard == LISTEN_RESULT ? OUTCOME_RESULT : OUTCOME_BROKEN;
	if (heard == LISTEN_ASK || (heard == LISTEN_IDLE && !c.runs))
		ask_and_relay(&c);
	else if (heard == LISTEN_RESULT && is_in_vain(opt, talk->status))
		dialogue_in_vain(pamh, opt, talk);
	stop(&c);
}
