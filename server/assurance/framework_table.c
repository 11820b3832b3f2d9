/* assurance/framework_table.c - the source's own table of levels read: table.json. */
#include "assurance/framework_reading.h"

#define CELLS_LARGEST 256

static struct table_cell
read_cell(const struct framework_reading *r, struct place p)
{
	struct table_cell cell = { .area = framework_area(r, place_member(p, "area")) };
	struct place levels = place_member(p, "levels");
	size_t count = place_count_within(levels, 1, LEVELS_LARGEST);

	for (size_t i = 0; i < count; i++) {
		struct place level = place_element(levels, i);
		unsigned bit = 1u << framework_level(r, level, cell.area);

		if (cell.levels & bit)
			place_fail(level, "each level once", NULL);
		cell.levels |= (uint16_t)bit;
	}
	cell.text = policy_text(place_member(p, "text"), NEEDED);
	cell.status = framework_status(place_member(p, "status"));
	return cell;
}

void
framework_read_table(struct framework_reading *r)
{
	struct place array = place_member(framework_file(r, "table.json"), "cells");
	struct table_cell *cells;
	size_t count;

	if (!array.document->root)
		return;
	count = place_count_within(array, 1, CELLS_LARGEST);
	r->framework->cells = cells = arena_array(r->arena, struct table_cell, count);
	for (size_t i = 0; i < count; i++)
		cells[i] = read_cell(r, place_element(array, i));
	r->framework->cell_count = count;
}
