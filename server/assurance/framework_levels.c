/* assurance/framework_levels.c - the levels of a framework read: levels.json. */
#include "assurance/framework_reading.h"
#include "codec/text.h"

#define VALUES_LARGEST 8
#define VALUE_LARGEST 300

/* Values that stand for a level: URIs, or words of another standard. */
static const struct span *
read_values(struct place array, size_t *count)
{
	struct span *values;

	*count = place_count_within(array, 0, VALUES_LARGEST);
	values = arena_array(array.document->arena, struct span, *count);
	for (size_t i = 0; i < *count; i++) {
		values[i] = policy_line(place_element(array, i), VALUE_LARGEST);
		for (size_t n = 0; n < i; n++)
			policy_once(place_element(array, i), values[i], span_equal(values[n], values[i]));
	}
	return values;
}

static void
read_level_list(struct place array, struct area *area)
{
	area->level_count = place_count_within(array, 1, LEVELS_LARGEST);
	area->levels = arena_array(array.document->arena, struct level, area->level_count);
	for (size_t i = 0; i < area->level_count; i++) {
		struct place p = place_element(array, i), id = place_member(p, "id");
		struct level *level = &area->levels[i];

		level->id = policy_level_id(id);
		if (span_is(level->id, "0"))
			place_fail(id, "another id than \"0\", which is below the lowest", NULL);
		level->title = policy_title(place_member(p, "title"), NEEDED);
		level->acr = read_values(place_member(p, "acr"), &level->acr_count);
		level->authn_context = read_values(place_member(p, "authn_context"), &level->authn_context_count);
		level->assurance = read_values(place_member(p, "assurance"), &level->assurance_count);
		for (size_t n = 0; n < i; n++)
			policy_once(id, level->id, span_equal(area->levels[n].id, level->id));
	}
}

static struct span
within_string(struct arena *a, struct span text)
{
	struct buffer b = buffer_init(6 * text.size + 2);
	struct span quoted;

	json_write_string(&b, text);
	quoted = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return span_of(quoted.data + 1, quoted.size - 2);
}

static struct localized
spoken_of(struct arena *a, const struct localized *title)
{
	return (struct localized){ within_string(a, title->ja), within_string(a, title->en) };
}

/* Ids have nothing in them to escape. */
static void
prepare_writing(struct arena *a, struct area *area)
{
	struct span *reached = arena_array(a, struct span, area->level_count + 1);
	struct span *possible = arena_array(a, struct span, area->level_count + 1);

	area->heading = span_text(arena_print(a, ",\"%.*s\":{", SPAN_ARGS(area->id)));
	for (size_t i = 0; i <= area->level_count; i++) {
		struct span id = level_id(area, (uint8_t)i);

		reached[i] = span_text(arena_print(a, "\"reached\":\"%.*s\"", SPAN_ARGS(id)));
		possible[i] = span_text(arena_print(a, "\"possible\":\"%.*s\"", SPAN_ARGS(id)));
	}
	area->spoken = spoken_of(a, &area->title);
	for (size_t i = 0; i < area->level_count; i++)
		area->levels[i].spoken = spoken_of(a, &area->levels[i].title);
	area->reached = reached;
	area->possible = possible;
}

static struct area
read_area(const struct framework *f, struct place p)
{
	struct area area = {
		.id = policy_id(place_member(p, "id")),
		.title = policy_title(place_member(p, "title"), NEEDED),
		.text = policy_text(place_member(p, "text"), OPTIONAL),
	};

	policy_once(place_member(p, "id"), area.id, area_find(f, area.id) >= 0);
	read_level_list(place_member(p, "levels"), &area);
	prepare_writing(p.document->arena, &area);
	return area;
}

/* Each level of a part is one of the whole by its id, in the same order. */
static void
rank_levels(struct place p, const struct area *part, const struct area *whole, uint8_t ranks[LEVELS_LARGEST + 1])
{
	for (size_t i = 0; i < part->level_count; i++) {
		struct span id = part->levels[i].id;
		int rank = level_find(whole, id);

		if (rank <= ranks[i])
			place_fail(p, "an area whose levels are among these, in their order",
			    arena_print(p.document->arena, "level \"%.*s\"", SPAN_ARGS(id)));
		ranks[i + 1] = (uint8_t)(rank > 0 ? rank : 0);
	}
}

static struct area
read_composed(const struct framework_reading *r, struct place p)
{
	const struct framework *f = r->framework;
	struct area area = read_area(f, p);
	struct place of = place_member(p, "of");
	uint8_t (*ranks)[LEVELS_LARGEST + 1], *parts;

	area.of_count = place_count_within(of, 1, f->own_count);
	area.of = parts = arena_array(r->arena, uint8_t, area.of_count);
	ranks = arena_take_array(r->arena, area.of_count, sizeof(*ranks));
	area.ranks = (const uint8_t (*)[LEVELS_LARGEST + 1])ranks;
	for (size_t i = 0; i < area.of_count; i++) {
		struct place part = place_element(of, i);

		parts[i] = framework_area(r, part);
		if (parts[i] >= f->own_count) {
			place_fail(part, "an area of its own", NULL);
			continue;
		}
		for (size_t n = 0; n < i; n++)
			policy_once(part, f->areas[parts[i]].id, parts[n] == parts[i]);
		rank_levels(part, &f->areas[parts[i]], &area, ranks[i]);
	}
	return area;
}

static void
put_in_order(struct framework *f)
{
	for (size_t i = 0; i < f->area_count; i++) {
		size_t at = i;

		for (; at > 0 && span_compare(f->areas[f->in_order[at - 1]].id, f->areas[i].id) > 0; at--)
			f->in_order[at] = f->in_order[at - 1];
		f->in_order[at] = (uint8_t)i;
	}
}

void
framework_read_levels(struct framework_reading *r)
{
	struct place root = framework_file(r, "levels.json");
	struct place own = place_member(root, "areas"), composed = place_member(root, "composed");
	struct framework *f = r->framework;
	struct area *areas;
	size_t composed_count;

	f->own_count = place_count_within(own, 1, AREAS_LARGEST);
	composed_count = place_count_within(composed, 0, AREAS_LARGEST - f->own_count);
	f->areas = areas = arena_array(r->arena, struct area, f->own_count + composed_count);
	for (size_t i = 0; i < f->own_count; i++) {
		areas[i] = read_area(f, place_element(own, i));
		f->area_count++;
	}
	for (size_t i = 0; i < composed_count; i++) {
		areas[f->own_count + i] = read_composed(r, place_element(composed, i));
		f->area_count++;
	}
	put_in_order(f);
}
