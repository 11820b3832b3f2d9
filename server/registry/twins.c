/* registry/twins.c - entities of one document that go by one name. */
#include "registry/twins.h"

#include <stdlib.h>

#include "registry/entity.h"

struct named {
	struct entity_key key;
	struct span entity_id;
	int line;
	struct metadata_entity *entity; /* NULL: refused already */
};

static int
by_key(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = memcmp(x->key.bytes, y->key.bytes, sizeof(x->key.bytes));

	if (order == 0)
		order = span_compare(x->entity_id, y->entity_id);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static size_t
list_names(struct metadata *m, struct named *names)
{
	size_t count = 0;

	for (size_t i = 0; i < m->entity_count; i++) {
		struct metadata_entity *e = &m->entities[i];

		names[count++] = (struct named){ entity_key_of(e->entity_id), e->entity_id, e->line, e };
	}
	for (size_t i = 0; i < m->refusal_count; i++) {
		const struct metadata_refusal *f = &m->refusals[i];

		if (f->entity_id.size)
			names[count++] = (struct named){ entity_key_of(f->entity_id), f->entity_id, f->line, NULL };
	}
	qsort(names, count, sizeof(*names), by_key);
	return count;
}

/* Room for a refusal of every entity, made when the first is needed. */
static struct metadata_refusal *
refusal_new(struct arena *arena, struct metadata *m, bool *made)
{
	struct metadata_refusal *larger;

	if (!*made) {
		larger = arena_array(arena, struct metadata_refusal, m->refusal_count + m->entity_count);
		if (m->refusal_count)
			memcpy(larger, m->refusals, m->refusal_count * sizeof(*larger));
		m->refusals = larger;
		*made = true;
	}
	return &m->refusals[m->refusal_count++];
}

static void
refuse_twin(const struct named *name, const struct named *other, struct metadata_refusal *refusal)
{
	*refusal = (struct metadata_refusal){ .entity_id = name->entity_id, .line = name->line };
	if (span_equal(name->entity_id, other->entity_id))
		problem_set(&refusal->why, ERR_CONFLICT, "SAML 2.0 Metadata s2.3.2",
		    "line %d: expected the entityID once in the document, found it on line %d too", name->line,
		    other->line);
	else
		problem_set(&refusal->why, ERR_CONFLICT, "draft-young-md-query-saml-21 s2.2.2",
		    "line %d: the entityID has the same SHA-1 as another one on line %d", name->line, other->line);
	name->entity->line = 0;
}

void
twins_refuse(struct arena *arena, struct metadata *m)
{
	struct named *names = arena_array(arena, struct named, m->entity_count + m->refusal_count);
	size_t count = list_names(m, names), kept = 0;
	bool made = false;

	for (size_t i = 0; i + 1 < count; i++) {
		const struct named *a = &names[i], *b = &names[i + 1];

		if (memcmp(a->key.bytes, b->key.bytes, sizeof(a->key.bytes)) != 0)
			continue;
		if (a->entity && a->entity->line)
			refuse_twin(a, b, refusal_new(arena, m, &made));
		if (b->entity)
			refuse_twin(b, a, refusal_new(arena, m, &made));
	}
	for (size_t i = 0; i < m->entity_count; i++)
		if (m->entities[i].line)
			m->entities[kept++] = m->entities[i];
	m->entity_count = kept;
	metadata_sort_refusals(m->refusals, m->refusal_count);
}
