/* authn/credential_word.c - what an authenticator's kind, state, binding and parent are called. */
#include "authn/credential.h"

#include <assert.h>

const char *
credential_kind_name(enum credential_kind kind)
{
	static const char *const names[CREDENTIAL_KINDS] = {
		[CREDENTIAL_PASSKEY] = "passkey",
		[CREDENTIAL_CARD] = "card",
		[CREDENTIAL_APP] = "app",
		[CREDENTIAL_ONE_TIME] = "one-time",
		[CREDENTIAL_RECOVERY] = "recovery",
	};

	assert(kind > CREDENTIAL_NO_KIND && kind < CREDENTIAL_KINDS);
	return names[kind];
}

const char *
credential_state_name(enum credential_state state)
{
	static const char *const names[] = {
		[CREDENTIAL_UNKNOWN] = "unknown",
		[CREDENTIAL_ISSUED] = "issued",
		[CREDENTIAL_ACTIVE] = "active",
		[CREDENTIAL_SUSPENDED] = "suspended",
		[CREDENTIAL_LOCKED] = "locked",
		[CREDENTIAL_REVOKED] = "revoked",
		[CREDENTIAL_EXPIRED] = "expired",
	};

	assert(state < COUNT(names));
	return names[state];
}

/* The words of policy/facts.json, credential.delivery. */
const char *
credential_binding_word(enum credential_binding binding)
{
	static const char *const words[] = {
		[BINDING_UNKNOWN] = "unknown",
		[BINDING_UNCONFIRMED] = "unconfirmed",
		[BINDING_IN_PROOFING] = "proofing-session",
		[BINDING_EXISTING] = "existing-token",
		[BINDING_IN_PERSON] = "in-person",
	};

	assert(binding < COUNT(words));
	return words[binding];
}

const char *
parent_status_name(enum parent_status status)
{
	static const char *const names[] = {
		[PARENT_NONE] = "none",
		[PARENT_GOOD] = "good",
		[PARENT_LAPSED] = "lapsed",
		[PARENT_UNKNOWN] = "unknown",
	};

	assert(status < COUNT(names));
	return names[status];
}
