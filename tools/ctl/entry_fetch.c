/* tools/ctl/entry_fetch.c - an entry of a log elsewhere, for whoever holds its salt, with its receipt. */
#include "ctl/entry_fetch.h"

#include "base/buffer.h"
#include "codec/text.h"
#include "ctl/web.h"
#include "ledger/entry.h"
#include "ledger/receipt.h"

#define RECEIPTS "/v1/receipts/"
#define ENTRY_LARGEST (512 * KIB)
#define WAIT_AT_MOST 60L /* seconds */

static bool
is_receipt_url(const char *receipt)
{
	return strstr(receipt, RECEIPTS) &&
	    (strncmp(receipt, "https://", 8) == 0 || strncmp(receipt, "http://", 7) == 0);
}

static enum err
url_refuse(const char *receipt, struct problem *why)
{
	return problem_set(why, ERR_INVALID, "",
	    "/context/receipt/url: expected https://…" RECEIPTS "ID, found \"%.*s\"",
	    SPAN_ARGS(span_first(span_text(receipt), 200)));
}

static const char *
entry_url(struct arena *a, const char *receipt)
{
	const char *at = strstr(receipt, RECEIPTS);

	return arena_print(a, "%.*s/v1/ledger/entries/%s", (int)(at - receipt), receipt, at + strlen(RECEIPTS));
}

enum err
receipt_fetch(struct arena *a, const char *receipt, const char *authorities, struct span *out, struct problem *why)
{
	struct web_request request = { .url = receipt, .authorities = authorities, .wait = WAIT_AT_MOST };
	struct buffer body = buffer_init(RECEIPT_LARGEST);
	struct web_answer got;
	struct web *web;
	enum err err;

	if (!is_receipt_url(receipt))
		return url_refuse(receipt, why);
	web = web_new();
	err = web_ask(web, &request, &got, &body, why);
	web_free(web);
	if (err != OK)
		problem_within(why, "%s", receipt);
	else if (got.status != 200)
		err = problem_set(why, got.status == 404 ? ERR_NOT_FOUND : ERR_UNAVAILABLE, "",
		    "%s: expected status 200, found %ld", receipt, got.status);
	else
		*out = arena_copy(a, buffer_span(&body));
	buffer_release(&body);
	return err;
}

enum err
entry_fetch(struct arena *a, const char *receipt, const char *salt, const char *authorities, struct span *out,
    struct problem *why)
{
	struct web_request request = { .authorities = authorities, .wait = WAIT_AT_MOST };
	uint8_t bytes[LEDGER_SALT];
	struct buffer body;
	struct web_answer got;
	const char *url;
	struct web *web;
	enum err err;

	/* Others' bytes are about to stand in a request's field. */
	if (!hex_read(span_text(salt), bytes, sizeof(bytes)))
		return problem_set(why, ERR_SYNTAX, "", "/context/receipt/salt: expected %zu hexadecimal digits",
		    2 * sizeof(bytes));
	if (!is_receipt_url(receipt))
		return url_refuse(receipt, why);
	request.url = url = entry_url(a, receipt);
	request.field = arena_print(a, "Authorization: Receipt %s", salt);
	body = buffer_init(ENTRY_LARGEST);
	web = web_new();
	err = web_ask(web, &request, &got, &body, why);
	web_free(web);
	if (err != OK)
		problem_within(why, "%s", url);
	else if (got.status == 410)
		err = problem_set(why, ERR_NOT_FOUND, "",
		    "%s: the entry was erased, so what it said cannot be compared", url);
	else if (got.status == 404)
		err = problem_set(why, ERR_NOT_FOUND, "", "%s: there is no entry of this ID and salt", url);
	else if (got.status != 200)
		err = problem_set(why, ERR_UNAVAILABLE, "", "%s: expected status 200, found %ld", url, got.status);
	else
		*out = arena_copy(a, buffer_span(&body));
	buffer_release(&body);
	return err;
}
