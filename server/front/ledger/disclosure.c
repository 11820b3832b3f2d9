/* front/ledger/disclosure.c - an entry of the log, shown to those it concerns. */
#include "front/ledger/disclosure.h"

#include <openssl/crypto.h>

#include "base/log.h"
#include "codec/text.h"
#include "ledger/entry.h"
#include "transaction/caller/answer.h"

#define SCHEME "Receipt "
#define ANSWER_LARGEST (256 * KIB)

struct showing {
	struct exchange *exchange;
	struct store *store;
	struct id id;
	struct span salt;        /* shown; empty: a caller's token was */
	struct span member;      /* of a caller: he sees of his member's what his rights are about */
	unsigned rights;
	struct ask ask;
};

static void
refuse(struct showing *s, enum err code, const char *text)
{
	struct problem why;

	problem_set(&why, code, "", "%s", text);
	exchange_refuse(s->exchange, status_of(code), &why);
}

/* Who may not see it is told the same as when there is none: an ID alone must not tell that somebody logged in. */
static void
refuse_stranger(struct showing *s)
{
	refuse(s, ERR_NOT_FOUND, "no entry of yours has this ID");
}

static on_caller on_caller_known;
static void load(struct showing *);
static on_loaded on_entry_loaded;

static void
serve_entry(struct exchange *e, void *front)
{
	struct disclosure *d = front;
	struct showing *s = arena_new(e->arena, struct showing);
	const struct credentials credentials = caller_credentials(e);

	*s = (struct showing){ .exchange = e, .store = d->store };
	if (!ledger_id_read(e->segment, &s->id)) {
		refuse_stranger(s);
		return;
	}
	if (span_starts(credentials.authorization, SCHEME)) {
		s->salt = span_skip(credentials.authorization, sizeof(SCHEME) - 1);
		load(s);
		return;
	}
	exchange_hold(e, caller_identify(d->store, e->arena, &credentials, clock_now(), on_caller_known, s));
}

static void
on_caller_known(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct showing *s = arg;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		caller_refuse(s->exchange, "", err, why);
		return;
	}
	s->member = arena_copy(s->exchange->arena, caller->member);
	s->rights = caller->rights;
	load(s);
}

static void
load(struct showing *s)
{
	s->ask = (struct ask){ .table = &ledger_entry_table, .from = id_span(&s->id) };
	exchange_hold(s->exchange, store_load(s->store, &s->ask, 1, on_entry_loaded, s));
}

/* Who decides on a proofing sees it as who asked for it does; who only asks for proofing sees no decisions. */
static bool
is_about(unsigned rights, enum ledger_kind kind)
{
	if (kind == LEDGER_PROOFING)
		return (rights & (CALLER_DECIDE | CALLER_PROOFING)) != 0;
	return (rights & CALLER_DECIDE) != 0;
}

/* Whether a salt was this entry's nobody can say any more: whoever shows one is told, for receipts say as much to
 * all. */
static bool
may_see(const struct showing *s, const struct ledger_entry *entry)
{
	uint8_t salt[LEDGER_SALT];

	if (!s->salt.size)
		return s->rights & CALLER_AUDIT ||
		    (is_about(s->rights, entry->kind) && span_equal(entry->party, s->member));
	return hex_read(s->salt, salt, sizeof(salt)) &&
	    (!entry->content.size || CRYPTO_memcmp(salt, entry->salt, sizeof(salt)) == 0);
}

static void
show(struct showing *s, const struct ledger_entry *entry)
{
	struct arena *a = s->exchange->arena;
	struct hash commitment = ledger_commitment(entry->salt, entry->content);
	struct buffer b = buffer_init(ANSWER_LARGEST);
	char id[LEDGER_ID_TEXT];

	buffer_print(&b,
	    "{\"id\":\"%s\",\"kind\":\"%s\",\"index\":%llu,\"commitment\":\"%s\",\"salt\":\"%s\",\"receipt\":",
	    ledger_id_text(&s->id, id), ledger_kind_name(entry->kind), (unsigned long long)(entry->number - 1),
	    hex_write(a, span_of(commitment.bytes, HASH_SIZE)), hex_write(a, span_of(entry->salt, LEDGER_SALT)));
	buffer_print(&b, "\"/v1/receipts/%s\",\"entry\":", id);
	buffer_add(&b, entry->content);
	buffer_text(&b, "}");
	exchange_reply_json(s->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
on_entry_loaded(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;
	struct ledger_entry entry;
	struct problem strange;

	exchange_hold(s->exchange, NULL);
	if (err == OK && s->ask.count &&
	    (err = ledger_entry_loaded(&s->ask.rows[0], &entry, &strange)) != OK) {
		log_error("ledger.unreadable", "problem=%s", LOG_TEXT(strange.text));
		why = &strange;
	}
	if (err != OK)
		exchange_refuse_with(s->exchange, status_of(err), span_text("Retry-After: 2\r\n"), why);
	else if (s->ask.count == 0 || !may_see(s, &entry))
		refuse_stranger(s);
	else if (!entry.content.size)
		refuse(s, ERR_GONE, "the entry was erased; its place in the log and every proof remain");
	else
		show(s, &entry);
}

const struct route disclosure_routes[] = {
	{ GET, "/v1/ledger/entries/{id}", serve_entry, NO_BODY, 0 },
	{ 0 }
};
