/* assurance/render_profiles.c - profiles in a rendered framework: what classes of relying parties require. */
#include "assurance/render_writer.h"

struct localized
comparison_wording(enum comparison c)
{
	static const struct { const char *ja, *en; } titles[] = {
		[COMPARE_MINIMUM] = { "以上", "or higher" },
		[COMPARE_EXACT] = { "に一致", "exactly" },
		[COMPARE_MAXIMUM] = { "以下", "or lower" },
		[COMPARE_BETTER] = { "より上", "must be exceeded" },
	};

	return words(titles[c].ja, titles[c].en);
}

static void
requirements(struct writer *w, const struct profile *p)
{
	const struct localized heads[] = { words("評価軸", "Area"), words("求めるレベル", "Level required") };

	put_table(w, heads, COUNT(heads));
	for (size_t i = 0; i < p->requirement_count; i++) {
		const struct requirement *r = &p->requirements[i];
		const struct area *area = &w->framework->areas[r->area];
		const struct localized cells[] = { area->title,
			JOINED(w, level_wording(w, area, r->level), words("", " "),
			    comparison_wording(r->comparison)) };

		put_cells(w, cells, COUNT(cells));
	}
}

static void
parameters(struct writer *w, const struct profile *p)
{
	const struct framework *f = w->framework;

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *ours = &f->criteria[i], *theirs = &p->criteria[i];

		for (size_t j = 0; j < ours->parameter_count; j++) {
			struct span mark = span_text(arena_print(w->arena, "{{%.*s}}",
			    SPAN_ARGS(ours->parameters[j].id)));

			if (ours->parameters[j].value == theirs->parameters[j].value)
				continue;
			put_row(w, words("値の変更", "Another value"),
			    JOINED(w, words(criterion_number(w, i), criterion_number(w, i)), words("（", " ("),
			    same(ours->id),
			    words("）　", "), "), ours->parameters[j].label, words("：", ": "), worded(w, ours,
			    same(mark)),
			    words(" → ", " → "), worded(w, theirs, same(mark))));
		}
	}
}

static void
profile_chapter(struct writer *w, const struct profile *p, size_t place)
{
	const struct framework *f = w->framework;
	const struct heading h = { .depth = 2, .number = arena_print(w->arena, "%c.%zu", w->part - 1, place),
		.anchor = arena_print(w->arena, "profile-%.*s", SPAN_ARGS(p->id)),
		.title = p->title, .id = p->id };

	put_heading(w, &h);
	put_paragraph(w, p->text);
	requirements(w, p);
	put_row(w, words("区分", "Status"), status_wording(p->status));
	if (p->provenance > CLAIMED)
		put_row(w, words("事実の出所", "Facts count when"), provenance_wording(p->provenance));
	parameters(w, p);
	for (size_t i = 0; i < p->exclusion_count; i++) {
		size_t number = p->exclusions[i].criterion;

		put_row(w, words("適用しない基準", "Left out"),
		    JOINED(w, words(criterion_number(w, number), criterion_number(w, number)), words("（", " ("),
		    same(f->criteria[number].id), words("）　", ") "), p->exclusions[i].reason));
	}
}

void
render_profiles(struct writer *w)
{
	if (w->framework->profile_count == 0)
		return;
	put_part(w, "プロファイル", "Profiles");
	put_paragraph(w, words("提供先の種類ごとに求めるレベル、値の変更、適用しない基準とその理由。",
	    "What each class of relying party requires: levels, other values, and what is left out, why."));
	for (size_t i = 0; i < w->framework->profile_count; i++)
		profile_chapter(w, &w->framework->profiles[i], i + 1);
}
