/* transaction/authenticator/parent_certificate.h - a certificate on whose strength authenticators were bound (サブカード):
 * kept, wrapped, as long as one of them stands, so that it can be looked at again (JPKI Act Arts. 19(4), 38(4)).
 *
 *     proofed, or card bound -> kept -> due -> checked -> due again ... nothing is bound by it any more -> gone
 */
#pragma once

#include "transaction/session/person_settings.h"

/* account_certificate_key() -> struct parent_certificate */
extern const struct table parent_certificate_table;
/* when it is due (8, microseconds, big-endian), the key above -> nothing */
extern const struct table parent_due_table;

struct parent_certificate {
	struct id account;
	struct span handle;
	enum jpki_purpose purpose;
	struct span wrapped;         /* DER */
	struct instant kept, checked, due;
	uint64_t generation;         /* of its row */
};
/* Borrowed. */
bool parent_certificate_read(struct span value, struct parent_certificate *out);
/* When it is looked at next: after `parent_age`, but not behind its own end. */
struct instant parent_certificate_due(const struct person_settings *, struct instant ends, struct instant now);
/* `wrapped` is made of this DER, and the row put with its place in the order of what is due: whatever stood there is of
 * the same certificate. What is bound by it is bound soon, or it goes when it is due first. */
void parent_certificate_keep(struct unit *, struct arena *, const struct person_settings *,
    const struct parent_certificate *, struct span der);
/* Expects it as it was loaded; due at another time, or gone. */
void parent_certificate_put(struct unit *, struct arena *, const struct parent_certificate *,
    struct instant due_before);
void parent_certificate_drop(struct unit *, struct arena *, const struct parent_certificate *);

struct ask parent_certificate_ask(struct arena *, struct span handle);
/* Copied. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err parent_certificate_loaded(struct arena *, const struct ask *, struct parent_certificate *out,
    struct problem *why);
bool parent_certificate_open(struct arena *, const struct person_settings *, const struct parent_certificate *,
    struct span *der);

/* Those that are due by now, the longest due first; what the row's key points to. */
struct ask parent_due_ask(struct arena *, struct instant now, uint32_t limit);
/* Key of the certificate's row; false: not ours. */
bool parent_due_read(struct span key, struct instant *due, struct span *certificate);
