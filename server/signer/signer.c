/* signer/signer.c - the process that holds the federation's private keys and signs typed requests only. */
#include "signer/signer.h"

#include <stdlib.h>

#include "base/log.h"
#include "crypto/certificate.h"
#include "crypto/xmldsig.h"
#include "signer/wire.h"

#define DESCRIPTORS_LARGEST (64 * MIB)

struct held_key {
	char name[KEY_NAME_LARGEST + 1];
	enum key_use use;
	struct key *key;
};

struct signer {
	struct held_key *keys;
	size_t count;
};

typedef enum err check_payload(struct span payload, const struct key *, struct problem *why);
static check_payload check_signed_info;

/* Who may have what signed, with keys of which use, and what the bytes must be. */
static const struct signing {
	const char *name;
	unsigned roles;
	enum key_use use;
	check_payload *check;
} signings[SIGNING_KIND_COUNT] = {
	[SIGN_METADATA] = { "metadata", ROLE_BIT(ROLE_STEWARD), USE_METADATA, check_signed_info },
};

/* Opening */

static enum err
hold(struct signer *signer, const char *directory, const struct key_descriptor *d, struct arena *a, struct problem *why)
{
	struct held_key *held = &signer->keys[signer->count];
	struct certificate_facts facts;
	enum err err;

	err = key_open(d->uri, directory, &held->key, why);
	if (err != OK)
		return problem_within(why, "key %s", d->name);
	signer->count++;
	memcpy(held->name, d->name, strlen(d->name) + 1);
	held->use = d->use;
	if (key_type(held->key) != d->type)
		return problem_set(why, ERR_INVALID, "", "key %s is of type %s, expected %s as %s/%s.json says",
		    d->name, key_type_name(key_type(held->key)), key_type_name(d->type), directory, d->name);
	err = certificate_read(d->certificate, a, &facts, why);
	if (err != OK)
		return problem_within(why, "%s/%s.cer", directory, d->name);
	if (!span_equal(facts.spki, key_public(held->key)))
		return problem_set(why, ERR_INVALID, "", "%s/%s.cer is the certificate of another key than %s",
		    directory, d->name, d->name);
	log_info("signer.key", "name=%s use=%s type=%s", d->name, key_use_name(d->use), key_type_name(d->type));
	return OK;
}

enum err
signer_open(const char *directory, struct signer **out, struct problem *why)
{
	struct arena a = arena_init(DESCRIPTORS_LARGEST);
	struct signer *signer = calloc(1, sizeof(*signer));
	struct key_descriptor *descriptors;
	size_t count;
	enum err err;

	if (!signer)
		abort();
	err = key_descriptors_read(directory, &a, &descriptors, &count, why);
	if (err == OK) {
		signer->keys = calloc(count + 1, sizeof(*signer->keys));
		if (!signer->keys)
			abort();
		for (size_t i = 0; i < count && err == OK; i++)
			err = hold(signer, directory, &descriptors[i], &a, why);
	}
	arena_release(&a);
	if (err == OK)
		*out = signer;
	else
		signer_free(signer);
	return err;
}

void
signer_free(struct signer *signer)
{
	if (!signer)
		return;
	for (size_t i = 0; i < signer->count; i++)
		key_free(signer->keys[i].key);
	free(signer->keys);
	free(signer);
}

/* Answering */

static enum err
check_signed_info(struct span payload, const struct key *key, struct problem *why)
{
	struct arena a = arena_init(64 * KIB);
	struct signed_info info;
	struct span again;
	enum err err;

	err = signed_info_read(payload, &info, why);
	if (err == OK) {
		/* With this key's own method it must come out the same; the method does not tell RSA's sizes apart. */
		info.key = key_type(key);
		err = signed_info_write(&info, &a, &again, why);
	}
	if (err == OK && !span_equal(again, payload))
		err = problem_set(why, ERR_INVALID, "XML Signature s4.4.2",
		    "the SignatureMethod is not that of a %s key", key_type_name(key_type(key)));
	arena_release(&a);
	return err;
}

static const struct held_key *
key_find(const struct signer *signer, struct span name)
{
	for (size_t i = 0; i < signer->count; i++)
		if (span_is(name, signer->keys[i].name))
			return &signer->keys[i];
	return NULL;
}

/* What is wrong with the key is answered: a rollover may have been faster. What is wrong with the request is not. */
static enum err
sign(struct signer *signer, const struct signing *signing, const struct signing_request *request, struct arena *a,
    struct signing_answer *answer, struct problem *why)
{
	const struct held_key *held = key_find(signer, request->key);
	enum err err;

	if (!held) {
		problem_set(&answer->problem, ERR_NOT_FOUND, "", "the signer has no key of this name");
		return OK;
	}
	if (held->use != signing->use) {
		problem_set(&answer->problem, ERR_INVALID, "", "key %s serves %s, not %s", held->name,
		    key_use_name(held->use), key_use_name(signing->use));
		return OK;
	}
	err = signing->check(request->payload, held->key, &answer->problem);
	if (err == ERR_SYNTAX)
		return problem_set(why, ERR_DENIED, "", "the bytes to be signed are not of kind %s: %s", signing->name,
		    answer->problem.text);
	if (err == OK)
		err = key_sign(held->key, request->payload, a, &answer->signature, &answer->problem);
	answer->problem.code = err;
	return OK;
}

enum err
signer_answer(struct signer *signer, enum role role, struct span message, struct arena *a, struct span *answer,
    struct problem *why)
{
	struct buffer b = buffer_init(SIGNER_ANSWER_LARGEST);
	struct signing_answer said = { 0 };
	struct signing_request request;
	const struct signing *signing;
	enum err err;

	*answer = (struct span){ 0 };
	if (!signing_request_read(message, &request))
		return problem_set(why, ERR_SYNTAX, "", "a message of %zu bytes is no signing request", message.size);
	signing = &signings[request.kind];
	if (!(signing->roles & ROLE_BIT(role)))
		return problem_set(why, ERR_DENIED, "", "role %d may not have %s signed", (int)role, signing->name);
	said.id = request.id;
	err = sign(signer, signing, &request, a, &said, why);
	if (err != OK)
		return err;
	signing_answer_write(&b, &said);
	*answer = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return OK;
}
