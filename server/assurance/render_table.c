/* assurance/render_table.c - the source's own table of levels in a rendered framework, level by level. */
#include "assurance/render_writer.h"

#define LEVEL_IDS_LARGEST ((size_t)AREAS_LARGEST * LEVELS_LARGEST)

struct level_ids {
	struct span items[LEVEL_IDS_LARGEST];
	struct localized titles[LEVEL_IDS_LARGEST];
	size_t count;
};

static void
ids_add(struct level_ids *ids, const struct level *level, size_t at)
{
	for (size_t i = 0; i < ids->count; i++)
		if (span_equal(ids->items[i], level->id))
			return;
	for (size_t i = ids->count; i > at; i--) {
		ids->items[i] = ids->items[i - 1];
		ids->titles[i] = ids->titles[i - 1];
	}
	ids->items[at] = level->id;
	ids->titles[at] = level->title;
	ids->count++;
}

static size_t
ids_place(const struct level_ids *ids, struct span id)
{
	size_t at = 0;

	while (at < ids->count && !span_equal(ids->items[at], id))
		at++;
	return at;
}

/* All areas' levels in one order: what one area has between two that another has stands between them. */
static void
ids_collect(const struct framework *f, struct level_ids *ids)
{
	for (size_t i = 0; i < f->own_count; i++) {
		size_t at = 0;

		for (size_t j = 0; j < f->areas[i].level_count; j++) {
			ids_add(ids, &f->areas[i].levels[j], at);
			at = ids_place(ids, f->areas[i].levels[j].id) + 1;
		}
	}
}

static uint16_t
levels_all(const struct area *area)
{
	return (uint16_t)(((1u << area->level_count) - 1) << 1);
}

static uint8_t
levels_lowest(uint16_t levels)
{
	uint8_t level = 1;

	while (level < LEVELS_LARGEST && !(levels >> level & 1))
		level++;
	return level;
}

/* "レベル2〜4共通": of a text over several levels, but not all. */
static struct localized
over(struct writer *w, const struct table_cell *cell)
{
	const struct area *area = &w->framework->areas[cell->area];
	struct localized out = { 0 };
	bool begun = false;

	for (uint8_t level = 1; level <= area->level_count; level++) {
		if (!(cell->levels >> level & 1))
			continue;
		out = begun ? JOINED(w, out, words("・", ", "), same(area->levels[level - 1].id)) :
		    same(area->levels[level - 1].id);
		begun = true;
	}
	return JOINED(w, words("（", " ("), out, words("共通）", " alike)"));
}

static void
cell_row(struct writer *w, const struct table_cell *cell, bool merged)
{
	const struct area *area = &w->framework->areas[cell->area];
	bool several = (cell->levels & (cell->levels - 1)) != 0;
	const struct localized cells[] = {
		several && !merged ? JOINED(w, area->title, over(w, cell)) : area->title,
		cell->text,
		status_wording(cell->status),
	};

	put_cells(w, cells, COUNT(cells));
}

static void
table_heads(struct writer *w)
{
	const struct localized heads[] = { words("評価軸", "Area"), words("出典の文言", "The source's words"),
		words("区分", "Status") };

	put_table(w, heads, COUNT(heads));
}

static void
level_rows(struct writer *w, struct span id)
{
	const struct framework *f = w->framework;

	table_heads(w);
	for (size_t i = 0; i < f->cell_count; i++) {
		const struct table_cell *cell = &f->cells[i];
		const struct area *area = &f->areas[cell->area];

		if (cell->levels != levels_all(area) && span_equal(area->levels[levels_lowest(cell->levels) - 1].id,
		    id))
			cell_row(w, cell, false);
	}
}

static void
common_rows(struct writer *w, size_t place)
{
	const struct framework *f = w->framework;
	const struct heading h = { .depth = 2, .number = arena_print(w->arena, "%c.%zu", w->part - 1, place),
		.anchor = "table-common", .title = words("全レベル共通", "All levels alike") };
	bool begun = false;

	for (size_t i = 0; i < f->cell_count; i++) {
		if (f->cells[i].levels != levels_all(&f->areas[f->cells[i].area]))
			continue;
		if (!begun) {
			put_heading(w, &h);
			put_paragraph(w, words("出典の表で、全てのレベルにわたる一つの欄であったもの。",
			    "In the source's table each of these was one cell over all levels."));
			table_heads(w);
		}
		begun = true;
		cell_row(w, &f->cells[i], true);
	}
}

static bool
has_rebuilt(const struct framework *f)
{
	for (size_t i = 0; i < f->cell_count; i++)
		for (size_t at = 0; at < f->cells[i].text.ja.size; at++)
			if (span_starts(span_skip(f->cells[i].text.ja, at), "【"))
				return true;
	return false;
}

static bool
level_has_cells(const struct framework *f, struct span id)
{
	for (size_t i = 0; i < f->cell_count; i++) {
		const struct area *area = &f->areas[f->cells[i].area];

		if (f->cells[i].levels != levels_all(area) &&
		    span_equal(area->levels[levels_lowest(f->cells[i].levels) - 1].id, id))
			return true;
	}
	return false;
}

void
render_table(struct writer *w)
{
	const struct framework *f = w->framework;
	struct level_ids *ids = arena_new(w->arena, struct level_ids);
	size_t place = 0;

	if (f->cell_count == 0)
		return;
	put_part(w, "出典の表", "The source's table of levels");
	put_paragraph(w, words("出典の表の文言を、レベルごと、評価軸ごとに示す。",
	    "The words of the source's table, level by level and area by area."));
	if (has_rebuilt(f))
		put_paragraph(w, words("【 】の中は、出典で失われ、本フレームワークの編者が補った語である。「…」は、失われて補わなかった箇所を示す。",
		    "Words in brackets [ ] were lost in the source and are rebuilt by this framework's editors; \"…\" "
		    "is what was "
		    "lost and not rebuilt."));
	ids_collect(f, ids);
	for (size_t i = 0; i < ids->count; i++) {
		struct heading h = { .depth = 2, .anchor = arena_print(w->arena, "table-%zu", i + 1),
		    .title = ids->titles[i] };

		if (!level_has_cells(f, ids->items[i]))
			continue;
		h.number = arena_print(w->arena, "%c.%zu", w->part - 1, ++place);
		put_heading(w, &h);
		level_rows(w, ids->items[i]);
	}
	common_rows(w, place + 1);
}
