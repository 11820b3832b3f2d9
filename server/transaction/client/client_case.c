/* transaction/client/client_case.c - what becomes of a client that registers itself, looks, changes or goes. */
#include "transaction/client/client_case.h"

#include <openssl/crypto.h>

#include "crypto/digest.h"
#include "transaction/client/client_metadata.h"

#define SECRET_PREFIX "cs_"
#define ACCESS_PREFIX "cr_"

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

static bool
fits_change(const struct client_case *c, struct verdict *v)
{
	const struct client_proposal *p = c->asked->proposal;
	uint8_t sum[32];

	if (p->provisioned)
		return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
		    "expected none of registration_access_token, registration_client_uri, client_secret_expires_at and "
		    "client_id_issued_at");
	if (!span_equal(p->client_id, c->asked->id))
		return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
		    "client_id: expected that of the address");
	if (p->client_secret.size) {
		digest(DIGEST_SHA256, p->client_secret, sum);
		if (!c->client.has_secret || CRYPTO_memcmp(sum, c->client.secret, sizeof(sum)) != 0)
			return refuse(v, CLIENT_BAD_REQUEST, ERR_INVALID, "RFC 7592 s2.2",
			    "client_secret: expected the one it has");
	}
	if (p->entity_id.size && !span_equal(p->entity_id, c->client.entity_id))
		return refuse(v, CLIENT_BAD_METADATA, ERR_INVALID, "RFC 7591 s2", "entity_id: expected the one it has");
	return true;
}

/* Of which of the member's relying parties it is one. */
static bool
find_entity(const struct client_case *c, struct arena *scratch, struct span row, struct relying_record *record,
    struct verdict *v)
{
	const struct span named = c->action == CLIENT_REGISTER ? c->asked->proposal->entity_id : c->client.entity_id;
	enum err err;

	if (!row.size)
		return refuse(v, CLIENT_FORBIDDEN, ERR_DENIED, "", "the client's member is no more");
	err = relying_record_read(scratch, row, named, record, &v->why);
	if (err == OK && record->member.standing != STANDING_APPROVED)
		return refuse(v, CLIENT_FORBIDDEN, ERR_DENIED, "", "the client's member is not approved");
	if (err == ERR_NOT_FOUND && c->action == CLIENT_REGISTER) {
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
read_metadata(const struct client_case *c, struct arena *scratch, const struct relying_record *record,
    struct oidc_client *out, struct verdict *v)
{
	const struct relying_party rp = relying_party_of(scratch, record, c->asked->now);
	const struct client_terms terms = { .entity_id = rp.entity_id, .id_token = CLIENT_RS256, .sector = rp.sector };
	struct document d = document_parse(scratch, "client", c->asked->proposal->metadata);
	bool redirect = false;

	oidc_client_read(document_root(&d), &terms, out, &redirect);
	if (document_end(&d, &v->why) == OK)
		return true;
	v->fault = redirect ? CLIENT_BAD_REDIRECT : CLIENT_BAD_METADATA;
	v->why.code = ERR_INVALID;
	return false;
}

static void
renew_secret(struct client_case *c, enum client_authentication method)
{
	struct caller_token made;

	if (method != CLIENT_SECRET_BASIC && method != CLIENT_SECRET_POST) {
		c->client.has_secret = false;
		memset(c->client.secret, 0, sizeof(c->client.secret));
		return;
	}
	if (c->client.has_secret)
		return;
	made = caller_token_new(SECRET_PREFIX);
	memcpy(c->told.secret, made.text, sizeof(c->told.secret));
	memcpy(c->client.secret, made.digest, sizeof(c->client.secret));
	c->client.has_secret = true;
	OPENSSL_cleanse(&made, sizeof(made));
}

static void
make_client(struct arena *arena, struct client_case *c, struct span entity_id)
{
	struct caller_token access = caller_token_new(ACCESS_PREFIX);

	c->client = (struct registered_client){
		.id = id_new(c->asked->now), .member = c->member, .entity_id = arena_copy(arena, entity_id),
		.registrar = c->registrar, .issued = c->asked->now,
	};
	memcpy(c->client.access, access.digest, sizeof(c->client.access));
	memcpy(c->told.access, access.text, sizeof(c->told.access));
	OPENSSL_cleanse(&access, sizeof(access));
}

/* What will be, from what is and what is asked for. */
static bool
decide(struct arena *arena, struct client_case *c, struct span row, struct arena *scratch, struct verdict *v)
{
	const size_t most = c->asked->most ? c->asked->most : REGISTERED_CLIENTS;
	struct relying_record record;
	struct oidc_client metadata;

	if (!find_entity(c, scratch, row, &record, v))
		return false;
	if (c->action == CLIENT_LOOK)
		return true;
	if (c->action == CLIENT_CHANGE && !fits_change(c, v))
		return false;
	if (c->action == CLIENT_REGISTER && c->count >= most)
		return refuse(v, CLIENT_TOO_MANY, ERR_LIMIT, "", "its member has as many clients as it may");
	if (!read_metadata(c, scratch, &record, &metadata, v))
		return false;
	if (c->action == CLIENT_REGISTER)
		make_client(arena, c, record.entity->entity_id);
	c->client.metadata = client_metadata_complete(arena, c->asked->proposal->metadata, &metadata);
	renew_secret(c, metadata.authentication);
	return true;
}

enum err
client_case_decide(struct arena *arena, struct client_case *c, struct span member_row, enum client_fault *fault,
    struct problem *why)
{
	struct arena scratch = arena_init(GIB); /* never reached: a record is bounded */
	struct verdict v = { .fault = CLIENT_NO_FAULT };
	/* Taking away is always allowed. */
	const bool agreed = c->action == CLIENT_REMOVE || decide(arena, c, member_row, &scratch, &v);

	arena_release(&scratch);
	*fault = v.fault;
	if (agreed)
		return OK;
	*why = v.why;
	return why->code;
}
