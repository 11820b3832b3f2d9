/* front/control/control.c - operators' requests, checked and handed on: import, publish, reload, status. */
#include "front/control/control.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "codec/text.h"
#include "front/control/keys.h"
#include "front/control/request.h"
#include "http/exchange.h"
#include "registry/metadata.h"
#include "signer/rollover.h"

/* An import may refuse every entity of a large file, each with its reason. */
#define ANSWER_LARGEST (64 * MIB)

struct control *
control_new(struct loop *loop, struct store *store, const struct control_settings *settings,
    const struct control_actions *actions)
{
	struct control *c = calloc(1, sizeof(*c));
	size_t operators = settings->operator_count * sizeof(*settings->operators);

	if (!c)
		abort();
	c->loop = loop;
	c->store = store;
	c->settings = *settings;
	c->actions = *actions;
	c->operators = malloc(operators ? operators : 1);
	c->keys = strdup(settings->keys);
	if (!c->operators || !c->keys)
		abort();
	if (operators)
		memcpy(c->operators, settings->operators, operators);
	c->settings.operators = c->operators;
	c->settings.keys = c->keys;
	return c;
}

void
control_free(struct control *c)
{
	if (!c)
		return;
	free(c->operators);
	free(c->keys);
	free(c);
}

/* The kernel says who connected. Root and the daemon's own user could change the store's files anyway. */
static bool
is_operator(const struct control *c, int uid)
{
	if (uid < 0)
		return false;
	if (uid == 0 || (unsigned)uid == geteuid())
		return true;
	for (size_t i = 0; i < c->settings.operator_count; i++)
		if (c->settings.operators[i] == (unsigned)uid)
			return true;
	return false;
}

bool
control_admit(void *arg, const struct address *peer, int uid, struct problem *why)
{
	(void)peer;
	if (is_operator(arg, uid))
		return true;
	problem_set(why, ERR_DENIED, "", "user %d is no operator; control/operators in the configuration names them", uid);
	return false;
}

bool
request_allowed(struct exchange *e, struct control *c)
{
	struct problem why;

	if (control_admit(c, &e->peer, e->peer_uid, &why))
		return true;
	exchange_refuse(e, status_of(why.code), &why);
	return false;
}

/* The query's parameters are the request's type: each must be one of `names`, once. */
static enum err
query_read(struct exchange *e, const char *const *names, struct span *values, size_t count, struct problem *why)
{
	struct span rest = e->request->query;

	while (rest.size > 0) {
		struct span value = span_cut(&rest, '&'), name = span_cut(&value, '=');
		size_t i = 0;

		while (i < count && !span_is(name, names[i]))
			i++;
		if (i == count)
			return problem_set(why, ERR_SYNTAX, "", "expected no query parameter \"%.*s\" here",
			    SPAN_ARGS(span_first(name, 100)));
		if (values[i].data)
			return problem_set(why, ERR_SYNTAX, "", "the query parameter \"%s\" stands twice", names[i]);
		if (!percent_read(e->arena, value, &values[i]))
			return problem_set(why, ERR_SYNTAX, "RFC 3986 s2.1",
			    "the query parameter \"%s\" is not percent-encoded", names[i]);
		if (!values[i].data)
			values[i] = span_text("");
	}
	return OK;
}

static enum err
flag_read(const char *name, struct span value, bool *out, struct problem *why)
{
	*out = span_is(value, "true");
	if (*out || !value.data || span_is(value, "false"))
		return OK;
	return problem_set(why, ERR_SYNTAX, "", "%s: expected true or false, found \"%.*s\"", name,
	    SPAN_ARGS(span_first(value, 100)));
}

static enum err
source_read(struct span value, struct arena *arena, const char **out, struct problem *why)
{
	if (value.size < 1 || value.size > 200 || !utf8_valid(value))
		return problem_set(why, ERR_SYNTAX, "", "source: expected a name of 1 to 200 bytes, found %zu bytes",
		    value.size);
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] < 0x20 || value.data[i] == 0x7f)
			return problem_set(why, ERR_SYNTAX, "",
			    "source: expected no control character, found one at byte %zu", i);
	*out = arena_text(arena, value);
	return OK;
}

/* Importing: `POST /v1/control/import?source=…` */

enum import_parameter { IMPORT_SOURCE, IMPORT_DRY_RUN, IMPORT_KEEP_MISSING, IMPORT_ALLOW_EMPTY, IMPORT_PARAMETERS };
static const char *const import_parameters[] = {
	[IMPORT_SOURCE] = "source",
	[IMPORT_DRY_RUN] = "dry_run",
	[IMPORT_KEEP_MISSING] = "keep_missing",
	[IMPORT_ALLOW_EMPTY] = "allow_empty",
};

static enum err
import_read(struct exchange *e, struct import *out, struct problem *why)
{
	struct span values[IMPORT_PARAMETERS] = { 0 };

	*out = (struct import){ .document = e->body, .actor = request_actor(e) };
	if (query_read(e, import_parameters, values, COUNT(values), why) != OK ||
	    source_read(values[IMPORT_SOURCE], e->arena, &out->source, why) != OK ||
	    flag_read("dry_run", values[IMPORT_DRY_RUN], &out->dry_run, why) != OK ||
	    flag_read("keep_missing", values[IMPORT_KEEP_MISSING], &out->keep_missing, why) != OK ||
	    flag_read("allow_empty", values[IMPORT_ALLOW_EMPTY], &out->allow_empty, why) != OK)
		return why->code;
	return OK;
}

static void
write_refusals(struct buffer *b, const struct import_report *report)
{
	for (size_t i = 0; i < report->refusal_count; i++) {
		const struct metadata_refusal *r = &report->refusals[i];

		buffer_print(b, "%s{\"line\":%d,\"entity_id\":", i ? "," : "", r->line);
		json_write_string(b, r->entity_id);
		buffer_print(b, ",\"code\":\"%s\",\"reason\":", err_name(r->why.code));
		json_write_string(b, span_text(r->why.text));
		buffer_text(b, ",\"clause\":");
		json_write_string(b, span_text(r->why.clause));
		buffer_text(b, "}");
	}
}

static void
on_import_done(void *arg, enum err err, const struct import_report *report, const struct problem *why)
{
	struct exchange *e = arg;
	const struct import *import = e->state;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse(e, status_of(err), why);
		return;
	}
	log_info("import.done", "uid=%d source=%s added=%u changed=%u removed=%u refused=%zu dry_run=%d", e->peer_uid,
	    LOG_TEXT(import->source), report->added, report->changed, report->removed, report->refusal_count,
	    import->dry_run);
	b = buffer_init(ANSWER_LARGEST);
	buffer_print(&b, "{\"added\":%u,\"changed\":%u,\"unchanged\":%u,\"removed\":%u,\"refused\":[", report->added,
	    report->changed, report->unchanged, report->removed);
	write_refusals(&b, report);
	buffer_text(&b, "]}");
	request_answer(e, &b);
}

static void
import_metadata(struct exchange *e, void *front)
{
	struct control *c = front;
	struct problem why;
	struct import *import = arena_new(e->arena, struct import);

	if (!request_allowed(e, c))
		return;
	if (import_read(e, import, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	e->state = import;
	exchange_hold(e, import_start(c->loop, c->store, import, on_import_done, e));
}

/* Publishing */

static void
on_publish_done(void *arg, enum err err, const struct publish_report *report, const struct problem *why)
{
	struct exchange *e = arg;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		exchange_refuse(e, status_of(err), why);
		return;
	}
	b = buffer_init(4 * KIB);
	buffer_print(&b, "{\"generation\":%llu,\"signed\":%u,\"kept\":%u,\"removed\":%u,\"milliseconds\":%lld}",
	    (unsigned long long)report->generation, report->signed_documents, report->kept_documents,
	    report->removed_documents, (long long)report->us / 1000);
	request_answer(e, &b);
}

static void
publish(struct exchange *e, void *front)
{
	static const char *const names[] = { "all" };
	struct control *c = front;
	struct span values[COUNT(names)] = { 0 };
	struct problem why;
	bool all = false;

	if (!request_allowed(e, c))
		return;
	if (query_read(e, names, values, COUNT(names), &why) != OK || flag_read("all", values[0], &all, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e, c->actions.publish(c->actions.arg, all, on_publish_done, e));
}

/* Status: what the store says of publication and keys, and what the steward adds. */

struct status {
	struct control *control;
	struct exchange *exchange;
	struct ask asks[2];
};

static void
write_publication(struct buffer *b, const struct ask *ask)
{
	char published[INSTANT_TEXT], valid_until[INSTANT_TEXT], refresh_at[INSTANT_TEXT];
	struct publication p;
	bool broken;

	if (!publication_found(ask, &p, &broken)) {
		buffer_text(b, "null");
		return;
	}
	buffer_print(b, "{\"generation\":%llu,\"published\":\"%s\",\"valid_until\":\"%s\",\"refresh_at\":\"%s\","
	    "\"entities\":%u,\"idps\":%u,\"rps\":%u,\"key\":",
	    (unsigned long long)p.generation, instant_text(p.published, published),
	    instant_text(p.valid_until, valid_until), instant_text(p.refresh_at, refresh_at), p.entities, p.idps, p.rps);
	json_write_string(b, p.key);
	buffer_text(b, "}");
}

static void
on_status_loaded(void *arg, enum err err, const struct problem *why)
{
	struct status *s = arg;
	struct control *c = s->control;
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse(s->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(1 * MIB);
	buffer_text(&b, "{\"publication\":");
	write_publication(&b, &s->asks[0]);
	buffer_text(&b, ",\"keys\":");
	keys_write(&b, &s->asks[1]);
	buffer_text(&b, ",");
	c->actions.status(c->actions.arg, &b);
	buffer_text(&b, "}");
	request_answer(s->exchange, &b);
}

static void
show_status(struct exchange *e, void *front)
{
	struct control *c = front;
	struct status *s = arena_new(e->arena, struct status);

	if (!request_allowed(e, c))
		return;
	*s = (struct status){ .control = c, .exchange = e };
	s->asks[0] = publication_ask();
	s->asks[1] = key_lives_ask();
	exchange_hold(e, store_load(c->store, s->asks, COUNT(s->asks), on_status_loaded, s));
}

static void
reload(struct exchange *e, void *front)
{
	struct control *c = front;

	if (!request_allowed(e, c))
		return;
	c->actions.reload(c->actions.arg);
	exchange_reply_json(e, 202, span_text("{}"));
}

const char *
request_actor(const struct exchange *e)
{
	return arena_print(e->arena, "uid:%d", e->peer_uid);
}

void
request_answer(struct exchange *e, struct buffer *b)
{
	struct problem why;

	if (b->overflowed) {
		problem_set(&why, ERR_LIMIT, "", "the answer is larger than %zu bytes", b->limit);
		exchange_refuse(e, 500, &why);
	} else {
		exchange_reply_json(e, 200, buffer_span(b));
	}
	buffer_release(b);
}

const struct route control_routes[] = {
	{ GET,  "/v1/control/status",      show_status,     NO_BODY, 0 },
	{ POST, "/v1/control/import",      import_metadata, XML, METADATA_LARGEST },
	{ POST, "/v1/control/publish",     publish,         NO_BODY, 0 },
	{ GET,  "/v1/control/keys",        keys_list,       NO_BODY, 0 },
	{ POST, "/v1/control/keys/{name}", key_change,      JSON, 4 * KIB },
	{ POST, "/v1/control/reload",      reload,          NO_BODY, 0 },
	{ 0 },
};
