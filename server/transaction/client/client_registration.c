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
#include "transaction/client/client_metadata.h"

#define TRIES 8
#define SECRET_PREFIX "cs_"
#define ACCESS_PREFIX "cr_"
#define ROW_LARGEST (3 * OIDC_CLIENT_LARGEST)

enum action { REGISTER, LOOK, CHANGE, REMOVE };

struct registering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct client_registering *asked;
	enum action action;
	struct credentials credentials;
	struct id id;
	struct span token;                 /* a client's own */
	struct registered_client client;   /* as it is, then as it will be */
	uint64_t generation;
	struct span member, registrar;
	uint32_t count;
	struct ask asks[2];
	unsigned tries;
	struct client_information told;
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
	const bool told = err == OK && r->action != REMOVE;

	r->waiting = NULL;
	if (told) {
		r->told.client = &r->client;
		registered_client_id(&r->client.id, r->told.id);
	} else {
		OPENSSL_cleanse(&r->told, sizeof(r->told));
	}
	r->done(r->arg, err, fault, told ? &r->told : NULL, err == OK ? NULL : why);
}

/* Why it is not taken: whoever decides says the sentence and, with it, what kind of fault it is. */
struct verdict {
	enum client_fault fault;
	struct problem why;
};

static bool
refuse(struct verdict *v, enum client_fault fault, enum err err, const char *clause, const char *sentence)
{
	v->fault = fault;
	problem_set(&v->why, err, clause, "%s", sentence);
	return false;
}

/* Who asks */

static on_caller on_registrar;
static on_loaded on_row, on_member;
static void load_row(struct registering *), load_member(struct registering *);

static struct pending *
start(struct store *store, struct arena *arena, const struct client_registering *asked, enum action action,
    on_client_registration *done, void *arg)
{
	struct registering *r = arena_new(arena, struct registering);

	*r = (struct registering){
		.pending = { cancel_registering }, .store = store, .arena = arena, .asked = asked, .action = action,
		.credentials = { .authorization = asked->authorization }, .done = done, .arg = arg,
	};
	if (action == REGISTER)
		r->waiting = caller_identify(store, arena, &r->credentials, asked->now, on_registrar, r);
	else
		load_row(r);
	return &r->pending;
}

struct pending *
client_register(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, REGISTER, done, arg);
}

struct pending *
client_look(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, LOOK, done, arg);
}

struct pending *
client_change(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, CHANGE, done, arg);
}

struct pending *
client_remove(struct store *store, struct arena *arena, const struct client_registering *asked,
    on_client_registration *done, void *arg)
{
	return start(store, arena, asked, REMOVE, done, arg);
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
		r->member = caller->member;
		r->registrar = caller->name;
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
	if (!span_equal_nocase(scheme, span_text("Bearer")) || r->token.size >= sizeof(r->told.access))
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
	return CRYPTO_memcmp(sum, r->client.access, sizeof(sum)) == 0;
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
	    !registered_client_read(arena_copy(r->arena, r->asks[0].rows[0].value), &r->client)) {
		problem_set(&mine, ERR_UNAVAILABLE, "", "the client's row is of a form this build does not know");
		answer(r, ERR_UNAVAILABLE, CLIENT_NO_FAULT, &mine);
	} else if (!r->asks[0].count || !holds_token(r)) {
		problem_set(&mine, ERR_DENIED, "RFC 7592 s2.1", "expected the client's registration access token");
		answer(r, ERR_DENIED, CLIENT_BAD_TOKEN, &mine);
	} else {
		r->generation = r->asks[0].rows[0].generation;
		r->member = r->client.member;
		memcpy(r->told.access, r->token.data, r->token.size);
		load_member(r);
	}
}

/* Its member */

static void
load_member(struct registering *r)
{
	r->asks[0] = (struct ask){ .table = &member_table, .from = r->member };
	r->asks[1] = (struct ask){ .table = &oidc_client_count_table, .from = r->member };
	r->waiting = store_load(r->store, r->asks, COUNT(r->asks), on_member, r);
}

/* Deciding */

static bool
fits_change(const struct registering *r, struct verdict *v)
{
	const struct client_proposal *p = r->asked->proposal;
	uint8_t sum[32];

	if (p->provisioned)
		return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
		    "expected none of registration_access_token, registration_client_uri, client_secret_expires_at and "
		    "client_id_issued_at");
	if (!span_equal(p->client_id, r->asked->id))
		return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
		    "client_id: expected that of the address");
	if (p->client_secret.size) {
		digest(DIGEST_SHA256, p->client_secret, sum);
		if (!r->client.has_secret || CRYPTO_memcmp(sum, r->client.secret, sizeof(sum)) != 0)
			return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
			    "client_secret: expected the one it has");
	}
	if (p->entity_id.size && !span_equal(p->entity_id, r->client.entity_id))
		return refuse(v, CLIENT_BAD_METADATA, ERR_INVALID, "RFC 7591 s2", "entity_id: expected the one it has");
	return true;
}

/* Of which of the member's relying parties it is one. */
static bool
find_entity(struct registering *r, struct arena *scratch, struct relying_record *record, struct verdict *v)
{
	const struct span named = r->action == REGISTER ? r->asked->proposal->entity_id : r->client.entity_id;
	enum err err;

	if (r->asks[0].count == 0)
		return refuse(v, CLIENT_FORBIDDEN, ERR_DENIED, "", "the client's member is no more");
	err = relying_record_read(scratch, r->asks[0].rows[0].value, named, record, &v->why);
	if (err == OK && record->member.standing != STANDING_APPROVED)
		return refuse(v, CLIENT_FORBIDDEN, ERR_DENIED, "", "the client's member is not approved");
	if (err == ERR_NOT_FOUND && r->action == REGISTER) {
		v->fault = CLIENT_BAD_METADATA;
		v->why.code = ERR_INVALID;
		problem_within(&v->why, "entity_id");
	} else if (err == ERR_NOT_FOUND) {
		v->fault = CLIENT_FORBIDDEN;
		v->why.code = ERR_DENIED;
	}
	return err == OK;
}

static bool
read_metadata(struct registering *r, struct arena *scratch, const struct relying_record *record,
    struct oidc_client *out, struct verdict *v)
{
	const struct relying_party rp = relying_party_of(scratch, record, r->asked->now);
	const struct client_terms terms = { .entity_id = rp.entity_id, .id_token = CLIENT_RS256, .sector = rp.sector };
	struct document d = document_parse(scratch, "client", r->asked->proposal->metadata);
	bool redirect = false;

	oidc_client_read(document_root(&d), &terms, out, &redirect);
	if (document_end(&d, &v->why) == OK)
		return true;
	v->fault = redirect ? CLIENT_BAD_REDIRECT : CLIENT_BAD_METADATA;
	v->why.code = ERR_INVALID;
	return false;
}

static void
renew_secret(struct registering *r, enum client_authentication method)
{
	struct caller_token made;

	if (method != CLIENT_SECRET_BASIC && method != CLIENT_SECRET_POST) {
		r->client.has_secret = false;
		memset(r->client.secret, 0, sizeof(r->client.secret));
		return;
	}
	if (r->client.has_secret)
		return;
	made = caller_token_new(SECRET_PREFIX);
	memcpy(r->told.secret, made.text, sizeof(r->told.secret));
	memcpy(r->client.secret, made.digest, sizeof(r->client.secret));
	r->client.has_secret = true;
	OPENSSL_cleanse(&made, sizeof(made));
}

static void
make_client(struct registering *r, struct span entity_id)
{
	struct caller_token access = caller_token_new(ACCESS_PREFIX);

	r->client = (struct registered_client){
		.id = id_new(r->asked->now), .member = r->member, .entity_id = arena_copy(r->arena, entity_id),
		.registrar = r->registrar, .issued = r->asked->now,
	};
	memcpy(r->client.access, access.digest, sizeof(r->client.access));
	memcpy(r->told.access, access.text, sizeof(r->told.access));
	OPENSSL_cleanse(&access, sizeof(access));
}

/* What will be, from what is and what is asked for. */
static bool
decide(struct registering *r, struct arena *scratch, struct verdict *v)
{
	const size_t most = r->asked->most ? r->asked->most : REGISTERED_CLIENTS;
	struct relying_record record;
	struct oidc_client metadata;

	if (r->action == REMOVE)
		return true;
	if (!find_entity(r, scratch, &record, v))
		return false;
	if (r->action == LOOK)
		return true;
	if (r->action == CHANGE && !fits_change(r, v))
		return false;
	if (r->action == REGISTER && r->count >= most)
		return refuse(v, CLIENT_TOO_MANY, ERR_LIMIT, "", "its member has as many clients as it may");
	if (!read_metadata(r, scratch, &record, &metadata, v))
		return false;
	if (r->action == REGISTER)
		make_client(r, record.entity->entity_id);
	r->client.metadata = client_metadata_complete(r->arena, r->asked->proposal->metadata, &metadata);
	renew_secret(r, metadata.authentication);
	return true;
}

/* Committing */

static on_committed on_kept;

static void
put_count(struct registering *r, struct unit *unit)
{
	struct buffer b = buffer_init(4);

	unit_expect(unit, &oidc_client_count_table, r->member, r->asks[1].count ? r->asks[1].rows[0].generation : 0);
	buffer_u32(&b, r->action == REGISTER ? r->count + 1 : r->count - (r->count > 0));
	unit_put(unit, &oidc_client_count_table, r->member, buffer_span(&b));
	buffer_release(&b);
}

static void
commit(struct registering *r)
{
	struct unit *unit = unit_new(r->arena, store_tables(r->store), id_new(r->asked->now));
	struct buffer b = buffer_init(ROW_LARGEST);

	unit_expect(unit, &oidc_client_table, id_span(&r->client.id), r->generation);
	if (r->action != CHANGE)
		put_count(r, unit);
	if (r->action == REMOVE) {
		unit_delete(unit, &oidc_client_table, id_span(&r->client.id));
	} else {
		registered_client_write(&b, &r->client);
		unit_put(unit, &oidc_client_table, id_span(&r->client.id), buffer_span(&b));
	}
	buffer_release(&b);
	r->waiting = store_commit(r->store, unit, on_kept, r);
}

static bool
read_count(struct registering *r)
{
	struct record row;

	r->count = 0;
	if (r->asks[1].count == 0)
		return true;
	row = record_of(r->asks[1].rows[0].value);
	r->count = record_u32(&row);
	return record_whole(&row);
}

static void
on_member(void *arg, enum err err, const struct problem *why)
{
	struct registering *r = arg;
	struct verdict v = { .fault = CLIENT_NO_FAULT };
	struct arena scratch;
	bool agreed;

	if (err != OK) {
		answer(r, err, CLIENT_NO_FAULT, why);
		return;
	}
	if (!read_count(r)) {
		problem_set(&v.why, ERR_UNAVAILABLE, "", "how many clients the member has cannot be read");
		answer(r, ERR_UNAVAILABLE, CLIENT_NO_FAULT, &v.why);
		return;
	}
	scratch = arena_init(GIB); /* never reached: a record is bounded */
	agreed = decide(r, &scratch, &v);
	arena_release(&scratch);
	if (!agreed)
		answer(r, v.why.code, v.fault, &v.why);
	else if (r->action == LOOK)
		answer(r, OK, CLIENT_NO_FAULT, NULL);
	else
		commit(r);
}

static void
tell_log(const struct registering *r)
{
	static const char *const events[] = {
		[REGISTER] = "client.registered", [CHANGE] = "client.changed", [REMOVE] = "client.removed",
	};
	char id[REGISTERED_CLIENT_ID_TEXT];

	registered_client_id(&r->client.id, id);
	log_info(events[r->action], "client=%s member=%s entity=%s registrar=%s", id, LOG_SPAN(r->client.member),
	    LOG_SPAN(r->client.entity_id), LOG_SPAN(r->client.registrar));
}

/* Who is overtaken looks at all of it again. */
static void
on_kept(void *arg, const struct committed *done)
{
	struct registering *r = arg;
	struct problem why;

	if (done->code == ERR_CONFLICT && ++r->tries < TRIES) {
		memset(r->told.secret, 0, sizeof(r->told.secret));
		r->generation = 0;
		if (r->action == REGISTER)
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
