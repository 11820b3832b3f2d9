/* assurance/render_sources.c - what a rendered framework refers to: documents by their clauses, others' levels. */
#include "assurance/render_writer.h"

void
render_mappings(struct writer *w)
{
	const struct localized heads[] = { words("本フレームワークのレベル", "Level here"), words("相手", "There"),
		words("注", "Note") };
	const struct framework *f = w->framework;

	if (f->mapping_count == 0)
		return;
	put_part(w, "他のフレームワークとの対応", "Levels of other frameworks");
	put_paragraph(w, words("レベルどうしの対応は、ここに書かれたものに限る。", "Levels correspond only where it is written here."));
	put_table(w, heads, COUNT(heads));
	for (size_t i = 0; i < f->mapping_count; i++) {
		const struct mapping *m = &f->mappings[i];
		const struct area *area = &f->areas[m->area];
		const struct localized cells[] = { JOINED(w, area->title, words("　", ", "), level_wording(w, area,
		    m->level)),
			JOINED(w, same(m->framework), words("　", " "), same(m->their_area), words("　", " "),
			    same(m->their_level)),
			m->note };

		put_cells(w, cells, COUNT(cells));
	}
}

/* The criteria that cite it: their numbers. */
static struct localized
cited_by(struct writer *w, struct span document, struct span at)
{
	const struct framework *f = w->framework;
	struct localized out = { 0 };

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];

		for (size_t j = 0; j < c->citation_count; j++) {
			if (!span_equal(c->citations[j].document, document) || !span_equal(c->citations[j].at, at))
				continue;
			out = JOINED(w, out, words(out.ja.size ? "、" : "", out.en.size ? ", " : ""),
			    same(span_text(criterion_number(w, i))));
			break;
		}
	}
	return out;
}

static void
clauses(struct writer *w, const struct policy_source *s, bool excluded)
{
	const struct localized heads[] = { words("箇所", "Clause"), words("題", "Title"),
		excluded ? words("採らない理由", "Why it is left out") : words("引く基準", "Cited by") };
	bool begun = false;

	for (size_t i = 0; i < s->clause_count; i++) {
		const struct clause *c = &s->clauses[i];
		const struct localized cells[] = { same(c->at), c->title, excluded ? c->excluded : cited_by(w, s->id,
		    c->at) };

		if (excluded != (c->excluded.ja.size > 0))
			continue;
		if (!begun && excluded)
			put_paragraph(w, words("基準としなかった箇所", "Clauses left out"));
		if (!begun)
			put_table(w, heads, COUNT(heads));
		begun = true;
		put_cells(w, cells, COUNT(cells));
	}
}

void
render_sources(struct writer *w)
{
	const struct framework *f = w->framework;

	put_part(w, "出典", "Sources");
	for (size_t i = 0; i < f->source_count; i++) {
		const struct policy_source *s = &f->sources[i];
		const struct heading h = { .depth = 2, .number = arena_print(w->arena, "%c.%zu", w->part - 1, i + 1),
			.anchor = arena_print(w->arena, "source-%.*s", SPAN_ARGS(s->id)), .title = s->title };

		put_heading(w, &h);
		if (s->version.size)
			put_row(w, words("版", "Version"), same(s->version));
		if (s->date.size)
			put_moment(w, words("日付", "Date"), same(s->date), s->date);
		if (s->url.size)
			put_row(w, words("所在", "Address"), same(s->url));
		clauses(w, s, false);
		clauses(w, s, true);
	}
}
