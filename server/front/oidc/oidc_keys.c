/* front/oidc/oidc_keys.c - the keys that sign what relying parties read: which one of each algorithm signs now, and all
 * that are published.
 *
 *     a key's row changes -> look (after a moment: two rows change at a time) -> files read -> the next set, whole
 */
#include "front/oidc/oidc_keys.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/jwk.h"
#include "net/loop.h"
#include "signer/rollover.h"

#define LOOK_LARGEST (16 * MIB)
#define SET_LARGEST (64 * KIB)
#define SETTLING (SECONDS(1) / 10)
#define RETRY SECONDS(10)

enum { ACTIVE_ES256, ACTIVE_RS256, ACTIVES };

/* One state of them all; replaced whole. */
struct key_set {
	struct arena arena;
	struct oidc_key *active[ACTIVES];        /* NULL: none */
	struct span public[OIDC_KEYS_LARGEST];
	size_t count;
	struct span text, tag;
};

struct oidc_keys {
	struct loop *loop;
	struct store *store;
	char *directory;
	struct timer timer;
	struct ask ask;
	struct arena arena;      /* of a look */
	struct pending *step;
	bool changed;            /* since the look began */
	bool known;
	struct key_set set;
};

static on_loaded on_lives;

static void
look(void *arg)
{
	struct oidc_keys *k = arg;

	if (k->step)
		return;
	arena_reset(&k->arena);
	k->changed = false;
	k->ask = key_lives_ask();
	k->step = store_load(k->store, &k->ask, 1, on_lives, k);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct oidc_keys *k = arg;

	(void)table;
	(void)key;
	(void)generation;
	k->changed = true;
	if (!k->step)
		timer_set(&k->timer, SETTLING);
}

/* One key's files, which must be those it was adopted with. */
static enum err
files_read(struct oidc_keys *k, const struct key_life *life, struct key_descriptor *file, struct span *spki,
    struct problem *why)
{
	struct certificate_facts facts;
	uint8_t found[32];

	if (key_descriptor_read(k->directory, arena_text(&k->arena, life->name), &k->arena, file, why) != OK ||
	    certificate_read(file->certificate, &k->arena, &facts, why) != OK)
		return why->code;
	digest(DIGEST_SHA256, file->certificate, found);
	if (memcmp(found, life->certificate, sizeof(found)) != 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s/%s.cer: this is not the certificate the key was adopted with", k->directory, file->name);
	*spki = facts.spki;
	return OK;
}

static struct oidc_key *
key_make_ready(struct arena *a, const struct key_descriptor *file, const char *id)
{
	struct oidc_key *key = arena_new(a, struct oidc_key);

	snprintf(key->name, sizeof(key->name), "%s", file->name);
	snprintf(key->id, sizeof(key->id), "%s", id);
	key->type = file->type;
	for (enum oidc_signed kind = 0; kind < OIDC_SIGNED_KINDS; kind++) {
		char header[OPENID_HEADER_LARGEST];

		openid_header_write(header, kind, key->type, id);
		snprintf(key->headers[kind], sizeof(key->headers[kind]), "%.*s.",
		    SPAN_ARGS(base64url_write(a, span_text(header))));
	}
	return key;
}

static bool
is_published(const struct key_life *life)
{
	return (life->use == USE_OPENID || life->use == USE_OPENID_RSA) &&
	    (life->state == KEY_ANNOUNCED || life->state == KEY_ACTIVE || life->state == KEY_RETIRING);
}

static enum err
key_add(struct oidc_keys *k, struct key_set *set, struct buffer *json, const struct key_life *life, struct problem *why)
{
	struct key_descriptor file;
	struct span spki;
	const char *id;

	if (set->count == OIDC_KEYS_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "more than %d keys of the OpenID Provider are published",
		    OIDC_KEYS_LARGEST);
	buffer_text(json, set->count ? "," : "");
	if (files_read(k, life, &file, &spki, why) != OK || jwk_write(json, file.type, spki, why) != OK ||
	    jwk_thumbprint(&k->arena, file.type, spki, &id, why) != OK)
		return why->code;
	set->public[set->count++] = arena_copy(&set->arena, spki);
	if (life->state == KEY_ACTIVE)
		set->active[life->use == USE_OPENID ? ACTIVE_ES256 : ACTIVE_RS256] =
		    key_make_ready(&set->arena, &file, id);
	return OK;
}

static enum err
set_make(struct oidc_keys *k, struct key_set *out, struct problem *why)
{
	struct buffer json = buffer_init(SET_LARGEST);
	struct key_life *lives;
	uint8_t sum[32];
	enum err err;

	*out = (struct key_set){ .arena = arena_init(LOOK_LARGEST) };
	buffer_text(&json, "{\"keys\":[");
	err = key_lives_read(&k->ask, &k->arena, &lives, why);
	for (size_t i = 0; err == OK && i < k->ask.count; i++)
		if (is_published(&lives[i]))
			err = key_add(k, out, &json, &lives[i], why);
	buffer_text(&json, "]}");
	out->text = arena_copy(&out->arena, buffer_span(&json));
	digest(DIGEST_SHA256, out->text, sum);
	out->tag = span_text(arena_print(&out->arena, "\"%s\"", hex_write(&out->arena, span_of(sum, 16))));
	buffer_release(&json);
	if (err != OK)
		arena_release(&out->arena);
	return err;
}

static void
tell(const struct key_set *before, const struct key_set *after)
{
	for (size_t i = 0; i < ACTIVES; i++)
		if (after->active[i] &&
		    (!before->active[i] || strcmp(before->active[i]->id, after->active[i]->id) != 0))
			log_info("key.active", "use=%s name=%s",
			    key_use_name(i == ACTIVE_ES256 ? USE_OPENID : USE_OPENID_RSA), after->active[i]->name);
}

/* What cannot be read replaces nothing. */
static void
on_lives(void *arg, enum err err, const struct problem *problem)
{
	struct oidc_keys *k = arg;
	struct key_set next;
	struct problem why;

	k->step = NULL;
	if (err == OK && set_make(k, &next, &why) == OK) {
		tell(&k->set, &next);
		arena_release(&k->set.arena);
		k->set = next;
		k->known = true;
		if (k->changed)
			timer_set(&k->timer, SETTLING);
		return;
	}
	log_error("oidc.keys", "problem=%s", LOG_TEXT(err != OK ? problem->text : why.text));
	timer_set(&k->timer, RETRY);
}

struct oidc_keys *
oidc_keys_new(struct loop *loop, struct store *store, const char *directory)
{
	struct oidc_keys *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	*k = (struct oidc_keys){ .loop = loop, .store = store, .directory = strdup(directory),
		.arena = arena_init(LOOK_LARGEST) };
	if (!k->directory)
		abort();
	k->set.arena = arena_init(KIB);
	timer_init(&k->timer, loop, look, k);
	store_watch(store, &key_table, on_row_changed, k);
	look(k);
	return k;
}

void
oidc_keys_free(struct oidc_keys *k)
{
	if (!k)
		return;
	pending_cancel(&k->step);
	timer_release(&k->timer);
	arena_release(&k->arena);
	arena_release(&k->set.arena);
	free(k->directory);
	free(k);
}

bool
oidc_keys_known(const struct oidc_keys *k)
{
	return k->known;
}

struct turn *
oidc_keys_turn(const struct oidc_keys *k)
{
	return loop_turn(k->loop);
}

const struct oidc_key *
oidc_keys_active(const struct oidc_keys *k, enum client_algorithm algorithm)
{
	return algorithm == CLIENT_ES256 ? k->set.active[ACTIVE_ES256] :
	    algorithm == CLIENT_RS256 ? k->set.active[ACTIVE_RS256] : NULL;
}

struct span
oidc_keys_set(const struct oidc_keys *k)
{
	return k->set.text;
}

struct span
oidc_keys_tag(const struct oidc_keys *k)
{
	return k->set.tag;
}

const struct span *
oidc_keys_public(const struct oidc_keys *k, size_t *count)
{
	*count = k->set.count;
	return k->set.public;
}
