/* transaction/client/client_registration.c - clients that register themselves, look at themselves, change and go.
 *
 *     register:             caller -----------.
 *     look, change, remove: row, its token ---+-> member, how many it has -> decided -> committed -> told
 *                                             ^                                  |
 *                                             `------ somebody was first --------'
 */
#include "transaction/client/client_registration.h"

#include <openssl/crypto.h>

#include "base/log.h"
#include "base/record.h"
#include "crypto/digest.h"
#include "transaction/client/client_case.h"

#define TRIES 8
#define ROW_LARGEST (3 * OIDC_CLIENT_LARGEST)

struct registering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct client_registering *asked;
	struct credentials credentials;
	struct id id;
	struct span token;                 /* a client's own */
	struct client_case c;
	uint64_t generation;               /* of its row; 0: it has none */
	struct ask asks[2];
	unsigned tries;
	on_client_registration *done;
	void *arg;
};

static void
cancel_registering(struct pending *pending)
{
	pending_cancel(&((struct registering *)pending)->waiting);
}

static void
answer(struct registering *r, enum err err, enum client_fault fault, const struct problem *why)
{
	const bool told = err == OK && r->c.action != CLIENT_REMOVE;

	r->waiting = NULL;
	if (told) {
		r->c.told.client = &r->c.client;
		registered_client_id(&r->c.client.id, r->c.told.id);
	} else {
		OPENSSL_cleanse(&r->c.told, sizeof(r->c.told));
	}
	r->done(r->arg, err, fault, told ? &r->c.told : NULL, err == OK ? NULL : why);
}

/* Who asks */

static on_caller on_registrar;
static on_loaded on_row, on_member;
static void load_row(struct registering *), load_member(struct registering *);

static struct pending *
start(struct store *store, struct arena *arena, const struct client_registering *asked, enum client_action action,
    on_client_registration *done, void *arg)
{
	struct registering *r = arena_new(arena, struct registering);

	*r = (struct registering){
		.pending = { cancel_registering }, .store = store, .arena = arena, .asked = asked,
		.credentials = { .authorization = asked->authorization }, .c = { .asked = asked, .action = action },
		.done = done, .arg = arg,
	};
	if (action == CLIENT_REGISTER)
		r->waiting = caller_identify(store, arena, &r->credentials, asked->now, on_registrar, r);
	else
		load_row(r);
	return &r->pending;
}

struct pending *
client_register(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, CLIENT_REGISTER, done, arg);
}

struct pending *
client_look(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, CLIENT_LOOK, done, arg);
}

struct pending *
client_change(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, CLIENT_CHANGE, done, arg);
}

struct pending *
client_remove(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, CLIENT_REMOVE, done, arg);
}

static void
on_registrar(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct registering *r = arg;
	struct problem mine;

	r->waiting = NULL;
	if (err != OK) {
		answer(r, err, err == ERR_DENIED ? CLIENT_BAD_TOKEN : CLIENT_NO_FAULT, why);
	} else if (!(caller->rights & CALLER_REGISTER)) {
		problem_set(&mine, ERR_DENIED, "RFC 7591 s3", "the caller \"%.*s\" has not the right register",
		    SPAN_ARGS(caller->name));
		answer(r, ERR_DENIED, CLIENT_FORBIDDEN, &mine);
	} else {
		r->c.member = caller->member;
		r->c.registrar = caller->name;
		load_member(r);
	}
}

/* A client that is no more, a token that is another's, no token: all the same to whoever asks. What cannot be a client
 * is not asked for. */
static void
load_row(struct registering *r)
{
	struct span scheme;
	bool asked;

	r->token = r->asked->authorization;
	scheme = span_cut(&r->token, ' ');
	r->token = span_trim(r->token);
	if (!span_equal_nocase(scheme, span_text("Bearer")) || r->token.size >= sizeof(r->c.told.access))
		r->token = (struct span){ 0 };
	asked = r->token.size && registered_client_id_read(r->asked->id, &r->id);
	r->asks[0] = (struct ask){ .table = &oidc_client_table, .from = id_span(&r->id) };
	r->waiting = store_load(r->store, r->asks, asked, on_row, r);
}

static bool
holds_token(const struct registering *r)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, r->token, sum);
	return CRYPTO_memcmp(sum, r->c.client.access, sizeof(sum)) == 0;
}

static void
on_row(void *arg, enum err err, const struct problem *why)
{
	struct registering *r = arg;
	struct problem mine;

	if (err != OK) {
		answer(r, err, CLIENT_NO_FAULT, why);
		return;
	}
	if (r->asks[0].count &&
	    !registered_client_read(arena_copy(r->arena, r->asks[0].rows[0].value), &r->c.client)) {
		problem_set(&mine, ERR_UNAVAILABLE, "", "the client's row is of a form this build does not know");
		answer(r, ERR_UNAVAILABLE, CLIENT_NO_FAULT, &mine);
	} else if (!r->asks[0].count || !holds_token(r)) {
		problem_set(&mine, ERR_DENIED, "RFC 7592 s2.1", "expected the client's registration access token");
		answer(r, ERR_DENIED, CLIENT_BAD_TOKEN, &mine);
	} else {
		r->generation = r->asks[0].rows[0].generation;
		r->c.member = r->c.client.member;
		memcpy(r->c.told.access, r->token.data, r->token.size);
		load_member(r);
	}
}

/* Its member */

static void
load_member(struct registering *r)
{
	r->asks[0] = (struct ask){ .table = &member_table, .from = r->c.member };
	r->asks[1] = (struct ask){ .table = &oidc_client_count_table, .from = r->c.member };
	r->waiting = store_load(r->store, r->asks, COUNT(r->asks), on_member, r);
}

/* Committing */

static on_committed on_kept;

static void
put_count(struct registering *r, struct unit *unit)
{
	struct buffer b = buffer_init(4);

	unit_expect(unit, &oidc_client_count_table, r->c.member, r->asks[1].count ? r->asks[1].rows[0].generation : 0);
	buffer_u32(&b, r->c.action == CLIENT_REGISTER ? r->c.count + 1 : r->c.count - (r->c.count > 0));
	unit_put(unit, &oidc_client_count_table, r->c.member, buffer_span(&b));
	buffer_release(&b);
}

static void
commit(struct registering *r)
{
	struct unit *unit = unit_new(r->arena, store_tables(r->store), id_new(r->asked->now));
	struct buffer b = buffer_init(ROW_LARGEST);

	unit_expect(unit, &oidc_client_table, id_span(&r->c.client.id), r->generation);
	if (r->c.action != CLIENT_CHANGE)
		put_count(r, unit);
	if (r->c.action == CLIENT_REMOVE) {
		unit_delete(unit, &oidc_client_table, id_span(&r->c.client.id));
	} else {
		registered_client_write(&b, &r->c.client);
		unit_put(unit, &oidc_client_table, id_span(&r->c.client.id), buffer_span(&b));
	}
	buffer_release(&b);
	r->waiting = store_commit(r->store, unit, on_kept, r);
}

static bool
read_count(struct registering *r)
{
	struct record row;

	r->c.count = 0;
	if (r->asks[1].count == 0)
		return true;
	row = record_of(r->asks[1].rows[0].value);
	r->c.count = record_u32(&row);
	return record_whole(&row);
}

static void
on_member(void *arg, enum err err, const struct problem *why)
{
	struct registering *r = arg;
	enum client_fault fault = CLIENT_NO_FAULT;
	struct problem mine;

	if (err != OK) {
		answer(r, err, CLIENT_NO_FAULT, why);
		return;
	}
	if (!read_count(r)) {
		problem_set(&mine, ERR_UNAVAILABLE, "", "how many clients the member has cannot be read");
		answer(r, ERR_UNAVAILABLE, CLIENT_NO_FAULT, &mine);
		return;
	}
	err = client_case_decide(r->arena, &r->c, r->asks[0].count ? r->asks[0].rows[0].value : (struct span){ 0 },
	    &fault, &mine);
	if (err != OK)
		answer(r, err, fault, &mine);
	else if (r->c.action == CLIENT_LOOK)
		answer(r, OK, CLIENT_NO_FAULT, NULL);
	else
		commit(r);
}

static void
tell_log(const struct registering *r)
{
	static const char *const events[] = {
		[CLIENT_REGISTER] = "client.registered",
		[CLIENT_CHANGE] = "client.changed",
		[CLIENT_REMOVE] = "client.removed",
	};
	char id[REGISTERED_CLIENT_ID_TEXT];

	registered_client_id(&r->c.client.id, id);
	log_info(events[r->c.action], "client=%s member=%s entity=%s registrar=%s", id, LOG_SPAN(r->c.client.member),
	    LOG_SPAN(r->c.client.entity_id), LOG_SPAN(r->c.client.registrar));
}

/* Who is overtaken looks at all of it again. */
static void
on_kept(void *arg, const struct committed *done)
{
	struct registering *r = arg;
	struct problem why;

	if (done->code == ERR_CONFLICT && ++r->tries < TRIES) {
		memset(r->c.told.secret, 0, sizeof(r->c.told.secret));
		r->generation = 0;
		if (r->c.action == CLIENT_REGISTER)
			load_member(r);
		else
			load_row(r);
		return;
	}
	if (done->code == OK) {
		tell_log(r);
		answer(r, OK, CLIENT_NO_FAULT, NULL);
		return;
	}
	problem_set(&why, done->code, "", "the client could not be kept as it would be: %s", err_name(done->code));
	answer(r, done->code, CLIENT_NO_FAULT, &why);
}
