/*
 * The sections [services NAME] of the config file: an endpoint for a single service (SDKs and Tools
 * Reference Guide, "Service-specific endpoints"; botocore configprovider.py,
 * ConfiguredEndpointProvider).
 */
#ifndef AWS_MFA_SERVICES_H
#define AWS_MFA_SERVICES_H

#include "error.h"
#include "taken.h"

/*
 * Takes the endpoints from the blocks `sts =` and `iam =` of [services NAME]. The key `services` of
 * the long-term section or of the profile gives NAME. An endpoint that is set already stays.
 * STATUS_CONFIG if there is no section [services NAME].
 */
enum status services_take(struct settings *s, struct error *e);

#endif
