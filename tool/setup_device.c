#include "setup_device.h"

#include "settings/value.h"
#include "setup/shape.h"
#include "text/color.h"

#include <stdio.h>
#include <string.h>

enum kind { VIRTUAL, HARDWARE, PASSKEY, UNFIT };

static enum kind kind_of(const char *serial)
{
	if (value_mfa_serial(serial))
		return strstr(serial, ":u2f/") ? PASSKEY : UNFIT;
	return strncmp(serial, "arn:", 4) == 0 ? VIRTUAL : HARDWARE;
}

/* mfa/NAME of an ARN; the number of a hardware token as it is. */
static const char *short_name(const char *serial)
{
	const char *name = strrchr(serial, ':');

	return strncmp(serial, "arn:", 4) == 0 && name ? name + 1 : serial;
}

static bool has_codes(const char *serial)
{
	return kind_of(serial) < PASSKEY;
}

/* Those with codes come first. */
struct device_choice {
	struct call_device list[ITEMS_MAX];
	size_t n, with_codes;
};

static void sort(struct device_choice *d)
{
	struct call_device sorted[ITEMS_MAX];
	size_t at = 0;

	for (size_t i = 0; i < d->n; i++)
		if (has_codes(d->list[i].serial))
			sorted[at++] = d->list[i];
	d->with_codes = at;
	for (size_t i = 0; i < d->n; i++)
		if (!has_codes(d->list[i].serial))
			sorted[at++] = d->list[i];
	for (size_t i = 0; i < at; i++)
		d->list[i] = sorted[i];
}

/* "mfa/a, GAHT1 (hardware token), u2f/b (a passkey: STS takes none)" */
static const char *name_from(const struct device_choice *d, size_t first, char *text, size_t size)
{
	static const char *const notes[] = {"", " (hardware token)",
		" (a passkey or security key: STS takes none)",
		" (STS takes 9 to 256 letters, digits or any of +=/:,.@-)"};
	size_t used = 0;

	snprintf(text, size, "none");
	for (size_t i = first; i < d->n && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%.80s%s",
			used > 0 ? ", " : "", short_name(d->list[i].serial),
			notes[kind_of(d->list[i].serial)]);
	return text;
}

static enum status take(const char *serial, struct secret *device, struct error *e)
{
	secret_free(device);
	return secret_copy(device, serial, strlen(serial)) ? STATUS_OK : error_system(e, "setup");
}

static void tell_table(const struct asker *a, const struct device_choice *d)
{
	static const char *const kinds[] = {
		"virtual", "hardware token", "passkey: no codes", "no serial for STS"};

	for (size_t i = 0; i < d->n; i++) {
		const struct call_device *device = &d->list[i];
		char number[8] = "-", day[32] = "";
		struct tm tm;

		if (i < d->with_codes)
			snprintf(number, sizeof(number), "%zu", i + 1);
		if (device->enabled > 0 && localtime_r(&device->enabled, &tm))
			(void)strftime(day, sizeof(day), "since %Y-%m-%d", &tm);
		ask_tell(a, "  %2s  %-17s %-16s %.80s", number, kinds[kind_of(device->serial)], day,
			short_name(device->serial));
	}
}

static enum status choose(const struct asker *a, const struct device_choice *d,
	struct secret *device, struct error *e)
{
	struct secret answer = {0};
	char question[64];
	int64_t number = 0;
	enum status rc = STATUS_OK;

	tell_table(a, d);
	snprintf(question, sizeof(question), "MFA device [1-%zu]: ", d->with_codes);
	while (rc == STATUS_OK && (number < 1 || number > (int64_t)d->with_codes)) {
		rc = ask_line(a, question, false, &answer, e);
		number = rc == STATUS_OK ? record_number(answer.data) : 0;
	}
	secret_free(&answer);
	return rc == STATUS_OK ? take(d->list[number - 1].serial, device, e) : rc;
}

static const char *check(const void *arg, const char *text)
{
	const struct device_search *search = arg;

	if (strcmp(text, search->secret) == 0)
		return "this is the secret access key; expected the MFA device";
	return shape_device(text);
}

/* IAM does not list the devices, for the reason in *e. */
static enum status ask_serial(
	const struct device_search *search, struct secret *device, struct error *e)
{
	const struct asker *a = search->asker;
	char why[sizeof(e->text)];
	enum status rc;

	memcpy(why, e->text, sizeof(why));
	if (a->tty < 0)
		return error_set(e, STATUS_USAGE,
			"the MFA devices of this key cannot be listed; add --device ARN (%.700s)",
			why);
	ask_tell(a,
		"The MFA devices of this key cannot be listed. The AWS console shows yours under");
	ask_tell(a, "your name, Security credentials: arn:aws:iam::%s:mfa/NAME.",
		search->who->account);
	rc = ask_hidden(a, "MFA device (hidden): ", check, search, device, e);
	if (rc == STATUS_OK)
		ask_tell(a, "  %s", device->data);
	return rc;
}

static bool is_listed(const struct device_choice *d, const char *serial)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->list[i].serial, serial) == 0)
			return true;
	return false;
}

static enum status pick(const struct device_search *search, const struct device_choice *d,
	struct secret *device, struct error *e)
{
	const struct settings *s = search->settings;
	const char *known = s->value[SETTING_DEVICE];
	char names[600];

	if (known && is_listed(d, known))
		return take(known, device, e);
	if (known && s->origin[SETTING_DEVICE] != ORIGIN_FILE)
		return error_set(e, STATUS_CONFIG,
			"%s: the owner of this key has no MFA device %.256s; name another with "
			"--device ARN (found: %s)",
			s->where[SETTING_DEVICE], known, name_from(d, 0, names, sizeof(names)));
	if (d->with_codes == 0)
		return error_set(e, STATUS_CONFIG,
			"the owner of this key has no MFA device that shows codes (found: %s); add "
			"an authenticator app in the AWS console, under your name, Security "
			"credentials, and run this command again",
			name_from(d, 0, names, sizeof(names)));
	if (d->with_codes == 1)
		return take(d->list[0].serial, device, e);
	if (search->asker->tty >= 0)
		return choose(search->asker, d, device, e);
	return error_set(e, STATUS_USAGE,
		"the owner of this key has several MFA devices; add --device with one of: %s",
		name_from(d, 0, names, sizeof(names)));
}

enum status setup_find_device(
	const struct device_search *search, struct secret *device, struct error *e)
{
	const char *known = search->settings->value[SETTING_DEVICE];
	struct device_choice d = {.n = 0};
	char names[600], note[640] = "";
	enum status rc = call_list_devices(search->caller, d.list, &d.n, e);
	bool listed = rc == STATUS_OK;

	sort(&d);
	if (listed)
		rc = pick(search, &d, device, e);
	else if (rc == STATUS_CONFIG || rc == STATUS_UNAVAILABLE)
		rc = known ? take(known, device, e) : ask_serial(search, device, e);
	if (rc != STATUS_OK)
		return rc;
	if (!listed)
		snprintf(note, sizeof(note), " (not listed: the first code will tell)");
	else if (d.with_codes == 1 && d.n > 1)
		snprintf(note, sizeof(note), " (not %s)",
			name_from(&d, d.with_codes, names, sizeof(names)));
	ask_tell_marked(search->asker, COLOR_GREEN, "ok     ", "", "MFA device %s%s",
		short_name(device->data), note);
	return STATUS_OK;
}
