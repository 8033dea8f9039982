#include "headers.h"

#include <string.h>

void headers_wipe(struct curl_slist *list)
{
	for (struct curl_slist *item = list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(list);
}

struct curl_slist *headers_list(const char *const *headers)
{
	struct curl_slist *list = NULL;

	for (; *headers; headers++) {
		struct curl_slist *longer = curl_slist_append(list, *headers);

		if (!longer) {
			headers_wipe(list);
			return NULL;
		}
		list = longer;
	}
	return list;
}
