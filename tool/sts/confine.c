#include "confine.h"

#include "landlock.h"
#include "seccomp.h"
#include "status.h"
#include "unprivileged.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECURE_HEAP_SIZE 16384
#define SECURE_HEAP_MIN_BLOCK 32

#define MIB (1024UL * 1024)

/*
 * Under sudo, the caller chooses our limits. If they are too low, libcurl and the resolver say
 * "could not connect" or "could not resolve". This must not look like an outage of AWS. The amounts
 * are several times the measured need: a resolver thread, two addresses tried at once, CA files.
 */
static const struct need {
	unsigned int resource;
	rlim_t least, wanted;
	const char *ulimit;
} needs[] = {
	{RLIMIT_NOFILE, 32, 256, "-n"},
	{RLIMIT_AS, 64 * MIB, 512 * MIB, "-v"},
	{RLIMIT_DATA, 32 * MIB, 256 * MIB, "-d"},
};

/* RLIM_INFINITY is the greatest number, so it needs no case of its own. */
static enum status require(const struct need *need, struct error *e)
{
	struct rlimit lim;

	if (getrlimit(need->resource, &lim) != 0)
		return error_set(e, STATUS_SYSTEM, "getrlimit: %s", strerror(errno));
	if (lim.rlim_max < need->least)
		return error_set(e, STATUS_SYSTEM,
			"`ulimit -H %s` is too low here, at least %llu %s needed: raise it",
			need->ulimit,
			(unsigned long long)(need->least >= MIB ? need->least / 1024 : need->least),
			need->least >= MIB ? "KiB are" : "descriptors are");
	if (lim.rlim_cur < need->wanted) {
		lim.rlim_cur = lim.rlim_max < need->wanted ? lim.rlim_max : need->wanted;
		if (setrlimit(need->resource, &lim) != 0)
			return error_set(e, STATUS_SYSTEM, "setrlimit: %s", strerror(errno));
	}
	return STATUS_OK;
}

enum status confine(struct error *e)
{
	const struct rlimit none = {0, 0};

	/*
	 * These would change what the libraries do: SSLKEYLOGFILE, OPENSSL_CONF, SSL_CERT_FILE,
	 * HTTPS_PROXY, CURL_HOME, RES_OPTIONS, ...
	 */
	clearenv();
	/* Without TZ, gmtime_r() would read /etc/localtime. */
	if (setenv("TZ", "UTC0", 1) != 0)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
		setrlimit(RLIMIT_FSIZE, &none) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return error_set(
			e, STATUS_SYSTEM, "cannot confine this process: %s", strerror(errno));
	/* If the parent died before this call, the socket shows EOF. */
	signal(SIGPIPE, SIG_IGN);
	/* Ignore the result: 2 means an unlocked heap, 0 means that malloc() is used. */
	CRYPTO_secure_malloc_init(SECURE_HEAP_SIZE, SECURE_HEAP_MIN_BLOCK);
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (require(&needs[i], e) != STATUS_OK)
			return e->status;
	return STATUS_OK;
}

enum status confine_signer(struct error *e)
{
	enum status rc = landlock_signer(e);

	return rc == STATUS_OK ? seccomp_signer(e) : rc;
}

enum status confine_talker(const char *ca_bundle, bool gives_up_root, struct error *e)
{
	enum status rc = gives_up_root && geteuid() == 0 ? unprivileged_become(e) : STATUS_OK;

	if (rc == STATUS_OK)
		rc = landlock_talker(ca_bundle, e);
	return rc == STATUS_OK ? seccomp_talker(e) : rc;
}
