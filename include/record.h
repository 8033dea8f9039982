/*
 * The records the three programs exchange over socketpairs: one line each,
 *
 *	word [SP text] LF
 *
 * word is [a-z-]+, text is UTF-8 without control characters. Codes and secrets travel here and
 * nowhere else. A line that is too long or malformed is a broken peer: the reader ends it.
 *
 * The helper's end of a socketpair is always descriptor RECORD_FD.
 *
 * pam_aws_mfa.so runs   aws-mfa pam [--profile NAME] [--timeout SECONDS] [--always] [--notify]
 *
 *	module -> aws-mfa
 *	    code DIGITS         the person's answer, exactly six ASCII digits
 *	aws-mfa -> module
 *	    ask                 a code is needed
 *	    account ID          the AWS account of the session, twelve ASCII digits
 *	    until SECONDS       expiration of the session, seconds since the epoch
 *	    key-id ID           access key id of the session that was issued
 *	    request-id ID       AWS's RequestId
 *	    result STATUS TEXT  the verdict (enum status); TEXT is for the log, one line
 *	    idle                nobody has answered for five minutes. aws-mfa has shut its
 *	                        reading side without a code, and ends; the module runs
 *	                        another one when it has a code
 *
 *	`account` comes at most once, before all else, where the settings name one.
 *	`ask` comes at most once, and there is one `result` for each `code`. After
 *	`result 11` (and no other) the module may send another `code`. `idle` comes
 *	only where a `code` may come, and as the last record. A result without a code
 *	is 2, 3, 4, 12, 13 or 14. Under --notify nothing is asked, and the result is 1
 *	where a code would be. EOF ends either side.
 *
 * aws-mfa runs          aws-mfa-sts      (empty environment, no arguments)
 *
 *	aws-mfa -> aws-mfa-sts, the settings first, each at most once, absent where unset:
 *	    access-key-id, secret-access-key, serial, region, endpoint-url, ca-bundle,
 *	    https-proxy, no-proxy, duration (seconds; of the last role where there are several)
 *	    fips, dual-stack, legacy-endpoint    (no text)
 *	    role-arn            begins a role, of ROLES_MAX; in the order they are assumed in
 *	    role-session-name, external-id, source-identity    of the role begun, each once
 *	    tag KEY=VALUE, transitive-tag-key KEY              of it, TAGS_MAX each
 *	    deadline MS         CLOCK_MONOTONIC in milliseconds, for all that follows until the
 *	                        next `deadline`; waiting for a person does not count
 *	    timeout SECONDS     the whole time that `deadline` is the end of: AWS must have had
 *	                        half of it before a time-out is called an outage
 *	    connect HOW         end of the settings: warm up, `signed` or `unsigned`
 *	    code DIGITS         send it
 *	aws-mfa-sts -> aws-mfa
 *	    ready [ACCOUNT ARN] warmed up (ACCOUNT and ARN only when `signed`)
 *	    then for each `code`, on success
 *	    access-key-id, secret-access-key, session-token (a long one in several records, to
 *	    be joined), expiration (seconds since the epoch), request-id
 *	    server-time SECONDS the server's clock just now, where its answers have told it
 *	    debug TEXT          for --log-level=DEBUG, at any time
 *	    result STATUS TEXT  0, 4, 11, 13, 14 or 15
 *
 *	After `result 11` another `code` may come; after any other the process ends.
 */
#ifndef AWS_MFA_RECORD_H
#define AWS_MFA_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FD 3
#define RECORD_MAX_PAM 4096U  /* a line between the module and aws-mfa, LF included */
#define RECORD_MAX_STS 65536U /* a line between aws-mfa and aws-mfa-sts, LF included */

#define WORD_ASK "ask"
#define WORD_IDLE "idle"
#define WORD_CODE "code"
#define WORD_UNTIL "until"
#define WORD_RESULT "result"
#define WORD_KEY_ID "key-id"
#define WORD_REQUEST_ID "request-id"
#define WORD_ACCOUNT "account"
#define WORD_ACCESS_KEY_ID "access-key-id"
#define WORD_SECRET_ACCESS_KEY "secret-access-key"
#define WORD_SESSION_TOKEN "session-token"
#define WORD_EXPIRATION "expiration"
#define WORD_SERVER_TIME "server-time"
#define WORD_SERIAL "serial"
#define WORD_REGION "region"
#define WORD_ENDPOINT_URL "endpoint-url"
#define WORD_CA_BUNDLE "ca-bundle"
#define WORD_HTTPS_PROXY "https-proxy"
#define WORD_NO_PROXY "no-proxy"
#define WORD_DURATION "duration"
#define WORD_FIPS "fips"
#define WORD_DUAL_STACK "dual-stack"
#define WORD_LEGACY_ENDPOINT "legacy-endpoint"
#define WORD_ROLE_ARN "role-arn"
#define WORD_ROLE_SESSION_NAME "role-session-name"
#define WORD_EXTERNAL_ID "external-id"
#define WORD_SOURCE_IDENTITY "source-identity"
#define WORD_TAG "tag"
#define WORD_TRANSITIVE_TAG_KEY "transitive-tag-key"
#define WORD_DEADLINE "deadline"
#define WORD_TIMEOUT "timeout"
#define WORD_CONNECT "connect"
#define WORD_READY "ready"
#define WORD_DEBUG "debug"

enum record_error {
	RECORD_OK = 0,
	RECORD_EOF = -1,     /* the peer closed; a half line before it is RECORD_BROKEN */
	RECORD_TIMEOUT = -2, /* the deadline passed */
	RECORD_BROKEN = -3,  /* too long or malformed: end the peer */
	RECORD_FAILED = -4,  /* errno says why */
};

/* Points into the reader's buffer; good until the next record_read(). */
struct record {
	const char *word;
	char *text; /* never NULL, empty where there is none */
	size_t text_len;
};

struct record_reader {
	int fd;
	char *buf;
	size_t size;
	size_t start, end; /* bytes received and not yet returned */
};

/* Milliseconds of CLOCK_MONOTONIC; the same clock in every process of the machine. */
int64_t monotonic_ms(void);

/*
 * Reads records from the socket fd. buf[size] stays the caller's; size is the longest line
 * taken. Nothing is allocated.
 */
void record_reader_init(struct record_reader *r, int fd, char *buf, size_t size);

/*
 * Waits until deadline_ms (monotonic_ms(); -1 waits for ever) for one record. Returns RECORD_OK
 * and fills *rec, or another enum record_error. Interrupting signals are waited through. Word and
 * control characters are checked, UTF-8 is not.
 */
int record_read(struct record_reader *r, int64_t deadline_ms, struct record *rec);

/* True when a whole line is there already, so that the next record_read() does not wait. */
bool record_pending(const struct record_reader *r);

/* Overwrites all that was received: codes and secrets may be among it. */
void record_reader_wipe(struct record_reader *r);

/*
 * Sends one record without raising SIGPIPE. text may be NULL or empty. RECORD_BROKEN when text
 * holds a control character or the line would be longer than max: nothing was sent then.
 */
int record_write(int fd, size_t max, int64_t deadline_ms, const char *word, const char *text);

/*
 * record_write() of a formatted text, which is cut (at a character) rather than refused when longer
 * than max or RECORD_MAX_PAM. Its control characters become spaces. Never for secrets: it
 * makes a copy that is not wiped.
 */
int record_printf(int fd, size_t max, int64_t deadline_ms, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Parses a `result` text: STATUS, one space, TEXT. Returns the status (0..99) and points *text
 * behind the space, or STATUS_MALFORMED.
 */
int record_result(char *result, char **text);

/* Parses all of s as a non-negative decimal without sign or space. Returns -1 when it is none. */
int64_t record_number(const char *s);

#endif
