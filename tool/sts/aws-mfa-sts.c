/*
 * aws-mfa-sts: trades long-term keys and an MFA code for a session at AWS STS, and makes other
 * calls to AWS. aws-mfa(1) runs it with a socket as descriptor 3, and speaks with it over this
 * socket only (include/words_sts.h). It is two processes from before the first secret is read:
 *
 *	aws-mfa --- words_sts.h --- signer --- words_signer.h --- talker --- AWS
 *	                            has the keys and the code     has the network
 *
 * It MUST guarantee:
 *
 * - It sends a code at most once, and only after the connection is warmed up.
 * - It sends the code to the endpoint only (connection.h says how). It sends the secret key
 *   nowhere, and the talker does not have it.
 * - It writes no file. The signer reads none. The talker reads only CA certificates, the resolver's
 *   files, libraries, and /proc/self/task for its own threads. The kernel holds both to this, where
 *   it can (landlock.h, seccomp.h).
 * - It ends with its parent, and the talker ends with the signer.
 */
#include "confine.h"
#include "error.h"
#include "libraries.h"
#include "peer.h"
#include "report.h"
#include "signer.h"
#include "split.h"
#include "status.h"
#include "talker.h"
#include "version.h"
#include "words_sts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool run_by_aws_mfa(void)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(RECORD_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

/* Nobody else can say it yet. */
static enum status report_failure(const struct error *e)
{
	static char line[RECORD_MAX_STS];
	struct peer aws_mfa;

	peer_init(&aws_mfa, &words_sts, CHILD, STS_SETTINGS, RECORD_FD, line);
	report_result(&aws_mfa, e);
	return e->status;
}

int main(int argc, char **argv)
{
	struct half half;
	struct error e;
	enum status rc;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("aws-mfa-sts " AWS_MFA_VERSION);
		return 0;
	}
	if (argc != 1 || !run_by_aws_mfa()) {
		fputs("aws-mfa-sts: only aws-mfa(1) can run this program; run aws-mfa\n", stderr);
		return STATUS_USAGE;
	}
	rc = confine(&e);
	if (rc == STATUS_OK)
		rc = libraries_start_signing(&e);
	if (rc == STATUS_OK)
		rc = split(&half, &e);
	if (rc != STATUS_OK)
		_exit((int)report_failure(&e));
	if (half.part == SIGNER) {
		rc = signer_run(half.fd);
		split_end(&half);
	} else {
		rc = talker_run(half.fd);
	}
	/* Do not call exit(): a resolver thread may still wait for an answer. */
	_exit((int)rc);
}
