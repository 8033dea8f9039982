/*
 * What the PAM module and aws-mfa say to each other. The module is the parent. It runs
 *
 *	aws-mfa pam [--profile NAME] [--timeout SECONDS] [--always] [--notify]
 *	aws-mfa store --login ID
 *
 * With `keystore` it connects to AWS_MFA_KEYSTORE_SOCKET instead of running `aws-mfa pam`. systemd
 * has started `aws-mfa serve` at the other end. The module opens that conversation, and then it
 * goes on like the other one. `aws-mfa store` only sends a `result`.
 *
 * The table in words_pam.c says when each word may come. Each side ends the conversation by closing
 * its end.
 */
#ifndef AWS_MFA_WORDS_PAM_H
#define AWS_MFA_WORDS_PAM_H

#include "words.h"

/* The module sends `code`, and aws-mfa sends `request-id`, `result`, and: */
#define WORD_ACCOUNT "account" /* ID: the AWS account of the session, twelve ASCII digits */
#define WORD_UNTIL "until"     /* SECONDS since the epoch: the session expires then */
#define WORD_ASK "ask"         /* a code is needed */
#define WORD_KEY_ID "key-id"   /* ID: the access key id of the new session */
/*
 * Nobody answered for five minutes. aws-mfa has shut its reading side without a code, and ends. The
 * module starts aws-mfa again when the code comes.
 */
#define WORD_IDLE "idle"

/* Before `aws-mfa serve` starts, the module sends: */
#define WORD_VERSION "version" /* KEYSTORE_VERSION; the two programs may be of two packages */
#define WORD_LOGIN "login"     /* ID: names the login in every log line */
#define WORD_PROFILE "profile" /* NAME: of the option profile= */
/*
 * UID NAME of the account. It comes with three descriptors: the account's entry (O_RDONLY), the end
 * of a pipe to which the session is written (O_WRONLY), and the login's place among those that
 * wait. Threat: somebody kills su again and again, and each leaves a service behind. So the place
 * is free only when the service has ended, too.
 */
#define WORD_USER "user"
#define USER_ENTRY 0
#define USER_SESSION 1
#define USER_PLACE 2

/* Changes whenever an older `aws-mfa serve` would misunderstand the module, or the reverse. */
#define KEYSTORE_VERSION 1
#define LOGIN_ID_DIGITS 8 /* lowercase hexadecimal */

enum login_state {
	LOGIN_STARTED = 1,  /* aws-mfa checks the session */
	LOGIN_NOTIFIED = 2, /* the same with --notify: no code is asked for */
	LOGIN_ASKED = 4,    /* a code may come */
	LOGIN_SPENDING = 8, /* a code has come, a result follows */
	LOGIN_VERSION = 16, /* `aws-mfa serve` first learns the version */
	LOGIN_OPENING = 32, /* then which user logs in */
	LOGIN_STORING = 64, /* `aws-mfa store` stores a session */
};

/* Starts in LOGIN_STARTED, LOGIN_NOTIFIED (--notify), LOGIN_VERSION or LOGIN_STORING. */
extern const struct words words_pam;

#endif
