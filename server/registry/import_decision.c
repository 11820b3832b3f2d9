/* registry/import_decision.c - what an import does with each entity of the document. */
#include "registry/import_decision.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/source.h"

#define CHANGES_LARGEST ((UNIT_OPERATIONS - 16) / 2) /* each an expectation and a change */
#define FINDINGS_LARGEST (4 * MIB)                   /* FINDINGS_OF_ENTITY twice, each of a few hundred bytes */

static int
compare_known(const void *key, const void *known)
{
	return memcmp(key, ((const struct import_known *)known)->key.bytes, sizeof(struct entity_key));
}

static int
compare_findings(const void *key, const void *known)
{
	return memcmp(key, ((const struct import_known_findings *)known)->key.bytes, sizeof(struct entity_key));
}

static struct import_known *
known_find(struct import_decision *d, const struct entity_key *key)
{
	return d->known_count ? bsearch(key, d->known, d->known_count, sizeof(*d->known), compare_known) : NULL;
}

/* The row of findings about an entity, NULL when there is none. */
static const struct import_known_findings *
findings_find(const struct import_decision *d, const struct entity_key *key)
{
	return d->known_findings_count ? bsearch(key, d->known_findings, d->known_findings_count,
	    sizeof(*d->known_findings), compare_findings) : NULL;
}

static int
compare_claim(const void *key, const void *claim)
{
	return memcmp(key, ((const struct import_known_claim *)claim)->key.bytes, sizeof(struct entity_key));
}

static const struct import_known_claim *
claim_find(const struct import_decision *d, const struct entity_key *key)
{
	return d->claim_count ? bsearch(key, d->claims, d->claim_count, sizeof(*d->claims), compare_claim) : NULL;
}

/* Findings */

static void
report_findings(struct import_decision *d, const struct rule_finding *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finding_tally_add(d->found, &found[i]);
}

/* Those of before, when only the time of looking is another. */
static bool
same_findings(const struct findings *old, struct span row, const struct findings *now)
{
	struct buffer b = buffer_init(FINDINGS_LARGEST);
	struct findings dated = *now;
	bool same;

	dated.looked = old->looked;
	findings_write(&b, &dated);
	same = !b.overflowed && span_equal(buffer_span(&b), row);
	buffer_release(&b);
	return same;
}

static void
look_delete(struct import_decision *d, const struct entity_key *key)
{
	if (findings_find(d, key))
		d->looks[d->look_count++] = (struct import_look){ .key = *key, .delete = true };
}

/* What was found about the document now in force. */
static void
look_published(struct import_decision *d, const struct entity_key *key, struct rule_finding *found, size_t count)
{
	const struct import_known_findings *row = findings_find(d, key);
	const struct findings now = { .looked = d->import->now, .published = found, .published_count = count };
	struct findings old;

	if (!d->import->validator)
		return;
	if (count == 0)
		look_delete(d, key);
	else if (!row || !findings_read(d->arena, row->value, &old) || !same_findings(&old, row->value, &now))
		d->looks[d->look_count++] = (struct import_look){ .key = *key, .findings = now };
}

/* What was found about a copy that is not taken over, beside what is known of the one in force. */
static void
look_refused(struct import_decision *d, const struct entity_key *key, bool newcomer, struct rule_finding *found,
    size_t count)
{
	const struct import_known_findings *row = findings_find(d, key);
	struct findings old = { .looked = { 0 } }, now;

	if (row && !findings_read(d->arena, row->value, &old))
		old = (struct findings){ .looked = { 0 } };
	now = old;
	now.looked = d->import->now;
	now.refused = found;
	now.refused_count = count;
	if (!old.refused_count)
		now.refused_at = d->import->now;
	/* A newcomer's is written anew in any case: it lasts only so long. */
	if (newcomer || !row || !same_findings(&old, row->value, &now))
		d->looks[d->look_count++] = (struct import_look){ .key = *key, .newcomer = newcomer, .findings = now };
}

/* Refusing: room was made for a refusal of every entity */

static struct metadata_refusal *
refusal_new(struct import_decision *d, const struct metadata_entity *e)
{
	struct metadata_refusal *r = &d->refusals[d->report.refusal_count++];

	*r = (struct metadata_refusal){ .entity_id = e->entity_id, .line = e->line };
	return r;
}

static void
refuse_conflict(struct import_decision *d, const struct metadata_entity *e, const struct import_known *k)
{
	struct problem *why = &refusal_new(d, e)->why;

	if (!span_equal(k->entity.entity_id, e->entity_id))
		problem_set(why, ERR_CONFLICT, "draft-young-md-query-saml-21 s2.2.2",
		    "line %d: the entityID has the same SHA-1 as %.*s, which is registered", e->line,
		    (int)span_first(k->entity.entity_id, 200).size, (const char *)k->entity.entity_id.data);
	else if (k->entity.member.size)
		problem_set(why, ERR_CONFLICT, "",
		    "line %d: the entity is in the record of the member \"%.*s\", not for the source \"%s\" to bring",
		    e->line, SPAN_ARGS(k->entity.member), d->import->source);
	else
		problem_set(why, ERR_CONFLICT, "",
		    "line %d: the entity was brought by the source \"%.*s\", not by \"%s\"",
		    e->line, SPAN_ARGS(k->entity.source), d->import->source);
}

/* What belongs to a member that is suspended, or has not been approved yet, no source brings in its stead. */
static void
refuse_claimed(struct import_decision *d, const struct metadata_entity *e, struct span member)
{
	problem_set(&refusal_new(d, e)->why, ERR_CONFLICT, "",
	    "line %d: the entity belongs to the member \"%.*s\", whether it is published or not; it is not for the "
	    "source \"%s\" to bring",
	    e->line, SPAN_ARGS(member), d->import->source);
}

/* By the first error: the rest stands in the findings. */
static void
refuse_finding(
    struct import_decision *d, const struct metadata_entity *e, const struct rule_finding *found, size_t count)
{
	const struct rule_finding *f = found;
	struct span element, said;
	char clause[64];

	assert(count > 0);
	while (f->level != FINDING_ERROR && f < found + count - 1)
		f++;
	element = span_first(f->element, 100);
	said = span_first(f->found, 100);
	snprintf(clause, sizeof(clause), "%.*s", SPAN_ARGS(span_first(f->clause, sizeof(clause) - 1)));
	problem_set(&refusal_new(d, e)->why, ERR_INVALID, clause, "line %d: %.*s%s%.*s: found \"%.*s\"; expected: %.*s",
	    e->line, SPAN_ARGS(f->rule), element.size ? " at " : "", SPAN_ARGS(element), SPAN_ARGS(said),
	    SPAN_ARGS(span_first(f->right_en, 200)));
}

/* Whoever looks at the entity learns there, too, why its newer copy is not the one in force. */
static void
note_unsound(struct import_decision *d, const struct entity_key *key, const struct metadata_refusal *r)
{
	struct rule_finding *f = arena_new(d->arena, struct rule_finding);

	*f = (struct rule_finding){
		.rule = span_text("metadata.unsound"),
		.level = FINDING_ERROR,
		.found = span_text(r->why.text),
		.right_ja = span_text(
		    "すべての利用者が読めるエンティティにします。見つかったものの説明が、何を期待したかを述べています。"),
		.right_en =
		    span_text("An entity that every consumer can read: what was found tells what was expected."),
		.clause = span_text(r->why.clause),
		.entity_id = r->entity_id,
	};
	report_findings(d, f, 1);
	look_refused(d, key, false, f, 1);
}

/* Deciding */

static struct instant
earlier(struct instant a, struct instant b)
{
	if (a.us == 0 || b.us == 0)
		return a.us ? a : b;
	return instant_before(a, b) ? a : b;
}

static bool
same_content(const struct entity *a, const struct entity *b)
{
	return a->roles == b->roles && span_equal(a->prefixes, b->prefixes) && span_equal(a->source, b->source) &&
	    span_equal(a->name_ja, b->name_ja) && span_equal(a->name_en, b->name_en) &&
	    span_equal(a->stated, b->stated) && memcmp(a->fragment, b->fragment, sizeof(a->fragment)) == 0;
}

/* Somebody else's, and still in force: one whose validity has passed holds nobody up. */
static bool
is_taken(const struct import_decision *d, const struct import_known *k, const struct metadata_entity *e)
{
	bool ended = k->entity.valid_until.us && !instant_before(d->import->now, k->entity.valid_until);

	return !span_equal(k->entity.entity_id, e->entity_id) || k->entity.member.size ||
	    (!span_is(k->entity.source, d->import->source) && !ended);
}

static struct import_change
change_of(const struct import_decision *d, const struct metadata_entity *e)
{
	struct instant now = d->import->now;
	struct import_change c = {
		.key = entity_key_of(e->entity_id),
		.fragment = { now, e->registration, e->extensions, e->attributes_at, e->attributes, e->content },
		.entity = {
			.entity_id = e->entity_id,
			.roles = e->roles,
			.prefixes = e->prefixes,
			.source = span_text(d->import->source),
			.name_ja = e->name_ja,
			.name_en = e->name_en,
			.valid_until = earlier(e->valid_until, d->import->valid_until),
			.size = (uint32_t)e->content.size,
			.registered = now,
			.imported = now,
		},
	};

	fragment_digest(&c.fragment, c.entity.fragment);
	return c;
}

static bool
is_good(struct import_decision *d, const struct metadata_entity *e, struct import_change *c,
    struct rule_finding **found, size_t *count)
{
	const struct validation_subject subject = {
		.entity = &c->entity,
		.fragment = &c->fragment,
		.now = d->import->now,
		.claimed = e->claimed,
		.claimed_count = e->claimed_count,
	};
	unsigned errors = 0, warnings = 0;
	bool good;

	*found = NULL;
	*count = 0;
	if (!d->import->validator)
		return true;
	good = validate_entity(d->import->validator, d->arena, &subject, found, count);
	for (size_t i = 0; i < *count; i++) {
		errors += (*found)[i].level == FINDING_ERROR;
		warnings += (*found)[i].level == FINDING_WARNING;
	}
	c->entity.errors = (uint16_t)errors;
	c->entity.warnings = (uint16_t)warnings;
	report_findings(d, *found, *count);
	return good;
}

/* Content that is as it was may still have another end or other findings: its row is written, but nothing was changed.
 */
static void
take_over(struct import_decision *d, struct import_change *c, const struct import_known *k)
{
	c->content = !k || !same_content(&k->entity, &c->entity);
	if (k) {
		c->generation = k->generation;
		c->entity.registered = k->entity.registered;
	}
	if (k && !c->content) {
		d->report.unchanged++;
		c->entity.imported = k->entity.imported;
		if (k->entity.valid_until.us == c->entity.valid_until.us && k->entity.errors == c->entity.errors &&
		    k->entity.warnings == c->entity.warnings)
			return;
	}
	d->report.added += !k;
	d->report.changed += k && c->content;
	d->inherited += k && !span_equal(k->entity.source, c->entity.source);
	d->changes[d->change_count++] = *c;
}

static void
decide_entity(struct import_decision *d, const struct metadata_entity *e)
{
	struct import_change c = change_of(d, e);
	struct import_known *k = known_find(d, &c.key);
	const struct import_known_claim *claim = claim_find(d, &c.key);
	struct rule_finding *found;
	size_t count;

	if (k && is_taken(d, k, e)) {
		refuse_conflict(d, e, k);
		return;
	}
	if (claim) {
		refuse_claimed(d, e, claim->member);
		return;
	}
	if (k)
		k->named = true;
	if (!is_good(d, e, &c, &found, &count)) {
		refuse_finding(d, e, found, count);
		look_refused(d, &c.key, !k, found, count);
		return;
	}
	take_over(d, &c, k);
	look_published(d, &c.key, found, count);
}

void
import_decision_begin(struct import_decision *d)
{
	const struct metadata *m = d->metadata;
	size_t most = m->refusal_count + m->entity_count;

	d->refusals = arena_array(d->arena, struct metadata_refusal, most);
	d->changes = arena_array(d->arena, struct import_change, m->entity_count);
	d->looks = arena_array(d->arena, struct import_look, most + d->known_count);
	d->found = arena_new(d->arena, struct finding_tally);
	d->report = (struct import_report){ .refusals = d->refusals,
		.refusal_count = m->refusal_count,
		.found = d->found,
		.valid_until = m->valid_until };
	for (size_t n = 0; n < m->refusal_count; n++) {
		struct entity_key key = entity_key_of(m->refusals[n].entity_id);
		struct import_known *k = known_find(d, &key);

		d->refusals[n] = m->refusals[n];
		/* It stays as it was. Of two with one ID, one note is enough. */
		if (k && !k->named && span_is(k->entity.source, d->import->source) && d->import->validator)
			note_unsound(d, &key, &d->refusals[n]);
		if (k)
			k->named = true;
	}
}

bool
import_decision_step(struct import_decision *d, size_t most)
{
	while (most-- > 0 && d->decided < d->metadata->entity_count)
		decide_entity(d, &d->metadata->entities[d->decided++]);
	return d->decided == d->metadata->entity_count;
}

bool
import_is_missing(const struct import_decision *d, const struct import_known *k)
{
	return !d->import->keep_missing && !k->named && span_is(k->entity.source, d->import->source);
}

enum err
import_decision_end(struct import_decision *d, struct problem *why)
{
	uint32_t before = 0;

	assert(d->decided == d->metadata->entity_count);
	metadata_sort_refusals(d->refusals, d->report.refusal_count);
	for (size_t n = 0; n < d->known_count; n++) {
		before += span_is(d->known[n].entity.source, d->import->source);
		if (!import_is_missing(d, &d->known[n]))
			continue;
		d->report.removed++;
		look_delete(d, &d->known[n].key);
	}
	d->report.total = before + d->report.added + d->inherited - d->report.removed;
	if (d->change_count + d->report.removed > CHANGES_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "%zu changes at once; at most %d fit one unit of work",
		    d->change_count + d->report.removed, (int)CHANGES_LARGEST);
	if (d->import->max_loss && source_shrank(before, before - d->report.removed, d->import->max_loss)) {
		d->report.shrank = true;
		return problem_set(why, ERR_DENIED, "",
		    "%u of %u entities are missing; expected at most %u %%, unless an operator accepts the loss",
		    d->report.removed, before, d->import->max_loss);
	}
	return OK;
}
