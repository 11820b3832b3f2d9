/* daemon/parent_service.c - the steward's verifier, for certificates that authenticators were bound by. */
#include "daemon/parent_service.h"

#include <openssl/crypto.h>

#include "daemon/config_person.h"

#define LOOK_EVERY SECONDS(60)

static bool
is_wanted(const struct config *config)
{
	return config->jpki.present && config->person;
}

enum err
parent_service_secret(struct parent_service *s, const struct config *config, struct problem *why)
{
	*s = (struct parent_service){ .courier = NULL };
	return is_wanted(config) ? wrapping_read(config->person->secret, &s->wrapping, why) : OK;
}

enum err
parent_service_open(struct parent_service *s, const struct config *config, struct loop *loop, struct fetcher *fetcher,
    struct store *store, struct problem *why)
{
	if (!is_wanted(config))
		return OK;
	s->courier = courier_direct(loop, fetcher);
	if (jpki_setup_open(loop_turn(loop), s->courier, &config->jpki.settings, &s->setup, why) != OK)
		return why->code;
	s->proofing = (struct proofing_settings){
		.verifier = &s->setup->verifier,
		.operator = span_text(config->jpki.operator),
		.log_for = config->jpki.log_for,
		.costs = &config->jpki.costs,
	};
	s->person = (struct person_settings){
		.wrapping = s->wrapping,
		.relying_party = span_text(config->person->relying_party),
		.operator = s->proofing.operator,
		.parent_age = config->person->parent_age,
		.proofing = &s->proofing,
	};
	s->upkeep = parent_upkeep_new(loop, store,
	    &(struct parent_upkeep_settings){ .person = &s->person, .clock = clock_now, .every = LOOK_EVERY });
	return OK;
}

void
parent_service_keep(struct parent_service *s, bool keep)
{
	if (s->setup)
		jpki_setup_keep(s->setup, keep);
}

void
parent_service_close(struct parent_service *s)
{
	parent_upkeep_free(s->upkeep);
	if (s->setup)
		jpki_setup_free(s->setup);
	courier_free(s->courier);
	OPENSSL_cleanse(&s->wrapping, sizeof(s->wrapping));
	OPENSSL_cleanse(&s->person.wrapping, sizeof(s->person.wrapping));
}
