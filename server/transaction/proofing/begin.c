/* transaction/proofing/begin.c - a challenge for a person to sign with the card. */
#include <assert.h>
#include <string.h>

#include "base/random.h"
#include "codec/line.h"
#include "codec/text.h"
#include "net/origin.h"
#include "transaction/proofing/proofing.h"
#include "transaction/proofing/party.h"

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct proofing_settings *settings;
	struct proofing_begin asked;
	struct ask asks[PROOFING_PARTY_ASKS];
	size_t ask_count;
	struct problem why;          /* noticed before anything was asked */
	struct proofing_challenge challenge;
	on_proofing_begun *done;
	void *arg;
};

static void
cancel_beginning(struct pending *pending)
{
	pending_cancel(&((struct beginning *)pending)->waiting);
}

static void
answer(struct beginning *b, enum err err, const struct problem *why)
{
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &b->challenge : NULL, err == OK ? NULL : why);
}

static on_loaded on_parties_loaded;
static on_committed on_kept;

/* What the asker writes is shown to a person, and one line of it is signed. */
static enum err
check_line(const char *pointer, struct span text, size_t most, struct problem *why)
{
	if (text.size > most)
		return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found %zu", pointer, most,
		    text.size);
	return line_check(text, pointer, why);
}

static enum err
check_earlier(const struct proofing_earlier *earlier, struct problem *why)
{
	uint8_t bytes[PROOFING_HANDLE / 2];
	char text[PROOFING_HANDLE + 1];

	if (earlier->handle.size == 0)
		return OK;
	if (!hex_read(earlier->handle, bytes, sizeof(bytes)) ||
	    !span_is(earlier->handle, hex_text(span_of(bytes, sizeof(bytes)), text)))
		return problem_set(why, ERR_INVALID, "",
		    "/continues/handle: expected the handle of an earlier outcome, 32 lower-case hexadecimal digits");
	if (!earlier->kind.purpose || !earlier->kind.medium)
		return problem_set(why, ERR_INVALID, "", "/continues: expected the purpose and medium of the outcome "
		    "that its handle was told with, found not both");
	return OK;
}

struct pending *
proofing_begin(struct store *store, struct arena *arena, const struct proofing_settings *settings,
    const struct proofing_begin *asked, on_proofing_begun *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);

	*b = (struct beginning){ .pending = { cancel_beginning }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	if (check_line("/what", asked->what, PROOFING_WHAT_LARGEST, &b->why) == OK &&
	    check_line("/reference", asked->reference, PROOFING_REFERENCE_LARGEST, &b->why) == OK &&
	    check_line("/origin", asked->origin, PROOFING_ORIGIN_LARGEST, &b->why) == OK && asked->origin.size)
		origin_check(asked->origin, "/origin", &b->why);
	if (b->why.code == OK)
		check_earlier(&asked->continues, &b->why);
	b->ask_count = proofing_party_ask(b->asks, asked->member, settings->operator);
	b->waiting = store_load(store, b->asks, b->why.code == OK ? b->ask_count : 0, on_parties_loaded, b);
	return &b->pending;
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;
	const struct proofing_begin *asked = &b->asked;
	struct proofing_party party;
	struct proofing_wording words;
	struct buffer row;
	struct unit *unit;

	if (err == OK && b->why.code != OK)
		err = (why = &b->why)->code;
	else if (err == OK)
		err = (why = &b->why, proofing_party_loaded(b->arena, b->asks, b->ask_count, asked->relying_party,
		    asked->purpose, asked->now, &party, &b->why));
	if (err == OK)
		err = (why = &b->why, proofing_party_links(&party, asked->purpose, &asked->continues, &b->why));
	if (err != OK) {
		answer(b, err, why);
		return;
	}
	b->challenge = (struct proofing_challenge){
		.id = id_new(asked->now), .caller = asked->caller, .member = asked->member,
		.relying_party = party.relying_party, .name = party.name, .origin = asked->origin,
		.purpose = asked->purpose,
		.attributes = party.attributes, .reference = asked->reference, .continues = asked->continues,
		.made = asked->now,
		.expires = instant_after(asked->now, b->settings->challenge_for),
	};
	/* The id is in the text: no part of it may be guessed from its time. */
	random_bytes(b->challenge.id.bytes, sizeof(b->challenge.id.bytes));
	words = (struct proofing_wording){ .asker = party.name, .member = party.member,
		.what = asked->what, .what_en = asked->what_en };
	memcpy(words.purposes, party.purposes, sizeof(words.purposes));
	if (proofing_text(b->arena, &b->challenge, &words, &b->challenge.text, &b->why) != OK) {
		answer(b, b->why.code, &b->why);
		return;
	}
	row = buffer_init(PROOFING_TEXT_LARGEST + 16 * KIB);
	proofing_challenge_write(&row, &b->challenge);
	assert(!row.overflowed); /* each of its texts is bounded */
	unit = unit_new(b->arena, store_tables(b->store), id_new(asked->now));
	unit_put_until(unit, &proofing_challenge_table, id_span(&b->challenge.id),
	    buffer_span(&row), b->challenge.expires);
	buffer_release(&row);
	proofing_end_expect(unit, &party.end);
	b->waiting = store_commit(b->store, unit, on_kept, b);
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct beginning *b = arg;

	if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "the challenge could not be kept: %s",
		    err_name(committed->code));
	answer(b, committed->code, &b->why);
}
