/* daemon/proofing_service.c - proofing by the card in a worker. */
#include "daemon/proofing_service.h"

#include "crypto/private_file.h"
#include "daemon/child.h"
#include "jpki/source_fault.h"

#define SECRET_LEAST 32
#define SECRET_LARGEST (4 * KIB)

enum err
proofing_service_secret(struct proofing_service *s, const struct config *config, struct problem *why)
{
	if (!config->jpki.present)
		return OK;
	if (private_file_read(config->jpki.handle_secret, "secret of handles", SECRET_LARGEST, &s->secret, why) != OK)
		return why->code;
	if (s->secret.size >= SECRET_LEAST)
		return OK;
	return problem_set(why, ERR_INVALID, "", "%s: expected at least %d secret bytes, found %zu",
	    config->jpki.handle_secret, SECRET_LEAST, s->secret.size);
}

enum err
proofing_service_check(const struct config *config, struct problem *why)
{
	struct proofing_service s = { 0 };
	enum err err = proofing_service_secret(&s, config, why);

	if (err == OK && config->jpki.present)
		err = jpki_setup_check(&config->jpki.settings, why);
	private_file_free(&s.secret);
	return err;
}

static void
on_proofing_end_told(void *arg, const struct proofing_end *end)
{
	struct proofing_service *s = arg;

	jpki_setup_keep(s->setup, end && !end->at.us);
}

enum err
proofing_service_open(struct proofing_service *s, const struct config *config, struct turn *turn,
    struct courier *courier, struct store *store, struct policy_shelf *shelf, const struct child *child,
    struct problem *why)
{
	if (!config->jpki.present)
		return OK;
	if (jpki_setup_open(turn, courier, &config->jpki.settings, &s->setup, why) != OK)
		return why->code;
	jpki_setup_watch(s->setup, source_faults_row(child->faults, child->seat));
	s->proofing = (struct proofing_settings){
		.verifier = &s->setup->verifier,
		.operator = span_text(config->jpki.operator),
		.challenge_for = config->jpki.challenge_for,
		.outcome_for = config->jpki.outcome_for,
		.handle_secret = s->secret,
		.log_for = config->jpki.log_for,
		.linkage = s->setup->linkage,
		.figures = &child->figures[child->seat],
		.costs = &config->jpki.costs,
	};
	s->front = jpki_front_new(store, &(struct jpki_front_settings){
		.proofing = s->proofing,
		.shelf = shelf,
		.rates = child->rates,
		.rate = config->jpki.rate,
	});
	s->end = proofing_end_watch_new(store, on_proofing_end_told, s);
	return OK;
}

void
proofing_service_close(struct proofing_service *s)
{
	proofing_end_watch_free(s->end);
	jpki_front_free(s->front);
	jpki_setup_free(s->setup);
	private_file_free(&s->secret);
}
