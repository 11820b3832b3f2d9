/* jpki/setup.c - a verifier as it is configured. */
#include "jpki/setup.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "crypto/x509_signature.h"
#include "jpki/crl_signer.h"
#include "jpki/linkage_operator.h"
#include "jpki/source_fault.h"

#define CERTIFICATE_LARGEST (64 * KIB)
#define ARENA (4 * MIB)

static enum err
read_file(struct arena *a, const char *path, struct span *out, struct problem *why)
{
	struct buffer b = buffer_init(CERTIFICATE_LARGEST);
	enum err err = file_read(path, &b, why);

	if (err == OK)
		*out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return err;
}

static enum err
read_list_signers(struct arena *a, const struct jpki_settings *settings, struct jpki_trust *out, struct problem *why)
{
	struct span *signers = arena_array(a, struct span, settings->list_signer_count), file;

	out->list_signers = signers;
	for (; out->list_signer_count < settings->list_signer_count; out->list_signer_count++) {
		const char *path = settings->list_signers[out->list_signer_count];

		if (read_file(a, path, &file, why) != OK)
			return why->code;
		if (crl_signer_read(a, file, &signers[out->list_signer_count], why) != OK)
			return problem_within(why, "%s", path);
	}
	return OK;
}

enum err
jpki_trust_open(struct arena *a, const struct jpki_settings *settings, struct jpki_trust *out,
    struct jpki_anchors **anchors, struct problem *why)
{
	struct span file;

	*why = (struct problem){ 0 };
	*anchors = jpki_anchors_new();
	*out = (struct jpki_trust){ .profiles = jpki_profiles_known(), .anchors = *anchors, .test = settings->test };
	if (settings->ecdsa)
		out->profiles.switches |= SIGNATURES_ECDSA;
	for (size_t i = 0; i < settings->anchor_count && why->code == OK; i++) {
		const struct jpki_anchor_setting *s = &settings->anchors[i];

		if (read_file(a, s->file, &file, why) == OK &&
		    jpki_anchors_add(*anchors, s->purpose, s->world, file, why) != OK)
			problem_within(why, "%s", s->file);
	}
	for (size_t i = 0; i < settings->profile_count && why->code == OK; i++) {
		const struct jpki_profile_setting *s = &settings->profiles[i];

		jpki_profiles_add(&out->profiles, a, s->purpose, s->medium, s->world, s->policy, why);
	}
	if (why->code == OK && read_list_signers(a, settings, out, why) == OK)
		return OK;
	jpki_anchors_free(*anchors);
	*anchors = NULL;
	return why->code;
}

static enum err
read_responders(struct arena *a, const struct jpki_source_setting *from, struct span *out, struct problem *why)
{
	struct x509 certificate;

	for (size_t i = 0; i < from->responder_count; i++) {
		if (read_file(a, from->responders[i], &out[i], why) != OK)
			return why->code;
		if (x509_read_responder(out[i], &certificate, why) != OK)
			return problem_within(why, "%s", from->responders[i]);
	}
	return OK;
}

static enum err
open_ocsp(struct jpki_setup *s, struct courier *courier, const struct jpki_source_setting *from,
    struct revocation_source **out, struct problem *why)
{
	struct ocsp_settings settings = from->ocsp;
	struct span *responders = arena_array(&s->arena, struct span, from->responder_count);

	if (read_responders(&s->arena, from, responders, why) != OK)
		return why->code;
	settings.name = from->name;
	settings.rules.responders = responders;
	settings.rules.responder_count = from->responder_count;
	settings.rules.switches = s->verifier.trust.profiles.switches;
	*out = ocsp_source_new(courier, &settings);
	return OK;
}

/* One that needs the network is left out where there is none. */
static enum err
open_source(struct jpki_setup *s, struct courier *courier, const struct jpki_source_setting *from,
    struct revocation_source **out, struct problem *why)
{
	struct operator_settings platform = from->platform;

	*out = NULL;
	if (from->kind == REVOCATION_BY_CRL) {
		*out = crl_source_new(s->lists, from->name, &from->lists);
	} else if (courier && from->kind == REVOCATION_BY_OCSP) {
		return open_ocsp(s, courier, from, out, why);
	} else if (courier && from->kind == REVOCATION_BY_OPERATOR) {
		platform.name = from->name;
		*out = operator_source_new(courier, &platform);
	}
	return OK;
}

static enum err
open_all(struct jpki_setup *s, struct courier *courier, const struct jpki_settings *settings, struct problem *why)
{
	struct revocation_source *source;

	if (jpki_trust_open(&s->arena, settings, &s->verifier.trust, &s->anchors, why) != OK)
		return why->code;
	if (settings->lists && crl_store_open(settings->lists, &s->verifier.trust, &s->lists, why) != OK)
		return why->code;
	for (size_t i = 0; i < settings->source_count; i++) {
		assert(i < REVOCATION_SOURCES && (settings->sources[i].kind != REVOCATION_BY_CRL || s->lists));
		if (open_source(s, courier, &settings->sources[i], &source, why) != OK)
			return why->code;
		if (!source)
			continue;
		source->purpose = settings->sources[i].purpose;
		s->verifier.sources[s->verifier.source_count++] = source;
	}
	if (courier && settings->linkage.relations)
		s->linkage = linkage_operator_new(courier, &settings->linkage.platform, settings->linkage.relations);
	return OK;
}

enum err
jpki_setup_open(struct turn *turn, struct courier *courier, const struct jpki_settings *settings,
    struct jpki_setup **out, struct problem *why)
{
	struct jpki_setup *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->arena = arena_init(ARENA);
	s->verifier.turn = turn;
	*out = s;
	if (open_all(s, courier, settings, why) == OK)
		return OK;
	jpki_setup_free(s);
	*out = NULL;
	return why->code;
}

enum err
jpki_setup_check(const struct jpki_settings *settings, struct problem *why)
{
	struct arena a = arena_init(ARENA);
	struct jpki_anchors *anchors = NULL;
	struct crl_store *lists = NULL;
	struct jpki_trust trust;
	enum err err = jpki_trust_open(&a, settings, &trust, &anchors, why);

	if (err == OK && settings->lists && access(settings->lists, F_OK) == 0)
		err = crl_store_open(settings->lists, &trust, &lists, why);
	for (size_t i = 0; i < settings->source_count && err == OK; i++) {
		const struct jpki_source_setting *from = &settings->sources[i];

		if (from->kind == REVOCATION_BY_OCSP)
			err = read_responders(&a, from, arena_array(&a, struct span, from->responder_count), why);
	}
	crl_store_close(lists);
	jpki_anchors_free(anchors);
	arena_release(&a);
	return err;
}

void
jpki_setup_free(struct jpki_setup *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->verifier.source_count; i++)
		revocation_source_free(s->verifier.sources[i]);
	linkage_source_free(s->linkage);
	crl_store_close(s->lists);
	jpki_anchors_free(s->anchors);
	arena_release(&s->arena);
	free(s);
}

void
jpki_setup_watch(struct jpki_setup *s, struct source_faults *row)
{
	source_faults_forget(row);
	for (size_t i = 0; i < s->verifier.source_count; i++) {
		s->verifier.sources[i]->faults = row;
		s->verifier.sources[i]->place = i;
	}
}

void
jpki_setup_keep(struct jpki_setup *s, bool keep)
{
	struct problem why;

	for (size_t i = 0; i < s->verifier.source_count; i++)
		if (s->verifier.sources[i]->keep)
			s->verifier.sources[i]->keep(s->verifier.sources[i], keep);
	if (s->lists && !keep && crl_store_refresh(s->lists, &why) != OK)
		log_error("crl.store-broken", "problem=%s", LOG_TEXT(why.text));
}
