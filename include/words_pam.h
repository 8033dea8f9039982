/*
 * What the PAM module and aws-mfa say to each other. The module is the parent: it runs
 *
 *	aws-mfa pam [--profile NAME] [--timeout SECONDS] [--always] [--notify]
 *
 * The table in words_pam.c says when each word may come. EOF ends either side.
 */
#ifndef AWS_MFA_WORDS_PAM_H
#define AWS_MFA_WORDS_PAM_H

#include "words.h"

/* The module sends `code`, and aws-mfa sends `request-id`, `result`, and: */
#define WORD_ACCOUNT "account" /* ID: of the session's AWS account, twelve ASCII digits */
#define WORD_UNTIL "until"     /* SECONDS: the session's expiration, since the epoch */
#define WORD_ASK "ask"         /* a code is needed */
#define WORD_KEY_ID "key-id"   /* ID: access key id of the session that was issued */
/*
 * Nobody has answered for five minutes. aws-mfa has shut its reading side without a code, and ends;
 * the module runs another one when it has a code.
 */
#define WORD_IDLE "idle"

enum login_state {
	LOGIN_STARTED = 1,  /* aws-mfa looks at the session */
	LOGIN_NOTIFIED = 2, /* the same under --notify: nothing is asked */
	LOGIN_ASKED = 4,    /* a code may come */
	LOGIN_SPENDING = 8, /* a code has come, a result will */
};

/* Starts in LOGIN_STARTED or, under --notify, in LOGIN_NOTIFIED. */
extern const struct words words_pam;

#endif
