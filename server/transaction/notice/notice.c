/* transaction/notice/notice.c - what a person must be told, as it waits in the store. */
#include "transaction/notice/notice.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"
#include "person/account.h"

#define FORMAT 1
#define CODE_LARGEST 64
#define ROW_LARGEST (4 * KIB)

/* A row outlives its last moment a little, so that the steward still finds it, and says that it was given up. */
#define GRACE SECONDS(3600)
#define TOLD_FOR (SECONDS(86400) * 7)
#define RUNG_FOR SECONDS(86400) /* what is known at once, or read elsewhere by then */

const struct table notice_table = { "notice", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

static const char *const kind_names[NOTICE_KINDS] = {
	[NOTICE_NOTHING] = "nothing",
	[NOTICE_CONTACT_CODE] = "contact-code",
	[NOTICE_CREDENTIAL_ADDED] = "credential-added",
	[NOTICE_CREDENTIAL_SUSPENDED] = "credential-suspended",
	[NOTICE_CREDENTIAL_RESUMED] = "credential-resumed",
	[NOTICE_CREDENTIAL_LOCKED] = "credential-locked",
	[NOTICE_CREDENTIAL_REVOKED] = "credential-revoked",
	[NOTICE_CREDENTIAL_REPLACED] = "credential-replaced",
	[NOTICE_MODEL_WITHDRAWN] = "model-withdrawn",
	[NOTICE_PARENT_LAPSED] = "parent-lapsed",
	[NOTICE_NOT_ME] = "not-me",
	[NOTICE_MUTE_ENDED] = "mute-ended",
	[NOTICE_PROOFED] = "proofed",
	[NOTICE_ACCOUNT_ERASED] = "account-erased",
	[NOTICE_CONTACT_CHANGED] = "contact-changed",
	[NOTICE_APP_REQUEST] = "app-request",
	[NOTICE_MODEL_RESTORED] = "model-restored",
	[NOTICE_ACCOUNT_ERASED_IN_PART] = "account-erased-in-part",
};

const char *
notice_kind_name(enum notice_kind kind)
{
	return (unsigned)kind < NOTICE_KINDS ? kind_names[kind] : kind_names[NOTICE_NOTHING];
}

bool
notice_kind_rings(enum notice_kind kind)
{
	return kind == NOTICE_PROOFED || kind == NOTICE_CREDENTIAL_ADDED || kind == NOTICE_CREDENTIAL_REVOKED ||
	    kind == NOTICE_CREDENTIAL_REPLACED;
}

void
notice_write(struct buffer *b, const struct notice *n)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &n->id);
	buffer_u8(b, (uint8_t)n->kind);
	buffer_u8(b, n->english);
	buffer_block(b, n->address);
	buffer_block(b, n->push.endpoint);
	buffer_block(b, n->push.key);
	buffer_block(b, n->push.secret);
	buffer_id(b, &n->account);
	buffer_id(b, &n->credential);
	buffer_block(b, n->name);
	buffer_block(b, n->code);
	buffer_id(b, &n->request);
	buffer_instant(b, n->made);
	buffer_instant(b, n->until);
	buffer_u32(b, n->tries);
	buffer_instant(b, n->next);
}

static bool
has_subscription(const struct notice *n)
{
	return n->push.endpoint.size || n->push.key.size || n->push.secret.size;
}

bool
notice_to_phones(const struct notice *n)
{
	return !n->address.size && !has_subscription(n) && id_given(&n->account) && !id_given(&n->credential);
}

/* One way to the person, and all of it. */
static bool
has_one_way(const struct notice *n)
{
	if (n->address.size)
		return n->address.size <= NOTICE_ADDRESS_LARGEST && !has_subscription(n);
	if (notice_to_phones(n))
		return true;
	return n->push.endpoint.size && n->push.endpoint.size <= PUSH_ENDPOINT_LARGEST &&
	    n->push.key.size == PUSH_KEY && n->push.secret.size == PUSH_SECRET;
}

static bool
is_sound(const struct notice *n)
{
	return n->kind > NOTICE_NOTHING && n->kind < NOTICE_KINDS && has_one_way(n) &&
	    n->name.size <= NOTICE_NAME_LARGEST && n->code.size <= CODE_LARGEST && n->until.us > 0;
}

bool
notice_read(struct span value, struct notice *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), kind, english;

	*out = (struct notice){ 0 };
	out->id = record_id(&r);
	kind = record_u8(&r);
	english = record_u8(&r);
	out->address = record_block(&r);
	out->push.endpoint = record_block(&r);
	out->push.key = record_block(&r);
	out->push.secret = record_block(&r);
	out->account = record_id(&r);
	out->credential = record_id(&r);
	out->name = record_block(&r);
	out->code = record_block(&r);
	out->request = record_id(&r);
	out->made = record_instant(&r);
	out->until = record_instant(&r);
	out->tries = record_u32(&r);
	out->next = record_instant(&r);
	if (format != FORMAT || !record_whole(&r) || kind >= NOTICE_KINDS || english > 1)
		return false;
	out->kind = (enum notice_kind)kind;
	out->english = english;
	return is_sound(out);
}

void
notice_put(struct unit *unit, const struct notice *n)
{
	struct buffer row = buffer_init(ROW_LARGEST);

	assert(is_sound(n));
	notice_write(&row, n);
	assert(!row.overflowed);
	unit_put_until(unit, &notice_table, id_span(&n->id), buffer_span(&row),
	    instant_after(n->until, GRACE));
	buffer_release(&row);
}

void
account_tell(struct unit *unit, const struct account *account, enum notice_kind kind, struct span name,
    struct span except, struct instant now)
{
	for (size_t i = 0; i < account->contact_count; i++) {
		const struct contact *contact = &account->contacts[i];

		if (!contact->confirmed.us || (except.size && span_equal(contact->address, except)))
			continue;
		notice_put(unit, &(struct notice){
			.id = id_new(now), .kind = kind, .english = account->english, .address = contact->address,
			.name = name, .made = now, .until = instant_after(now, TOLD_FOR), .next = now,
		});
	}
	/* An account that is just being made has no phone. */
	if (notice_kind_rings(kind) && account->generation)
		notice_put(unit, &(struct notice){
			.id = id_new(now), .kind = kind, .english = account->english, .account = account->id,
			.made = now, .until = instant_after(now, RUNG_FOR), .next = now,
		});
}
