/* front/control/control.c - who may ask, the routes, and the requests that are the steward's own: publish, reload,
 * status. */
#include "front/control/control.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "codec/json_writer.h"
#include "front/control/keys.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/metadata.h"
#include "signer/rollover.h"
#include "transaction/proofing/end.h"

/* As request_actor() writes them. */
static struct span
operators_write(struct arena *arena, const struct control_settings *settings)
{
	struct span out = { 0 };

	for (size_t i = 0; i < settings->operator_count; i++)
		out = span_text(arena_print(arena, "%.*s%suid:%u", SPAN_ARGS(out), i ? "\n" : "",
		    settings->operators[i]));
	return out;
}

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
	c->authority = strdup(settings->registration_authority);
	c->ledger_origin = strdup(settings->ledger_origin ? settings->ledger_origin : "");
	if (!c->operators || !c->keys || !c->authority || !c->ledger_origin)
		abort();
	if (operators)
		memcpy(c->operators, settings->operators, operators);
	c->settings.operators = c->operators;
	c->settings.keys = c->keys;
	c->settings.registration_authority = c->authority;
	c->settings.ledger_origin = c->ledger_origin;
	c->arena = arena_init(1 * MIB);
	c->quorum = (struct quorum){ operators_write(&c->arena, settings), settings->approvals };
	return c;
}

void
control_free(struct control *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c->operators);
	free(c->keys);
	free(c->authority);
	free(c->ledger_origin);
	free(c);
}

static bool
is_named(const struct control *c, int uid)
{
	for (size_t i = 0; uid >= 0 && i < c->settings.operator_count; i++)
		if (c->settings.operators[i] == (unsigned)uid)
			return true;
	return false;
}

/* The kernel says who connected. Root and the daemon's own user could change the store's files anyway. */
static bool
is_operator(const struct control *c, int uid)
{
	if (uid < 0)
		return false;
	return uid == 0 || (unsigned)uid == geteuid() || is_named(c, uid);
}

bool
control_admit(void *arg, const struct address *peer, int uid, struct problem *why)
{
	(void)peer;
	if (is_operator(arg, uid))
		return true;
	problem_set(why, ERR_DENIED, "", "user %d is no operator; control/operators in the configuration names them",
	    uid);
	return false;
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
	buffer_print(&b,
	    "{\"generation\":%llu,\"signed\":%u,\"kept\":%u,\"removed\":%u,\"left_out\":%u,\"milliseconds\":%lld}",
	    (unsigned long long)report->generation, report->signed_documents, report->kept_documents,
	    report->removed_documents, report->left_out, (long long)report->us / 1000);
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
	if (request_query(e, names, values, COUNT(names), &why) != OK ||
	    request_flag("all", values[0], &all, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e, c->actions.publish(c->actions.arg, all, on_publish_done, e));
}

/* Status: what the store says of publication, keys, members, sources and policies, and what the steward adds. */

enum status_part {
	STATUS_PUBLICATION, STATUS_KEYS, STATUS_MEMBERS, STATUS_SOURCES, STATUS_CALLERS, STATUS_POLICIES,
	STATUS_PROOFING_END, STATUS_PARTS
};
struct status_request {
	struct control *control;
	struct exchange *exchange;
	struct ask asks[STATUS_PARTS];
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
	    "\"entities\":%u,\"idps\":%u,\"rps\":%u,\"left_out\":%u",
	    (unsigned long long)p.generation, instant_text(p.published, published),
	    instant_text(p.valid_until, valid_until), instant_text(p.refresh_at, refresh_at), p.entities, p.idps, p.rps,
	    p.left_out);
	json_write_member(b, "key", p.key);
	buffer_text(b, "}");
}

static void
on_status_loaded(void *arg, enum err err, const struct problem *why)
{
	struct status_request *s = arg;
	struct control *c = s->control;
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse(s->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(1 * MIB);
	buffer_text(&b, "{\"publication\":");
	write_publication(&b, &s->asks[STATUS_PUBLICATION]);
	buffer_text(&b, ",\"keys\":");
	keys_write(&b, &s->asks[STATUS_KEYS]);
	buffer_text(&b, ",\"members\":");
	members_write_summary(&b, &s->asks[STATUS_MEMBERS]);
	buffer_text(&b, ",\"sources\":");
	sources_write(&b, &s->asks[STATUS_SOURCES]);
	buffer_text(&b, ",\"callers\":");
	callers_write_summary(&b, &s->asks[STATUS_CALLERS]);
	buffer_text(&b, ",\"policies\":");
	policies_write_summary(&b, c, &s->asks[STATUS_POLICIES]);
	if (c->settings.costs) {
		buffer_text(&b, ",\"proofing_ended\":");
		proofing_end_write(&b, &s->asks[STATUS_PROOFING_END]);
	}
	buffer_text(&b, ",");
	c->actions.status(c->actions.arg, &b);
	buffer_text(&b, "}");
	request_answer(s->exchange, &b);
}

static void
show_status(struct exchange *e, void *front)
{
	struct control *c = front;
	struct status_request *s = arena_new(e->arena, struct status_request);

	if (!request_allowed(e, c))
		return;
	*s = (struct status_request){ .control = c, .exchange = e };
	s->asks[STATUS_PUBLICATION] = publication_ask();
	s->asks[STATUS_KEYS] = key_lives_ask();
	s->asks[STATUS_MEMBERS] = members_ask();
	s->asks[STATUS_SOURCES] = sources_ask();
	s->asks[STATUS_CALLERS] = caller_proposals_ask();
	s->asks[STATUS_POLICIES] = policies_ask();
	s->asks[STATUS_PROOFING_END] = proofing_end_ask();
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

/* Revocation lists */

static void
on_lists_refreshed(void *arg, const struct crl_refresh *report)
{
	struct exchange *e = arg;
	struct buffer b = buffer_init(4 * KIB);

	exchange_hold(e, NULL);
	buffer_print(&b, "{\"taken\":%u,\"unchanged\":%u,\"failed\":%u", report->taken, report->unchanged,
	    report->failed);
	if (report->failed)
		json_write_member(&b, "problem", span_text(report->first.text));
	buffer_text(&b, "}");
	request_answer(e, &b);
}

static void
refresh_lists(struct exchange *e, void *front)
{
	struct control *c = front;
	struct pending *pending = NULL;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	if (c->actions.refresh_lists)
		pending = c->actions.refresh_lists(c->actions.arg, on_lists_refreshed, e);
	if (pending) {
		exchange_hold(e, pending);
		return;
	}
	problem_set(&why, ERR_NOT_FOUND, "",
	    "no revocation lists are kept here: jpki/lists in the configuration says where, and proofing must not have "
	    "ended");
	exchange_refuse(e, status_of(why.code), &why);
}

const struct route control_routes[] = {
	{ GET,  "/v1/control/status",         show_status,     NO_BODY, 0 },
	{ POST, "/v1/control/import",         import_metadata, XML, METADATA_LARGEST },
	{ POST, "/v1/control/publish",        publish,         NO_BODY, 0 },
	{ GET,  "/v1/control/keys",           keys_list,       NO_BODY, 0 },
	{ POST, "/v1/control/keys/{name}",    key_change,      JSON, 4 * KIB },
	{ GET,  "/v1/control/members",        members_list,    NO_BODY, 0 },
	{ POST, "/v1/control/members",        members_change,  JSON, MEMBERS_BODY },
	{ GET,  "/v1/control/members/{id}",   member_show,     NO_BODY, 0 },
	{ GET,  "/v1/control/findings",       findings_list,   NO_BODY, 0 },
	{ GET,  "/v1/control/sources",        sources_list,    NO_BODY, 0 },
	{ POST, "/v1/control/sources/{name}", source_refresh,  JSON, 4 * KIB },
	{ GET,  "/v1/control/policies",       policies_list,   NO_BODY, 0 },
	{ POST, "/v1/control/policies",       policies_propose, JSON, POLICIES_BODY },
	{ GET,  "/v1/control/policies/{id}",  policy_show,     NO_BODY, 0 },
	{ POST, "/v1/control/policies/{id}",  policy_step,     JSON, 4 * KIB },
	{ POST, "/v1/control/erasures",       erasures_start,  JSON, ERASURES_BODY },
	{ GET,  "/v1/control/costs",          costs_show,      NO_BODY, 0 },
	{ POST, "/v1/control/erasures/search", erasures_search, JSON, 32 * KIB },
	{ GET,  "/v1/control/callers",        callers_list,    NO_BODY, 0 },
	{ POST, "/v1/control/callers",        callers_create,  JSON, CALLER_BODY },
	{ POST, "/v1/control/callers/{name}", caller_step,     JSON, CALLER_BODY },
	{ GET,  "/v1/control/persons/{number}", person_show,   NO_BODY, 0 },
	{ POST, "/v1/control/persons/{number}", person_step,   JSON, KIB },
	{ POST, "/v1/control/persons/{number}/erase", account_erase, NO_BODY, 0 },
	{ POST, "/v1/control/jpki",           proofing_step,   JSON, 8 * KIB },
	{ GET,  "/v1/control/jpki/log",       proofing_log_show, NO_BODY, 0 },
	{ POST, "/v1/control/jpki/lists",     refresh_lists,   NO_BODY, 0 },
	{ POST, "/v1/control/reload",         reload,          NO_BODY, 0 },
	{ 0 },
};
