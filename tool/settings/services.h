/*
 * The [services NAME] sections of the config file: an endpoint for one service (SDKs and Tools
 * Reference Guide, "Service-specific endpoints"; botocore configprovider.py,
 * ConfiguredEndpointProvider).
 */
#ifndef AWS_MFA_SERVICES_H
#define AWS_MFA_SERVICES_H

#include "error.h"
#include "rules.h"

/*
 * Takes endpoint_url from the block `sts =` of the section that `services` names, in the long-term
 * section or the profile's, unless the endpoint is set already. STATUS_CONFIG when there is no such
 * section.
 */
enum status services_take(struct settings *s, struct error *e);

#endif
