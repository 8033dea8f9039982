/*
 * The process that has the keys and the code, and no network. It MUST guarantee, whatever the
 * talker does:
 *
 * - For a refresh by hand it hands out one signed warm-up, and one more if the clock is wrong. For
 * a login it hands out none.
 * - For each code that aws-mfa sends it hands out one request.
 * - For each `call` that aws-mfa sends it hands out what action_signatures() says.
 * - Only the settings and the call decide what is in a request, and for which host it is. The
 *   talker chooses only the time, within a day, and the part of a list.
 * - Only records that words_sts.h allows reach aws-mfa.
 */
#ifndef AWS_MFA_STS_SIGNER_H
#define AWS_MFA_STS_SIGNER_H

#include "status.h"

/*
 * Speaks with aws-mfa over RECORD_FD, and with the talker over talker_fd. Confines the process.
 * Returns the exit status, which is 0 if aws-mfa has gone.
 */
enum status signer_run(int talker_fd);

#endif
