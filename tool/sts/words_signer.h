/*
 * What the two processes of aws-mfa-sts say to each other: the signer, which speaks with aws-mfa
 * and has the keys and the code, and the talker, which speaks with AWS. The signer is the parent.
 *
 * The signer passes on what aws-mfa sends (words_sts.h), except the secret key, the session token
 * and the code. The talker's answers are those of words_sts.h. The signer passes them on to
 * aws-mfa. Only the two of them use these words:
 */
#ifndef AWS_MFA_STS_WORDS_SIGNER_H
#define AWS_MFA_STS_WORDS_SIGNER_H

#include "words.h"

#define WORD_SPEND "spend" /* instead of `code`: a request with a code may be signed */

/*
 * TIME [MARKER]: the talker asks for the request that is due now: the warm-up, the request with the
 * code, or that of `call`. TIME is the server's time, in seconds since the epoch; 0: this
 * machine's. MARKER is that of the next part of a list. Nothing else about the request is the
 * talker's choice.
 */
#define WORD_SIGN "sign"
#define MARKER_MAX 1024 /* bytes; AWS's have at most 320 */

/* The signer answers with the parts of the request, and `signed` ends it. */
#define WORD_BODY "body" /* in pieces of TOKEN_PIECE; join them */
#define WORD_AUTHORIZATION "authorization"
#define WORD_SIGNED "signed" /* X-AMZ-DATE */

/* Starts in STS_SETTINGS, and has the states of words_sts.h. */
extern const struct words words_signer;

#endif
