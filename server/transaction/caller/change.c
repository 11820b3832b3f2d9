/* transaction/caller/change.c - what operators do with a machine caller. */
#include "transaction/caller/change.h"

#include <assert.h>

#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/jwt.h"
#include "registry/standing.h"

static const char *const actions[] = {
	[CALLER_NO_ACTION] = "nothing",
	[CALLER_CREATE] = "create",
	[CALLER_ADD_KEY] = "add-key",
	[CALLER_REMOVE_KEY] = "remove-key",
	[CALLER_REVOKE] = "revoke",
	[CALLER_APPROVE] = "approve",
	[CALLER_WITHDRAW] = "withdraw-proposal",
};

const char *
caller_action_name(enum caller_action action)
{
	return actions[action];
}

enum caller_action
caller_action_read(struct span word)
{
	for (int i = CALLER_CREATE; i <= CALLER_WITHDRAW; i++)
		if (span_is(word, actions[i]))
			return (enum caller_action)i;
	return CALLER_NO_ACTION;
}

/* Deciding */

static enum err
check_member(const struct caller_change *change, const struct ask *asked, struct problem *why)
{
	struct member member;

	if (asked->count == 0)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no member \"%.*s\"", SPAN_ARGS(change->member));
	if (!member_read(asked->rows[0].value, &member))
		return problem_set(why, ERR_UNSUPPORTED, "",
		    "the member \"%.*s\": its row in the store is of a form this build does not know",
		    SPAN_ARGS(change->member));
	if (member.standing != STANDING_APPROVED)
		return problem_set(why, ERR_INVALID, "",
		    "the member \"%.*s\" is %s; only an approved one may have callers",
		    SPAN_ARGS(change->member), standing_name(member.standing));
	return OK;
}

static enum err
add_key(const struct caller_change *change, struct caller_outcome *out, struct problem *why)
{
	struct caller *c = &out->after;

	if (jwt_key_check(change->key, why) != OK)
		return problem_within(why, "key");
	for (size_t i = 0; i < c->key_count; i++)
		if (span_equal(c->keys[i], change->key))
			return problem_set(why, ERR_CONFLICT, "", "the caller \"%.*s\" has that key already",
			    SPAN_ARGS(c->name));
	if (c->key_count == CALLER_KEYS)
		return problem_set(why, ERR_LIMIT, "", "the caller \"%.*s\" has %d keys, and no more are kept",
		    SPAN_ARGS(c->name), CALLER_KEYS);
	c->keys[c->key_count++] = change->key;
	digest(DIGEST_SHA256, change->key, out->fingerprint);
	out->key_changed = true;
	return OK;
}

static enum err
create(const struct caller_change *change, const struct ask *member, struct caller_outcome *out, struct problem *why)
{
	if (!caller_name_valid(change->name))
		return problem_set(why, ERR_INVALID, "", "name: expected 1 to %d of a-z, 0-9 and -",
		    CALLER_NAME_LARGEST);
	if (!change->rights)
		return problem_set(why, ERR_INVALID, "", "rights: expected at least one, found none");
	if (change->expires.us && !instant_before(change->now, change->expires))
		return problem_set(why, ERR_INVALID, "", "expected a caller that ends later than now");
	if (change->tokenless && !change->key.size)
		return problem_set(why, ERR_INVALID, "",
		    "expected a token, a key or both, for the caller must show something");
	if (check_member(change, member, why) != OK)
		return why->code;
	out->after = (struct caller){
		.name = change->name,
		.member = change->member,
		.rights = change->rights,
		.rate = change->rate,
		.created = change->now,
		.expires = change->expires,
		.token = change->token,
	};
	random_bytes(&out->after.epoch, sizeof(out->after.epoch));
	return change->key.size ? add_key(change, out, why) : OK;
}

/* Tokens that were given for it are void from now on, for who knows for which of the keys. */
static enum err
remove_key(const struct caller_change *change, struct caller_outcome *out, struct problem *why)
{
	struct caller *c = &out->after;

	for (size_t i = 0; i < c->key_count; i++) {
		uint8_t sum[32];

		digest(DIGEST_SHA256, c->keys[i], sum);
		if (memcmp(sum, change->fingerprint, sizeof(sum)) != 0)
			continue;
		if (c->key_count == 1 && !c->token.size)
			return problem_set(why, ERR_INVALID, "",
			    "it is all the caller \"%.*s\" can show: add another first, or revoke the caller",
			    SPAN_ARGS(c->name));
		memmove(&c->keys[i], &c->keys[i + 1], (c->key_count - i - 1) * sizeof(c->keys[0]));
		c->key_count--;
		random_bytes(&c->epoch, sizeof(c->epoch));
		memcpy(out->fingerprint, sum, sizeof(sum));
		out->key_changed = true;
		return OK;
	}
	return problem_set(why, ERR_NOT_FOUND, "", "the caller \"%.*s\" has no key of that fingerprint",
	    SPAN_ARGS(c->name));
}

enum err
caller_decide(const struct caller *before, const struct ask *member, const struct caller_change *change,
    struct caller_outcome *out, struct problem *why)
{
	*out = (struct caller_outcome){ 0 };
	if (change->action == CALLER_CREATE && before)
		return problem_set(why, ERR_CONFLICT, "", "there is a caller \"%.*s\" already",
		    SPAN_ARGS(change->name));
	if (change->action != CALLER_CREATE && !before)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no caller \"%.*s\"",
		    SPAN_ARGS(span_first(change->name, 100)));
	if (before)
		out->after = *before;
	switch (change->action) {
	case CALLER_CREATE:
		if (create(change, member, out, why) != OK)
			return why->code;
		if (!change->tokenless && !change->token.size)
			out->token = caller_token_new(CALLER_TOKEN_PREFIX);
		return OK;
	case CALLER_ADD_KEY:
		return add_key(change, out, why);
	case CALLER_REMOVE_KEY:
		return remove_key(change, out, why);
	case CALLER_REVOKE:
		return OK;
	case CALLER_APPROVE:
	case CALLER_WITHDRAW:
	case CALLER_NO_ACTION:
		break;
	}
	return problem_set(why, ERR_INVALID, "", "action: expected add-key, remove-key or revoke");
}

/* Rows */

static void
point(struct unit *unit, const struct caller *c, struct span digest, bool reserved)
{
	struct buffer b = buffer_init(4 * KIB);

	caller_pointer_write(&b, &(struct caller_pointer){ .name = c->name, .member = c->member });
	if (!reserved)
		unit_expect(unit, &caller_secret_table, digest, 0);
	unit_put(unit, &caller_secret_table, digest, buffer_span(&b));
	buffer_release(&b);
}

static void
revoke(struct unit *unit, const struct caller *c)
{
	unit_delete(unit, &caller_table, c->name);
	if (c->token.size)
		unit_delete(unit, &caller_secret_table, c->token);
	for (size_t i = 0; i < c->key_count; i++) {
		uint8_t sum[32];

		digest(DIGEST_SHA256, c->keys[i], sum);
		unit_delete(unit, &caller_secret_table, span_of(sum, sizeof(sum)));
	}
}

void
caller_key_reserve(struct unit *unit, const struct caller_outcome *outcome)
{
	point(unit, &outcome->after, span_of(outcome->fingerprint, sizeof(outcome->fingerprint)), false);
}

void
caller_key_free(struct unit *unit, struct span key)
{
	uint8_t sum[32];

	digest(DIGEST_SHA256, key, sum);
	unit_delete(unit, &caller_secret_table, span_of(sum, sizeof(sum)));
}

void
caller_change_write(struct unit *unit, const struct caller_change *change, const struct caller_outcome *outcome)
{
	struct caller after = outcome->after;
	struct span fingerprint = span_of(outcome->fingerprint, sizeof(outcome->fingerprint));
	struct buffer b;

	if (change->action == CALLER_REVOKE) {
		revoke(unit, &after);
		return;
	}
	if (outcome->token.text[0])
		after.token = span_of(outcome->token.digest, sizeof(outcome->token.digest));
	if (change->action == CALLER_CREATE && after.token.size)
		point(unit, &after, after.token, false);
	if (outcome->key_changed && change->action == CALLER_REMOVE_KEY)
		unit_delete(unit, &caller_secret_table, fingerprint);
	else if (outcome->key_changed)
		point(unit, &after, fingerprint, outcome->key_reserved);
	b = buffer_init(CALLER_ROW_LARGEST);
	caller_write(&b, &after);
	assert(!b.overflowed);
	unit_put(unit, &caller_table, after.name, buffer_span(&b));
	buffer_release(&b);
}
