/* transaction/session/proofed.c - a session that a proofing began or joined: what it may do, and for how long. */
#include "transaction/session/session.h"

struct session
session_begun(const struct session_settings *settings, const uint8_t key[32], const struct id *account,
    struct span where, struct instant now)
{
	struct session s = { .id = id_new(now), .account = *account, .begun = now, .seen = now,
		.expires = instant_after(now, settings->lasts), .where = where };

	memcpy(s.key, key, sizeof(s.key));
	return s;
}

bool
session_just_proofed(const struct session *s, struct instant now)
{
	return id_given(&s->proofed.record) && !instant_before(now, s->proofed.at) &&
	    instant_before(now, instant_after(s->proofed.at, SESSION_PROOFED_FOR));
}

struct id
session_replaced_take(struct session *s, enum credential_kind kind)
{
	struct session_proofed *p = &s->proofed;
	struct id id = { { 0 } };
	size_t at = 0;

	if (!p->replaced_count)
		return id;
	for (size_t i = 0; i < p->replaced_count; i++)
		if (p->replaced[i].kind == kind) {
			at = i;
			break;
		}
	id = p->replaced[at].credential;
	p->replaced_count--;
	memmove(&p->replaced[at], &p->replaced[at + 1], (p->replaced_count - at) * sizeof(p->replaced[0]));
	return id;
}
