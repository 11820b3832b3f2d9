/* assurance/render_facts.c - the facts that a rendered framework's conditions speak of, and what they mean. */
#include "assurance/criterion_wording.h"
#include "assurance/render_writer.h"

static struct localized
fresh_wording(struct writer *w, const struct fact *fact)
{
	struct buffer ja = buffer_init(KIB), en = buffer_init(KIB);
	struct localized out;

	wording_duration(&ja, fact->fresh_for / SECONDS(1), LANGUAGE_JA);
	wording_duration(&en, fact->fresh_for / SECONDS(1), LANGUAGE_EN);
	out = (struct localized){ arena_copy(w->arena, buffer_span(&ja)), arena_copy(w->arena, buffer_span(&en)) };
	buffer_release(&ja);
	buffer_release(&en);
	return out;
}

static struct localized
asserters(struct writer *w, const struct fact *fact)
{
	struct localized out = { 0 };

	for (size_t i = 0; i < fact->asserted_by_count; i++)
		out = JOINED(w, out, words(i ? "、" : "", i ? ", " : ""), asserter_wording(fact->asserted_by[i]));
	return out;
}

static void
fact_chapter(struct writer *w, const struct fact *fact, size_t place)
{
	const struct heading h = { .depth = 3, .number = arena_print(w->arena, "%c.%zu", w->part - 1, place),
		.anchor = arena_print(w->arena, "fact-%.*s", SPAN_ARGS(fact->id)),
		.title = fact->title, .id = fact->id };

	put_heading(w, &h);
	put_paragraph(w, fact->text);
	put_row(w, words("言える者", "Asserted by"), asserters(w, fact));
	if (fact->provenance > CLAIMED)
		put_row(w, words("出所", "Counts when"), provenance_wording(fact->provenance));
	if (fact->fresh_for)
		put_row(w, words("有効な期間", "Known for"), fresh_wording(w, fact));
	put_row(w, words("個人との関わり", "How personal"), privacy_wording(fact->privacy));
	if (fact->word_count)
		put_row(w, fact->type == FACT_LEVEL ? words("値（低い順）", "Values, ascending") : words("値", "Values"),
		    (struct localized){ 0 });
	for (size_t i = 0; i < fact->word_count; i++)
		put_line(w, 0, fact->word_titles && fact->word_titles[i].ja.size ? fact->word_titles[i] :
		    same(fact->words[i]));
}

void
render_facts(struct writer *w)
{
	const struct framework *f = w->framework;
	size_t place = 0;

	put_part(w, "事実項目", "Facts");
	put_paragraph(w, words("条件にいう事実項目の意味。個人番号を持てる項目はない。",
	    "What the facts named in conditions mean. None can hold an individual number."));
	for (size_t i = 0; i < f->dictionary->count; i++)
		if (f->uses[i / 64] >> (i % 64) & 1)
			fact_chapter(w, &f->dictionary->facts[i], ++place);
}
