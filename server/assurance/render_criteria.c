/* assurance/render_criteria.c - criteria in a rendered framework, under their areas with their levels. */
#include "assurance/condition_wording.h"
#include "assurance/render_writer.h"

/* Levels */

static struct localized
values(struct writer *w, const struct level *level)
{
	const struct { const char *name; const struct span *items; size_t count; } kinds[] = {
		{ "acr", level->acr, level->acr_count },
		{ "AuthnContext", level->authn_context, level->authn_context_count },
		{ "eduPersonAssurance", level->assurance, level->assurance_count },
	};
	struct localized out = { 0 };

	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < kinds[i].count; j++)
			out = JOINED(w, out, words(out.ja.size ? "\n" : "", out.en.size ? "\n" : ""),
			    words(kinds[i].name, kinds[i].name), words("：", ": "), same(kinds[i].items[j]));
	return out;
}

static void
level_table(struct writer *w, const struct area *area)
{
	const struct localized heads[] = { words("レベル", "Level"), words("名称", "Title"),
		words("これを表す値", "Values that stand for it") };
	size_t columns = 2;

	for (size_t i = 0; i < area->level_count; i++)
		if (values(w, &area->levels[i]).en.size)
			columns = 3;
	put_table(w, heads, columns);
	for (size_t i = 0; i < area->level_count; i++) {
		const struct localized cells[] = { same(area->levels[i].id), area->levels[i].title, values(w,
		    &area->levels[i]) };

		put_cells(w, cells, columns);
	}
}

static void
composition(struct writer *w, const struct area *area)
{
	struct localized of = { 0 };

	for (size_t i = 0; i < area->of_count; i++)
		of = JOINED(w, of, words(i ? "、" : "", i ? ", " : ""), w->framework->areas[area->of[i]].title);
	if (area->of_count == 1)
		put_row(w, words("構成", "Composed of"), JOINED(w, of, words("のレベルによる", ": its level")));
	else
		put_row(w, words("構成", "Composed of"), JOINED(w, of, words("のうち最も低いレベル", ": the lowest of them")));
}

void
render_levels(struct writer *w)
{
	const struct framework *f = w->framework;

	put_part(w, "評価軸とレベル", "Areas and levels");
	for (size_t i = 0; i < f->area_count; i++) {
		const struct area *area = &f->areas[i];
		const struct heading h = { .depth = 2, .number = arena_print(w->arena, "%c.%zu", w->part - 1, i + 1),
			.anchor = arena_print(w->arena, "levels-%.*s", SPAN_ARGS(area->id)),
			.title = area->title, .id = area->id };

		put_heading(w, &h);
		put_paragraph(w, area->text);
		if (area->of)
			composition(w, area);
		level_table(w, area);
	}
}

/* Criteria */

static void
criterion_block(struct writer *w, size_t number)
{
	const struct framework *f = w->framework;
	const struct criterion *c = &f->criteria[number];
	const struct heading h = { .depth = 4, .number = criterion_number(w, number),
		.anchor = arena_print(w->arena, "criterion-%.*s", SPAN_ARGS(c->id)),
		.title = c->title, .id = c->id };

	put_heading(w, &h);
	put_paragraph(w, worded(w, c, c->text));
	put_row(w, words("区分", "Status"), status_wording(c->status));
	for (size_t i = 0; i < c->citation_count; i++)
		put_row(w, words("出典", "Source"), citation_wording(w, &c->citations[i]));
	for (size_t i = 0; i < c->parameter_count; i++) {
		const struct span id = c->parameters[i].id;
		const struct span mark = span_text(arena_print(w->arena, "{{%.*s}}", SPAN_ARGS(id)));

		put_row(w, words("パラメータ", "Parameter"),
		    JOINED(w, same(id), words("＝", " = "), worded(w, c, same(mark)), words("（", " ("),
		    c->parameters[i].label,
		    words("）", ")")));
	}
	if (c->when.count) {
		put_row(w, words("適用の条件", "Applies when"), (struct localized){ 0 });
		condition_wording(&c->when, c, f, w->arena, put_line, w);
	}
	put_row(w, words("条件", "Condition"), (struct localized){ 0 });
	condition_wording(&c->condition, c, f, w->arena, put_line, w);
	if (c->provenance > CLAIMED)
		put_row(w, words("事実の出所", "Facts count when"), provenance_wording(c->provenance));
	put_row(w, words("示されないときの理由", "When not shown"), worded(w, c, c->reason));
}

static void
level_criteria(struct writer *w, uint8_t area, uint8_t level)
{
	const struct framework *f = w->framework;
	const struct area *a = &f->areas[area];
	const struct heading h = { .depth = 3, .number = level_number(w, area, level),
		.anchor = arena_print(w->arena, "level-%.*s-%u", SPAN_ARGS(a->id), level),
		.title = level ? level_wording(w, a, level) :
		    words("レベルを問わない前提（偽であれば、全てを拒否する）",
		    "Whatever the level: where one is false, everything is refused") };
	bool begun = false;

	for (size_t i = 0; i < f->criterion_count; i++) {
		if (f->criteria[i].area != area || f->criteria[i].level != level)
			continue;
		if (!begun)
			put_heading(w, &h);
		begun = true;
		criterion_block(w, i);
	}
	if (!begun && level > 0) {
		put_heading(w, &h);
		put_paragraph(w, words("このレベルに固有の基準はない。下位のレベルの基準による。",
		    "No criterion of its own: those of the levels below apply."));
	}
}

void
render_criteria(struct writer *w)
{
	const struct framework *f = w->framework;

	put_part(w, "基準", "Criteria");
	for (uint8_t area = 0; area < f->own_count; area++) {
		const struct heading h = { .depth = 2, .number = arena_print(w->arena, "%u", area + 1u),
			.anchor = arena_print(w->arena, "area-%.*s", SPAN_ARGS(f->areas[area].id)),
			    .title = f->areas[area].title };

		put_heading(w, &h);
		put_paragraph(w, f->areas[area].text);
		for (unsigned level = 0; level <= f->areas[area].level_count; level++)
			level_criteria(w, area, (uint8_t)level);
	}
}
