/* assurance/framework_mappings.c - rows from levels here to levels of other frameworks read: mappings.json. */
#include "assurance/framework_reading.h"

#define MAPPINGS_LARGEST 256

void
framework_read_mappings(struct framework_reading *r)
{
	struct place array = place_member(framework_file(r, "mappings.json"), "mappings");
	struct mapping *list;
	size_t count;

	if (!array.document->root)
		return;
	count = place_count_within(array, 0, MAPPINGS_LARGEST);
	r->framework->mappings = list = arena_array(r->arena, struct mapping, count);
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i), to = place_member(p, "to");
		uint8_t area = framework_area(r, place_member(p, "area"));

		list[i] = (struct mapping){
			.area = area,
			.level = framework_level(r, place_member(p, "level"), area),
			.framework = policy_id(place_member(to, "framework")),
			.their_area = policy_id(place_member(to, "area")),
			.their_level = policy_level_id(place_member(to, "level")),
			.note = policy_text(place_member(p, "note"), NEEDED),
		};
	}
	r->framework->mapping_count = count;
}
