/* front/authzen/search.c - who could do it, to what, and what: each candidate put to the engine (Authorization API 1.0
 * s8).
 *
 * Candidates are those this decision point keeps (access.h). What a search finds is no decision: nothing is recorded,
 * and whoever acts on it asks again.
 */
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/authzen/budget.h"
#include "front/authzen/front.h"
#include "model/entity.h"

#define PAGE_LARGEST 1000
#define TOKEN_DIGITS 16      /* of the digest in a page's token */

struct searching {
	struct asking asking;
	enum part part;
	struct asked_body body;
	char fingerprint[2 * 32 + 1];    /* of all but the page */
	size_t looked;
	size_t from;                     /* the first candidate of this page */
	struct span idp;                 /* whom the context names, for all candidates */
	struct parties parties;          /* empty: the registry has nothing to say */
	size_t idp_party;                /* which of them; + 1, 0: nobody is named */
	size_t *relying;                 /* and of each candidate that is looked at, in order */
	bool relying_named;              /* the resource is a relying party */
};

/* The request */

/* What of the context is the same for all candidates. A statement is about one subject, for one asker's question: it is
 * not looked at here, so none may come. */
static enum err
read_context(struct searching *s, struct problem *why)
{
	const struct span context = s->body.defaults.context;
	struct reader r = reader_json(s->asking.exchange->arena, context, asked_limits);
	struct span name;

	if (!context.size)
		return OK;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "idp"))
			s->idp = reader_string(&r, 1, ENTITY_ID_LARGEST);
		else if (span_is(name, "vouched"))
			reader_fail(&r, "none in a search, for statements are heard with a question alone", "some");
		else
			reader_raw(&r);
	}
	return reader_end(&r, why) == OK ? OK : asked_within(why, "/context");
}

/* Pages: a token is the place to go on from, and the digest of the search it belongs to (s8.2: the rest stays the
 * same). The limit may be another: the certification scenario (4.5.2) leaves it out of the page that follows. */

static void
fingerprint(struct searching *s)
{
	struct digest_stream *d = digest_stream_new(DIGEST_SHA256);
	struct asked *q = &s->body.defaults;
	uint8_t sum[32];

	digest_stream_add(d, s->asking.caller);
	for (enum part part = 0; part < PART_CONTEXT; part++) {
		digest_stream_add(d, q->parts[part].json);
		digest_stream_add(d, span_of("", 1));
	}
	digest_stream_add(d, q->context);
	digest_stream_end(d, sum);
	digest_stream_free(d);
	memcpy(s->fingerprint, hex_write(s->asking.exchange->arena, span_of(sum, sizeof(sum))), sizeof(s->fingerprint));
}

static enum err
read_token(const struct searching *s, size_t *from, struct problem *why)
{
	struct span rest = s->body.page.token, place = span_cut(&rest, '.');
	uint64_t number = 0;

	*from = 0;
	if (s->body.page.token.size == 0)
		return OK;
	if (!span_number(place, &number) || number > ACCESS_ENTITIES ||
	    !span_equal(rest, span_of(s->fingerprint, TOKEN_DIGITS)))
		return problem_set(why, ERR_INVALID, "AuthZEN 1.0 s8.2.1",
		    "/page/token: expected the token of this very search, found another");
	*from = (size_t)number;
	return OK;
}

static bool
is_candidate(const struct searching *s, const struct access_entity *e)
{
	return s->part == PART_ACTION || span_equal(e->type, s->body.defaults.parts[s->part].type);
}

/* A candidate costs as much as a question: those that may be looked at are counted, the first with the request. */
static bool
charge(struct searching *s, size_t from)
{
	const struct access *access = s->asking.front->access;
	size_t cost = 0;

	for (size_t i = from; i < access->counts[s->part] && cost < budget.candidates; i++)
		cost += is_candidate(s, &access->entities[s->part][i]);
	return asking_charge(&s->asking, cost ? cost - 1 : 0);
}

/* The flow */

static void go_on(struct asking *), find_transactions(struct searching *), go_on_to_parties(struct searching *);
static on_loaded on_transactions_loaded, on_parties_loaded;
static void find_parties(struct searching *), search(struct searching *, size_t from);

static void
begin(struct exchange *x, void *front, enum part part)
{
	struct searching *s = arena_new(x->arena, struct searching);

	s->part = part;
	asking_begin(&s->asking, x, front, go_on);
}

void
search_subject(struct exchange *x, void *front)
{
	begin(x, front, PART_SUBJECT);
}

void
search_resource(struct exchange *x, void *front)
{
	begin(x, front, PART_RESOURCE);
}

void
search_action(struct exchange *x, void *front)
{
	begin(x, front, PART_ACTION);
}

static void
go_on(struct asking *asking)
{
	struct searching *s = (struct searching *)asking;
	struct exchange *x = asking->exchange;
	struct problem why;

	if (asked_read_search(x->arena, x->body, s->part, &s->body, &why) != OK || read_context(s, &why) != OK) {
		asking_refuse(asking, &why);
		return;
	}
	fingerprint(s);
	if (read_token(s, &s->from, &why) != OK)
		asking_refuse(asking, &why);
	else if (charge(s, s->from))
		find_transactions(s);
}

/* Of the subject, or of the candidates for one. */
static void
find_transactions(struct searching *s)
{
	const struct access *access = s->asking.front->access;
	const struct asked_part *subject = &s->body.defaults.parts[PART_SUBJECT];
	struct transactions *transactions = &s->asking.transactions;
	size_t looked = 0;

	*transactions = transactions_new(s->asking.exchange->arena, s->asking.member, s->asking.front->test,
	    budget.candidates);
	if (is_transaction(subject) && s->part != PART_SUBJECT)
		transactions_add(transactions, subject->id);
	else if (is_transaction(subject))
		for (size_t i = s->from; i < access->counts[s->part] && looked < budget.candidates; i++)
			if (is_candidate(s, &access->entities[s->part][i])) {
				transactions_add(transactions, access->entities[s->part][i].id);
				looked++;
			}
	if (transactions->count)
		exchange_hold(s->asking.exchange,
		    transactions_load(s->asking.front->store, transactions, on_transactions_loaded, s));
	else
		go_on_to_parties(s);
}

static void
on_transactions_loaded(void *arg, enum err err, const struct problem *why)
{
	struct searching *s = arg;

	exchange_hold(s->asking.exchange, NULL);
	if (err == OK)
		go_on_to_parties(s);
	else
		asking_refuse(&s->asking, why);
}

static void
go_on_to_parties(struct searching *s)
{
	const struct dictionary *d = s->asking.policies ? s->asking.policies->dictionary : NULL;

	s->relying_named = d && span_is(s->body.defaults.parts[PART_RESOURCE].type, "relying_party");
	if (s->relying_named || (d && registry_speaks(d)))
		find_parties(s);
	else
		search(s, s->from);
}

/* The parties of all candidates at once. */
static void
find_parties(struct searching *s)
{
	struct authzen_front *front = s->asking.front;
	struct arena *a = s->asking.exchange->arena;
	const struct access *access = front->access;
	const struct asked_part *resource = &s->body.defaults.parts[PART_RESOURCE];

	s->parties = parties_new(a, budget.candidates + 1);
	s->relying = arena_array(a, size_t, budget.candidates);
	if (s->idp.size)
		s->idp_party = 1 + parties_add(&s->parties, ENTITY_IDP, s->idp, (struct span){ 0 });
	for (size_t i = s->from, looked = 0; i < access->counts[s->part] && looked < budget.candidates; i++) {
		const struct access_entity *e = &access->entities[s->part][i];

		if (is_candidate(s, e))
			s->relying[looked++] = parties_add(&s->parties, ENTITY_RP, !s->relying_named ?
			    (struct span){ 0 } : s->part == PART_RESOURCE ? e->id : resource->id, s->asking.member);
	}
	exchange_hold(s->asking.exchange,
	    parties_load(front->store, front->roll, a, &s->parties, s->asking.now, on_parties_loaded, s));
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct searching *s = arg;

	exchange_hold(s->asking.exchange, NULL);
	if (err == OK)
		search(s, s->from);
	else
		asking_refuse(&s->asking, why);
}

/* Candidates */

/* What the registry knows was loaded for all candidates at once. */
static void
observe(const struct searching *s, size_t looked, struct facts *facts)
{
	if (!s->parties.count)
		return;
	party_observe(&s->parties.list[s->relying[looked]], facts, s->asking.now);
	if (s->idp_party)
		party_observe(&s->parties.list[s->idp_party - 1], facts, s->asking.now);
}

/* Whether the engine would permit it. What no policy in force is set for, another member's relying party, a transaction
 * there is not, and what has an id out of the domain of the fact it stands for is not permitted; what is wrong with the
 * request's own words is the request's. */
static enum err
look(struct searching *s, const struct access_entity *candidate, size_t looked, struct arena *a, bool *permit,
    struct problem *why)
{
	struct posed_statements none = { .count = 0 };
	const struct posing posing = asking_posing(&s->asking, &none);
	struct asked asked = s->body.defaults;
	struct decision *decision = arena_new(a, struct decision);
	struct posed *posed;

	*permit = false;
	if (s->relying_named && !asking_may_name(&s->asking, &s->parties.list[s->relying[looked]]))
		return OK;
	asked.parts[s->part].id = candidate->id;
	if (pose(a, &posing, &asked, &posed, why) != OK)
		return posed->unplaced || posed->unheard || (posed->misnamed >> s->part & 1) ? OK : why->code;
	observe(s, looked, &posed->facts);
	posed->requests[0].question.advise = false;
	decide(&posed->requests[0].question, decision);
	*permit = decision->permit;
	return OK;
}

static void
write_result(struct buffer *b, enum part part, const struct access_entity *e)
{
	if (part == PART_ACTION) {
		buffer_text(b, "{\"name\":");
	} else {
		buffer_byte(b, '{');
		json_write_member(b, "type", e->type);
		buffer_text(b, ",\"id\":");
	}
	json_write_string(b, e->id);
	buffer_text(b, "}");
}

/* The next that is permitted, from `*at` on; NULL: none any more, or as many as one request may look at have been. */
static enum err
find_next(struct searching *s, size_t *at, struct arena *a, const struct access_entity **out, struct problem *why)
{
	const struct access *access = s->asking.front->access;
	bool permit = false;

	for (; *at < access->counts[s->part]; (*at)++) {
		*out = &access->entities[s->part][*at];
		if (!is_candidate(s, *out))
			continue;
		if (s->looked == budget.candidates)
			break;
		if (look(s, *out, s->looked++, a, &permit, why) != OK)
			return why->code;
		arena_reset(a);
		if (permit)
			return OK;
	}
	*out = NULL;
	return OK;
}

struct page {
	size_t found;
	bool more;                       /* one follows, from `next` on */
	size_t next;
};

/* One more than the page holds is looked for: then, or when not all were looked at, there is a next page. */
static enum err
fill_page(struct searching *s, size_t at, struct buffer *results, struct page *page, struct problem *why)
{
	size_t limit = s->body.page.limited && s->body.page.limit < PAGE_LARGEST ? s->body.page.limit : PAGE_LARGEST;
	struct arena a = arena_init(64 * MIB);
	const struct access_entity *e = NULL;
	enum err err;

	*page = (struct page){ .found = 0 };
	while ((err = find_next(s, &at, &a, &e, why)) == OK && e && page->found < limit) {
		buffer_text(results, page->found++ ? "," : "");
		write_result(results, s->part, e);
		at++;
	}
	page->more = at < s->asking.front->access->counts[s->part];
	page->next = at;
	arena_release(&a);
	return err;
}

static void
search(struct searching *s, size_t from)
{
	struct buffer results = buffer_init(budget.results), b;
	struct page page;
	struct problem why;

	if (fill_page(s, from, &results, &page, &why) != OK) {
		buffer_release(&results);
		asking_refuse(&s->asking, &why);
		return;
	}
	b = buffer_init(budget.results);
	buffer_text(&b, "{\"page\":{\"next_token\":\"");
	if (page.more)
		buffer_print(&b, "%zu.%.*s", page.next, TOKEN_DIGITS, s->fingerprint);
	buffer_print(&b, "\",\"count\":%zu},\"results\":[", page.found);
	buffer_add(&b, buffer_span(&results));
	buffer_text(&b, "]}");
	buffer_release(&results);
	asking_answer(&s->asking, b.overflowed ? (struct span){ 0 } : buffer_span(&b), budget.results);
	buffer_release(&b);
}
