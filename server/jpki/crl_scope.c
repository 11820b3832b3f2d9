/* jpki/crl_scope.c - which lists tell about a certificate, and what they tell together. */
#include "jpki/crl_scope.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/der.h"
#include "crypto/digest.h"

#define CLAUSE "RFC 5280 s6.3.3"
#define POINTS 64 /* of one certificate */

/* A distribution point of the certificate; the last one is the issuer's name itself. */
struct point {
	struct name_key issuers[CRL_POINT_NAMES]; /* who may sign its lists */
	size_t issuer_count;
	bool other_issuer;           /* it names a cRLIssuer: only indirect lists count (b)(1) */
	struct name_key names[CRL_POINT_NAMES];
	size_t name_count;
	unsigned reasons;
};

/* How near we came to a list that counts: the worst obstacle says what is to be done. */
enum obstacle { NO_LIST, OTHER_GENERATION, NOT_YET, TOO_OLD, SIGNER_ENDED, NOT_UNDERSTOOD, NO_DELTA, DELTA_LOST,
    DAMAGED };

struct search {
	const struct crl_held *held;
	size_t count;
	const struct crl_question *question;
	const struct crl_policy *policy;
	struct name_key issuer;      /* of the certificate */
	unsigned covered;            /* reasons */
	enum obstacle obstacle;
	struct revocation_answer *out;
};

/* The certificate's points */

static bool
read_general_names(struct span names, struct name_key *out, size_t *count)
{
	*count = name_keys_of(names, out, CRL_POINT_NAMES);
	return *count > 0 && *count <= CRL_POINT_NAMES;
}

/* The one Name that cRLIssuer has, for what is relative to it (s4.2.1.13). */
static bool
one_name(struct span names, struct span *name)
{
	struct span contents;

	if (!der_enter(&names, DER_CONTEXT(4), &contents) || names.size)
		return false;
	*name = contents;
	return true;
}

static bool
read_name(struct span name, struct span issuers, const struct x509 *certificate, struct point *out)
{
	struct span inside, base = certificate->issuer;

	if (der_peek(name) == DER_CONTEXT(0))
		return der_enter(&name, DER_CONTEXT(0), &inside) && name.size == 0 &&
		    read_general_names(inside, out->names, &out->name_count);
	if (!der_enter(&name, DER_CONTEXT(1), &inside) || name.size || (issuers.size && !one_name(issuers, &base)))
		return false;
	out->names[out->name_count++] = name_key_relative(base, inside);
	return true;
}

/* DistributionPoint: [0] its name, [1] reasons, [2] cRLIssuer. */
static bool
read_point(struct span inside, const struct x509 *certificate, const struct name_key *issuer, struct point *out)
{
	struct span name = { 0 }, issuers = { 0 };
	uint32_t reasons = CRL_ALL_REASONS;

	*out = (struct point){ .issuer_count = 0 };
	if (der_peek(inside) == DER_CONTEXT(0) && !der_enter(&inside, DER_CONTEXT(0), &name))
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(1) && !der_named_bits(&inside, DER_PRIMITIVE(1), &reasons))
		return false;
	if (der_peek(inside) == DER_CONTEXT(2) && !der_enter(&inside, DER_CONTEXT(2), &issuers))
		return false;
	if (inside.size || (name.size && !read_name(name, issuers, certificate, out)))
		return false;
	out->reasons = reasons & CRL_ALL_REASONS;
	out->other_issuer = issuers.size;
	if (issuers.size)
		return read_general_names(issuers, out->issuers, &out->issuer_count);
	out->issuers[out->issuer_count++] = *issuer;
	return true;
}

/* One point after the other; the issuer's own name is the last one. False: there are no more, or, with *good false, it
 * cannot be read. */
struct points {
	const struct x509 *certificate;
	const struct name_key *issuer;
	struct span rest;
	size_t count;
	bool ended;
};

static struct points
points_of(const struct x509 *certificate, const struct name_key *issuer, bool *good)
{
	struct points p = { .certificate = certificate, .issuer = issuer };
	struct span value = certificate->distribution_points.value;

	*good = value.size == 0 || (der_enter(&value, DER_SEQUENCE, &p.rest) && value.size == 0);
	return p;
}

static bool
next_point(struct points *p, struct point *out, bool *good)
{
	struct span inside;

	if (p->ended || !*good)
		return false;
	if (p->rest.size) {
		*good = p->count++ < POINTS && der_enter(&p->rest, DER_SEQUENCE, &inside) &&
		    read_point(inside, p->certificate, p->issuer, out);
		return *good;
	}
	*out = (struct point){ .reasons = CRL_ALL_REASONS, .issuer_count = 1, .name_count = 1 };
	out->issuers[0] = out->names[0] = *p->issuer;
	p->ended = true;
	return true;
}

/* Lists */

static bool
is_among(const struct name_key *one, const struct name_key *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name_key_equal(one, &all[i]))
			return true;
	return false;
}

static bool
any_among(const struct name_key *some, size_t some_count, const struct name_key *all, size_t count)
{
	for (size_t i = 0; i < some_count; i++)
		if (is_among(&some[i], all, count))
			return true;
	return false;
}

static int
compare_numbers(struct span a, struct span b)
{
	a = der_magnitude(a);
	b = der_magnitude(b);
	return a.size != b.size ? (a.size < b.size ? -1 : 1) : memcmp(a.data, b.data, a.size);
}

int
crl_age_compare(const struct crl_list *a, const struct crl_list *b)
{
	int numbers = a->number.size && b->number.size ? compare_numbers(a->number, b->number) : 0;

	return numbers ? numbers : (a->this_update.us > b->this_update.us) - (a->this_update.us < b->this_update.us);
}

bool
crl_scope_equal(const struct crl_index *a, const struct crl_index *b)
{
	const struct crl_scope *x = &crl_index_list(a)->scope, *y = &crl_index_list(b)->scope;
	size_t a_count, b_count;
	const struct name_key *a_points = crl_index_points(a, &a_count), *b_points = crl_index_points(b, &b_count);

	if (!name_key_equal(crl_index_issuer(a), crl_index_issuer(b)) || x->present != y->present ||
	    x->only_users != y->only_users || x->only_authorities != y->only_authorities ||
	    x->only_attributes != y->only_attributes || x->indirect != y->indirect || x->reasons != y->reasons ||
	    a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (!is_among(&a_points[i], b_points, b_count) || !is_among(&b_points[i], a_points, a_count))
			return false;
	return true;
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct name_key));
}

static void
make_key(const struct crl_index *index, bool delta, uint8_t *out)
{
	const struct crl_list *list = crl_index_list(index);
	const struct crl_scope *scope = &list->scope;
	const uint8_t said[] = {
		delta, scope->present, scope->only_users, scope->only_authorities,
		scope->only_attributes, scope->indirect, (uint8_t)scope->reasons, (uint8_t)(scope->reasons >> 8),
	};
	struct name_key points[CRL_POINT_NAMES];
	struct span pieces[CRL_POINT_NAMES + 2] = {
		span_of(crl_index_issuer(index)->bytes, sizeof(points->bytes)), span_of(said, sizeof(said)),
	};
	size_t count, used = 2;
	const struct name_key *named = crl_index_points(index, &count);

	/* The names are a set. */
	assert(count <= COUNT(points));
	if (count)
		memcpy(points, named, count * sizeof(*points));
	qsort(points, count, sizeof(*points), compare_keys);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !name_key_equal(&points[i], &points[i - 1]))
			pieces[used++] = span_of(points[i].bytes, sizeof(points[i].bytes));
	digest_pieces(DIGEST_SHA256, pieces, used, out);
}

void
crl_scope_key(const struct crl_index *index, uint8_t *out)
{
	make_key(index, crl_index_list(index)->base_number.size > 0, out);
}

void
crl_delta_key(const struct crl_index *index, uint8_t *out)
{
	make_key(index, true, out);
}

/* (b) */
static bool
is_about(const struct search *s, const struct point *point, const struct crl_index *index)
{
	const struct crl_scope *scope = &crl_index_list(index)->scope;
	bool authority = s->question->certificate->authority;
	size_t count;
	const struct name_key *points = crl_index_points(index, &count);

	if (!is_among(crl_index_issuer(index), point->issuers, point->issuer_count) ||
	    (point->other_issuer && !scope->indirect))
		return false;
	if (scope->only_attributes || (scope->only_users && authority) || (scope->only_authorities && !authority))
		return false;
	if (count == 0)
		return true;
	if (point->name_count)
		return any_among(points, count, point->names, point->name_count);
	return point->other_issuer && any_among(points, count, point->issuers, point->issuer_count);
}

/* Whether it may be used now; if not, why. */
static bool
is_usable(struct search *s, const struct crl_held *held)
{
	const struct crl_list *list = crl_index_list(held->index);
	const struct crl_question *q = s->question;
	enum obstacle found = NO_LIST;

	if (!s->policy->across_generations && (!q->anchor || memcmp(held->anchor, q->anchor, 32) != 0))
		found = OTHER_GENERATION;
	else if (q->now.us < list->this_update.us)
		found = NOT_YET;
	else if (list->next_update.us == 0 || q->now.us > list->next_update.us + s->policy->grace)
		found = TOO_OLD;
	else if (held->until.us && q->now.us > held->until.us)
		found = SIGNER_ENDED;
	/* s5.2 and s5.3: such a list says nothing of any certificate. */
	else if (list->unknown_critical.size || crl_index_critical(held->index))
		found = NOT_UNDERSTOOD;
	if (found > s->obstacle)
		s->obstacle = found;
	return found == NO_LIST;
}

/* A newer one of the same scope, vouched for by the same anchor, takes its place. */
static bool
is_replaced(struct search *s, const struct crl_held *held)
{
	const struct crl_list *list = crl_index_list(held->index);

	for (size_t i = 0; i < s->count; i++) {
		const struct crl_held *other = &s->held[i];
		const struct crl_list *newer = crl_index_list(other->index);

		if (!newer->base_number.size && crl_age_compare(newer, list) > 0 &&
		    memcmp(other->anchor, held->anchor, 32) == 0 && crl_scope_equal(other->index, held->index) &&
		    is_usable(s, other))
			return true;
	}
	return false;
}

/* (b), (d) */
static bool
is_to_be_asked(struct search *s, const struct point *point, const struct crl_held *held)
{
	const struct crl_list *list = crl_index_list(held->index);

	return !list->base_number.size && (list->scope.reasons & point->reasons) && is_about(s, point, held->index) &&
	    is_usable(s, held) && !is_replaced(s, held);
}

/* (c), (h), and s5.2.4: the same issuer, scope and key; it begins no later than the complete list, and ends later. One
 * that ends no later tells nothing new: *known says that there is one. */
static const struct crl_held *
find_delta(struct search *s, const struct crl_held *complete, bool *known)
{
	const struct crl_list *base = crl_index_list(complete->index);
	const struct crl_held *best = NULL;

	*known = false;
	for (size_t i = 0; i < s->count && base->number.size; i++) {
		const struct crl_held *held = &s->held[i];
		const struct crl_list *list = crl_index_list(held->index);

		if (!list->base_number.size || !list->number.size || !crl_scope_equal(held->index, complete->index) ||
		    !span_equal(list->authority_key_id, base->authority_key_id) ||
		    memcmp(crl_index_signer(held->index), crl_index_signer(complete->index), 32) != 0 ||
		    compare_numbers(list->base_number, base->number) > 0 || !is_usable(s, held))
			continue;
		*known = true;
		if (compare_numbers(list->number, base->number) > 0 &&
		    (!best || crl_age_compare(crl_index_list(best->index), list) < 0))
			best = held;
	}
	return best;
}

/* Answers */

static void
note_reference(struct revocation_answer *out, const struct crl_index *index)
{
	struct span number = der_magnitude(crl_index_list(index)->number);
	const uint8_t *digest = crl_index_digest(index);
	unsigned long long value = 0;
	int size;

	for (size_t i = 0; i < number.size && number.size <= 8; i++)
		value = value << 8 | number.data[i];
	size = number.size && number.size <= 8 ?
	    snprintf(out->reference, sizeof(out->reference), "number %llu ", value) :
	    0;
	size += snprintf(out->reference + size, sizeof(out->reference) - (size_t)size, "sha256 ");
	for (size_t i = 0; i < 16; i++)
		size += snprintf(out->reference + size, sizeof(out->reference) - (size_t)size, "%02x", digest[i]);
}

/* What several lists say together is as old as the oldest of them, and counts until the first of them ends. */
static void
note_times(struct revocation_answer *out, const struct crl_index *index)
{
	const struct crl_list *list = crl_index_list(index);

	if (out->this_update.us == 0 || list->this_update.us < out->this_update.us) {
		out->this_update = out->produced_at = list->this_update;
		note_reference(out, index);
	}
	if (out->next_update.us == 0 || list->next_update.us < out->next_update.us)
		out->next_update = list->next_update;
}

static void
note_revoked(struct search *s, const struct crl_index *index, const struct crl_entry *entry)
{
	struct revocation_answer *out = s->out;

	out->status = REVOCATION_REVOKED;
	out->reason = entry->reason;
	out->revoked_at = entry->revoked_at;
	out->this_update.us = out->next_update.us = 0;
	note_times(out, index);
	snprintf(out->text, sizeof(out->text), "the revocation list names it%s%s",
	    entry->reason == CRL_NO_REASON ? "" : ": ",
	    entry->reason == CRL_NO_REASON ? "" : crl_reason_name(entry->reason));
}

/* Where a list that should be asked cannot be, others do not stand in for it. */
static bool
note_obstacle(struct search *s, enum obstacle obstacle)
{
	s->obstacle = obstacle;
	return false;
}

/* Looks into one complete list and its delta. False: nothing more is to be looked for. */
static bool
look_into(struct search *s, const struct point *point, const struct crl_held *complete)
{
	const struct x509 *certificate = s->question->certificate;
	const struct crl_list *list = crl_index_list(complete->index);
	bool known, wanted = certificate->freshest_crl.value.size || list->freshest.size;
	const struct crl_held *delta = find_delta(s, complete, &known);
	enum crl_found found = CRL_ABSENT;
	struct crl_entry entry;

	/* It told what the complete list does not: without it that list alone says nothing (c). */
	if (complete->delta_lost)
		return note_obstacle(s, DELTA_LOST);
	if (wanted && s->policy->require_delta && !known)
		return note_obstacle(s, NO_DELTA);
	/* (i), (k): what a delta removes the complete list need not be asked for. */
	if (delta) {
		found = crl_index_find(delta->index, &s->issuer, certificate->serial, &entry);
		if (found == CRL_LISTED && entry.reason != CRL_REASON_REMOVE)
			note_revoked(s, delta->index, &entry);
	}
	/* (j) */
	if (found == CRL_ABSENT) {
		found = crl_index_find(complete->index, &s->issuer, certificate->serial, &entry);
		if (found == CRL_LISTED)
			note_revoked(s, complete->index, &entry);
	}
	if (found == CRL_DAMAGED)
		return note_obstacle(s, DAMAGED);
	if (s->out->status == REVOCATION_REVOKED)
		return false;
	note_times(s->out, delta ? delta->index : complete->index);
	s->covered |= list->scope.reasons & point->reasons;
	return true;
}

static const char *const obstacles[] = {
	[NO_LIST] = "no revocation list about it is at hand",
	[OTHER_GENERATION] = "only lists of another generation of its issuer are at hand",
	[NOT_YET] = "the revocation list at hand is not in force yet",
	[TOO_OLD] = "the revocation list at hand is too old",
	[SIGNER_ENDED] = "the certificate of who signed the revocation list has ended",
	[NOT_UNDERSTOOD] = "the revocation list has a critical extension that is not known here",
	[NO_DELTA] = "a delta is named, and none in force is at hand",
	[DELTA_LOST] = "the index of the delta that belongs to the revocation list is damaged",
	[DAMAGED] = "the index of the revocation list is damaged",
};

static void
note_end(struct search *s, bool readable)
{
	struct revocation_answer *out = s->out;
	bool ended = x509_has_ended(s->question->certificate, s->question->now);

	if (out->status == REVOCATION_REVOKED)
		return;
	/* An ended certificate need not be on any list, even one that was revoked (s3.3; jpki.md 1.8). */
	if (ended) {
		out->status = REVOCATION_EXPIRED;
		snprintf(out->text, sizeof(out->text), "it has ended: lists need not name it any more");
	} else if (s->covered == CRL_ALL_REASONS) {
		out->status = REVOCATION_GOOD;
	} else {
		out->status = s->obstacle == NOT_UNDERSTOOD ? REVOCATION_UNKNOWN : REVOCATION_UNAVAILABLE;
		out->this_update = out->next_update = out->produced_at = (struct instant){ 0 };
		out->reference[0] = '\0';
		snprintf(out->text, sizeof(out->text), "%s%s",
		    readable ? obstacles[s->obstacle] : "its cRLDistributionPoints cannot be read",
		    s->covered ? ", and other lists do not cover all reasons" : "");
	}
}

void
crl_status(const struct crl_held *held, size_t count, const struct crl_question *question,
    const struct crl_policy *policy, struct revocation_answer *out)
{
	struct search s = { .held = held, .count = count, .question = question, .policy = policy, .out = out };
	struct point point;
	struct points points;
	bool good = false, going = true;

	*out = (struct revocation_answer){
		.status = REVOCATION_UNAVAILABLE, .kind = REVOCATION_BY_CRL, .reason = CRL_NO_REASON,
		.asked_at = question->now,
	};
	s.issuer = name_key_of(question->certificate->issuer);
	points = points_of(question->certificate, &s.issuer, &good);
	while (going && next_point(&points, &point, &good))
		for (size_t i = 0; going && i < count; i++)
			going = !is_to_be_asked(&s, &point, &held[i]) || look_into(&s, &point, &held[i]);
	if (!good || !going)
		s.covered = 0;
	note_end(&s, good);
}

/* Points for people */

void
crl_place_text(const struct x509 *certificate, char *out, size_t room)
{
	struct span rest = certificate->distribution_points.value, points, point, name, names, inside;
	struct arena a = arena_init(64 * KIB);
	uint8_t tag;

	*out = '\0';
	if (der_enter(&rest, DER_SEQUENCE, &points) && der_enter(&points, DER_SEQUENCE, &point) &&
	    der_enter(&point, DER_CONTEXT(0), &name) && der_enter(&name, DER_CONTEXT(0), &names)) {
		tag = der_peek(names);
		if (tag == DER_CONTEXT(4) && der_enter(&names, tag, &inside))
			snprintf(out, room, "%s", x509_name_text(&a, inside));
		else if (tag == DER_PRIMITIVE(6) && der_enter(&names, tag, &inside))
			snprintf(out, room, "%.*s", SPAN_ARGS(inside));
	}
	arena_release(&a);
}

/* Places */

static void
put_place(struct crl_place *out, size_t room, size_t *count, struct crl_place place)
{
	if (*count < room)
		out[*count] = place;
	++*count;
}

size_t
crl_places_of(const struct x509 *certificate, struct crl_place *out, size_t room)
{
	struct name_key issuer = name_key_of(certificate->issuer);
	bool good = false;
	struct points points = points_of(certificate, &issuer, &good);
	struct point point;
	size_t count = 0;

	while (next_point(&points, &point, &good)) {
		/* A point without a name is found by that of its issuer. */
		const struct name_key *names = point.name_count ? point.names : point.issuers;
		size_t name_count = point.name_count ? point.name_count : point.issuer_count;

		for (size_t i = 0; i < point.issuer_count; i++) {
			put_place(out, room, &count, (struct crl_place){ .issuer = point.issuers[i] });
			for (size_t n = 0; n < name_count; n++)
				put_place(out, room, &count,
				    (struct crl_place){ .issuer = point.issuers[i], .name = names[n], .named = true });
		}
	}
	return count;
}
