/* tests/front/oidc_keys_stage.h - keys of an OpenID Provider, a signer that has them, and who asks it: in one process,
    over a
 * real channel.
 *
 *     keys_stage_open (a loop, a store with key_table) -> settings.signer, settings.keys -> keys_stage_close
 */
#pragma once

#include "crypto/scratch.h"
#include "expect.h"

#include "crypto/digest.h"
#include "front/oidc/oidc_keys.h"
#include "front/oidc/token_signing.h"
#include "signer/client.h"
#include "signer/rollover.h"
#include "store/memory.h"

#define KEYS_STAGE_ISSUER "https://op.example"

struct keys_stage {
	struct loop *loop;
	struct store *store;
	struct scratch directory;
	struct arena arena;
	struct signer *signer;
	struct channel *far_end;
	enum role role;              /* of who asks */
	unsigned asked;
	struct figures figures;
	struct person_settings person; /* figures */
	struct oidc_settings settings; /* issuer, signer and keys */
};

/* Everything that can happen now. */
static inline void
keys_stage_run(struct keys_stage *s)
{
	for (int i = 0; i < 20; i++) {
		while (store_memory_step(s->store, clock_now()))
			turn_run(loop_turn(s->loop));
		loop_step(s->loop, 500);
	}
}

static inline void
keys_stage_on_request(void *arg, struct span message, int fd)
{
	struct keys_stage *s = arg;
	struct problem why;
	struct span answer;

	expect_number("no descriptors", fd, -1);
	s->asked++;
	expect_ok("the signer takes it", signer_answer(s->signer, s->role, message, &s->arena, &answer, &why), &why);
	expect_number("answered", channel_post(s->far_end, answer), OK);
}

static inline void
keys_stage_on_closed(void *arg)
{
	(void)arg;
}

static inline void
keys_stage_on_put(void *arg, const struct committed *c)
{
	expect_number("it is written", c->code, OK);
	*(bool *)arg = true;
}

/* As the operators would have brought it there. */
static inline void
keys_stage_life(struct keys_stage *s, const char *name, enum key_use use, enum key_state state)
{
	struct key_life life = { .name = span_text(name), .use = use, .state = state };
	struct unit *unit = unit_new(&s->arena, store_tables(s->store), id_new(clock_now()));
	struct buffer b = buffer_init(4 * KIB);
	struct key_descriptor file;
	struct problem why;
	bool done = false;

	expect_ok("its descriptor", key_descriptor_read(s->directory.path, name, &s->arena, &file, &why), &why);
	digest(DIGEST_SHA256, file.certificate, life.certificate);
	key_life_write(&b, &life);
	unit_put(unit, &key_table, life.name, buffer_span(&b));
	store_commit(s->store, unit, keys_stage_on_put, &done);
	while (!done)
		if (!store_memory_step(s->store, clock_now()))
			turn_run(loop_turn(s->loop));
	buffer_release(&b);
}

static inline void
keys_stage_make(struct keys_stage *s, const char *name, enum key_use use, enum key_type type)
{
	const struct new_key k = { .name = name, .common_name = name, .use = use, .type = type, .now = { SECONDS(1) },
		.valid_for = SECONDS(86400) };
	struct problem why;

	expect_ok(name, key_descriptor_new(s->directory.path, &k, &why), &why);
}

/* With a signer that has all the keys there are now. */
static inline void
keys_stage_link(struct keys_stage *s)
{
	static const struct channel_limits limits = { .message = 1 * MIB, .waiting = 1 * MIB };
	struct problem why;
	int fds[2];

	channel_free(s->far_end);
	signer_free(s->signer);
	expect_ok("a signer", signer_open(s->directory.path, &s->signer, &why), &why);
	signer_serve_issuer(s->signer, span_text(KEYS_STAGE_ISSUER));
	expect_ok("a pair of channels", channel_pair(fds, &why), &why);
	s->far_end = channel_new(s->loop, fds[1], limits, keys_stage_on_request, keys_stage_on_closed, s);
	signer_client_link(s->settings.signer, fds[0]);
}

/* Two keys that sign: "openid-1" and "openid-rsa-1". */
static inline void
keys_stage_open(struct keys_stage *s, struct loop *loop, struct store *store)
{
	*s = (struct keys_stage){ .loop = loop, .store = store, .directory = scratch_new(),
	    .arena = arena_init(256 * MIB),
		.role = ROLE_WORKER };
	keys_stage_make(s, "openid-1", USE_OPENID, KEY_P256);
	keys_stage_make(s, "openid-rsa-1", USE_OPENID_RSA, KEY_RSA_2048);
	keys_stage_life(s, "openid-1", USE_OPENID, KEY_ACTIVE);
	keys_stage_life(s, "openid-rsa-1", USE_OPENID_RSA, KEY_ACTIVE);
	s->person.figures = &s->figures;
	s->settings.person = &s->person;
	s->settings.issuer = span_text(KEYS_STAGE_ISSUER);
	s->settings.signer = signer_client_new(loop);
	keys_stage_link(s);
	s->settings.keys = oidc_keys_new(loop, store, s->directory.path);
	keys_stage_run(s);
	expect_true("the keys are known", oidc_keys_known(s->settings.keys));
}

static inline void
keys_stage_close(struct keys_stage *s)
{
	oidc_keys_free(s->settings.keys);
	signer_client_free(s->settings.signer);
	channel_free(s->far_end);
	signer_free(s->signer);
	scratch_free(&s->directory);
	arena_release(&s->arena);
}
