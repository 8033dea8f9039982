#include "journal.h"

#include <security/pam_ext.h>

#include "clean.h"
#include "item.h"

#define FIELD_MAX 128

/*
 * Threat: a client named "x result=accepted", or a user's endpoint with such a request id, adds
 * fields to the log line. So values have no blanks.
 */
static void field(char to[static FIELD_MAX], const char *value)
{
	clean_word(to, FIELD_MAX, *value ? value : "-");
}

void journal_decision(pam_handle_t *pamh, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict)
{
	char who[FIELD_MAX], rhost[FIELD_MAX], tty[FIELD_MAX], profile[FIELD_MAX];
	char request_id[FIELD_MAX], key_id[FIELD_MAX];

	field(who, user);
	field(profile, options_profile(opt));
	field(request_id, talk->request_id);
	field(key_id, talk->key_id);
	field(rhost, item_text(pamh, PAM_RHOST));
	field(tty, item_text(pamh, PAM_TTY));
	pam_syslog(pamh, verdict->level,
		"user=%s rhost=%s tty=%s profile=%s%s%s result=%s answer=%s%s%s%s%s%s%s%s%s%s", who,
		rhost, tty, profile, talk->account[0] ? " account=" : "", talk->account,
		verdict->name, verdict_answer(verdict->pam), talk->login[0] ? " login=" : "",
		talk->login, talk->request_id[0] ? " request-id=" : "",
		talk->request_id[0] ? request_id : "", talk->key_id[0] ? " key-id=" : "",
		talk->key_id[0] ? key_id : "", talk->reason[0] ? " reason=\"" : "", talk->reason,
		talk->reason[0] ? "\"" : "");
}
