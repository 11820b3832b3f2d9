/* person/contact.c - an account's mail addresses. */
#include "person/contact.h"

#include <openssl/crypto.h>

#include "crypto/digest.h"

/* Of the account, too: no list of digests serves for two. */
static void
code_digest(const struct account *a, struct span code, uint8_t out[32])
{
	const struct span pieces[] = { id_span(&a->id), code };

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), out);
}

struct contact *
contact_find(struct account *a, struct span address)
{
	struct arena arena = arena_init(64 * KIB);
	struct span key = account_name_key(&arena, address);
	struct contact *found = NULL;

	for (size_t i = 0; i < a->contact_count && key.size && !found; i++)
		if (span_equal(account_name_key(&arena, a->contacts[i].address), key))
			found = &a->contacts[i];
	arena_release(&arena);
	return found;
}

enum err
contact_add(struct account *a, struct span address, struct span code, struct instant now, struct problem *why)
{
	struct contact *c = contact_find(a, address);

	if (c && c->confirmed.us)
		return problem_set(why, ERR_CONFLICT, "", "/address: this address is confirmed already");
	if (!c && a->contact_count == CONTACTS_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "an account has at most %d addresses: take one away first",
		    CONTACTS_LARGEST);
	if (!c) {
		c = &a->contacts[a->contact_count++];
		*c = (struct contact){ .address = address, .added = now };
	}
	code_digest(a, code, c->code);
	c->code_until = instant_after(now, CONTACT_CODE_FOR);
	c->tries = 0;
	return OK;
}

enum contact_answer
contact_confirm(struct account *a, struct span address, struct span code, struct instant now)
{
	struct contact *c = contact_find(a, address);
	uint8_t sum[32];

	if (!c || c->confirmed.us)
		return CONTACT_UNKNOWN;
	if (c->tries >= CONTACT_CODE_TRIES || !instant_before(now, c->code_until))
		return CONTACT_SPENT;
	code_digest(a, code, sum);
	if (CRYPTO_memcmp(sum, c->code, sizeof(sum)) != 0) {
		c->tries++;
		return CONTACT_WRONG;
	}
	*c = (struct contact){ .address = c->address, .added = c->added, .confirmed = now };
	return CONTACT_CONFIRMED;
}

bool
contact_remove(struct account *a, struct span address)
{
	struct contact *c = contact_find(a, address);
	size_t at;

	if (!c)
		return false;
	at = (size_t)(c - a->contacts);
	a->contact_count--;
	memmove(c, c + 1, (a->contact_count - at) * sizeof(*c));
	a->contacts[a->contact_count] = (struct contact){ .tries = 0 };
	return true;
}
