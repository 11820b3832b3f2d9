/* daemon/person_service.c - persons' accounts and logins in a worker. */
#include "daemon/person_service.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "crypto/certificate_list.h"
#include "daemon/child.h"
#include "front/account/authenticators.h"
#include "front/app/app.h"
#include "front/desk/desk.h"
#include "front/enrol/enrol.h"
#include "front/login/login.h"
#include "front/login/related_origins.h"

/* The last bytes of a SubjectPublicKeyInfo of P-256 are its point (RFC 5480 s2.2). */
#define POINT 65
#define ANCHORS (16 * MIB)

enum err
person_service_secret(struct person_service *s, const struct config *config, struct problem *why)
{
	const char *roots = config->authenticators.roots;

	if (!config->person)
		return OK;
	s->memory = arena_init(ANCHORS);
	if (roots && certificate_list_read(&s->memory, roots, &s->anchors, &s->anchor_count, why) != OK)
		return why->code;
	return wrapping_read(config->person->secret, &s->wrapping, why);
}

enum err
person_service_check(const struct config *config, struct problem *why)
{
	const char *roots = config->authenticators.metadata.roots;
	struct person_service s = { 0 };
	enum err err = person_service_secret(&s, config, why);

	if (err == OK && config->person && roots)
		err = certificate_list_read(&s.memory, roots, &s.anchors, &s.anchor_count, why);
	arena_release(&s.memory);
	OPENSSL_cleanse(&s.wrapping, sizeof(s.wrapping));
	return err;
}

/* Browsers make subscriptions for this key. */
static void
on_push_key(void *arg)
{
	struct person_service *s = arg;
	struct span spki = key_watch_spki(s->push_key);

	s->settings.push_public_size = 0;
	if (spki.size < POINT)
		return;
	memcpy(s->settings.push_public, spki.data + (spki.size - POINT), POINT);
	s->settings.push_public_size = POINT;
}

/* Without the slash. */
static struct span
origin_of(const char *base_url)
{
	struct span rest = span_text(base_url), whole = rest;

	while (rest.size && !span_starts(rest, "://"))
		rest = span_skip(rest, 1);
	rest = span_skip(rest, 3);
	span_cut(&rest, '/');
	return span_of(whole.data, whole.size - rest.size - 1);
}

static struct webauthn_site
site_of(struct person_service *s, const struct config *config)
{
	size_t count = config->person->related_origin_count + 1;

	s->origins = calloc(count, sizeof(*s->origins));
	if (!s->origins)
		abort();
	s->origins[0] = s->settings.origin;
	for (size_t i = 1; i < count; i++)
		s->origins[i] = span_text(config->person->related_origins[i - 1]);
	return (struct webauthn_site){ .rp_id = span_text(config->person->domain), .origins = s->origins,
		.origin_count = count, .rsa_least = config->authenticators.rsa_least };
}

void
person_service_open(struct person_service *s, const struct child *child, struct store *store,
    struct policy_shelf *shelf, const struct proofing_settings *proofing)
{
	const struct config *config = child->config;

	if (!config->person)
		return;
	s->roll = roll_new();
	s->settings = (struct person_settings){
		.base_url = span_text(config->federation.base_url),
		.origin = origin_of(config->federation.base_url),
		.name = { span_text(config->federation.name_ja), span_text(config->federation.name_en) },
		.attestation = config->authenticators.attestation,
		.attestation_policy = { .strict = config->authenticators.strict },
		.attestation_roots = s->anchors,
		.attestation_root_count = s->anchor_count,
		.windows = { .ahead = 5, .around = CODE_STEPS_AROUND, .resynchronising = 100 },
		.wrapping = s->wrapping,
		.session = config->person->session,
		.login_for = config->person->login_for,
		.parent_age = config->person->parent_age,
		.relying_party = span_text(config->person->relying_party),
		.identity_provider = span_text(config->person->identity_provider),
		.operator = span_text(config->jpki.present ? config->jpki.operator : ""),
		.account = config->person->account,
		.change = config->person->change,
		.staff = config->person->staff,
		.proofing = proofing,
		.shelf = shelf,
		.roll = s->roll,
		.rates = child->address_rates,
		.figures = &child->figures[child->seat],
	};
	memcpy(s->settings.limits, config->person->limits, sizeof(s->settings.limits));
	memcpy(s->settings.personas, config->person->personas, sizeof(s->settings.personas));
	s->settings.site = site_of(s, config);
	s->push_key = key_watch_new(child->loop, store, config->keys, USE_PUSH, on_push_key, s);
	s->login = login_front_new(child->loop, store, &s->settings);
	s->enrol = enrol_front_new(child->loop, store, &s->settings);
	s->app = app_front_new(child->loop, store, &s->settings);
	s->account = account_front_new(store, &s->settings);
	s->desk = desk_front_new(store, &s->settings);
}

void
person_service_mount(struct person_service *s, struct mount *mounts, size_t *count)
{
	const struct mount all[] = {
		{ login_routes, s->login },
		{ related_origin_routes, &s->settings },
		{ enrol_routes, s->enrol },
		{ card_routes, s->enrol },
		{ app_routes, s->app },
		{ account_routes, s->account },
		{ authenticator_routes, s->account },
		{ desk_routes, s->desk },
	};

	if (!s->roll)
		return;
	memcpy(mounts + *count, all, sizeof(all));
	*count += COUNT(all);
}

void
person_service_close(struct person_service *s)
{
	login_front_free(s->login);
	enrol_front_free(s->enrol);
	app_front_free(s->app);
	account_front_free(s->account);
	desk_front_free(s->desk);
	key_watch_free(s->push_key);
	roll_free(s->roll);
	free(s->origins);
	arena_release(&s->memory);
	OPENSSL_cleanse(&s->wrapping, sizeof(s->wrapping));
	OPENSSL_cleanse(&s->settings.wrapping, sizeof(s->settings.wrapping));
}
