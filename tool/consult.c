#include "consult.h"

#include "call.h"
#include "settings/value.h"
#include "sts_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* AWS refuses signatures that are more than five minutes off (IAM User Guide, "AWS API request
 * signing"). */
#define SKEW_REFUSED 300

struct consultation {
	struct findings *l;
	const struct settings *s;
	struct caller caller;
	struct call_identity who;
};

static void pass_step(struct findings *l, const char *name, const char *what, long us)
{
	char brief[64], took[32] = "";

	if (us > 0)
		snprintf(took, sizeof(took), " %ld ms", (us + 500) / 1000);
	snprintf(brief, sizeof(brief), "%s%s", name, took);
	findings_pass(l, brief, "%s%s: %s", name, took, what);
}

/* A proxy resolves the name of AWS itself, so DNS and TCP lead to the proxy. */
static void pass_steps(struct consultation *c)
{
	const struct call_steps *steps = &c->caller.steps;
	bool proxy = c->s->value[SETTING_HTTPS_PROXY];

	if (steps->done >= 1)
		pass_step(c->l, "DNS",
			proxy ? "the name of the proxy is known" : "the name is known",
			steps->dns_us);
	if (steps->done >= 2)
		pass_step(c->l, "TCP", proxy ? "the proxy is connected" : "AWS is connected",
			steps->tcp_us);
	if (steps->done >= 3 && steps->tls_us > 0)
		pass_step(c->l, "TLS", "the certificate is trusted", steps->tls_us);
}

static void check_clock(struct consultation *c)
{
	char by[64];
	long skew = labs(sts_process_skew(&c->caller.process, by, sizeof(by)));

	if (!c->caller.process.heard_time)
		return;
	if (skew <= SKEW_TOLERATED) {
		findings_pass(c->l, "clock", "this machine's clock is right to %ld s", skew);
		return;
	}
	findings_add(c->l, "clock", skew > SKEW_REFUSED ? FINDING_FAULT : FINDING_WARNING, NULL, 0,
		"this machine's clock is %s against AWS, which refuses signatures that are more "
		"than 5 min off",
		by);
	findings_run(c->l, "sudo timedatectl set-ntp true");
}

/*
 * The setting that names the host: "/home/a/.aws/config:4: endpoint_url". A wrong region makes a
 * name that nobody has. With a proxy, DNS and TCP lead to the proxy. NULL: none of these.
 */
static const char *where_host_is_set(const struct consultation *c)
{
	const struct settings *s = c->s;
	int done = c->caller.steps.done;

	if (s->value[SETTING_HTTPS_PROXY] && done < 2)
		return s->where[SETTING_HTTPS_PROXY];
	if (s->value[SETTING_ENDPOINT_URL])
		return s->where[SETTING_ENDPOINT_URL];
	return done == 0 ? s->where[SETTING_REGION] : NULL;
}

/* Says at which step the network ends. */
static void report_network(struct consultation *c, const struct error *e)
{
	static const char *const ids[] = {"dns", "tcp", "tls", "answer"};
	const char *where = where_host_is_set(c);
	char text[sizeof(e->text) + 512];

	snprintf(text, sizeof(text), "%.500s%s%s", where ? where : "", where ? ": " : "", e->text);
	findings_take(c->l, ids[c->caller.steps.done], FINDING_FAULT, text);
}

/* AWS refuses the key itself: name its line. */
static void report_key(struct consultation *c, const struct error *e)
{
	size_t line;
	char *id = ini_get(&c->s->credentials, c->s->long_term, "aws_access_key_id", &line);

	findings_add(
		c->l, "key", FINDING_FAULT, c->s->credentials.path, id ? line : 0, "%s", e->text);
	free(id);
}

/* Returns whether more can be asked. */
static bool check_key(struct consultation *c, enum status rc, const struct error *e)
{
	size_t before = c->l->n[FINDING_FAULT];

	check_clock(c);
	if (rc == STATUS_OK) {
		findings_pass(c->l, "key", "AWS accepts the key %s: account %s, %s",
			c->s->access_key_id, c->who.account, c->who.arn);
		return true;
	}
	if (rc == STATUS_UNAVAILABLE)
		report_network(c, e);
	else if (c->caller.aws_error[0])
		report_key(c, e);
	else if (c->l->n[FINDING_FAULT] == before)
		findings_take(c->l, "connection", FINDING_FAULT, e->text);
	return false;
}

/* Writes the devices that give codes to text[size], with a comma between them. Returns their
 * number. */
static size_t list_usable(const struct call_device *devices, size_t n, char *text, size_t size)
{
	size_t usable = 0;

	*text = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(text);

		if (!value_mfa_serial(devices[i].serial) && used < size)
			snprintf(text + used, size - used, "%s%.256s", usable++ > 0 ? ", " : "",
				devices[i].serial);
	}
	return usable;
}

/* A device is named that the user does not have. */
static void report_device(struct consultation *c, const struct call_device *devices, size_t n)
{
	char names[1024], text[2048];
	size_t usable = list_usable(devices, n, names, sizeof(names));

	if (usable == 0) {
		findings_add(c->l, "no-device", FINDING_FAULT, NULL, 0,
			"%s has no MFA device that gives codes; add an authenticator app in the "
			"IAM console",
			c->who.arn);
		return;
	}
	if (!findings_have(c->l, "device")) {
		snprintf(text, sizeof(text),
			"%.300s: AWS knows no such device of %.400s; change to",
			c->s->where[SETTING_DEVICE], c->who.arn);
		findings_take(c->l, "device", FINDING_FAULT, text);
	}
	findings_mend(
		c->l, "device", NULL, "%s%s", usable == 1 ? "aws_mfa_device = " : "one of ", names);
}

/* Where IAM does not tell the devices, the account must be that of the key all the same. */
static void check_account(struct consultation *c, const char *why)
{
	const char *account = value_account(c->s->value[SETTING_DEVICE]);
	char text[1024];

	if (findings_have(c->l, "device"))
		return;
	if (!account || strncmp(account, c->who.account, ACCOUNT_DIGITS) == 0) {
		findings_pass(c->l, "account", "the device is of the account of the key; %s", why);
		return;
	}
	snprintf(text, sizeof(text),
		"%.300s: this device is of account %.12s, but the key is of account %.64s; name the "
		"device of the user who owns the key",
		c->s->where[SETTING_DEVICE], account, c->who.account);
	findings_take(c->l, "device-account", FINDING_FAULT, text);
}

static void check_device(struct consultation *c, struct error *e)
{
	struct call_device devices[ITEMS_MAX];
	const char *device = c->s->value[SETTING_DEVICE];
	size_t n;

	if (call_list_devices(&c->caller, devices, &n, e) != STATUS_OK) {
		check_account(c, e->text);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(devices[i].serial, device) == 0) {
			findings_pass(c->l, "device", "AWS knows the device %s", device);
			return;
		}
	}
	report_device(c, devices, n);
}

/* Which role may be assumed shows with a code only. */
static void check_policy(struct consultation *c, struct error *e)
{
	if (c->s->value[SETTING_ASSUME_ROLE])
		return;
	if (call_try_session(&c->caller, e) == STATUS_OK) {
		findings_pass(c->l, "policy", "no policy denies sts:GetSessionToken");
		return;
	}
	if (strncmp(c->caller.aws_error, "AccessDenied", strlen("AccessDenied")) != 0)
		return;
	findings_add(c->l, "policy", FINDING_FAULT, NULL, 0,
		"%s. If that policy denies all without MFA, add this action to its NotAction:",
		e->text);
	findings_write(c->l, "\"sts:GetSessionToken\"");
}

enum status consult(struct findings *l, const struct settings *s, struct error *e)
{
	struct consultation c = {.l = l, .s = s};
	const struct sts_request request = sts_request_of(s);
	enum status rc = call_start(&c.caller, &request, e);

	if (rc == STATUS_OK) {
		rc = call_identity(&c.caller, &c.who, e);
		pass_steps(&c);
		if (rc != STATUS_SYSTEM && check_key(&c, rc, e)) {
			check_policy(&c, e);
			check_device(&c, e);
		}
	} else if (rc == STATUS_CONFIG) {
		findings_take(l, "connection", FINDING_FAULT, e->text);
	}
	call_end(&c.caller);
	return rc == STATUS_SYSTEM ? rc : STATUS_OK;
}
