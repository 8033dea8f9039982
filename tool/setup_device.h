/* Which MFA device goes with the keys. Never a guess: a code for a wrong device would be lost. */
#ifndef AWS_MFA_SETUP_DEVICE_H
#define AWS_MFA_SETUP_DEVICE_H

#include "ask.h"
#include "call.h"
#include "error.h"
#include "settings/taken.h"
#include "text/secret.h"

struct device_search {
	const struct asker *asker;
	struct caller *caller; /* has proved the keys */
	const struct call_identity *who;
	const struct settings *settings; /* may name a device */
	const char *secret;              /* the secret access key: it is no device */
};

/*
 * Fills *device with the serial, and tells which one it is. The user chooses if IAM lists several,
 * and types the serial if IAM does not list them. If IAM lists devices, a given device must be one
 * of them. STATUS_USAGE: the user must choose, and there is no terminal to ask on. STATUS_CONFIG:
 * no device shows codes, or the given device is not listed.
 */
enum status setup_find_device(
	const struct device_search *search, struct secret *device, struct error *e);

#endif
