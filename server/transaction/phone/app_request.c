/* transaction/phone/app_request.c - a login's question to a person's phone, as the store keeps it. */
#include "transaction/phone/app_request.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/record.h"
#include "base/role.h"
#include "crypto/digest.h"

#define FORM 2
#define FORM_WITHOUT_NETWORK 1
#define ROW_LARGEST (16 * KIB)
#define CODE_KEY (16 + 32 + 16)

/* The steward erases what operators order. */
#define WRITERS (ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD))
const struct table app_request_table = { "app-request", WRITERS, TABLE_NOTICED | TABLE_OWNED };
const struct table app_code_table = { "app-code", WRITERS, TABLE_OWNED };

void
app_request_write(struct buffer *b, const struct app_request *q)
{
	buffer_u8(b, FORM);
	buffer_id(b, &q->id);
	buffer_id(b, &q->account);
	buffer_id(b, &q->login);
	buffer_add(b, span_of(q->browser, sizeof(q->browser)));
	buffer_add(b, span_of(q->challenge, sizeof(q->challenge)));
	buffer_block(b, q->relying_party);
	buffer_block(b, q->name.ja);
	buffer_block(b, q->name.en);
	buffer_block(b, q->wanted.ja);
	buffer_block(b, q->wanted.en);
	buffer_block(b, q->where);
	buffer_instant(b, q->made);
	buffer_instant(b, q->until);
	buffer_u32(b, q->wrong);
	buffer_u8(b, q->quiet);
	buffer_block(b, q->network);
}

bool
app_request_read(struct span value, struct app_request *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), quiet;

	*out = (struct app_request){ 0 };
	out->id = record_id(&r);
	out->account = record_id(&r);
	out->login = record_id(&r);
	record_copy(&r, out->browser, sizeof(out->browser));
	record_copy(&r, out->challenge, sizeof(out->challenge));
	out->relying_party = record_block(&r);
	out->name.ja = record_block(&r);
	out->name.en = record_block(&r);
	out->wanted.ja = record_block(&r);
	out->wanted.en = record_block(&r);
	out->where = record_block(&r);
	out->made = record_instant(&r);
	out->until = record_instant(&r);
	out->wrong = record_u32(&r);
	quiet = record_u8(&r);
	out->quiet = quiet == 1;
	if (form == FORM)
		out->network = record_block(&r);
	return (form == FORM || form == FORM_WITHOUT_NETWORK) && quiet <= 1 && record_whole(&r) && out->until.us > 0;
}

struct ask
app_request_ask(struct arena *a, const struct id *account, const struct id *request)
{
	return (struct ask){ .table = &app_request_table, .from = id_pair(a, account, request) };
}

struct ask
app_requests_ask(struct arena *a, const struct id *account, uint32_t limit)
{
	static const struct id first = { { 0 } };
	const struct id last = id_latest();

	return (struct ask){ .table = &app_request_table, .from = id_pair(a, account, &first),
		.until = id_pair(a, account, &last), .limit = limit, .backwards = true };
}

/* Answered, refused, too late, never there: told alike. */
enum err
app_request_loaded(struct arena *a, const struct row *row, struct app_request *out, struct problem *why)
{
	*out = (struct app_request){ 0 };
	if (!row)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "no such request waits: it may have been answered, or its time is over");
	if (!app_request_read(arena_copy(a, row->value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a request's row in the store is of a form this build does not know");
	out->generation = row->generation;
	return OK;
}

bool
app_request_is_here(const struct app_request *q, const uint8_t *browser)
{
	return browser && CRYPTO_memcmp(browser, q->browser, sizeof(q->browser)) == 0;
}

bool
app_request_is_shown(const struct app_request *q, const struct app_request_sight *from)
{
	return !q->quiet || !from->muted || app_request_is_here(q, from->browser);
}

/* Those that only another browser sees stand among them. */
enum err
app_requests_shown(struct arena *a, const struct ask *rows, const struct app_request_sight *from,
    struct app_requests_shown *out, struct problem *why)
{
	out->count = 0;
	out->more = rows->more;
	for (size_t i = 0; i < rows->count; i++) {
		struct app_request q;

		if (app_request_loaded(a, &rows->rows[i], &q, why) != OK)
			return why->code;
		if (!app_request_is_shown(&q, from))
			continue;
		if (out->count == APP_REQUESTS_SHOWN) {
			out->more = true;
			break;
		}
		out->list[out->count++] = q;
	}
	return OK;
}

void
app_request_put(struct unit *unit, struct arena *a, const struct app_request *q)
{
	struct buffer b = buffer_init(ROW_LARGEST);
	struct span key = id_pair(a, &q->account, &q->id);

	app_request_write(&b, q);
	assert(!b.overflowed); /* each of its texts was bounded where it came in */
	unit_expect(unit, &app_request_table, key, q->generation);
	unit_put_until(unit, &app_request_table, key, buffer_span(&b), q->until);
	buffer_release(&b);
}

void
app_request_delete(struct unit *unit, struct arena *a, const struct app_request *q)
{
	struct span key = id_pair(a, &q->account, &q->id);

	unit_expect(unit, &app_request_table, key, q->generation);
	unit_delete(unit, &app_request_table, key);
}

void
app_code_digest(const struct id *request, struct span code, uint8_t out[32])
{
	const struct span pieces[] = { id_span(request), code };

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), out);
}

static struct span
code_key(struct arena *a, const struct id *account, struct span digits, const struct id *request)
{
	const struct span pieces[] = { id_span(account), digits };
	uint8_t *key = arena_take(a, CODE_KEY);

	memcpy(key, account->bytes, sizeof(account->bytes));
	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), key + sizeof(account->bytes));
	memcpy(key + CODE_KEY - sizeof(request->bytes), request->bytes, sizeof(request->bytes));
	return span_of(key, CODE_KEY);
}

struct ask
app_codes_ask(struct arena *a, const struct id *account, struct span digits, uint32_t limit)
{
	static const struct id first = { { 0 } };
	const struct id last = id_latest();

	return (struct ask){ .table = &app_code_table, .from = code_key(a, account, digits, &first),
		.until = code_key(a, account, digits, &last), .limit = limit, .backwards = true };
}

/* It is not taken away with the request: what it names is looked up, and both end at one time. */
void
app_code_put(struct unit *unit, struct arena *a, const struct app_request *q, struct span digits)
{
	static const uint8_t there = 1;

	unit_put_until(unit, &app_code_table, code_key(a, &q->account, digits, &q->id), span_of(&there, 1), q->until);
}

struct id
app_code_request(const struct row *row)
{
	struct id id;

	assert(row->key.size == CODE_KEY);
	memcpy(id.bytes, row->key.data + CODE_KEY - sizeof(id.bytes), sizeof(id.bytes));
	return id;
}
