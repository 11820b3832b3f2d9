/* front/ledger/log.c - the newest checkpoint: as the note that was signed, and as data for the pages. */
#include "front/ledger/serving.h"

#include "codec/json_writer.h"
#include "codec/text.h"

#define FIELDS_LARGEST KIB
#define LEDGER_JSON_LARGEST (256 * KIB)
#define RETRY "Retry-After: 5\r\n"

const struct route ledger_routes[] = {
	{ GET, "/checkpoint",       serve_checkpoint, NO_BODY, 0 },
	{ GET, "/tile/{path...}",   serve_tile,       NO_BODY, 0 },
	{ GET, "/v1/receipts/{id}", serve_receipt,    NO_BODY, 0 },
	{ GET, "/v1/ledger",        serve_ledger,     NO_BODY, 0 },
	{ 0 }
};

/* What all share */

struct serving *
serving_new(struct exchange *e, const struct ledger_front *front)
{
	struct serving *s = arena_new(e->arena, struct serving);

	s->exchange = e;
	s->store = front->store;
	s->asks[0] = ledger_state_ask();
	return s;
}

void
serving_refuse(struct serving *s, int status, const char *fields, enum err code, const char *clause, const char *text)
{
	struct problem why;

	problem_set(&why, code, clause, "%s", text);
	exchange_refuse_with(s->exchange, status, span_text(fields), &why);
}

void
serving_answer(struct serving *s, const char *type, const char *cache, struct span body)
{
	struct buffer fields = buffer_init(FIELDS_LARGEST);

	buffer_print(&fields, "Content-Type: %s\r\nCache-Control: %s\r\n", type, cache);
	exchange_reply(s->exchange, &(struct reply){ .status = 200, .fields = buffer_span(&fields), .body = body });
	buffer_release(&fields);
}

bool
serving_state(struct serving *s, enum err err, const struct problem *why)
{
	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse_with(s->exchange, status_of(err), span_text(RETRY), why);
		return false;
	}
	if (s->asks[0].count && ledger_state_read(s->exchange->arena, s->asks[0].rows[0].value, &s->state) &&
	    s->state.newest.size > 0)
		return true;
	serving_refuse(s, 503, RETRY, ERR_UNAVAILABLE, "C2SP tlog-checkpoint",
	    "no checkpoint of the log is signed yet");
	return false;
}

/* The checkpoint */

static on_loaded on_checkpoint_loaded;

void
serve_checkpoint(struct exchange *e, void *front)
{
	struct serving *s = serving_new(e, front);

	exchange_hold(e, store_load(s->store, s->asks, 1, on_checkpoint_loaded, s));
}

static void
on_checkpoint_loaded(void *arg, enum err err, const struct problem *why)
{
	struct serving *s = arg;

	/* C2SP tlog-tiles: cached for a few seconds at most. */
	if (serving_state(s, err, why))
		serving_answer(s, "text/plain; charset=utf-8", "max-age=1", s->state.note);
}

/* Data for the pages */

static on_loaded on_ledger_loaded;

void
serve_ledger(struct exchange *e, void *front)
{
	struct serving *s = serving_new(e, front);

	exchange_hold(e, store_load(s->store, s->asks, 1, on_ledger_loaded, s));
}

static void
write_ledger(struct buffer *json, const struct ledger_state *state, struct arena *a)
{
	char at[INSTANT_TEXT];

	buffer_print(json, "{\"size\":%llu,\"root\":\"%.*s\",\"at\":\"%s\"", (unsigned long long)state->newest.size,
	    SPAN_ARGS(base64_write(a, span_of(state->newest.root.bytes, HASH_SIZE))), instant_text(state->at, at));
	json_write_member_or_null(json, "origin", state->origin);
	json_write_member_or_null(json, "key", state->key);
	json_write_member_or_null(json, "checkpoint", state->note);
	json_write_member_or_null(json, "halted", state->halted);
	buffer_text(json, ",\"growth\":[");
	for (size_t i = 0; i < state->growth_count; i++)
		buffer_print(json, "%s{\"at\":\"%s\",\"size\":%llu}", i ? "," : "", instant_text(state->growth[i].at,
		    at), (unsigned long long)state->growth[i].size);
	buffer_text(json, "]}");
}

static void
on_ledger_loaded(void *arg, enum err err, const struct problem *why)
{
	struct serving *s = arg;
	struct buffer json;

	if (!serving_state(s, err, why))
		return;
	json = buffer_init(LEDGER_JSON_LARGEST);
	write_ledger(&json, &s->state, s->exchange->arena);
	exchange_reply_json(s->exchange, 200, buffer_span(&json));
	buffer_release(&json);
}
