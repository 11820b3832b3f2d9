/* front/control/sources.c - sources of other people's metadata: how each stands, and refreshing one now. */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/source.h"
#include "signer/descriptor.h"

#define SOURCES_LARGEST 1000
#define ANSWER_LARGEST (64 * MIB) /* a source may have every entity refused, each with its findings */

/* Listing */

struct ask
sources_ask(void)
{
	return (struct ask){ .table = &source_table, .limit = SOURCES_LARGEST };
}

static void
write_state(struct buffer *b, struct span name, const struct source_state *s)
{
	static const uint8_t none[sizeof(s->document)];
	struct arena a = arena_init(16 * KIB);

	buffer_byte(b, '{');
	json_write_member(b, "name", name);
	json_write_time(b, "attempted", s->attempted);
	json_write_time(b, "succeeded", s->succeeded);
	json_write_time(b, "valid_until", s->valid_until);
	json_write_time(b, "next", s->next);
	buffer_print(b, ",\"entities\":%u,\"refused\":%u,\"held\":%s", s->entities, s->refused,
	    s->held ? "true" : "false");
	if (memcmp(s->document, none, sizeof(none)) != 0)
		buffer_print(b, ",\"document\":\"sha256:%s\"",
		    hex_write(&a, span_of(s->document, sizeof(s->document))));
	if (s->code != OK) {
		buffer_print(b, ",\"code\":\"%s\"", err_name(s->code));
		json_write_member(b, "problem", s->problem);
		json_write_member(b, "clause", s->clause);
	}
	buffer_text(b, "}");
	arena_release(&a);
}

void
sources_write(struct buffer *b, const struct ask *ask)
{
	size_t written = 0;

	buffer_text(b, "[");
	for (size_t i = 0; i < ask->count; i++) {
		struct source_state state;

		if (!source_state_read(ask->rows[i].value, &state))
			continue;
		buffer_text(b, written++ ? "," : "");
		write_state(b, ask->rows[i].key, &state);
	}
	buffer_text(b, "]");
}

static void
write_sources(struct buffer *b, const struct control *c, const struct ask *ask)
{
	(void)c;
	buffer_text(b, "{\"sources\":");
	sources_write(b, ask);
	buffer_text(b, "}");
}

void
sources_list(struct exchange *e, void *front)
{
	request_list(e, front, sources_ask(), 16 * MIB, write_sources);
}

/* Refreshing */

struct refresh {
	struct exchange *exchange;
	struct span name;
	bool accept_loss, dry_run;
};

static enum err
refresh_parse(struct exchange *e, struct refresh *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 4 * KIB, .depth = 2, .members = 8 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "accept_loss"))
			out->accept_loss = reader_boolean(&r);
		else if (span_is(name, "dry_run"))
			out->dry_run = reader_boolean(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!percent_read(e->arena, e->segment, &out->name))
		return problem_set(why, ERR_SYNTAX, "RFC 3986 s2.1", "the source's name is not percent-encoded");
	return key_name_check(out->name, why) == OK ? OK : problem_set(why, ERR_SYNTAX, "",
	    "a source's name is 1 to %d of a-z 0-9 -", KEY_NAME_LARGEST);
}

static void
on_source_refreshed(void *arg, enum err err, const struct source_report *report, const struct problem *why)
{
	const struct refresh *f = arg;
	struct exchange *e = f->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	log_info("source.asked", "uid=%d source=%s accept_loss=%d dry_run=%d result=%s", e->peer_uid, LOG_SPAN(f->name),
	    f->accept_loss, f->dry_run, err_name(err));
	if (err != OK) {
		struct problem named = *why;

		problem_within(&named, "source %.*s", SPAN_ARGS(f->name));
		/* A signature of somebody else that does not hold is no failure of ours. */
		exchange_refuse(e, err == ERR_CRYPTO ? 400 : status_of(err), &named);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_print(&b, "{\"unchanged\":%s,\"state\":", report->unchanged ? "true" : "false");
	write_state(&b, f->name, &report->state);
	buffer_text(&b, ",\"import\":");
	import_report_write(&b, &report->import);
	buffer_text(&b, "}");
	request_answer(e, &b);
}

void
source_refresh(struct exchange *e, void *front)
{
	struct control *c = front;
	struct refresh *f = arena_new(e->arena, struct refresh);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*f = (struct refresh){ .exchange = e };
	if (refresh_parse(e, f, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e,
	    sources_refresh(c->settings.sources, arena_text(e->arena, f->name), request_actor(e), f->accept_loss,
		f->dry_run, on_source_refreshed, f));
}
