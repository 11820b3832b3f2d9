/* front/control/policies.c - versions of frameworks over the control socket: what there is, proposing, approving.
 *
 *     policies_propose, policy_step -> parse -> policy_change_start … on_change_done -> what became of it
 */
#include <jansson.h>

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "ledger/entry.h"
#include "transaction/policy/publication.h"

#define CHANGE_ARENA (33 * POLICIES_BODY) /* what codec/reader.h takes at most */
#define ANSWER_LARGEST (64 * MIB)
#define LABEL_LARGEST 200
#define PROPOSAL_LARGEST 80 /* "sha256:" and 64 digits */

static void
write_digest(struct buffer *b, const char *name, const uint8_t digest[32])
{
	struct arena a = arena_init(4 * KIB);

	buffer_print(b, ",\"%s\":\"sha256:%s\"", name, hex_write(&a, span_of(digest, 32)));
	arena_release(&a);
}

static void
write_name(struct buffer *b, struct span framework, struct span version)
{
	buffer_byte(b, '{');
	json_write_member(b, "framework", framework);
	json_write_member(b, "version", version);
}

/* Listing */

static struct span
json_text(const json_t *object, const char *name)
{
	return span_text(json_string_value(json_object_get(object, name)));
}

/* What a version calls itself, as its manifest says: proposals too are shown, which no shelf has. */
static void
write_title(struct buffer *b, struct span packed)
{
	struct arena arena = arena_init(1 * MIB);
	const struct policy_file *manifest = NULL;
	const json_t *title;
	struct policy_files files;
	json_t *root = NULL;

	if (policy_files_unpack(&arena, packed, &files, NULL) == OK)
		manifest = policy_file_find(&files, span_text("manifest.json"));
	if (manifest)
		root = json_loadb((const char *)manifest->text.data, manifest->text.size, 0, NULL);
	title = json_object_get(root, "title");
	localized_write(b, "title", (struct localized){ json_text(title, "ja"), json_text(title, "en") });
	json_decref(root);
	arena_release(&arena);
}

static void
write_version(struct buffer *b, const struct control *c, struct span framework, struct span version,
    const struct published_policy *p)
{
	char entry[LEDGER_ID_TEXT];

	write_name(b, framework, version);
	buffer_print(b, ",\"state\":\"%s\"", p->number ? "published" : "proposed");
	write_title(b, p->files);
	json_write_time(b, "valid_from", p->valid_from);
	json_write_time(b, p->number ? "published" : "proposed", p->published);
	write_digest(b, "digest", p->digest);
	json_write_member(b, "actor", p->actor);
	buffer_text(b, ",\"approvers\":");
	json_write_lines(b, p->approvers);
	if (p->number) {
		buffer_print(b, ",\"ledger\":{\"leaf\":%llu,\"entry\":\"%s\"}", (unsigned long long)p->number,
		    ledger_id_text(&p->entry, entry));
	} else {
		const struct agreement agreement = { p->actor, p->approvers };
		uint8_t proposal[32];

		published_policy_proposal(p, proposal);
		write_digest(b, "proposal", proposal);
		buffer_print(b, ",\"brings_facts\":%s,\"approvals\":{\"had\":%u,\"needed\":%u}",
		    p->facts.size ? "true" : "false", agreement_had(&agreement, &c->quorum),
		    quorum_needed(&c->quorum));
	}
	buffer_text(b, "}");
}

/* What this build cannot read is there all the same. */
static void
write_strange(struct buffer *b, struct span framework, struct span version)
{
	write_name(b, framework, version);
	buffer_text(b, ",\"state\":\"unreadable\"}");
}

static void
write_rejected(struct buffer *b, const struct control *c)
{
	struct policy_snapshot *s = c->settings.shelf ? policy_shelf_take(c->settings.shelf) : NULL;

	buffer_text(b, ",\"rejected\":");
	if (s && s->rejected.size)
		json_write_string(b, s->rejected);
	else
		buffer_text(b, "null");
	policy_snapshot_unref(s);
}

void
policies_write_summary(struct buffer *b, const struct control *c, const struct ask *ask)
{
	size_t published = 0, waiting = 0;

	buffer_text(b, "{\"waiting\":[");
	for (size_t i = 0; i < ask->count; i++) {
		struct published_policy p;
		struct span framework, version;

		if (!published_policy_read(ask->rows[i].value, &p) ||
		    !policy_key_read(ask->rows[i].key, &framework, &version))
			continue;
		published += p.number != 0;
		if (p.number)
			continue;
		buffer_text(b, waiting++ ? "," : "");
		write_name(b, framework, version);
		buffer_text(b, "}");
	}
	buffer_print(b, "],\"published\":%zu", published);
	write_rejected(b, c);
	buffer_text(b, "}");
}

static void
write_policies(struct buffer *b, const struct control *c, const struct ask *ask)
{
	buffer_text(b, "{\"policies\":[");
	for (size_t i = 0; i < ask->count; i++) {
		struct published_policy p;
		struct span framework, version;

		policy_key_read(ask->rows[i].key, &framework, &version);
		buffer_text(b, i ? "," : "");
		if (published_policy_read(ask->rows[i].value, &p))
			write_version(b, c, framework, version, &p);
		else
			write_strange(b, framework, version);
	}
	buffer_text(b, "]");
	write_rejected(b, c);
	buffer_text(b, "}");
}

void
policies_list(struct exchange *e, void *front)
{
	request_list(e, front, policies_ask(), ANSWER_LARGEST, write_policies);
}

/* One version with its files, so that whoever approves can read what waits. */

struct showing {
	struct control *control;
	struct exchange *exchange;
	struct ask ask;
};

static void
write_dictionary(struct buffer *b, struct span text)
{
	if (text.size)
		json_write_string(b, text);
	else
		buffer_text(b, "null");
}

static void
write_published_dictionary(struct buffer *b, const struct control *c)
{
	struct policy_snapshot *s = c->settings.shelf ? policy_shelf_take(c->settings.shelf) : NULL;

	write_dictionary(b, s ? s->facts : (struct span){ 0 });
	policy_snapshot_unref(s);
}

static void
on_version_loaded(void *arg, enum err err, const struct problem *problem)
{
	struct showing *s = arg;
	struct published_policy p = { 0 };
	struct policy_files files = { 0 };
	struct span framework, version;
	struct problem why;
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	policy_key_read(s->ask.from, &framework, &version);
	if (err == OK && s->ask.count == 0)
		err = policy_missing(framework, version, &why);
	else if (err == OK && !published_policy_read(s->ask.rows[0].value, &p))
		err =
		    problem_set(&why, ERR_UNSUPPORTED, "", "the version's row is of a form this version does not know");
	else if (err == OK)
		err = policy_files_unpack(s->exchange->arena, p.files, &files, &why);
	else
		why = *problem;
	if (err != OK) {
		exchange_refuse(s->exchange, status_of(err), &why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"files\":{");
	for (size_t i = 0; i < files.count; i++) {
		buffer_text(&b, i ? "," : "");
		json_write_string(&b, span_text(files.items[i].name));
		buffer_text(&b, ":");
		json_write_string(&b, files.items[i].text);
	}
	buffer_text(&b, "},\"facts\":");
	write_dictionary(&b, p.facts);
	buffer_text(&b, ",\"dictionary\":");
	write_published_dictionary(&b, s->control);
	buffer_text(&b, "}");
	request_answer(s->exchange, &b);
}

static enum err
name_read(struct exchange *e, struct span *framework, struct span *version, struct problem *why)
{
	struct span name;

	if (!percent_read(e->arena, e->segment, &name) || !policy_name_read(name, framework, version))
		return problem_set(why, ERR_SYNTAX, "", "expected a version as FRAMEWORK@VERSION, found \"%.*s\"",
		    SPAN_ARGS(span_first(e->segment, 100)));
	return OK;
}

void
policy_show(struct exchange *e, void *front)
{
	struct control *c = front;
	struct showing *s = arena_new(e->arena, struct showing);
	struct span framework, version;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	if (name_read(e, &framework, &version, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	*s = (struct showing){ .control = c, .exchange = e,
		.ask = { .table = &policy_table, .from = policy_key(e->arena, framework, version) } };
	exchange_hold(e, store_load(c->store, &s->ask, 1, on_version_loaded, s));
}

/* Changing */

struct changing {
	struct control *control;
	struct exchange *exchange;
	struct request_room room;  /* of the files */
	struct policy_publisher publisher;
	struct policy_change change;
	struct span label;
};

static void
on_change_done(void *arg, enum err err, const struct policy_report *r, const struct problem *why)
{
	struct changing *g = arg;
	struct exchange *e = g->exchange;
	const struct published_policy *v;
	char entry[LEDGER_ID_TEXT];
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		request_room_close(&g->room);
		exchange_refuse(e, status_of(err), why);
		return;
	}
	v = &r->standing.after;
	b = buffer_init(1 * MIB);
	write_name(&b, r->framework, r->version);
	buffer_print(&b, ",\"outcome\":\"%s\",\"dry_run\":%s", policy_outcome_name(r->standing.outcome),
	    g->change.dry_run ? "true" : "false");
	json_write_time(&b, "valid_from", v->valid_from);
	write_digest(&b, "digest", v->digest);
	write_digest(&b, "proposal", r->proposal);
	buffer_print(&b, ",\"facts_added\":%zu,\"approvals\":{\"had\":%u,\"needed\":%u},\"waits\":%s",
	    r->facts_added, r->standing.had, r->needed, r->standing.waits ? "true" : "false");
	if (r->standing.outcome == POLICY_PUBLISHED && !g->change.dry_run)
		buffer_print(&b, ",\"entry\":\"%s\"", ledger_id_text(&v->entry, entry));
	buffer_text(&b, "}");
	request_room_close(&g->room);
	request_answer(e, &b);
}

static struct changing *
changing_new(struct exchange *e, struct control *c)
{
	struct changing *g = arena_new(e->arena, struct changing);

	*g = (struct changing){ .control = c, .exchange = e,
		.publisher = { .store = c->store, .signer = c->settings.signer, .keys = c->settings.keys,
		    .origin = span_text(c->settings.ledger_origin) },
		.change = { .by = request_agreeing(e, c) } };
	request_room_open(&g->room, e, CHANGE_ARENA);
	return g;
}

static void
changing_start(struct changing *g, enum err err, const struct problem *why)
{
	if (err != OK) {
		request_room_close(&g->room);
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	exchange_hold(g->exchange, policy_change_start(&g->publisher, &g->change, on_change_done, g));
}

static void
read_files(struct reader *r, struct policy_files *out)
{
	size_t size = 0;
	struct span name;

	out->items = arena_array(r->arena, struct policy_file, FRAMEWORK_FILES);
	reader_object(r);
	while (reader_member(r, &name)) {
		struct span text;

		if (!policy_file_name_valid(name)) {
			reader_fail(r, "a text under the name of a file (a-z 0-9 - . _ + and /)", "another name");
			return;
		}
		text = reader_string(r, 1, FRAMEWORK_FILE_LARGEST);
		size += text.size;
		if (out->count == FRAMEWORK_FILES || size > FRAMEWORK_LARGEST) {
			reader_fail(r, arena_print(r->arena, "at most %d files of %zu bytes together", FRAMEWORK_FILES,
			    FRAMEWORK_LARGEST), "more");
			return;
		}
		out->items[out->count++] = (struct policy_file){ arena_text(r->arena, name), text };
	}
	policy_files_sort(out);
}

static enum err
proposal_parse(struct changing *g, struct problem *why)
{
	struct reader r =
	    reader_json(&g->room.arena, g->exchange->body, (struct limits){ .bytes = POLICIES_BODY, .depth = 3 });
	struct policy_change *change = &g->change;
	struct span name;

	change->step = POLICY_PROPOSE;
	change->files.label = "policy";
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "files"))
			read_files(&r, &change->files);
		else if (span_is(name, "facts"))
			change->facts = reader_string(&r, 1, DICTIONARY_LARGEST);
		else if (span_is(name, "label"))
			change->files.label = arena_text(&g->room.arena, reader_string(&r, 1, LABEL_LARGEST));
		else if (span_is(name, "dry_run"))
			change->dry_run = reader_boolean(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (change->files.count == 0)
		return problem_set(why, ERR_SYNTAX, "", "/files: expected the files of a version, found none");
	return OK;
}

void
policies_propose(struct exchange *e, void *front)
{
	struct control *c = front;
	struct problem why;
	struct changing *g;

	if (!request_allowed(e, c))
		return;
	g = changing_new(e, c);
	changing_start(g, proposal_parse(g, &why), &why);
}

static enum err
step_parse(struct changing *g, struct problem *why)
{
	struct exchange *e = g->exchange;
	struct reader r =
	    reader_json(&g->room.arena, e->body, (struct limits){ .bytes = 4 * KIB, .depth = 2, .members = 8 });
	struct policy_change *change = &g->change;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "action")) {
			struct span word = reader_string(&r, 1, 20);

			if (span_is(word, policy_step_name(POLICY_APPROVE)))
				change->step = POLICY_APPROVE;
			else if (span_is(word, policy_step_name(POLICY_WITHDRAW)))
				change->step = POLICY_WITHDRAW;
			else
				reader_fail(&r, "approve or withdraw-proposal", arena_text(&g->room.arena, word));
		} else if (span_is(name, "proposal")) {
			change->proposal = reader_string(&r, 1, PROPOSAL_LARGEST);
		} else if (span_is(name, "dry_run")) {
			change->dry_run = reader_boolean(&r);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (change->step == POLICY_NO_STEP)
		return problem_set(why, ERR_SYNTAX, "", "/action: expected approve or withdraw-proposal, found none");
	return name_read(e, &change->framework, &change->version, why);
}

void
policy_step(struct exchange *e, void *front)
{
	struct control *c = front;
	struct problem why;
	struct changing *g;

	if (!request_allowed(e, c))
		return;
	g = changing_new(e, c);
	changing_start(g, step_parse(g, &why), &why);
}
