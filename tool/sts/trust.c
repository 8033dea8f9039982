#include "trust.h"

#include "status.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* HHHHHHHH.D, made by openssl-rehash(1) */
static bool is_hash_link(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] >= '0' &&
		name[9] <= '9';
}

static bool holds_hash_links(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		found = is_hash_link(entry->d_name);
	closedir(dir);
	return found;
}

enum status trust_choose(const char *ca_bundle, struct trust *t, struct error *e)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	struct stat st;

	*t = (struct trust){NULL, NULL};
	if (ca_bundle) {
		if (stat(ca_bundle, &st) != 0 || access(ca_bundle, R_OK) != 0)
			return error_set(e, STATUS_CONFIG,
				"ca_bundle %.300s cannot be read: %s; name a PEM file or a folder of hash "
				"links",
				ca_bundle, strerror(errno));
		if (S_ISDIR(st.st_mode))
			t->folder = ca_bundle;
		else if (S_ISREG(st.st_mode))
			t->file = ca_bundle;
		else /* reading a FIFO would block */
			return error_set(e, STATUS_CONFIG,
				"ca_bundle %.300s is neither a file nor a folder", ca_bundle);
		return STATUS_OK;
	}
	if (curl->capath && holds_hash_links(curl->capath))
		t->folder = curl->capath;
	else if (curl->cainfo && access(curl->cainfo, R_OK) == 0)
		t->file = curl->cainfo;
	else
		return error_set(e, STATUS_CONFIG,
			"this machine has no CA certificates (looked for %s): install the package ca-certificates or set ca_bundle",
			curl->cainfo           ? curl->cainfo
				: curl->capath ? curl->capath
					       : "none");
	return STATUS_OK;
}
