/* transaction/authenticator/fido_effect.c - what a new catalogue makes of one authenticator. */
#include "transaction/authenticator/fido_effect.h"

#define MODEL_TEXT 200 /* of its description, as kept of a passkey */

/* Which of its passkeys are touched, each row tells. */
bool
fido_model_bad(const struct fido_model *model)
{
	return model->status > MODEL_RETIRED || model->compromised_count || model->all_compromised;
}

bool
fido_model_moved(const struct fido_model *before, const struct fido_model *now)
{
	if (!before || !now)
		return before != now;
	return before->certified_level != now->certified_level || before->protection != now->protection ||
	    !span_equal(before->description, now->description) || fido_model_bad(before) || fido_model_bad(now);
}

/* Where only some attestation keys are known to others, the credential's own says whether it was made by one. */
static bool
is_touched(const struct fido_model *model, const struct credential_passkey *p)
{
	uint8_t theirs[FIDO_KEY_ID];

	if (model->status > MODEL_RETIRED || (model->all_compromised && p->key_ids.size))
		return true;
	for (size_t i = 0; i < model->compromised_count; i++)
		for (size_t at = 0; at + FIDO_KEY_ID <= p->key_ids.size; at += FIDO_KEY_ID)
			if (fido_key_id(model->compromised[i], theirs) &&
			    memcmp(theirs, p->key_ids.data + at, FIDO_KEY_ID) == 0)
				return true;
	return false;
}

/* One that was suspended already is so for this reason from now on, lest somebody takes it back. */
static bool
suspend(struct credential *c, struct instant at)
{
	const struct credential_because because = { .actor = span_text("system"),
		.reason = span_text(CREDENTIAL_MODEL_REVOKED), .now = at };
	bool changed = false;

	if (c->state == CREDENTIAL_SUSPENDED && !span_is(c->reason, CREDENTIAL_MODEL_REVOKED)) {
		c->actor = because.actor;
		c->reason = because.reason;
		c->changed = because.now;
		return true;
	}
	return credential_take(c, CREDENTIAL_SUSPEND, &because, &changed, NULL) == OK && changed;
}

/* In whose hands it has been meanwhile only its person knows (NIST SP 800-63B-4 s4.3): it is not active by itself. */
static bool
restore(struct credential *c, struct instant at)
{
	if (c->state != CREDENTIAL_SUSPENDED || !span_is(c->reason, CREDENTIAL_MODEL_REVOKED))
		return false;
	c->actor = span_text("system");
	c->reason = span_text(CREDENTIAL_MODEL_RESTORED);
	c->changed = at;
	return true;
}

/* As when it was added: only where its attestation is trusted does the model's entry speak of this authenticator. */
static bool
carry(struct credential_passkey *p, const struct fido_model *now)
{
	const unsigned level = now ? now->certified_level : 0, protection = now ? now->protection : 0;
	const struct span text = now ? span_first(now->description, MODEL_TEXT) : p->model;

	if (!p->trusted || (p->certified_level == level && p->protection == protection && span_equal(p->model, text)))
		return false;
	p->certified_level = level;
	p->protection = protection;
	p->model = text;
	return true;
}

struct fido_effect
fido_effect(struct credential *c, const struct fido_model *now, struct instant at)
{
	const struct credential_passkey *passkey = credential_passkey_of(c);
	struct fido_effect effect = { 0 };
	bool touched;

	if (!passkey || c->state == CREDENTIAL_REVOKED || c->state == CREDENTIAL_EXPIRED)
		return effect;
	touched = now && is_touched(now, passkey);
	effect.was = passkey->certified_level;
	effect.suspended = touched && suspend(c, at);
	effect.restored = now && !touched && restore(c, at);
	/* Of an app's no attestation is asked for, so none speaks of it. */
	effect.carried = c->kind == CREDENTIAL_PASSKEY && carry(&c->passkey, now);
	effect.is = passkey->certified_level;
	return effect;
}
