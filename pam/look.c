#include "look.h"

#include "helper.h"
#include "listen.h"
#include "words_pam.h"

void look(pam_handle_t *pamh, const struct options *opt, const struct user *user, unsigned seconds,
	struct talk *talk)
{
	struct helper_call call = {
		.profile = opt->profile,
		.timeout = seconds,
		.notify = true,
	};
	int64_t left_ms = seconds * INT64_C(1000);
	char buf[RECORD_MAX_PAM];
	struct peer peer;
	struct helper helper;

	talk->outcome = OUTCOME_BROKEN;
	if (!helper_start(&helper, user, &call, talk->reason, sizeof(talk->reason)))
		return;
	peer_init(&peer, &words_pam, PARENT, LOGIN_NOTIFIED, helper.fd, buf);
	if (listen_next(pamh, opt, &peer, &left_ms, talk) == LISTEN_RESULT)
		talk->outcome = OUTCOME_RESULT;
	record_reader_wipe(&peer.reader);
	helper_end(&helper);
}
