/*
 * Is this text what was asked for? People paste the secret where the key id belongs, and the other
 * way round. Each check returns NULL for a good text, else a sentence for the user. The sentence
 * never quotes the text: it may be a secret.
 *
 * Sources: IAM User Guide, "Access key" (20 characters, AKIA; a secret of 40) and "Understanding
 * unique ID prefixes"; other vendors' services have other keys.
 */
#ifndef AWS_MFA_SHAPE_H
#define AWS_MFA_SHAPE_H

#include <stdbool.h>

/* others: the endpoint is not AWS's, so keys of any other form are good, too. */
const char *shape_key_id(const char *text, bool others);
const char *shape_secret(const char *text, bool others);

/* The ARN of a device, or the number of a hardware token. */
const char *shape_device(const char *text);

#endif
