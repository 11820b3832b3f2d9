/* transaction/sign_on/case.h - all that a sign-on stands on, loaded: who asks, who is there, what is known of whom, who
 * takes part.
 *
 *     sign-on, relying party, visitor -> attributes, proofings, consent in one go -> parties -> told
 */
#pragma once

#include "transaction/client/relying_party.h"
#include "transaction/sign_on/sign_on.h"

struct sign_on_case {
	const struct sign_on_settings *settings;
	struct policy_snapshot *snapshot; /* until the callback has returned; NULL: none has been read */
	struct instant now;
	const struct sign_on *sign_on;
	const struct relying_party *rp;
	bool cancelled;              /* the person left the login that it led to */
	struct span assertion;       /* sign_on_assertion() */
	struct span purpose;         /* choice_purpose() */
	const struct party *parties; /* the relying party, this server's identity provider */
	size_t party_count;
	/* Of who is logged in; NULL: nobody, and then there is nothing of anybody below. */
	const struct session *session;
	const struct account *account;
	const struct attributes *attributes;
	const struct proofing_record *records;
	size_t record_count;
	const struct consent *consent; /* for this purpose; NULL: none was ever given */
};

/* All that is lent stays until then. */
struct sign_on_load {
	const struct sign_on_settings *settings;
	const struct sign_on *sign_on;
	const struct relying_party *rp;
	const struct sign_on_visitor *visitor;
	bool cancelled;
};
/* ERR_UNAVAILABLE, ERR_IO. */
typedef void on_sign_on_case(void *arg, enum err, const struct sign_on_case *, const struct problem *why);
struct pending *sign_on_case_load(struct store *, struct arena *, const struct sign_on_load *, on_sign_on_case *,
    void *arg);

/* The same of a row: found, with its relying party. ERR_NOT_FOUND, ERR_DENIED: as sign_on_continue() tells them. */
struct pending *sign_on_case_find(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on_request *, on_sign_on_case *, void *arg);
