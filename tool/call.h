/*
 * Calls to AWS that need no code: who owns a key, which devices and keys a user has, and the life
 * of a key. aws-mfa-sts makes them.
 *
 *	struct sts_request request = sts_request_of(&settings);
 *	request.access_key_id = ...; request.secret_access_key = ...;
 *	rc = call_start(&caller, &request, &e);
 *	if (rc == STATUS_OK)
 *		rc = call_identity(&caller, &who, &e);
 *	... more calls with the same keys, one after the other ...
 *	call_end(&caller);
 *
 * Each call returns STATUS_OK, or one of these with *e filled:
 * - STATUS_CONFIG: AWS refuses the call, and caller->aws_error says why: "AccessDenied",
 *   "NoSuchEntity", "LimitExceeded", "InvalidClientTokenId" (also of a key that AWS does not know
 *   yet). If aws_error is empty, the settings are wrong, and nothing was sent.
 * - STATUS_UNAVAILABLE: AWS was not reached, failed or was too busy. Nothing has changed.
 * - STATUS_CODE_SPENT: no answer came to a call that changes something. AWS may have done it.
 * - STATUS_SYSTEM: this machine. If aws-mfa-sts died, the caller has ended.
 */
#ifndef AWS_MFA_CALL_H
#define AWS_MFA_CALL_H

#include "credentials/session.h"
#include "error.h"
#include "sts_process.h"
#include "sts_request.h"
#include "words_sts.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* The steps that make a connection, and how many microseconds they took; 0: not known. */
struct call_steps {
	int done; /* 0 to 3: DNS, TCP, TLS; with a proxy, DNS and TCP are the proxy's */
	long dns_us, tcp_us, tls_us;
};

struct caller {
	struct sts_process process; /* also the server's time and the last request id */
	long timeout;               /* seconds, of each call */
	struct call_steps steps;    /* of the last new connection */
	char aws_error[80];         /* AWS's error code of the last call; empty if there is none */
	char user[65];              /* calls to IAM name this user; empty: the owner of the keys */
};

/* Who owns the keys. arn is that of a user, of the account's root, or of an assumed role. */
struct call_identity {
	char account[64], arn[513];
};

struct call_device {
	char serial[513]; /* arn:...:mfa/NAME, arn:...:u2f/... (no codes), or a hardware token's
	                     number; STS takes none of more than 256 */
	time_t enabled;
};

struct call_key {
	char id[129];
	bool active;
	time_t created;
};

/* The caller frees both by secret_free(). */
struct call_new_key {
	struct secret id, secret;
};

/*
 * Starts aws-mfa-sts, and sends nothing to AWS yet. request needs keys, region, endpoints and the
 * like, but no device; a role only for call_assume_role(). *c must be zeros, or must have ended.
 * Call call_end() afterwards, also after a failure.
 */
enum status call_start(struct caller *c, const struct sts_request *request, struct error *e);

/* sts:GetCallerIdentity. It works for every valid key: no policy can deny it. */
enum status call_identity(struct caller *c, struct call_identity *who, struct error *e);

/*
 * sts:GetSessionToken, but without a code: AWS makes a session, and aws-mfa-sts forgets it. The
 * same policies apply as with a code.
 */
enum status call_try_session(struct caller *c, struct error *e);

/*
 * sts:AssumeRole of the one role of the request. The keys of the request must be those of a
 * session. *session is filled after STATUS_OK; the caller frees it in any case.
 */
enum status call_assume_role(struct caller *c, struct session *session, struct error *e);

/*
 * Makes calls to IAM name the user. The IAM API Reference demands a UserName if the keys are those
 * of a session. Does nothing for the account's root, who has no name.
 */
void call_name_user(struct caller *c, const struct call_identity *who);

/* iam:ListMFADevices and iam:ListAccessKeys, of the user who owns the keys. Set *n. */
enum status call_list_devices(
	struct caller *c, struct call_device devices[static ITEMS_MAX], size_t *n, struct error *e);
enum status call_list_keys(
	struct caller *c, struct call_key keys[static ITEMS_MAX], size_t *n, struct error *e);

/*
 * iam:SimulatePrincipalPolicy: may source, a user or a role, make keys or change devices
 * of the user with a session? Writes the actions that are allowed to *allowed, with a blank before
 * each. It is empty if there are none.
 */
#define CALL_RIGHTS_SIZE 256
enum status call_rights(struct caller *c, const char *source, const char *user,
	char allowed[static CALL_RIGHTS_SIZE], struct error *e);

/* iam:CreateAccessKey, for the user who owns the keys. AWS knows a new key after some seconds. */
enum status call_create_key(struct caller *c, struct call_new_key *key, struct error *e);

/* iam:UpdateAccessKey and iam:DeleteAccessKey, of a key of the same user. */
enum status call_set_key_active(struct caller *c, const char *key_id, bool active, struct error *e);
enum status call_delete_key(struct caller *c, const char *key_id, struct error *e);

/* Ends the process and wipes what it has sent. */
void call_end(struct caller *c);

#endif
