/* transaction/authenticator/fido_effect.h - what a new catalogue makes of one authenticator. Pure.
 *
 *     certified, or not any more -> its row says so: facts of its next use are of the model as it is then
 *     not trusted any more       -> suspended
 *     trusted again              -> stays suspended, but its person may take it back
 */
#pragma once

#include "authn/credential.h"
#include "authn/fido_model.h"

/* Not trusted any more, or with keys for attesting that others have. */
bool fido_model_bad(const struct fido_model *);
/* Whether what people have of it must be looked at. NULL: that catalogue has no such model. */
bool fido_model_moved(const struct fido_model *before, const struct fido_model *now);

struct fido_effect {
	bool suspended, restored;    /* a step of its life: told */
	bool carried;                /* what it amounts to has changed */
	unsigned was, is;            /* certified level */
};
struct fido_effect fido_effect(struct credential *, const struct fido_model *now, struct instant at);

/* Reasons of its state. The first nobody takes back. */
#define CREDENTIAL_MODEL_REVOKED "model-revoked"
#define CREDENTIAL_MODEL_RESTORED "model-restored"
