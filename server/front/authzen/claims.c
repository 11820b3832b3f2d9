/* front/authzen/claims.c - what the asker states of one question, wherever in it that stands. */
#include "front/authzen/claims.h"

#include "codec/text.h"

/* What is stated in one place: by an object of facts, or by what stands for one fact. */
struct claim {
	const char *at;              /* its JSON pointer */
	bool object;
	unsigned named;              /* by the id of this part (a bit); 0: by none */
	struct facts facts;
	const struct claim *before;  /* of the same question; NULL: none */
};

static void
read_claimed(const struct claims *claims, struct reader *r, struct facts *out)
{
	const struct word claimed = word_claimed(claims->now);

	facts_read_word(r, out, &claimed, claims->now);
}

static struct claim *
claim_new(struct claims *claims, const char *at)
{
	struct claim *c = arena_new(claims->scratch, struct claim);

	c->at = at;
	c->before = claims->last;
	facts_init(&c->facts, claims->facts->dictionary);
	return c;
}

static const char *
claim_pointer(struct arena *a, const struct claim *c, struct span fact)
{
	return c->object ? arena_print(a, "%s/%.*s", c->at, SPAN_ARGS(fact)) : c->at;
}

static void
compare(struct claims *claims, const struct claim *c, const struct claim *before)
{
	const struct dictionary *d = c->facts.dictionary;
	int64_t mine, other;

	for (size_t n = 0; n < d->count; n++) {
		const struct span id = d->facts[n].id;

		if (!facts_stated(&before->facts, n, &other) || !facts_stated(&c->facts, n, &mine) || mine == other)
			continue;
		claims->misnamed |= c->named | before->named;
		problem_set(&claims->contradiction, ERR_INVALID, "",
		    "%s: expected the value that %s states, found another", claim_pointer(claims->scratch, c, id),
		    claim_pointer(claims->scratch, before, id));
	}
}

static void
add(struct claims *claims, const struct claim *c)
{
	for (const struct claim *before = c->before; before; before = before->before)
		compare(claims, c, before);
	facts_add(claims->facts, &c->facts);
	claims->last = c;
}

/* An object of facts at hand. */
static void
take_object(struct claims *claims, struct reader *r, const char *at)
{
	struct claim *c = claim_new(claims, at);

	c->object = true;
	read_claimed(claims, r, &c->facts);
	add(claims, c);
}

/* What stands for one fact */

static struct span
as_object(struct arena *a, struct span fact, struct span value)
{
	struct buffer b = buffer_init(ASKED_LARGEST);
	struct span out;

	buffer_text(&b, "{");
	json_write_string(&b, fact);
	buffer_text(&b, ":");
	buffer_add(&b, value);
	buffer_text(&b, "}");
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static enum err
take_property(struct claims *claims, const struct access_property *property, struct span value, const char *at,
    unsigned named, struct problem *why)
{
	struct arena *a = claims->scratch;
	struct reader r = reader_json(a, as_object(a, property->fact, value), asked_limits);
	struct claim *c = claim_new(claims, at);

	c->named = named;
	read_claimed(claims, &r, &c->facts);
	if (reader_end(&r, why) == OK) {
		add(claims, c);
		return OK;
	}
	if (!property->otherwise.size || !fact_find(claims->facts->dictionary, property->fact))
		return problem_set(why, ERR_INVALID, "", "%s: expected a value of the fact %.*s, found another", at,
		    SPAN_ARGS(property->fact));
	r = reader_json(a, as_object(a, property->fact, property->otherwise), asked_limits);
	read_claimed(claims, &r, &c->facts);
	add(claims, c);
	return reader_end(&r, why);
}

static enum err
take_id(struct claims *claims, enum part part, struct problem *why)
{
	const struct access *access = claims->access;

	for (size_t i = 0; i < access->property_count; i++) {
		const struct access_property *property = &access->properties[i];
		struct buffer value;
		enum err err;

		if (property->part != part || property->property.size)
			continue;
		value = buffer_init(8 * ASKED_ID_LARGEST);
		json_write_string(&value, claims->asked->parts[part].id);
		err = take_property(claims, property, buffer_span(&value),
		    arena_print(claims->scratch, "%s/%s", claims->asked->at, part_name(part)), 1u << part, why);
		buffer_release(&value);
		if (err != OK) {
			if (fact_find(claims->facts->dictionary, property->fact))
				claims->misnamed |= 1u << part;
			return err;
		}
	}
	return OK;
}

static const struct access_property *
property_find(const struct access *access, enum part part, struct span name)
{
	for (size_t i = 0; i < access->property_count; i++)
		if (access->properties[i].part == part && span_equal(access->properties[i].property, name))
			return &access->properties[i];
	return NULL;
}

static enum err
take_properties(struct claims *claims, enum part part, struct problem *why)
{
	const char *at = arena_print(claims->scratch, "%s/%s/properties", claims->asked->at, part_name(part));
	struct reader r = reader_json(claims->scratch, claims->asked->parts[part].properties, asked_limits);
	const struct access_property *property;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts")) {
			take_object(claims, &r, arena_print(claims->scratch, "%s/facts", at));
			continue;
		}
		property = property_find(claims->access, part, name);
		if (!property)
			reader_raw(&r);
		else if (take_property(claims, property, reader_raw(&r),
		    arena_print(claims->scratch, "%s/%.*s", at, SPAN_ARGS(name)), 0, why) != OK)
			return why->code;
	}
	return reader_end(&r, why) == OK ? OK : asked_within(why, at);
}

enum err
claims_take(struct claims *claims, enum part part, struct problem *why)
{
	enum err err = take_id(claims, part, why);

	return err == OK && claims->asked->parts[part].properties.size ? take_properties(claims, part, why) : err;
}

/* Mostly they are the only claims, and need no place of their own. */
void
claims_take_last(struct claims *claims, struct reader *r)
{
	if (claims->last)
		take_object(claims, r, arena_print(claims->scratch, "%s/context/facts", claims->asked->at));
	else
		read_claimed(claims, r, claims->facts);
}

enum err
claims_agree(const struct claims *claims, struct problem *why)
{
	if (claims->contradiction.code != OK)
		*why = claims->contradiction;
	return claims->contradiction.code;
}
