/*
 * OpenSSL 3 calls SHA256_Init() deprecated. Its replacement loads providers, and they cost a
 * thirtieth of a refresh in a process that needs nothing else of them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sigv4.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SHA256_SIZE ((size_t)32)
#define SCOPE_SIZE 256

bool sigv4_date(time_t time, char date[static SIGV4_DATE_SIZE])
{
	struct tm tm;

	return gmtime_r(&time, &tm) &&
		strftime(date, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm) == SIGV4_DATE_SIZE - 1;
}

static void to_hex(const unsigned char in[static SHA256_SIZE], char out[static 2 * SHA256_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * SHA256_SIZE] = '\0';
}

/* The hash of text, after a block of the key with each byte changed by pad. */
static bool hash_keyed(const unsigned char *key, size_t key_len, unsigned char pad,
	const void *text, size_t len, unsigned char out[static SHA256_SIZE])
{
	unsigned char block[SHA256_CBLOCK];
	SHA256_CTX md;
	bool ok;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i < key_len ? key[i] ^ pad : pad;
	ok = SHA256_Init(&md) == 1 && SHA256_Update(&md, block, sizeof(block)) == 1 &&
		SHA256_Update(&md, text, len) == 1 && SHA256_Final(out, &md) == 1;
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(&md, sizeof(md));
	return ok;
}

static bool hash(const void *text, size_t len, unsigned char out[static SHA256_SIZE])
{
	SHA256_CTX md;
	bool ok = SHA256_Init(&md) == 1 && SHA256_Update(&md, text, len) == 1 &&
		SHA256_Final(out, &md) == 1;

	OPENSSL_cleanse(&md, sizeof(md));
	return ok;
}

/* RFC 2104 s2. out may be the key. */
static bool hmac(const unsigned char *key, size_t key_len, const char *text,
	unsigned char out[static SHA256_SIZE])
{
	unsigned char short_key[SHA256_SIZE], inner[SHA256_SIZE];
	bool ok = true;

	if (key_len > SHA256_CBLOCK) {
		ok = hash(key, key_len, short_key);
		key = short_key;
		key_len = sizeof(short_key);
	}
	ok = ok && hash_keyed(key, key_len, 0x36, text, strlen(text), inner) &&
		hash_keyed(key, key_len, 0x5c, inner, sizeof(inner), out);
	OPENSSL_cleanse(short_key, sizeof(short_key));
	OPENSSL_cleanse(inner, sizeof(inner));
	return ok;
}

static bool feed(SHA256_CTX *md, const char *text)
{
	return SHA256_Update(md, text, strlen(text)) == 1;
}

/* Feeds the trimmed value. Several blanks inside become one. */
static bool feed_value(SHA256_CTX *md, const char *value)
{
	const char *gap = "";

	for (;;) {
		size_t len;

		value += strspn(value, " \t");
		len = strcspn(value, " \t");
		if (len == 0)
			return true;
		if (!feed(md, gap) || SHA256_Update(md, value, len) != 1)
			return false;
		gap = " ";
		value += len;
	}
}

/* True if the header before has the same name. Then the name stands once, with both values. */
static bool repeats(const struct sigv4_request *req, size_t i)
{
	return i > 0 && strcmp(req->headers[i - 1].name, req->headers[i].name) == 0;
}

static bool feed_headers(SHA256_CTX *md, const struct sigv4_request *req)
{
	for (size_t i = 0; i < req->n_headers; i++) {
		bool more = repeats(req, i);

		if ((!more && (!feed(md, i ? "\n" : "") || !feed(md, req->headers[i].name))) ||
			!feed(md, more ? "," : ":") || !feed_value(md, req->headers[i].value))
			return false;
	}
	return feed(md, req->n_headers ? "\n" : "");
}

static bool feed_names(SHA256_CTX *md, const struct sigv4_request *req)
{
	for (size_t i = 0; i < req->n_headers; i++)
		if (!repeats(req, i) &&
			(!feed(md, i ? ";" : "") || !feed(md, req->headers[i].name)))
			return false;
	return true;
}

/* Hashes the canonical request in pieces: the joined request would be a copy of secrets. */
static bool hash_canonical_request(
	const struct sigv4_request *req, char hex[static 2 * SHA256_SIZE + 1])
{
	unsigned char digest[SHA256_SIZE];
	char body_hex[2 * SHA256_SIZE + 1];
	SHA256_CTX md;
	bool ok;

	if (!hash(req->body, req->body_len, digest))
		return false;
	to_hex(digest, body_hex);
	ok = SHA256_Init(&md) == 1 && feed(&md, req->method) && feed(&md, "\n") &&
		feed(&md, req->path) && feed(&md, "\n") &&
		feed(&md, req->query ? req->query : "") && feed(&md, "\n") &&
		feed_headers(&md, req) && feed(&md, "\n") && feed_names(&md, req) &&
		feed(&md, "\n") && feed(&md, body_hex) && SHA256_Final(digest, &md) == 1;
	OPENSSL_cleanse(&md, sizeof(md));
	if (ok)
		to_hex(digest, hex);
	return ok;
}

/* HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service), "aws4_request") */
static bool derive_key(
	const struct sigv4_request *req, const char *day, unsigned char key[static SHA256_SIZE])
{
	size_t len = strlen(req->secret_access_key) + 4;
	char *start = OPENSSL_secure_malloc(len + 1);
	bool ok;

	if (!start)
		return false;
	memcpy(start, "AWS4", sizeof("AWS4"));
	memcpy(start + 4, req->secret_access_key, len - 4 + 1);
	ok = hmac((const unsigned char *)start, len, day, key) &&
		hmac(key, SHA256_SIZE, req->region, key) &&
		hmac(key, SHA256_SIZE, req->service, key) &&
		hmac(key, SHA256_SIZE, "aws4_request", key);
	OPENSSL_secure_clear_free(start, len + 1);
	return ok;
}

static bool in_order(const struct sigv4_request *req)
{
	for (size_t i = 1; i < req->n_headers; i++)
		if (strcmp(req->headers[i - 1].name, req->headers[i].name) > 0)
			return false;
	return true;
}

static bool append(char *dst, size_t size, const char *text)
{
	size_t used = strlen(dst);
	size_t len = strlen(text);

	if (used + len >= size)
		return false;
	memcpy(dst + used, text, len + 1);
	return true;
}

bool sigv4_sign(const struct sigv4_request *req, char *auth, size_t size)
{
	char date[SIGV4_DATE_SIZE], day[9], scope[SCOPE_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	char to_sign[sizeof(ALGORITHM) + SIGV4_DATE_SIZE + SCOPE_SIZE + sizeof(hex)];
	unsigned char key[SHA256_SIZE], signature[SHA256_SIZE];
	bool ok = false;
	int n;

	if (size == 0 || !in_order(req) || !sigv4_date(req->time, date))
		return false;
	memcpy(day, date, 8);
	day[8] = '\0';
	n = snprintf(scope, sizeof(scope), "%s/%s/%s/aws4_request", day, req->region, req->service);
	if (n < 0 || (size_t)n >= sizeof(scope) || !hash_canonical_request(req, hex))
		return false;
	snprintf(to_sign, sizeof(to_sign), ALGORITHM "\n%s\n%s\n%s", date, scope, hex);
	if (!derive_key(req, day, key) || !hmac(key, sizeof(key), to_sign, signature))
		goto out;
	to_hex(signature, hex);
	n = snprintf(auth, size, ALGORITHM " Credential=%s/%s, SignedHeaders=", req->access_key_id,
		scope);
	if (n < 0 || (size_t)n >= size)
		goto out;
	for (size_t i = 0; i < req->n_headers; i++)
		if (!repeats(req, i) &&
			(!append(auth, size, i ? ";" : "") ||
				!append(auth, size, req->headers[i].name)))
			goto out;
	ok = append(auth, size, ", Signature=") && append(auth, size, hex);
out:
	OPENSSL_cleanse(key, sizeof(key));
	return ok;
}
