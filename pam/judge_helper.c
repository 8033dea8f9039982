#include "judge.h"

#include "words_pam.h"

static bool start(struct judge *j, const struct login *login, unsigned seconds, bool waits)
{
	struct talk *talk = login->talk;
	struct helper_call call = {
		.profile = login->opt->profile,
		.timeout = seconds,
		.always = login->opt->always,
	};

	(void)waits;
	j->absent = false;
	talk->outcome = OUTCOME_BROKEN;
	if (!helper_start(&j->helper, login->user, &call, talk->reason, sizeof(talk->reason)))
		return false;
	peer_init(&j->peer, &words_pam, PARENT, LOGIN_STARTED, j->helper.fd, j->buf);
	return true;
}

static void stop(struct judge *j)
{
	record_reader_wipe(&j->peer.reader);
	helper_end(&j->helper);
}

const struct judge_kind judge_helper = {.start = start, .stop = stop};
