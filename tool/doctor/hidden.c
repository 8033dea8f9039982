#include "hidden.h"

#include "settings/outer.h"
#include "settings/preferred.h"
#include "text/shell.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* A shell of `aws-mfa exec` has the session of this profile in its variables. */
static bool is_our_shell(const char *profile)
{
	const char *ours = getenv("AWS_MFA_PROFILE");

	return ours && strcmp(ours, profile) == 0;
}

/*
 * Who takes the keys of the environment before a profile: botocore, unless the program names the
 * profile (credentials.py, create_credential_resolver()); Go v2 likewise (config,
 * resolveCredentialChain()); Java 2.x (DefaultCredentialsProvider) and Rust (aws-config,
 * default_provider/credentials.rs) always; JavaScript v3 unless AWS_PROFILE is set
 * (credential-provider-node, defaultProvider.ts).
 */
static void check_keys(struct findings *l, const struct settings *s)
{
	if (!is_set("AWS_ACCESS_KEY_ID") || is_our_shell(s->value[SETTING_PROFILE]))
		return;
	findings_add(l, "shell-keys", FINDING_FAULT, NULL, 0,
		"AWS_ACCESS_KEY_ID is set in this shell; every SDK takes it before [%s] (JavaScript "
		"only without AWS_PROFILE)",
		s->session);
	findings_run(l, "%s", outer_unset_keys());
}

/*
 * botocore (AssumeRoleWithWebIdentityProvider), Go v2 and Java 2.x take the token of the
 * environment before a profile. JavaScript v3 and Rust take the profile first. Sources as above.
 */
static void check_web_identity(struct findings *l, const struct settings *s)
{
	if (!is_set("AWS_WEB_IDENTITY_TOKEN_FILE"))
		return;
	findings_add(l, "shell-web-identity", FINDING_FAULT, NULL, 0,
		"AWS_WEB_IDENTITY_TOKEN_FILE is set in this shell; the AWS SDKs for Python, Go and "
		"Java take its role before [%s]",
		s->session);
	findings_run(l, "unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME");
}

void hidden_check_variables(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_FAULT];

	check_keys(l, s);
	check_web_identity(l, s);
	if (l->n[FINDING_FAULT] == before)
		findings_pass(l, "variables", "no variable of this shell hides [%s]", s->session);
}

static void take_preferred(void *arg, bool every, const struct error *e)
{
	findings_take(arg, every ? "preferred-by-all" : "preferred-by-some",
		every ? FINDING_FAULT : FINDING_WARNING, e->text);
}

/*
 * botocore takes aws_security_token before aws_session_token (credentials.py,
 * SharedCredentialProvider.TOKENS). `aws configure mfa-login` writes only the latter.
 */
static void check_security_token(struct findings *l, const struct settings *s)
{
	const struct ini *ini = &s->credentials;
	char named[SHELL_PROFILE_SIZE];
	size_t line = 0;
	struct secret session, security;

	session = ini_get_secret(ini, s->session, "aws_session_token", NULL);
	security = ini_get_secret(ini, s->session, "aws_security_token", &line);
	if (session.size > 0 && security.size > 0 && !secret_equal(&session, &security)) {
		findings_add(l, "security-token", FINDING_FAULT, ini->path, line,
			"this aws_security_token is of an older session than aws_session_token, "
			"and the AWS CLI and boto3 take it first. `aws configure mfa-login` leaves "
			"it behind. Remove this line, or get a new session:");
		findings_run(l, "aws-mfa %s", shell_profile(s->value[SETTING_PROFILE], named));
	}
	secret_free(&session);
	secret_free(&security);
}

void hidden_check_files(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_FAULT] + l->n[FINDING_WARNING];

	preferred_report(s, take_preferred, l);
	check_security_token(l, s);
	if (l->n[FINDING_FAULT] + l->n[FINDING_WARNING] == before)
		findings_pass(
			l, "precedence", "every AWS tool takes the session in [%s]", s->session);
}
