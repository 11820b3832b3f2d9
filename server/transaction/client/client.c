/* transaction/client/client.c - a client found by its name: whose it is, its member's record, its own metadata.
 *
 *     load whose it is, and the member it was of before -> load its member, when that is another -> read -> on_client
 *
 * What was read before is kept in the book by the generations of the rows it was read from; who finds it there is given
 * a copy, for the next to be found may take its place.
 */
#include "transaction/client/client.h"

#include <stdlib.h>

#include "base/log.h"
#include "registry/entity.h"
#include "transaction/client/client_registration.h"

#define SLOTS 512                               /* clients kept as read; one that meets another takes its place */
#define SLOT_LARGEST (4 * MIB)
#define SCRATCH GIB                             /* never reached: a record is bounded */

/* Copying */

static struct uri_list
copy_list(struct arena *a, struct uri_list l)
{
	struct span *list = arena_array(a, struct span, l.count);

	for (size_t i = 0; i < l.count; i++)
		list[i] = arena_copy(a, l.list[i]);
	return (struct uri_list){ list, l.count };
}

static struct oidc_client
copy_metadata(struct arena *a, const struct oidc_client *c)
{
	struct oidc_client copy = *c;

	for (size_t i = 0; i < c->keys.count; i++)
		copy.keys.keys[i] = arena_copy(a, c->keys.keys[i]);
	copy.redirect_uris = copy_list(a, c->redirect_uris);
	copy.post_logout_redirect_uris = copy_list(a, c->post_logout_redirect_uris);
	copy.logout_uri = arena_copy(a, c->logout_uri);
	copy.initiate_login_uri = arena_copy(a, c->initiate_login_uri);
	copy.sector = arena_copy(a, c->sector);
	copy.acr_values = copy_list(a, c->acr_values);
	return copy;
}

static struct client
client_copy(struct arena *a, const struct client *c)
{
	struct client copy = *c;

	copy.id = arena_copy(a, c->id);
	copy.rp = relying_party_copy(a, &c->rp);
	copy.metadata = copy_metadata(a, &c->metadata);
	return copy;
}

/* The book */

struct slot {
	struct arena arena;
	uint64_t member;      /* generation of the member's row; 0: empty */
	uint64_t registered;  /* of its own; 0: it has none */
	struct client client;
};
struct client_book {
	struct slot slots[SLOTS];
};

struct client_book *
client_book_new(void)
{
	struct client_book *book = calloc(1, sizeof(*book));

	if (!book)
		abort();
	for (size_t i = 0; i < SLOTS; i++)
		book->slots[i].arena = arena_init(SLOT_LARGEST);
	return book;
}

void
client_book_free(struct client_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		arena_release(&book->slots[i].arena);
	free(book);
}

static struct slot *
slot_of(struct client_book *book, struct span id)
{
	uint32_t mixed = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < id.size; i++)
		mixed = (mixed ^ id.data[i]) * 16777619u;
	return &book->slots[mixed % SLOTS];
}

/* Looking for one */

struct seeking {
	struct pending pending;
	struct pending *load;
	struct store *store;
	struct client_book *book;
	struct arena *arena;
	struct span id;
	struct instant now;
	bool self_registered;
	struct id own;                /* key of its row */
	struct entity_key entity;     /* key of the claim to its entity */
	struct registered_client registered;
	uint64_t generation;          /* of its row */
	struct span member, entity_id;
	struct ask asks[2];           /* whose it is; its member */
	on_client *done;
	void *arg;
};

static void
cancel_seeking(struct pending *pending)
{
	pending_cancel(&((struct seeking *)pending)->load);
}

static void
answer(struct seeking *s, enum err err, const struct client *client, const struct problem *why)
{
	s->load = NULL;
	s->done(s->arg, err, err == OK ? client : NULL, err == OK ? NULL : why);
}

static enum err
unknown(const struct seeking *s, struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "RFC 6749 s2.2", "there is no client \"%.*s\"",
	    SPAN_ARGS(span_first(s->id, 200)));
}

static on_loaded on_whose, on_member;

/* Its member is guessed to be who it was before: then one round does. */
struct pending *
client_find(struct store *store, struct client_book *book, struct arena *arena, struct span client_id,
    struct instant now, on_client *done, void *arg)
{
	struct seeking *s = arena_new(arena, struct seeking);
	struct slot *slot = slot_of(book, client_id);
	size_t count = 0;

	*s = (struct seeking){
		.pending = { cancel_seeking }, .store = store, .book = book, .arena = arena, .id = client_id,
		.now = now, .done = done, .arg = arg,
	};
	s->self_registered = registered_client_id_read(client_id, &s->own);
	if (s->self_registered) {
		s->asks[count++] = (struct ask){ .table = &oidc_client_table, .from = id_span(&s->own) };
	} else if (client_id.size && client_id.size <= CLIENT_ID_LARGEST) {
		s->entity = entity_key_of(client_id);
		s->asks[count++] = (struct ask){ .table = &member_claim_table,
			.from = span_of(s->entity.bytes, sizeof(s->entity.bytes)) };
	}
	if (count && slot->member && span_equal(slot->client.id, client_id)) {
		s->member = arena_copy(arena, slot->client.rp.member);
		s->asks[count++] = (struct ask){ .table = &member_table, .from = s->member };
	}
	s->load = store_load(store, s->asks, count, on_whose, s);
	return &s->pending;
}

static enum err
read_whose(struct seeking *s, struct span *member, struct problem *why)
{
	const struct ask *ask = &s->asks[0];
	struct member_claim claim;

	if (ask->count == 0)
		return unknown(s, why);
	if (s->self_registered) {
		if (!registered_client_read(arena_copy(s->arena, ask->rows[0].value), &s->registered)) {
			log_error("row.unreadable", "kind=oidc-client name=%s", LOG_SPAN(s->id));
			return problem_set(why, ERR_UNAVAILABLE, "",
			    "the client's row in the store is of a form this build does not know");
		}
		*member = s->registered.member;
		s->entity_id = s->registered.entity_id;
		return OK;
	}
	if (!member_claim_read(ask->rows[0].value, &claim))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "whose entity it is stands in a row of a form this build does not know");
	*member = arena_copy(s->arena, claim.member);
	s->entity_id = s->id;
	return OK;
}

static void judge(struct seeking *);

static void
on_whose(void *arg, enum err err, const struct problem *why)
{
	struct seeking *s = arg;
	struct span member = { 0 };
	struct problem mine;

	if (err == OK) {
		err = read_whose(s, &member, &mine);
		why = &mine;
	}
	if (err != OK) {
		answer(s, err, NULL, why);
		return;
	}
	s->generation = s->self_registered ? s->asks[0].rows[0].generation : 0;
	if (s->member.size && span_equal(s->member, member)) {
		judge(s);
		return;
	}
	s->member = member;
	s->asks[1] = (struct ask){ .table = &member_table, .from = s->member };
	s->load = store_load(s->store, &s->asks[1], 1, on_member, s);
}

static void
on_member(void *arg, enum err err, const struct problem *why)
{
	struct seeking *s = arg;

	if (err == OK)
		judge(s);
	else
		answer(s, err, NULL, why);
}

/* Reading it */

/* What it registered itself with was looked at beside its entity's record; that may have changed since. */
static enum err
read_registered(struct seeking *s, struct arena *scratch, struct client *c, struct problem *why)
{
	const struct client_terms terms = { .entity_id = c->rp.entity_id, .id_token = CLIENT_RS256,
		.sector = c->rp.sector };
	struct problem found;

	if (oidc_client_parse(scratch, s->registered.metadata, &terms, &c->metadata, &found) != OK) {
		log_warning("client.unusable", "client=%s problem=%s", LOG_SPAN(s->id), LOG_TEXT(found.text));
		return problem_set(why, ERR_DENIED, "RFC 7591 s2",
		    "what the client registered does not fit its relying party's record any more");
	}
	c->rp.sector = c->metadata.sector;
	c->self_registered = true;
	c->has_secret = s->registered.has_secret;
	memcpy(c->secret, s->registered.secret, sizeof(c->secret));
	return OK;
}

static enum err
read_client(struct seeking *s, struct arena *scratch, struct client *c, struct problem *why)
{
	struct relying_record record;
	enum err err = relying_record_read(scratch, s->asks[1].rows[0].value, s->entity_id, &record, why);

	if (err == ERR_NOT_FOUND || (err == OK && !s->self_registered && !record.entity->client))
		return unknown(s, why);
	if (err != OK)
		return err;
	*c = (struct client){ .id = s->id, .rp = relying_party_of(scratch, &record, s->now) };
	if (s->self_registered)
		return read_registered(s, scratch, c, why);
	c->metadata = *record.entity->client;
	return OK;
}

static enum err
slot_fill(struct slot *slot, struct seeking *s, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct client client;
	enum err err = read_client(s, &scratch, &client, why);

	slot->member = 0;
	arena_reset(&slot->arena);
	if (err == OK) {
		slot->client = client_copy(&slot->arena, &client);
		slot->member = s->asks[1].rows[0].generation;
		slot->registered = s->generation;
	}
	arena_release(&scratch);
	return err;
}

static bool
slot_holds(const struct slot *slot, const struct seeking *s)
{
	const struct instant until = slot->client.rp.until;

	return slot->member == s->asks[1].rows[0].generation && slot->registered == s->generation &&
	    span_equal(slot->client.id, s->id) && span_equal(slot->client.rp.member, s->member) &&
	    (!until.us || instant_before(s->now, until));
}

static void
judge(struct seeking *s)
{
	struct slot *slot = slot_of(s->book, s->id);
	struct client *found = NULL;
	struct problem why;
	enum err err = OK;

	if (s->asks[1].count == 0)
		err = unknown(s, &why);
	else if (!slot_holds(slot, s))
		err = slot_fill(slot, s, &why);
	if (err == OK && slot->client.rp.standing != STANDING_APPROVED)
		err = problem_set(&why, ERR_DENIED, "", "the client's member is %s, not approved",
		    standing_name(slot->client.rp.standing));
	if (err == OK) {
		found = arena_new(s->arena, struct client);
		*found = client_copy(s->arena, &slot->client);
	}
	answer(s, err, found, &why);
}
