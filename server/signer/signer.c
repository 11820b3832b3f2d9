/* signer/signer.c - the process that holds the federation's private keys and signs typed requests only. */
#include "signer/signer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "crypto/certificate.h"
#include "crypto/jwk.h"
#include "signer/log_note.h"
#include "signer/payload.h"
#include "signer/wire.h"

#define DESCRIPTORS_LARGEST (64 * MIB)

struct held_key {
	char name[KEY_NAME_LARGEST + 1];
	enum key_use use;
	struct key *key;
	struct span certificate; /* in the signer's arena */
	const char *id;          /* its thumbprint, there too; NULL: its use names it otherwise */
};

struct signer {
	struct arena arena;
	struct held_key *keys;
	size_t count;
	struct ledger_head *head; /* NULL: there is no ledger's key */
	struct span issuer;       /* in the arena; empty: nobody's OpenID tokens are signed */
};

/* Who may have what signed, with keys of which use, and what the bytes must be. */
static const struct signing {
	const char *name;
	unsigned roles;
	enum key_use use;
	payload_check *check;
	enum head_step head_step;
	enum key_use other;      /* another use whose keys may sign it; USE_NONE: there is none */
} signings[SIGNING_KIND_COUNT] = {
	[SIGN_METADATA] = { "metadata", ROLE_BIT(ROLE_STEWARD), USE_METADATA, payload_check_signed_info,
	    HEAD_UNTOUCHED, USE_NONE },
	[SIGN_TRUSTED_LIST] = { "a trusted list", ROLE_BIT(ROLE_STEWARD), USE_TRUSTED_LIST,
	    payload_check_trusted_list, HEAD_UNTOUCHED, USE_NONE },
	[SIGN_CHECKPOINT] = { "a checkpoint", ROLE_BIT(ROLE_STEWARD), USE_LEDGER, payload_check_checkpoint,
	    HEAD_ADVANCED, USE_NONE },
	[SIGN_POLICY] = { "a policy", ROLE_BIT(ROLE_STEWARD), USE_LEDGER, payload_check_policy, HEAD_UNTOUCHED,
	    USE_NONE },
	[ASK_LEDGER_HEAD] = { "the log's head", ROLE_BIT(ROLE_STEWARD), USE_LEDGER, payload_check_nothing, HEAD_ASKED,
	    USE_NONE },
	/* The list's key: what is trusted, and where it is asked, in JSON; no text is both (point_metadata.h). */
	[SIGN_POINT_METADATA] = { "a decision point's metadata", ROLE_BIT(ROLE_STEWARD), USE_TRUSTED_LIST,
	    payload_check_point_metadata, HEAD_UNTOUCHED, USE_NONE },
	[SIGN_VAPID] = { "a token for a push service", ROLE_BIT(ROLE_STEWARD), USE_PUSH, payload_check_vapid,
	    HEAD_UNTOUCHED, USE_NONE },
	/* All that a worker may have signed: nothing that members or auditors believe. */
	[SIGN_ID_TOKEN] = { "an ID token", ROLE_BIT(ROLE_WORKER), USE_OPENID, payload_check_id_token, HEAD_UNTOUCHED,
	    USE_OPENID_RSA },
	[SIGN_USERINFO] = { "a userinfo token", ROLE_BIT(ROLE_WORKER), USE_OPENID, payload_check_userinfo,
	    HEAD_UNTOUCHED, USE_OPENID_RSA },
	[SIGN_INTROSPECTION] = { "an introspection token", ROLE_BIT(ROLE_WORKER), USE_OPENID,
	    payload_check_introspection, HEAD_UNTOUCHED, USE_OPENID_RSA },
	[SIGN_LOGOUT_TOKEN] = { "a logout token", ROLE_BIT(ROLE_STEWARD), USE_OPENID, payload_check_logout_token,
	    HEAD_UNTOUCHED, USE_OPENID_RSA },
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
	held->certificate = arena_copy(&signer->arena, d->certificate);
	if (!span_equal(facts.spki, key_public(held->key)))
		return problem_set(why, ERR_INVALID, "", "%s/%s.cer is the certificate of another key than %s",
		    directory, d->name, d->name);
	if ((d->use == USE_OPENID || d->use == USE_OPENID_RSA) &&
	    jwk_thumbprint(&signer->arena, d->type, facts.spki, &held->id, why) != OK)
		return problem_within(why, "key %s", d->name);
	log_info("signer.key", "name=%s use=%s type=%s", d->name, key_use_name(d->use), key_type_name(d->type));
	return d->use == USE_LEDGER && !signer->head ? ledger_head_open(directory, &signer->head, why) : OK;
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
	signer->arena = arena_init(DESCRIPTORS_LARGEST);
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
	ledger_head_free(signer->head);
	free(signer->keys);
	arena_release(&signer->arena);
	free(signer);
}

void
signer_serve_issuer(struct signer *signer, struct span issuer)
{
	signer->issuer = arena_copy(&signer->arena, issuer);
}

/* Answering */

static const struct held_key *
key_find(const struct signer *signer, struct span name)
{
	for (size_t i = 0; i < signer->count; i++)
		if (span_is(name, signer->keys[i].name))
			return &signer->keys[i];
	return NULL;
}

/* What the key signs. A digest is laid into the task; what an Ed25519 key takes is borrowed, and copied there. */
static void
lay_in(struct signing_task *task, const struct key *key, struct span message)
{
	struct span input = key_input(key, message, task->input);

	assert(input.size <= sizeof(task->input));
	if (input.data != task->input && input.size)
		memcpy(task->input, input.data, input.size);
	task->input_size = input.size;
	task->key = key;
}

static void
lay_in_checkpoint(struct signing_task *task, const struct key *key, struct span payload)
{
	struct checkpoint_request request;
	enum err err = checkpoint_request_read(payload, &request, &task->problem);

	assert(err == OK); /* it has been checked */
	(void)err;
	task->log_size = request.size;
	task->log_root = request.root;
	task->from_last = request.from_last;
	lay_in(task, key, request.text);
}

/* What is wrong with the key is answered: a rollover may have been faster. What is wrong with the request is not. */
static enum err
prepare(struct signer *signer, const struct signing *signing, const struct signing_request *request,
    struct signing_task *task, struct problem *why)
{
	const struct held_key *held = key_find(signer, request->key);
	struct payload_key key;
	enum err err;

	if (!held) {
		problem_set(&task->problem, ERR_NOT_FOUND, "", "the signer has no key of this name");
		return OK;
	}
	if (held->use != signing->use && (signing->other == USE_NONE || held->use != signing->other)) {
		problem_set(&task->problem, ERR_INVALID, "", "key %s serves %s, not %s", held->name,
		    key_use_name(held->use), key_use_name(signing->use));
		return OK;
	}
	key = (struct payload_key){
		.type = key_type(held->key),
		.certificate = held->certificate,
		.spki = key_public(held->key),
		.now = clock_now(),
		.id = held->id,
		.issuer = signer->issuer,
	};
	err = signing->check(request->payload, &key, &task->problem);
	if (err == ERR_SYNTAX)
		return problem_set(why, ERR_DENIED, "", "the bytes to be signed are not of kind %s: %s", signing->name,
		    task->problem.text);
	if (err != OK)
		return OK;
	task->head_step = signing->head_step;
	task->head = signer->head;
	if (task->head_step == HEAD_ADVANCED)
		lay_in_checkpoint(task, held->key, request->payload);
	else if (task->head_step == HEAD_UNTOUCHED)
		lay_in(task, held->key, request->payload);
	return OK;
}

enum err
signer_check(struct signer *signer, enum role role, struct span message, struct signing_task *out, struct problem *why)
{
	struct signing_request request;
	const struct signing *signing;

	*out = (struct signing_task){ 0 };
	if (!signing_request_read(message, &request))
		return problem_set(why, ERR_SYNTAX, "", "a message of %zu bytes is no signing request", message.size);
	signing = &signings[request.kind];
	if (!(signing->roles & ROLE_BIT(role)))
		return problem_set(why, ERR_DENIED, "", "role %d may not have %s signed", (int)role, signing->name);
	out->id = request.id;
	return prepare(signer, signing, &request, out, why);
}

bool
signing_task_is_quick(const struct signing_task *task)
{
	return task->head_step == HEAD_UNTOUCHED && (!task->key || key_is_quick(task->key));
}

static void
tell_head(struct signing_task *task)
{
	struct buffer b = buffer_init(LEDGER_HEAD_ANSWER);
	struct hash root;
	uint64_t size;

	if (ledger_head_last(task->head, &size, &root, &task->problem) == OK) {
		buffer_u64(&b, size);
		buffer_add(&b, span_of(root.bytes, HASH_SIZE));
		memcpy(task->signature, buffer_span(&b).data, LEDGER_HEAD_ANSWER);
		task->signature_size = LEDGER_HEAD_ANSWER;
	}
	buffer_release(&b);
}

void
signing_task_run(struct signing_task *task)
{
	struct arena a = arena_init(4 * KIB);
	struct span signature;

	if (task->head_step == HEAD_ASKED)
		tell_head(task);
	/* Durable before there is a signature that could leave. */
	if (task->head_step == HEAD_ADVANCED && ledger_head_advance(task->head, task->log_size, &task->log_root,
	    &task->from_last, &task->problem) != OK)
		log_error("ledger.refused", "size=%llu problem=%s", (unsigned long long)task->log_size,
		    LOG_TEXT(task->problem.text));
	else if (task->key && key_sign_input(task->key, span_of(task->input, task->input_size), &a, &signature,
	    &task->problem) == OK) {
		assert(signature.size <= sizeof(task->signature));
		memcpy(task->signature, signature.data, signature.size);
		task->signature_size = signature.size;
	}
	arena_release(&a);
}

struct span
signing_task_answer(const struct signing_task *task, struct arena *a)
{
	const struct signing_answer answer = {
		.id = task->id,
		.signature = span_of(task->signature, task->signature_size),
		.problem = task->problem,
	};
	struct buffer b = buffer_init(SIGNER_ANSWER_LARGEST);
	struct span out;

	signing_answer_write(&b, &answer);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

enum err
signer_answer(struct signer *signer, enum role role, struct span message, struct arena *a, struct span *answer,
    struct problem *why)
{
	struct signing_task task;

	*answer = (struct span){ 0 };
	if (signer_check(signer, role, message, &task, why) != OK)
		return why->code;
	signing_task_run(&task);
	*answer = signing_task_answer(&task, a);
	return OK;
}
