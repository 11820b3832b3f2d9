/* front/saml/message_use.c - each message of a peer counts once. */
#include "front/saml/message_use.h"

#include "transaction/caller/caller.h"

/* Between the look at the message's time and the recorder's at its row some time goes by: that much longer the row
 * stays, or a replay in the message's last moment would find it gone. */
#define USE_MARGIN SECONDS(60)

const struct table saml_message_table = { "saml-message", ROLE_BIT(ROLE_WORKER), 0 };

struct using {
	struct pending pending;
	struct pending *waiting;
	on_message_used *done;
	void *arg;
};

static on_committed on_recorded;

static void
cancel_using(struct pending *pending)
{
	pending_cancel(&((struct using *)pending)->waiting);
}

/* No XML text has a zero byte, so issuer and ID cannot run into each other in the key. */
struct pending *
message_use_start(struct store *store, struct arena *arena, const struct message_use *use, on_message_used *done,
    void *arg)
{
	struct unit *unit = unit_new(arena, store_tables(store), id_new(use->now));
	struct span key = assertion_key(arena, use->issuer, use->id);
	struct using *u = arena_new(arena, struct using);

	*u = (struct using){ .pending = { cancel_using }, .done = done, .arg = arg };
	unit_expect(unit, &saml_message_table, key, 0);
	unit_put_until(unit, &saml_message_table, key, (struct span){ 0 }, instant_after(use->until, USE_MARGIN));
	u->waiting = store_commit(store, unit, on_recorded, u);
	return &u->pending;
}

static void
on_recorded(void *arg, const struct committed *committed)
{
	struct using *u = arg;
	struct problem why;

	u->waiting = NULL;
	if (committed->code == OK) {
		u->done(u->arg, OK, NULL);
		return;
	}
	if (committed->code == ERR_CONFLICT)
		problem_set(&why, ERR_DENIED, "SAML 2.0 Core s1.3.4", "this message's ID has been used already");
	else
		problem_set(&why, ERR_UNAVAILABLE, "", "that the message is used could not be kept: %s",
		    err_name(committed->code));
	u->done(u->arg, why.code, &why);
}
