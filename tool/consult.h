/*
 * For doctor: asks AWS what only AWS knows. Does the network lead there, are the clocks alike, is
 * the key active, does the user have the device, does a policy deny a session? No code is spent.
 */
#ifndef AWS_MFA_CONSULT_H
#define AWS_MFA_CONSULT_H

#include "doctor/findings.h"
#include "error.h"
#include "settings/settings.h"

/*
 * Adds what it finds to *l. s must have keys and all that is needed to connect. Waits for
 * s->timeout at each question, and stops asking when AWS is not reached. STATUS_SYSTEM: could not
 * ask; *e says why.
 */
enum status consult(struct findings *l, const struct settings *s, struct error *e);

#endif
