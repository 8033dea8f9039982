/*
 * The process that speaks with AWS: it connects, sends, and reads what comes. It has no secret. For
 * a request that the secret key must sign it asks the signer.
 */
#ifndef AWS_MFA_STS_TALKER_H
#define AWS_MFA_STS_TALKER_H

#include "status.h"

/* signer_fd leads to the signer. Confines the process. Returns the exit status. */
enum status talker_run(int signer_fd);

#endif
