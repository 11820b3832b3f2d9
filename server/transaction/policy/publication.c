/* transaction/policy/publication.c - publishing a version of a framework.
 *
 *     load -> read -> decide -> sign -> commit -> answer
 *      ^                                  |
 *      `------ conflict, thrice at most --'
 *
 * Whether a version may stand beside the others depends on all of them (its moment is nobody else's, it is the first,
 * there is room), so of two changes at one time one loses: each counts on in the one row of policy_change_table that it
 * loaded, and expects it as it was.
 */
#include "transaction/policy/publication.h"

#include <assert.h>
#include <stdlib.h>

#include "assurance/trial.h"
#include "base/log.h"
#include "base/random.h"
#include "base/record.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/note.h"
#include "ledger/entry.h"
#include "signer/active_key.h"
#include "transaction/policy/admission.h"

#define FLOW_LARGEST (1 * GIB) /* reached by nobody: files, compiled, and the unit they leave in */

#define ATTEMPTS 4 /* somebody else may change a version between load and commit */

enum { ASK_DICTIONARY, ASK_POLICIES, ASK_CHANGES, ASK_KEYS, ASK_COUNT };

struct policy_publication {
	struct pending pending;        /* first */
	const struct policy_publisher *publisher;
	const struct policy_change *change;
	on_policy_changed *then;
	void *arg;
	struct arena arena;            /* of this attempt */
	struct instant now;
	struct ask asks[ASK_COUNT];
	struct pending *waiting;       /* for the store or the signer */
	unsigned attempt;
	struct problem why;

	/* What was loaded and read. */
	const struct dictionary *published_facts, *facts; /* NULL: none; with the version */
	struct span published_text;
	uint64_t dictionary_generation, policy_generation, changes_generation; /* 0: there is no such row */
	uint64_t changes;              /* of all versions, until now */
	struct published_policy before;
	const struct framework *framework;                 /* with WITHDRAW: NULL */
	struct published_policy files;
	struct policy_report report;
	struct note_key key;
	const char *key_name;
};

static void load(struct policy_publication *);
static on_loaded on_policies_loaded;
static on_signed on_note_signed;
static on_committed on_policy_committed;
static void commit(struct policy_publication *);

/* Reading what was loaded; rows are borrowed, so what lasts is copied. */

static void
changes_read(struct policy_publication *p)
{
	const struct ask *ask = &p->asks[ASK_CHANGES];
	struct record r = record_of(ask->count ? ask->rows[0].value : (struct span){ 0 });

	p->changes = record_u64(&r);
	p->changes_generation = ask->count ? ask->rows[0].generation : 0;
}

static enum err
dictionaries_read(struct policy_publication *p, struct span text)
{
	const struct ask *ask = &p->asks[ASK_DICTIONARY];

	if (ask->count) {
		p->published_text = arena_copy(&p->arena, ask->rows[0].value);
		p->dictionary_generation = ask->rows[0].generation;
		if (dictionary_read(
			&p->arena, "published facts.json", p->published_text, &p->published_facts, &p->why) != OK)
			return p->why.code;
	}
	p->facts = p->published_facts;
	if (text.size && dictionary_read(&p->arena, "facts.json", text, &p->facts, &p->why) != OK)
		return p->why.code;
	if (!p->facts)
		return problem_set(&p->why, ERR_INVALID, "",
		    "facts.json: expected the dictionary of facts with the first version, found none");
	return dictionary_admit(p->published_facts, p->facts, &p->why);
}

static enum err
before_find(struct policy_publication *p, struct span framework, struct span version)
{
	const struct ask *ask = &p->asks[ASK_POLICIES];
	struct span key = policy_key(&p->arena, framework, version);

	p->report.framework = framework;
	p->report.version = version;
	for (size_t i = 0; i < ask->count; i++) {
		if (!span_equal(ask->rows[i].key, key))
			continue;
		if (!published_policy_read(arena_copy(&p->arena, ask->rows[i].value), &p->before))
			return policy_row_strange(framework, version, &p->why);
		p->policy_generation = ask->rows[i].generation;
	}
	return OK;
}

/* A proposal may have waited for long: all is looked at again as if it came now. */
static enum err
version_admit(struct policy_publication *p, const struct policy_files *files, struct span facts)
{
	const struct ask *ask = &p->asks[ASK_POLICIES];

	if (dictionaries_read(p, facts) != OK ||
	    framework_read(&p->arena, files, p->facts, true, &p->framework, &p->why) != OK ||
	    policy_admit(ask->rows, ask->count, p->framework, p->now, &p->why) != OK ||
	    trials_pass(p->framework, &p->why) != OK)
		return p->why.code;
	p->report.title = p->framework->title;
	p->report.facts_added = p->facts->count - (p->published_facts ? p->published_facts->count : 0);
	return OK;
}

static enum err
proposed_read(struct policy_publication *p)
{
	const struct policy_change *c = p->change;
	struct buffer pack = buffer_init(POLICY_PACK_LARGEST);
	enum err err = version_admit(p, &c->files, c->facts);

	if (err == OK) {
		policy_files_pack(&pack, &c->files);
		if (pack.overflowed)
			err = problem_set(&p->why, ERR_LIMIT, "", "%s: expected files of at most %zu bytes, found more",
			    c->files.label, FRAMEWORK_LARGEST);
	}
	if (err == OK) {
		p->files = (struct published_policy){ .valid_from = p->framework->valid_from,
			.facts = p->report.facts_added ? c->facts : (struct span){ 0 },
			.files = arena_copy(&p->arena, buffer_span(&pack)) };
		memcpy(p->files.digest, p->framework->digest.data, sizeof(p->files.digest));
		err = before_find(p, p->framework->id, p->framework->version);
	}
	buffer_release(&pack);
	return err;
}

static enum err
waiting_read(struct policy_publication *p)
{
	const struct policy_change *c = p->change;
	struct policy_files files;

	if (before_find(p, c->framework, c->version) != OK)
		return p->why.code;
	if (p->policy_generation == 0)
		return policy_missing(c->framework, c->version, &p->why);
	if (c->step != POLICY_APPROVE || p->before.number)
		return OK;
	if (policy_files_unpack(&p->arena, p->before.files, &files, &p->why) != OK)
		return p->why.code;
	files.label = arena_print(&p->arena, "%.*s/%.*s", SPAN_ARGS(c->framework), SPAN_ARGS(c->version));
	return version_admit(p, &files, p->before.facts);
}

static enum err
decide(struct policy_publication *p)
{
	const struct policy_change *c = p->change;
	const struct policy_step_taken step = { .step = c->step,
		.by = c->by,
		.proposal = c->proposal,
		.now = p->now };

	p->report.needed = quorum_needed(&c->by.quorum);
	if (policy_step_decide(&p->arena, p->policy_generation ? &p->before : NULL, &p->files, &step,
		&p->report.standing, &p->why) != OK)
		return p->why.code;
	published_policy_proposal(&p->report.standing.after, p->report.proposal);
	return OK;
}

/* Signing */

struct span
policy_note_text(struct arena *arena, struct span origin, struct span framework, struct span version,
    const uint8_t digest[32])
{
	return span_text(arena_print(arena, "%.*s/policy\n%.*s %.*s\nsha256:%s\n", SPAN_ARGS(origin),
	    SPAN_ARGS(framework), SPAN_ARGS(version), hex_write(arena, span_of(digest, 32))));
}

/* The key that signs the log signs what the log tells of. A federation that has no key in use at all has just been
 * started: its founding keys are taken into use within the next moment. */
static enum err
key_find(struct policy_publication *p)
{
	const struct policy_publisher *publisher = p->publisher;
	const struct ask *lives = &p->asks[ASK_KEYS];
	struct key_descriptor key;
	struct span spki;

	if (active_key_find(lives, publisher->keys, USE_LEDGER, &p->arena, &key, &p->why) != OK)
		return p->why.code;
	if (!key.name && lives->count == 0)
		return problem_set(&p->why, ERR_UNAVAILABLE, "",
		    "the federation's first keys are being taken into use, and a version is signed with one: try "
		    "again");
	if (!key.name)
		return problem_set(&p->why, ERR_NOT_FOUND, "",
		    "no key for the ledger is active, and a version is signed with it; watashictl key activate makes "
		    "one so");
	p->key_name = key.name;
	if (active_key_spki(&key, &p->arena, &spki, &p->why) != OK)
		return p->why.code;
	return note_key_of(&p->arena, publisher->origin, spki, &p->key, &p->why);
}

static struct span
note_text(struct policy_publication *p)
{
	const struct policy_report *r = &p->report;

	return policy_note_text(&p->arena, p->publisher->origin, r->framework, r->version, r->standing.after.digest);
}

/* What is committed */

static void
write_digest(struct buffer *b, struct arena *arena, const char *name, struct span sum)
{
	buffer_print(b, ",\"%s\":\"sha256:%s\"", name, hex_write(arena, sum));
}

/* Canonical: members in alphabetical order. */
static void
entry_write(struct policy_publication *p, struct buffer *b)
{
	const struct policy_report *r = &p->report;
	const struct published_policy *v = &r->standing.after;
	struct span facts = v->facts;
	char text[INSTANT_TEXT];
	uint8_t sum[32];

	if (facts.size == 0)
		facts = p->published_text;
	digest(DIGEST_SHA256, facts, sum);
	buffer_byte(b, '{');
	json_write_member(b, "actor", v->actor);
	buffer_text(b, ",\"approvers\":");
	json_write_lines(b, v->approvers);
	buffer_print(b, ",\"at\":\"%s\"", instant_text(v->published, text));
	write_digest(b, &p->arena, "digest", span_of(v->digest, sizeof(v->digest)));
	buffer_text(b, ",\"event\":\"policy.published\"");
	write_digest(b, &p->arena, "facts", span_of(sum, sizeof(sum)));
	json_write_member(b, "framework", r->framework);
	buffer_print(b, ",\"valid_from\":\"%s\"", instant_text(v->valid_from, text));
	json_write_member(b, "version", r->version);
	buffer_text(b, "}");
}

static void
put_published(struct policy_publication *p, struct unit *unit, struct span key)
{
	struct published_policy *v = &p->report.standing.after;
	struct buffer entry = buffer_init(LEDGER_ENTRY_LARGEST), row = buffer_init(2 * POLICY_PACK_LARGEST);
	struct ledger_entry e = { .kind = LEDGER_POLICY };

	v->entry = id_new(p->now);
	random_bytes(e.salt, sizeof(e.salt));
	entry_write(p, &entry);
	assert(!entry.overflowed);
	e.content = buffer_span(&entry);
	ledger_append(unit, v->entry, &e);
	if (v->facts.size)
		unit_put(unit, &dictionary_table, span_text(DICTIONARY_KEY), v->facts);
	v->facts = (struct span){ 0 };
	v->number = 0;
	published_policy_write(&row, v);
	assert(!row.overflowed);
	unit_put_numbered(unit, &policy_table, key, span_skip(buffer_span(&row), sizeof(v->number)));
	buffer_release(&entry);
	buffer_release(&row);
}

static void
count_change(struct policy_publication *p, struct unit *unit)
{
	struct span key = span_text(POLICY_CHANGES_KEY);
	struct buffer count = buffer_init(sizeof(p->changes));

	buffer_u64(&count, p->changes + 1);
	unit_expect(unit, &policy_change_table, key, p->changes_generation);
	unit_put(unit, &policy_change_table, key, buffer_span(&count));
	buffer_release(&count);
}

/* The flow */

static void
publication_free(struct policy_publication *p)
{
	pending_cancel(&p->waiting);
	arena_release(&p->arena);
	free(p);
}

static void
publication_cancel(struct pending *pending)
{
	publication_free((struct policy_publication *)pending);
}

static void
answer(struct policy_publication *p, enum err err)
{
	p->then(p->arg, err, err == OK ? &p->report : NULL, &p->why);
	publication_free(p);
}

struct pending *
policy_change_start(
    const struct policy_publisher *publisher, const struct policy_change *change, on_policy_changed *then, void *arg)
{
	struct policy_publication *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	*p = (struct policy_publication){ .pending.cancel = publication_cancel,
		.publisher = publisher,
		.change = change,
		.then = then,
		.arg = arg,
		.arena = arena_init(FLOW_LARGEST),
		.now = change->now };
	if (p->now.us == 0)
		p->now = clock_now();
	load(p);
	return &p->pending;
}

static void
load(struct policy_publication *p)
{
	arena_reset(&p->arena);
	p->published_facts = p->facts = NULL;
	p->dictionary_generation = p->policy_generation = 0;
	p->framework = NULL;
	p->asks[ASK_DICTIONARY] = dictionary_ask();
	p->asks[ASK_POLICIES] = policies_ask();
	p->asks[ASK_CHANGES] = policy_changes_ask();
	p->asks[ASK_KEYS] = key_lives_ask();
	p->waiting = store_load(p->publisher->store, p->asks, ASK_COUNT, on_policies_loaded, p);
}

static void
on_policies_loaded(void *arg, enum err err, const struct problem *why)
{
	struct policy_publication *p = arg;
	enum policy_outcome outcome;

	p->waiting = NULL;
	if (err != OK) {
		p->why = *why;
		answer(p, err);
		return;
	}
	changes_read(p);
	err = p->change->step == POLICY_PROPOSE ? proposed_read(p) : waiting_read(p);
	if (err == OK)
		err = decide(p);
	outcome = p->report.standing.outcome;
	if (err == OK && outcome == POLICY_PUBLISHED)
		err = key_find(p);
	if (err != OK || outcome == POLICY_UNCHANGED || p->change->dry_run)
		answer(p, err);
	else if (outcome == POLICY_PUBLISHED)
		p->waiting = sign_policy(p->publisher->signer, p->key_name, note_text(p), on_note_signed, p);
	else
		commit(p);
}

static void
on_note_signed(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct policy_publication *p = arg;
	struct buffer note = buffer_init(NOTE_LARGEST);

	p->waiting = NULL;
	if (err != OK) {
		p->why = *why;
		answer(p, err);
		return;
	}
	buffer_add(&note, note_text(p));
	buffer_text(&note, "\n");
	note_signature_write(&note, &p->key, signature);
	assert(!note.overflowed);
	p->report.standing.after.note = arena_copy(&p->arena, buffer_span(&note));
	p->report.standing.after.key = note_key_write(&p->arena, &p->key);
	buffer_release(&note);
	commit(p);
}

static void
commit(struct policy_publication *p)
{
	const struct policy_standing *s = &p->report.standing;
	struct unit *unit = unit_new(&p->arena, store_tables(p->publisher->store), id_new(p->now));
	struct span key = policy_key(&p->arena, p->report.framework, p->report.version);

	count_change(p, unit);
	unit_expect(unit, &policy_table, key, p->policy_generation);
	if (s->outcome == POLICY_WITHDRAWN) {
		unit_delete(unit, &policy_table, key);
	} else if (s->outcome == POLICY_PUBLISHED) {
		unit_expect(unit, &dictionary_table, span_text(DICTIONARY_KEY), p->dictionary_generation);
		put_published(p, unit, key);
	} else {
		struct buffer row = buffer_init(2 * POLICY_PACK_LARGEST);

		published_policy_write(&row, &s->after);
		assert(!row.overflowed);
		unit_put(unit, &policy_table, key, buffer_span(&row));
		buffer_release(&row);
	}
	p->waiting = store_commit(p->publisher->store, unit, on_policy_committed, p);
}

static void
on_policy_committed(void *arg, const struct committed *done)
{
	struct policy_publication *p = arg;
	const struct policy_report *r = &p->report;

	p->waiting = NULL;
	if (done->code == ERR_CONFLICT && ++p->attempt < ATTEMPTS) {
		p->report = (struct policy_report){ 0 };
		load(p);
		return;
	}
	if (done->code != OK)
		problem_set(&p->why, done->code, "", "%.*s %.*s could not be written: %s", SPAN_ARGS(r->framework),
		    SPAN_ARGS(r->version), err_name(done->code));
	else
		log_info("policy.changed", "framework=%s version=%s outcome=%s actor=%s", LOG_SPAN(r->framework),
		    LOG_SPAN(r->version), policy_outcome_name(r->standing.outcome), LOG_SPAN(p->change->by.actor));
	answer(p, done->code);
}
