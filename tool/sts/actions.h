/*
 * The bodies of the STS actions used here: application/x-www-form-urlencoded, as the AWS query
 * protocol has it. Source: STS API Reference, Version 2011-06-15.
 */
#ifndef AWS_MFA_STS_ACTIONS_H
#define AWS_MFA_STS_ACTIONS_H

#include "parameters.h"

#include <stddef.h>
#include <stdint.h>

/* Much more than STS takes, which bounds all tags together. */
#define REQUEST_MAX 65536

/*
 * Each writes a NUL-terminated body to body[size] and returns its length, or 0 when it does not
 * fit. duration 0 leaves it to AWS. A body holds the code: the caller wipes it. serial and code
 * of AssumeRole are both NULL for a caller whose credentials carry the MFA already.
 */
size_t request_get_caller_identity(char *body, size_t size);
size_t request_get_session_token(
	char *body, size_t size, const char *serial, const char *code, int64_t duration);
size_t request_assume_role(char *body, size_t size, const struct role *role, const char *serial,
	const char *code, int64_t duration);

#endif
