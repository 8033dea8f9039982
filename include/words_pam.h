/*
 * What the PAM module and aws-mfa say to each other. The module is the parent. It runs
 *
 *	aws-mfa pam [--profile NAME] [--timeout SECONDS] [--always] [--notify]
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

enum login_state {
	LOGIN_STARTED = 1,  /* aws-mfa checks the session */
	LOGIN_NOTIFIED = 2, /* the same with --notify: no code is asked for */
	LOGIN_ASKED = 4,    /* a code may come */
	LOGIN_SPENDING = 8, /* a code has come, a result follows */
};

/* Starts in LOGIN_STARTED; with --notify, in LOGIN_NOTIFIED. */
extern const struct words words_pam;

#endif
