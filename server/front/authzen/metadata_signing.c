/* front/authzen/metadata_signing.c - the decision point's metadata kept signed. */
#include "front/authzen/metadata_signing.h"

#include <stdlib.h>

#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "front/authzen/metadata.h"
#include "signer/rollover.h"

#define STEP_LARGEST (64 * MIB)
#define SETTLING (SECONDS(1) / 10)     /* a step of a key's life changes two rows */
#define FIRST_RETRY SECONDS(5)
#define LONGEST_RETRY SECONDS(600)
#define LONGEST_LIFE SECONDS(86400)
#define LONGEST_SLEEP SECONDS(3600)    /* the clock may be set meanwhile */

enum question { ASK_KEYS, ASK_SIGNED, QUESTIONS };

struct metadata_signing {
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct metadata_signing_settings settings;
	char *base_url, *keys;
	struct timer timer;
	struct arena arena;              /* of a run */
	struct ask asks[QUESTIONS];
	struct pending *step;
	bool changed;                    /* since the run began */
	int64_t retry;                   /* 0: the last run was good */
	struct signed_metadata made;     /* what this run makes, its spans in the arena */
	struct span input;               /* JWS signing input */
};

static on_loaded on_looked;
static on_signed on_signature;
static on_committed on_stored;

/* Keys */

/* A key with its certificate, which must be the one it was adopted with. */
static enum err
key_open_public(struct metadata_signing *s, const struct key_life *life, struct key_descriptor *file, struct span *spki,
    struct problem *why)
{
	struct certificate_facts facts;
	uint8_t found[32];

	if (key_descriptor_read(s->keys, arena_text(&s->arena, life->name), &s->arena, file, why) != OK ||
	    certificate_read(file->certificate, &s->arena, &facts, why) != OK)
		return why->code;
	digest(DIGEST_SHA256, file->certificate, found);
	if (memcmp(found, life->certificate, sizeof(found)) != 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s/%s.cer: this is not the certificate the key was adopted with", s->keys, file->name);
	*spki = facts.spki;
	return OK;
}

/* Whoever fetched it before a change of keys must find the next one in it, and for a while the one before. */
static enum err
write_keys(struct metadata_signing *s, const struct key_life *lives, size_t count, struct buffer *b,
    struct problem *why)
{
	bool begun = false;

	buffer_text(b, "{\"keys\":[");
	for (size_t i = 0; i < count; i++) {
		struct key_descriptor file;
		struct span spki;

		if (lives[i].use != USE_TRUSTED_LIST ||
		    (lives[i].state != KEY_ANNOUNCED && lives[i].state != KEY_ACTIVE && lives[i].state != KEY_RETIRING))
			continue;
		buffer_text(b, begun ? "," : "");
		begun = true;
		if (key_open_public(s, &lives[i], &file, &spki, why) != OK || jwk_write(b, file.type, spki, why) != OK)
			return why->code;
	}
	buffer_text(b, "]}");
	return OK;
}

/* Whether what lies in the store is what we would make, and not due for renewal. */
static bool
is_good(const struct metadata_signing *s, struct instant now, int64_t *left)
{
	struct signed_metadata kept;

	if (s->asks[ASK_SIGNED].count == 0 || !signed_metadata_read(s->asks[ASK_SIGNED].rows[0].value, &kept))
		return false;
	*left = kept.refresh.us - now.us;
	return *left > 0 && memcmp(kept.values, s->made.values, sizeof(kept.values)) == 0 &&
	    memcmp(kept.certificate, s->made.certificate, sizeof(kept.certificate)) == 0 &&
	    span_equal(kept.keys, s->made.keys);
}

/* What is to be signed */

/* The claims stand before the values, so the whole is one object (s9.1.3). */
static enum err
write_input(struct metadata_signing *s, const struct key_descriptor *file, struct span spki, struct span values,
    struct instant now, struct problem *why)
{
	const long long issued = (long long)(now.us / SECONDS(1));
	int64_t life = s->settings.valid_for < LONGEST_LIFE ? s->settings.valid_for : LONGEST_LIFE;
	struct buffer payload = buffer_init(2 * METADATA_VALUES_LARGEST);
	struct span header;
	enum err err = jws_jwt_header(file->type, spki, &s->arena, &header, why);

	s->made.expires.us = (now.us + life) / SECONDS(1) * SECONDS(1);
	s->made.refresh = instant_after(now, life / 2);
	buffer_print(&payload, "{\"exp\":%lld,\"iat\":%lld",
	    (long long)(s->made.expires.us / SECONDS(1)), issued);
	json_write_member(&payload, "iss", span_text(s->base_url));
	buffer_print(&payload, ",\"nbf\":%lld,", issued);
	buffer_add(&payload, values);
	buffer_text(&payload, "}");
	if (err == OK)
		s->input = span_text(arena_print(&s->arena, "%.*s.%.*s", SPAN_ARGS(base64url_write(&s->arena, header)),
		    SPAN_ARGS(base64url_write(&s->arena, buffer_span(&payload)))));
	buffer_release(&payload);
	return err;
}

/* What is to be made, from what was loaded. `*key` is the name of the one that signs; NULL: none is active. */
static enum err
prepare(struct metadata_signing *s, struct buffer *values, struct instant now, const char **key, struct problem *why)
{
	struct buffer keys = buffer_init(SIGNED_METADATA_LARGEST / 2);
	const struct key_life *active;
	struct key_descriptor file;
	struct key_life *lives;
	struct span spki;
	enum err err;

	*key = NULL;
	if (key_lives_read(&s->asks[ASK_KEYS], &s->arena, &lives, why) != OK)
		return why->code;
	active = key_life_active(lives, s->asks[ASK_KEYS].count, USE_TRUSTED_LIST);
	if (!active)
		return OK;
	metadata_write(values, s->base_url);
	digest(DIGEST_SHA256, buffer_span(values), s->made.values);
	memcpy(s->made.certificate, active->certificate, sizeof(s->made.certificate));
	err = write_keys(s, lives, s->asks[ASK_KEYS].count, &keys, why);
	s->made.keys = arena_copy(&s->arena, buffer_span(&keys));
	buffer_release(&keys);
	if (err == OK)
		err = key_open_public(s, active, &file, &spki, why);
	if (err == OK)
		err = write_input(s, &file, spki, buffer_span(values), now, why);
	if (err == OK)
		*key = file.name;
	return err;
}

/* The flow */

static void
sleep_for(struct metadata_signing *s, int64_t us)
{
	timer_set(&s->timer, s->changed ? SETTLING : us < LONGEST_SLEEP ? us : LONGEST_SLEEP);
}

static void
fail(struct metadata_signing *s, const struct problem *why)
{
	log_error("authzen.metadata", "code=%s problem=%s", err_name(why->code), LOG_TEXT(why->text));
	s->retry = s->retry == 0 ? FIRST_RETRY : s->retry * 2 < LONGEST_RETRY ? s->retry * 2 : LONGEST_RETRY;
	sleep_for(s, s->retry);
}

static void
on_key_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct metadata_signing *s = arg;

	(void)table;
	(void)key;
	(void)generation;
	s->changed = true;
	if (!s->step)
		timer_set(&s->timer, SETTLING);
}

static void
look(void *arg)
{
	struct metadata_signing *s = arg;

	if (s->step)
		return;
	arena_reset(&s->arena);
	s->changed = false;
	s->made = (struct signed_metadata){ 0 };
	s->asks[ASK_KEYS] = key_lives_ask();
	s->asks[ASK_SIGNED] = signed_metadata_ask();
	s->step = store_load(s->store, s->asks, QUESTIONS, on_looked, s);
}

static void
on_looked(void *arg, enum err err, const struct problem *problem)
{
	struct metadata_signing *s = arg;
	const struct instant now = s->settings.clock();
	struct buffer values = buffer_init(METADATA_VALUES_LARGEST);
	struct problem why;
	const char *key;
	int64_t left = 0;

	s->step = NULL;
	if (err != OK)
		fail(s, problem);
	else if (prepare(s, &values, now, &key, &why) != OK)
		fail(s, &why);
	else if (!key)
		sleep_for(s, LONGEST_SLEEP); /* a key that becomes active is noticed */
	else if (is_good(s, now, &left))
		sleep_for(s, left);
	else
		s->step = sign_point_metadata(s->signer, key, s->input, on_signature, s);
	buffer_release(&values);
}

static void
on_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct metadata_signing *s = arg;
	struct buffer b = buffer_init(SIGNED_METADATA_LARGEST);
	struct unit *unit;

	s->step = NULL;
	if (err != OK) {
		buffer_release(&b);
		fail(s, why);
		return;
	}
	s->made.token = span_text(arena_print(&s->arena, "%.*s.%.*s", SPAN_ARGS(s->input),
	    SPAN_ARGS(base64url_write(&s->arena, signature))));
	signed_metadata_write(&b, &s->made);
	unit = unit_new(&s->arena, store_tables(s->store), id_new(s->settings.clock()));
	unit_put(unit, &signed_metadata_table, span_text(SIGNED_METADATA_KEY), buffer_span(&b));
	buffer_release(&b);
	s->step = store_commit(s->store, unit, on_stored, s);
}

static void
on_stored(void *arg, const struct committed *done)
{
	struct metadata_signing *s = arg;
	char until[INSTANT_TEXT];
	struct problem why;

	s->step = NULL;
	if (done->code != OK) {
		problem_set(&why, done->code, "", "the signed metadata could not be stored: %s", err_name(done->code));
		fail(s, &why);
		return;
	}
	s->retry = 0;
	log_info("authzen.metadata", "signed_until=%s", instant_text(s->made.expires, until));
	sleep_for(s, s->made.refresh.us - s->settings.clock().us);
}

/* The whole */

static char *
copied(const char *text, size_t size)
{
	char *copy = strndup(text, size);

	if (!copy)
		abort();
	return copy;
}

struct metadata_signing *
metadata_signing_new(struct loop *loop, struct store *store, struct signer_client *signer,
    const struct metadata_signing_settings *settings)
{
	struct metadata_signing *s = calloc(1, sizeof(*s));
	size_t size = strlen(settings->base_url);

	if (!s)
		abort();
	while (size && settings->base_url[size - 1] == '/')
		size--;
	*s = (struct metadata_signing){
		.loop = loop,
		.store = store,
		.signer = signer,
		.settings = *settings,
		.base_url = copied(settings->base_url, size),
		.keys = copied(settings->keys, strlen(settings->keys)),
		.arena = arena_init(STEP_LARGEST),
	};
	timer_init(&s->timer, loop, look, s);
	/* The first recorder counts as a change too. */
	store_watch(store, &key_table, on_key_changed, s);
	return s;
}

void
metadata_signing_free(struct metadata_signing *s)
{
	if (!s)
		return;
	pending_cancel(&s->step);
	timer_release(&s->timer);
	arena_release(&s->arena);
	free(s->base_url);
	free(s->keys);
	free(s);
}

void
metadata_signing_on_signer(struct metadata_signing *s)
{
	if (!s->step)
		timer_set(&s->timer, SETTLING);
}
