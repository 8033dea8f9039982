/*
 * The limits that a refresh at a login needs. The module raises a lower one where it may. doctor
 * compares them with those of the service's unit.
 */
#ifndef AWS_MFA_LEAST_LIMITS_H
#define AWS_MFA_LEAST_LIMITS_H

/* aws-mfa, the two of aws-mfa-sts and the thread in which libcurl resolves a name. */
#define LEAST_PROCESSES 4
#define LEAST_DESCRIPTORS 64
#define LEAST_FILE_BYTES (1UL << 20)
#define LEAST_STACK_BYTES (1UL << 20)
#define LEAST_MEMORY_BYTES (256UL << 20)

#endif
