/* What AWS STS sets bounds to: one place for the programs that check it. */
#ifndef AWS_MFA_STS_LIMITS_H
#define AWS_MFA_STS_LIMITS_H

#define ACCOUNT_DIGITS 12 /* of an AWS account id */
#define ROLES_MAX 5       /* assumed one from another with one code */
#define TAGS_MAX 50       /* of one session: STS service model, tagListType */

/* Seconds this machine's clock may be off: AWS takes signatures 5 to 15 minutes off. */
#define SKEW_TOLERATED 240

#endif
