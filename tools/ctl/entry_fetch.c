/* tools/ctl/entry_fetch.c - an entry of a log elsewhere, for whoever holds its salt, by libcurl. */
#include "ctl/entry_fetch.h"

#include <curl/curl.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "ledger/entry.h"

#define RECEIPTS "/v1/receipts/"
#define ENTRY_LARGEST (512 * KIB)
#define WAIT_TO_CONNECT 10L /* seconds */
#define WAIT_AT_MOST 60L

static size_t
on_bytes(char *data, size_t size, size_t count, void *arg)
{
	struct buffer *b = arg;

	buffer_add(b, span_of(data, size * count));
	return b->overflowed ? 0 : size * count;
}

static const char *
entry_url(struct arena *a, const char *receipt)
{
	const char *at = strstr(receipt, RECEIPTS);

	if (!at || (strncmp(receipt, "https://", 8) != 0 && strncmp(receipt, "http://", 7) != 0))
		return NULL;
	return arena_print(a, "%.*s/v1/ledger/entries/%s", (int)(at - receipt), receipt, at + strlen(RECEIPTS));
}

static CURLcode
perform(const char *url, struct curl_slist *fields, const char *authorities, struct buffer *body, long *status)
{
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl)
		return CURLE_FAILED_INIT;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "watashictl");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, WAIT_TO_CONNECT);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WAIT_AT_MOST);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (authorities) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(curl);
	return code;
}

enum err
entry_fetch(struct arena *a, const char *receipt, const char *salt, const char *authorities, struct span *out,
    struct problem *why)
{
	const char *url = entry_url(a, receipt);
	struct buffer body = buffer_init(ENTRY_LARGEST);
	struct curl_slist *fields;
	uint8_t bytes[LEDGER_SALT];
	long status = 0;
	enum err err = OK;
	CURLcode code;

	/* Others' bytes are about to stand in a request's field. */
	if (!hex_read(span_text(salt), bytes, sizeof(bytes)))
		return problem_set(why, ERR_SYNTAX, "", "/context/receipt/salt: expected %zu hexadecimal digits",
		    2 * sizeof(bytes));
	if (!url)
		return problem_set(why, ERR_INVALID, "",
		    "/context/receipt/url: expected https://…" RECEIPTS "ID, found \"%.*s\"",
		    SPAN_ARGS(span_first(span_text(receipt), 200)));
	fields = curl_slist_append(NULL, arena_print(a, "Authorization: Receipt %s", salt));
	code = perform(url, fields, authorities, &body, &status);
	curl_slist_free_all(fields);
	if (body.overflowed)
		err = problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found more", url,
		    (size_t)ENTRY_LARGEST);
	else if (code != CURLE_OK)
		err = problem_set(why, ERR_UNAVAILABLE, "", "%s: %s", url, curl_easy_strerror(code));
	else if (status == 410)
		err = problem_set(why, ERR_NOT_FOUND, "",
		    "%s: the entry was erased, so what it said cannot be compared", url);
	else if (status == 404)
		err = problem_set(why, ERR_NOT_FOUND, "", "%s: there is no entry of this ID and salt", url);
	else if (status != 200)
		err = problem_set(why, ERR_UNAVAILABLE, "", "%s: expected status 200, found %ld", url, status);
	else
		*out = arena_copy(a, buffer_span(&body));
	buffer_release(&body);
	return err;
}
