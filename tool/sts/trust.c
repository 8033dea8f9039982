#include "trust.h"

#include "status.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_CERTIFICATES "/usr" /* a folder of root's without hash links */

/* HHHHHHHH.D, made by openssl-rehash(1) */
static bool is_hash_link(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] >= '0' &&
		name[9] <= '9';
}

/* Finds the hash link with the least name that can be read, and sets first to its path. */
static bool find_first(const char *folder, char *first, size_t size)
{
	DIR *dir = opendir(folder);
	int fd = dir ? dirfd(dir) : -1;
	const struct dirent *entry;
	char least[sizeof(entry->d_name)] = "";

	while (fd >= 0 && (entry = readdir(dir)))
		if (is_hash_link(entry->d_name) && (!*least || strcmp(entry->d_name, least) < 0) &&
			faccessat(fd, entry->d_name, R_OK, 0) == 0)
			memcpy(least, entry->d_name, strlen(entry->d_name) + 1);
	if (dir)
		closedir(dir);
	return *least && snprintf(first, size, "%s/%s", folder, least) < (int)size;
}

/*
 * libcurl knows a file and a folder. Threat: if one of them is NULL, libcurl 8.21 and 8.22 trust
 * the certificates of the system, too. So both get a value that adds none.
 */
static enum status only(const char *ca_bundle, struct trust *t, struct error *e)
{
	struct stat st;

	if (stat(ca_bundle, &st) != 0 || access(ca_bundle, R_OK) != 0)
		return error_set(e, STATUS_CONFIG,
			"ca_bundle %.300s cannot be read: %s; name a PEM file or a folder of hash "
			"links",
			ca_bundle, strerror(errno));
	if (S_ISREG(st.st_mode)) {
		t->file = ca_bundle;
		t->folder = NO_CERTIFICATES;
	} else if (!S_ISDIR(st.st_mode)) { /* reading a FIFO would block */
		return error_set(e, STATUS_CONFIG,
			"ca_bundle %.300s is neither a file nor a folder", ca_bundle);
	} else if (find_first(ca_bundle, t->first, sizeof(t->first))) {
		t->file = t->first;
		t->folder = ca_bundle;
	} else {
		return error_set(e, STATUS_CONFIG,
			"ca_bundle %.300s has no hash links of certificates; run: openssl rehash %.300s",
			ca_bundle, ca_bundle);
	}
	return STATUS_OK;
}

enum status trust_choose(const char *ca_bundle, struct trust *t, struct error *e)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	t->file = t->folder = NULL;
	if (ca_bundle)
		return only(ca_bundle, t, e);
	if (curl->capath && find_first(curl->capath, t->first, sizeof(t->first)))
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
