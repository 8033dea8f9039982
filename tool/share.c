#include "share.h"

#include "call.h"
#include "partition.h"
#include "text/equal.h"

#include <stdio.h>

/* An endpoint URL is in the partition of its server, whatever the region is. */
static const char *partition_of(const struct settings *s)
{
	const char *region = s->value[SETTING_REGION];

	return region && !s->value[SETTING_ENDPOINT_URL] ? partition_of_region(region) : "aws";
}

bool share_is_possible(const struct settings *from, const struct settings *to)
{
	return same_text(from->access_key_id, to->access_key_id) &&
		same_text(from->value[SETTING_DEVICE], to->value[SETTING_DEVICE]) &&
		same_text(from->value[SETTING_ENDPOINT_URL], to->value[SETTING_ENDPOINT_URL]) &&
		same_text(partition_of(from), partition_of(to));
}

/* Assumes one role. The keys of *from sign for it. */
static enum status assume(const struct settings *s, const struct sts_request_role *role,
	long duration, const struct session *from, struct session *to, struct error *e)
{
	struct sts_request request = sts_request_of(s);
	struct caller caller = {0};
	char why[700];
	enum status rc;

	request.access_key_id = from->access_key_id.data;
	request.secret_access_key = &from->secret_access_key;
	request.session_token = &from->session_token;
	request.duration = duration;
	request.roles[0] = *role;
	request.n_roles = 1;
	rc = call_start(&caller, &request, e);
	if (rc == STATUS_OK)
		rc = call_assume_role(&caller, to, e);
	call_end(&caller);
	if (rc == STATUS_OK)
		return STATUS_OK;
	snprintf(why, sizeof(why), "%.600s", e->text);
	return error_set(e, rc == STATUS_CONFIG ? STATUS_CONFIG : STATUS_CODE_SPENT,
		"the code was accepted, but the role %.300s could not be assumed: %s", role->arn,
		why);
}

enum status share_session(struct refresh *r, const struct session *session, struct error *e)
{
	const struct sts_request wanted = sts_request_for_code(&r->settings);
	struct session last = {0};
	enum status rc = STATUS_OK;

	for (size_t i = 0; rc == STATUS_OK && i < wanted.n_roles; i++) {
		struct session before = last;
		long duration = STS_SESSION_SHORTEST; /* until the next role is assumed */

		if (i + 1 == wanted.n_roles)
			duration = wanted.duration < SHARE_ROLE_LONGEST ? wanted.duration
									: SHARE_ROLE_LONGEST;
		last = (struct session){0};
		rc = assume(&r->settings, &wanted.roles[i], duration, i > 0 ? &before : session,
			&last, e);
		session_free(&before);
	}
	if (rc == STATUS_OK)
		rc = refresh_store(r, wanted.n_roles > 0 ? &last : session, e);
	session_free(&last);
	return rc;
}
