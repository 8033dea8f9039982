/* `timeout`: the seconds that a refresh may take. The time that a person needs does not count. */
#ifndef AWS_MFA_TIMEOUT_H
#define AWS_MFA_TIMEOUT_H

#define TIMEOUT_DEFAULT 20
#define TIMEOUT_LONGEST 300

/* One of these numbers as a string. */
#define TIMEOUT_TEXT(seconds) TIMEOUT_STRING(seconds)
#define TIMEOUT_STRING(seconds) #seconds

#endif
