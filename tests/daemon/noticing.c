/* tests/daemon/noticing.c - watashid with one front more, that puts notices into the outbox: for tests/e2e/notices.py.
 *
 *     POST /test/notices   {"kind":1,"english":false,"address":"…" or "endpoint":"…","key":"…","secret":"…",
 *                           "name":"…","code":"…","request":"hex","seconds":600}; answers when it is durable. With
 *                           "account" and "credential" (hex) there is an app with that subscription, too; with
 *                           "account" alone it goes to that one's phones
 *     GET  /test/notices   how many wait
 *     GET  /test/apps/{account and credential}   the endpoint that the app is pushed to; empty: none
 */
#include "daemon/daemon.h"

#include <stdlib.h>

#include "authn/credential.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "http/exchange.h"
#include "transaction/notice/notice.h"

#define MOST 10000

struct noticing {
	struct store *store;
};

struct asked {
	struct exchange *exchange;
	struct ask ask;
};

static void
reply_text(struct exchange *x, int status, struct span text)
{
	exchange_reply(x, &(struct reply){ .status = status, .fields = span_text("Content-Type: text/plain\r\n"),
	    .body = text });
}

static void
on_put(void *arg, const struct committed *committed)
{
	struct exchange *x = arg;
	struct problem why;

	exchange_hold(x, NULL);
	if (committed->code == OK) {
		reply_text(x, 201, span_text("waits"));
		return;
	}
	problem_set(&why, committed->code, "", "the notice was not written");
	exchange_refuse(x, status_of(committed->code), &why);
}

static struct span
read_base64url(struct arena *a, struct span text)
{
	struct span bytes;

	return base64url_read(a, text, &bytes) ? bytes : (struct span){ 0 };
}

static enum err
notice_parse(struct arena *a, struct span body, struct notice *n, struct problem *why)
{
	struct reader r = reader_json(a, body, (struct limits){ .bytes = 4 * KIB, .depth = 1 });
	int64_t seconds = 600;
	struct span name;

	*n = (struct notice){ .made = clock_now() };
	n->id = id_new(n->made);
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "kind"))
			n->kind = (enum notice_kind)reader_integer(&r, 1, NOTICE_KINDS - 1);
		else if (span_is(name, "english"))
			n->english = reader_boolean(&r);
		else if (span_is(name, "address"))
			n->address = reader_string(&r, 1, NOTICE_ADDRESS_LARGEST);
		else if (span_is(name, "endpoint"))
			n->push.endpoint = reader_string(&r, 1, PUSH_ENDPOINT_LARGEST);
		else if (span_is(name, "key"))
			n->push.key = read_base64url(a, reader_string(&r, 1, 200));
		else if (span_is(name, "secret"))
			n->push.secret = read_base64url(a, reader_string(&r, 1, 200));
		else if (span_is(name, "name"))
			n->name = reader_string(&r, 1, NOTICE_NAME_LARGEST);
		else if (span_is(name, "code"))
			n->code = reader_string(&r, 1, 20);
		else if (span_is(name, "request"))
			hex_read(reader_string(&r, 32, 32), n->request.bytes, sizeof(n->request.bytes));
		else if (span_is(name, "account"))
			hex_read(reader_string(&r, 32, 32), n->account.bytes, sizeof(n->account.bytes));
		else if (span_is(name, "credential"))
			hex_read(reader_string(&r, 32, 32), n->credential.bytes, sizeof(n->credential.bytes));
		else if (span_is(name, "seconds"))
			seconds = reader_integer(&r, 1, 86400);
	}
	n->until = instant_after(n->made, SECONDS(seconds));
	return reader_end(&r, why);
}

static void
put_app(struct unit *unit, struct arena *a, const struct notice *n)
{
	const struct credential app = {
		.account = n->account, .id = n->credential, .kind = CREDENTIAL_APP, .state = CREDENTIAL_ACTIVE,
		.name = span_text("phone"), .issued = n->made,
		.app = { .key = id_span(&n->credential),
		    .push_endpoint = n->push.endpoint, .push_key = n->push.key, .push_secret = n->push.secret },
	};

	credential_put(unit, a, &app);
}

static void
put_notice(struct exchange *x, void *front)
{
	struct noticing *noticing = front;
	struct problem why;
	struct notice n;
	struct unit *unit;

	if (notice_parse(x->arena, x->body, &n, &why) != OK) {
		exchange_refuse(x, 400, &why);
		return;
	}
	unit = unit_new(x->arena, store_tables(noticing->store), n.id);
	notice_put(unit, &n);
	if (n.credential.bytes[0])
		put_app(unit, x->arena, &n);
	exchange_hold(x, store_commit(noticing->store, unit, on_put, x));
}

static void
on_counted(void *arg, enum err err, const struct problem *why)
{
	struct asked *asked = arg;
	struct exchange *x = asked->exchange;

	exchange_hold(x, NULL);
	if (err != OK)
		exchange_refuse(x, status_of(err), why);
	else
		reply_text(x, 200, span_text(arena_print(x->arena, "%zu", asked->ask.count)));
}

static void
count_notices(struct exchange *x, void *front)
{
	struct noticing *noticing = front;
	struct asked *asked = arena_new(x->arena, struct asked);

	*asked = (struct asked){ x, { .table = &notice_table, .from = span_of("", 1), .limit = MOST } };
	exchange_hold(x, store_load(noticing->store, &asked->ask, 1, on_counted, asked));
}

static void
on_app_loaded(void *arg, enum err err, const struct problem *why)
{
	struct asked *asked = arg;
	struct exchange *x = asked->exchange;
	struct credential app;
	struct problem own;

	exchange_hold(x, NULL);
	if (err != OK)
		exchange_refuse(x, status_of(err), why);
	else if (!asked->ask.count || credential_loaded(x->arena, &asked->ask.rows[0], &app, &own) != OK)
		reply_text(x, 404, span_text("no app"));
	else
		reply_text(x, 200, app.app.push_endpoint);
}

static void
show_app(struct exchange *x, void *front)
{
	struct noticing *noticing = front;
	struct asked *asked = arena_new(x->arena, struct asked);
	struct id account, credential;
	struct problem why;

	if (x->segment.size != 64 || !hex_read(span_first(x->segment, 32), account.bytes, sizeof(account.bytes)) ||
	    !hex_read(span_skip(x->segment, 32), credential.bytes, sizeof(credential.bytes))) {
		problem_set(&why, ERR_SYNTAX, "", "expected two ids");
		exchange_refuse(x, 400, &why);
		return;
	}
	*asked = (struct asked){ x, credential_ask(x->arena, &account, &credential) };
	exchange_hold(x, store_load(noticing->store, &asked->ask, 1, on_app_loaded, asked));
}

static const struct route routes[] = {
	{ POST, "/test/notices", put_notice, ANY_BYTES, 4 * KIB },
	{ GET, "/test/notices", count_notices, NO_BODY, 0 },
	{ GET, "/test/apps/{id}", show_app, NO_BODY, 0 },
	{ 0 },
};

static void *
noticing_new(struct loop *loop, struct store *store)
{
	struct noticing *noticing = calloc(1, sizeof(*noticing));

	(void)loop;
	if (!noticing)
		abort();
	noticing->store = store;
	return noticing;
}

int
main(int argc, char **argv)
{
	const struct daemon_addition addition = { .routes = routes, .front_new = noticing_new };

	return daemon_main(argc, argv, &addition);
}
