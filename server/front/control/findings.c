/* front/control/findings.c - `GET /v1/control/findings?level=…&rule=…`: every finding there is, and how many by
 * rule. */
#include <assert.h>

#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/entity.h"

#define ANSWER_LARGEST (64 * MIB)
#define ENTITIES_LARGEST 300000
#define ROW_ARENA (64 * MIB) /* of one entity's findings, read and written */

/* Counting by rule */

void
finding_counts_write(struct buffer *b, const struct finding_tally *t)
{
	buffer_text(b, "[");
	for (size_t i = 0; t && i < t->count; i++) {
		buffer_print(b, "%s{\"rule\":", i ? "," : "");
		json_write_string(b, span_text(t->rules[i].rule));
		buffer_print(b, ",\"errors\":%u,\"warnings\":%u}", t->rules[i].errors, t->rules[i].warnings);
	}
	buffer_text(b, "]");
}

/* Listing */

enum listing_part { LISTING_FINDINGS, LISTING_ENTITIES, LISTING_PARTS };
struct listing {
	struct exchange *exchange;
	enum finding_level level;    /* FINDING_NONE: any */
	struct span rule;            /* empty: any */
	struct ask asks[LISTING_PARTS];
	size_t entity_at;
	struct arena arena;          /* of the row at hand */
	struct finding_tally tally;
	struct buffer published, refused;
};

/* The entity of a row: both tables are in the order of their keys. A refused newcomer has no entity, and goes by the
 * name MDQ would have for it. */
static void
entity_of_row(struct listing *l, struct span key, struct entity *out)
{
	const struct ask *entities = &l->asks[LISTING_ENTITIES];

	while (l->entity_at < entities->count && span_compare(entities->rows[l->entity_at].key, key) < 0)
		l->entity_at++;
	*out = (struct entity){ 0 };
	if (l->entity_at < entities->count && span_equal(entities->rows[l->entity_at].key, key))
		entity_read(entities->rows[l->entity_at].value, out);
	if (!out->entity_id.size)
		out->entity_id = span_text(arena_print(&l->arena, "{sha1}%s", hex_write(&l->arena, key)));
}

static void
list_findings(struct listing *l, struct buffer *to, struct rule_finding *all, size_t count, const struct entity *entity)
{
	struct buffer piece = buffer_init(ANSWER_LARGEST);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if ((l->level != FINDING_NONE && all[i].level != l->level) ||
		    (l->rule.size && !span_equal(all[i].rule, l->rule)))
			continue;
		all[kept] = all[i];
		all[kept].member = entity->member;
		all[kept].entity_id = entity->entity_id;
		finding_tally_add(&l->tally, &all[kept++]);
	}
	if (kept) {
		struct span written;

		findings_write_json(&piece, all, kept);
		written = buffer_span(&piece);
		assert(written.size >= 2);
		/* One array for all entities: without the brackets of this one's. */
		buffer_text(to, buffer_span(to).size ? "," : "");
		buffer_add(to, span_of(written.data + 1, written.size - 2));
	}
	buffer_release(&piece);
}

static void
list_row(struct listing *l, const struct row *row)
{
	struct findings findings;
	struct entity entity;

	arena_reset(&l->arena);
	if (!findings_read(&l->arena, row->value, &findings))
		return;
	entity_of_row(l, row->key, &entity);
	list_findings(l, &l->published, findings.published, findings.published_count, &entity);
	list_findings(l, &l->refused, findings.refused, findings.refused_count, &entity);
}

static void
listing_answer(struct listing *l)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	buffer_text(&b, "{\"published\":[");
	buffer_add(&b, buffer_span(&l->published));
	buffer_text(&b, "],\"refused\":[");
	buffer_add(&b, buffer_span(&l->refused));
	buffer_text(&b, "],\"counts\":");
	finding_counts_write(&b, &l->tally);
	buffer_text(&b, "}");
	b.overflowed = b.overflowed || l->published.overflowed || l->refused.overflowed;
	/* Once answered, the exchange is gone, and the listing with it. */
	arena_release(&l->arena);
	buffer_release(&l->published);
	buffer_release(&l->refused);
	request_answer(l->exchange, &b);
}

static void
on_findings_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	const struct ask *rows = &l->asks[LISTING_FINDINGS];

	exchange_hold(l->exchange, NULL);
	if (err != OK) {
		exchange_refuse(l->exchange, status_of(err), why);
		return;
	}
	l->arena = arena_init(ROW_ARENA);
	l->published = buffer_init(ANSWER_LARGEST);
	l->refused = buffer_init(ANSWER_LARGEST);
	for (size_t i = 0; i < rows->count; i++)
		list_row(l, &rows->rows[i]);
	listing_answer(l);
}

static enum err
listing_read(struct exchange *e, struct listing *out, struct problem *why)
{
	static const char *const names[] = { "level", "rule" };
	struct span values[COUNT(names)] = { 0 };

	if (request_query(e, names, values, COUNT(names), why) != OK)
		return why->code;
	out->rule = values[1];
	if (!values[0].data)
		return OK;
	for (enum finding_level level = FINDING_WARNING; level <= FINDING_ERROR; level++)
		if (span_is(values[0], finding_level_name(level)))
			out->level = level;
	if (out->level == FINDING_NONE)
		return problem_set(why, ERR_SYNTAX, "", "level: expected warning or error, found \"%.*s\"",
		    SPAN_ARGS(span_first(values[0], 100)));
	return OK;
}

void
findings_list(struct exchange *e, void *front)
{
	struct control *c = front;
	struct listing *l = arena_new(e->arena, struct listing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	l->exchange = e;
	if (listing_read(e, l, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	l->asks[LISTING_FINDINGS] = (struct ask){ .table = &finding_table, .limit = ENTITIES_LARGEST };
	l->asks[LISTING_ENTITIES] = (struct ask){ .table = &entity_table, .limit = ENTITIES_LARGEST };
	exchange_hold(e, store_load(c->store, l->asks, LISTING_PARTS, on_findings_loaded, l));
}
